"""Past calls as reports show them."""

import pytest

from portsip_api.pbx.calls.records import OUTBOUND
from tests.crm import WEB_PASSWORD, Crm, check_refused
from tests.pbx.calls.records import START, missed, record, write

SEARCH = "call_reports/search"


@pytest.fixture
def pbx(admin: Crm) -> Crm:
    """The default tenant, which is in Berlin, with some calls."""
    admin.make_extension("1000")
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    write(
        record("a", "1000", "+4930", direction=OUTBOUND, recipient="+4930"),
        missed("b", "1001", "1000", started=START + 60_000),
        record("c", "+4940", "1000", started=START + 120_000, ended=START + 121_000, answered=START + 120_500),
    )
    return admin


def found(client: Crm, **fields: object) -> str:
    return "".join(row["call_id"] for row in client.do(SEARCH, **fields)["call_reports"])


def test_a_list_and_one_of_its_rows(pbx: Crm):
    reply = pbx.read("call_reports/list")
    assert ([row["call_id"] for row in reply["call_reports"]], reply["reports"]) == (["c", "b", "a"], [])
    row = reply["call_reports"][1]
    assert row == {
        "id": row["id"],
        "call_id": "b",
        "caller": "1001",
        "callee": "1000",
        "start_time": "2023-11-14 23:14:20 GMT+01:00",
        "answered_time": "NOT_ANSWER",
        "end_time": "2023-11-14 23:15:25 GMT+01:00",
        "duration": "65",
        "status": "NONE",
    }
    assert pbx.read("call_reports/show", id=row["id"]) == row
    assert Crm(pbx.http).read("call_reports/show", id=row["id"], access_token=pbx.token)["duration"] == 65
    check_refused(pbx.get("call_reports/show", id=99), "404.1")
    check_refused(pbx.log_in("1000@pbx.local", WEB_PASSWORD).get("call_reports/list"), "403.1")


def test_searches(pbx: Crm):
    assert found(pbx) == "cba"
    assert found(pbx, date_from="11/14/2023 23:14:20", date_to="11/14/2023 23:14:20") == "b"
    assert found(pbx, date_from="11/14/2023 23:14:21") == "c"
    assert found(pbx, call_status="ANSWERED") == "ca"
    assert found(pbx, call_status="not_answered") == "b"
    assert found(pbx, source={"source_type": "NUMBER", "source_value": "1001"}) == "b"
    assert found(pbx, source={"source_type": "PREFIX", "source_value": "10"}) == "ba"
    assert found(pbx, destination={"dest_type": "prefix", "dest_value": "+49"}) == "a"
    assert found(pbx, destination={"dest_type": "NUMBER", "dest_value": 1000}, call_status="ANSWERED") == "c"
    assert found(pbx, source={"source_type": "ANY", "source_value": "x"}, destination={}) == "cba"
    assert found(pbx, duration={"duration_from": "2"}) == "ba"
    assert found(pbx, duration={"duration_from": 0, "duration_to": 64}) == "c"
    assert pbx.read(SEARCH, date_from="11/14/2023 23:14:20", pagesize=1)["total"] == 2


def test_in_a_query_the_values_of_objects_stand_side_by_side(pbx: Crm):
    def calls(**query: object) -> str:
        return "".join(row["call_id"] for row in pbx.read(SEARCH, **query)["call_reports"])

    assert calls(source_type="NUMBER", source_value="1001") == "b"
    assert calls(dest_type="PREFIX", dest_value="+49", duration_from="2") == "a"
    check_refused(pbx.get(SEARCH, dest_value="0" * 65), "400.1", "destination.dest_value")


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("date_from", {"date_from": "14/11/2023 00:00:00"}),
        ("date_to", {"date_to": "11/14/2023"}),
        ("call_status", {"call_status": "MAYBE"}),
        ("source_value", {"source": {"source_type": "NUMBER"}}),
        ("destination.dest_type", {"destination": {"dest_type": "COUNTRY", "dest_value": "DE"}}),
        ("duration.duration_from", {"duration": {"duration_from": -1}}),
    ],
)
def test_what_is_refused(pbx: Crm, field: str, fields: dict[str, object]):
    check_refused(pbx.post(SEARCH, **fields), "400.1", field)
