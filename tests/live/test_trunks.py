"""Gateways: they register, calls leave and come in over them, and nobody calls at somebody else's cost."""

import re
import time

import pytest

from tests.contract.servers import wait_until
from tests.live.carrier import Carrier
from tests.live.conftest import ANN, BOB, EVE, HOME, Pbx
from tests.live.rows import check_row, the_row, told


@pytest.fixture
def carrier(pbx: Pbx):
    """A function that returns a carrier, at an address of its own."""
    made: list[Carrier] = []

    def make(hertz=440):
        made.append(Carrier(pbx.engine.trunks, hertz))
        return made[-1]

    yield make
    for one in made:
        one.close()


def gateway_to(carrier, name, **fields):
    """What the API is told of a gateway."""
    there = {"address": carrier.host, "addressPort": carrier.port, "addressTransport": "udp"}
    return {"name": name, "enabled": True, "model": {"modelId": "sipTrunkStandard"}, **there, **fields}


@pytest.fixture
def gateway(pbx: Pbx):
    """A function that makes a gateway to a carrier and returns its id; the gateways go with the test."""
    made: list[tuple[int, str]] = []

    def make(carrier, domain=HOME, user="", password="", **fields):
        body = gateway_to(carrier, f"gateway {carrier.host} {len(made)}", **fields)
        id_ = pbx.sipxcom("POST", "api/gateways", body, domain)
        made.append((id_, domain))
        if user:
            for name, value in (("user-name", user), ("password", password), ("register-on-initialization", "true")):
                pbx.sipxcom("PUT", f"api/gateways/{id_}/settings/itsp-account/{name}", value, domain)
        return id_

    yield make
    for id_, domain in made:
        pbx.sipxcom("DELETE", f"api/gateways/{id_}", None, domain)


def known(pbx: Pbx) -> dict[str, str]:
    """The states of the engine's gateways, by their names."""
    text = pbx.engine.api("sofia", "xmlstatus", "gateway")
    return dict(re.findall(r"<name>([^<]*)</name>.*?<state>([^<]*)</state>", text, re.DOTALL))


class Rules:
    """The dialling rules of a test."""

    def __init__(self, pbx: Pbx):
        self.pbx = pbx
        self._made: list[tuple[int, str]] = []

    def add(self, *gateways: int, domain: str = HOME, **fields) -> int:
        """Make a rule that gateways carry, and return its id."""
        body = {"name": f"rule {gateways} {len(self._made)}", "enabled": True, "type": "Custom", **fields}
        if body["type"] == "Custom":
            body |= {"callPattern": {"prefix": "", "callDigits": "digits"}, **fields}
        id_ = self.pbx.sipxcom("POST", "api/rules", body, domain)
        self._made.append((id_, domain))
        for gateway_id in gateways:
            self.pbx.sipxcom("PUT", f"api/gateways/{gateway_id}/rules/{id_}", None, domain)
        return id_

    def prefix(self, prefix: str, *gateways: int, **fields) -> int:
        """Make a rule for numbers with a beginning."""
        return self.add(*gateways, dialPatterns={"patterns": [{"prefix": prefix, "digits": -1}]}, **fields)

    def remove_all(self) -> None:
        """Remove them."""
        for id_, domain in self._made:
            self.pbx.sipxcom("DELETE", f"api/rules/{id_}", None, domain)


@pytest.fixture
def rules(pbx: Pbx, gateway):
    """The dialling rules of the test, which let numbers of Germany be dialled."""
    pbx.post("account/update", id=1, allowed_prefixes=["+49", "0"])
    made = Rules(pbx)
    yield made
    made.remove_all()


def keep_inside(pbx: Pbx, number: str) -> None:
    """Let an extension call nobody outside."""
    given = {"group_name": f"inside {number}", "members": [number], "tenant_id": 1}
    pbx.post("extensions/group/create", enable_external_call=False, **given)


def shown_as(call) -> str:
    """The number that a call shows to whom is called."""
    return re.sub(r".*<sip:([^@>]*)@.*", r"\1", call.invite.get("from"))


def dialled(call) -> str:
    """The number that a carrier is to call."""
    return re.sub(r"sip:([^@]*)@.*", r"\1", call.invite.uri)


