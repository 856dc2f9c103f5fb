"""Who one is, what time it is, and whether one is still there."""

import re

import pytest

from portsip_api.pbx.hours import calendars
from portsip_api.store.clock import clock
from tests.crm import SIP_PASSWORD
from tests.pbx.features.call_features import TENANT
from tests.sipxcom.portal import JSON, XML, check_refused

DETAILS = "rest/my/logindetails"


def test_details_have_the_contracts_bytes(user):
    reply = user.get(DETAILS)
    assert reply.content_type == "text/xml; charset=UTF-8"
    assert reply.text.strip() == (
        "<login-details>\n  <userName>200</userName>\n  <imId></imId>\n  <ldapImAuth>false</ldapImAuth>\n"
        f"  <sipPassword>{SIP_PASSWORD}</sipPassword>\n</login-details>"
    )
    assert user.read(DETAILS) == {
        "login-details": {"userName": "200", "imId": "", "ldapImAuth": False, "sipPassword": SIP_PASSWORD}
    }


def test_those_of_unite_say_that_nothing_is_served_elsewhere_and_no_pin(user):
    assert user.read("rest/my/logindetailsunite")["login-details"] == {
        **user.read(DETAILS)["login-details"],
        "im-locations": [],
        "wrtc-locations": [],
    }
    root = user.read_xml("rest/my/logindetailsunite")
    assert [child.tag for child in root][-2:] == ["im-locations", "wrtc-locations"]


def test_where_passwords_are_hidden_they_are_hidden_here(user, configure):
    configure(PBX_EXPOSE_PASSWORDS="false")
    assert "sipPassword" not in user.read(DETAILS)["login-details"]
    assert SIP_PASSWORD not in user.get("rest/my/logindetailsunite").text


@pytest.mark.parametrize("path", ["rest/my/logindetailsunite/logout", "rest/my/logoutunite"])
def test_log_outs_lead_to_the_first_page(user, path):
    reply = user.get(path)
    assert (reply.status_code, reply.headers["Location"], reply.data) == (302, "/", b"")
    assert user.get(path, environ_overrides={"SCRIPT_NAME": "/pbx"}).headers["Location"] == "/pbx/"


@pytest.mark.parametrize(
    ("at", "zone", "told"),
    [
        (1_700_000_000.0, "UTC", "Nov 14, 2023 10:13 PM"),
        (1_700_000_000.0, "Asia/Kolkata", "Nov 15, 2023 3:43 AM"),
        (1_700_006_400.0, "UTC", "Nov 15, 2023 12:00 AM"),
    ],
)
def test_the_time_is_that_of_the_tenants_zone(user, monkeypatch, at, zone, told):
    calendars.update_hours(TENANT, {"time_zone": zone})
    monkeypatch.setattr(clock, "wall", lambda: at)
    reply = user.get("rest/my/time")
    assert (reply.text, reply.content_type) == (told, "text/plain; charset=UTF-8")


def test_it_is_text_only(user):
    for accept in (JSON, XML):
        check_refused(user.get("rest/my/time", accept=accept), 406, "ERROR_NOT_ACCEPTABLE")
    assert re.fullmatch(r"[A-Z][a-z]{2} \d+, \d{4} \d+:\d\d [AP]M", user.get("rest/my/time", accept="*/*").text)


def test_to_be_kept_alive_is_answered_with_nothing(user):
    reply = user.get("rest/my/keepalive")
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.get("rest/my/keepalive", accept="text/html").status_code == 406


@pytest.mark.parametrize("path", ["logindetails", "logindetailsunite", "logoutunite", "time", "keepalive"])
def test_other_methods_and_others_are_refused(user, portal, stranger, path):
    for method in ("PUT", "POST", "DELETE"):
        check_refused(user.ask(method, f"rest/my/{path}"), 405)
    check_refused(portal.get(f"rest/my/{path}"), 403)
    check_refused(stranger.get(f"rest/my/{path}"), 401)
