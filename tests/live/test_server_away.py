"""While this server is away, phones of accounts that the engine keeps reach emergency numbers, and hear why no others.

What the engine keeps is what was said last, and nobody guesses at it more often than at what it asks for.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from portsip_api.switch.freeswitch.steps.emergencies import PROMPT
from tests.contract.servers import wait_until
from tests.crm import SIP_PASSWORD
from tests.live.audio import wav
from tests.live.conftest import ANN, BOB, EVE, HOME, OTHER, RULES, Pbx, started
from tests.live.phone import Phone
from tests.live.recorder import Recorder
from tests.live.test_trunks import carrier, dialled, gateway, rules, shown_as  # noqa: F401 — fixtures

pytestmark = pytest.mark.unrecorded
ELIN = "+493055500199"
WEAK = "secret12"  # which the engine may not keep


@contextmanager
def gone(pbx: Pbx) -> Iterator[None]:
    """Let the server be gone while the block runs, and what phones hear then be a tone."""
    sound = pbx.recorded / "voice" / "en" / f"{PROMPT}.wav"
    spoken = sound.read_bytes()
    pbx.stop_server()
    sound.write_bytes(wav(EVE, 2))
    try:
        yield
    finally:
        sound.write_bytes(spoken)
        pbx.start_server()


def is_kept(pbx: Pbx, phone: Phone, elin: str = "") -> bool:
    """Whether the engine keeps an account, with a place where one is given, once its phone has registered."""
    assert phone.register() == 200
    cleared = pbx.engine.api("xml_flush_cache", "id", phone.user, phone.domain)
    assert phone.register() == 200
    shown = pbx.engine.api("user_data", f"{phone.user}@{phone.domain}", "var", "pbx_emergency_id0")
    return "1" in cleared and (not elin or shown == elin)


@pytest.fixture
def help_is_near(pbx: Pbx, carrier, gateway, rules):  # noqa: F811
    """A carrier that takes calls to 112; another one before it has gone."""
    lost, there = carrier(), carrier(BOB)
    gateways = [gateway(one) for one in (lost, there)]
    lost.close()
    rules.add(*gateways, type="Emergency", optionalPrefix="0", emergencyNumber="112")
    place = f"<e911Location><elin>{ELIN}</elin><location>Cellar</location></e911Location>"
    pbx.sipxcom("PUT", "rest/erls", f"<e911Locations>{place}</e911Locations>")
    return there


def test_emergency_calls_are_made_while_the_server_is_away(pbx: Pbx, line, phone, help_is_near):
    ann, anns = line(ANN)
    bob, bobs = line(BOB)
    _, others = line(ANN, domain=OTHER)
    stranger = phone(pbx.extension(password=WEAK))
    stranger.password = WEAK
    newcomer = phone(pbx.extension())
    pbx.sipxcom("PUT", f"rest/erl/user/{ann}", ELIN)
    pbx.wait_kept()
    wait_until(lambda: is_kept(pbx, anns, ELIN), "she is kept with her place")
    assert is_kept(pbx, others)
    with gone(pbx):
        for number in ("112", "0112", "sos"):
            call = anns.call(number)
            taken = help_is_near.incoming()
            assert (dialled(taken), shown_as(taken)) == ("112", ELIN)
            taken.answer()
            call.wait("200")
            assert call.stream.hears(BOB)
            assert taken.stream.hears(ANN)
            call.hang_up()
        assert anns.register() == 200
        for number in (bob, "113", "${system(id)}", "1}${system(id)}"):
            call = anns.call(number)
            assert call.wait("200", "403", "404", "503") == "503"
            assert "183" in call.seen
            assert call.stream.hears(EVE, 0.5)
        assert bobs.is_left_alone(0.1)
        assert others.call("112").wait("200", "403", "404", "503") == "503"  # whose tenant has no such number
        assert newcomer.register() == 200
        assert stranger.register() == 403  # whom the engine does not keep
        assert stranger.call("112").wait("200", "403", "404", "503") == "403"
    call = anns.call(bob)
    bobs.incoming().answer()
    call.wait("200")
    call.hang_up()
    assert stranger.register() == 200

    def made() -> list[Any]:
        rows = pbx.get("call_logs/list", caller=ann, tenant_id=1)["items"]
        found = [row for row in rows if row["status"] == "ANSWERED" and row["callee"] != bob]
        return sorted((row["callee"], row["direction"], row["outcid"]) for row in found)

    wait_until(lambda: len(made()) == 3, "the calls of that time in the history", 120)
    assert made() == [(number, "OUTBOUND_CALL", ELIN) for number in ("0112", "112", "sos")]


def test_calls_that_come_in_are_refused_at_once_while_the_server_is_away(pbx: Pbx, carrier, gateway):  # noqa: F811
    there = carrier()
    gateway(there)
    wait_until(lambda: there.call_in("+4930").wait("404", "503", "403") == "404", "the gateway is known")
    with gone(pbx):
        call = there.call_in("+4930")
        assert call.wait("200", "403", "404", "503") == "503"
        assert "183" not in call.seen


def test_who_was_disabled_or_renumbered_or_is_gone_is_not_kept(pbx: Pbx, line, phone):
    numbers, phones = zip(*(line() for _ in range(3)), strict=True)
    pbx.change(numbers[0], options={"enable_extension": False})
    shown = pbx.get("extensions/show", extension_number=numbers[1], tenant_id=1)
    new = pbx.unused()
    pbx.post("extensions/update", id=shown["id"], extension_number=new, tenant_id=1)
    pbx.post("extensions/destroy", extension_number=numbers[2], tenant_id=1)
    wait_until(lambda: [one.register() for one in phones] == [403] * 3, "the engine has forgotten them")
    assert phone(new).register() == 200


@pytest.mark.parametrize("how", ["calls", "subscriptions"])
def test_guesses_are_counted_whatever_they_are_made_with(pbx: Pbx, phone, how):
    number = pbx.extension(password=SIP_PASSWORD if how == "calls" else WEAK)
    owner = phone(number, password=SIP_PASSWORD if how == "calls" else WEAK)
    guesser = phone(number, password="wrong")
    assert owner.register() == 200

    def is_refused() -> bool:
        if how == "calls":
            assert guesser.call("9999").wait("403", "404", "200") == "403"
        else:
            assert guesser.subscribe("message-summary") in {401, 403}
        return owner.register() == 403

    wait_until(is_refused, "the limit", 20)


def test_who_is_guessed_at_is_asked_for_each_time(pbx: Pbx, phone):
    number = pbx.extension()
    owner, guesser = phone(number), phone(number, password="wrong")
    assert is_kept(pbx, owner)
    assert guesser.register() == 403
    wait_until(lambda: pbx.engine.api("xml_flush_cache", "id", number, HOME).startswith("+OK cleared 0"), "forgotten")
    assert not is_kept(pbx, owner)


def test_a_second_server_is_asked_where_the_first_one_is_away(servers, template, tmp_path: Path):
    shutil.copytree(template[1], tmp_path / "data")
    with started(tmp_path, Recorder(), more=1) as (pbx, others):
        numbers = [pbx.extension(forward_rules={"available": RULES}) for _ in range(2)]
        pbx.stop_server()
        pbx.server = others[0]
        wait_until(lambda: re.search("This process runs the jobs now", pbx.server.log()), "it has the jobs")
        phones = [Phone(pbx.engine.sip, number, HOME, SIP_PASSWORD) for number in numbers]
        try:
            for number, one in zip(numbers, phones, strict=True):
                assert one.register() == 200
                pbx.wait_status(number, "ONLINE")
            call = phones[0].call(numbers[1])
            phones[1].incoming().answer()
            call.wait("200")
            call.hang_up()
            rows = wait_until(lambda: pbx.get("call_logs/list", caller=numbers[0], tenant_id=1)["items"], "its row", 20)
            assert [row["status"] for row in rows] == ["ANSWERED"]
        finally:
            for one in phones:
                one.close()
