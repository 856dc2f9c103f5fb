"""What the vendor's page does with curl as an administrator, done here with curl, in the page's order.

Host, password, ids and sample values are ours; options, methods, addresses and bodies' shapes are the page's.
"""

import json

import pytest
from defusedxml.ElementTree import fromstring

from tests.contract.servers import Server
from tests.contract.sipxcom.curling import Curl
from tests.contract.sipxcom.world import Portal
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD
from tests.ops.commands import run

SETTING = ["path", "type", "options", "value", "defaultValue", "label", "description"]
CALLER = (
    "defaultCallerAlias anonymous ignoreUserInfo transformUserExtension addPrefix keepDigits displayName urlParameters"
)
GATEWAY = (
    "id name serialNo deviceVersion description model enabled address addressPort outboundAddress outboundPort"
    " addressTransport prefix shared useInternalBridge branch callerAliasInfo"
)
HUNT_GROUP = {
    "name": "front",
    "extension": "4444",
    "description": "",
    "enabled": True,
    "did": None,
    "ringBeans": [],
    "fallbackDestination": None,
    "voicemailFallback": True,
    "userForward": True,
    "useFwdTimers": False,
}
LICENCE = (
    "uid domain version expire support licenseType users mobileDevices company contactEmail contactName contactPhone"
)
SERIAL = "0004f2aabbcc"


@pytest.fixture(scope="module")
def curl(gunicorn: Server) -> Curl:
    """curl against a server that has what the page's own system had."""
    portal = Portal(gunicorn.url)
    portal.make(
        "rest/user",
        {
            "userName": "200",
            "pin": WEB_PASSWORD,
            "lastName": "Roe",
            "firstName": "Ann",
            "groups": [{"id": portal.make("rest/user-group", {"group": {"name": "sales"}})}],
        },
    )
    outcome = run(gunicorn.data_dir, "phonebook", "import", "sales", "--group", "sales")
    assert outcome.returncode == 0, outcome.stderr
    portal.make("rest/branch", {"branch": {"name": "Head office", "address": {"street": "1 Main Street"}}})
    portal.make("api/gateways", {"name": "trunk", "model": {"modelId": "sipTrunkStandard"}, "address": "192.0.2.14"})
    portal.make("api/phones", {"serialNo": SERIAL, "model": {"modelId": "polycom330"}})
    token = portal.ask_other("account/credentials/verify", "", username="admin", password=ADMIN_PASSWORD)
    portal.make("rest/user", {"userName": "401", "pin": WEB_PASSWORD})
    portal.ask("PUT", "api/users/401", {"userName": "401", "userProfile": {"imId": "401im"}})
    room = {"room_number": "7001", "name": "Conf200", "owner": "200"}
    portal.ask_other("conference_room/create", token["access_token"], **room)
    portal.ask("PUT", "rest/erl/elin/2025550143", {"elin": "2025550143", "location": "here", "addressInfo": "there"})
    portal.make(
        "api/callgroups", HUNT_GROUP | {"name": "back", "extension": "3399", "ringBeans": [{"userName": "200"}]}
    )
    return Curl(gunicorn)


def test_a_phonebook_is_printed_as_csv(curl: Curl):
    assert curl(path="rest/phonebook/sales").text.splitlines()[:2] == [
        '"First name","Last name","Number"',
        '"Ann","Roe","200"',
    ]


def test_click_to_call_needs_a_switch(curl: Curl):
    assert curl("-X", "PUT", path="rest/call/200", user="200").status == 503


def test_auto_attendants(curl: Curl):
    root = curl("-X", "GET", path="rest/auto-attendant/").xml
    assert [[child.tag for child in item] for item in root] == [["name", "systemId", "specialSelected"]] * 2
    assert (root.tag, [item.findtext("systemId") for item in root]) == ("autoAttendants", ["operator", "afterhour"])


def test_special_mode(curl: Curl):
    def mode() -> str:
        return curl("-X", "GET", path="rest/auto-attendant/specialmode").text

    off = "<specialAttendant>\n  <specialMode>false</specialMode>\n</specialAttendant>"
    body = ("-H", "Content-Type: application/json", "-d", '{"specialMode":"true"}')
    assert mode() == off
    assert curl("-X", "PUT", *body, path="rest/auto-attendant/specialmode").status == 204
    assert mode() == off.replace("false", "true")
    assert curl("-X", "DELETE", *body, path="rest/auto-attendant/specialmode").status == 204
    assert mode() == off


def test_branches(curl: Curl):
    listed = curl("-X", "GET", path="rest/branch").xml
    assert [child.tag for child in listed] == ["metadata", "branches"]
    metadata = ["totalResults", "currentPage", "totalPages", "resultsPerPage"]
    assert [child.tag for child in listed[0]] == metadata
    body = '{"branch":{"name":"Library","description":"books","address":{"street":"2 Main Street","zip":"20540"}}}'
    made = curl("-X", "PUT", "-H", "Content-Type: application/json", "-d", body, path="rest/branch")
    id_ = fromstring(made.text).findtext("data/id")
    assert made.text == (
        '<?xml version="1.0" encoding="UTF-8"?><response><code>SUCCESS_CREATED</code><message>Created</message>'
        f"<data><id>{id_}</id></data></response>"
    )
    assert curl("-X", "GET", path=f"rest/branch/{id_}").text == (
        f"<branch>\n  <id>{id_}</id>\n  <name>Library</name>\n  <description>books</description>\n  <address>\n"
        f"    <id>{id_}</id>\n    <street>2 Main Street</street>\n    <zip>20540</zip>\n  </address>\n</branch>"
    )


