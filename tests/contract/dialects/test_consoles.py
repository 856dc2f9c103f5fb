"""Consoles and back offices: they log in, fill their screens, save their forms, page, and sign out."""

import pytest

from tests.contract.dialects.clients import BackOffice, Client, LaterConsole, OldConsole
from tests.contract.servers import Server
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD

ADMIN = {"username": "admin", "password": ADMIN_PASSWORD}
SECRET = "a passphrase of nine"
DEFAULT = "__DEFAULT_EXTENSION_GROUP__"


@pytest.fixture
def name(server: Server, request: pytest.FixtureRequest) -> str:
    """The name of a tenant of this test's own."""
    return f"tenant-{abs(hash(request.node.name)) % 10**8}"


def enter(client: Client, name: str, **fields: object) -> Client:
    """Let the administrator make a tenant, and return a client of the same kind that is that tenant."""
    assert client.log_in(**ADMIN)["role"] == "administrator"
    made = client.post("account/create", username=name, password=SECRET, **fields)
    assert made["id"]
    own = type(client).__new__(type(client))
    own.__dict__.update(client.__dict__, token="")
    assert own.log_in(username=name, password=SECRET)["role"] == "tenant"
    return own


def test_the_old_console(server: Server, name: str) -> None:
    console = OldConsole(server)
    assert console.log_in(**ADMIN)["permissions"] == []
    own = enter(OldConsole(server), name, profile={"company_name": "Acme"}, capability={"max_extensions": 50})
    row = console.rows("tenants", console.get("account/list", Pagination=1, Pagesize=1000))[-1]
    assert (row["username"], row["company_name"], row["max_extensions"]) == (name, "Acme", 50)
    assert console.get("account/show")["username"] == "admin"

    made = own.post("extensions/group/create", group_name="Sales", group_description="", members=[])
    (sales, default) = own.rows("groups", own.get("extensions/group/list", pagination=1, pagesize=10))
    assert (sales["group_id"], sales["group_name"]) == (made["group_id"], "Sales")
    assert (default["group_id"], default["group_name"]) == (DEFAULT, DEFAULT)
    shown = own.get("extensions/group/show", group_id=made["group_id"])
    assert shown["enable_external_call"] is False

    for number in (101, 102, 103):
        own.post(
            "extensions/create",
            extension_number=number,
            password=SIP_PASSWORD,
            profile={"first_name": f"User {number}", "gender": "Female", "mobile_phone": 491701234567},
            belong_groups=["DEFAULT", "SYSTEM", {"group_name": "sales"}],
            forward_rules={"available": {"no_answer_timeval": "20", "no_answer_action": 1, "busy_action": 1}},
            office_hours={"office_hours_mode": 1},
            voice_mail={"enable_voicemail": "true", "msg_read_out_datetime": 2, "voicemail_pin": 4711},
        )
    form = own.get("extensions/show", extension_number=101)
    assert (form["web_access_password"], form["belong_groups"]) == ("", [made["group_id"]])
    assert form["forward_rules"]["available"]["busy_action"] == "RING_ANYWAY"
    assert (form["profile"]["gender"], form["voice_mail"]["voicemail_pin"]) == ("FEMALE", "4711")
    form["forward_rules"]["available"] |= {"busy_action": 3, "busy_action_value": 102}
    form["forward_rules"]["dnd"] |= {"office_hours_action": 0, "office_hours_action_value": ""}
    assert own.post("extensions/update", **form) == {"result": "success"}
    rules = own.get("extensions/show", extension_number="101")["forward_rules"]
    assert rules["available"]["busy_action"] == "CONNECT_TO_ANOTHER_EXTENSION"
    assert (rules["available"]["busy_action_value"], rules["dnd"]["office_hours_action"]) == ("102", "CONNECT_TO_VOICE")

    seen = []
    for page in (1, 2):
        reply = own.get("extensions/list", Pagination=page, Pagesize=2, Sort_By="Default")
        assert reply["page_count"] == 2
        seen += [row["extension_number"] for row in own.rows("extensions", reply)]
    assert seen == ["101", "102", "103"]
    ring = {"ring_group_number": 600, "name": "Sales", "ring_strategy": 2, "ring_time": "30", "members": [101]}
    own.post("ring_groups/create", **ring, no_answer_action=5, no_answer_action_value=102)
    form = own.get("ring_groups/show", ring_group_number=600)
    assert (form["no_answer_action"], form["no_answer_action_value"]) == ("CONNECT_TO_VOICE_MAIL", "102")
    own.post("ring_groups/update", **form)
    (group,) = own.rows("groups", own.get("ring_groups/list", pagination=1))
    assert (group["ring_group_name"], group["ring_strategy"]) == ("Sales", "PRIORITIZED_HUNT")
    assert own.rows("virtual_receptionists", own.get("virtual_receptionist/list", Pagination=1)) == []
    queue = {"queue_number": 700, "queue_name": "Help", "polling_strategy": 3, "ring_time": "15", "members": [102]}
    own.post("call_queues/create", **queue, no_answer_action=5, no_answer_action_value=101, max_wait_time="60")
    (row,) = own.rows("queues", own.get("call_queues/list", Pagination=1, Pagesize=10))
    assert (row["queue_extension"], row["name"], row["polling_strategy"]) == ("700", "Help", "CYCLIC_HUNT")
    form = own.get("call_queues/show", queue_number=700)
    own.post("call_queues/update", **form | {"no_answer_action": 1, "no_answer_action_value": ""})
    assert own.get("call_queues/show", queue_number="700")["no_answer_action"] == "DISCONNECT"
    own.post("call_queues/destroy", id=form["id"])
    assert own.refused("POST", "extensions/create", extension_number=101, password="x") == (400, "403.3")
    assert console.refused("POST", "account/create", username=name, password=SECRET) == (400, "403.2")
    own.sign_out()
    console.post("account/destroy", username=name)
    console.sign_out()


