"""The history of calls: written once each, open and then closed; listed by time, extension and what else is asked."""

from dataclasses import replace

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import history, retention
from portsip_api.pbx.calls.history import PastCall, Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.records import BUSY, INBOUND, LOST, MOST_SESSION, OUTBOUND, Party
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.pbx.calls.records import START, TENANT, fill_calls, missed, open_call, record, write
from tests.pbx.features.call_features import drop_user, make_tenant, make_user, make_users

pytestmark = pytest.mark.usefixtures("configure")
NEWEST = Slice(0, 100, descending=True)


def listed(part: Slice = NEWEST, tenant: int = TENANT, ordering: str = history.TIME, **wanted: object) -> list[str]:
    rows: list[PastCall] = list(history.page(tenant, Wanted(**wanted), part, ordering).rows)  # type: ignore[arg-type]
    return [row.call_id for row in rows]


def only() -> PastCall:
    (row,) = history.page(TENANT, Wanted(), NEWEST).rows
    return row


def test_a_call_is_written_once():
    first, second = make_users("1000", "1001")
    session = history.write(TENANT, record())
    assert 1 <= session <= MOST_SESSION
    before = only()
    assert (before.caller_extension, before.callee_extension, before.recipient_extension) == (first, second, second)
    assert (before.seconds, before.ring_seconds, before.talk_seconds) == (65, 5, 60)
    assert history.write(TENANT, record()) == session
    assert only() == before
    assert consistency.find_inconsistencies() == []


def test_an_open_call_is_in_no_list_until_it_ends():
    make_users("1000", "1001")
    session = history.write(TENANT, open_call("c1", answered=None, session_id=4711))
    assert session == 4711
    assert listed() == []
    assert [row.call_id for row in history.unfinished(TENANT, START + 1)] == ["c1"]
    assert history.unfinished(TENANT, START) == []
    assert history.write(TENANT, record("c1")) == 4711
    assert (listed(), history.unfinished(TENANT, START + 1)) == (["c1"], [])
    assert history.write(TENANT, open_call("c1")) == 4711  # which comes late
    assert only().ended == START + 65_000
    assert consistency.find_inconsistencies() == []


def test_the_truth_comes_later():
    """Reconciliation closes what was left open; the engine's record that is found at last tells more."""
    make_users("1000", "1001", "1002")
    write(open_call("c1"), record("c1", end_reason=LOST, recipient=""))
    assert only().end_reason == LOST
    write(record("c1", recipient="1002", started=START - 10))
    assert (only().recipient, only().started) == ("1002", START - 10)
    assert consistency.find_inconsistencies() == []


def test_what_the_network_says_is_cut_to_what_can_be_shown():
    write(replace(record(), caller=Party("+49 30\x001", "Ann\r\nX-Injected: 1" + "x" * 300)))
    assert only().caller == "+49 30 1"
    assert only().caller_name.startswith("Ann X-Injected: 1x")
    assert len(only().caller_name) == 255


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("call_id", {"call_id": ""}),
        ("call_id", {"call_id": "a\nb"}),
        ("direction", {"direction": "sideways"}),
        ("end_reason", {"end_reason": "TIRED"}),
        ("end_reason", {"ended": None}),
        ("session_id", {"session_id": 2**53}),
        ("fail_code", {"fail_code": -1}),
        ("started", {"started": -1, "answered": None, "ended": None, "end_reason": ""}),
        ("answered", {"answered": START - 1}),
        ("ended", {"ended": START + 1}),
    ],
)
def test_what_is_ours_to_say_is_checked(field, fields):
    with pytest.raises(Invalid) as refused:
        history.write(TENANT, replace(record(), **fields))
    assert field in refused.value.errors
    assert listed() == []


def test_a_tenant_that_is_not_there():
    with pytest.raises(NotFound):
        history.write(99, record())


def test_each_tenant_has_calls_of_its_own():
    other = make_tenant()
    make_user("1000")
    theirs = make_user("1000", other)
    write(record("c1"))
    write(record("c1"), record("c2", started=START + 1), tenant=other)
    assert listed() == ["c1"]
    assert listed(tenant=other) == ["c2", "c1"]
    assert listed(extension_id=theirs) == []
    assert listed(tenant=other, extension_id=theirs) == ["c2", "c1"]
    tenants.destroy(other)
    assert listed(tenant=other) == []
    assert database.fetch_all("SELECT 1 FROM history_order WHERE tenant_id = ?", (other,)) == []
    assert consistency.find_inconsistencies() == []


def test_an_extension_has_the_calls_in_which_it_took_part():
    first, second, third = make_users("1000", "1001", "1002")
    write(
        record("own", "1000", "1000", started=START + 3),
        record("picked", "1000", "1001", recipient="1002", started=START + 2),
        missed("missed", "1001", "1000", started=START + 1),
        record("outside", "1001", "+4930", recipient="+4930", direction=OUTBOUND),
    )
    assert listed(extension_id=first) == ["own", "picked", "missed"]
    assert listed(extension_id=second) == ["picked", "missed", "outside"]
    assert listed(extension_id=third) == ["picked"]
    drop_user("1002")
    assert listed() == ["own", "picked", "missed", "outside"]
    assert consistency.find_inconsistencies() == []
    assert listed(extension_id=make_user("1002")) == []  # the next one of that number is somebody else


