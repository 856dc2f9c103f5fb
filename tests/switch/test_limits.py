"""Limits of calls: how the engine is told of them, and what has been talked outside by a tenant today."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from portsip_api.pbx.calls import call_limits, history
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.records import OUTBOUND, OUTSIDE, CallRecord, Party
from portsip_api.pbx.trunks import dial_plan, dialling_rules
from portsip_api.store import database, volatile
from portsip_api.switch.freeswitch import cdr
from tests.switch.test_cdr import ID, record
from tests.switch.test_outside import ask, from_trunk, leaves, signed_in

__all__ = ["ask"]  # a fixture

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = round(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1_000_000)  # microseconds
SECOND = 1_000_000


@pytest.fixture
def limits(admin, ask):
    """A function that sets what the tenant may have."""
    return lambda **given: admin.do("account/update", id=1, capability=given)


def calling(number, call, called="1001", **more):
    """A look-up of a new call."""
    return called, {**signed_in(number), "Unique-ID": call, **more}


def ends(app, call, number="1000"):
    """The engine tells that a call has ended."""
    cdr.take(json.dumps(record(uuid=call, sip_auth_username=number)).encode())


def id_of(number):
    return f"{ID[:-4]}{number:04}"


REFUSED = ("respond", "503 Service Unavailable")


def test_calls_at_once_are_those_that_have_not_ended(app, ask, limits, caplog):
    limits(max_concurrent_calls=3, max_extension_concurrent_calls="2")

    def call(number, id_, **more):
        called, form = calling(number, id_of(id_), **more)
        return REFUSED not in ask(called, **form)

    assert [call("1000", 1), call("1000", 2)] == [True, True]
    with caplog.at_level("INFO"):
        assert not call("1000", 3)
    assert "max_extension_concurrent_calls was reached" in caplog.text
    ends(app, id_of(3))
    assert call("1001", 4, called="1000")
    assert not call("1001", 5, called="1000")  # of the tenant
    ends(app, id_of(5), "1001")
    assert REFUSED in ask("1001", **from_trunk(), **{"Unique-ID": id_of(6)})
    app_call, form = calling("1000", id_of(2))
    assert REFUSED not in ask(app_call, **form, variable_pbx_call=id_of(2))  # the same call again
    for id_ in (1, 2, 4, 6):
        ends(app, id_of(id_))
    assert call("1000", 7)


def test_calls_a_minute_are_counted_until_it_is_over(app, ask, limits, time):
    limits(max_calls_per_minute=4, max_extension_calls_per_minute=2)

    def call(number, id_):
        called, form = calling(number, id_of(id_), called="1000" if number == "1001" else "1001")
        return REFUSED not in ask(called, **form)

    assert [call("1000", id_) for id_ in range(4)] == [True, True, False, False]
    assert [call("1001", id_) for id_ in range(4, 7)] == [True, True, False]
    assert REFUSED in ask("1001", **from_trunk(), **{"Unique-ID": id_of(8)})
    assert call_limits.delete_past() == 0
    time.pass_seconds(61)
    assert call("1000", 9)
    time.pass_seconds(61)
    assert call_limits.delete_past() == 3
    assert call_limits.delete_past() == 0


def test_limits_of_one_tenant_are_not_those_of_another(ask, limits):
    limits(max_concurrent_calls=1)
    assert REFUSED not in ask(*calling("1000", id_of(1))[:1], **calling("1000", id_of(1))[1])
    theirs = signed_in("1000", "firm.local") | {"Caller-Context": "firm.local"}
    assert [REFUSED in ask("1001", **theirs, **{"Unique-ID": id_of(id_)}) for id_ in (2, 3)] == [False, False]


def test_no_two_workers_let_the_last_call_through(ask, limits):
    limits(max_concurrent_calls=3, max_calls_per_minute=3)

    def worker(id_):
        try:
            known = call_limits.of(1)
            with volatile.writing():
                reached = call_limits.admit(known, 1, "1000")
                if not reached:
                    open_calls.begin(1, id_of(id_), "INTERNAL", Party("1000"), "1001")
                return not reached
        finally:
            volatile.db.leave()
            database.db.leave()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(worker, range(16))) == 3


def test_emergency_calls_are_not_refused(ask, limits, talked):
    limits(max_concurrent_calls=1, max_outside_minutes_per_day=1)
    rule = {"name": "SOS", "kind": "EMERGENCY", "enabled": True, "emergency_number": "112"}
    dialling_rules.join(1, dial_plan.create(1, rule, lambda *_: 0), 1)
    open_calls.begin(1, id_of(1), "INTERNAL", Party("1000"), "1001")
    document = ask("112", **signed_in("1000"))
    assert leaves(document)
    assert not [data for _, data in document if "sched_hangup" in data]


@pytest.fixture
def talked(app):
    """A function that lets the engine tell of a call outside."""

    def tell(began, seconds, direction=OUTBOUND, route=OUTSIDE):
        milliseconds = began // 1000
        history.write(1, CallRecord(
            f"call {began} {direction} {route}", direction, Party("1001"), Party("+4930"), milliseconds,
            answered=milliseconds, ended=milliseconds + seconds * 1000, end_reason="CALLER_HANGUP", route=route,
        ))  # fmt: skip

    return tell


def test_what_was_talked_outside_today_is_left_out_of_the_minutes_of_the_day(ask, limits, talked):
    assert call_limits.outside_seconds_left(1, AT) is None
    limits(max_outside_minutes_per_day=10)
    assert call_limits.outside_seconds_left(1, AT) == 600
    talked(DAY, 60)
    talked(DAY + 1000 * SECOND, 59, direction="INBOUND")  # forwarded outside
    talked(DAY - SECOND, 300)  # yesterday
    talked(DAY + 2000 * SECOND, 300, direction="INTERNAL", route="")
    talked(DAY + 3000 * SECOND, 300, direction="INBOUND", route="")
    assert call_limits.outside_seconds_left(1, AT) == 600 - 119
    talked(DAY + 4000 * SECOND, 9_999)
    assert call_limits.outside_seconds_left(1, AT) == 0


def test_calls_that_go_on_outside_are_left_out_of_the_minutes_too(ask, limits, talked, time):
    time.wall_now = AT.timestamp() - 240
    limits(max_outside_minutes_per_day=10)
    talked(DAY, 60)
    for id_, direction in ((1, OUTBOUND), (2, OUTBOUND), (3, "INTERNAL")):
        open_calls.begin(1, id_of(id_), direction, Party("1000"), "+4930")
    time.wall_now += 40
    open_calls.answer(id_of(1))
    open_calls.answer(id_of(3))
    assert call_limits.outside_seconds_left(1, AT) == 600 - 60 - 200  # one rings still, and one talks inside
    time.wall_now -= 24 * 3600
    open_calls.begin(1, id_of(4), OUTBOUND, Party("1000"), "+4930")
    open_calls.answer(id_of(4))
    assert call_limits.outside_seconds_left(1, AT) == 600 - 60 - 200  # of yesterday
    time.wall_now = AT.timestamp()
    document = ask("+4930", **signed_in("1001"))
    assert ("export", "nolocal:execute_on_answer=sched_hangup +340 ALLOTTED_TIMEOUT") in document


def test_a_call_outside_lasts_no_longer_than_the_minutes_that_are_left(ask, limits, talked, time, caplog):
    limits(max_outside_minutes_per_day=2)
    now = round(time.wall_now * SECOND)
    talked(now - 60 * SECOND, 30)
    document = ask("+4930", **signed_in("1001"))
    assert ("export", "nolocal:execute_on_answer=sched_hangup +90 ALLOTTED_TIMEOUT") in document
    talked(now - 200 * SECOND, 90)
    with caplog.at_level("INFO"):
        assert not leaves(ask("+4930", **signed_in("1001")))
    assert "max_outside_minutes_per_day was reached" in caplog.text
