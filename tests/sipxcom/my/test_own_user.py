"""A user in full and the user's settings, as they see them themselves."""

import hashlib

import pytest

from tests.crm import SIP_PASSWORD, WEB_PASSWORD
from tests.sipxcom.portal import XML, check_refused

PATH, SETTINGS = "api/my/user", "api/my/user/settings"
MUSIC = "moh/audio-source"


def test_it_is_what_administrators_see(user, portal):
    own, seen = user.read(PATH), portal.read("api/users/200")
    assert own == seen
    assert (own["userName"], own["sipPassword"], own["pintoken"]) == ("200", SIP_PASSWORD, WEB_PASSWORD)
    assert user.get(PATH, accept=XML).text == portal.get("api/users/200", accept=XML).text


def test_the_pin_is_a_digest_as_it_was_stored(user):
    assert user.put("rest/my/voicemail/pin/4711").status_code == 200
    expected = hashlib.md5(b"200:4711", usedforsecurity=False).hexdigest()
    assert user.read(PATH)["voicemailPin"] == expected


def test_secrets_are_hidden_where_the_settings_say_so(user, configure):
    configure(PBX_EXPOSE_PASSWORDS="false")
    shown = user.read(PATH)
    assert (shown["sipPassword"], shown["pintoken"], shown["voicemailPin"]) == (None, "", None)
    for accept in ("application/json", XML):
        text = user.get(PATH, accept=accept).text
        assert SIP_PASSWORD not in text
        assert WEB_PASSWORD not in text


@pytest.mark.parametrize("path", [PATH, f"{SETTINGS}/{MUSIC}", f"{SETTINGS}/permission"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_users_do_not_change_it(user, method, path):
    before = user.read(PATH)
    if path == PATH and method == "DELETE":
        assert user.delete(path).status_code == 405
    else:
        check_refused(user.ask(method, path, {"lastName": "x"}), 403, "Ask an administrator")
    assert user.read(PATH) == before


def test_settings_are_what_administrators_see(user, portal):
    assert user.read(SETTINGS) == portal.read("api/users/200/settings")
    permission = f"{SETTINGS}/permission/application/music-on-hold"
    assert user.read(permission)["value"] == "ENABLE"
    assert (
        portal.put(
            "api/users/200/settings/permission/application/music-on-hold", "DISABLE", type="text/plain"
        ).status_code
        == 200
    )
    assert user.read(permission)["value"] == "DISABLE"
    group = user.read(f"{SETTINGS}/permission/application")["settings"]
    assert {"permission/application/rest", "permission/application/music-on-hold"} <= {one["path"] for one in group}
    check_refused(user.get(f"{SETTINGS}/user-portal"), 404)


def test_an_administrator_sets_a_user_s_music_too(user, portal):
    path = f"api/users/200/settings/{MUSIC}"
    assert portal.put(path, "NONE", type="text/plain").status_code == 200
    assert user.read(f"{SETTINGS}/{MUSIC}")["value"] == "NONE"
    check_refused(portal.put(path, "LOUD", type="text/plain"), 400, MUSIC)
    given = {
        "settings": [{"path": MUSIC, "value": "FILES_SRC"}, {"path": "permission/application/rest", "value": "ENABLE"}]
    }
    assert portal.put("api/users/200/settings", given).status_code == 200
    assert user.read(f"{SETTINGS}/{MUSIC}")["value"] == "FILES_SRC"
    assert portal.delete("api/users/200/settings/moh").status_code == 200
    assert user.read(f"{SETTINGS}/{MUSIC}")["value"] == "SYSTEM_DEFAULT"
    assert user.read(f"{SETTINGS}/permission/application/rest")["value"] == "ENABLE"


def test_all_or_nothing(user, portal):
    given = {"settings": [{"path": MUSIC, "value": "NONE"}, {"path": "permission/application/rest", "value": "maybe"}]}
    check_refused(portal.put("api/users/200/settings", given), 400, "permission/application/rest")
    assert user.read(f"{SETTINGS}/{MUSIC}")["value"] == "SYSTEM_DEFAULT"
