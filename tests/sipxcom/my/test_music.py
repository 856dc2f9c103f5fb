"""What is heard while a user holds a call: whether they may choose it, and what they chose."""

import pytest

from portsip_api.store import database
from tests.crm import WEB_PASSWORD
from tests.sipxcom.portal import Portal, check_refused

SOURCE, PERMISSION = "api/my/moh/settings/moh/audio-source", "api/my/moh/permission"


def put(user: Portal, text: str):
    return user.put(SOURCE, text, type="text/plain")


def test_the_permission_is_told(user, portal):
    assert user.read(PERMISSION) is True
    assert user.get(PERMISSION, accept="text/plain").text == "true"
    forbid(portal)
    assert user.read(PERMISSION) is False


def forbid(portal: Portal) -> None:
    path = "api/users/200/settings/permission/application/music-on-hold"
    assert portal.put(path, "DISABLE", type="text/plain").status_code == 200


def test_the_source_is_set_and_reset(user):
    shown = user.read(SOURCE)
    assert (shown["path"], shown["type"], shown["value"]) == ("moh/audio-source", "enum", "SYSTEM_DEFAULT")
    assert list(shown["options"]) == [
        *("FILES_SRC", "PERSONAL_FILES_SRC", "GROUP_FILES_SRC", "SOUNDCARD_SRC", "SYSTEM_DEFAULT", "NONE")
    ]
    for source in shown["options"]:
        reply = put(user, f"{source}\n")
        assert (reply.status_code, reply.data) == (200, b"")
        assert user.read(SOURCE)["value"] == source
    assert user.delete(SOURCE).status_code == 200
    assert user.read(SOURCE)["value"] == "SYSTEM_DEFAULT"


def test_what_get_gives_put_takes(user):
    put(user, "PERSONAL_FILES_SRC")
    shown = user.read(SOURCE)
    assert put(user, shown["value"]).status_code == 200
    assert user.read(SOURCE) == shown


@pytest.mark.parametrize("text", ["", "files_src", "LOUD", "NONE NONE"])
def test_another_source_is_refused(user, text):
    check_refused(put(user, text), 400)
    assert user.read(SOURCE)["value"] == "SYSTEM_DEFAULT"


def test_a_value_is_sent_alone(user):
    check_refused(user.put(SOURCE, {"value": "NONE"}), 415)


def test_who_may_not_does_not(user, portal):
    forbid(portal)
    check_refused(put(user, "NONE"), 403, "music")
    check_refused(user.delete(SOURCE), 403, "music")
    assert user.read(SOURCE)["value"] == "SYSTEM_DEFAULT"


def test_it_is_everybody_s_own(user, admin, app):
    admin.make_extension("201")
    assert put(user, "NONE").status_code == 200
    assert Portal(app.test_client(), "201", WEB_PASSWORD).read(SOURCE)["value"] == "SYSTEM_DEFAULT"


def test_it_goes_with_the_user(user, admin):
    assert put(user, "NONE").status_code == 200
    assert database.fetch_all("SELECT path FROM setting_value") == [("moh/audio-source",)]
    admin.do("extensions/destroy", extension_number="200")
    assert database.fetch_all("SELECT path FROM setting_value") == []
