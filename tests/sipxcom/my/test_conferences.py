"""A user's own conferences: how they are run, who is in one, and what is asked of it."""

import pytest

from portsip_api import switch
from portsip_api.pbx.calls import conference_commands
from portsip_api.pbx.calls.conferencing import Command, Group, Verb
from portsip_api.pbx.calls.plans.inviting import OutsideCall
from portsip_api.pbx.calls.plans.kinds import OutsideLeg
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import ConferenceKey
from portsip_api.pbx.media import prompts
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.trunks import dial_plan, dialling_rules, gateways
from portsip_api.pbx.trunks.outgoing import Way
from portsip_api.store import database
from tests.audio import wav
from tests.conference_engine import Rooms
from tests.crm import WEB_PASSWORD
from tests.pbx.features.call_features import TENANT
from tests.sipxcom.portal import JSON, XML, Portal, check_refused

DOMAIN = "pbx.local"
NAME = "Team / weekly"
ADDRESS = "Team%20%2F%20weekly"
PATH = f"rest/my/conferences/{ADDRESS}"
COMMAND = f"rest/my/conference/{ADDRESS}"
DETAILS = f"rest/my/conferencedetails/{ADDRESS}"
FRESH = {
    "enabled": True,
    "name": NAME,
    "autorecorded": False,
    "accessCode": "1234",
    "quickstart": True,
    "video": False,
    "sendActiveVideoOnly": False,
    "maxMembers": 0,
    "moh": "FILES_SRC",
    "playEntryToneEnabled": True,
    "playExitToneEnabled": True,
    "recordAndPlayNameOnEntryEnabled": False,
    "recordAndPlayNameOnExitEnabled": False,
}


@pytest.fixture(autouse=True)
def made(user, admin):
    """The user's conference, one of a colleague and one of nobody; returns the id of the first."""
    admin.make_extension("201")
    id_ = admin.do("conference_room/create", room_number="7001", name=NAME, owner="200", room_pin="1234")["id"]
    admin.do("conference_room/update", id=id_, max_participants=0)
    admin.do("conference_room/create", room_number="7002", name="Theirs", owner="201")
    admin.do("conference_room/create", room_number="7003")
    return id_


@pytest.fixture
def engine(monkeypatch):
    """An engine that is attached."""
    rooms = Rooms()
    monkeypatch.setattr(switch, "switch", rooms)
    return rooms


@pytest.fixture
def live(engine):
    """An engine with two people in the user's conference."""
    engine.enter(DOMAIN, "7001", "200", "201")
    return engine


def test_a_list_has_ones_own_and_the_contracts_bytes(user):
    reply = user.get("rest/my/conferences", accept=XML)
    assert reply.text == (
        "<conferences>\n  <conference>\n    <enabled>true</enabled>\n    <name>Team / weekly</name>\n"
        "    <extension>7001</extension>\n    <accessCode>1234</accessCode>\n  </conference>\n</conferences>"
    )
    assert user.read("rest/my/conferences/") == {
        "conferences": [{"enabled": True, "name": NAME, "extension": "7001", "accessCode": "1234"}]
    }


def test_who_has_none_has_an_empty_list(user, admin):
    admin.do("conference_room/update", room_number="7001", owner="")
    assert user.get("rest/my/conferences", accept=XML).text == "<conferences/>"
    assert user.read("rest/my/conferences") == {"conferences": []}


def test_one_is_shown_with_all_that_is_said_of_it(user):
    assert user.read(PATH) == {"setting": FRESH}
    assert user.read_xml(PATH).findtext("moh") == "FILES_SRC"


@pytest.mark.parametrize("accept", [XML, JSON])
def test_what_is_shown_is_taken_back(user, accept):
    user.put(PATH, {"setting": {"moderatorCode": "99", "quickstart": False, "description": "weekly"}})
    before = user.get(PATH, accept=accept)
    reply = user.put(PATH, before.data, type=accept)
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.get(PATH, accept=accept).data == before.data


