"""Limits of calls: how the engine is told of them, and what has been talked outside by a tenant today."""

from datetime import UTC, datetime

import pytest

from portsip_api.pbx.calls import call_limits, history
from portsip_api.pbx.calls.records import OUTBOUND, OUTSIDE, CallRecord, Party
from portsip_api.pbx.trunks import dial_plan, dialling_rules
from tests.switch.test_outside import ask, leaves, signed_in

__all__ = ["ask"]  # a fixture

AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = round(datetime(2026, 12, 1, tzinfo=UTC).timestamp() * 1_000_000)  # microseconds
SECOND = 1_000_000


@pytest.fixture
def limits(admin, ask):
    """A function that sets what the tenant may have."""
    return lambda **given: admin.do("account/update", id=1, capability=given)


def test_emergency_calls_are_not_refused(ask, limits, talked):
    limits(max_outside_minutes_per_day=1)
    rule = {"name": "SOS", "kind": "EMERGENCY", "enabled": True, "emergency_number": "112"}
    dialling_rules.join(1, dial_plan.create(1, rule, lambda *_: 0), 1)
    talked(DAY, 9_999)
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
