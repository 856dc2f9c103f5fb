"""Forward rules in the spelling of later clients (a type and an id) and in the numbers of an old console."""

import pytest

from portsip_api.pbx.features import attendants, hunt_groups
from tests.crm import check_refused

KEY = {"extension_number": "1000"}
EXTENSION = "CONNECT_TO_ANOTHER_EXTENSION"
RING_GROUP = "CONNECT_TO_RING_GROUP"
RECEPTIONIST = "CONNECT_TO_VIRTUAL_RECEPTIONIST"
NUMBER = "CONNECT_TO_NUMBER"
VOICE_MAIL = "CONNECT_TO_VOICE_MAIL"
FORWARD = (VOICE_MAIL, EXTENSION, RING_GROUP, NUMBER, RECEPTIONIST, "DISCONNECT")
TARGETS = {EXTENSION: "1001", RING_GROUP: "600", NUMBER: "0049301234", RECEPTIONIST: "700"}
PLACES = [
    ("available", "no_answer"),
    ("available", "busy"),
    *((state, f"{name}office_hours") for state in ("offline", "dnd", "away") for name in ("", "outside_")),
]


@pytest.fixture
def ids(admin):
    """The ids of the targets of extension 1000, by action; a number to dial stands for itself."""
    admin.do("account/update", id=1, allowed_prefixes=["00"])
    admin.make_extension("1000")
    return {
        EXTENSION: admin.make_extension("1001"),
        RING_GROUP: admin.do("ring_groups/create", ring_group_number="600", name="Sales")["id"],
        NUMBER: TARGETS[NUMBER],
        RECEPTIONIST: attendants.create(1, {"name": "Reception", "number": "700"}).id,
    }


def rules_of(admin):
    return admin.read("extensions/show", **KEY)["forward_rules"]


def change(admin, state="available", **values):
    return admin.post("extensions/update", **KEY, forward_rules={state: values})


def check_points(admin, state, name, action, value):
    """The rule is that action and that number, in both spellings."""
    rules = rules_of(admin)[state]
    assert (rules[f"{name}_action"], rules[f"{name}_action_value"], rules[f"{name}_fwdto_type"]) == (
        action,
        value,
        action,
    )


@pytest.mark.parametrize("action", TARGETS)
@pytest.mark.parametrize(("state", "name"), PLACES)
def test_a_type_and_an_id_are_an_action_and_a_number(admin, ids, state, name, action):
    assert change(admin, state, **{f"{name}_fwdto_type": action, f"{name}_fwdto_id": ids[action]}).status_code == 200
    check_points(admin, state, name, action, TARGETS[action])
    assert rules_of(admin)[state][f"{name}_fwdto_id"] == str(ids[action])


def test_a_new_extension_is_made_with_them(admin, ids):
    rules = {"dnd": {"office_hours_fwdto_type": RING_GROUP, "office_hours_fwdto_id": str(ids[RING_GROUP])}}
    admin.make_extension("1002", forward_rules=rules)
    shown = admin.read("extensions/show", extension_number="1002")["forward_rules"]["dnd"]
    assert (shown["office_hours_action"], shown["office_hours_action_value"]) == (RING_GROUP, "600")


@pytest.mark.parametrize(
    "values",
    [
        {"busy_fwdto_type": EXTENSION, "busy_fwdto_id": "999"},
        {"busy_fwdto_type": EXTENSION, "busy_fwdto_id": "x"},
        {"busy_fwdto_type": RECEPTIONIST, "busy_fwdto_id": str(2**70)},
        {"busy_fwdto_id": "999", "busy_action": RING_GROUP},
    ],
)
def test_an_id_of_nothing_is_refused(admin, ids, values):
    before = rules_of(admin)
    check_refused(change(admin, **values), "400.1", "forward_rules.available.busy_fwdto_id")
    assert rules_of(admin) == before


def test_an_id_of_another_tenant_is_none(admin, ids):
    admin.do("account/create", name="acme", password="a tenant's secret")
    theirs = admin.make_extension("2000", tenant_id=2)
    reply = change(admin, busy_fwdto_type=EXTENSION, busy_fwdto_id=theirs)
    check_refused(reply, "400.1", "forward_rules.available.busy_fwdto_id")


def test_either_spelling_of_what_was_shown_may_be_changed(admin, ids):
    change(admin, busy_fwdto_type=EXTENSION, busy_fwdto_id=ids[EXTENSION])
    shown = rules_of(admin)["available"]
    assert change(admin, **shown).status_code == 200
    assert rules_of(admin)["available"] == shown
    assert change(admin, **shown | {"busy_action": RING_GROUP, "busy_action_value": "600"}).status_code == 200
    check_points(admin, "available", "busy", RING_GROUP, "600")
    shown = rules_of(admin)["available"]
    changed = {"busy_fwdto_type": RECEPTIONIST, "busy_fwdto_id": str(ids[RECEPTIONIST])}
    assert change(admin, **shown | changed).status_code == 200
    check_points(admin, "available", "busy", RECEPTIONIST, "700")
    assert change(admin, **rules_of(admin)["available"] | {"busy_fwdto_type": VOICE_MAIL}).status_code == 200
    check_points(admin, "available", "busy", VOICE_MAIL, "")


def test_both_spellings_may_say_the_same_and_nothing_else(admin, ids):
    by_id = {"busy_fwdto_type": EXTENSION, "busy_fwdto_id": ids[EXTENSION]}
    assert change(admin, **by_id, busy_action=EXTENSION, busy_action_value="1001").status_code == 200
    before = rules_of(admin)
    reply = change(admin, busy_fwdto_type=RING_GROUP, busy_fwdto_id=ids[RING_GROUP], busy_action="DISCONNECT")
    check_refused(reply, "400.1", "forward_rules.available.busy_fwdto_id")
    given = {
        "password": "x",
        "forward_rules": {"available": by_id | {"busy_action": RING_GROUP, "busy_action_value": "600"}},
    }
    check_refused(
        admin.post("extensions/create", extension_number="1003", **given),
        "400.1",
        "forward_rules.available.busy_fwdto_id",
    )
    assert rules_of(admin) == before


