"""Virtual receptionists as clients see them: attendants with a number, a prompt and a menu."""

import io
import json
from pathlib import Path

import pytest

from portsip_api import switch
from portsip_api.pbx.features import attendants, hunt_groups
from portsip_api.pbx.features.attendant_menus import KEYS
from portsip_api.pbx.media import prompts
from portsip_api.pbx.upkeep import consistency, lost_targets
from portsip_api.store import database
from portsip_api.switch.demo import DemoSwitch
from tests.audio import wav
from tests.bulk import fill
from tests.crm import check_refused
from tests.pbx.features.call_features import TENANT, dialled

EXTENSION, GROUP, NUMBER = "CONNECT_TO_ANOTHER_EXTENSION", "CONNECT_TO_RING_GROUP", "CONNECT_TO_NUMBER"
RECEPTIONIST, VOICE_MAIL = "CONNECT_TO_VIRTUAL_RECEPTIONIST", "CONNECT_TO_VOICE_MAIL"
NOTHING = {"action": "", "action_value": ""}


@pytest.fixture
def pbx(admin):
    """The default tenant with two extensions; sound when the test is over."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    yield admin
    assert consistency.find_inconsistencies() == []


def make(pbx, number="800", name="Welcome", **fields):
    made = pbx.do("virtual_receptionist/create", virtual_receptionist_number=number, name=name, **fields)
    assert made["virtual_receptionist_number"] == made["vr_number"] == made["vr_extension"] == number
    return made["id"]


def show(pbx, number="800"):
    return pbx.read("virtual_receptionist/show", virtual_receptionist_number=number)


def change(pbx, number="800", **fields):
    return pbx.post("virtual_receptionist/update", virtual_receptionist_number=number, **fields)


def step(action, target=""):
    return {"action": action, "action_value": target}


def lost():
    return list(lost_targets.find_lost())


def test_one_that_says_nothing_of_its_menu(pbx):
    id_ = make(pbx)
    assert id_.isdigit()
    found = show(pbx)
    assert found == pbx.read("virtual_receptionist/show", id=id_)
    assert (found["name"], found["language"], found["gap_time"], found["prompt"]) == ("Welcome", "en_US", 3, "")
    assert [found[key] for key in KEYS] == [NOTHING] * 10
    assert found["timeout"] == {"seconds": 10, "action": "DISCONNECT", "action_value": ""}
    assert found["failure"] == step("DISCONNECT")


def test_what_is_shown_is_taken_back(pbx):
    make(
        pbx,
        key1=step(EXTENSION, "1000"),
        timeout={"seconds": 5, **step("REPEAT")},
        urlactions=[{"a": 1}],
        call_transfer_fileid=7,
    )
    before = show(pbx)
    assert (before["urlactions"], before["call_transfer_fileid"]) == ([{"a": 1}], "7")
    pbx.do("virtual_receptionist/update", **before)
    assert show(pbx) == before


@pytest.mark.parametrize("path", ["virtual_receptionist", "virtual_receptionists"])
def test_an_older_console_fills_its_screen_and_saves_its_form(pbx, path):
    form = {
        "vr_number": 800,
        "name": "Welcome",
        "key0": [1, ""],
        "key1": ["2", 1000],
        "key2": [7],
        "key3": [0, ""],
        "timeout": ["12", "7", ""],
    }
    pbx.do(f"{path}/create", **form)
    (row,) = pbx.read(f"{path}/list", Pagesize=1000, Pagination=0)["virtual_receptionists"]
    assert (row["vr_number"], row["vr_extension"], row["name"], row["status"]) == ("800", "800", "Welcome", "OFFLINE")
    found = pbx.read(f"{path}/show", vr_extension="800")
    assert [found[f"key{key}"] for key in range(4)] == [
        *(step("DISCONNECT"), step(EXTENSION, "1000"), step("REPEAT"), NOTHING)
    ]
    assert found["timeout"] == {"seconds": 12, **step("REPEAT")}
    pbx.do(f"{path}/update", vr_number="800", key0=[0, ""], key1=[6, "1001"], name="Hello")
    found = pbx.read(f"{path}/show", vr_number="800")
    assert (found["key0"], found["key1"], found["name"]) == (step("DISCONNECT"), step(VOICE_MAIL, "1001"), "Hello")
    pbx.do(f"{path}/remove", vr_number="800")
    assert pbx.read(f"{path}/list")["virtual_receptionists"] == []


def test_a_form_has_keys_as_json(pbx):
    headers = {"access_token": pbx.token}
    form = {"vr_number": "800", "name": "x", "key1": json.dumps(step(EXTENSION, "1000")), "key2": "[1]"}
    reply = pbx.http.post("/api/virtual_receptionist/create", data=form, headers=headers)
    assert reply.status_code == 200, reply.text
    assert (show(pbx)["key1"], show(pbx)["key2"]) == (step(EXTENSION, "1000"), step("DISCONNECT"))
    form = {"vr_number": "800", "key1": "{"}
    check_refused(pbx.http.post("/api/virtual_receptionist/update", data=form, headers=headers), "400.1", "key1")


def test_what_is_not_sent_stays(pbx):
    make(pbx, key1=step(EXTENSION, "1000"), timeout={"seconds": 5, **step(EXTENSION, "1001")}, language="de_DE")
    change(pbx, timeout={"seconds": 7}, gap_time=5)
    found = show(pbx)
    assert (found["timeout"], found["key1"]) == ({"seconds": 7, **step(EXTENSION, "1001")}, step(EXTENSION, "1000"))
    assert (found["gap_time"], found["language"]) == (5, "de_DE")
    change(pbx, timeout={"action_value": "1000"})
    assert show(pbx)["timeout"] == {"seconds": 7, **step(EXTENSION, "1000")}
    change(pbx, timeout={"action": "DISCONNECT"})  # another action has no target of the one before
    assert show(pbx)["timeout"] == {"seconds": 7, **step("DISCONNECT")}
    change(pbx, key1={"action": ""})
    assert show(pbx)["key1"] == NOTHING


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"key1": step(EXTENSION, "9999")}, "key1.action_value"),
        ({"key1": step(EXTENSION)}, "key1.action_value"),
        ({"key1": step(GROUP, "1000")}, "key1.action_value"),
        ({"key1": step("CONNECT_TO_CALL_QUEUE", "1000")}, "key1.action_value"),
        ({"key1": [4, "1000"]}, "key1.action_value"),
        ({"key1": step(NUMBER, "+4930123")}, "key1.action_value"),
        ({"key1": step(VOICE_MAIL, "800")}, "key1.action_value"),
        ({"key1": step("RING_ANYWAY")}, "key1.action"),
        ({"key1": [8, ""]}, "key1.action"),
        ({"key1": [1, "", "", ""]}, "key1"),
        ({"key1": "x"}, "key1"),
        ({"key1": None}, "key1"),
        ({"timeout": {"seconds": 0}}, "timeout.seconds"),
        ({"timeout": {"action": ""}}, "timeout.action"),
        ({"gap_time": 31}, "gap_time"),
        ({"urlactions": "x" * 20_000}, "urlactions"),
        ({"vr_number": "801"}, "virtual_receptionist_number"),
        ({"prompt": "a.wav", "prompt_filename": "b.wav"}, "prompt"),
    ],
    ids=str,
)
def test_bad_values_are_named_and_nothing_is_written(pbx, fields, field):
    make(pbx)
    before = show(pbx)
    check_refused(change(pbx, **fields), "400.1", field)
    check_refused(pbx.post("virtual_receptionist/create", **{**step_of("810"), **fields}), "400.1", field)
    assert show(pbx) == before
    assert dialled("VIRTUAL_RECEPTIONIST") == ["800"]


def step_of(number):
    return {"virtual_receptionist_number": number, "name": "Another"}


def test_numbers_and_names_are_taken_once(pbx):
    make(pbx)
    for number, name in (("1000", "x"), ("800", "x"), ("801", "WELCOME")):
        reply = pbx.post("virtual_receptionist/create", virtual_receptionist_number=number, name=name)
        check_refused(reply, "403.3")
    check_refused(pbx.post("extensions/create", extension_number="800", password="x", web_access_password="x"), "403.3")
    check_refused(pbx.post("virtual_receptionist/create", name="x"), "400.1", "virtual_receptionist_number")
    check_refused(pbx.get("virtual_receptionist/show", vr_number="801"), "404.1")


def test_it_is_one_of_the_attendants(pbx):
    made = attendants.create(TENANT, {"name": "By hand", "number": "700"})
    assert show(pbx, "700")["id"] == str(made.id)
    make(pbx)
    assert [item.name for item in attendants.list_all(TENANT)] == ["Operator", "After hours", "By hand", "Welcome"]
    rows = pbx.read("virtual_receptionist/list", sort_by="-DEFAULT")["virtual_receptionists"]
    assert [row["virtual_receptionist_number"] for row in rows] == ["800", "700"]  # the built-in ones have none
    operator = attendants.show(TENANT, "operator").id
    assert pbx.read("virtual_receptionist/show", id=operator)["virtual_receptionist_number"] == ""
    pbx.do("virtual_receptionist/update", id=operator, virtual_receptionist_number="0")
    assert attendants.show(TENANT, "operator").number == "0"
    check_refused(pbx.post("virtual_receptionist/destroy", vr_number="0"), "409.1")


def test_a_tenant_has_as_many_as_it_may(pbx):
    pbx.do("account/update", id=TENANT, capability={"max_virtual_receptionists": 1})
    make(pbx)
    check_refused(upload(pbx, "create", wav(), vr_number="801", name="x"), "409.1")
    assert prompt_names() == ["default.wav"]  # nobody would play it
    assert dialled("VIRTUAL_RECEPTIONIST") == ["800"]


# What points at it, and what it points at


def forward(pbx, target):
    rule = {"busy_action": RECEPTIONIST, "busy_action_value": target}
    return pbx.post("extensions/update", extension_number="1000", forward_rules={"available": rule})


def forwarded(pbx):
    return pbx.read("extensions/show", extension_number="1000")["forward_rules"]["available"]["busy_action_value"]


def test_a_new_number_is_followed(pbx):
    id_ = make(pbx, key1=step(RECEPTIONIST, "800"))  # itself
    forward(pbx, "800")
    pbx.do("virtual_receptionist/update", id=id_, virtual_receptionist_number="801")
    assert (forwarded(pbx), show(pbx, "801")["key1"]) == ("801", step(RECEPTIONIST, "801"))
    plan = pbx.read("extensions/route", extension_number="1000", state="ON_CALL")["steps"]
    assert [(item["action"], item["target"]) for item in plan] == [(RECEPTIONIST, "801")]
    make(pbx, name="Another")  # the number is free
    pbx.do("virtual_receptionist/destroy", virtual_receptionist_number="801")
    assert forwarded(pbx) == ""
    assert lost() == [
        "Tenant default: forward_rules.available.busy_action_value of the extension 1000 led to 801, which is gone."
    ]


@pytest.mark.parametrize("action", [EXTENSION, VOICE_MAIL, NUMBER])
def test_targets_are_followed_and_lost(pbx, action):
    make(pbx, key1=step(action, "1001"))
    extension = pbx.read("extensions/show", extension_number="1001")["id"]
    pbx.do("extensions/update", id=extension, extension_number="1101")
    assert show(pbx)["key1"] == step(action, "1101")
    pbx.do("extensions/destroy", id=extension)
    pbx.make_extension("1101")  # it is somebody else's now
    assert show(pbx)["key1"] == step(action)
    assert lost() == ["Tenant default: key1.action_value of the attendant Welcome led to 1101, which is gone."]
    pbx.do("virtual_receptionist/update", **show(pbx) | {"gap_time": 9})  # as it was shown
    assert show(pbx)["gap_time"] == 9
    change(pbx, key1=step(action, "1101"))
    assert show(pbx)["key1"] == step(action, "1101")
    assert lost() == []
    pbx.do("virtual_receptionist/destroy", vr_number="800")
    assert database.fetch_row("SELECT count(*) FROM reference WHERE owner = 'attendant'") == (0,)


def test_groups_and_other_receptionists_are_targets(pbx):
    pbx.do("ring_groups/create", ring_group_number="600", name="R")
    hunt_groups.create(TENANT, {"name": "H", "extension": "601"})
    make(pbx, "801", "Other")
    make(pbx, key1=step(GROUP, "600"), key2=step(GROUP, "601"), key3=step(RECEPTIONIST, "801"))
    pbx.do("ring_groups/destroy", ring_group_number="600")
    assert [show(pbx)[f"key{key}"] for key in (1, 2, 3)] == [
        *(step(GROUP), step(GROUP, "601"), step(RECEPTIONIST, "801"))
    ]


def test_a_number_outside_is_one_that_the_tenant_lets_be_dialled(pbx):
    pbx.do("account/update", id=TENANT, allowed_prefixes=["+49"])
    make(pbx, key1=step(NUMBER, "+49 (30) 123-4"))
    assert show(pbx)["key1"] == step(NUMBER, "+49301234")
    assert lost() == []
    database.execute("UPDATE attendant SET menu = replace(menu, '+49301234', 'nobody') WHERE number = '800'")
    (sentence,) = lost()
    assert sentence == "Tenant default: key1.action_value of the attendant Welcome is no number that can be dialled."
    check_refused(change(pbx, key1=step(NUMBER, "+43123")), "400.1", "key1.action_value")


def test_a_menu_goes_with_its_tenant(pbx):
    other = pbx.do("account/create", name="other", password="other x-secret")["id"]
    pbx.make_extension("2000", tenant_id=other)
    make(pbx, tenant_id=other, key1=step(EXTENSION, "2000"), key2=step(RECEPTIONIST, "800"))
    check_refused(pbx.get("virtual_receptionist/show", vr_number="800"), "404.1")
    pbx.do("account/destroy", id=other)
    assert database.fetch_row("SELECT count(*) FROM reference") == (0,)


def test_showing_one_costs_a_constant_number_of_statements(pbx, statements):
    make(pbx)
    statements.clear()
    show(pbx)
    few = len(statements)
    change(pbx, **{key: step(EXTENSION, "1000") for key in KEYS})
    statements.clear()
    show(pbx)
    assert len(statements) == few


# Prompts


def upload(pbx, operation, content, filename="hello.wav", **fields):
    data = {**fields, "sound": (io.BytesIO(content), filename)}
    path = f"/api/virtual_receptionist/{operation}"
    return pbx.http.post(path, data=data, headers={"access_token": pbx.token})


def prompt_names():
    return [prompt.name for prompt in prompts.all_of(TENANT, prompts.ATTENDANTS)]


def test_a_prompt_is_sent_with_the_receptionist(pbx):
    assert upload(pbx, "create", wav(seconds=1, rate=44_100), vr_number="800", name="x").status_code == 200
    assert (show(pbx)["prompt"], show(pbx)["prompt_filename"]) == ("hello.wav", "hello.wav")
    sound = prompts.sound(TENANT, prompts.ATTENDANTS, "hello.wav")
    assert isinstance(sound.audio, Path)
    assert sound.audio.read_bytes()[24:28] == (16_000).to_bytes(4, "little")  # converted for the switch
    make(pbx, "801", "y", prompt="hello.wav")
    pbx.do("virtual_receptionist/destroy", vr_number="800")
    assert prompt_names() == ["default.wav", "hello.wav"]  # the other one plays it
    assert upload(pbx, "update", wav(), "new.wav", vr_number="801").status_code == 200
    assert (show(pbx, "801")["prompt"], prompt_names()) == ("new.wav", ["default.wav", "new.wav"])
    check_refused(upload(pbx, "update", wav(), "new.wav", vr_number="801"), "409.1")
    assert show(pbx, "801")["prompt"] == "new.wav"
    change(pbx, "801", prompt="")
    assert prompt_names() == ["default.wav"]


def test_a_prompt_that_cannot_be_taken_changes_nothing(pbx):
    make(pbx)
    check_refused(upload(pbx, "update", b"\xff\xfb" + bytes(500), "x.mp3", vr_number="800"), "415.1")
    check_refused(upload(pbx, "update", wav(), vr_number="809"), "404.1")
    check_refused(upload(pbx, "create", wav(), vr_number="1000", name="x"), "403.3")
    check_refused(change(pbx, prompt="nowhere.wav"), "404.3")
    assert (show(pbx)["prompt"], prompt_names()) == ("", ["default.wav"])


def test_a_prompt_lies_in_the_folder_of_uploads(pbx, configure, tmp_path):
    folder = tmp_path / "uploads" / "1" / "prompts"
    folder.mkdir(parents=True)
    (folder / "hello.wav").write_bytes(wav())
    check_refused(pbx.post("virtual_receptionist/create", **step_of("800"), prompt="hello.wav"), "404.3")
    configure(PBX_UPLOAD_DIR=str(tmp_path / "uploads"))
    make(pbx, prompt="hello.wav")
    assert (show(pbx)["prompt"], prompt_names()) == ("hello.wav", ["default.wav", "hello.wav"])
    (folder / "hello.wav").unlink()
    make(pbx, "801", "y", prompt="hello.wav")  # it was taken


def test_they_are_numbers_that_are_no_persons(pbx):
    make(pbx)
    pbx.do("ring_groups/create", ring_group_number="600", name="R", members=["1000"])
    hunt_groups.create(TENANT, {"name": "H", "extension": "601", "did": "+49301"})
    rows = pbx.read("system_extensions/list")["extensions"]
    objects = [row for row in rows if row["type"] != "VOICE_MAIL"]
    assert [(row["extension_number"], row["first_name"], row["type"], row["status"]) for row in objects] == [
        ("600", "R", "RING_GROUP", "OFFLINE"),
        ("601", "H", "HUNT_GROUP", "OFFLINE"),
        ("800", "Welcome", "VIRTUAL_RECEPTIONIST", "OFFLINE"),
        ("+49301", "H", "HUNT_GROUP", "OFFLINE"),
    ]
    assert {(row["last_name"], row["email"], str(row["belong_groups"])) for row in rows} == {("", "", "[]")}
    database.execute("UPDATE extension SET line = 'ONLINE' WHERE number = '1000'")
    reachable = pbx.read("system_extensions/list")["extensions"]
    assert [row["extension_number"] for row in reachable if row["status"] == "ONLINE"] == ["600"]
    page = pbx.read("system_extensions/list", pagesize=2, pagination=2, sort_by="-DEFAULT")
    assert (page["count"], page["total"]) == (2, len(rows))
    pbx.do("ring_groups/destroy", ring_group_number="600")
    assert pbx.read("system_extensions/list")["total"] == len(rows) - 1


def test_they_are_online_where_an_engine_serves_them(pbx, monkeypatch):
    make(pbx)
    monkeypatch.setattr(switch, "switch", DemoSwitch())
    assert pbx.read("virtual_receptionist/list")["virtual_receptionists"][0]["status"] == "ONLINE"
    assert show(pbx)["status"] == "ONLINE"
    statuses = {row["type"]: row["status"] for row in pbx.read("system_extensions/list")["extensions"]}
    assert statuses["VIRTUAL_RECEPTIONIST"] == "ONLINE"


def test_system_extensions_do_not_go_through_all_people(admin):
    def steps():
        counted: list[None] = []
        database.db.connection().set_progress_handler(lambda: counted.append(None), 100)
        try:
            assert admin.read("system_extensions/list")["extensions"] is not None
        finally:
            database.db.connection().set_progress_handler(None, 0)
        return len(counted)

    make(admin)
    few = steps()
    fill(3_000)
    assert steps() <= few + 20