def test_what_is_not_sent_stays_and_both_apis_show_the_same(user, admin):
    body = "<setting><maxMembers>5</maxMembers><video>true</video><moh>NONE</moh></setting>"
    assert user.put(PATH, body).status_code == 200
    assert user.read(PATH)["setting"] == FRESH | {"maxMembers": 5, "video": True, "moh": "NONE"}
    room = admin.read("conference_room/show", room_number="7001")
    assert [room[name] for name in ("max_participants", "mode", "moh", "room_pin")] == [5, "VIDEO", "NONE", "1234"]


def test_the_pages_own_sample_is_taken(user):
    body = {
        "setting": {
            "enabled": True,
            "name": "MirceaConf",
            "autorecorded": True,
            "quickstart": True,
            "video": False,
            "sendActiveVideoOnly": False,
            "maxMembers": 0,
            "moh": "FILES_SRC",
            "moderatedRoom": False,
            "publicRoom": True,
        }
    }
    assert user.put(PATH, body).status_code == 200
    check_refused(user.get(PATH), 404)
    assert user.read("rest/my/conferences/mirceaconf")["setting"]["autorecorded"] is True


def test_an_empty_code_is_none(user):
    user.put(PATH, "<setting><accessCode/></setting>")
    assert "accessCode" not in user.read(PATH)["setting"]


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"moderatorCode": "1", "accessCode": ""}, "moderatorCode"),
        ({"quickstart": False}, "quickstart"),
        ({"moderatorCode": "1234"}, "moderatorCode"),
        ({"accessCode": "12a"}, "accessCode"),
        ({"maxMembers": "many"}, "maxMembers"),
        ({"maxMembers": 501}, "maxMembers"),
        ({"moh": "LOUD"}, "moh"),
        ({"name": "Theirs"}, "name"),
        ({"extension": "7009"}, "extension"),
        ({"color": "red"}, "color"),
    ],
)
def test_what_breaks_a_rule_is_refused(user, setting, word):
    before = user.get(PATH).data
    reply = user.put(PATH, {"setting": setting})
    check_refused(reply, 400, word)
    assert "12a" not in reply.text
    assert user.get(PATH).data == before


def test_a_room_that_the_other_api_left_without_an_access_code_can_still_be_changed(user, admin):
    admin.do("conference_room/update", room_number="7001", room_pin="", admin_pin="77", unattended=False)
    assert user.put(PATH, {"setting": {"description": "x"}}).status_code == 200
    assert user.put(PATH, user.get(PATH, accept=JSON).data, type=JSON).status_code == 200
    check_refused(user.put(PATH, {"setting": {"moderatorCode": "78"}}), 400, "moderatorCode")


@pytest.mark.parametrize("path", ["conferences", "conferencedetails", "conference"])
def test_whose_it_is_is_checked_everywhere(user, engine, path):
    engine.enter(DOMAIN, "7002", "201")
    engine.enter(DOMAIN, "7003", "201")
    more = "/lock" if path == "conference" else ""
    for name in ("Theirs", "7003"):
        check_refused(user.get(f"rest/my/{path}/{name}{more}"), 403)
    check_refused(user.get(f"rest/my/{path}/Nobodys{more}"), 404)
    if path != "conferencedetails":
        check_refused(user.put(f"rest/my/{path}/Theirs{more}", {"setting": {"enabled": False}}), 403)
        check_refused(user.put(f"rest/my/{path}/Nobodys{more}", {"setting": {"enabled": False}}), 404)
    assert engine.told == []
    assert conferences.show(TENANT, ConferenceKey("7002")).enabled


def test_codes_are_hidden_where_passwords_are(user, configure):
    configure(PBX_EXPOSE_PASSWORDS="false")
    assert "accessCode" not in user.read(PATH)["setting"]
    assert "1234" not in user.get("rest/my/conferences").text
    user.put(PATH, user.get(PATH, accept=JSON).data, type=JSON)
    assert conferences.show(TENANT, ConferenceKey("7001")).pin("participant_pin") == "1234"


