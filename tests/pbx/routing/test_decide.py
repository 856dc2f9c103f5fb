"""Scenarios of a call, read as a specification: who is called, in which state, when, and where the call goes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portsip_api.pbx.extensions.fields import FORWARD_RULES
from portsip_api.pbx.extensions.forward_targets import MOST_HOPS
from portsip_api.pbx.hours.office_hours import Holiday, Hours, Span
from portsip_api.pbx.numbers.outside import Outside
from portsip_api.pbx.routing.decide import decide
from portsip_api.pbx.routing.destinations import Destination, RingGroup, State, Surroundings
from portsip_api.pbx.routing.steps import Outcome
from portsip_api.pbx.values import defaults, merge

OFFICE = Hours(ZoneInfo("Europe/Berlin"), (Span(540, 1020),) * 5 + (None, None))
NIGHT = replace(OFFICE, week=(Span(1320, 1800),) * 7)
HOLIDAY = replace(OFFICE, holidays=(Holiday("New Year", 1, 1),))
MONDAY_NOON = "2026-11-23T12:00+01:00"
MONDAY_NIGHT = "2026-11-23T20:00+01:00"
SUNDAY = "2026-11-22T14:05+01:00"
NEW_YEAR = "2027-01-01T12:00+01:00"  # a Friday
RULES = defaults(FORWARD_RULES)


def to(action, value=""):
    """Rules for both halves of the day."""
    return {
        "office_hours_action": action,
        "office_hours_action_value": value,
        "outside_office_hours_action": action,
        "outside_office_hours_action_value": value,
    }


def destination(number="1000", state=State.AVAILABLE, voicemail=True, hours=OFFICE, outside=True, **rules):
    return Destination(number, state, hours, merge(RULES, rules), voicemail, f"greeting of {number}", outside)


EXTENSION, GROUP, NUMBER = "CONNECT_TO_ANOTHER_EXTENSION", "CONNECT_TO_RING_GROUP", "CONNECT_TO_NUMBER"
RECEPTIONIST, VOICEMAIL, END = "CONNECT_TO_VIRTUAL_RECEPTIONIST", "CONNECT_TO_VOICE_MAIL", "DISCONNECT"
COLLEAGUE = destination("1001", available={"no_answer_timeval": 5, "no_answer_action": END})
ASLEEP = destination("1002", State.OFFLINE, offline=to(END))
BUSY = destination("1003", State.ON_CALL, available={"busy_action": END})
SILENT = destination("1004", State.DND, voicemail=False)
WORLD = {item.number: item for item in (COLLEAGUE, ASLEEP, BUSY, SILENT)}


def by_day(day, night, value=""):
    return {
        "office_hours_action": day,
        "office_hours_action_value": value,
        "outside_office_hours_action": night,
        "outside_office_hours_action_value": value,
    }


RING = ("RING", "1000")
MAIL = (VOICEMAIL, "1000")
OFF = (END, None)
# Each is a destination, an instant, options, and the steps that follow.
SCENARIOS: dict[str, tuple[Any, ...]] = {
    "available: rings, then voicemail": (destination(), MONDAY_NOON, {}, [RING, MAIL]),
    "available outside office hours: hours do not matter": (destination(), SUNDAY, {}, [RING, MAIL]),
    "available, told that nobody answers": (destination(), MONDAY_NOON, {"outcome": Outcome.NO_ANSWER}, [RING, MAIL]),
    "available, busy": (destination(), MONDAY_NOON, {"outcome": Outcome.BUSY}, [MAIL]),
    "on a call counts as busy": (destination(state=State.ON_CALL), MONDAY_NOON, {}, [MAIL]),
    "on a call, ends when busy": (destination(state=State.ON_CALL, available={"busy_action": END}), SUNDAY, {}, [OFF]),
    "no answer: ended": (destination(available={"no_answer_action": END}), MONDAY_NOON, {}, [RING, OFF]),
    "no answer: a colleague, who does not answer either": (
        destination(available={"no_answer_action": EXTENSION, "no_answer_action_value": "1001"}),
        MONDAY_NOON,
        {},
        [RING, (EXTENSION, "1001"), ("RING", "1001"), OFF],
    ),
    "no answer: a number that is allowed": (
        destination(available={"no_answer_action": NUMBER, "no_answer_action_value": "+491701234"}),
        MONDAY_NOON,
        {},
        [RING, (NUMBER, "+491701234")],
    ),
    "no answer: a number that the tenant does not allow": (
        destination(available={"no_answer_action": NUMBER, "no_answer_action_value": "+1900"}),
        MONDAY_NOON,
        {},
        [RING, MAIL],
    ),
    "no answer: a number, but no group may call outside": (
        destination(outside=False, available={"no_answer_action": NUMBER, "no_answer_action_value": "+491701234"}),
        MONDAY_NOON,
        {},
        [RING, MAIL],
    ),
    "no answer: an internal number needs no permission": (
        destination(outside=False, available={"no_answer_action": NUMBER, "no_answer_action_value": "600"}),
        MONDAY_NOON,
        {},
        [RING, (NUMBER, "600")],
    ),
    "busy: the ring group": (
        destination(available={"busy_action": GROUP, "busy_action_value": "600"}),
        MONDAY_NOON,
        {"outcome": Outcome.BUSY},
        [(GROUP, "600")],
    ),
    "busy: a ring group that is gone": (
        destination(available={"busy_action": GROUP, "busy_action_value": "601"}),
        MONDAY_NOON,
        {"outcome": Outcome.BUSY},
        [MAIL],
    ),
    "busy: the receptionist": (
        destination(available={"busy_action": RECEPTIONIST, "busy_action_value": "700"}),
        MONDAY_NOON,
        {"outcome": Outcome.BUSY},
        [(RECEPTIONIST, "700")],
    ),
    "busy: a receptionist that is gone": (
        destination(available={"busy_action": RECEPTIONIST, "busy_action_value": "701"}, voicemail=False),
        MONDAY_NOON,
        {"outcome": Outcome.BUSY},
        [OFF],
    ),
    "offline at work": (destination(state=State.OFFLINE, offline=by_day(END, VOICEMAIL)), MONDAY_NOON, {}, [OFF]),
    "offline at night": (destination(state=State.OFFLINE, offline=by_day(END, VOICEMAIL)), MONDAY_NIGHT, {}, [MAIL]),
    "offline on a closed day": (destination(state=State.OFFLINE, offline=by_day(END, VOICEMAIL)), SUNDAY, {}, [MAIL]),
    "offline on a holiday": (
        destination(state=State.OFFLINE, hours=HOLIDAY, offline=by_day(END, VOICEMAIL)),
        NEW_YEAR,
        {},
        [MAIL],
    ),
    "the same Friday without the holiday": (
        destination(state=State.OFFLINE, offline=by_day(END, VOICEMAIL)),
        NEW_YEAR,
        {},
        [OFF],
    ),
    "offline in the night shift, before midnight": (
        destination(state=State.OFFLINE, hours=NIGHT, offline=by_day(END, VOICEMAIL)),
        "2026-11-23T23:00+01:00",
        {},
        [OFF],
    ),
    "offline in the night shift, after midnight": (
        destination(state=State.OFFLINE, hours=NIGHT, offline=by_day(END, VOICEMAIL)),
        "2026-11-24T05:59+01:00",
        {},
        [OFF],
    ),
    "offline when the night shift has ended": (
        destination(state=State.OFFLINE, hours=NIGHT, offline=by_day(END, VOICEMAIL)),
        "2026-11-24T06:00+01:00",
        {},
        [MAIL],
    ),
    "opening is the first instant of office hours": (
        destination(state=State.OFFLINE, offline=by_day(END, VOICEMAIL)),
        "2026-11-23T09:00+01:00",
        {},
        [OFF],
    ),
    "closing is the first instant outside them": (
        destination(state=State.OFFLINE, offline=by_day(END, VOICEMAIL)),
        "2026-11-23T17:00+01:00",
        {},
        [MAIL],
    ),
    "the instant counts, not its offset": (
        destination(state=State.OFFLINE, offline=by_day(END, VOICEMAIL)),
        "2026-11-23T03:00-05:00",
        {},
        [OFF],
    ),
    "dnd": (destination(state=State.DND, dnd=by_day(END, VOICEMAIL)), MONDAY_NOON, {}, [OFF]),
    "dnd at night": (destination(state=State.DND, dnd=by_day(END, VOICEMAIL)), MONDAY_NIGHT, {}, [MAIL]),
    "dnd does not ring, even if somebody would be busy": (
        destination(state=State.DND, dnd=to(END)),
        MONDAY_NOON,
        {"outcome": Outcome.BUSY},
        [OFF],
    ),
    "away": (destination(state=State.AWAY, away=by_day(VOICEMAIL, END)), MONDAY_NOON, {}, [MAIL]),
    "away at night": (destination(state=State.AWAY, away=by_day(VOICEMAIL, END)), MONDAY_NIGHT, {}, [OFF]),
    "away forwards to a colleague": (
        destination(state=State.AWAY, away=to(EXTENSION, "1001")),
        MONDAY_NOON,
        {},
        [(EXTENSION, "1001"), ("RING", "1001"), OFF],
    ),
    "a state is supposed instead of the live one": (
        destination(state=State.AVAILABLE, offline=to(END)),
        MONDAY_NOON,
        {"state": State.OFFLINE},
        [OFF],
    ),
    "a forward meets the other in its own state: offline": (
        destination(state=State.AWAY, away=to(EXTENSION, "1002")),
        MONDAY_NOON,
        {},
        [(EXTENSION, "1002"), OFF],
    ),
    "a forward meets the other in its own state: on a call": (
        destination(state=State.AWAY, away=to(EXTENSION, "1003")),
        MONDAY_NOON,
        {},
        [(EXTENSION, "1003"), OFF],
    ),
    "a supposed state is not the other's": (
        destination(away=to(EXTENSION, "1001")),
        MONDAY_NOON,
        {"state": State.AWAY},
        [(EXTENSION, "1001"), ("RING", "1001"), OFF],
    ),
    "a forward to somebody whose voicemail is off": (
        destination(state=State.AWAY, away=to(EXTENSION, "1004")),
        MONDAY_NOON,
        {},
        [(EXTENSION, "1004"), OFF],
    ),
    "an extension that is gone": (destination(state=State.AWAY, away=to(EXTENSION, "1999")), MONDAY_NOON, {}, [MAIL]),
    "an extension that is gone, and voicemail off": (
        destination(state=State.AWAY, voicemail=False, away=to(EXTENSION, "1999")),
        MONDAY_NOON,
        {},
        [OFF],
    ),
    "a forward to itself": (destination(state=State.AWAY, away=to(EXTENSION, "1000")), MONDAY_NOON, {}, [MAIL]),
    "voicemail off": (destination(voicemail=False), MONDAY_NOON, {}, [RING, OFF]),
    "the page's other name of voicemail": (
        destination(state=State.DND, dnd=to("CONNECT_TO_VOICE")),
        SUNDAY,
        {},
        [MAIL],
    ),
    "the page's other name of voicemail, off": (
        destination(state=State.DND, voicemail=False, dnd=to("CONNECT_TO_VOICE")),
        SUNDAY,
        {},
        [OFF],
    ),
    "an empty rule means voicemail": (destination(state=State.DND, dnd=to("")), SUNDAY, {}, [MAIL]),
    "an empty rule without voicemail ends the call": (
        destination(state=State.DND, voicemail=False, dnd=to("")),
        SUNDAY,
        {},
        [OFF],
    ),
}


def surroundings(*more):
    destinations = WORLD | {item.number: item for item in more}
    return Surroundings(
        destinations.get,
        {"600": RingGroup("600", "Sales", 25)},
        {"700": "Reception"},
        frozenset({*destinations, "600", "700"}),
        Outside(["+49", "0"]),
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name):
    called, at, options, expected = SCENARIOS[name]
    steps = decide(called, datetime.fromisoformat(at), surroundings(called), **options)
    assert [(step.action, step.target) for step in steps] == expected
    for step in steps:
        assert step.reason.endswith(".")
        assert step.rule.startswith("forward_rules.")
        assert (step.greeting is not None) == (step.action == VOICEMAIL)
        assert (step.seconds is not None) == (step.action in {"RING", GROUP})


def test_two_that_forward_to_each_other_end_in_voicemail():
    one = destination("1", State.AWAY, away=to(EXTENSION, "2"))
    two = destination("2", State.AWAY, away=to(EXTENSION, "1"))
    steps = decide(one, datetime.now(UTC), surroundings(one, two))
    assert [(step.action, step.target) for step in steps] == [(EXTENSION, "2"), (VOICEMAIL, "2")]
    assert steps[-1].greeting == "greeting of 2"
    assert "before" in steps[-1].reason


def test_a_call_is_forwarded_eight_times_at_most():
    chain = [destination(f"2{n:02}", State.AWAY, away=to(EXTENSION, f"2{n + 1:02}")) for n in range(20)]
    steps = decide(chain[0], datetime.now(UTC), surroundings(*chain))
    assert [step.action for step in steps] == [EXTENSION] * MOST_HOPS + [VOICEMAIL]
    assert steps[-1].target == f"2{MOST_HOPS:02}"


def test_the_reason_is_a_sentence_for_a_person():
    called = destination(state=State.OFFLINE)
    (step,) = decide(called, datetime.fromisoformat(SUNDAY), surroundings(called))
    assert step.reason == (
        "1000 is offline, and Sunday 14:05 Europe/Berlin is outside office hours (closed on Sundays): "
        "the call goes to the voicemail of 1000."
    )
    assert step.rule == "forward_rules.offline.outside_office_hours_action"
