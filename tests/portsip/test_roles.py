"""Who may call what: every route of the URL map × method × identity, and the proof that none is missing."""

import shutil
from typing import Any

import pytest

from portsip_api.pbx.access.tenants import DEFAULT_GROUP
from tests.crm import WEB_PASSWORD, Crm
from tests.stores import close_store, untouched, use_world
from tests.world import COLLEAGUE, IDENTITIES, MAC, NUMBER, PERMISSIONS, world_template  # noqa: F401 — a fixture

# Expected statuses in the order of IDENTITIES: none, expired, extension, other tenant, tenant, administrator, phone.
# Requests are about the colleague (an extension that is not the one whose token is used) unless the row says otherwise.
OPEN = (200,) * 7
LOGIN = (400,) * 7  # the row sends a wrong password
ANY_TOKEN = (401, 401, 200, 200, 200, 200, 401)
ADMINISTRATOR = (401, 401, 403, 403, 403, 200, 401)
MANAGERS_OBJECT = (401, 401, 403, 404, 200, 200, 401)
MANAGERS = (401, 401, 403, 200, 200, 200, 401)
OWN_OBJECT = (401, 401, 403, 404, 200, 200, 401)
OWN_ACCOUNT = (401, 401, 403, 403, 200, 200, 401)
OTHER_ACCOUNT = (401, 401, 403, 200, 403, 200, 401)
CALL = (401, 401, 403, 404, 503, 503, 401)
SYSTEM_GREETING = (401, 401, 403, 404, 409, 409, 401)  # which cannot be removed
BUILT_IN = (401, 401, 403, 403, 403, 409, 401)  # which cannot be removed
BAD_LINK = (401, 401, 403, 401, 401, 401, 401)  # no token is needed, but a link that is one
NO_SESSION = (401, 401, 403, 404, 404, 404, 401)
NO_FILE = (404,) * 7  # no token is needed, but the name of a file
PHONE_BY_URL = (404,) * 6 + (200,)
PHONE_BY_PASSWORD = (401,) * 6 + (200,)
NOBODY = (404,) * 7  # without the engine that would ask

EXTENSION = {"id": "{colleague}"}
GROUP = {"id": "{group}"}
NEW = {"extension_number": "1002", "password": "x-secret", "web_access_password": "x-secret"}
TENANT = {"name": "third", "domain": "third.example", "password": "third x-secret"}
DIALLED = {"extension": COLLEAGUE, "to": NUMBER}
GREETING = {"extension_number": COLLEAGUE, "filename": "default.wav"}
IN_ROOM = {"id": "{room}", "participant_extension": NUMBER}
FETCHED = {"extension_number": COLLEAGUE, "filename": "new.wav", "url": "http://example.com/new.wav"}

