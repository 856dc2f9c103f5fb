"""`/api/cdrs`: calls that go on and past ones, by time, party and order."""

import pytest

from portsip_api import switch
from portsip_api.pbx.calls.records import CANCELLED, INBOUND, LOST, OUTBOUND, TRANSFERRED
from tests.crm import Crm
from tests.pbx.calls.engines import Engine
from tests.pbx.calls.records import START, missed, record, write
from tests.sipxcom.portal import check_refused

PAST = "api/cdrs/history?fromDate=202311140000"
OF_USER = "api/cdrs/user/{}/history?fromDate=202311140000"


@pytest.fixture
def calls(user, admin: Crm, time) -> None:
    """Calls of 200 and 201; the tenant is in Berlin, and it is a day and a half later."""
    admin.make_extension("201")
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    time.wall_now = START / 1000 + 1.5 * 86_400
    write(
        record("a", "200", "+491", name="Ana", direction=OUTBOUND, recipient="+491"),
        missed("b", "201", "200", started=START + 60_000, end_reason=CANCELLED),
        record("c", "+499", "201", started=START + 120_000, direction=INBOUND, end_reason=TRANSFERRED),
        missed("d", "201", "+491", started=START + 180_000, direction=OUTBOUND),
        record("e", "201", "200", started=START + 240_000, end_reason=LOST, ended=START + 4_000_000),
    )


def ids(portal, path: str) -> str:
    return "".join(row["callId"] for row in portal.read(path)["cdrs"])


def test_a_row(portal, calls):
    reply = portal.read(f"{PAST}&limit=1")
    assert reply == {
        "cdrs": [
            {
                "callId": "a",
                "caller": "Ana - 200",
                "callerAor": '"Ana" <sip:200@pbx.local>',
                "callee": "+491",
                "calleeAor": "<sip:+491@pbx.local>",
                "recipient": "+491",
                "termination": "COMPLETED",
                "duration": "00:01:00",
                "startTime": START,
                "startAt": "11/14/23 11:13 PM",
                "connectAt": "11/14/23 11:13 PM",
            }
        ],
        "total": 5,
    }
    root = portal.read_xml(f"{PAST}&limit=2")
    assert (root.tag, [child.tag for child in root]) == ("Cdrs", ["Cdr", "Cdr", "total"])
    rows = portal.read(PAST)["cdrs"]
    assert [row["termination"] for row in rows] == ["COMPLETED", "ABANDONED", "TRANSFER", "FAILED", "UNKNOWN"]
    assert (rows[1]["recipient"], rows[1]["connectAt"], rows[1]["duration"]) == (None, None, "00:00:00")
    assert rows[4]["duration"] == "01:02:35"


def test_times(portal, calls, time):
    assert ids(portal, "api/cdrs/history") == ""  # yesterday is when it begins
    time.pass_seconds(-43_200)
    assert ids(portal, "api/cdrs/history") == "abcde"
    assert ids(portal, "api/cdrs/history?fromDate=202311142315") == "cde"
    assert ids(portal, f"{PAST}&toDate=202311142314") == "ab"
    assert ids(portal, f"{PAST}&toDate=202311142313") == "a"


def test_parties_and_orders(portal, calls):
    assert ids(portal, f"{PAST}&from=201") == "bde"
    assert ids(portal, f"{PAST}&to=200") == "be"
    assert ids(portal, f"{PAST}&from=201&to=%2B491") == "d"
    assert ids(portal, f"{PAST}&from=201&to=201") == "bcde"
    assert ids(portal, f"{PAST}&recipient=200") == "e"
    assert ids(portal, f"{PAST}&orderDirection=desc") == "edcba"
    assert ids(portal, f"{PAST}&orderBy=caller") == "cabde"
    assert ids(portal, f"{PAST}&orderBy=duration&orderDirection=desc&limit=2&offset=1") == "ca"
    assert ids(portal, f"{PAST}&orderBy=termination") == "abedc"
    assert ids(portal, "api/cdrs/prefix/%2B49/history?fromDate=202311140000") == "dca"


def test_of_a_user(portal, calls, admin: Crm):
    for name in ("200", str(admin.read("extensions/show", extension_number="200")["id"])):
        assert ids(portal, OF_USER.format(name)) == "eba"
    assert ids(portal, f"{OF_USER.format('201')}&orderDirection=asc&limit=2") == "bc"
    assert ids(portal, f"{OF_USER.format('201')}&to=200") == "eb"
    assert portal.get(OF_USER.format("299")).status_code == 404


@pytest.mark.parametrize(
    "query", ["fromDate=yesterday", "toDate=202313010000", "fromDate=20231114", "orderBy=cost", "limit=-1", "offset=x"]
)
def test_what_is_wrong_is_400(portal, calls, query):
    assert portal.get(f"api/cdrs/history?{query}").status_code == 400


def test_active(portal, user, calls, monkeypatch, time):
    assert portal.read("api/cdrs/active") == {"cdrs": [], "total": 0}
    engine = Engine()
    monkeypatch.setattr(switch, "switch", engine)
    time.wall_now = START / 1000 + 62
    engine.ring("200", "201", 1, name="Ana")
    engine.ring("+491", "200", 2, started=START + 1)
    engine.answer()
    reply = portal.read("api/cdrs/active")
    assert [row["callId"] for row in reply["cdrs"]] == ["id-2", "id-1"]
    assert (reply["cdrs"][1]["termination"], reply["cdrs"][1]["duration"]) == ("IN_PROGRESS", "00:01:02")
    assert ids(portal, "api/cdrs/user/201/active") == "id-1"
    assert portal.get("api/cdrs/user/299/active").status_code == 404
    check_refused(user.get("api/cdrs/active"), 403)