def test_dns(curl: Curl):
    settings = curl("-X", "GET", path="api/dns/settings").json["settings"]
    assert [list(setting) for setting in settings] == [SETTING] * 11
    forwarders = curl("-X", "GET", path="api/dns/settings/named-config/forwarders").json["settings"]
    assert forwarders == settings[:5]
    assert curl("-X", "GET", path="api/dns/advisor/server/1").status == 409  # no server to ask is configured


def test_emergency_locations(curl: Curl):
    assert curl("-X", "GET", path="rest/erls").text == (
        '<?xml version="1.0" encoding="UTF-8"?><e911Locations><e911Location><location>here</location>'
        "<elin>2025550143</elin><addressInfo>there</addressInfo></e911Location></e911Locations>"
    )


def test_gateways(curl: Curl):
    (gateway,) = curl("-X", "GET", path="api/gateways").json["gateways"]
    assert (list(gateway), list(gateway["callerAliasInfo"])) == (GATEWAY.split(), CALLER.split())
    assert len(curl("-X", "GET", path="api/gateways/models").json["models"]) == 10
    assert curl("-X", "GET", path=f"api/gateways/{gateway['id']}").json == gateway
    settings = curl("-X", "GET", path=f"api/gateways/{gateway['id']}/settings").json["settings"]
    assert [list(setting) for setting in settings] == [SETTING] * len(settings)
    assert settings[0]["path"] == "itsp-account/user-name"


def test_the_licence(curl: Curl):
    licence = curl("-X", "GET", path="api/license/").json
    assert list(licence) == LICENCE.split()
    assert curl("-X", "POST", path="api/license/123456789012345").json == licence | {"uid": "123456789012345"}


def test_music_on_hold(curl: Curl):
    (setting,) = curl("-X", "GET", path="api/moh/settings").json["settings"]
    assert (list(setting), setting["value"]) == (SETTING, "FILES_SRC")
    assert setting["options"] == {
        "FILES_SRC": "System Music Directory",
        "NONE": "None",
        "SOUNDCARD_SRC": "Sound Card",
    }
    assert curl("-X", "GET", path="api/moh/settings/moh-config/MOH_SOURCE").json == setting


def test_a_phone_is_sent_its_profile(curl: Curl):
    answer = curl("-X", "PUT", path=f"api/phones/{SERIAL}/sendProfile/restart")
    assert (answer.status, answer.text) == (200, "")


def test_hunt_groups(curl: Curl):
    (group,) = curl("-v", "-X", "GET", path="api/callgroups").json["callGroups"]
    assert curl("-v", "-X", "GET", path="api/callgroups/prefix/33").json == {"callGroups": [group]}
    assert curl("-v", "-X", "GET", path="api/callgroups/3399").json == group
    body = ("-H", "Content-Type: application/json", "-d")
    assert curl("-v", "-X", "POST", *body, json.dumps(HUNT_GROUP), path="api/callgroups").json > 0
    assert curl("-v", "-X", "POST", path="api/callgroups/3399/duplicate/55665").status == 200
    assert curl("-v", "-X", "POST", path="api/callgroups/3399/rotate/200").status == 200
    changed = json.dumps(HUNT_GROUP | {"description": "changed"})
    assert curl("-v", "-X", "PUT", *body, changed, path="api/callgroups/4444").status == 200
    assert curl("-X", "GET", path="api/callgroups/4444").json["description"] == "changed"
    assert curl("-v", "-X", "DELETE", path="api/callgroups/3399").status == 200
    left = curl("-X", "GET", path="api/callgroups").json["callGroups"]
    assert [item["extension"] for item in left] == ["4444", "55665"]


def test_conferences_are_commanded_as_the_page_does(curl: Curl):
    """There is no engine here, which is what is said of each of them but for an address without a command."""
    name = "rest/my/conference/Conf200"
    assert curl("-k", "-X", "PUT", path=f"{name}/lock", user="200").status == 503
    for command in ("invite&401", "inviteim&401im", "xml_list", "kick&all"):
        assert curl(path=f"{name}/{command}", user="200").status == 503, command
    for action in ("", "&stop", "&status", "&duration"):
        answer = curl(path=f"{name}/record{action}", user="200")
        assert (answer.status, "No SIP engine" in answer.text) == (503, True)
    assert curl(path=f"{name}/", user="200").status == 400
    assert curl(path="rest/my/conferencedetails/Conf200", user="200").status == 406
    (conference,) = curl(path="rest/my/conferences/", user="200").xml
    assert [child.tag for child in conference] == ["enabled", "name", "extension"]