REPORT = {
    "date_from": "01/01/2024 00:00:00",
    "date_to": "01/02/2024 00:00:00",
    "format": "CSV",
    "mail_to": "a@b.example",
    "call_status": "ANSWERED",
    "source": {},
    "destination": {},
}
TABLE: dict[tuple[str, str], tuple[dict[str, Any], tuple[int, ...]]] = {
    ("POST", "/api/account/credentials/verify"): ({"username": "home", "password": "wrong"}, LOGIN),
    ("POST", "/api/account/email/verify"): ({"email": "a@b", "password": "wrong"}, LOGIN),
    ("POST", "/api/account/extension/sip/verify"): (
        {"domain": "home.example", "extension_number": NUMBER, "sip_password": "wrong"},
        LOGIN,
    ),
    ("POST", "/api/account/token/refresh"): ({}, ANY_TOKEN),
    ("POST", "/api/account/sign_out"): ({}, ANY_TOKEN),
    ("POST", "/api/account/create"): (TENANT, ADMINISTRATOR),
    ("POST", "/api/account/update"): ({"id": "{other}", "enabled": True}, OTHER_ACCOUNT),
    ("POST", "/api/account/destroy"): ({"id": "{other}"}, ADMINISTRATOR),
    ("POST", "/api/account/remove"): ({"id": "{other}"}, ADMINISTRATOR),
    ("GET", "/api/account/show"): ({"id": "{home}"}, OWN_ACCOUNT),
    ("GET", "/api/account/list"): ({}, ADMINISTRATOR),
    ("GET", "/api/extensions/list"): ({}, ANY_TOKEN),
    ("GET", "/api/extensions/search"): ({"condition": "100"}, ANY_TOKEN),
    ("GET", "/api/extensions/status"): ({"extensions": COLLEAGUE}, ANY_TOKEN),
    ("POST", "/api/extensions/status"): ({"extensions": [COLLEAGUE]}, ANY_TOKEN),
    ("POST", "/api/extensions/status/update"): (EXTENSION | {"status": "DND"}, OWN_OBJECT),
    ("GET", "/api/extensions/show"): (EXTENSION, OWN_OBJECT),
    ("GET", "/api/extensions/import/template"): ({}, MANAGERS),
    ("POST", "/api/extensions/update"): (EXTENSION, OWN_OBJECT),
    ("POST", "/api/extensions/create"): (NEW, MANAGERS),
    ("POST", "/api/extensions/destroy"): (EXTENSION, MANAGERS_OBJECT),
    ("POST", "/api/extensions/remove"): (EXTENSION, MANAGERS_OBJECT),
    ("GET", "/api/extensions/call"): (DIALLED, CALL),
    ("POST", "/api/extensions/call"): (DIALLED, CALL),
    ("GET", "/apiextensions/call"): (DIALLED, CALL),
    ("POST", "/apiextensions/call"): (DIALLED, CALL),
    ("GET", "/api/extensions/group/list"): ({}, MANAGERS),
    ("GET", "/api/extensions/group/show"): (GROUP, MANAGERS_OBJECT),
    ("POST", "/api/extensions/group/create"): ({"group_name": "New", **PERMISSIONS}, MANAGERS),
    ("POST", "/api/extensions/group/update"): (GROUP, MANAGERS_OBJECT),
    ("POST", "/api/extensions/group/destroy"): (GROUP, MANAGERS_OBJECT),
    ("POST", "/api/extensions/group/remove"): (GROUP, MANAGERS_OBJECT),
    ("GET", "/api/extensions/softphone"): (EXTENSION, OWN_OBJECT),
    ("GET", "/softphone/<once:link>"): ({}, NO_FILE),
    ("GET", "/api/voice_mail/show"): ({"extension_number": COLLEAGUE}, OWN_OBJECT),
    ("POST", "/api/voice_mail/update"): ({"extension_number": COLLEAGUE}, OWN_OBJECT),
    ("GET", "/api/extensions/route"): (EXTENSION, OWN_OBJECT),
    ("GET", "/api/extensions/office_hours"): (EXTENSION, OWN_OBJECT),
    ("GET", "/api/office_hours/show"): ({}, ANY_TOKEN),
    ("POST", "/api/office_hours/update"): ({}, MANAGERS),
    ("GET", "/api/time_zones/list"): ({}, ANY_TOKEN),
    ("GET", "/api/holidays/list"): ({}, ANY_TOKEN),
    ("POST", "/api/holidays/create"): ({"name": "x", "month": 1, "day": 1}, MANAGERS),
    ("POST", "/api/holidays/fill"): ({"country": "DE", "year": 2026}, MANAGERS),
    ("POST", "/api/holidays/update"): ({"id": "{holiday}"}, MANAGERS_OBJECT),
    ("POST", "/api/holidays/destroy"): ({"id": "{holiday}"}, MANAGERS_OBJECT),
    ("POST", "/api/holidays/remove"): ({"id": "{holiday}"}, MANAGERS_OBJECT),
    ("GET", "/api/ring_groups/list"): ({}, MANAGERS),
    ("POST", "/api/ring_groups/create"): ({"ring_group_number": "601", "name": "x"}, MANAGERS),
    ("GET", "/api/ring_groups/show"): ({"id": "{ring_group}"}, MANAGERS_OBJECT),
    ("POST", "/api/ring_groups/update"): ({"id": "{ring_group}"}, MANAGERS_OBJECT),
    ("POST", "/api/ring_groups/destroy"): ({"id": "{ring_group}"}, MANAGERS_OBJECT),
    ("POST", "/api/ring_groups/remove"): ({"id": "{ring_group}"}, MANAGERS_OBJECT),
    **{
        (method, f"/api/virtual_receptionist{plural}/{operation}"): (fields, expected)
        for plural in ("", "s")
        for method, operation, fields, expected in (
            ("GET", "list", {}, MANAGERS),
            ("GET", "show", {"id": "{receptionist}"}, MANAGERS_OBJECT),
            ("POST", "create", {"virtual_receptionist_number": "801", "name": "x"}, MANAGERS),
            ("POST", "update", {"id": "{receptionist}"}, MANAGERS_OBJECT),
            ("POST", "destroy", {"id": "{receptionist}"}, MANAGERS_OBJECT),
            ("POST", "remove", {"id": "{receptionist}"}, MANAGERS_OBJECT),
        )
    },
    ("GET", "/api/call_queues/list"): ({}, MANAGERS),
    ("POST", "/api/call_queues/create"): ({"queue_number": "701", "name": "x"}, MANAGERS),
    ("GET", "/api/call_queues/show"): ({"id": "{queue}"}, MANAGERS_OBJECT),
    ("POST", "/api/call_queues/update"): ({"id": "{queue}"}, MANAGERS_OBJECT),
    ("POST", "/api/call_queues/destroy"): ({"id": "{queue}"}, MANAGERS_OBJECT),
    ("POST", "/api/call_queues/remove"): ({"id": "{queue}"}, MANAGERS_OBJECT),
    **{
        (method, f"/api/{base}/{operation}"): (fields, expected)
        for base in ("conference_room", "conference/room")
        for method, operation, fields, expected in (
            ("GET", "list", {}, ANY_TOKEN),
            ("GET", "show", {"id": "{room}"}, MANAGERS_OBJECT),
            ("POST", "create", {"room_number": "7002"}, MANAGERS),
            ("POST", "update", {"id": "{room}", "subject": "x"}, MANAGERS_OBJECT),
            ("POST", "destroy", {"id": "{room}"}, MANAGERS_OBJECT),
            ("POST", "remove", {"id": "{room}"}, MANAGERS_OBJECT),
            ("GET", "participants/list", {"id": "{room}"}, MANAGERS_OBJECT),
            ("POST", "participants/update", IN_ROOM | {"op": "MUTE"}, CALL),
            ("POST", "chairman/update", IN_ROOM, CALL),
            ("POST", "main_screen/update", IN_ROOM, CALL),
        )
    },
    ("GET", "/api/conference_server/room/list"): ({}, ANY_TOKEN),
    ("GET", "/api/conference_server/list"): ({}, MANAGERS),
    ("GET", "/api/conference_server/show"): ({"id": 1}, MANAGERS),
    ("POST", "/api/conference_server/create"): ({"name": "West"}, ADMINISTRATOR),
    ("POST", "/api/conference_server/update"): ({"id": 1, "max_rooms": 0}, ADMINISTRATOR),
    ("POST", "/api/conference_server/destroy"): ({"id": 1}, BUILT_IN),
    ("POST", "/api/conference_server/remove"): ({"id": 1}, BUILT_IN),
    ("GET", "/api/system_extensions/list"): ({}, MANAGERS),
    ("POST", "/api/extensions/greeting_file/create"): (FETCHED, OWN_OBJECT),
    ("POST", "/api/extensions/greeting_file/update"): (GREETING, OWN_OBJECT),
    ("POST", "/api/extensions/greeting_file/destroy"): (GREETING, SYSTEM_GREETING),
    ("POST", "/api/extensions/greeting_file/remove"): (GREETING, SYSTEM_GREETING),
    ("GET", "/api/extensions/greeting_file/list"): ({"extension_number": COLLEAGUE}, OWN_OBJECT),
    ("GET", "/api/extensions/greeting_file/show"): (GREETING, OWN_OBJECT),
    ("POST", "/api/extensions/export"): ({}, MANAGERS),
    ("GET", "/api/extensions/export/show"): ({"link": "x"}, BAD_LINK),
    ("POST", "/api/extensions/import"): ({"extensions": [NEW]}, MANAGERS),
    ("GET", "/api/recordfiles/voicemail/list"): ({"extension_number": COLLEAGUE}, OWN_OBJECT),
    ("GET", "/api/call_reports/list"): ({}, MANAGERS),
    ("GET", "/api/call_reports/search"): ({}, MANAGERS),
    ("POST", "/api/call_reports/search"): ({}, MANAGERS),
    ("POST", "/api/call_reports/create/cdr_basic"): (REPORT, MANAGERS),
    ("GET", "/api/call_reports/show"): ({"id": "{call}"}, MANAGERS_OBJECT),
    ("GET", "/api/call_sessions/list"): ({}, MANAGERS),
    ("POST", "/api/call_sessions/create"): ({"call_from": COLLEAGUE, "call_to": [NUMBER]}, CALL),
    ("POST", "/api/call_sessions/destroy"): ({"session_id": 1}, NO_SESSION),
    ("POST", "/api/call_sessions/remove"): ({"session_id": 1}, NO_SESSION),
    ("GET", "/api/call_logs/list"): ({}, ANY_TOKEN),
    ("GET", "/api/recordfiles/extension/list"): ({}, ANY_TOKEN),
    ("GET", "/api/recordfiles/extension/search"): ({"condition": "1"}, ANY_TOKEN),
    ("GET", "/api/recordings/list"): ({}, MANAGERS),
    ("POST", "/api/recordings/destroy"): ({"id": "{recording}"}, MANAGERS_OBJECT),
    ("POST", "/api/recordings/remove"): ({"id": "{recording}"}, MANAGERS_OBJECT),
    ("GET", "/filedown/<filepath:filepath>"): ({}, NO_FILE),
    ("GET", "/<filepath:filepath>"): ({}, NO_FILE),
    ("GET", "/"): ({}, OPEN),
    ("GET", "/healthz"): ({}, OPEN),
    ("GET", "/readyz"): ({}, OPEN),
    ("GET", "/metrics"): ({}, OPEN),
    ("GET", "/openapi.json"): ({}, OPEN),
    ("GET", "/openapi-sipxcom.json"): ({}, OPEN),
    ("GET", "/openapi-provision.json"): ({}, OPEN),
    ("GET", "/provision/<secret>/<name>"): ({}, PHONE_BY_URL),
    ("GET", "/provision/<secret>//<name>"): ({}, PHONE_BY_URL),
    ("GET", "/provision/<name>"): ({}, PHONE_BY_PASSWORD),
    ("GET", "/provision//<name>"): ({}, PHONE_BY_PASSWORD),
    ("POST", "/engine/freeswitch/directory"): ({}, NOBODY),
    ("POST", "/engine/freeswitch/dialplan"): ({}, NOBODY),
    ("POST", "/engine/freeswitch/configuration"): ({}, NOBODY),
    ("POST", "/engine/freeswitch/cdr"): ({}, NOBODY),
}