@pytest.mark.unrecorded  # what is configured has passwords in it
def test_a_gateway_registers_with_what_it_is_set_to_at_once(pbx: Pbx, carrier, gateway):
    there = carrier()
    there.accounts = {"firm": "right", "other": "too"}
    id_ = gateway(there, user="firm", password="wrong")
    assert there.refused.get(timeout=10) == "firm"
    pbx.sipxcom("PUT", f"api/gateways/{id_}/settings/itsp-account/password", "right")
    assert there.registrations.get(timeout=10) == ("firm", 600)
    wait_until(lambda: known(pbx).get(f"t1-g{id_}") == "REGED", "registered")
    pbx.sipxcom("PUT", f"api/gateways/{id_}/settings/itsp-account/user-name", "other")
    assert there.registrations.get(timeout=10) == ("firm", 0)  # under the old name it is gone
    assert there.refused.get(timeout=10) == "other"
    pbx.sipxcom("PUT", f"api/gateways/{id_}/settings/itsp-account/password", "too")
    assert there.registrations.get(timeout=10) == ("other", 600)


@pytest.mark.unrecorded
def test_a_removed_gateway_is_gone_at_once_and_others_stay(pbx: Pbx, carrier, gateway):
    there = carrier()
    there.accounts = {"firm": "right"}
    id_, other = gateway(there, user="firm", password="right"), gateway(carrier())
    assert there.registrations.get(timeout=10) == ("firm", 600)
    assert set(known(pbx)) >= {f"t1-g{id_}", f"t1-g{other}"}
    pbx.sipxcom("PUT", f"api/gateways/{id_}", gateway_to(there, "off", enabled=False))
    assert there.registrations.get(timeout=10) == ("firm", 0)
    assert f"t1-g{id_}" not in known(pbx)
    assert f"t1-g{other}" in known(pbx)


@pytest.mark.unrecorded
def test_who_is_no_gateway_does_not_call_and_one_that_is_none_any_more_neither(pbx: Pbx, carrier, gateway):
    there, stranger = carrier(), carrier()
    id_ = gateway(there)
    assert stranger.call_in("9999").wait("403", "404") == "403"
    there.call_in("9999").wait("404")
    pbx.sipxcom("PUT", f"api/gateways/{id_}", gateway_to(there, "off", enabled=False))
    assert there.call_in("9999").wait("403", "404") == "403"


