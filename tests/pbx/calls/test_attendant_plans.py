"""What callers meet at attendants: which of them answers, and where keys, digits and silence lead."""

from datetime import UTC, datetime

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.plans import asking, planning
from portsip_api.pbx.calls.plans import attendants as attendant_plans
from portsip_api.pbx.calls.plans.asking import Ask, End, Say
from portsip_api.pbx.calls.plans.kinds import NO_SUCH_NUMBER, Leg, Refuse, Ring, TakeMessage
from portsip_api.pbx.calls.plans.outside import CallOutside
from portsip_api.pbx.features import attendants, page_groups, ring_groups, virtual_receptionists
from portsip_api.pbx.features.virtual_receptionists import ReceptionistKey
from portsip_api.pbx.hours.periods import Day
from portsip_api.pbx.mailboxes import service
from portsip_api.pbx.trunks import dial_plan, dialling_rules, gateways
from tests import audio
from tests.pbx.features.call_features import TENANT, make_tenant, make_user

pytestmark = pytest.mark.usefixtures("configure")

TO_EXTENSION, REPEAT = "CONNECT_TO_ANOTHER_EXTENSION", {"action": "REPEAT"}


def to(number, action=TO_EXTENSION):
    return {"action": action, "action_value": number}


def make(number="800", **fields):
    given = {"virtual_receptionist_number": number, "name": f"A{number}", **fields}
    virtual_receptionists.create(TENANT, given)
    return number


def at(number, keys=None, topic=None, **more):
    """What happens at a number, or after keys that are pressed in what is asked there."""
    found = planning.plan(TENANT, number, **more)
    if keys is None:
        return found
    assert isinstance(found, Ask)
    return planning.go_on(planning.call_of(TENANT, **more), asking.written(topic or found.topic), keys)


def rings(plan):
    assert isinstance(plan, Ring), plan
    return [leg.number for leg in plan.legs if isinstance(leg, Leg)]


def ends(plan):
    """What is said before the call ends."""
    assert isinstance(plan, Say), plan
    assert isinstance(plan.then, End)
    return plan.sounds.parts


def test_its_prompt_is_heard_or_the_voice_of_the_pbx():
    make(language="de_DE", gap_time=2, timeout={"seconds": 7, "action": "DISCONNECT"})
    asked = at("800")
    assert isinstance(asked, Ask)
    assert (asked.sounds.parts, asked.sounds.language) == (("enter-extension",), "de_DE")
    assert (asked.most, asked.seconds, asked.gap, asked.is_secret) == (20, 7, 2, False)
    virtual_receptionists.add_prompt(TENANT, "menu.wav", audio.wav())
    virtual_receptionists.update(TENANT, ReceptionistKey("800"), {"prompt": "menu.wav"})
    (prompt,) = at("800").sounds.parts
    assert prompt.read_bytes()[:4] == b"RIFF"


def test_keys_and_digits_lead_on():
    bob = make_user("1001")
    make_user("1")
    ring_groups.create(TENANT, {"ring_group_number": "600", "name": "All", "members": ["1001"]})
    make(key1=to("1001"), key2=to("600", "CONNECT_TO_RING_GROUP"), key3=to("1001", "CONNECT_TO_VOICE_MAIL"))
    assert rings(at("800", "1")) == ["1001"]  # a key of the menu comes before a number
    assert rings(at("800", "2")) == ["1001"]
    message = at("800", "3")
    assert isinstance(message, TakeMessage)
    assert message.extension_id == bob
    assert rings(at("800", "1001")) == ["1001"]
    assert rings(at("800", "600")) == ["1001"]
    assert isinstance(at("800", "800"), Ask)


def test_what_leads_nowhere_is_said_so():
    make_user("1001")
    page_groups.create(TENANT, {"number": 5, "enabled": True})
    service.update(TENANT, {"voice_mail_number": "*97"})
    make(failure=REPEAT)
    for keys in ("9", "1999", "0049301234", "*97", "*815", "#", "**"):  # nobody is paged, and nobody calls outside
        again = at("800", keys)
        assert isinstance(again, Ask), keys
        assert again.sounds.parts == ("invalid", "enter-extension")
    virtual_receptionists.update(TENANT, ReceptionistKey("800"), {"failure": {"action": "DISCONNECT"}})
    assert ends(at("800", "9")) == ("invalid", "goodbye")
    assert ends(at("800", "")) == ("goodbye",)  # which is what silence leads to, unless a menu says otherwise


def test_a_menu_is_not_repeated_for_ever():
    make(timeout=REPEAT, failure=REPEAT)
    asked = at("800")
    for _ in range(attendant_plans.MOST_REPEATS):
        asked = at("800", "", asked.topic)
        assert isinstance(asked, Ask)
    assert ends(at("800", "", asked.topic)) == ("goodbye",)
    assert ends(at("800", "9", asked.topic)) == ("invalid", "goodbye")


def test_a_target_that_is_gone_ends_the_call():
    make_user("1001")
    make("801")
    make(key1=to("801", "CONNECT_TO_VIRTUAL_RECEPTIONIST"))
    assert isinstance(at("800", "1"), Ask)
    virtual_receptionists.destroy(TENANT, ReceptionistKey("801"))
    assert ends(at("800", "1")) == ("goodbye",)


def test_an_attendant_that_goes_while_it_is_heard():
    make()
    topic = at("800").topic
    virtual_receptionists.destroy(TENANT, ReceptionistKey("800"))
    assert isinstance(planning.go_on(planning.call_of(TENANT), asking.written(topic), "1"), Refuse)


