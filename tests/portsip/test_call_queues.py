"""Call queues: what is kept of them, where they lead, and what leads to them."""

from typing import Any

import pytest

from portsip_api.pbx.media import prompts
from portsip_api.pbx.upkeep import consistency, lost_targets
from portsip_api.store import database
from tests.audio import wav
from tests.crm import Crm, check_refused
from tests.portsip.test_tenant_limits import check_limit, limit

HOME = 1
WHOLE: dict[str, Any] = {
    "queue_number": "700",
    "queue_extension": "700",
    "name": "Support",
    "queue_name": "Support",
    "polling_strategy": "CYCLIC_HUNT",
    "ring_time": 15,
    "music_on_hold": "",
    "no_answer_action": "CONNECT_TO_VOICE_MAIL",
    "no_answer_action_value": "1000",
    "enable_intro_prompt": True,
    "enable_play_full_intro": False,
    "intro_prompt_file": "",
    "max_wait_time": 120,
    "max_callers": 5,
    "enable_announce_caller_position": True,
    "announce_caller_position_interval": 30,
    "members": ["1001", "1000"],
}


@pytest.fixture
def pbx(admin: Crm):
    """The default tenant with 1000, 1001, 1002 and the ring group 600; sound when the test is over."""
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    admin.do("ring_groups/create", ring_group_number="600", name="Sales")
    yield admin
    assert consistency.find_inconsistencies() == []


def make(pbx: Crm, number: str = "700", **fields: Any) -> str:
    made = pbx.do("call_queues/create", **{"queue_number": number, "name": f"Queue {number}", **fields})
    assert made == {"id": made["id"], "queue_number": number, "queue_extension": number}
    assert isinstance(made["id"], str)
    return made["id"]


def shown(pbx: Crm, number: str = "700") -> Any:
    return pbx.read("call_queues/show", queue_number=number)


def leads(pbx: Crm, action: object, target: object = "") -> None:
    pbx.do("call_queues/update", queue_number="700", no_answer_action=action, no_answer_action_value=target)


def plan(pbx: Crm, number: str, **query: str) -> list[tuple[str, str | None]]:
    """The steps of a call, as actions and targets."""
    steps = pbx.read("extensions/route", extension_number=number, **query)["steps"]
    return [(step["action"], step["target"]) for step in steps]


def test_a_queue_is_shown_as_it_was_made(pbx):
    id_ = make(pbx, **WHOLE)
    assert shown(pbx) == pbx.read("call_queues/show", id=id_) == {"id": id_, **WHOLE}
    pbx.do("call_queues/update", **shown(pbx))
    assert shown(pbx) == {"id": id_, **WHOLE}


def test_what_is_not_sent_is_the_default_and_stays(pbx):
    id_ = make(pbx)
    defaults: dict[str, Any] = {
        "polling_strategy": "RING_SIMULTANEOUSLY",
        "ring_time": 20,
        "music_on_hold": "",
        "intro_prompt_file": "",
        "no_answer_action": "DISCONNECT",
        "no_answer_action_value": "",
        "max_wait_time": 0,
        "max_callers": 0,
        "enable_intro_prompt": False,
        "enable_play_full_intro": False,
        "enable_announce_caller_position": False,
        "announce_caller_position_interval": 60,
        "members": [],
    }
    named = {"queue_number": "700", "queue_extension": "700", "name": "Queue 700", "queue_name": "Queue 700"}
    assert shown(pbx) == {"id": id_, **named, **defaults}
    pbx.do("call_queues/update", id=id_, queue_number="701", queue_name="New", members=[1002, "1000", "1002"])
    pbx.do("call_queues/update", queue_extension="701", max_callers="7", enable_intro_prompt="true")
    changed: dict[str, Any] = {"queue_number": "701", "queue_extension": "701", "name": "New", "queue_name": "New"}
    changed |= {"members": ["1002", "1000"], "max_callers": 7, "enable_intro_prompt": True}
    assert shown(pbx, "701") == {"id": id_, **defaults, **changed}
    check_refused(pbx.get("call_queues/show", queue_number="700"), "404.1")