def test_filters():
    first, second = make_users("1000", "1001")
    write(
        record("a", "1000", "1001", started=START),
        missed("b", "1001", "1000", started=START + 1, end_reason=BUSY),
        record("c", "+491", "1001", started=START + 2, direction=INBOUND),
        missed("d", "+491", "1000", started=START + 3, direction=INBOUND),
        record("e", "1001", "+492", started=START + 4, direction=OUTBOUND, recipient="+492"),
    )
    assert listed(times=Times(START + 1, START + 3)) == ["d", "c", "b"]
    assert listed(times=Times(START + 3, START + 1)) == []
    assert listed(caller="+491") == ["d", "c"]
    assert listed(callee="1001", is_answered=True) == ["c", "a"]
    assert listed(callee="1001", caller="+491") == ["c"]
    assert listed(is_answered=False) == ["d", "b"]
    assert listed(direction=INBOUND) == ["d", "c"]
    assert listed(direction=INBOUND, is_answered=False) == ["d"]
    assert listed(direction=INBOUND, times=Times(until=START + 2)) == ["c"]
    assert listed(extension_id=first, is_answered=False) == ["d", "b"]
    assert listed(extension_id=second, direction=INBOUND) == ["c"]
    assert listed(extension_id=second, callee="1001") == ["c", "a"]
    assert listed(extension_id=first, caller="+491") == ["d"]
    assert listed(recipient="+492") == ["e"]
    assert history.page(TENANT, Wanted(is_answered=True), Slice(1, 1, descending=True)).total == 3


def test_orders():
    write(
        record("a", "3", "1", started=START),
        record("b", "1", "2", started=START + 1, ended=START + 5_500, answered=START + 5_001),
        missed("c", "2", "3", started=START + 2),
    )
    up = Slice(0, 10)
    assert listed(up) == ["a", "b", "c"]
    assert listed(up, ordering="caller") == ["b", "c", "a"]
    assert listed(up, ordering="callee") == ["a", "b", "c"]
    assert listed(up, ordering="duration") == ["c", "b", "a"]
    assert listed(NEWEST, ordering="termination") == ["c", "b", "a"]


def count_steps(**wanted: object) -> int:
    """Count what the store does for a page in the middle of a list, in units of a hundred instructions of SQLite."""
    steps: list[None] = []
    asked = Wanted(**wanted)  # type: ignore[arg-type]
    total = history.page(TENANT, asked, Slice(0, 1)).total
    database.db.connection().set_progress_handler(lambda: steps.append(None), 100)
    try:
        history.page(TENANT, asked, Slice(total // 2, 100, descending=True))
    finally:
        database.db.connection().set_progress_handler(None, 0)
    return len(steps)


def test_a_page_costs_the_same_whatever_there_is():
    """By blocks of at most 4,000 rows, or through the index of the filter and the rows that it looks through."""
    kinds: tuple[dict[str, object], ...] = (
        {},
        {"times": Times(START + 500_000, START + 3_600_000)},
        {"caller": "2001"},
        {"callee": "3001", "is_answered": True},
    )
    fill_calls(6_000)
    few = [count_steps(**wanted) for wanted in kinds]
    database.execute("DELETE FROM call")
    fill_calls(36_000)
    many = [count_steps(**wanted) for wanted in kinds]
    assert many[0] <= few[0] + 500
    assert many[1] <= few[1] + 500
    assert many[2] <= few[2] * 9  # 72 rows in the place of 12
    assert many[3] <= few[3] * 9


def test_a_filtered_list_looks_through_the_newest_alone(monkeypatch):
    monkeypatch.setattr(history, "MOST_SEEN", 3)
    write(*(record(f"c{number}", started=START + number) for number in range(5)))
    assert listed(caller="1000") == ["c4", "c3", "c2"]
    assert history.page(TENANT, Wanted(caller="1000"), Slice(2, 5, descending=True)).total == 3


def test_statements(statements):
    make_user("1000")
    write(record())
    for wanted, most in ((Wanted(), 3), (Wanted(times=Times(START, START + 1)), 4), (Wanted(is_answered=True), 2)):
        statements.clear()
        assert history.page(TENANT, wanted, NEWEST).total == 1
        assert len(statements) == most


@pytest.mark.parametrize("days", [1, 3])
def test_calls_are_kept_as_long_as_the_tenant_says_or_else_the_settings(configure, time, days):
    day = 86_400_000
    time.wall_now = (START + 3 * day) / 1000
    write(record("old"), record("new", started=START + 2 * day + 5_000))
    assert retention.clean() == 0
    configure(PBX_CALL_HISTORY_DAYS="1")
    tenants.update(TENANT, {"quota": {"auto_clean_call_reports_days": days}})
    time.pass_seconds(1)
    assert retention.clean() == 1
    assert listed() == ["new"]
    assert consistency.find_inconsistencies() == []
