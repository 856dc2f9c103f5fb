"""Many calls, and a server that is slow: nobody is lost, and everything is as it was afterwards."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contract.servers import wait_until
from tests.crm import SIP_PASSWORD
from tests.live import slow
from tests.live.callers import Callers
from tests.live.conftest import HOME, Pbx
from tests.live.slow import Slowness
from tests.live.test_server_away import gone

pytestmark = pytest.mark.unrecorded
RATE = 50  # calls a second
SECONDS = 30
PHONES = 200
SLOW = 2.0  # seconds


@contextmanager
def callers(pbx: Pbx, rings: float = 0.3, talks: float = 0.3) -> Iterator[Callers]:
    """Phones of the tests' tenant."""
    with Callers(pbx.engine.sip, HOME, SIP_PASSWORD, rings=rings, talks=talks) as made:
        yield made


def statuses(pbx: Pbx, numbers: list[str]) -> set[str]:
    """What is shown of some extensions."""
    shown = pbx.get("extensions/status", extensions=",".join(numbers), tenant_id=1)["extension_status"]
    assert len(shown) == len(numbers)
    return {one["status"] for one in shown}


def rows(pbx: Pbx, caller: str) -> list[Any]:
    """The calls of a caller in the history."""
    return pbx.get("call_logs/list", caller=caller, tenant_id=1, pagesize=200)["items"]


def wait_rows(pbx: Pbx, caller: str, count: int) -> list[Any]:
    """The calls of a caller, waiting until there are as many."""
    wait_until(lambda: len(rows(pbx, caller)) >= count, "each call is a row", 60)
    return rows(pbx, caller)


def channels(pbx: Pbx) -> int:
    """How many legs the engine has."""
    return int(pbx.engine.api("show", "channels", "count").split()[0])


def pairs_of(numbers: list[str], count: int) -> list[tuple[str, str]]:
    """Who calls whom: the first half the other one, each in turn."""
    half = len(numbers) // 2
    return [(numbers[at % half], numbers[half + at % half]) for at in range(count)]


def test_no_call_is_lost_where_many_call(pbx: Pbx):
    numbers = [pbx.extension() for _ in range(PHONES)]
    pairs = pairs_of(numbers, RATE * SECONDS)
    with callers(pbx) as phones:
        phones.register(numbers, 60)
        assert phones.registered == dict.fromkeys(numbers, 200)
        wait_until(lambda: statuses(pbx, numbers) == {"ONLINE"}, "all are there", 30)
        calls = phones.call(pairs, RATE, 60)
        assert Counter((call.status, call.ended > 0) for call in calls) == {(200, True): len(calls)}
        wait_until(lambda: channels(pbx) == 0, "the engine has no leg left", 60)
        wait_until(lambda: pbx.get("call_sessions/list", tenant_id=1)["sessions"] == [], "no call goes on", 60)
        wait_until(lambda: statuses(pbx, numbers) == {"ONLINE"}, "nobody is shown on a call", 60)
    for place, caller in enumerate(numbers[: PHONES // 2]):
        made = [call for call in calls if call.caller == caller]
        found = wait_rows(pbx, caller, len(made))
        assert len(found) == len(made)
        assert {row["callee"] for row in found} == {numbers[PHONES // 2 + place]}
        assert {row["status"] for row in found} == {"ANSWERED"}


@contextmanager
def slow_server(pbx: Pbx) -> Iterator[Slowness]:
    """Let the engine ask by way of a proxy that waits, while the block runs."""
    file, slowness = pbx.engine.folder / "freeswitch.xml", Slowness()
    text = file.read_text()
    with slow.before(pbx.server.url, slowness) as url:
        try:
            file.write_text(re.sub(r"http://[0-9.:]+(?=/engine/)", url, text))
            pbx.engine.kill()
            pbx.engine.start()
            yield slowness
        finally:
            slowness.seconds = 0.0
            file.write_text(text)
            pbx.engine.kill()
            pbx.engine.start()


def test_phones_register_and_ring_while_the_server_is_slow(pbx: Pbx):
    numbers = [pbx.extension() for _ in range(60)]
    with slow_server(pbx) as slowness, callers(pbx) as phones:
        slowness.seconds = SLOW
        phones.register(numbers, 60)
        assert phones.registered == dict.fromkeys(numbers, 200)
        assert slowness.waited >= len(numbers)
        calls = phones.call(pairs_of(numbers, 10), 2, 60)
        assert Counter((call.status, call.ended > 0) for call in calls) == {(200, True): len(calls)}
        slowness.seconds = 0.0
        waited = slowness.waited
        calls += phones.call(pairs_of(numbers, 10), 5, 60)
        assert Counter((call.status, call.ended > 0) for call in calls) == {(200, True): len(calls)}
        assert slowness.waited == waited
        wait_until(lambda: statuses(pbx, numbers) == {"ONLINE"}, "nobody is lost", 60)
    for caller in numbers[:10]:
        assert len(wait_rows(pbx, caller, 2)) == 2


def test_who_sends_no_audio_is_not_held_up_by_what_is_said(pbx: Pbx):
    ann, bob = pbx.extension(), pbx.extension()
    with callers(pbx) as phones:

        def is_kept():
            phones.register([ann], 20)
            return "1" in pbx.engine.api("xml_flush_cache", "id", ann, HOME)

        wait_until(is_kept, "the engine keeps her account", 20)
        phones.register([ann], 20)
        with gone(pbx):  # she hears a prompt, before anybody has answered
            calls = phones.call([(ann, bob)], 1, 30)
        assert [(call.status, call.ended > 0) for call in calls] == [(503, True)]
