"""Conference rooms as clients of this API see them: how they are kept, and who is in them."""

import pytest

from portsip_api import switch
from portsip_api.pbx.calls.conferencing import Command, Verb
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import ConferenceKey
from portsip_api.pbx.upkeep import consistency, lost_targets
from portsip_api.store import database
from tests.bulk import fill
from tests.conference_engine import Rooms
from tests.crm import WEB_PASSWORD, check_refused
from tests.pbx.features.call_features import TENANT, dialled

DOMAIN = "pbx.local"
ROOM = "CONNECT_TO_CONFERENCE_ROOM"
# What clients of the later console send, all of it.
WHOLE = {
    "room_number": "7001",
    "extension_number": "7001",
    "mode": "VIDEO",
    "subject": "Weekly",
    "language": "de_DE",
    "outbound_caller_id": "+4930123",
    "room_pin": "1234",
    "admin_pin": "4321",
    "max_participants": 30,
    "resolution": "720P",
    "framerate": 25,
    "bitrate": 1024,
    "layout": 9,
    "unattended": False,
    "locked": False,
    "recording": True,
}


@pytest.fixture
def pbx(admin):
    """The default tenant with two extensions; sound when the test is over."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    yield admin
    assert consistency.find_inconsistencies() == []


@pytest.fixture
def engine(monkeypatch):
    """An engine that is attached."""
    rooms = Rooms()
    monkeypatch.setattr(switch, "switch", rooms)
    return rooms


def make(pbx, number="7001", **fields):
    made = pbx.do("conference_room/create", room_number=number, **fields)
    assert made["room_number"] == made["extension_number"] == made["room_extension"] == number
    return made["id"]


def show(pbx, number="7001"):
    return pbx.read("conference_room/show", room_number=number)


def change(pbx, number="7001", **fields):
    return pbx.post("conference_room/update", room_number=number, **fields)


def test_one_of_which_nothing_is_said(pbx):
    id_ = make(pbx)
    assert id_.isdigit()
    assert show(pbx) == {
        "id": id_,
        **dict.fromkeys(("room_number", "extension_number", "room_extension", "name"), "7001"),
        **dict.fromkeys(("subject", "owner", "outbound_caller_id", "room_pin", "admin_pin"), ""),
        **dict.fromkeys(("enabled", "unattended", "play_entry_tone", "play_exit_tone"), True),
        **dict.fromkeys(("locked", "recording", "name_on_entry", "name_on_exit", "send_active_video_only"), False),
        "mode": "AUDIO",
        "language": "en_US",
        "max_participants": 20,
        "resolution": "VGA",
        "framerate": 15,
        "bitrate": 512,
        "layout": 1,
        "moh": "FILES_SRC",
        "participants": 0,
        "status": "OFFLINE",
    }
    assert dialled("CONFERENCE_ROOM") == ["7001"]


@pytest.mark.parametrize("base", ["conference_room", "conference/room"])
def test_what_a_console_sends_is_kept_shown_and_taken_back(pbx, base):
    pbx.do(f"{base}/create", **WHOLE)
    before = show(pbx)
    assert WHOLE.items() <= before.items()
    pbx.do(f"{base}/update", **before)
    assert show(pbx) == before == pbx.read(f"{base}/show", id=before["id"])
    (row,) = pbx.read(f"{base}/list", Pagesize=10)["rooms"]
    assert row == before
    assert pbx.read("conference_server/room/list")["servers"] == [row]
    pbx.do(f"{base}/remove", room_number="7001")
    assert pbx.read(f"{base}/list")["rooms"] == []
    assert dialled("CONFERENCE_ROOM") == []


def test_values_may_come_as_text_and_the_mode_as_a_number(pbx):
    pbx.do(
        "conference_room/create",
        room_number=7001,
        mode="2",
        layout="4",
        max_participants="50",
        unattended="false",
        room_pin=1234,
    )
    found = show(pbx)
    assert [found[name] for name in ("mode", "layout", "max_participants", "unattended", "room_pin")] == [
        *("VIDEO", 4, 50, False, "1234")
    ]
    change(pbx, mode=1)
    assert show(pbx)["mode"] == "AUDIO"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mode": "BOTH"}, "mode"),
        ({"mode": 3}, "mode"),
        ({"layout": 5}, "layout"),
        ({"layout": 10}, "layout"),
        ({"max_participants": 501}, "max_participants"),
        ({"framerate": 4}, "framerate"),
        ({"bitrate": 2049}, "bitrate"),
        ({"resolution": "4K"}, "resolution"),
        ({"room_pin": "12a"}, "room_pin"),
        ({"room_pin": "1234", "admin_pin": "1234"}, "admin_pin"),
        ({"owner": "9999"}, "owner"),
        ({"name": ""}, "name"),
        ({"extension_number": "7002"}, "room_number"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name_and_not_repeated(pbx, fields, field):
    reply = pbx.post("conference_room/create", room_number="7001", **fields)
    check_refused(reply, "400.1", field)
    assert "1234" not in reply.text
    make(pbx)
    before = show(pbx)
    check_refused(change(pbx, **fields), "400.1", field)
    assert show(pbx) == before


def test_what_is_not_sent_stays_and_an_empty_pin_is_none(pbx):
    make(pbx, **{name: value for name, value in WHOLE.items() if name != "room_number"})
    change(pbx, subject="Monthly", admin_pin="")
    found = show(pbx)
    assert (found["subject"], found["admin_pin"], found["room_pin"], found["layout"]) == ("Monthly", "", "1234", 9)
    check_refused(change(pbx, admin_pin="1234"), "400.1", "admin_pin")


def test_a_room_that_nobody_has_named_is_called_as_its_number(pbx):
    id_ = make(pbx)
    pbx.do("conference_room/update", id=id_, room_number="7002")
    assert (show(pbx, "7002")["name"], dialled("CONFERENCE_ROOM")) == ("7002", ["7002"])
    pbx.do("conference_room/update", id=id_, name="Team")
    pbx.do("conference_room/update", id=id_, room_number="7003")
    assert show(pbx, "7003")["name"] == "Team"
    make(pbx, "7004")
    check_refused(pbx.post("conference_room/update", room_number="7004", name="team"), "403.3", "name")


def test_a_number_belongs_to_one_object(pbx):
    check_refused(pbx.post("conference_room/create", room_number="1000"), "403.3", "room_number")
    make(pbx)
    check_refused(pbx.post("conference_room/create", room_number="7001"), "403.3", "room_number")
    check_refused(pbx.post("ring_groups/create", ring_group_number="7001", name="x"), "403.3", "ring_group_number")
    id_ = make(pbx, "7002")
    check_refused(pbx.post("conference_room/update", id=id_, room_number="7001"), "403.3", "room_number")
    rows = pbx.read("system_extensions/list")["extensions"]
    assert [
        (row["extension_number"], row["first_name"], row["type"]) for row in rows if row["type"] != "VOICE_MAIL"
    ] == [
        ("7001", "7001", "CONFERENCE_ROOM"),
        ("7002", "7002", "CONFERENCE_ROOM"),
    ]


def test_a_tenant_has_as_many_as_it_may(pbx):
    pbx.do("account/update", id=TENANT, capability={"max_conference_rooms": 1})
    make(pbx)
    reply = pbx.post("conference_room/create", room_number="7002")
    check_refused(reply, "409.1")
    assert "max_conference_rooms: 1" in reply.text
    change(pbx, subject="x")


def test_pins_are_encrypted_and_shown_to_managers_alone(pbx, configure):
    make(pbx, room_pin="135790", admin_pin="246810")
    row = database.fetch_row("SELECT * FROM conference")
    assert not any(pin in str(row) for pin in ("135790", "246810"))
    extension = pbx.log_in("1000@pbx.local", WEB_PASSWORD)
    (row,) = extension.read("conference_room/list")["rooms"]
    assert (row["room_number"], row.keys() & {"room_pin", "admin_pin"}) == ("7001", set())
    check_refused(extension.get("conference_room/show", room_number="7001"), "403.1")
    configure(PBX_EXPOSE_PASSWORDS="false")
    assert show(pbx).keys() & {"room_pin", "admin_pin"} == set()


def test_an_owner_that_goes_leaves_its_room(pbx):
    make(pbx, owner="1000", name="Team")
    assert show(pbx)["owner"] == "1000"
    pbx.do("extensions/update", id=pbx.read("extensions/show", extension_number="1000")["id"], extension_number="1009")
    assert show(pbx)["owner"] == "1009"
    pbx.do("extensions/destroy", extension_number="1009")
    assert show(pbx)["owner"] == ""
    change(pbx, owner="1001")
    assert show(pbx)["owner"] == "1001"
    change(pbx, owner="")
    assert show(pbx)["owner"] == ""


def forward(pbx, number="7001", **rule):
    rule = rule or {"busy_action": ROOM, "busy_action_value": number}
    return pbx.post("extensions/update", extension_number="1000", forward_rules={"available": rule})


def step(pbx):
    return pbx.read("extensions/route", extension_number="1000", state="ON_CALL")["steps"][0]


def test_a_call_is_forwarded_into_one_and_follows_its_number(pbx):
    id_ = make(pbx, name="Team")
    check_refused(forward(pbx, "7009"), "400.1", "forward_rules.available.busy_action_value")
    check_refused(forward(pbx, "1001"), "400.1", "forward_rules.available.busy_action_value")
    assert forward(pbx).status_code == 200
    found = step(pbx)
    assert (found["action"], found["target"]) == (ROOM, "7001")
    assert found["reason"].endswith("the call goes to the conference Team.")
    rules = pbx.read("extensions/show", extension_number="1000")["forward_rules"]["available"]
    assert (rules["busy_fwdto_type"], rules["busy_fwdto_id"]) == (ROOM, id_)
    pbx.do("conference_room/update", id=id_, room_number="7005", enabled=False)
    found = step(pbx)
    assert (found["action"], "the conference Team is disabled" in found["reason"]) == ("CONNECT_TO_VOICE_MAIL", True)
    pbx.do("conference_room/destroy", room_number="7005")
    assert "the conference that was 7005 no longer exists" in step(pbx)["reason"]
    assert any("led to 7005" in text for text in lost_targets.find_lost())
    make(pbx, "7005")  # whoever gets the number is not what was meant
    assert "no longer exists" in step(pbx)["reason"]
    forward(pbx, busy_fwdto_type=ROOM, busy_fwdto_id=show(pbx, "7005")["id"])
    assert (step(pbx)["action"], step(pbx)["target"]) == (ROOM, "7005")


def test_a_number_that_leads_to_a_disabled_one_is_said_to(pbx):
    make(pbx, name="Team", enabled=False)
    forward(pbx, busy_action="CONNECT_TO_NUMBER", busy_action_value="7001")
    assert "the conference Team is disabled" in step(pbx)["reason"]
    change(pbx, enabled=True)
    assert (step(pbx)["action"], step(pbx)["target"]) == ("CONNECT_TO_NUMBER", "7001")


def test_a_receptionists_key_leads_into_one(pbx):
    make(pbx)
    pbx.do("virtual_receptionist/create", vr_number="800", name="Hello", key1={"action": ROOM, "action_value": "7001"})
    key = {"action": ROOM, "action_value": "7001"}
    assert pbx.read("virtual_receptionist/show", vr_number="800")["key1"] == key
    pbx.do("conference_room/destroy", room_number="7001")
    assert pbx.read("virtual_receptionist/show", vr_number="800")["key1"] == key | {"action_value": ""}


def test_forwards_into_one_are_exported_and_imported(pbx):
    make(pbx)
    forward(pbx)
    exported = pbx.post("extensions/export", format="json").json
    assert exported[0]["forward_rules"]["available"]["busy_action_value"] == "7001"
    report = pbx.do("extensions/import", extensions=exported, mode="upsert")
    assert (report["warnings"], step(pbx)["target"]) == ([], "7001")
    exported[0]["forward_rules"]["available"]["busy_action_value"] = "7009"
    report = pbx.do("extensions/import", extensions=exported, mode="upsert")
    assert "Must name a conference of this tenant." in str(report["warnings"])


@pytest.mark.parametrize(
    ("operation", "more", "verb"),
    [
        ("participants/update", {"op": "mute"}, Verb.MUTE),
        ("participants/update", {"op": "KICK"}, Verb.KICK),
        ("chairman/update", {}, Verb.CHAIR),
        ("main_screen/update", {}, Verb.FLOOR),
    ],
)
def test_what_is_done_in_a_room_needs_an_engine_and_somebody_in_it(pbx, operation, more, verb, request):
    id_ = make(pbx)
    fields = {"id": id_, "participant_extension": "1001", **more}
    check_refused(pbx.post(f"conference_room/{operation}", **fields), "503.1")
    engine = request.getfixturevalue("engine")
    check_refused(pbx.post(f"conference_room/{operation}", **fields), "409.1")
    engine.enter(DOMAIN, "7001", "1000")
    check_refused(pbx.post(f"conference_room/{operation}", **fields), "404.1")
    assert engine.told == []
    engine.enter(DOMAIN, "7001", "1000", "1001")
    pbx.do(f"conference_room/{operation}", **fields)
    assert engine.told == [(DOMAIN, "7001", Command(verb, (2,)))]


def test_who_are_in_a_room(pbx, engine):
    id_ = make(pbx)
    assert pbx.read("conference_room/participants/list", id=id_) == {"participants": []}
    engine.enter(DOMAIN, "7001", "1000", "1001")
    pbx.do("conference_room/participants/update", id=id_, participant_extension="1001", op="MUTE")
    assert pbx.read("conference/room/participants/list", room_number="7001")["participants"] == [
        {"participant_extension": "1000", "muted": False, "joined_time": "2023-11-14 22:13:21 GMT+00:00"},
        {"participant_extension": "1001", "muted": True, "joined_time": "2023-11-14 22:13:22 GMT+00:00"},
    ]
    (row,) = pbx.read("conference_room/list")["rooms"]
    assert (row["participants"], row["status"]) == (2, "ONLINE")


def test_an_extension_of_the_tenant_is_called_in(pbx, engine):
    id_ = make(pbx)
    fields = {"id": id_, "op": "INVITE"}
    check_refused(pbx.post("conference_room/participants/update", **fields, participant_extension="1001"), "409.1")
    engine.enter(DOMAIN, "7001", "1000")
    check_refused(pbx.post("conference_room/participants/update", **fields, participant_extension="1009"), "404.1")
    pbx.do("conference_room/participants/update", **fields, participant_extension="1001")
    assert engine.told == [(DOMAIN, "7001", Command(Verb.INVITE, number="1001"))]


def test_what_is_locked_and_recorded_holds_at_once_and_what_holds_at_the_moment_is_no_wish(pbx, engine):
    make(pbx)
    engine.enter(DOMAIN, "7001", "1000")
    change(pbx, locked=True, recording=True)
    assert [command.verb for _, _, command in engine.told] == [Verb.LOCK, Verb.RECORD]
    found = show(pbx)
    assert (found["locked"], found["recording"]) == (True, True)
    kept = conferences.show(TENANT, ConferenceKey("7001")).settings
    assert (kept["locked"], kept["autorecorded"]) == (True, True)
    change(pbx, locked=False, recording=False)
    engine.command(DOMAIN, "7001", Command(Verb.LOCK))  # somebody else does so, for this once
    change(pbx, **{name: value for name, value in show(pbx).items() if name != "room_number"})
    assert conferences.show(TENANT, ConferenceKey("7001")).settings["locked"] is False
    assert [command.verb for _, _, command in engine.told[2:]] == [Verb.UNLOCK, Verb.NO_RECORD, Verb.LOCK]


def test_a_list_costs_the_same_however_many_there_are(admin, statements):
    def cost(page):
        statements.clear()
        assert admin.read("conference_room/list", pagesize=2, pagination=page)["count"] == 2
        return len(statements)

    fill(2_000)
    for number in ("7001", "7002"):
        make(admin, number, owner="100000")
    few = cost(1)
    for room in range(7_003, 7_041):
        conferences.create(TENANT, {"number": str(room), "owner": "100001"})
    assert cost(1) == cost(20) == few <= 6


def test_two_who_change_one_at_a_time_both_find_what_they_wrote(pbx, monkeypatch):
    make(pbx, room_pin="1111")
    once = iter([True])

    def meanwhile(*args, **options):
        if next(once, False):
            conferences.update(TENANT, ConferenceKey("7001"), {"layout": 4, "moderator_pin": "2222"})
        return overwrite(*args, **options)

    overwrite = conferences._overwrite
    monkeypatch.setattr(conferences, "_overwrite", meanwhile)
    change(pbx, bitrate=300)
    found = show(pbx)
    assert (found["layout"], found["bitrate"], found["admin_pin"]) == (4, 300, "2222")