def test_old_consoles_send_whole_numbers(pbx):
    make(pbx, polling_strategy=4, no_answer_action=5, no_answer_action_value=1001, max_wait_time="60")
    found = shown(pbx)
    assert (found["polling_strategy"], found["no_answer_action"]) == ("LEAST_WORKED_HUNT", "CONNECT_TO_VOICE_MAIL")
    pbx.do("call_queues/update", queue_number=700, no_answer_action=0, polling_strategy="0")
    assert shown(pbx) == found
    for code, (action, target) in enumerate(
        (
            ("DISCONNECT", ""),
            ("CONNECT_TO_ANOTHER_EXTENSION", "1000"),
            ("CONNECT_TO_RING_GROUP", "600"),
        ),
        start=1,
    ):
        leads(pbx, str(code), target)
        assert (shown(pbx)["no_answer_action"], shown(pbx)["no_answer_action_value"]) == (action, target)
    leads(pbx, 7)
    assert shown(pbx)["no_answer_action"] == "REPEAT"
    check_refused(pbx.post("call_queues/update", queue_number="700", polling_strategy=5), "400.1", "polling_strategy")


def test_the_list_is_in_the_order_of_numbers(pbx):
    make(pbx, "7001", members=["1001"], polling_strategy=2)
    make(pbx, "700")
    database.execute("UPDATE extension SET line = 'ONLINE' WHERE number = '1001'")
    rows = pbx.read("call_queues/list", pagesize=1, pagination=2)
    assert (rows["count"], rows["total"], rows["page_count"]) == (1, 2, 2)
    (row,) = rows["queues"]
    assert row == {
        "id": row["id"],
        **dict.fromkeys(("queue_number", "queue_extension"), "7001"),
        **dict.fromkeys(("name", "queue_name"), "Queue 7001"),
        "polling_strategy": "PRIORITIZED_HUNT",
        "status": "ONLINE",
    }
    assert pbx.read("call_queues/list", sort_by="-DEFAULT")["queues"][1]["status"] == "OFFLINE"
    others = pbx.read("system_extensions/list")["extensions"]
    assert [(one["extension_number"], one["type"], one["status"]) for one in others if one["type"] == "CALL_QUEUE"] == [
        ("700", "CALL_QUEUE", "OFFLINE"),
        ("7001", "CALL_QUEUE", "ONLINE"),
    ]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"queue_number": "1000"}, "403.3", "queue_number"),
        ({"queue_number": "600"}, "403.3", "queue_number"),
        ({"queue_number": None}, "400.1", "queue_number"),
        ({"queue_extension": "701"}, "400.1", "queue_number"),
        ({"name": ""}, "400.1", "name"),
        ({"members": ["1999"]}, "400.1", "members"),
        ({"members": "x" * 70}, "400.1", "members"),
        ({"ring_time": 0}, "400.1", "ring_time"),
        ({"max_wait_time": -1}, "400.1", "max_wait_time"),
        ({"no_answer_action": "RING"}, "400.1", "no_answer_action"),
        ({"no_answer_action": "CONNECT_TO_ANOTHER_EXTENSION"}, "400.1", "no_answer_action_value"),
        ({"no_answer_action": 2, "no_answer_action_value": "600"}, "400.1", "no_answer_action_value"),
        ({"no_answer_action": 5, "no_answer_action_value": "1999"}, "400.1", "no_answer_action_value"),
        ({"no_answer_action": 6, "no_answer_action_value": "+4930"}, "400.1", "no_answer_action_value"),
        ({"no_answer_action": "CONNECT_TO_CALL_QUEUE", "no_answer_action_value": "1000"}, "400.1", None),
    ],
)
def test_bad_values(pbx, fields, code, field):
    reply = pbx.post("call_queues/create", **{"queue_number": "700", "name": "x", **fields})
    check_refused(reply, code, *([field] if field else ["no_answer_action_value"]))
    assert pbx.read("call_queues/list")["total"] == 0


def test_a_name_and_a_number_are_needed(pbx):
    check_refused(pbx.post("call_queues/create", queue_number="700"), "400.1", "name")
    check_refused(pbx.post("call_queues/create", name="x"), "400.1", "queue_number")
    check_refused(pbx.post("call_queues/update", ring_time=5), "400.1", "queue_number")
    check_refused(pbx.post("call_queues/update", queue_number="700", ring_time=5), "404.1")


