"""Past calls in this API: v12's rows and v9's details, the times that filters take, and whose calls they are."""

from typing import Any

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.records import BUSY, INBOUND, LOST, MOST_TIME, OUTBOUND, CallRecord, Party
from portsip_api.store import database
from tests.crm import WEB_PASSWORD, Crm, check_refused
from tests.pbx.calls.records import START, fill_calls, missed, record, write

LIST = "call_logs/list"
HEADER = {"pagination": 1, "pagesize": 100, "sort_by": "DEFAULT", "page_count": 1}


@pytest.fixture
def pbx(admin: Crm) -> Crm:
    """The default tenant, which is in Berlin, with 1000 and 1001."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    return admin


def listed(client: Crm, **query: object) -> list[str]:
    return [row["call_id"] for row in client.read(LIST, **query)["items"]]


def test_a_row_has_every_field_and_no_null(pbx: Crm):
    fields: dict[str, Any] = {
        "direction": OUTBOUND,
        "recipient": "+4930123",
        "outbound_caller_id": "+49555",
        "did": "",
        "ringing": START + 1_000,
        "session_id": 4711,
        "related_call_id": "c0",
    }
    call = record("c1", "1000", "+4930123", **fields)
    write(CallRecord(**{**call.__dict__, "caller": Party("1000", "Ana", contact="sip:1000@192.0.2.1:5060")}))
    reply = pbx.read(LIST)
    (row,) = reply.pop("items")
    assert reply == HEADER | {"count": 1, "total": 1}
    assert row.pop("id").isdigit()
    assert row == {
        "call_id": "c1",
        "session_id": "4711",
        "caller": "1000",
        "caller_domain": "pbx.local",
        "caller_display_name": "Ana",
        "callee": "+4930123",
        "callee_domain": "",
        "final_dest": "+4930123",
        "direction": "OUTBOUND_CALL",
        "status": "ANSWERED",
        "start_time": "2023-11-14 23:13:20 GMT+01:00",
        "ringing_time": "2023-11-14 23:13:21 GMT+01:00",
        "answer_time": "2023-11-14 23:13:25 GMT+01:00",
        "end_time": "2023-11-14 23:14:25 GMT+01:00",
        "duration": "65",
        "ring_duration": "5",
        "talk_duration": "60",
        "end_reason": "CALLER_HANGUP",
        "fail_code": 0,
        "outcid": "+49555",
        "didcid": "",
        "related_callid_1": "c0",
        "related_callid_2": "",
        "caller_endpoint": "sip:1000@192.0.2.1:5060",
        "callee_endpoint": "",
        "call_cost": "0",
    }


def test_a_call_that_nobody_answered(pbx: Crm):
    write(missed("c1", fail_code=486, end_reason=BUSY))
    (row,) = pbx.read(LIST)["items"]
    assert (row["status"], row["answer_time"], row["ringing_time"]) == ("NONE", "NOT_ANSWER", "")
    assert (row["talk_duration"], row["ring_duration"], row["fail_code"]) == ("0", "65", 486)
    assert (row["end_reason"], row["final_dest"], row["callee_domain"]) == ("BUSY", "", "pbx.local")


def test_utc_is_written_as_an_offset_too(pbx: Crm):
    pbx.do("office_hours/update", time_zone="UTC")
    write(record())
    assert pbx.read(LIST)["items"][0]["start_time"] == "2023-11-14 22:13:20 GMT+00:00"


def test_details_of_v9_come_with_a_timestamp(pbx: Crm):
    write(record("c1"), missed("c2", started=START + 1_000, end_reason=LOST))
    reply = pbx.read(LIST, timestamp="2023-11-14T22:13:20Z")
    assert [row["call_id"] for row in reply["items"]] == ["c2", "c1"]
    assert reply["details"] == [
        {
            "call_id": "c2",
            "caller": "1000",
            "callee": "1001",
            "start_time": "2023-11-14 22:13:21 UTC",
            "answer_time": "NOT_ANSWER",
            "end_time": "2023-11-14 22:14:26 UTC",
            "duration": 65,
        },
        {
            "call_id": "c1",
            "caller": "1000",
            "callee": "1001",
            "start_time": "2023-11-14 22:13:20 UTC",
            "answer_time": "2023-11-14 22:13:25 UTC",
            "end_time": "2023-11-14 22:14:25 UTC",
            "duration": 65,
        },
    ]
    assert "details" not in pbx.read(LIST)


@pytest.mark.parametrize(
    "text",
    [
        "2023-11-14 23:13:21 GMT+01:00",
        "2023-11-14 23:13:21 GMT 01:00",
        " 2023-11-14 23:13:21 ",
        "2023-11-14 22:13:21 UTC",
        "2023-11-14 22:13:21 GMT",
        "2023-11-14T22:13:21Z",
        "2023-11-14T22:13:21.250Z",
        "2023-11-15T07:13:21+09:00",
        "2023-11-14 16:13:21 GMT-06:00",
        "2023-11-14 16:13:21 -0600",
        "1700000001",
    ],
)
def test_every_form_of_a_time_means_the_same(pbx: Crm, text: str):
    write(record("a"), record("b", started=START + 1_900), record("c", started=START + 2_000))
    assert listed(pbx, start_time=text) == ["c", "b"]
    assert listed(pbx, end_time=text) == ["b", "a"]
    assert listed(pbx, timestamp=text, end_time=text) == ["b"]


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2023-11-14", "14.11.2023 22:13:20", "2023-02-30 00:00:00", "2023-11-14 22:13:20 GMT+99:00", "-5",
     "123456789012", "2023-11-14 22:13:20 CET", "0001-01-01 00:00:00 GMT+14:00\x00"],
)  # fmt: skip
@pytest.mark.parametrize("field", ["start_time", "end_time", "timestamp"])
def test_what_is_no_time_is_refused(pbx: Crm, field: str, text: str):
    check_refused(pbx.get(LIST, **{field: text}), "400.1", field)


def test_times_far_away_are_times(pbx: Crm):
    write(record())
    assert listed(pbx, start_time="0001-01-01 00:00:00 UTC", end_time="9999-12-31 23:59:59 UTC") == ["c1"]
    assert listed(pbx, start_time="99999999999") == []
    assert listed(pbx, end_time="9999-12-31 23:59:59 GMT-23:59") == ["c1"]
    write(record("late", started=MOST_TIME - 65_000))
    assert listed(pbx, start_time="9999-12-30 00:00:00 GMT+14:00") == ["late"]
    assert listed(pbx, start_time="", end_time=" ") == ["late", "c1"]


def test_filters(pbx: Crm):
    write(
        record("a"),
        missed("b", "1001", "1000", started=START + 1),
        record("c", "+491", "1001", started=START + 2, direction=INBOUND),
    )
    assert listed(pbx, caller="1000") == ["a"]
    assert listed(pbx, callee=1001) == ["c", "a"]
    assert listed(pbx, status="none") == ["b"]
    assert listed(pbx, status="ANSWERED", direction="internal_call") == ["a"]
    check_refused(pbx.get(LIST, status="MAYBE"), "400.1", "status")
    check_refused(pbx.get(LIST, direction="UP"), "400.1", "direction")


def test_pages(pbx: Crm):
    write(*(record(f"c{number}", started=START + number) for number in range(5)))
    reply = pbx.read(LIST, pagination=2, pagesize=2)
    assert ([row["call_id"] for row in reply["items"]], reply["count"], reply["total"]) == (["c2", "c1"], 2, 5)
    assert listed(pbx, pagination=3, pagesize=2) == ["c0"]
    assert listed(pbx, pagination=4, pagesize=2) == []
    assert listed(pbx, sort_by="-default", pagesize=2) == ["c0", "c1"]


def test_an_extension_is_shown_its_own_calls_and_a_tenant_all_of_its_own(pbx: Crm):
    other = pbx.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")["id"]
    write(record("a", "1000", "+491"), record("b", "1001", "1001", started=START + 1))
    write(record("theirs"), tenant=other)
    for number, calls in (("1000", ["a"]), ("1001", ["b"])):
        assert listed(pbx.log_in(f"{number}@pbx.local", WEB_PASSWORD)) == calls
    assert listed(pbx.log_in("acme", "a tenant's secret")) == ["theirs"]
    assert listed(pbx, tenant_id=other) == ["theirs"]
    own = pbx.log_in("1000@pbx.local", WEB_PASSWORD)
    assert listed(own, caller="1001") == []
    tenants.destroy(other)


def test_a_list_costs_a_constant_number_of_statements(pbx: Crm, statements: list[str]):
    write(record())
    statements.clear()
    pbx.read(LIST, start_time="1", end_time="1700000001")
    few = len(statements)
    database.execute("DELETE FROM call")
    fill_calls(5_000)
    statements.clear()
    assert pbx.read(LIST, start_time="1", end_time="1700000001", pagesize=1000)["count"] == 1
    assert len(statements) == few <= 8
    assert history.MOST_SEEN == 10_000  # as the description says
