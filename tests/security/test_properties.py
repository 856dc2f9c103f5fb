"""Fields that a role must neither set nor see, and permissions that nobody gives to oneself."""

from typing import Any

import pytest
from flask import Flask

from tests.crm import PIN, SIP_PASSWORD, WEB_PASSWORD, Crm, check_refused
from tests.security.tables import dump
from tests.sipxcom.portal import JSON, Portal

NEW_PASSWORD = "taken-over-1"


@pytest.fixture
def me(admin: Crm) -> Crm:
    """The extension 1000, with its own token; 1001 is its colleague, and Sales a group."""
    admin.make_extension("1000", voice_mail={"voicemail_pin": PIN})
    admin.make_extension("1001", voice_mail={"voicemail_pin": PIN})
    admin.make_group("Sales")
    return admin.log_in("1000@pbx.local", WEB_PASSWORD)


FORBIDDEN: tuple[dict[str, Any], ...] = (
    {"password": NEW_PASSWORD},
    {"web_access_password": NEW_PASSWORD},
    {"options": {"enable_extension": False}},
    {"options": {"outbound_caller_id": "112"}},
    {"options": {"enable_audio_record_calls": True}},
    {"belong_groups": ["Sales"]},
    {"belong_groups": []},
)
IGNORED: tuple[dict[str, Any], ...] = (
    {"role": "administrator"},
    {"tenant_id": 99},
    {"status": "ON_CALL"},
    {"enabled": False, "is_admin": True, "permissions": [{"name": "superadmin", "value": "ENABLE"}]},
    {"__proto__": {"role": "administrator"}, "constructor": {"prototype": {}}},
    {"profile": {}, "branch_id": 1, "aliases": ["admin"]},
)


@pytest.mark.parametrize("fields", FORBIDDEN, ids=str)
def test_an_extension_does_not_set_what_is_not_its_own(me: Crm, fields: dict[str, Any]):
    before = dump()
    for key in ({"extension_number": "1000"}, {"id": me.read("extensions/show", extension_number="1000")["id"]}):
        reply = me.post("extensions/update", **key, **fields)
        if fields != {"belong_groups": []}:  # which is how it is
            check_refused(reply, "404.1" if reply.status_code == 404 else "403.1")
    assert dump() == before


@pytest.mark.parametrize("fields", IGNORED, ids=str)
def test_fields_that_are_none_have_no_effect(me: Crm, fields: dict[str, Any]):
    before = dump()
    assert me.post("extensions/update", extension_number="1000", **fields).status_code in {200, 400}
    assert dump() == before
    check_refused(me.get("account/list"), "403.1")


def test_an_extension_may_set_what_is_its_own(me: Crm):
    me.do("extensions/update", extension_number="1000", profile={"first_name": "Ann"})
    assert me.read("extensions/show", extension_number="1000")["profile"]["first_name"] == "Ann"


def test_a_tenant_does_not_make_itself_more_than_a_tenant(admin: Crm):
    admin.do("account/create", name="acme", domain="acme.example", password=WEB_PASSWORD)
    tenant = admin.log_in("acme", WEB_PASSWORD)
    before = dump()
    for path in ("create", "update", "destroy", "remove"):
        fields = {
            "id": 2,
            "name": "more",
            "domain": "more.example",
            "password": NEW_PASSWORD,
            "quota": {"max_extensions": 9},
        }
        check_refused(tenant.post(f"account/{path}", **fields), "403.1")
    assert dump() == before


def test_no_get_shows_a_secret_to_a_plain_extension(app: Flask, me: Crm):
    """On both APIs, by every route without a name in its address and by those that name the extension itself."""
    asked = 0
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule.startswith("/api") and not rule.arguments:
            for number in ("1000", "1001"):
                query = {
                    "extension_number": number,
                    "extension": number,
                    "to": "1",
                    "condition": "100",
                    "extensions": number,
                }
                reply = me.http.get(rule.rule, query_string=query, headers={"access_token": me.token})
                _check_secretless(reply)
                asked += reply.status_code == 200
    for path in ("rest/my/callfwd", "rest/avatar/1000", "rest/user", "rest/phones", "api/phones", "api/phones/line"):
        _check_secretless(Portal(app.test_client(), "1000", WEB_PASSWORD).get(path, accept="*/*"))
    assert asked > 15


def _check_secretless(reply) -> None:
    for secret in (WEB_PASSWORD, SIP_PASSWORD, PIN):
        assert secret.encode() not in reply.data, reply.request.path


@pytest.fixture
def staff(app: Flask, admin: Crm, portal: Portal) -> dict[str, Any]:
    """Users of sipXcom's API: 700 with the permission `rest`, 701 who is superadmin, 702 plain; a group of bosses."""
    ids = {number: admin.make_extension(number) for number in ("700", "701", "702")}
    bosses = portal.make("rest/user-group", {"group": {"name": "bosses"}})
    for path, name in ((f"user-permission/{ids['700']}", "rest"), (f"user-permission/{ids['701']}", "superadmin"),
                       (f"user-group-permission/{bosses}", "superadmin")):  # fmt: skip
        body = {"permissions": [{"name": name, "value": "ENABLE"}]}
        assert portal.put(f"rest/{path}", body).status_code == 200
    return {**ids, "bosses": bosses, "client": Portal(app.test_client(), "700", WEB_PASSWORD)}


