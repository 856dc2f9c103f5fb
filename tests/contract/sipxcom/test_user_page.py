"""What the vendor's pages print for users, done here with curl: their lines, and the bodies that they show.

Host, password, ids and sample values are ours; options, methods, addresses and the bodies' shapes are the pages'.
"""

import json
from xml.etree.ElementTree import Element

import pytest

from tests.contract.servers import Server
from tests.contract.sipxcom.curling import Answer, Curl
from tests.contract.sipxcom.world import Portal
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD

AS_JSON = ("-H", "Content-Type: application/json", "-d")
AS_XML = ("-H", "Content-Type: text/xml", "-d")
WANTS_JSON = ("-H", "Accept: application/json")
RING = {"expiration": 30, "type": "If no response", "enabled": True, "number": "5551212"}


@pytest.fixture(scope="module")
def curl(gunicorn: Server) -> Curl:
    """curl against a server with the users 200, 201 and 255."""
    portal = Portal(gunicorn.url)
    for number, first, last in (("200", "John", "Smith"), ("201", "Mike", "Doe"), ("255", "Ann", "Roe")):
        portal.make("rest/user", {"userName": number, "pin": WEB_PASSWORD, "firstName": first, "lastName": last})
    token = portal.ask_other("account/credentials/verify", "", username="admin", password=ADMIN_PASSWORD)
    room = {"room_number": "7001", "name": "WeeklyTeamConf", "owner": "200", "room_pin": "555"}
    portal.ask_other("conference_room/create", token["access_token"], **room)
    return Curl(gunicorn)


def get(curl: Curl, path: str, *options: str, user: str = "200") -> Answer:
    answer = curl("-X", "GET", *options, path=f"rest/my/{path}", user=user)
    assert answer.status == 200, answer
    return answer


def put(curl: Curl, path: str, *body: str, user: str = "200") -> None:
    answer = curl("-v", "-X", "PUT", *body, path=f"rest/my/{path}", user=user)
    assert (answer.status, answer.text) == (200, ""), answer


def tags(element: Element | None) -> list[str]:
    assert element is not None
    return [child.tag for child in element]


def test_forwarding_with_schedules(curl: Curl):
    """The one line of the page of users."""
    body = json.dumps({"expiration": 20, "rings": [RING]})
    put(curl, "callfwd", *AS_JSON, body, user="201")
    assert get(curl, "callfwd", user="201").json == {
        "rings": [RING | {"scheduleId": None}],
        "withVM": True,
        "expiration": 20,
    }


def test_forwarding_as_printed(curl: Curl):
    rings = "".join(
        f"<ring><expiration>30</expiration><type>{type_}</type><enabled>true</enabled><number>{number}</number></ring>"
        for type_, number in (("If no response", "333"), ("At the same time", "232"))
    )
    body = f"<rings>{rings}</rings><expiration>20</expiration><withVoicemail>true</withVoicemail>"
    # The page squeezes the root, which the system never did; both are taken, and the system's is given.
    put(curl, "forward", *AS_XML, f"<callsequence>{body}</callsequence>")
    shown = get(curl, "forward").text
    assert "".join(line.strip() for line in shown.splitlines()) == f"<call-sequence>{body}</call-sequence>"
    in_json = get(curl, "forward", *WANTS_JSON).json
    assert (list(in_json), [ring["number"] for ring in in_json["call-sequence"]["rings"]]) == (
        ["call-sequence"],
        ["333", "232"],
    )
    put(curl, "forward", *AS_JSON, json.dumps({"callsequence": in_json["call-sequence"]}))
    assert get(curl, "forward").text == shown


def test_schedules_as_printed(curl: Curl):
    sunday = {"scheduledDay": 1, "start": {"hrs": 9, "min": 0}, "end": {"hrs": 18, "min": 0}}
    made = json.dumps({"name": "Sunday", "description": "the seventh", "periods": [sunday]})
    answer = curl("-X", "POST", *AS_JSON, made, path="rest/my/callfwdsched", user="200")
    assert (answer.status, answer.text) == (200, "")
    (schedule,) = get(curl, "callfwdsched").json
    assert {name: schedule[name] for name in ("name", "description", "periods")} == json.loads(made)
    assert get(curl, f"callfwdsched/{schedule['scheduleId']}").json == schedule


def test_a_personal_attendant(curl: Curl):
    """Two lines of the page: what is put, and what is shown then."""
    body = {
        "operator": "419",
        "overrideLanguage": True,
        "menu": {"5": "255", "7": "999"},
        "language": "en",
        "depositVM": True,
        "forwardDeleteVM": True,
        "playVMDefaultOptions": True,
    }
    put(curl, "voicemail/attendant", *AS_JSON, json.dumps(body))
    assert get(curl, "voicemail/attendant").json == {"personalAttendantPermission": True, **body}


def test_click_to_call(curl: Curl):
    for path in ("rest/call/201", "rest/my/call/201"):
        for method in ("PUT", "GET"):
            assert curl("-X", method, path=path, user="200").status == 503