def test_there_are_no_more_than_the_tenant_may_have(pbx):
    limit(pbx, max_call_queues=1)
    make(pbx)
    check_limit(pbx.post("call_queues/create", queue_number="701", name="x"), "max_call_queues", 1)


def test_calls_wait_and_go_on_where_a_limit_leads(pbx):
    make(pbx, members=["1001"])
    queue = ("CONNECT_TO_CALL_QUEUE", "700")
    assert plan(pbx, "700") == [queue]  # until somebody answers
    pbx.do("call_queues/update", queue_number="700", max_wait_time=60)
    assert plan(pbx, "700") == [queue, ("DISCONNECT", None)]
    first, last = pbx.read("extensions/route", extension_number="700")["steps"]
    assert (first["seconds"], first["rule"]) == (60, "call_queue")
    assert first["reason"].endswith("Its 1 members ring together, for 20 seconds at a time.")
    assert last["reason"] == "Nobody answers at the call queue Queue 700 within 60 seconds: the call is ended."
    leads(pbx, "CONNECT_TO_VOICE_MAIL", "1000")
    assert plan(pbx, "700") == [queue, ("CONNECT_TO_VOICE_MAIL", "1000")]
    pbx.do("voice_mail/update", extension_number="1000", enable_voicemail=False)
    assert plan(pbx, "700") == [queue, ("DISCONNECT", None)]
    leads(pbx, "CONNECT_TO_ANOTHER_EXTENSION", "1002")
    assert plan(pbx, "700") == [queue, ("CONNECT_TO_ANOTHER_EXTENSION", "1002"), ("CONNECT_TO_VOICE_MAIL", "1002")]
    leads(pbx, "CONNECT_TO_RING_GROUP", "600")
    assert plan(pbx, "700") == [queue, ("CONNECT_TO_RING_GROUP", "600")]
    leads(pbx, "REPEAT")
    assert plan(pbx, "700") == [queue, ("REPEAT", "700")]
    pbx.do("call_queues/update", queue_number="700", max_wait_time=0, max_callers=3)
    assert pbx.read("extensions/route", extension_number="700")["steps"][1]["reason"].startswith("Where 3 callers wait")


def test_queues_that_lead_to_each_other_end(pbx):
    make(pbx, max_wait_time=10)
    make(pbx, "701", max_wait_time=10, no_answer_action="CONNECT_TO_CALL_QUEUE", no_answer_action_value="700")
    leads(pbx, "CONNECT_TO_CALL_QUEUE", "701")
    assert plan(pbx, "700") == [
        ("CONNECT_TO_CALL_QUEUE", "700"),
        ("CONNECT_TO_CALL_QUEUE", "701"),
        ("DISCONNECT", None),
    ]


def test_numbers_outside(pbx):
    pbx.do("account/update", id=HOME, allowed_prefixes=["+49"])
    make(pbx, max_wait_time=10, no_answer_action=6, no_answer_action_value="+49 30 1")
    assert shown(pbx)["no_answer_action_value"] == "+49301"
    assert plan(pbx, "700")[1] == ("CONNECT_TO_NUMBER", "+49301")
    leads(pbx, 6, "1001")
    assert plan(pbx, "700")[1] == ("CONNECT_TO_ANOTHER_EXTENSION", "1001")
    leads(pbx, 6, "+49 30 1")
    pbx.do("account/update", id=HOME, allowed_prefixes=[])
    assert plan(pbx, "700")[1] == ("DISCONNECT", None)


def test_extensions_forward_to_a_queue(pbx):
    id_ = make(pbx)
    rules = {"available": {"no_answer_action": "CONNECT_TO_CALL_QUEUE", "no_answer_action_value": "700"}}
    pbx.do("extensions/update", extension_number="1000", forward_rules=rules)
    offline = {"office_hours_fwdto_type": "CONNECT_TO_CALL_QUEUE", "office_hours_fwdto_id": id_}
    pbx.do("extensions/update", extension_number="1000", forward_rules={"offline": offline})
    pbx.do("call_queues/update", id=id_, queue_number="710")  # which forwards follow
    available = pbx.read("extensions/show", extension_number="1000")["forward_rules"]["available"]
    assert (available["no_answer_action_value"], available["no_answer_fwdto_id"]) == ("710", id_)
    assert plan(pbx, "1000", state="AVAILABLE") == [("RING", "1000"), ("CONNECT_TO_CALL_QUEUE", "710")]
    pbx.do("call_queues/destroy", id=id_)
    steps = pbx.read("extensions/route", extension_number="1000", state="AVAILABLE")["steps"]
    assert steps[-1]["action"] == "CONNECT_TO_VOICE_MAIL"
    assert "the call queue that was 710 no longer exists" in steps[-1]["reason"]
    bad = {"available": {"busy_action": "CONNECT_TO_CALL_QUEUE", "busy_action_value": "600"}}
    reply = pbx.post("extensions/update", extension_number="1000", forward_rules=bad)
    check_refused(reply, "400.1", "forward_rules.available.busy_action_value")