def test_a_private_key_opens_them_without_their_codes(user, stranger, live):
    key = user.post("rest/my/privatekey").text
    base = f"rest/private/{key}"
    assert "accessCode" not in stranger.read(f"{base}/conferences/{ADDRESS}")["setting"]
    assert stranger.put(f"{base}/conferences/{ADDRESS}", {"setting": {"maxMembers": 9}}).status_code == 200
    check_refused(stranger.put(f"{base}/conferences/{ADDRESS}", {"setting": {"accessCode": "1"}}), 403)
    assert stranger.read(f"{base}/conferencedetails/{ADDRESS}")["conference"]["extension"] == "7001"
    assert stranger.put(f"{base}/conference/{ADDRESS}/lock").status_code == 200
    for command in ("pin&1", "nopin"):
        check_refused(stranger.put(f"{base}/conference/{ADDRESS}/{command}"), 403)
    assert [command.verb for _, _, command in live.told] == [Verb.LOCK]


def test_details_need_somebody_in_it(user, engine):
    reply = user.get(DETAILS)
    check_refused(reply, 406, "Conference found, but not active")
    engine.enter(DOMAIN, "7002", "201")
    assert user.get(DETAILS).status_code == 406


def test_details_have_the_contracts_bytes(user, portal, live):
    portal.put("api/users/201", {"userName": "201", "userProfile": {"imId": "ana"}})
    user.put(PATH, {"setting": {"description": "weekly"}})
    live.command(DOMAIN, "7001", Command(Verb.MUTE, (2,)))
    member = {"uuid": "uuid-1", "volumeIn": 1, "volumeOut": -1, "energyLevel": 300, "canHear": True, "canSpeak": True}
    ana = {"id": 2, "name": "201", "imId": "ana", **member, "uuid": "uuid-2", "canSpeak": False}
    assert user.read(DETAILS) == {
        "conference": {
            "extension": "7001",
            "description": "weekly",
            "locked": False,
            "members": [{"id": 1, "name": "200", **member}, ana],
        }
    }
    root = user.read_xml(DETAILS)
    assert [child.tag for child in root] == ["extension", "description", "locked", "members"]
    assert [child.tag for child in root.find("members")[1]] == list(ana)


def test_details_cost_the_same_however_many_are_in_it(user, live, statements):
    def cost():
        statements.clear()
        assert user.get(DETAILS).status_code == 200
        return len(statements)

    few = cost()
    live.enter(DOMAIN, "7001", *(str(number) for number in range(300, 400)))
    assert cost() == few


def test_commands_without_an_engine_are_503(user):
    for command in ("lock", "record&status", "invite&201", "dial&201"):
        check_refused(user.get(f"{COMMAND}/{command}"), 503, "No SIP engine")
        check_refused(user.put(f"{COMMAND}/{command}"), 503, "No SIP engine")