def test_a_call_outside_shows_the_extensions_own_number_and_is_heard(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line(ANN)
    pbx.change(ann, options={"outbound_caller_id": "+49305550100"})
    there = carrier(BOB)
    rules.prefix("+4930", gateway(there))
    call = anns.call("+49301234567")
    rings = there.incoming()
    assert (dialled(rings), shown_as(rings)) == ("+49301234567", "+49305550100")
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    assert rings.stream.hears(ANN)
    pbx.wait_status(ann, "ON_CALL")
    call.hang_up()
    rings.wait("BYE")
    row = the_row(pbx, ann)
    assert told(row, "direction", "status", "callee", "final_dest") == (
        "OUTBOUND_CALL", "ANSWERED", "+49301234567", "+49301234567",
    )  # fmt: skip
    assert row["outcid"] == "+49305550100"


@pytest.mark.parametrize(("status", "told_caller", "outcome"), [
    (486, "486", "BUSY"), (603, "603", "REJECTED"), (404, "404", "FAILED"), (480, "480", "NO_ANSWER"),
    (503, "200", ""), (500, "200", ""), (502, "200", ""),
])  # fmt: skip
def test_another_gateway_is_tried_where_one_cannot_carry_the_call(
    pbx: Pbx, line, carrier, gateway, rules, status, told_caller, outcome
):
    ann, anns = line()
    first, second = carrier(), carrier()
    rules.prefix("+4931", gateway(first), gateway(second))
    call = anns.call("+49311234567")
    first.incoming().respond(status)
    if not outcome:
        second.incoming().answer()
    assert call.wait("200", "404", "480", "486", "503", "603") == told_caller
    if outcome:
        assert second.is_left_alone(0.3)
    else:
        call.hang_up()
    by = "" if outcome else "+49311234567"
    check_row(pbx, ann, "+49311234567", outcome or "CALLER_HANGUP", by=by, direction="OUTBOUND")


def test_another_gateway_is_tried_where_one_is_gone(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line()
    first, second = carrier(), carrier()
    rules.prefix("+4932", gateway(first), gateway(second))
    first.close()
    call = anns.call("+49321234567")
    second.incoming().answer()
    call.wait("200")
    call.hang_up()
    check_row(pbx, ann, "+49321234567", "CALLER_HANGUP", by="+49321234567", direction="OUTBOUND")


def test_where_no_gateway_carries_a_call_it_ends(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line()
    there = carrier()
    rules.prefix("+4933", gateway(there))
    assert anns.call("+49341234567").wait("404", "403", "503") == "503"  # no rule, and no gateway without any
    call = anns.call("+49331234567")
    there.incoming().respond(503)
    assert call.wait("404", "403", "503") == "503"
    row = check_row(pbx, ann, "+49331234567", "FAILED", direction="OUTBOUND")
    assert row["fail_code"] == 503


def test_what_a_rule_makes_of_a_number_is_dialled(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line()
    there = carrier()
    rules.prefix("0834", gateway(there, prefix="77"), callPattern={"prefix": "4934", "callDigits": "vdigits"})
    call = anns.call("0834555")
    rings = there.incoming()
    assert dialled(rings) == "774934555"
    rings.respond(486)
    call.wait("486")
    check_row(pbx, ann, "0834555", "BUSY", direction="OUTBOUND")


def test_a_gateway_says_what_is_shown(line, pbx: Pbx, carrier, gateway, rules):
    ann, anns = line()
    pbx.change(ann, options={"outbound_caller_id": "+49305550101"})
    there = carrier()
    own = {"callerAliasInfo": {"defaultCallerAlias": "+49305550000", "ignoreUserInfo": True}}
    rules.prefix("+4935", gateway(there, **own))
    rules.prefix("+4936", gateway(there, callerAliasInfo={"anonymous": True}))
    rings = [anns.call(number) and there.incoming() for number in ("+49351", "+49361")]
    assert shown_as(rings[0]) == "+49305550000"
    assert "5550" not in rings[1].invite.get("from")
    assert rings[1].invite.get("privacy") == "id" or "anonymous" in rings[1].invite.get("from")
    for one in rings:
        one.respond(486)


def test_an_emergency_call_is_for_everybody_shows_where_it_comes_from_and_is_tried_over_each_gateway(
    pbx: Pbx, line, carrier, gateway, rules
):
    ann, anns = line()
    pbx.change(ann, options={"outbound_caller_id": "+49305550102"})
    pbx.post("account/update", id=1, allowed_prefixes=[])
    place = "<e911Location><elin>+493055500112</elin><location>Roof</location></e911Location>"
    pbx.sipxcom("PUT", "rest/erls", f"<e911Locations>{place}</e911Locations>")
    pbx.sipxcom("PUT", f"rest/erl/user/{ann}", "+493055500112")
    first, second = carrier(), carrier(BOB)
    rules.add(gateway(first), gateway(second), type="Emergency", optionalPrefix="0", emergencyNumber="112")
    for number in ("112", "0112", "sos"):
        call = anns.call(number)
        busy = first.incoming()
        assert (dialled(busy), shown_as(busy)) == ("112", "+493055500112")
        busy.respond(486)
        taken = second.incoming()
        assert (dialled(taken), shown_as(taken)) == ("112", "+493055500112")
        taken.answer()
        call.wait("200")
        assert call.stream.hears(BOB)
        call.hang_up()
        row = check_row(pbx, ann, number, "CALLER_HANGUP", by="112", direction="OUTBOUND")
        assert row["outcid"] == "+493055500112"


def test_who_took_an_emergency_call_calls_back_at_the_elin(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line(ANN)
    eve, eves = line(EVE)
    there = carrier(BOB)
    rules.add(gateway(there), type="Emergency", emergencyNumber="115")
    place = "<e911Location><elin>+493055500115</elin><location>Cellar</location></e911Location>"
    pbx.sipxcom("PUT", "rest/erls", f"<e911Locations>{place}</e911Locations>")
    for number in (ann, eve):
        pbx.sipxcom("PUT", f"rest/erl/user/{number}", "+493055500115")
    assert there.call_in("+493055500115").wait("404", "180") == "404"  # nobody has called from there
    for phone in (eves, anns):
        call = phone.call("115")
        taken = there.incoming()
        assert shown_as(taken) == "+493055500115"
        taken.answer()
        call.wait("200")
        call.hang_up()
    pbx.post("extensions/status/update", extension_number=ann, status="DND", tenant_id=1)
    back = there.call_in("493055500115", "+49115")  # as some carriers write it
    rings = anns.incoming()
    assert shown_as(rings) == "+49115"
    rings.answer()
    back.wait("200")
    assert back.stream.hears(ANN)
    assert rings.stream.hears(BOB)
    back.hang_up()
    row = the_row(pbx, "+49115")
    assert told(row, "direction", "status", "final_dest", "didcid") == ("INBOUND_CALL", "ANSWERED", ann, "493055500115")
    assert eves.is_left_alone(0.3)


def test_who_may_not_call_outside_does_not(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line()
    there = carrier()
    id_ = gateway(there)
    rules.prefix("+4937", id_)
    rules.prefix("+4938", id_, permissions={"names": ["900Dialing"]})
    rules.prefix("+4939", id_, enabled=False)
    assert anns.call("+33123456789").wait("403", "404", "503") == "404"  # the tenant lets no such number be dialled
    assert anns.call("+49381").wait("403", "404", "503") == "403"  # the rule asks for a permission
    assert anns.call("+49391").wait("403", "404", "503") == "403"  # the rule is disabled
    keep_inside(pbx, ann)
    assert anns.call("+49371").wait("403", "404", "503") == "403"  # no group of hers lets her
    assert there.is_left_alone(0.3)
    check_row(pbx, ann, "+49371", "REJECTED")


def test_a_forward_goes_outside_by_the_rights_of_who_forwards(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line(ANN)
    keep_inside(pbx, ann)
    there = carrier(EVE)
    rules.prefix("+4940", gateway(there))
    forward = {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": "+49401234"}
    bob, bobs = line(BOB, forward)
    pbx.change(bob, options={"outbound_caller_id": "+49305550103"})
    call = anns.call(bob)
    bobs.incoming().respond(486)
    rings = there.incoming()
    assert (dialled(rings), shown_as(rings)) == ("+49401234", "+49305550103")
    rings.answer()
    call.wait("200")
    assert call.stream.hears(EVE)
    call.hang_up()
    check_row(pbx, ann, bob, "CALLER_HANGUP", by="+49401234", direction="OUTBOUND")
    keep_inside(pbx, bob)
    pbx.change(bob, voice_mail={"enable_voicemail": False})
    call = anns.call(bob)
    bobs.incoming().respond(486)
    assert call.wait("486", "480", "403", "200") != "200"
    assert there.is_left_alone(0.3)


def test_a_call_placed_over_the_api_goes_outside_and_shows_what_was_asked_for(pbx: Pbx, line, carrier, gateway, rules):
    ann, anns = line(ANN)
    pbx.change(ann, options={"outbound_caller_id": "+49305550104"})
    there = carrier(BOB)
    rules.prefix("+4941", gateway(there))
    pbx.post("extensions/call", extension=ann, to="+49411234", tenant_id=1)
    own = anns.incoming()
    own.answer()
    rings = there.incoming()
    assert (dialled(rings), shown_as(rings)) == ("+49411234", "+49305550104")
    rings.answer()
    assert own.stream.hears(BOB)
    own.hang_up()
    rings.wait("BYE")
    check_row(pbx, ann, "+49411234", "CALLER_HANGUP", by="+49411234", direction="OUTBOUND")


def test_a_call_from_outside_rings_whom_its_number_is_of(pbx: Pbx, line, carrier, gateway):
    bob, bobs = line(BOB)
    there = carrier(EVE)
    gateway(there)
    pbx.post("ring_groups/create", ring_group_number="+49305552000", name="All in", members=[bob], tenant_id=1)
    call = there.call_in("+49305552000", "+4930777")
    rings = bobs.incoming()
    assert shown_as(rings) == "+4930777"
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    assert rings.stream.hears(EVE)
    call.hang_up()
    row = the_row(pbx, "+4930777")
    assert told(row, "direction", "status", "callee", "final_dest", "didcid") == (
        "INBOUND_CALL", "ANSWERED", "+49305552000", bob, "+49305552000",
    )  # fmt: skip
    pbx.wait_status(bob, "ONLINE")
    call = there.call_in("49305552000")  # as some carriers write it
    bobs.incoming().answer()
    call.wait("200")
    call.hang_up()
    pbx.wait_status(bob, "ONLINE")
    call = there.call_in(bob)
    bobs.incoming().respond(486)
    assert call.wait("486", "480") == "486"


def test_a_call_to_where_a_gateway_has_registered(pbx: Pbx, line, carrier, gateway):
    bob, bobs = line(BOB)
    there = carrier(EVE)
    there.accounts = {"firm": "right"}
    gateway(there, user="firm", password="right")
    there.registrations.get(timeout=10)
    call = there.call_in(bob, user="firm")
    bobs.incoming().answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    call.hang_up()
    check_row(pbx, "+493012345", bob, "CALLER_HANGUP", by=bob, direction="INBOUND")
    assert there.call_in("8999", user="firm").wait("404", "403") == "404"


def test_a_caller_from_outside_who_is_not_answered_leaves_a_message(pbx: Pbx, line, carrier, gateway):
    bob, bobs = line(BOB, {"no_answer_action": "CONNECT_TO_VOICE_MAIL"})
    there = carrier(EVE)
    gateway(there)
    call = there.call_in(bob)
    bobs.incoming().wait("CANCEL")
    call.wait("200")
    assert call.stream.hears(1000, 15)
    time.sleep(4)
    call.hang_up()
    (message,) = wait_until(lambda: pbx.messages(bob), "a message", 20)
    assert message["caller"] == "+493012345"
    check_row(pbx, "+493012345", bob, "CALLER_HANGUP", direction="INBOUND")


def test_a_call_that_came_in_goes_out_again_only_by_a_forward_with_rights(pbx: Pbx, line, carrier, gateway, rules):
    there = carrier(EVE)
    rules.prefix("+4942", gateway(there))
    assert there.call_in("+49421234").wait("404", "403") == "404"
    bob, bobs = line(BOB, {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": "+49421234"})
    call = there.call_in(bob)
    bobs.incoming().respond(486)
    out = there.incoming()
    assert dialled(out) == "+49421234"
    out.answer()
    call.wait("200")
    call.hang_up()
    check_row(pbx, "+493012345", bob, "CALLER_HANGUP", by="+49421234", direction="INBOUND")
    keep_inside(pbx, bob)
    pbx.change(bob, voice_mail={"enable_voicemail": False})
    call = there.call_in(bob)
    bobs.incoming().respond(486)
    assert call.wait("486", "480", "403", "200") != "200"
    assert there.is_left_alone(0.3)


def capability(pbx: Pbx, **limits) -> None:
    """Set what the tenant may have; nothing is no limit."""
    pbx.post("account/update", id=1, capability=limits)


@pytest.fixture
def limits(pbx: Pbx):
    """A function that limits the tenant until the end of the test."""
    yield lambda **given: capability(pbx, **given)
    capability(pbx)


def test_calls_at_once_are_as_many_as_the_tenant_may_have(pbx: Pbx, line, limits):
    _, anns = line()
    eve, eves = line(EVE)
    bob, bobs = line(BOB)
    limits(max_concurrent_calls=1)
    call = anns.call(bob)
    bobs.incoming().answer()
    call.wait("200")
    assert eves.call(bob).wait("503", "180", "486") == "503"
    row = the_row(pbx, eve)
    assert told(row, "status", "end_reason", "fail_code") == ("NONE", "FAILED", 503)
    call.hang_up()
    pbx.wait_status(bob, "ONLINE")
    call = eves.call(bob)
    bobs.incoming().answer()  # the other one has ended, and is counted no more
    call.wait("200")
    call.hang_up()


def test_calls_at_once_and_a_minute_are_as_many_as_an_extension_may_have(line, limits):
    _, anns = line()
    _, eves = line(EVE)
    bob, bobs = line(BOB)
    limits(max_extension_concurrent_calls=1, max_extension_calls_per_minute=3)
    call = anns.call(bob)
    rings = bobs.incoming()
    call.wait("180")
    assert anns.call(bob).wait("503", "180", "486") == "503"
    rings.respond(486)
    call.wait("486")
    for _ in range(2):
        call = anns.call(bob)
        said = call.wait("503", "180", "486")
        if said == "503":
            break
        bobs.incoming().respond(486)
        call.wait("486")
    assert anns.call(bob).wait("503", "180", "486") == "503"
    call = eves.call(bob)  # who has calls of her own
    bobs.incoming().respond(486)
    call.wait("486")


def test_calls_outside_end_with_the_minutes_of_the_day(pbx: Pbx, line, carrier, gateway, rules, limits):
    ann, anns = line(ANN)
    there = carrier(BOB)
    id_ = gateway(there)
    rules.prefix("+4943", id_)
    rules.add(id_, type="Emergency", emergencyNumber="113")
    limits(max_outside_minutes_per_day=minutes_talked(pbx) + 1)
    call = anns.call("+49431")
    there.incoming().answer()
    call.wait("200")
    call.wait("BYE", within=130)  # of itself
    check_row(pbx, ann, "+49431", "CALLEE_HANGUP", by="+49431", direction="OUTBOUND")
    assert anns.call("+49431").wait("503", "180") == "503"
    call = anns.call("113")
    there.incoming().answer()
    call.wait("200")
    call.hang_up()


def minutes_talked(pbx: Pbx) -> int:
    """How many minutes were talked outside by the tests before."""
    rows = pbx.get("call_logs/list", tenant_id=1, pagesize=500)["items"]
    seconds = sum(int(row["talk_duration"]) for row in rows if row["direction"] != "INTERNAL_CALL")
    return -(-seconds // 60)