def test_voicemail_preferences_as_printed(curl: Curl):
    printed = {
        "voicemailPermission": True,
        "emailFormat": "FULL",
        "altEmailFormat": None,
        "greeting": "STANDARD",
        "emailAttachType": "YES",
        "emailIncludeAudioAttachment": True,
        "altEmail": None,
        "altEmailAttachType": None,
        "altEmailIncludeAudioAttachment": False,
        "email": "aaa@bbb.example",
    }
    put(curl, "vmprefs", *AS_JSON, json.dumps(printed))
    shown = get(curl, "vmprefs").json
    assert shown == printed | {"altEmailIncludeAudioAttachment": None, "voicemailFormat": "wav"}


def test_messages_and_buddy_as_printed(curl: Curl):
    for path, printed in (
        ("im/prefs", {"statusCallInfo": False, "otpMessage": "Onthe phone", "voicemailOnDnd": True,
                      "statusPhonePresence": True}),
        ("imbot/prefs", {"confExit": True, "vmBegin": True, "vmEnd": True, "confEnter": True}),
    ):  # fmt: skip
        put(curl, path, *AS_JSON, json.dumps(printed))
        assert get(curl, path).json == printed


def test_speed_dials_as_printed(curl: Curl):
    put(curl, "speeddial", *AS_JSON, json.dumps({"groupSpeedDial": False, "buttons": [{"label": "A", "number": "1"}]}))
    shown = get(curl, "speeddial").json
    assert set(shown) == {"updatePhones", "canSubscribeToPresence", "buttons", "groupSpeedDial"}


def test_a_phonebook_as_printed(curl: Curl):
    root = get(curl, "phonebook").xml
    entries = {entry.findtext("number"): entry for entry in root}
    assert (root.tag, {"201", "255"} <= entries.keys()) == ("phonebook", True)
    assert [name for name in tags(entries["201"]) if name != "id"] == [
        *("first-name", "last-name", "number", "contact-information")
    ]
    person = entries["201"].find("contact-information")
    assert [name for name in tags(person) if name in {"homeAddress", "officeAddress", "imDisplayName", "avatar"}] == [
        *("homeAddress", "officeAddress", "imDisplayName", "avatar")
    ]
    assert (entries["201"].findtext("contact-information/avatar") or "").endswith("/sipxconfig/rest/avatar/201")


def test_a_page_of_a_phonebook_as_printed(curl: Curl):
    path = "pagedphonebook?start=1&end=2"
    assert tags(get(curl, path).xml) == [
        *("size", "filtered-size", "start-row", "end-row", "show-on-phone", "google-domain", "entries")
    ]
    shown = get(curl, path, *WANTS_JSON).json["phonebook"]
    assert (shown["start-row"], shown["end-row"], len(shown["entries"])) == (1, 2, 1)
    assert (shown["show-on-phone"], shown["google-domain"]) == ("n/a", "gmail.com")


@pytest.mark.parametrize("form", ["xml", "json"])
def test_an_entry_as_printed(curl: Curl, form: str):
    """The page squeezes the names; the system never did. Both are taken."""
    number = {"xml": "3001", "json": "3002"}[form]
    body: tuple[str, ...]
    if form == "xml":
        body = (*AS_XML, (
            f"<entry><firstname>name</firstname><lastname>lastName</lastname><number>{number}</number>"
            "<contactinformation><jobTitle>title</jobTitle><companyName>company</companyName>"
            "<homeAddress><street>street</street></homeAddress><officeAddress><zip>1234</zip></officeAddress>"
            "</contactinformation></entry>"
        ))  # fmt: skip
    else:
        person = {"jobTitle": "title", "companyName": "company", "homeAddress": {"street": "street"},
                  "officeAddress": {"zip": "1234"}}  # fmt: skip
        entry = {"firstname": "name", "lastname": "lastName", "number": number, "contactinformation": person}
        body = (*AS_JSON, json.dumps({"entry": entry}))
    assert curl("-X", "POST", *body, path="rest/my/phonebook/entry/-1", user="200").status == 200
    found = get(curl, f"search/phonebook?query={number}", *WANTS_JSON).json["phonebook"]
    (shown,) = [entry for entry in found if entry["number"] == number]
    assert (shown["first-name"], shown["contact-information"]["officeAddress"]) == ("name", {"zip": "1234"})
    assert curl("-X", "POST", *body, path="rest/my/phonebook/entry/-1", user="200").status == 747


CONTACT = {
    "jobTitle": "Data Entry Assistant",
    "jobDept": "Data Management Services",
    "companyName": "Museum of Science",
    "homeAddress": {"city": "NY"},
    "officeAddress": {
        "street": "1 Science Park",
        "city": "Boston",
        "country": "US",
        "state": "MA",
        "zip": "02114",
    },
    "emailAddress": "john.doe@example.com",
    "useBranchAddress": False,
    "firstName": "John",
    "lastName": "Doe",
}
SHOWN_BESIDE = {"imId", "imDisplayName", "salutation", "timestamp", "enabled", "ldapManaged", "branchAddress", "avatar"}