# Each of the page's verbs, with what an engine is told.
COMMANDS = [
    ("bgdial&201", Command(Verb.DIAL, number="201", word="background")),
    ("deaf&1", Command(Verb.DEAF, (1,))),
    ("dial&user%2F201&7001&Weekly team", Command(Verb.DIAL, number="201", caller_id="7001", caller_name="Weekly team")),
    ("dial&sofia%2Fdefault%2F201@pbx.local&200", Command(Verb.DIAL, number="201", caller_id="200")),
    ("dtmf&all&12*%23", Command(Verb.DTMF, Group.ALL, digits="12*#")),
    ("energy&2&300", Command(Verb.ENERGY, (2,), value=300)),
    ("energy&last", Command(Verb.ENERGY, Group.LAST)),
    ("hup&last", Command(Verb.HUP, Group.LAST)),
    ("kick&all", Command(Verb.KICK, Group.ALL)),
    ("list", Command(Verb.LIST)),
    ("list&delim&|", Command(Verb.LIST, word="|")),
    ("lock", Command(Verb.LOCK)),
    ("mute&2", Command(Verb.MUTE, (2,))),
    ("norecord", Command(Verb.NO_RECORD)),
    ("norecord&all", Command(Verb.NO_RECORD, word="all")),
    ("nopin", Command(Verb.NO_PIN)),
    ("pin&4711", Command(Verb.PIN, digits="4711")),
    ("record", Command(Verb.RECORD)),
    ("record&start", Command(Verb.RECORD, word="start")),
    ("record&stop", Command(Verb.NO_RECORD)),
    ("relate&1&2&nospeak", Command(Verb.RELATE, (1, 2), word="nospeak")),
    ("relate&1&2", Command(Verb.RELATE, (1, 2))),
    ("say&Don't%20go, Zo%C3%AB!", Command(Verb.SAY, text="Don’t go, Zoë!")),
    ("saymember&2&Hello", Command(Verb.SAY, (2,), text="Hello")),
    ("stop&all", Command(Verb.STOP, word="all")),
    ("stop&current&1", Command(Verb.STOP, (1,), word="current")),
    ("undeaf&all", Command(Verb.UNDEAF, Group.ALL)),
    ("unlock", Command(Verb.UNLOCK)),
    ("unmute&1", Command(Verb.UNMUTE, (1,))),
    ("volume_in&1&-2", Command(Verb.VOLUME_IN, (1,), value=-2)),
    ("volume_out&all&4", Command(Verb.VOLUME_OUT, Group.ALL, value=4)),
    ("xml_list", Command(Verb.XML_LIST)),
]


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize(("text", "command"), COMMANDS, ids=[text for text, _ in COMMANDS])
def test_a_command_reaches_the_engine_in_parts(user, live, text, command, method):
    reply = user.ask(method, f"{COMMAND}/{text}")
    assert reply.text == f"<command-response>OK {command.verb}</command-response>"
    assert (reply.status_code, reply.content_type) == (200, "text/plain; charset=UTF-8")
    assert live.told == [(DOMAIN, "7001", command)]


def test_every_verb_of_the_page_is_one():
    tried = {text.partition("&")[0] for text, _ in COMMANDS}
    elsewhere = {"invite", "inviteim", "play", "transfer"}
    assert tried | elsewhere == set(conference_commands.VERBS)
    assert len(conference_commands.VERBS) == 28


@pytest.mark.parametrize(
    "text",
    [
        *("&", "fly", "LOCK", "lock&1", "kick", "kick&", "kick&-1", "kick&1%202", "kick&1&2", "kick&1%0Ahup%20all"),
        *("mute&everybody", "mute&1.5", "mute&%D9%A1", "dtmf&1", "dtmf&1&", "dtmf&1&12x", "dtmf&1&1%0D%0A2"),
        *("energy&1&-1", "energy&1&x", "volume_in&1&5", "volume_in&1&1e1", "list&delim", "list&delim&x", "list&x&;"),
        *("record&pause", "record&%2Fetc%2Fx", "record&start&x", "norecord&%2Fetc%2Fpasswd", "pin", "pin&", "pin&12a"),
        *(f"pin&{'1' * 21}", "nopin&1", "stop", "stop&x", "stop&all&last", "relate&1", "relate&1&all"),
        *("relate&1&2&speak", "saymember&all&x", "saymember&1", "say", "say&", "say&...", f"say&{'a' * 501}"),
        *("say&a%0Aapi%20quit", "say&%7Bx%3Dy%7Dhello", "say&a|b", "say&$%7Bx%7D", "say&a&b", "say&%3Cb%3E"),
        *("transfer", "transfer&Theirs", "play", "dial", "dial&1&2&3&4"),
        *("dial&%7Ba%3Db%7D201", "dial&sofia%2Fx%20y%2F201", "dial&201@elsewhere.example", "dial&error%2Fuser_busy"),
        *("dial&201&%7Bx%7D", "dial&201&200&%5Bx%5D", "bgdial&", "invite", "invite&201&202", "inviteim", "invite&a b"),
    ],
)
def test_what_is_no_command_reaches_no_engine(user, live, text):
    for method in ("GET", "PUT"):
        check_refused(user.ask(method, f"{COMMAND}/{text}"), 400, "ERROR_VALIDATION_FAILED")
    assert live.told == []


