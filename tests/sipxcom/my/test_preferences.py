"""What users prefer about voicemail, instant messages and fax."""

import pytest

from portsip_api.pbx.personal import voicemail_preferences
from portsip_api.pbx.personal.voicemail_preferences import Notice
from tests.crm import Crm
from tests.pbx.features.call_features import TENANT
from tests.sipxcom.portal import JSON, XML, check_outcome, check_refused

VM, IM, BOT, FAX = "rest/my/vmprefs", "rest/my/im/prefs", "rest/my/imbot/prefs", "rest/my/faxprefs"
OFF = {
    "greeting": "STANDARD",
    "email": None,
    "emailAttachType": None,
    "emailFormat": None,
    "emailIncludeAudioAttachment": None,
    "altEmail": None,
    "altEmailAttachType": None,
    "altEmailFormat": None,
    "altEmailIncludeAudioAttachment": None,
    "voicemailPermission": True,
    "voicemailFormat": "wav",
}
IM_DEFAULTS = {
    "statusPhonePresence": True,
    "statusCallInfo": False,
    "otpMessage": "On the phone",
    "voicemailOnDnd": False,
}
BOT_DEFAULTS = {"confEnter": True, "confExit": True, "vmBegin": False, "vmEnd": False}


@pytest.mark.parametrize(
    ("path", "defaults"), [(VM, OFF), (IM, IM_DEFAULTS), (BOT, BOT_DEFAULTS), (FAX, {"extension": "", "did": ""})]
)
def test_who_has_set_nothing_has_the_contracts_defaults(user, path, defaults):
    assert user.read(path) == defaults
    assert user.get(path).content_type == JSON
    check_outcome(user.get(path, accept=XML), 406, "ERROR_NOT_ACCEPTABLE")


@pytest.mark.parametrize("path", [VM, IM, BOT])
def test_what_get_gives_put_takes(user, path):
    changes = {VM: {"emailAttachType": "YES", "email": "a@example.org"}, IM: {"otpMessage": "ä"}, BOT: {"vmEnd": True}}
    assert user.put(path, changes[path]).status_code == 200
    before = user.get(path)
    reply = user.put(path, before.data, type="application/x-www-form-urlencoded")
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.get(path).data == before.data


@pytest.mark.parametrize("path", [IM, BOT, VM])
def test_what_is_absent_or_null_stays(user, path):
    defaults = user.read(path)
    name = {IM: "statusCallInfo", BOT: "vmBegin", VM: "emailIncludeAudioAttachment"}[path]
    user.put(VM, {"emailAttachType": "yes"})
    for body in ({name: "true", "unknown": 1}, {}, dict.fromkeys(defaults)):
        assert user.put(path, body).status_code == 200
        assert user.read(path)[name] is True


def test_they_are_ones_own(user, admin: Crm, app):
    user.put(IM, {"otpMessage": "mine"})
    admin.make_extension("201")
    other = type(user)(app.test_client(), "201", user.auth[1])
    assert other.read(IM) == IM_DEFAULTS


def test_notices_are_shown_while_they_are_sent(user):
    body = {"greeting": "OUT_OF_OFFICE", "email": "ana@example.org", "emailAttachType": "YES", "emailFormat": "medium"}
    assert user.put(VM, body).status_code == 200
    assert user.read(VM) == OFF | {
        "greeting": "OUT_OF_OFFICE",
        "email": "ana@example.org",
        "emailAttachType": "YES",
        "emailFormat": "MEDIUM",
        "emailIncludeAudioAttachment": False,
    }
    user.put(VM, {"emailAttachType": "NO", "altEmailAttachType": "YES", "altEmail": "b@example.org"})
    found = user.read(VM)
    assert (found["email"], found["emailFormat"], found["altEmail"], found["altEmailFormat"]) == (
        None,
        None,
        "b@example.org",
        "FULL",
    )
    user.put(VM, {"emailAttachType": "YES"})
    assert user.read(VM)["emailFormat"] == "MEDIUM"


def test_addresses_are_those_of_the_contact_information_and_of_the_other_api(user, admin: Crm):
    user.put(VM, {"email": "ana@example.org", "altEmail": "b@example.org"})
    contact = user.read("rest/my/contact-information")["contact-information"]
    assert (contact["emailAddress"], contact["alternateEmailAddress"]) == ("ana@example.org", "b@example.org")
    assert admin.read("extensions/show", extension_number="200")["profile"]["email"] == "ana@example.org"


def test_what_tells_of_messages_knows_them(user, admin: Crm):
    user.put(VM, {"email": "a@example.org", "emailAttachType": "YES", "emailIncludeAudioAttachment": True})
    user_id = admin.read("extensions/show", extension_number="200")["id"]
    found = voicemail_preferences.show(TENANT, user_id)
    assert (found.notice, found.alternate) == (Notice("a@example.org", "FULL", True), None)


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        (VM, {"greeting": "LOUD"}, "greeting"),
        (VM, {"emailFormat": "LONG"}, "emailFormat"),
        (VM, {"emailAttachType": True}, "emailAttachType"),
        (VM, {"email": "nobody"}, "email"),
        (VM, {"altEmail": "nobody"}, "altEmail"),
        (IM, {"statusCallInfo": "maybe"}, "statusCallInfo"),
        (IM, {"otpMessage": "x" * 256}, "otpMessage"),
        (IM, [1], "im-prefs"),
        (BOT, b"", "body"),
    ],
)
def test_bad_values_are_refused_and_nothing_changes(user, path, body, word):
    before = user.read(path)
    reply = user.put(path, body)
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert user.read(path) == before


def test_who_has_no_voicemail_is_told_so(user, portal, admin: Crm):
    user_id = admin.read("extensions/show", extension_number="200")["id"]
    body = {"permissions": [{"name": "Voicemail", "value": "DISABLE"}]}
    assert portal.put(f"rest/user-permission/{user_id}", body).status_code == 200
    check_refused(user.put(VM, {"greeting": "NONE"}), 403, "no voicemail")
    assert user.read(VM) == OFF | {"voicemailPermission": False}


@pytest.mark.parametrize("path", [VM, IM, BOT, FAX])
def test_other_methods_and_others_are_refused(user, portal, stranger, path):
    for method in ("POST", "DELETE", *(["PUT"] if path == FAX else [])):
        check_refused(user.ask(method, path), 405)
    check_refused(portal.get(path), 403)
    check_refused(stranger.get(path), 401)