def test_contact_information_as_printed(curl: Curl):
    put(curl, "contact-information", *AS_JSON, json.dumps({"contact-information": CONTACT}), user="255")
    shown = get(curl, "contact-information", *WANTS_JSON, user="255").json["contact-information"]
    assert {name: value for name, value in shown.items() if name not in SHOWN_BESIDE} == CONTACT
    assert {name: shown[name] for name in ("salutation", "timestamp", "enabled", "ldapManaged")} == {
        "salutation": "None",
        "timestamp": 0,
        "enabled": True,
        "ldapManaged": False,
    }
    elsewhere = {"twiterName": "T", "linkedinName": "L", "facebookName": "F", "xingName": "X"}
    put(curl, "contact-information", *AS_JSON, json.dumps({"contact-information": shown | elsewhere}), user="255")
    after = get(curl, "contact-information", *WANTS_JSON, user="255").json["contact-information"]
    assert after == shown | elsewhere
    in_xml = get(curl, "contact-information", user="255")
    put(curl, "contact-information", *AS_XML, in_xml.text, user="255")
    assert get(curl, "contact-information", user="255") == in_xml


def test_log_in_as_printed(curl: Curl):
    details = ["userName", "imId", "ldapImAuth", "sipPassword"]
    assert tags(get(curl, "logindetails").xml) == details
    assert list(get(curl, "logindetails", *WANTS_JSON).json["login-details"]) == details
    unite = get(curl, "logindetailsunite").xml
    assert (unite.tag, [name for name in tags(unite) if name in details or name == "im-locations"]) == (
        "login-details",
        [*details, "im-locations"],
    )
    assert SIP_PASSWORD not in get(curl, "logindetails", user="201").text  # each has a random one
    assert get(curl, "faxprefs").json == {"extension": "", "did": ""}


def test_secrets_as_printed(curl: Curl):
    put(curl, "voicemail/pin/4711")
    assert curl("-X", "PUT", path="rest/my/voicemail/pin/1", user="200").status == 400
    put(curl, f"portal/password/{WEB_PASSWORD.replace(' ', '%20')}")
    assert curl("-X", "PUT", path="rest/my/portal/password/short", user="200").status == 400


def test_a_greeting_as_printed(curl: Curl):
    put(curl, "mailbox/200/preferences/activegreeting/outofoffice", "-d", "outofoffice")
    assert get(curl, "vmprefs").json["greeting"] == "OUT_OF_OFFICE"


def test_conferences_as_printed(curl: Curl):
    (conference,) = get(curl, "conferences").xml
    assert {child.tag: child.text for child in conference} == {
        "enabled": "true",
        "name": "WeeklyTeamConf",
        "extension": "7001",
        "accessCode": "555",
    }
    (in_json,) = get(curl, "conferences", *WANTS_JSON).json["conferences"]
    assert (in_json["enabled"], in_json["extension"]) == (True, "7001")


def test_a_conference_s_settings_as_printed(curl: Curl):
    """The page's last two members, which the system had no more, are taken and mean nothing."""
    printed = {
        "enabled": True,
        "name": "WeeklyTeamConf",
        "autorecorded": True,
        "quickstart": True,
        "video": False,
        "sendActiveVideoOnly": False,
        "maxMembers": 0,
        "moh": "FILES_SRC",
    }
    gone = {"moderatedRoom": False, "publicRoom": True}
    put(curl, "conferences/WeeklyTeamConf", *AS_JSON, json.dumps({"setting": printed | gone}))
    shown = get(curl, "conferences/WeeklyTeamConf", *WANTS_JSON).json["setting"]
    assert {name: shown[name] for name in printed} == printed
    in_xml = get(curl, "conferences/WeeklyTeamConf")
    put(curl, "conferences/WeeklyTeamConf", *AS_XML, in_xml.text)
    assert get(curl, "conferences/WeeklyTeamConf") == in_xml


@pytest.mark.parametrize(
    "command", ["invite&201", "inviteim&201im", "xml_list", "kick&all", "record", "record&stop", "record&status"]
)
def test_a_command_waits_for_an_engine(curl: Curl, command: str):
    """The lines of the page; the ampersand belongs to the path."""
    answer = curl(path=f"rest/my/conference/WeeklyTeamConf/{command}", user="200")
    assert answer.status == (404 if "201im" in command else 503), answer.text
    assert curl(path=f"rest/my/conference/WeeklyTeamConf/{command}", user="201").status == 403


def test_a_conference_is_locked_as_printed(curl: Curl):
    assert curl("-X", "PUT", path="rest/my/conference/WeeklyTeamConf/lock", user="200").status == 503
    assert curl("-X", "GET", path="rest/my/conference/WeeklyTeamConf/record&duration", user="200").status == 503


def test_nobody_is_in_a_conference(curl: Curl):
    answer = curl("-X", "GET", path="rest/my/conferencedetails/WeeklyTeamConf", user="200")
    assert (answer.status, "Conference found, but not active" in answer.text) == (406, True)