def test_an_id_alone_is_another_target_of_the_same_action(admin, ids):
    change(admin, busy_action=EXTENSION, busy_action_value="1001")
    other = admin.make_extension("1002")
    assert change(admin, busy_fwdto_id=str(other)).status_code == 200
    check_points(admin, "available", "busy", EXTENSION, "1002")


def test_a_hunt_group_has_no_id_here_and_may_be_sent_back(admin, ids):
    hunt_groups.create(1, {"name": "Hunters", "extension": "800"})
    change(admin, busy_action=RING_GROUP, busy_action_value="800")
    shown = rules_of(admin)
    assert shown["available"]["busy_fwdto_id"] == ""
    admin.do("extensions/update", **KEY, forward_rules=shown)
    assert rules_of(admin) == shown


def test_the_target_is_followed(admin, ids):
    change(admin, busy_fwdto_type=EXTENSION, busy_fwdto_id=ids[EXTENSION])
    admin.do("extensions/update", id=ids[EXTENSION], extension_number="1009")
    check_points(admin, "available", "busy", EXTENSION, "1009")
    assert rules_of(admin)["available"]["busy_fwdto_id"] == str(ids[EXTENSION])
    admin.do("extensions/destroy", id=ids[EXTENSION])
    assert rules_of(admin)["available"]["busy_fwdto_id"] == ""


@pytest.mark.parametrize(("state", "name"), PLACES)
def test_numbers_stand_for_actions(admin, ids, state, name):
    for number, action in enumerate(("RING_ANYWAY", *FORWARD) if name == "busy" else FORWARD, 1):
        for sent in (number, str(number)):
            value = TARGETS.get(action, "")
            reply = change(admin, state, **{f"{name}_action": sent, f"{name}_action_value": value})
            assert reply.status_code == 200, reply.text
            check_points(admin, state, name, action, value)
    reply = change(
        admin, state, **{f"{name}_fwdto_type": 3 if name == "busy" else 2, f"{name}_fwdto_id": ids[EXTENSION]}
    )
    assert reply.status_code == 200, reply.text
    check_points(admin, state, name, EXTENSION, "1001")
    check_refused(change(admin, state, **{f"{name}_action": 8}), "400.1", f"forward_rules.{state}.{name}_action")


@pytest.mark.parametrize("unset", [0, "0"])
def test_0_is_not_set(admin, ids, unset):
    change(admin, busy_action=EXTENSION, busy_action_value="1001")
    for name in ("action", "fwdto_type"):
        beside = {"busy_action_value": ""} if name == "action" else {"busy_fwdto_id": "0"}
        assert change(admin, **{f"busy_{name}": unset, **beside}).status_code == 200
        check_points(admin, "available", "busy", EXTENSION, "1001")
    admin.make_extension("1002", forward_rules={"dnd": {"office_hours_action": unset}})
    check_refused(change(admin, no_answer_timeval=0), "400.1", "forward_rules.available.no_answer_timeval")


def test_other_numbers_of_the_old_console(admin, ids):
    admin.do(
        "extensions/update", **KEY, voice_mail={"msg_read_out_datetime": 3}, office_hours={"office_hours_mode": "2"}
    )
    shown = admin.read("extensions/show", **KEY)
    assert shown["voice_mail"]["msg_read_out_datetime"] == "READ_24_HOUR"
    assert shown["office_hours"]["office_hours_mode"] == "CUSTOM"
    admin.do("voice_mail/update", **KEY, msg_read_out_datetime="1")
    assert admin.read("voice_mail/show", **KEY)["msg_read_out_datetime"] == "DO_NOT_READ"
    admin.do("ring_groups/update", ring_group_number="600", ring_strategy=3)
    assert admin.read("ring_groups/show", ring_group_number=600)["ring_strategy"] == "CYCLIC_HUNT"
    check_refused(admin.post("ring_groups/update", ring_group_number="600", ring_strategy=7), "400.1", "ring_strategy")


def test_who_is_busy_may_be_rung_anyway(admin, ids):
    assert change(admin, busy_action="ring_anyway", no_answer_action="DISCONNECT").status_code == 200
    for asked in ({"state": "ON_CALL"}, {"state": "AVAILABLE", "outcome": "busy"}):
        steps = admin.read("extensions/route", **KEY, **asked)["steps"]
        assert [(step["action"], step["target"], step["seconds"]) for step in steps] == [
            ("RING", "1000", 20),
            ("DISCONNECT", None, None),
        ]
        assert steps[0]["rule"] == "forward_rules.available.busy_action"
    reply = change(admin, "dnd", office_hours_action="RING_ANYWAY")
    check_refused(reply, "400.1", "forward_rules.dnd.office_hours_action")


def test_record_all_calls_sets_both_flags(admin, ids):
    for place, flag in (({"record_all_calls": "true"}, True), ({"options": {"record_all_calls": False}}, False)):
        admin.do("extensions/update", **KEY, **place)
        options = admin.read("extensions/show", **KEY)["options"]
        assert (options["enable_audio_record_calls"], options["enable_video_record_calls"]) == (flag, flag)
        assert "record_all_calls" not in options
    admin.make_extension("1002", record_all_calls=True)
    assert admin.read("extensions/show", extension_number="1002")["options"]["enable_audio_record_calls"] is True