def test_the_pages_own_words_for_what_is_wrong(user, live):
    check_refused(user.get(COMMAND), 400, "No conference command specified")
    check_refused(user.get(f"{COMMAND}/"), 400, "No conference command specified")
    check_refused(user.get(f"{COMMAND}/invite"), 400, "Incorect invite command")
    check_refused(user.get(f"{COMMAND}/inviteim&a&b"), 400, "Incorect invite command")


def test_looking_at_a_head_does_nothing_and_other_sites_may_not(user, live):
    assert user.ask("HEAD", f"{COMMAND}/lock").status_code == 405
    check_refused(user.get(f"{COMMAND}/lock", headers={"Origin": "https://elsewhere.example"}), 403)
    check_refused(user.put(f"{COMMAND}/lock", headers={"Sec-Fetch-Site": "cross-site"}), 403)
    for method in ("POST", "DELETE"):
        assert user.ask(method, f"{COMMAND}/lock").status_code == 405
    assert user.get(f"{COMMAND}/lock", accept=JSON).status_code == 406
    assert user.get(f"{COMMAND}/lock", accept="text/*").status_code == 200
    assert len(live.told) == 1


def test_members_who_are_not_there_and_a_conference_that_is_empty(user, engine):
    check_refused(user.get(f"{COMMAND}/lock"), 406, "Conference found, but not active")
    check_refused(user.get(f"{COMMAND}/record&status"), 406)
    engine.enter(DOMAIN, "7001", "200")
    check_refused(user.get(f"{COMMAND}/kick&2"), 404, "There is no such member")
    check_refused(user.get(f"{COMMAND}/relate&1&2"), 404)
    assert engine.told == []


def test_a_recording_is_told_of(user, live):
    def said(text):
        return user.get(f"{COMMAND}/{text}").text.removeprefix("<command-response>").removesuffix("</command-response>")

    assert (said("record&status"), said("record&duration")) == ("NO_RECORDING", "0")
    said("record")
    assert (said("record&status"), said("record&duration")) == ("IN_PROGRESS", "7")


@pytest.mark.parametrize("text", ["invite&201", "inviteim&ana", "invite&sip:201@pbx.local"])
def test_somebody_is_invited_into_one_in_which_nobody_is(user, portal, engine, text):
    portal.put("api/users/201", {"userName": "201", "userProfile": {"imId": "ana"}})
    assert user.get(f"{COMMAND}/{text}").text == "<command-response>Invitation sent</command-response>"
    assert engine.told == [(DOMAIN, "7001", Command(Verb.INVITE, number="201"))]
    assert user.read(DETAILS)["conference"]["members"][0]["name"] == "201"


def test_only_numbers_that_the_owner_may_call_are_called(user, admin, live):
    for verb in ("invite", "dial", "bgdial"):
        check_refused(user.get(f"{COMMAND}/{verb}&+4930123456"), 403)
    check_refused(user.get(f"{COMMAND}/inviteim&nobody"), 404)
    check_refused(user.get(f"{COMMAND}/dial&201&201"), 403)  # a colleague's number as one's own
    admin.do("account/update", id=TENANT, allowed_prefixes=["+4930"])
    check_refused(user.get(f"{COMMAND}/dial&+49 (30) 123-456"), 409, "No gateway")
    made = gateways.create(
        TENANT, {"name": "Carrier", "model_id": "sipTrunkStandard", "enabled": True, "address": "192.0.2.1"}
    )
    assert user.get(f"{COMMAND}/dial&+49 (30) 123-456").status_code == 200
    admin.do("conference_room/update", room_number="7001", outbound_caller_id="+49 30 99")
    admin.do("account/update", id=TENANT, capability={"max_outside_minutes_per_day": 2})
    assert user.get(f"{COMMAND}/invite&+4930123456").status_code == 200
    number = "+4930123456"
    first = OutsideCall("200", number, OutsideLeg(TENANT, Way(made, number, "200"), 30))
    second = OutsideCall("200", number, OutsideLeg(TENANT, Way(made, number, "+493099"), 30, 120))
    assert live.told == [
        (DOMAIN, "7001", Command(Verb.DIAL, number=number, outside=first)),
        (DOMAIN, "7001", Command(Verb.INVITE, number=number, outside=second)),
    ]


