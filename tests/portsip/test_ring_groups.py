"""What follows where nobody answers at a ring group, and its strategies."""

from typing import Any

import pytest

from portsip_api.pbx.upkeep import consistency, lost_targets
from tests.crm import Crm, check_refused

HOME = 1


@pytest.fixture
def pbx(admin: Crm):
    """The default tenant with 1000 and 1001, and 600, at which 1001 rings; sound when the test is over."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    admin.do("ring_groups/create", ring_group_number="600", name="Sales", members=["1001"], ring_time=25)
    yield admin
    assert consistency.find_inconsistencies() == []


def leads(pbx: Crm, action: object, target: object = "") -> Any:
    return pbx.post(
        "ring_groups/update", ring_group_number="600", no_answer_action=action, no_answer_action_value=target
    )


def shown(pbx: Crm) -> tuple[str, str]:
    found = pbx.read("ring_groups/show", ring_group_number="600")
    return found["no_answer_action"], found["no_answer_action_value"]


def plan(pbx: Crm) -> list[tuple[str, str | None]]:
    """What follows when 1000, which forwards to the group, is busy."""
    rules = {"busy_action": "CONNECT_TO_RING_GROUP", "busy_action_value": "600"}
    pbx.do("extensions/update", extension_number="1000", forward_rules={"available": rules})
    route = pbx.read("extensions/route", extension_number="1000", state="AVAILABLE", outcome="busy")
    return [(step["action"], step["target"]) for step in route["steps"]]


def test_calls_go_on(pbx):
    group = ("CONNECT_TO_RING_GROUP", "600")
    assert plan(pbx) == [group]
    for action, target, following in (
        ("CONNECT_TO_VOICE_MAIL", "1001", [("CONNECT_TO_VOICE_MAIL", "1001")]),
        (2, "1001", [("CONNECT_TO_ANOTHER_EXTENSION", "1001"), ("CONNECT_TO_VOICE_MAIL", "1001")]),
        (2, "1000", [("DISCONNECT", None)]),  # where the call was before
        (7, "", [("REPEAT", "600")]),
        ("disconnect", "", []),
    ):
        assert leads(pbx, action, target).status_code == 200
        assert plan(pbx) == [group, *following]
    pbx.do("ring_groups/create", ring_group_number="601", name="B", no_answer_action=5, no_answer_action_value="1001")
    leads(pbx, 3, "601")
    assert plan(pbx) == [group, ("CONNECT_TO_RING_GROUP", "601"), ("CONNECT_TO_VOICE_MAIL", "1001")]
    pbx.do("ring_groups/update", ring_group_number="601", no_answer_action=3, no_answer_action_value="600")
    assert plan(pbx) == [group, ("CONNECT_TO_RING_GROUP", "601"), ("DISCONNECT", None)]  # and no circle
    pbx.do("call_queues/create", queue_number="700", name="Q", max_wait_time=9)
    leads(pbx, "CONNECT_TO_CALL_QUEUE", "700")
    assert plan(pbx) == [group, ("CONNECT_TO_CALL_QUEUE", "700"), ("DISCONNECT", None)]
    pbx.do("account/update", id=HOME, allowed_prefixes=["+49"])
    leads(pbx, 6, "+49 30 1")
    assert (shown(pbx), plan(pbx)) == (("CONNECT_TO_NUMBER", "+49301"), [group, ("CONNECT_TO_NUMBER", "+49301")])


def test_targets_are_followed_and_may_go(pbx):
    leads(pbx, 5, "1001")
    made = pbx.read("extensions/show", extension_number="1001")["id"]
    pbx.do("extensions/update", id=made, extension_number="1009")
    assert shown(pbx) == ("CONNECT_TO_VOICE_MAIL", "1009")
    pbx.do("extensions/destroy", extension_number="1009")
    assert shown(pbx) == ("CONNECT_TO_VOICE_MAIL", "")
    assert plan(pbx)[-1] == ("DISCONNECT", None)
    assert list(lost_targets.find_lost()) == [
        "Tenant default: no_answer_action_value of the ring group 600 led to 1009, which is gone."
    ]
    pbx.do("ring_groups/update", **pbx.read("ring_groups/show", ring_group_number="600"))  # as it was shown
    pbx.do("ring_groups/destroy", ring_group_number="600")
    assert not any("of the ring group" in told for told in lost_targets.find_lost())


@pytest.mark.parametrize(
    ("action", "target", "field"),
    [
        (2, "1999", "no_answer_action_value"),
        (2, "600", "no_answer_action_value"),
        (5, "", "no_answer_action_value"),
        (6, "+4930", "no_answer_action_value"),
        (8, "", "no_answer_action"),
        ("RING", "", "no_answer_action"),
    ],
)
def test_bad_values(pbx, action, target, field):
    check_refused(leads(pbx, action, target), "400.1", field)
    fields = {"ring_group_number": "601", "name": "x", "no_answer_action": action, "no_answer_action_value": target}
    check_refused(pbx.post("ring_groups/create", **fields), "400.1", field)
    assert shown(pbx) == ("DISCONNECT", "")
    assert pbx.read("ring_groups/list")["total"] == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (4, "LEAST_WORKED_HUNT"), ("5", "PAGING"), (6, "INTERCOM"), ("paging_intercom", "PAGING"), ("PAGING", "PAGING"),
    ],
)  # fmt: skip
def test_strategies(pbx, sent, kept):
    pbx.do("ring_groups/update", ring_group_number="600", ring_strategy=sent)
    assert pbx.read("ring_groups/list")["groups"][0]["ring_strategy"] == kept
    assert "no_answer_action" not in pbx.read("ring_groups/list")["groups"][0]
