"""Scenarios of hunt groups, call sequences and attendants: who is called, and where the call goes."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from portsip_api.pbx.extensions.fields import FORWARD_RULES
from portsip_api.pbx.extensions.forward_targets import MOST_HOPS
from portsip_api.pbx.hours.office_hours import Hours, Span
from portsip_api.pbx.hours.periods import Day, Period
from portsip_api.pbx.numbers.outside import Outside
from portsip_api.pbx.routing.decide import decide
from portsip_api.pbx.routing.destinations import Destination, HuntGroup, RingGroup, State, Surroundings
from portsip_api.pbx.routing.ring_steps import Ring
from portsip_api.pbx.routing.steps import Outcome
from portsip_api.pbx.values import defaults, merge

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 23, 12, tzinfo=BERLIN)  # a Monday
MAIL, END, TO, NUMBER = "CONNECT_TO_VOICE_MAIL", "DISCONNECT", "CONNECT_TO_ANOTHER_EXTENSION", "CONNECT_TO_NUMBER"
GROUP, RECEPTION, RING = "CONNECT_TO_RING_GROUP", "CONNECT_TO_VIRTUAL_RECEPTIONIST", "RING"
LUNCH = (Period(Day.WEEKDAYS, 700, 800),)
NIGHT = (Period(Day.EVERY_DAY, 1320, 1440),)


def destination(number, state=State.AVAILABLE, *, rings=(), voicemail=True, outside=True, **available):
    rules = merge(defaults(FORWARD_RULES), {"available": available})
    hours = Hours(BERLIN, (Span(540, 1020),) * 7)
    return Destination(number, state, hours, rules, voicemail, f"{number}.wav", outside, rings)


def on_no_answer(number, action, target, **more):
    return destination(number, no_answer_action=action, no_answer_action_value=target, **more)


def ring(number, seconds=30, *, together=False, periods=None):
    return Ring(number, seconds, together, periods)


def hunt(number, *rings, enabled=True, fallback="", to_voicemail=False, user_forward=True, own_times=False):
    return HuntGroup(number, f"H{number}", enabled, rings, fallback, to_voicemail, user_forward, own_times)


ONE, TWO, MUTE = (
    destination("1"),
    destination("2", State.OFFLINE),
    destination("3", voicemail=False, no_answer_timeval=7),
)
SALES = hunt("600", ring("1", 10), ring("2", 20), ring("3", 25, together=True))


def world(*more):
    destinations = {item.number: item for item in (ONE, TWO, MUTE, *more) if isinstance(item, Destination)}
    hunts = {item.number: item for item in (SALES, *more) if isinstance(item, HuntGroup)}
    return Surroundings(
        destinations.get,
        {"650": RingGroup("650", "Everybody", 25)},
        {"700": "Reception"},
        frozenset({*destinations, *hunts, "650", "700", "400"}),
        Outside(["+49"]),
        hunts,
        zone=BERLIN,
    )


ALL_RING = [(RING, "1"), (RING, "2"), (RING, "3")]
HUNTED = [(GROUP, "600"), *ALL_RING]
SCENARIOS = {
    "the users ring in order, then nobody is left": (SALES, [*HUNTED, (END, None)]),
    "a group without rings": (hunt("601"), [(GROUP, "601"), (END, None)]),
    "the voicemail of who rang last": (
        hunt("601", ring("2"), ring("1"), to_voicemail=True),
        [(GROUP, "601"), (RING, "2"), (RING, "1"), (MAIL, "1")],
    ),
    "voicemail comes before the other destination": (
        hunt("601", ring("1"), to_voicemail=True, fallback="2"),
        [(GROUP, "601"), (RING, "1"), (MAIL, "1")],
    ),
    "voicemail that is off": (
        hunt("601", ring("3"), to_voicemail=True),
        [(GROUP, "601"), (RING, "3"), (END, None)],
    ),
    "voicemail that is off, and another destination": (
        hunt("601", ring("3"), to_voicemail=True, fallback="400"),
        [(GROUP, "601"), (RING, "3"), (NUMBER, "400")],
    ),
    "nobody's voicemail": (hunt("601", to_voicemail=True, fallback="400"), [(GROUP, "601"), (NUMBER, "400")]),
    "fallback to an extension, with its own rules": (
        hunt("601", fallback="1"),
        [(GROUP, "601"), (TO, "1"), (RING, "1"), (MAIL, "1")],
    ),
    "fallback to who rang already": (
        hunt("601", ring("2"), fallback="2"),
        [(GROUP, "601"), (RING, "2"), (TO, "2"), (MAIL, "2")],
    ),
    "fallback to another hunt group": (hunt("601", fallback="600"), [(GROUP, "601"), *HUNTED, (END, None)]),
    "fallback to a ring group": (hunt("601", fallback="650"), [(GROUP, "601"), (GROUP, "650")]),
    "fallback to an attendant": (hunt("601", fallback="700"), [(GROUP, "601"), (RECEPTION, "700")]),
    "fallback outside": (hunt("601", fallback="+4930"), [(GROUP, "601"), (NUMBER, "+4930")]),
    "fallback outside that is not allowed": (hunt("601", fallback="+1900"), [(GROUP, "601"), (END, None)]),
    "fallback to an address that only begins like a number": (
        hunt("601", fallback="+4930@example.org"),
        [(GROUP, "601"), (END, None)],
    ),
    "fallback to itself": (hunt("601", ring("1"), fallback="601"), [(GROUP, "601"), (RING, "1"), (END, None)]),
    "no answer: the hunt group": (on_no_answer("9", GROUP, "600"), [(RING, "9"), *HUNTED, (END, None)]),
    "no answer: the hunt group as a number, without a permission": (
        on_no_answer("9", NUMBER, "600", outside=False),
        [(RING, "9"), *HUNTED, (END, None)],
    ),
    "no answer: a hunt group that is gone": (on_no_answer("9", GROUP, "699"), [(RING, "9"), (MAIL, "9")]),
    "the call sequence rings before the voicemail": (
        destination("9", rings=[ring("1"), ring("2", together=True)]),
        [(RING, "9"), (RING, "1"), (RING, "2"), (MAIL, "9")],
    ),
    "the call sequence rings before a forward": (
        on_no_answer("9", TO, "1", rings=[ring("2")]),
        [(RING, "9"), (RING, "2"), (TO, "1"), (RING, "1"), (MAIL, "1")],
    ),
    "a ring whose schedule is in force": (
        destination("9", rings=[ring("1", periods=LUNCH)]),
        [(RING, "9"), (RING, "1"), (MAIL, "9")],
    ),
    "a ring whose schedule is not in force": (
        destination("9", rings=[ring("1", periods=NIGHT), ring("2")]),
        [(RING, "9"), (RING, "2"), (MAIL, "9")],
    ),
    "a ring with a schedule without periods": (
        destination("9", rings=[ring("1", periods=())]),
        [(RING, "9"), (MAIL, "9")],
    ),
    "a ring of the user's own number": (
        destination("9", rings=[ring("9"), ring("1")]),
        [(RING, "9"), (RING, "1"), (MAIL, "9")],
    ),
    "a ring outside that is allowed": (
        destination("9", rings=[ring("+4930")]),
        [(RING, "9"), (RING, "+4930"), (MAIL, "9")],
    ),
    "a ring outside that the tenant does not allow": (
        destination("9", rings=[ring("+1900")]),
        [(RING, "9"), (MAIL, "9")],
    ),
    "a ring outside that no group allows": (
        destination("9", rings=[ring("+4930")], outside=False),
        [(RING, "9"), (MAIL, "9")],
    ),
    "a call sequence does not ring for who is offline": (
        destination("9", State.OFFLINE, rings=[ring("1")]),
        [(MAIL, "9")],
    ),
    "nor for who is on a call": (destination("9", State.ON_CALL, rings=[ring("1")]), [(MAIL, "9")]),
    "an attendant": (on_no_answer("9", RECEPTION, "700"), [(RING, "9"), (RECEPTION, "700")]),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name):
    called, expected = SCENARIOS[name]
    steps = decide(called, NOON, world(called))
    assert [(step.action, step.target) for step in steps] == expected
    for step in steps:
        assert step.reason.endswith(".")
        assert step.rule.partition(".")[0] in {"forward_rules", "hunt_group", "call_sequence"}
        assert (step.greeting is not None) == (step.action == MAIL)
        assert (step.seconds is not None) == (step.action in {RING, GROUP})


def test_busy_phones_ring_nobody_else():
    called = destination("9", rings=[ring("1")])
    (step,) = decide(called, NOON, world(called), outcome=Outcome.BUSY)
    assert step.action == MAIL


def test_a_disabled_hunt_group_behaves_as_not_there():
    closed = replace(SALES, enabled=False)
    for called, last in (
        (on_no_answer("9", GROUP, "600"), (MAIL, "9")),
        (on_no_answer("9", NUMBER, "600"), (MAIL, "9")),
        (destination("9", rings=[ring("600")]), (MAIL, "9")),
        (hunt("601", fallback="600"), (END, None)),
    ):
        steps = decide(called, NOON, world(called, closed))
        assert len(steps) == 2
        assert (steps[-1].action, steps[-1].target) == last
        assert "the hunt group H600 is disabled" in steps[-1].reason


def test_what_rings_together_shares_its_time():
    steps = decide(SALES, NOON, world())
    assert [step.seconds for step in steps] == [10 + 25, 10, 20, 25, None]
    assert "2 rings next for 20 seconds (2 is offline now)" in steps[2].reason
    assert "3 rings together with 2 for 25 seconds" in steps[3].reason


def test_users_ring_for_their_own_time():
    steps = decide(replace(SALES, own_times=True, user_forward=False), NOON, world())
    assert [step.seconds for step in steps] == [20 + 20, 20, 20, 7, None]
    assert steps[3].reason == (
        "The hunt group H600: 3 rings together with 2 for 7 seconds, its own time, "
        "and its own forwarding does not apply."
    )


def test_a_sequence_says_in_which_order_it_rings():
    called = destination("9", rings=[ring("1", 5, together=True), ring("2", periods=LUNCH), ring("+1900")])
    phones, first, second, mail = decide(called, NOON, world(called))
    assert (phones.seconds, first.seconds, second.seconds) == (20, 5, 30)
    assert first.reason == "The call sequence of 9: 1 rings together with the phones of 9, for 5 seconds."
    assert second.reason == "The call sequence of 9: 2 rings next, for 30 seconds, as its schedule is in force."
    assert mail.reason == (
        "Nobody answers at 9 or at the numbers that ring for it; +1900 does not ring, since the tenant does not allow "
        "that number to be dialled: the call goes to the voicemail of 9."
    )


def test_an_extension_and_a_hunt_group_that_point_at_each_other():
    called, group = on_no_answer("9", GROUP, "601"), hunt("601", fallback="9")
    steps = decide(called, NOON, world(called, group))
    assert [(step.action, step.target) for step in steps] == [(RING, "9"), (GROUP, "601"), (END, None)]
    assert "the call was at 9 before" in steps[-1].reason
    steps = decide(group, NOON, world(called, group))
    assert [(step.action, step.target) for step in steps] == [(GROUP, "601"), (TO, "9"), (RING, "9"), (MAIL, "9")]


def test_a_call_goes_on_eight_times_over_hunt_groups_too():
    chain = [hunt(f"8{n:02}", fallback=f"8{n + 1:02}") for n in range(20)]
    steps = decide(chain[0], NOON, world(*chain))
    assert [step.action for step in steps] == [GROUP] * (MOST_HOPS + 1) + [END]
    assert "forwarded 8 times" in steps[-1].reason


def test_special_mode_puts_one_attendant_in_the_place_of_all():
    called = on_no_answer("9", RECEPTION, "700")
    plain, special, itself = (
        decide(called, NOON, replace(world(called), special=name))[-1].reason for name in ("", "Holidays", "Reception")
    )
    assert plain.endswith("the call goes to the virtual receptionist Reception.")
    assert special.endswith("Reception, in whose place Holidays answers while special mode is on.")
    assert itself == plain
