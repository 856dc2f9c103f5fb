"""Calls that go on, as consoles watch, place and end them."""

import pytest

from portsip_api import switch
from tests.crm import WEB_PASSWORD, Crm, check_refused
from tests.pbx.calls.engines import Engine
from tests.pbx.calls.records import START

LIST = "call_sessions/list"


@pytest.fixture
def office(admin: Crm) -> Crm:
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    return admin


@pytest.fixture
def engine(office: Crm, monkeypatch, time) -> Engine:
    attached = Engine()
    monkeypatch.setattr(switch, "switch", attached)
    return attached


def test_a_list(office: Crm, engine: Engine, time):
    time.wall_now = START / 1000 + 12
    engine.ring("1000", "1001", 7)
    engine.answer()
    engine.ring("+491", "1002", 8, started=START + 2_000)
    reply = office.read(LIST)
    assert (
        reply["sessions"]
        == reply["call_hitorys"]
        == [
            {
                "session_id": 8,
                "caller": "+491",
                "callee": "1002",
                "start_time": "2023-11-14 22:13:22",
                "answered_time": "",
                "duration": 10,
            },
            {
                "session_id": 7,
                "caller": "1000",
                "callee": "1001",
                "start_time": "2023-11-14 22:13:20",
                "answered_time": "2023-11-14 22:13:21",
                "duration": 12,
            },
        ]
    )
    assert (reply["count"], reply["total"]) == (2, 2)
    assert [row["session_id"] for row in office.read(LIST, pagination=2, pagesize=1)["sessions"]] == [7]
    assert [row["session_id"] for row in office.read(LIST, sort_by="-DEFAULT")["sessions"]] == [7, 8]


def test_a_call_is_placed_and_ended(office: Crm, engine: Engine):
    made = office.do("call_sessions/create", call_from=1000, call_to="1001")
    (row,) = office.read(LIST)["sessions"]
    assert made == {"result": "success", "session_id": row["session_id"]}
    assert office.do("call_sessions/destroy", session_id=str(row["session_id"])) == {"result": "success"}
    assert engine.told == [("hang up", "pbx.local", f"id-{row['session_id']}")]
    assert office.read(LIST)["sessions"] == []
    check_refused(office.post("call_sessions/destroy", session_id=row["session_id"]), "404.1")


def test_several_numbers_are_tried_in_turn(office: Crm, engine: Engine):
    office.do("call_sessions/create", call_from="1000", call_to=["1001", 1002])
    assert engine.placed[0].to == ("1001", "1002")
    assert engine.placed[0].session_id == office.read(LIST)["sessions"][0]["session_id"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"call_to": ["1001"]}, "400.1"),
        ({"call_from": "1000"}, "400.1"),
        ({"call_from": "1000", "call_to": []}, "400.1"),
        ({"call_from": "1000", "call_to": ["1001"] * 21}, "400.1"),
        ({"call_from": "1000", "call_to": {"a": 1}}, "400.1"),
        ({"call_from": "1000", "call_to": ["no number"]}, "400.1"),
        ({"call_from": "1009", "call_to": ["1001"]}, "404.1"),
        ({"call_from": "1000", "call_to": ["1001", "+4930"]}, "403.1"),
    ],
)
def test_what_is_refused(office: Crm, engine: Engine, fields: dict[str, object], code: str):
    check_refused(office.post("call_sessions/create", **fields), code)
    assert engine.placed == []


def test_another_tenants_calls_are_none_of_ours(office: Crm, engine: Engine):
    office.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    engine.ring("1000", "1001", 7)
    acme = office.log_in("acme", "a tenant's secret")
    assert acme.read(LIST)["sessions"] == []
    check_refused(acme.post("call_sessions/destroy", session_id=7), "404.1")
    check_refused(office.log_in("1000@pbx.local", WEB_PASSWORD).get(LIST), "403.1")


def test_without_an_engine(office: Crm):
    assert office.read(LIST)["sessions"] == []
    check_refused(office.post("call_sessions/create", call_from="1000", call_to="1001"), "503.1")
    check_refused(office.post("call_sessions/destroy", session_id=1), "404.1")