def test_receptionists_lead_to_a_queue(pbx):
    make(pbx)
    pbx.do("virtual_receptionist/create", vr_number="800", name="Welcome", key1=[4, "700"])
    key = pbx.read("virtual_receptionist/show", vr_number="800")["key1"]
    assert key == {"action": "CONNECT_TO_CALL_QUEUE", "action_value": "700"}


def test_what_a_queue_leads_to_may_go(pbx):
    make(pbx, max_wait_time=10, members=["1000", "1001"])
    leads(pbx, "CONNECT_TO_ANOTHER_EXTENSION", "1000")
    pbx.do("extensions/destroy", extension_number="1000")
    found = shown(pbx)
    assert (found["no_answer_action_value"], found["members"]) == ("", ["1001"])
    assert plan(pbx, "700")[1] == ("DISCONNECT", None)
    assert list(lost_targets.find_lost()) == [
        "Tenant default: no_answer_action_value of the call queue 700 led to 1000, which is gone."
    ]
    pbx.do("call_queues/update", **found)  # as it was shown
    pbx.make_extension("1000")
    assert shown(pbx)["no_answer_action_value"] == ""
    leads(pbx, "CONNECT_TO_ANOTHER_EXTENSION", "1000")
    assert shown(pbx)["no_answer_action_value"] == "1000"
    pbx.do("call_queues/remove", queue_number="700")
    assert list(lost_targets.find_lost()) == []
    pbx.make_extension("700")


def test_prompts_are_those_that_are_there_or_lie_on_the_server(pbx, configure, tmp_path):
    check_refused(pbx.post("call_queues/create", queue_number="700", name="x", music_on_hold="hold.wav"), "404.3")
    configure(PBX_UPLOAD_DIR=str(tmp_path / "laid"), PBX_TOKEN_TTL="86400")
    folder = tmp_path / "laid" / str(HOME) / "prompts"
    folder.mkdir(parents=True)
    for name in ("hold.wav", "hello.wav", "bye.wav"):
        (folder / name).write_bytes(wav())
    (folder / "bad.wav").write_text("no sound")
    fields = {"queue_number": "700", "name": "x", "music_on_hold": "hold.wav"}
    check_refused(pbx.post("call_queues/create", **fields, intro_prompt_file="bad.wav"), "415.1")
    check_refused(pbx.post("call_queues/create", **fields | {"queue_number": "1000"}), "403.3")
    assert [prompt.name for prompt in prompts.all_of(HOME, prompts.MUSIC)] == ["default.wav"]  # it is not kept for that
    pbx.do("call_queues/create", **fields, intro_prompt_file="hello.wav")
    found = shown(pbx)
    assert (found["music_on_hold"], found["intro_prompt_file"]) == ("hold.wav", "hello.wav")
    pbx.do("virtual_receptionist/create", vr_number="800", name="Welcome", prompt="hello.wav")
    pbx.do("virtual_receptionist/destroy", vr_number="800")
    assert prompts.exists(HOME, prompts.ATTENDANTS, "hello.wav")  # since the queue plays it
    pbx.do("call_queues/update", queue_number="700", intro_prompt_file="bye.wav")
    assert not prompts.exists(HOME, prompts.ATTENDANTS, "hello.wav")
    pbx.do("call_queues/destroy", queue_number="700")
    names = [[prompt.name for prompt in prompts.all_of(HOME, one)] for one in (prompts.MUSIC, prompts.ATTENDANTS)]
    assert names == [["default.wav", "hold.wav"], ["default.wav"]]
