"""Objects of another tenant and of another extension on PortSIP's API: refused, and nothing is changed.

Every operation whose fields can name an object has a row; the OpenAPI document says which these are.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portsip_api.pbx.access import links
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.media import greetings
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.audio import wav
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.security.tables import dump
from tests.stores import close_store, use_world
from tests.world import COLLEAGUE, NUMBER, PERMISSIONS, RECORDING, World, world_template  # noqa: F401 — a fixture

NAMES = {
    "id",
    "extension_number",
    "extension",
    "extensions",
    "members",
    "belong_groups",
    "group_id",
    "filename",
    "file_name",
    "link",
    "call_from",
    "session_id",
}
GREETING = "private.wav"
GUID = "{guid}"  # of the group
_NEW = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
_QUEUE = {"queue_number": "750", "name": "x"}
_HUNT = {"ring_group_number": "650", "name": "x"}
_GROUP = {"group_name": "x", **PERMISSIONS}
_IN_ROOM = {"id": "{room}", "participant_extension": COLLEAGUE}
_FETCHED = {"url": "http://example.com/a.wav"}

BY_ID, BY_NUMBER = {"id": "{colleague}"}, {"extension_number": COLLEAGUE}
_EXTENSIONS = {
    path: [BY_ID, BY_NUMBER]
    for path in (
        "GET extensions/show",
        "POST extensions/update",
        "POST extensions/destroy",
        "POST extensions/remove",
        "GET extensions/route",
        "GET extensions/office_hours",
        "GET extensions/greeting_file/list",
        "GET extensions/softphone",
    )
}
_STATUS = [BY_ID | {"status": "DND"}, BY_NUMBER | {"status": "DND"}]
_GREETINGS = {
    f"{method} extensions/greeting_file/{name}": [key | {"filename": GREETING} | more for key in (BY_ID, BY_NUMBER)]
    for method, name, more in (
        ("POST", "create", _FETCHED),
        ("POST", "update", {}),
        ("POST", "destroy", {}),
        ("POST", "remove", {}),
        ("GET", "show", {}),
    )
}
# "<method> <path>": the fields that name what the other tenant has. Refused with 404, 400 or 403.
ATTACKS: dict[str, list[dict[str, Any]]] = {
    **_EXTENSIONS,
    **_GREETINGS,
    "GET voice_mail/show": [BY_NUMBER],
    "GET recordfiles/voicemail/list": [BY_NUMBER],
    "POST voice_mail/update": [BY_NUMBER],
    "POST extensions/status/update": _STATUS,
    "POST extensions/create": [{"extension_number": "2000", **_NEW, "belong_groups": ["{group}"]}],
    "GET extensions/call": [{"extension": COLLEAGUE, "to": NUMBER}],
    "POST extensions/call": [{"extension": COLLEAGUE, "to": NUMBER}],
    "GET extensions/group/show": [{"id": "{group}"}, {"group_id": GUID}],
    "POST extensions/group/create": [{**_GROUP, "members": [COLLEAGUE]}],
    "POST extensions/group/update": [{"id": "{group}", "members": []}, {"id": "{group}", "group_name": "taken"}],
    "POST extensions/group/destroy": [{"id": "{group}"}],
    "POST extensions/group/remove": [{"id": "{group}"}],
    "POST holidays/update": [{"id": "{holiday}", "name": "taken"}],
    "POST holidays/destroy": [{"id": "{holiday}"}],
    "POST holidays/remove": [{"id": "{holiday}"}],
    "POST call_queues/create": [
        {**_QUEUE, "members": [COLLEAGUE]},
        {**_QUEUE, "no_answer_action": "CONNECT_TO_ANOTHER_EXTENSION", "no_answer_action_value": COLLEAGUE},
    ],
    "GET call_queues/show": [{"id": "{queue}"}, {"queue_number": "700"}],
    "POST call_queues/update": [{"id": "{queue}", "name": "taken"}, {"queue_number": "700", "name": "taken"}],
    "POST call_queues/destroy": [{"id": "{queue}"}, {"queue_number": "700"}],
    "POST call_queues/remove": [{"id": "{queue}"}, {"queue_extension": "700"}],
    "POST ring_groups/create": [{**_HUNT, "members": [COLLEAGUE]}],
    "GET ring_groups/show": [{"id": "{ring_group}"}],
    "POST ring_groups/update": [{"id": "{ring_group}", "name": "taken"}],
    "POST ring_groups/destroy": [{"id": "{ring_group}"}],
    "POST ring_groups/remove": [{"id": "{ring_group}"}],
    **{
        f"{method} virtual_receptionist{plural}/{operation}": rows
        for plural in ("", "s")
        for method, operation, rows in (
            ("GET", "show", [{"id": "{receptionist}"}, {"vr_number": "800"}]),
            ("POST", "create", [{"vr_number": "801", "name": "x", "key1": [2, COLLEAGUE]}]),
            ("POST", "update", [{"id": "{receptionist}", "name": "taken"}, {"vr_number": "800", "name": "taken"}]),
            ("POST", "destroy", [{"id": "{receptionist}"}]),
            ("POST", "remove", [{"vr_number": "800"}]),
        )
    },
    "GET call_reports/show": [{"id": "{call}"}],
    "POST call_sessions/create": [{"call_from": COLLEAGUE, "call_to": [NUMBER]}],
    "POST call_sessions/destroy": [{"session_id": 1}],
    "POST call_sessions/remove": [{"session_id": 1}],
    "POST recordings/destroy": [{"id": "{recording}"}, {"file_name": RECORDING}],
    "POST recordings/remove": [{"id": "{recording}"}, {"file_name": RECORDING}],
    **{
        f"{method} {base}/{operation}": rows
        for base in ("conference_room", "conference/room")
        for method, operation, rows in (
            ("GET", "show", [{"id": "{room}"}, {"room_number": "7001"}]),
            ("POST", "create", [{"room_number": "7002", "owner": COLLEAGUE}]),
            ("POST", "update", [{"id": "{room}", "name": "taken"}, {"extension_number": "7001", "locked": "true"}]),
            ("POST", "destroy", [{"id": "{room}"}, {"room_extension": "7001"}]),
            ("POST", "remove", [{"room_number": "7001"}]),
            ("GET", "participants/list", [{"id": "{room}"}, {"room_number": "7001"}]),
            ("POST", "participants/update", [_IN_ROOM | {"op": "KICK"}]),
            ("POST", "chairman/update", [_IN_ROOM]),
            ("POST", "main_screen/update", [_IN_ROOM]),
        )
    },
    "GET account/show": [{"id": "{home}"}],
    "POST account/update": [{"id": "{home}", "password": "taken by somebody else"}],
    "POST account/destroy": [{"id": "{home}"}],
    "POST account/remove": [{"id": "{home}"}],
}
# Operations that answer for the numbers that the asker has, and pass over all others.
PASSES_OVER: dict[str, list[dict[str, Any]]] = {
    "GET extensions/status": [{"extensions": f"{NUMBER},{COLLEAGUE}"}],
    "POST extensions/status": [{"extensions": [NUMBER, COLLEAGUE]}],
}
# Fields of a log-in, or of what is made in the own tenant, which names nobody else's.
NAMES_NOBODY = {
    "POST account/extension/sip/verify": "a log-in",
    "POST extensions/import": "rows are made in the own tenant; see below",
    "POST extensions/export": "filters the own tenant's",
    "POST call_reports/create/cdr_basic": "numbers that calls of the own tenant have",
    "GET extensions/export/show": "a link that is signed",
    "GET /filedown/{filepath}": "a name that is signed, and what to call the file",
    "GET /softphone/{link}": "a link that is signed",
    "GET /{filepath}": "a name that is signed, and what to call the file",
    **{
        f"{method} conference_server/{operation}": "a server's, which is no tenant's"
        for method, operation in (
            *(("GET", "show"), ("POST", "create"), ("POST", "update"), ("POST", "destroy"), ("POST", "remove")),
        )
    },
}
_NO_SESSION = dict.fromkeys(("call_sessions/destroy", "call_sessions/remove"), 404)  # of calls without an engine
GUESSES: tuple[Any, ...] = (
    0, -1, 99_999, 2**63 - 1, 2**63, 2**64, "0", "1e3", " 77", "1;", "1 OR 1=1", "../1", True, 1.5, None, [77],
    {"$gt": 0},
)  # fmt: skip


@pytest.fixture
def home(template: tuple[Flask, Path], world_template: tuple[Path, World], tmp_path: Path) -> Iterator[World]:  # noqa: F811
    """A fresh copy of the filled store in which the colleague has a greeting."""
    use_world(shutil.copytree(world_template[0], tmp_path / "home"))
    world = world_template[1]
    greetings.add(world.home, ExtensionKey(id=world.colleague), GREETING, wav())
    yield world
    close_store()


def client_of(template: tuple[Flask, Path], home: World, identity: str) -> Crm:
    return Crm(template[0].test_client(), home.tokens[identity])


def ask(client: Crm, operation: str, fields: dict[str, Any], home: World) -> Any:
    method, path = operation.split(" ")
    given = {name: _key(value, home) for name, value in fields.items()}
    reply = client.get(path, **given) if method == "GET" else client.post(path, **given)
    reply.close()
    return reply


def _key(value: Any, home: World) -> Any:
    if value == GUID:
        return database.fetch_row("SELECT group_id FROM extension_group WHERE id = ?", (home.group,))[0]
    return [str(home.key(item)) for item in value] if isinstance(value, list) else home.key(value)


def named_fields(app: Flask) -> dict[str, set[str]]:
    """Every operation and those of its fields that can name an object, as the OpenAPI document has them."""
    document = app.test_client().get("/openapi.json").get_json()
    schemas = document["components"]["schemas"]
    found = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            fields = {item["name"] for item in operation.get("parameters", [])}
            for content in operation.get("requestBody", {}).get("content", {}).values():
                fields |= _properties(content["schema"], schemas)
            found[f"{method.upper()} {path.removeprefix('/api/')}"] = fields & NAMES
    return found


def _properties(schema: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    own = set(schema.get("properties", {}))
    return own.union(*(_properties(part, schemas) for part in schema.get("allOf", [])))


def test_every_operation_that_names_an_object_has_a_row(app: Flask):
    aliases = {"GET /apiextensions/call", "POST /apiextensions/call"}  # of extensions/call, as the vendor prints it
    naming = {operation for operation, fields in named_fields(app).items() if fields} - aliases
    assert naming - NAMES_NOBODY.keys() == ATTACKS.keys() | PASSES_OVER.keys()


@pytest.mark.parametrize("operation", ATTACKS)
def test_another_tenant_and_another_extension_are_out_of_reach(template, home: World, operation: str):
    before = dump()
    for identity in ("other tenant", "extension", "none", "expired"):
        client = client_of(template, home, identity)
        for fields in ATTACKS[operation]:
            reply = ask(client, operation, fields, home)
            assert reply.status_code in ({400, 403, 404} if identity in {"other tenant", "extension"} else {401}), (
                identity,
                reply.text,
            )
            assert GREETING not in reply.text.replace("filename", "")
    assert dump() == before


def test_the_owner_reaches_what_the_others_do_not(template, home: World, world_template, tmp_path: Path):  # noqa: F811
    """So that it is for whose it is that they were refused."""
    engine = dict.fromkeys(("participants/update", "chairman/update", "main_screen/update"), 503)
    calls = {"extensions/call": 503, "call_sessions/create": 503, **_NO_SESSION}
    expected = engine | calls | {"account/destroy": 403, "account/remove": 403}
    every = [(operation, fields) for operation, several in ATTACKS.items() for fields in several]
    for number, (operation, fields) in enumerate(every):
        close_store()
        use_world(shutil.copytree(world_template[0], tmp_path / str(number)))
        greetings.add(home.home, ExtensionKey(id=home.colleague), GREETING, wav())
        own = {"filename": "new.wav"} if operation.endswith("greeting_file/create") else {}
        reply = ask(client_of(template, home, "tenant"), operation, fields | own, home)
        status = next((status for part, status in expected.items() if operation.endswith(part)), 200)
        assert reply.status_code == status, (operation, reply.text)


@pytest.mark.parametrize("operation", PASSES_OVER)
def test_what_is_not_the_askers_own_is_passed_over(template, home: World, operation: str):
    for fields in PASSES_OVER[operation]:
        reply = ask(client_of(template, home, "other tenant"), operation, fields, home)
        assert reply.json["extension_status"] == [
            {"extension_number": number, "status": "NOT_FOUND", "user_agent": ""} for number in (NUMBER, COLLEAGUE)
        ]


def test_naming_another_tenant_opens_nothing(template, home: World):
    before = dump()
    for operation, several in ATTACKS.items():
        for identity in ("other tenant", "extension"):
            reply = ask(client_of(template, home, identity), operation, several[0] | {"tenant_id": home.home}, home)
            assert reply.status_code in {400, 403, 404}, (operation, identity, reply.text)
    assert dump() == before


def test_an_import_reaches_the_own_tenant_only(template, home: World):
    before = dump(but_of=[home.other])["extension"]
    row = {"extension_number": COLLEAGUE, **_NEW, "profile": {"first_name": "taken"}}
    client = client_of(template, home, "other tenant")
    client.do("extensions/import", extensions=[row], tenant_id=home.home)
    assert dump(but_of=[home.other])["extension"] == before
    assert client.read("extensions/list")["total"] == 1


@pytest.mark.parametrize("operation", [name for name, rows in ATTACKS.items() if any("id" in row for row in rows)])
def test_guessed_ids_are_refused(template, home: World, operation: str):
    before = dump()
    identity = "administrator" if "account/" in operation else "tenant"
    row = next(row for row in ATTACKS[operation] if "id" in row)
    for guess in GUESSES:
        if guess is None and operation == "GET account/show":
            continue  # a query has no null, and an administrator who names nobody is shown its own account
        fields = {name: value for name, value in row.items() if name != "extension_number"} | {"id": guess}
        reply = ask(client_of(template, home, identity), operation, fields, home)
        assert reply.status_code in {400, 404}, (guess, reply.text)
    assert dump() == before


LINKS = ("", "x", "1", "../1", "eyJpZCI6MX0", "eyJpZCI6MX0.aaaa.bbbb", "%00", "é", "." * 400)


@pytest.mark.parametrize("guess", LINKS)
def test_a_guessed_link_plays_nothing(template, home: World, guess: str):
    reply = template[0].test_client().get("/api/extensions/greeting_file/show", query_string={"link": guess})
    assert reply.status_code in {400, 401, 403, 404}


def test_a_link_plays_its_own_greeting_only(template, home: World):
    http = template[0].test_client()
    greeting_id = greetings.page(home.home, ExtensionKey(id=home.colleague), Slice(0, 10))[0].rows[1].id
    good = links.to_greeting(home.home, home.colleague, greeting_id)
    address = "/api/extensions/greeting_file/show"
    with http.get(address, query_string={"link": good}) as reply:
        assert reply.status_code == 200
    for at in range(0, len(good), 5):
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        with http.get(address, query_string={"link": changed}) as reply:
            assert reply.status_code != 200, at