def routes(app):
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/docs", "/sipxconfig/"))
    }


def test_every_route_has_a_row(app):
    assert routes(app) == set(TABLE)


def test_every_route_of_the_api_declares_who_may_call_it(app):
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/api", "/provision", "/engine")):
            assert app.view_functions[rule.endpoint].declared.access is not None, rule


@pytest.fixture
def world(template, world_template, tmp_path, request):  # noqa: F811
    """The keys of the filled store: of the one that all GETs of the matrix share, or of a fresh copy."""
    folder, keys = world_template
    path = request.getfixturevalue("path") if "path" in request.fixturenames else ""
    # A secret that fits nothing is a failed log-in, which is counted.
    is_read_only = "method" in request.fixturenames and request.getfixturevalue("method") == "GET"
    if is_read_only and not path.startswith("/provision"):
        with untouched(folder):
            yield keys
        return
    use_world(shutil.copytree(folder, tmp_path / "world"))
    yield keys
    close_store()


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize(("method", "path"), TABLE, ids=lambda value: value)
def test_matrix(template, world, method, path, identity):
    fields, expected = TABLE[method, path]
    given = {name: world.key(value) for name, value in fields.items()}
    if identity == "administrator" and not path.startswith("/api/account"):
        given["tenant_id"] = world.home
    token = world.tokens[identity]
    headers = {"access_token": token} if token else {}
    auth = (MAC, world.phone_password) if identity == "phone" else None
    path = path.replace("<secret>", token or "none").replace("<name>", f"{MAC}.cfg")
    name = f"{'x' * 20}.{'x' * 6}.{'x' * 27}"
    path = path.replace("<filepath:filepath>", f"{name}.wav").replace("<once:link>", name)
    place = {"query_string": given} if method == "GET" else {"json": given}
    reply = template[0].test_client().open(path, method=method, headers=headers, auth=auth, **place)
    assert reply.status_code == expected[IDENTITIES.index(identity)], reply.text