def test_no_emergency_is_called_into_one_and_nothing_that_is_nobody(user, admin, live):
    gateway_id = gateways.create(
        TENANT, {"name": "Carrier", "model_id": "sipTrunkStandard", "enabled": True, "address": "192.0.2.1"}
    )
    pattern = {"name": "SOS", "kind": "EMERGENCY", "enabled": True, "emergency_number": "112"}
    dialling_rules.join(TENANT, dial_plan.create(TENANT, pattern, lambda *_: 0), gateway_id)
    check_refused(user.get(f"{COMMAND}/dial&112"), 403, "Only a phone")
    admin.do("ring_groups/create", ring_group_number="600", name="All", members=["201"])
    for number in ("600", "7002"):
        check_refused(user.get(f"{COMMAND}/invite&{number}"), 400)
    assert live.told == []


def test_members_are_moved_into_ones_own_conferences_only(user, admin, live):
    admin.do("conference_room/create", room_number="7009", name="Other", owner="200")
    check_refused(user.get(f"{COMMAND}/transfer&Theirs&1"), 403)
    check_refused(user.get(f"{COMMAND}/transfer&Nobodys&1"), 404)
    check_refused(user.get(f"{COMMAND}/transfer&{ADDRESS}&1"), 400)
    assert user.get(f"{COMMAND}/transfer&Other&1&2").status_code == 200
    assert live.told == [(DOMAIN, "7001", Command(Verb.TRANSFER, (1, 2), number="7009"))]


def test_prompts_of_the_tenant_are_played_and_no_other_files(user, live):
    prompts.add(TENANT, "moh", "waltz.wav", wav())
    blob = database.fetch_row("SELECT blob FROM prompt")[0]
    for name in ("waltz.wav", "moh%2Fwaltz.wav"):
        assert user.get(f"{COMMAND}/play&{name}&async").status_code == 200
    file = FILES.locate(blob)
    assert live.told == [(DOMAIN, "7001", Command(Verb.PLAY, sound=file, word="async"))] * 2
    assert user.get(f"{COMMAND}/play&waltz.wav&2").status_code == 200
    for name in ("..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "orbits%2Fwaltz.wav", "none.wav", "default.wav", blob):
        check_refused(user.get(f"{COMMAND}/play&{name}"), 404, "There is no such prompt.")


def test_a_conference_of_another_tenant_is_not_there(user, admin, live):
    other = admin.do("account/create", name="acme", password="a long passphrase", domain="acme.example")["id"]
    admin.make_extension("200", tenant_id=other)
    admin.do("conference_room/create", room_number="7001", name="Away", owner="200", tenant_id=other)
    check_refused(user.get("rest/my/conferences/Away"), 404)
    check_refused(user.get("rest/my/conference/Away/lock"), 404)
    theirs = Portal(user.http, "200", WEB_PASSWORD)
    headers = {"Host": "acme.example"}
    assert [one["name"] for one in theirs.read("rest/my/conferences", headers=headers)["conferences"]] == ["Away"]
    check_refused(theirs.get("rest/my/conferencedetails/Away", headers=headers), 406)  # 7001 is live elsewhere