def test_a_topic_of_one_tenant_is_none_of_another():
    make_user("1001")
    make(key1=to("1001"))
    topic = asking.written(at("800").topic)
    assert planning.go_on(planning.call_of(make_tenant()), topic, "1") == NO_SUCH_NUMBER


def test_special_mode_puts_one_in_the_place_of_all():
    make(name="First")
    make("801", name="Second")
    attendants.select(TENANT, "afterhour")
    attendants.enable_special_mode(TENANT)
    assert [at(number).topic for number in ("800", "801")] == [
        ("attendant", "system_id.afterhour", "0", number) for number in ("800", "801")
    ]
    attendants.disable_special_mode(TENANT)
    assert at("801").topic == ("attendant", "number.801", "0", "801")


def test_in_live_mode_a_person_answers():
    make_user("1001")
    attendants.create(TENANT, {"name": "Desk", "number": "800", "live_code": "*55"})
    assert isinstance(at("800"), Ask)  # nobody is named at its key 0
    virtual_receptionists.update(TENANT, ReceptionistKey("800"), {"key0": to("1001")})
    assert rings(at("800")) == ["1001"]
    attendants.disable_live_mode(TENANT, "*55")
    assert isinstance(at("800"), Ask)


def rule(**fields):
    given = {"name": "Desk", "kind": "ATTENDANT", "enabled": True, "extension": "700", **fields}
    return dial_plan.create(TENANT, given, attendants.named)


def when(text):
    return at("700", at=datetime.fromisoformat(text).replace(tzinfo=UTC)).topic[1]


def test_a_rule_has_attendants_for_working_time_and_for_the_rest():
    make("801", name="Day")
    make("802", name="Night")
    make("803", name="Feast")
    day = int(datetime(2026, 12, 24, tzinfo=UTC).timestamp() * 1000)
    hours = [{"day": Day.WEEKDAYS, "start": 8 * 60, "stop": 17 * 60}]
    names = {"working_time": "Day", "after_hours": "Night", "holiday": "Feast"}
    rule(after_hours_enabled=True, holidays=[(day, day)], periods=hours, **names)
    assert when("2026-11-30T12:00") == "number.801"  # a Monday
    assert when("2026-11-30T17:00") == "number.802"
    assert when("2026-11-29T12:00") == "number.802"
    assert when("2026-12-24T12:00") == when("2026-12-24T23:00") == "number.803"
    assert when("2026-12-25T12:00") == "number.801"


def test_a_rule_without_names_has_the_built_in_ones_and_one_that_is_off_has_none():
    rule_id = rule()
    assert when("2026-11-29T12:00") == "system_id.operator"  # nothing is said of what comes after hours
    dial_plan.replace(TENANT, rule_id, {"name": "Desk", "enabled": False}, attendants.named)
    assert at("700") == NO_SUCH_NUMBER


def test_a_rule_lets_a_person_answer_only_where_it_says_so():
    make_user("1001")
    attendants.create(TENANT, {"name": "Day", "number": "801", "live_code": "*55"})
    virtual_receptionists.update(TENANT, ReceptionistKey("801"), {"key0": to("1001")})
    rule_id = rule(working_time="Day")
    assert isinstance(at("700"), Ask)
    given = {"name": "Desk", "kind": "ATTENDANT", "enabled": True, "extension": "700", "working_time": "Day"}
    dial_plan.replace(TENANT, rule_id, given | {"enable_live": True}, attendants.named)
    assert rings(at("700")) == ["1001"]


def test_forwards_and_groups_lead_to_an_attendant():
    make()
    forward = {"no_answer_action": "CONNECT_TO_VIRTUAL_RECEPTIONIST", "no_answer_action_value": "800"}
    make_user("1001", forward_rules={"available": forward})
    assert at("1001").otherwise == at("800")
    ring_groups.create(TENANT, {"ring_group_number": "600", "name": "All", "members": ["1001"], **forward})
    assert at("600").otherwise == at("800")


def test_a_key_calls_outside_as_the_tenant_may():
    tenants.update(TENANT, {"allowed_prefixes": ["+49"]})
    gateway_id = gateways.create(
        TENANT, {"name": "g", "model_id": "sipTrunkStandard", "enabled": True, "address": "192.0.2.1"}
    )
    given = {"name": "out", "kind": "CUSTOM", "patterns": [{"prefix": "+49", "digits": -1}], "enabled": True}
    dialling_rules.join(TENANT, dialling_rules.create(TENANT, given), gateway_id)
    make(key1=to("+4930123", "CONNECT_TO_NUMBER"))
    for caller in ("", "1999"):
        found = at("800", "1", caller=caller)
        assert isinstance(found, CallOutside), found
        assert found.number == "+4930123"
    attendants.select(TENANT, "afterhour")
    attendants.enable_special_mode(TENANT)
    key = attendants.show(TENANT, "afterhour").id
    virtual_receptionists.update(TENANT, ReceptionistKey(id=key), {"key1": to("+4930123", "CONNECT_TO_NUMBER")})
    assert isinstance(at("800", "1"), CallOutside)
    assert isinstance(at("800", "+4930123"), Say)


@pytest.mark.parametrize(
    "topic",
    ["", "~", "attendant", "attendant~number.800~0", "attendant~menu.800~0~800", "attendant~number.800~x~800",
     "mailbox~",
     "mailbox~menu~1001", "mailbox~same-pin~1001~1", "mailbox~message~1001~new~x~0", "voicemail~1001", "other~1"],
)  # fmt: skip
def test_what_is_no_topic_leads_nowhere(topic):
    make()
    make_user("1001")
    assert planning.go_on(planning.call_of(TENANT), topic, "1") == NO_SUCH_NUMBER
