"""Scripted sessions of sipXcom's users: what each of their clients did in a day, under gunicorn and uWSGI."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from tests.contract.dialects.users_clients import Browser, Skill, shell
from tests.contract.servers import KINDS, Server, running
from tests.contract.sipxcom.world import Portal
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD

JSON = "application/json"
NAMES = {"200": ("Ann", "Lee"), "201": ("Bo", "Lind")}


@pytest.fixture(scope="module", params=KINDS)
def office(servers: None, fresh_store, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server with two users."""
    with running(request.param, fresh_store()) as server:
        portal = Portal(server.url)
        for number, (first, last) in NAMES.items():
            fields = {"userName": number, "firstName": first, "lastName": last, "pin": WEB_PASSWORD}
            portal.make("rest/user", fields)
        token = portal.ask_other("account/credentials/verify", "", username="admin", password=ADMIN_PASSWORD)
        for number, name, owner in (("7001", "team", "200"), ("7002", "theirs", "201")):
            room = {"room_number": number, "name": name, "owner": owner, "room_pin": "1234"}
            portal.ask_other("conference_room/create", token["access_token"], **room)
        yield server


@pytest.fixture
def browser(office: Server) -> Browser:
    """The portal's page of 200."""
    return Browser(office, "200", WEB_PASSWORD)


def test_a_skill_dials_by_a_label_or_a_name(office: Server):
    buttons = [{"label": "Bo", "number": "201", "blf": True}, {"label": "Door", "number": "202", "blf": False}]
    given = {"groupSpeedDial": False, "updatePhones": True, "buttons": buttons}
    assert Portal(office.url, "200", WEB_PASSWORD).ask("PUT", "rest/my/speeddial", given).status_code == 200
    skill = Skill(office, "200", WEB_PASSWORD)
    assert skill.speed_dials() == {"Bo": "201", "Door": "202"}
    root = fromstring(skill.phonebook())
    found = {entry.findtext("contact-information/imDisplayName"): entry.findtext("number") for entry in root}
    assert (root.tag, found) == ("phonebook", {"Ann Lee": "200", "Bo Lind": "201"})
    assert skill.call(found["Bo Lind"] or "") == 503  # no SIP engine is attached, and one byte is no obstacle


def test_a_shell_script_sets_what_is_its_user_s(office: Server, tmp_path: Path):
    portal, password = Portal(office.url), "next-4711-web"
    portal.make("rest/user", {"userName": f"30{office.kind[0]}", "pin": WEB_PASSWORD})
    name = f"30{office.kind[0]}"
    printed = shell(office, "own_settings.sh", tmp_path, NAME=name, PASSWORD=WEB_PASSWORD, NEXT=password, TO="201")
    assert printed == [
        *("200", "200", "<type>If no response</type>"),
        *("200", "200", '"expiration":25'),
        *("200", "200"),
        *("401", "200"),
    ]


def test_a_portal_gets_what_it_prefers(browser: Browser):
    """AngularJS likes JSON, text and anything alike: who has both gives XML, as the system did."""
    for path in ("phonebook", "forward", "contact-information", "logindetails", "logindetailsunite"):
        reply = browser.ask("GET", f"rest/my/{path}")
        assert (reply.status_code, reply.headers["Content-Type"].partition(";")[0]) == (200, "text/xml"), path
        as_json = browser.ask("GET", f"rest/my/{path}", accept=JSON)
        assert as_json.headers["Content-Type"] == JSON, path
        assert list(as_json.json()) == [fromstring(reply.content).tag]
    for path in ("speeddial", "callfwd", "callfwdsched", "vmprefs", "im/prefs", "imbot/prefs", "faxprefs"):
        assert browser.ask("GET", f"rest/my/{path}").headers["Content-Type"] == JSON, path


def test_a_portal_polls(browser: Browser):
    details = [browser.ask("GET", "rest/my/logindetailsunite", accept=JSON).json() for _ in range(5)]
    assert [one["login-details"]["userName"] for one in details] == ["200"] * 5
    assert details == details[:1] * 5
    polls = [browser.ask("GET", "rest/my/conferencedetails/team") for _ in range(5)]
    assert [(poll.status_code, "not active" in poll.text) for poll in polls] == [(406, True)] * 5
    assert browser.ask("GET", "rest/my/conferencedetails/theirs").status_code == 403
    assert browser.ask("GET", "rest/my/conferencedetails/none").status_code == 404
    assert browser.ask("PUT", "rest/my/conference/team/lock").status_code == 503  # the portal's button
    assert (browser.ask("GET", "rest/my/keepalive").status_code, browser.ask("GET", "rest/my/time").ok) == (200, True)


def test_a_portal_sends_back_what_it_was_given(browser: Browser):
    path = "rest/my/speeddial"
    buttons = [{"label": "Bo", "number": "201", "blf": True}]
    assert browser.ask("PUT", path, json={"buttons": buttons, "groupSpeedDial": False}).status_code == 200
    shown = browser.ask("GET", path).json()
    shown["buttons"].append({"label": "Mine", "number": 300, "blf": False, "pattern": "x", "$$hashKey": "object:7"})
    reply = browser.ask("PUT", path, json=shown | {"selected": None})
    assert (reply.status_code, reply.content) == (200, b"")
    after = browser.ask("GET", path).json()
    assert [button["name"] for button in after["buttons"]] == ["Bo=201", "Mine=300"]
    assert after | {"buttons": []} == shown | {"buttons": []}
    assert browser.ask("PUT", path, json=after).status_code == 200
    assert browser.ask("GET", path).json() == after


def test_a_portal_logs_out(browser: Browser):
    for path in ("rest/my/logindetailsunite/logout", "rest/my/logoutunite"):
        reply = browser.ask("GET", path)
        assert (reply.status_code, reply.headers["Location"]) == (302, "/")


def test_a_page_elsewhere_changes_nothing(office: Server, browser: Browser):
    before = browser.ask("GET", "rest/my/callfwd").json()
    browser._session.headers.update({"Sec-Fetch-Site": "cross-site", "Referer": "https://elsewhere.example/"})
    assert browser.ask("PUT", "rest/my/callfwd", json={"rings": [], "expiration": 1}).status_code == 403
    assert browser.ask("PUT", "rest/my/portal/password/taken-4711").status_code == 403
    assert Browser(office, "200", WEB_PASSWORD).ask("GET", "rest/my/callfwd").json() == before
