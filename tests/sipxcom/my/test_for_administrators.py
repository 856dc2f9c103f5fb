"""What users have of their own, below `rest/users/{user}` for administrators."""

import re

import pytest

from tests.crm import WEB_PASSWORD, Crm
from tests.sipxcom.portal import Portal, check_refused
from tests.sipxcom.test_roles import PREFIX

OF_A_USER, OWN = "rest/users/200", "rest/my"
# Of each, what is sent, and a word of what is shown then.
BODIES = {
    "callfwd": ({"rings": [{"number": "201", "type": "At the same time", "enabled": True}]}, "At the same time"),
    "forward": ("<call-sequence><rings/><expiration>33</expiration></call-sequence>", "<expiration>33<"),
    "contact-information": ({"firstName": "Ann", "lastName": "Lee"}, "<imDisplayName>Ann Lee<"),
    "vmprefs": ({"greeting": "NONE"}, '"greeting":"NONE"'),
    "im/prefs": ({"otpMessage": "away"}, '"otpMessage":"away"'),
    "imbot/prefs": ({"vmEnd": True}, '"vmEnd":true'),
    "speeddial": ({"buttons": [{"label": "Bo", "number": "3001"}]}, '"name":"Bo=3001"'),
    "voicemail/attendant": ({"menu": {"5": "201"}}, '"menu":{"5":"201"}'),
}
SHOWN = (*BODIES, "faxprefs", "phonebook", "pagedphonebook", "search/phonebook?query=2", "voicemail/attendant/lang")


@pytest.fixture
def clerk(app, admin: Crm, portal) -> Portal:
    """A user with the permission `rest`."""
    id_ = admin.make_extension("700")
    body = {"permissions": [{"name": "rest", "value": "ENABLE"}]}
    assert portal.put(f"rest/user-permission/{id_}", body).status_code == 200
    return Portal(app.test_client(), "700", WEB_PASSWORD)


@pytest.mark.parametrize("path", SHOWN)
def test_it_is_shown_as_its_user_sees_it(user, portal, clerk, path):
    shown = user.get(f"{OWN}/{path}")
    for administrator in (portal, clerk):
        assert administrator.get(f"{OF_A_USER}/{path}").data == shown.data


@pytest.mark.parametrize("path", BODIES)
def test_what_an_administrator_sets_its_user_has(user, portal, clerk, path):
    body, word = BODIES[path]
    reply = portal.put(f"{OF_A_USER}/{path}", body)
    assert (reply.status_code, reply.data) == (200, b"")
    shown = user.get(f"{OWN}/{path}")
    assert word in shown.text
    assert clerk.put(f"{OF_A_USER}/{path}", shown.data, type=shown.content_type).status_code == 200
    assert user.get(f"{OWN}/{path}").data == shown.data


def test_entries_are_kept_for_a_user_who_is_named_by_an_alias_as_well(user, portal):
    portal.put("rest/users/200/phonebookentry/a1", {"vcard": "BEGIN:VCARD\nN:Lind;Bo\nTEL:1\nEND:VCARD"})
    entry = {"entry": {"first-name": "Cy", "last-name": "Young", "number": "2"}}
    portal.put("api/users/200", {"aliases": ["ann"]})
    assert portal.post("rest/users/ann/phonebook/entry/-1", entry).status_code == 200
    assert portal.put("rest/users/ann/voicemail/operator/201").status_code == 200
    listed = [entry for entry in user.read(f"{OWN}/phonebook")["phonebook"] if entry["id"] != "-1"]
    assert [entry["number"] for entry in listed] == ["1", "2"]
    assert portal.delete(f"{OF_A_USER}/phonebook/entry/{listed[0]['id']}").status_code == 200
    assert portal.put(f"{OF_A_USER}/phonebook/showContactsOnPhone/false").status_code == 200
    assert user.read(f"{OWN}/voicemail/attendant")["operator"] == "201"


def test_who_is_not_there_is_404_and_others_are_refused(app, user, portal, stranger):
    for path in SHOWN:
        check_refused(portal.get(f"rest/users/299/{path}"), 404)
        check_refused(user.get(f"{OF_A_USER}/{path}"), 403)
        check_refused(stranger.get(f"{OF_A_USER}/{path}"), 401)


def test_secrets_and_messages_stay_the_users_own(app):
    managed = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix(f"{PREFIX}rest/users/{{of_user}}/")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{PREFIX}rest/users/")
    }
    assert {path.partition("?")[0] for path in SHOWN} <= managed
    assert not {
        path for path in managed if re.match("portal|voicemail/pin|privatekey|redirect|feed|logindetails", path)
    }


def test_the_document_says_that_they_are_ours(app):
    document = app.test_client().get("/openapi-sipxcom.json").json
    operation = document["paths"]["/sipxconfig/rest/users/{of_user}/speeddial"]["get"]
    assert operation["summary"] == "As an administrator, for a user: show one's speed dials."
    assert operation["description"].startswith("Ours: `/sipxconfig/rest/my/speeddial` of the user")