GRANT = {"permissions": [{"name": "superadmin", "value": "ENABLE"}]}
ESCALATIONS: tuple[tuple[str, str, Any], ...] = (
    ("PUT", "rest/user-permission/{700}", GRANT),
    ("PUT", "rest/user-permission/{702}", GRANT),
    ("PUT", "rest/user-permission/{701}", {"permissions": [{"name": "superadmin", "value": "DISABLE"}]}),
    ("PUT", "rest/user-group-permission/{bosses}", GRANT),
    ("PUT", "rest/user/{701}", {"user": {"userName": "701", "pin": NEW_PASSWORD}}),
    ("PUT", "rest/user/{700}", {"user": {"userName": "700", "groups": [{"id": "bosses"}]}}),
    ("PUT", "rest/user", {"user": {"userName": "703", "pin": NEW_PASSWORD, "groups": [{"id": "bosses"}]}}),
    ("DELETE", "rest/user/{701}", None),
    ("DELETE", "rest/user-group/{bosses}", None),
)


@pytest.mark.parametrize(("method", "path", "body"), ESCALATIONS, ids=[f"{row[0]} {row[1]}" for row in ESCALATIONS])
def test_with_the_permission_rest_nobody_becomes_superadmin(staff, portal: Portal, method: str, path: str, body: Any):
    before, place = dump(), path
    for key in ("700", "701", "702", "bosses"):
        place = place.replace(f"{{{key}}}", str(staff[key]))
    for group in (body or {}).get("user", {}).get("groups", []):
        group["id"] = staff["bosses"]
    assert staff["client"].ask(method, place, body).status_code == 403
    assert dump() == before
    assert portal.ask(method, place, body).status_code in {200, 201}  # the administrator may


def test_with_the_permission_rest_others_are_administered(staff):
    client = staff["client"]
    body: dict[str, Any] = {"user": {"userName": "702", "lastName": "Doe", "pin": "another-1234"}}
    assert client.put(f"rest/user/{staff['702']}", body).status_code == 200
    body = {"permissions": [{"name": "Voicemail", "value": "DISABLE"}]}
    assert client.put(f"rest/user-permission/{staff['702']}", body).status_code == 200
    assert client.delete(f"rest/user/{staff['702']}").status_code == 200


def test_with_the_permission_rest_no_password_is_seen(app: Flask, staff, portal: Portal):
    phone = portal.make("api/phones", {"serialNo": "0004f2aabb95", "model": {"modelId": "polycomVVX500"}})
    assert portal.post(f"api/phones/{phone}/lines", {"user": "701"}).status_code == 200
    assert SIP_PASSWORD in portal.get(f"api/phones/{phone}/lines").text  # the canary is there to be seen
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/sipxconfig/") and "GET" in (rule.methods or ()):
            if rule.rule.startswith("/sipxconfig/rest/my/logindetails") or rule.rule == "/sipxconfig/api/my/user":
                continue  # a user's own secrets, as sipXcom tells them to its user
            named = {name: _name(name, staff, phone) for name in rule.arguments}
            path = app.url_map.bind("localhost").build(rule.endpoint, named, method="GET")
            for accept in (JSON, "text/xml", "*/*"):
                with staff["client"].get(path.removeprefix("/sipxconfig/"), accept=accept) as reply:
                    _check_secretless(reply)
    profile = staff["client"].get("rest/phones/0004f2aabb95/profile/0004f2aabb95.cfg")
    assert profile.status_code == 403


def _name(argument: str, staff, phone: int) -> Any:
    return {"id": phone, "serial": "0004f2aabb95", "name": "0004f2aabb95.cfg", "user": "701"}.get(argument, 1)


UNWRITABLE = {
    "id": 4711,
    "enabled": False,
    "role": "superadmin",
    "permissions": [{"name": "superadmin", "value": "ENABLE"}],
}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_a_user_record_does_not_take_has_no_effect(app: Flask, staff, portal: Portal, form: str):
    place = f"rest/user/{staff['702']}"
    json = {"user": {"userName": "702", "groups": [], **UNWRITABLE}}
    xml = (
        "<user><id>4711</id><userName>702</userName><role>superadmin</role>"
        "<permissions><setting><name>superadmin</name><value>ENABLE</value></setting></permissions></user>"
    )
    before = dump()
    assert portal.put(place, json if form == "json" else xml).status_code in {200, 400}
    assert dump() == before
    assert Portal(app.test_client(), "702", WEB_PASSWORD).get("rest/user").status_code == 403