def test_the_later_console(server: Server, name: str) -> None:
    own = enter(LaterConsole(server), name)
    for number in range(1000, 1025):
        own.post(
            "extensions/create",
            extension_number=str(number),
            password=SIP_PASSWORD,
            web_access_password=WEB_PASSWORD,
            profile={"first_name": "User", "last_name": str(number)},
        )
    first = own.get("extensions/list", start_position=1, end_position=20)
    assert (first["count"], first["remaining_extensions"]) == (20, 5)
    rest = own.get("extensions/list", start_position=first["end_position"] + 1)
    assert (rest["start_position"], rest["end_position"], rest["remaining_extensions"]) == (21, 40, 0)
    numbers = [row["extension_number"] for page in (first, rest) for row in own.rows("extensions", page)]
    assert numbers == [str(number) for number in range(1000, 1025)]
    found = own.get("extensions/search", condition="user 102", start_position=1, end_position=3)
    assert [row["extension_number"] for row in found["extensions"]] == ["1020", "1021", "1022"]
    assert found["remaining_extensions"] == 2
    form = own.get("extensions/show", id=first["extensions"][0]["id"])
    form["forward_rules"]["away"]["office_hours_action"] = "disconnect"
    form["record_all_calls"] = True
    own.post("extensions/update", **form)
    saved = own.get("extensions/show", extension_number="1000")
    assert saved["options"]["enable_video_record_calls"] is True
    assert saved["forward_rules"]["away"]["office_hours_fwdto_type"] == "DISCONNECT"
    assert own.get("voice_mail/show", extension_number="1000")["voice_mail_number"] == "1000"
    hours = own.get("account/show")["office_hours"]
    own.post("account/update", office_hours=hours | {"friday_to": "15:00"})
    assert own.get("office_hours/show")["friday_to"] == "15:00"
    own.sign_out()


def test_a_back_office(server: Server, name: str) -> None:
    office = BackOffice(server)
    office.log_in(**ADMIN)
    made = office.post("account/create", name=name, domain=f"{name}.example", password=SECRET)
    assert office.refused("POST", "account/create", name=name, password=SECRET) == (400, "1040001")
    bad = {"name": f"{name}-2", "domain": "no domain", "password": SECRET}
    assert office.refused("POST", "account/create", **bad) == (400, "1050005")
    office.post("account/update", id=str(made["id"]), enabled="true", profile={"company_name": "Acme"})
    own = BackOffice(server)
    own.log_in(name=name, password=SECRET)
    ids = {}
    for number in ("1000", "1001"):
        made = own.post("extensions/create", extension_number=number, password=SIP_PASSWORD, web_access_password="w")
        ids[number] = str(made["id"])
    groups = own.get("extensions/group/list", pagination="1", pagesize="100")
    assert [row["group_name"] for row in own.rows("groups", groups)] == ["__DEFAULT__"]
    assert own.get("extensions/group/show", group_id="__DEFAULT__")["members"] == ["1000", "1001"]
    group = own.post("extensions/group/create", group_name="Office", members=["1000"])
    own.post("extensions/update", id=ids["1001"], belong_groups=[{"id": str(group["id"]), "group_name": "Office"}])
    assert own.get("extensions/group/show", id=str(group["id"]))["members"] == ["1000", "1001"]
    forward = {"no_answer_fwdto_type": "CONNECT_TO_ANOTHER_EXTENSION", "no_answer_fwdto_id": ids["1001"]}
    own.post("extensions/update", id=ids["1000"], forward_rules={"available": forward})
    available = own.get("extensions/show", id=ids["1000"])["forward_rules"]["available"]
    assert available["no_answer_fwdto_id"] == ids["1001"]
    assert available["no_answer_action_value"] == "1001"
    own.post("extensions/destroy", id=ids["1001"])
    assert own.refused("GET", "extensions/show", id=ids["1001"]) == (404, "404.1")
    own.sign_out()
    office.post("account/destroy", id=str(office.get("account/show", username=name)["id"]))
    office.sign_out()
