"""Calls that were routed are one row each in the history, also those of which nobody tells the end."""

import pytest

from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.records import INTERNAL, LOST, Party
from portsip_api.store.paging import Slice
from tests.pbx.calls.records import TENANT, missed, record
from tests.pbx.features.call_features import make_users

pytestmark = pytest.mark.usefixtures("configure")
ANN = Party("1000", domain="pbx.local")


@pytest.fixture
def begun(time):
    """Three calls to 1001, of which the last one is answered, and later the clock."""
    make_users("1000", "1001")
    for call_id in ("c1", "c2", "c3"):
        open_calls.begin(TENANT, call_id, INTERNAL, ANN, "1001")
    time.pass_seconds(5)
    open_calls.answer("c3")
    time.pass_seconds(1)
    open_calls.answer("c3", "1001")
    open_calls.answer("unknown", "1001")
    time.pass_seconds(open_calls.YOUNG / 1000)
    return time


def rows() -> dict[str, PastCall]:
    return {row.call_id: row for row in history.page(TENANT, Wanted(), Slice(0, 100)).rows}


def test_calls_that_an_engine_has_no_more_end_as_far_as_they_are_known(begun):
    assert rows() == {}
    assert open_calls.close_lost({"c2"}) == 2
    found = rows()
    assert set(found) == {"c1", "c3"}
    assert {row.end_reason for row in found.values()} == {LOST}
    first, last = found["c1"], found["c3"]
    assert (first.caller, first.caller_domain, first.callee, first.answered, first.recipient) == (
        "1000", "pbx.local", "1001", None, "",
    )  # fmt: skip
    assert (first.seconds, last.ring_seconds, last.talk_seconds, last.recipient) == (16, 5, 11, "1001")
    assert open_calls.close_lost({"c2"}) == 0
    assert open_calls.close_lost(()) == 1


def test_a_call_that_has_just_been_asked_for_is_not_lost_yet(begun):
    open_calls.begin(TENANT, "c4", INTERNAL, ANN, "1001")
    assert open_calls.close_lost({"c1", "c2", "c3"}) == 0
    begun.pass_seconds(open_calls.YOUNG / 1000 + 1)
    assert open_calls.close_lost({"c1", "c2", "c3"}) == 1


def test_a_call_whose_end_is_told_is_not_lost(begun):
    open_calls.end(TENANT, missed("c1"))
    assert open_calls.close_lost({"c2", "c3"}) == 0
    assert rows()["c1"].end_reason == "NO_ANSWER"


def test_what_is_told_of_a_lost_call_later_is_truer_whoever_comes_again(begun):
    open_calls.close_lost({"c2", "c3"})
    open_calls.end(TENANT, record("c1"))
    open_calls.begin(TENANT, "c1", INTERNAL, ANN, "1001")  # a look-up that was on its way
    begun.pass_seconds(open_calls.YOUNG / 1000 + 1)
    assert open_calls.close_lost({"c2", "c3"}) == 1
    assert rows()["c1"].end_reason == "CALLER_HANGUP"


def test_a_call_of_a_tenant_that_is_gone_is_forgotten(begun):
    open_calls.begin(4711, "c5", INTERNAL, ANN, "1001")
    begun.pass_seconds(open_calls.YOUNG / 1000 + 1)
    assert open_calls.close_lost({"c1", "c2", "c3"}) == 1
    assert open_calls.close_lost({"c1", "c2", "c3"}) == 0
    assert rows() == {}
