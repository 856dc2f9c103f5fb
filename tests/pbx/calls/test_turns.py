"""With whom groups begin that ring one after the other: in turns, or by who has rested longest."""

from typing import Any

import pytest

from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.plans import planning
from portsip_api.pbx.calls.plans.queues import Queue
from portsip_api.pbx.calls.records import INTERNAL, Party
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.features import call_queues, ring_groups
from portsip_api.store.clock import clock
from tests.pbx.features.call_features import TENANT, make_tenant, make_user

MEMBERS = ["1001", "1002", "1003"]


@pytest.fixture(autouse=True)
def members(configure):
    """Three who ring, and one who calls."""
    for number in ("1000", *MEMBERS):
        make_user(number)


def group(strategy, number="600", tenant=TENANT):
    given = {"ring_group_number": number, "name": number, "members": MEMBERS, "ring_strategy": strategy}
    ring_groups.create(tenant, given)


def queue(strategy):
    call_queues.create(TENANT, {"queue_number": "700", "name": "Q", "members": MEMBERS, "polling_strategy": strategy})


def order(number, tenant=TENANT, **more):
    """The members in the order in which they ring for a call."""
    plan: Any = planning.plan(tenant, number, caller="1000", **more)
    if isinstance(plan, Queue):
        return [leg.number for wave in plan.waves for leg in wave]
    found = []
    while hasattr(plan, "legs"):
        found += [leg.number for leg in plan.legs]
        plan = plan.otherwise
    return found


def answer(number, at, monkeypatch, tenant=TENANT):
    """Let an extension answer a call at a moment, in seconds."""
    monkeypatch.setattr(clock, "wall", lambda: at)
    open_calls.begin(tenant, f"call {at}", INTERNAL, Party("1000"), number)
    open_calls.answer(f"call {at}", number)


@pytest.mark.parametrize("make", [group, queue])
def test_each_call_begins_with_the_next_member(make):
    make("CYCLIC_HUNT")
    number = "600" if make is group else "700"
    firsts = [order(number, turn=7)[0] for _ in range(4)]
    assert firsts == ["1001", "1002", "1003", "1001"]
    assert order(number) == ["1002", "1003", "1001"]


def test_each_group_has_turns_of_its_own():
    group("CYCLIC_HUNT")
    group("CYCLIC_HUNT", "601")
    other = make_tenant()
    for number in MEMBERS:
        make_user(number, other)
    group("CYCLIC_HUNT", tenant=other)
    assert [order("600")[0], order("601")[0], order("600", other)[0], order("600")[0]] == [*["1001"] * 3, "1002"]


def test_a_call_that_may_never_come_to_a_group_takes_no_turn_of_it():
    group("CYCLIC_HUNT")
    to_group = {"no_answer_action": "CONNECT_TO_RING_GROUP", "no_answer_action_value": "600"}
    extensions.update(TENANT, ExtensionKey("1003"), {"forward_rules": {"available": to_group}})
    assert order("1003", turn=2) == ["1003", "1003", "1001", "1002"]
    assert order("600")[0] == "1001"


@pytest.mark.parametrize("make", [group, queue])
def test_who_has_rested_longest_rings_first(make, monkeypatch):
    make("LEAST_WORKED_HUNT")
    number = "600" if make is group else "700"
    assert order(number) == MEMBERS
    answer("1001", 1_000, monkeypatch)
    assert order(number) == ["1002", "1003", "1001"]
    answer("1002", 1_001, monkeypatch)
    answer("1003", 1_002, monkeypatch, make_tenant())  # another one of that number
    assert order(number) == ["1003", "1001", "1002"]
    answer("1003", 1_003, monkeypatch)
    answer("1001", 1_004, monkeypatch)
    assert order(number) == ["1002", "1003", "1001"]


def test_a_group_without_members_has_no_order():
    call_queues.create(TENANT, {"queue_number": "701", "name": "Nobody", "polling_strategy": "CYCLIC_HUNT"})
    assert order("701") == []
