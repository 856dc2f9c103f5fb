"""The password and the PIN that users set themselves."""

import pytest

from tests.crm import WEB_PASSWORD, Crm
from tests.sipxcom.portal import Portal, check_outcome, check_refused

PASSWORD, PIN = "rest/my/portal/password", "rest/my/voicemail/pin"


@pytest.mark.parametrize(
    ("segment", "password"),
    [("new-password", "new-password"), ("a%2Fb%3Fc%20%C3%A4%23x", "a/b?c ä#x"), ("%2e%2e......", "........")],
)
def test_a_new_password_logs_in_and_the_old_one_does_not(app, user, segment, password):
    reply = user.put(
        f"{PASSWORD}/{segment}", headers={}, environ_overrides={"RAW_URI": f"/sipxconfig/{PASSWORD}/{segment}"}
    )
    assert (reply.status_code, reply.data) == (200, b"")
    check_refused(user.get("rest/my/keepalive"), 401)
    assert Portal(app.test_client(), "200", password).get("rest/my/keepalive").status_code == 200


@pytest.mark.parametrize("body", [None, "x", b"\x00\xff", "<a/>", {"a": 1}])
def test_a_body_is_not_looked_at(user, body):
    assert user.put(f"{PIN}/4711", body).status_code == 200
    assert user.put(f"{PASSWORD}/{WEB_PASSWORD}", body).status_code == 200


def test_it_ends_the_tokens_of_the_other_api(user, app):
    crm = Crm(app.test_client()).log_in("200@pbx.local", WEB_PASSWORD)
    assert crm.get("extensions/show", extension_number="200").status_code == 200
    assert user.put(f"{PASSWORD}/new-password").status_code == 200
    assert crm.get("extensions/show", extension_number="200").status_code == 401


def test_the_pin_is_that_of_the_other_api(user, admin: Crm):
    assert user.put(f"{PIN}/0042").status_code == 200
    assert admin.read("voice_mail/show", extension_number="200")["voicemail_pin"] == "0042"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"{PASSWORD}/1234567", "Password must be at least 8 characters long"),
        (f"{PASSWORD}/pass%FFword", "UTF-8"),
        (f"{PASSWORD}/{'x' * 129}", "128"),
        (f"{PASSWORD}/pass%00word", "control"),
        (f"{PIN}/123", "Voicemail PIN must be at least 4 characters long"),
        (f"{PIN}/abcd", "digits"),
        (f"{PIN}/{'1' * 21}", "20"),
    ],
)
def test_bad_ones_are_refused_and_not_repeated(user, path, words):
    reply = user.put(path)
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert words in reply.text
    assert path.rpartition("/")[2] not in reply.text
    assert user.get("rest/my/keepalive").status_code == 200


def test_there_is_only_put(user, portal, stranger):
    for path in (f"{PASSWORD}/new-password", f"{PIN}/4711"):
        for method in ("GET", "POST", "DELETE"):
            check_refused(user.ask(method, path), 405)
        check_refused(portal.put(path), 403)
        check_refused(stranger.put(path), 401)
        check_refused(user.put(path, headers={"Origin": "https://elsewhere.example"}), 403)
    for path in (PASSWORD, PIN):
        check_refused(user.put(path), 404)


def test_no_log_holds_them(user, caplog):
    caplog.set_level("DEBUG")
    user.put(f"{PASSWORD}/very-secret-word")
    user.put(f"{PIN}/98761234")
    assert "very-secret-word" not in caplog.text
    assert "98761234" not in caplog.text