def test_an_extension_acts_on_itself(template, world):
    me = Crm(template[0].test_client(), world.tokens["extension"])
    for key in ({"id": world.me}, {"extension_number": NUMBER}):
        me.read("extensions/show", **key)
        me.do("extensions/update", **key)
        me.do("extensions/status/update", **key, status="AWAY")
    me.read("voice_mail/show", extension_number=NUMBER)
    me.do("voice_mail/update", extension_number=NUMBER)
    assert me.post("extensions/call", extension=NUMBER, to=COLLEAGUE).status_code == 503


def test_no_token_is_needed_to_call_with_the_extensions_password(template, world):
    anonymous = Crm(template[0].test_client())
    call = {"extension": NUMBER, "to": COLLEAGUE, "domain": "home.example"}
    assert anonymous.post("extensions/call", **call, auth=WEB_PASSWORD).status_code == 503


@pytest.mark.parametrize("identity", ["tenant", "other tenant", "extension"])
def test_naming_another_tenant_changes_nothing_for_who_belongs_to_one(template, world, identity):
    client = Crm(template[0].test_client(), world.tokens[identity])
    for tenant_id in (world.home, world.other, 1, 999):
        total = client.read("extensions/list", tenant_id=tenant_id)["total"]
        assert total == (0 if identity == "other tenant" else 2)


def test_an_administrator_names_a_tenant_that_exists(template, world):
    administrator = Crm(template[0].test_client(), world.tokens["administrator"])
    assert administrator.read("extensions/list", tenant_id=world.home)["total"] == 2
    assert administrator.read("extensions/list")["total"] == 0
    assert administrator.get("extensions/list", tenant_id=999).get_json()["err_code"] == "404.1"
    assert administrator.read("extensions/group/show", group_id=DEFAULT_GROUP, tenant_id=world.home)["members"] == [
        NUMBER
    ]
