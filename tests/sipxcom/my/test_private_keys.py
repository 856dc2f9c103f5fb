"""Keys that stand for users in addresses."""

import hashlib
import re

import pytest

from portsip_api.sipxcom.core.authentication import PRIVATE_KEY, Access
from portsip_api.store import database
from tests.crm import SIP_PASSWORD, Crm
from tests.pbx.features.call_features import make_tenant, make_user
from tests.sipxcom.portal import check_refused
from tests.sipxcom.test_roles import PREFIX, routes

PATH = "rest/my/privatekey"


@pytest.fixture
def key(user) -> str:
    """The key of the user 200."""
    return user.post(PATH).text


def test_it_is_shown_once_and_kept_as_its_hash(user, stranger, key):
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert database.fetch_row("SELECT digest FROM private_key") == (hashlib.sha256(key.encode()).hexdigest(),)
    reply = stranger.get(f"rest/private/{key}/logindetails")
    assert (reply.status_code, "<userName>200</userName>" in reply.text) == (200, True)
    check_refused(user.get(PATH), 405)


def test_a_new_one_replaces_it_and_it_can_be_taken_back(user, stranger, key):
    new = user.post(PATH).text
    assert new != key
    check_refused(stranger.get(f"rest/private/{key}/time"), 401)
    assert stranger.get(f"rest/private/{new}/time").status_code == 200
    assert user.delete(PATH).status_code == 200
    check_refused(stranger.get(f"rest/private/{new}/time"), 401)
    check_refused(user.delete(PATH), 404)


def test_every_own_resource_is_there_with_it(app, admin: Crm, stranger, key):
    """What is passed to a view is not there, so that who passes meets anything but 401."""
    adapter = app.url_map.bind("localhost")
    tried = 0
    for rule, method, access in routes(app):
        if PRIVATE_KEY in rule.arguments:
            assert access is Access.USER
            values = dict.fromkeys(rule.arguments, "0") | {PRIVATE_KEY: key}
            path = adapter.build(rule.endpoint, values, method=method).removeprefix(PREFIX)
            assert stranger.ask(method, path).status_code != 401, (method, rule.rule)
            tried += 1
    own = [
        (method, rule.rule)
        for rule, method, _ in routes(app)
        if rule.rule.startswith(f"{PREFIX}rest/my/")
        and not re.search("portal/password|voicemail/pin|privatekey", rule.rule)
    ]
    assert tried == len(own) > 20


def test_what_is_written_with_it_is_its_users(user, stranger, key):
    assert stranger.put(f"rest/private/{key}/im/prefs", {"otpMessage": "keyed"}).status_code == 200
    assert user.read("rest/my/im/prefs")["otpMessage"] == "keyed"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "portal/password/new-password"),
        ("PUT", "voicemail/pin/4711"),
        ("POST", "privatekey"),
        ("DELETE", "privatekey"),
    ],
)
def test_with_it_nobody_sets_another_secret(stranger, key, method, path):
    check_refused(stranger.ask(method, f"rest/private/{key}/{path}"), 404)


def test_with_it_nobody_sees_another_secret(stranger, key):
    for path in ("logindetails", "logindetailsunite"):
        reply = stranger.get(f"rest/private/{key}/{path}")
        assert reply.status_code == 200
        assert SIP_PASSWORD not in reply.text
        assert "sipPassword" not in reply.text


def test_it_is_worth_nothing_for_who_cannot_log_in_and_in_another_tenant(app, admin: Crm, stranger, key):
    path = f"rest/private/{key}/time"
    other = make_tenant()
    make_user("200", other)
    check_refused(stranger.get(path, base_url="http://other.example"), 401)
    admin.do("extensions/update", extension_number="200", options={"enable_extension": False})
    check_refused(stranger.get(path), 401)
    admin.do("extensions/update", extension_number="200", options={"enable_extension": True})
    assert stranger.get(path).status_code == 200
    admin.do("extensions/destroy", extension_number="200")
    check_refused(stranger.get(path), 401)
    assert database.fetch_row("SELECT count(*) FROM private_key") == (0,)


@pytest.mark.parametrize("key", ["0", "0" * 32, "x" * 500, "%00", "%FF%FE", "a%2Fb", "'; DROP"])
def test_an_unknown_one_is_401_whatever_it_is(user, stranger, key):
    reply = stranger.get(f"rest/private/{key}/time")
    check_refused(reply, 401)
    assert reply.headers.getlist("WWW-Authenticate")


def test_a_password_does_not_stand_for_it(user):
    check_refused(user.get(f"rest/private/{'0' * 32}/time"), 401)


def test_guesses_are_limited(user, stranger, key, configure):
    configure(PBX_LOGIN_FAILURES_ADDRESS="3")
    for number in range(3):
        check_refused(stranger.get(f"rest/private/{number:032}/time"), 401)
    reply = stranger.get(f"rest/private/{'f' * 32}/time")
    check_refused(reply, 429)
    assert int(reply.headers["Retry-After"]) > 0


def test_a_page_of_another_site_does_nothing_with_it(stranger, key):
    headers = {"Origin": "https://elsewhere.example"}
    check_refused(stranger.put(f"rest/private/{key}/im/prefs", {}, headers=headers), 403)


def test_no_log_holds_it(user, stranger, key, caplog):
    caplog.set_level("DEBUG")
    stranger.get(f"rest/private/{key}/time")
    assert key not in caplog.text


def test_administrators_have_none(portal):
    check_refused(portal.post(PATH), 403)


def test_a_digest_costs_no_write(user, stranger, key, statements):
    statements.clear()
    assert stranger.get(f"rest/private/{key}/keepalive").status_code == 200
    assert len(statements) <= 4
    assert not [text for text in statements if str(text).lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
