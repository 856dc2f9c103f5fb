"""Calls that go on: one's own and, for administrators, anybody's."""

import pytest

from portsip_api import switch
from tests.crm import Crm
from tests.pbx.calls.engines import Engine
from tests.pbx.calls.records import START
from tests.sipxcom.portal import JSON, check_refused

CALL = {
    "from": "201",
    "from-aor": '"Ana B." <sip:201@pbx.local>',
    "to": "200",
    "to-aor": "<sip:200@pbx.local>",
    "direction": "INCOMING",
    "recipient": "200",
    "internal": False,
    "type": "Unknown",
    "start-time": START,
    "duration": 4_500,
}


@pytest.fixture
def engine(user, admin: Crm, monkeypatch, time) -> Engine:
    """An engine with a call from 201 to 200 and one between others."""
    for number in ("201", "202"):
        admin.make_extension(number)
    attached = Engine()
    monkeypatch.setattr(switch, "switch", attached)
    time.wall_now = START / 1000 + 4.5
    attached.ring("201", "200", 11, name='Ana "B."')
    attached.ring("201", "202", 12, started=START + 1)
    return attached


def test_ones_own_calls(user, engine):
    engine.answer()
    assert user.read("rest/my/activecdrs") == {"cdrs": [CALL]}

    root = user.read_xml("rest/my/activecdrs")
    assert [child.tag for child in root[0]] == list(CALL)
    assert (root[0].findtext("start-time"), root[0].findtext("internal")) == (str(START), "false")


def test_while_it_rings_nobody_is_talked_to(user, engine):
    (call,) = user.read("rest/my/activecdrs")["cdrs"]
    assert "recipient" not in call


def test_anybodys_calls(portal, engine, user):
    rows = portal.read("rest/activecdrs/201")["cdrs"]
    assert [row["to"] for row in rows] == ["202", "200"]
    assert portal.read("rest/activecdrs/202")["cdrs"][0]["from"] == "201"
    assert portal.get("rest/activecdrs/299").status_code == 404
    assert user.get("rest/activecdrs/201").status_code == 403


def test_without_an_engine_there_are_none(user, portal):
    assert user.read("rest/my/activecdrs") == {"cdrs": []}
    assert user.get("rest/my/activecdrs").text.strip() == "<cdrs/>"
    assert portal.read("rest/activecdrs/200") == {"cdrs": []}
    check_refused(user.get("rest/my/activecdrs", accept="text/html"), 406)
    assert user.get("rest/my/activecdrs", accept=f"{JSON}, text/plain, */*").content_type.startswith("text/xml")
