"""Every line of a request says who asks, in which tenant and about which object, and whom a failed log-in meant."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portsip_api.pbx.extensions import extensions
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm
from tests.ops.conftest import Lines
from tests.portsip.test_roles import TABLE
from tests.sipxcom.digests import Digest
from tests.sipxcom.portal import Portal
from tests.stores import close_store, use_world
from tests.world import World, world_template  # noqa: F401 — a fixture

WHO = ("actor", "actor_id", "tenant", "object")
PATH = "/sipxconfig/rest/branch"
# What is about no one object: log-ins, tokens, what is the tenant's, and many extensions at once.
ABOUT_NONE = {
    *(f"/api/account/{name}" for name in ("token/refresh", "sign_out")),
    *("/api/office_hours/update", "/api/holidays/fill", "/api/extensions/export", "/api/extensions/import"),
    *("/api/extensions/status", "/api/call_reports/search"),
    *("/api/call_sessions/destroy", "/api/call_sessions/remove"),  # no call goes on without an engine
}


def who(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line[name] for name in WHO)


@pytest.fixture
def portal(app: Flask) -> Portal:
    return Portal(app.test_client(), "superadmin", ADMIN_PASSWORD)


@pytest.fixture
def world(world_template: tuple[Any, World], tmp_path: Any) -> Any:  # noqa: F811
    folder, keys = world_template
    use_world(shutil.copytree(folder, tmp_path / "world"))
    yield keys
    close_store()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for method, path in TABLE
        if method == "POST" and path.startswith("/api/") and "verify" not in path and path not in ABOUT_NONE
    ],
    ids=str,
)
def test_what_writes_names_its_object(template: Any, world: World, lines: Lines, method: str, path: str) -> None:
    fields = {name: world.key(value) for name, value in TABLE[method, path][0].items()}
    is_of_all = path.startswith(("/api/account", "/api/conference_server/"))
    if not is_of_all:
        fields["tenant_id"] = world.home
    http = template[0].test_client()
    reply = http.open(path, method=method, json=fields, headers={"access_token": world.tokens["administrator"]})
    assert reply.status_code in {200, 409, 503}, reply.text
    line = lines[-1]
    assert (line["role"], line["actor"], line["actor_id"]) == ("administrator", "administrator", 1)
    assert line["tenant"] == (None if is_of_all else world.home)
    assert isinstance(line["object"], int)
    if isinstance(fields.get("id"), int):
        assert line["object"] == fields["id"]


def test_an_extension_is_named_by_its_id_however_the_request_names_it(admin: Crm, lines: Lines) -> None:
    first, second = admin.make_extension("1000"), admin.make_extension("1001")
    group = admin.make_group("Sales")
    lines.clear()
    admin.do("extensions/update", extension_number="1001", belong_groups=[group["group_id"]])
    admin.do("extensions/update", id=first, extension_number="1002")
    admin.read("extensions/show", extension_number="1001")
    admin.do("voice_mail/update", extension_number="1001", enable_voicemail=True)
    admin.do("extensions/group/update", group_id=group["group_id"], members=["1001"])
    admin.do("extensions/destroy", extension_number="1001")
    made = admin.make_extension("1003", belong_groups=[group["group_id"]])
    assert [line["object"] for line in lines] == [second, first, second, second, group["id"], second, made]
    assert {who(line)[:3] for line in lines} == {("administrator", 1, 1)}


def test_tenants_and_extensions_act_in_their_own(admin: Crm, lines: Lines) -> None:
    tenant_id = admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")["id"]
    tenant = admin.log_in("acme", "a tenant's secret")
    extension_id = tenant.make_extension("1000")
    extension = tenant.log_in("1000@acme.example", WEB_PASSWORD)
    extension.do("extensions/update", extension_number="1000", profile={"first_name": "Ann"})
    extension.do("account/sign_out")
    assert [who(line) for line in lines[-6:]] == [
        ("administrator", 1, None, tenant_id),
        ("tenant", tenant_id, tenant_id, tenant_id),  # the log-in
        ("tenant", tenant_id, tenant_id, extension_id),
        ("extension", extension_id, tenant_id, extension_id),  # the log-in
        ("extension", extension_id, tenant_id, extension_id),
        ("extension", extension_id, tenant_id, None),
    ]
    assert not any("account" in line for line in lines)


def test_the_other_api_says_the_same(admin: Crm, app: Flask, portal: Portal, lines: Lines) -> None:
    branch = portal.make("rest/branch", {"branch": {"name": "Here"}})
    group = portal.make("rest/user-group", {"group": {"name": "sales"}})
    user = portal.make("rest/user", {"userName": "200", "pin": WEB_PASSWORD, "branch": {"id": branch},
                                     "groups": [{"id": group}]})  # fmt: skip
    lines.clear()
    body = {"userName": "200", "branch": {"id": branch}, "groups": [{"id": group}]}
    assert portal.put(f"rest/user/{user}", body).status_code == 200
    assert portal.put("rest/user", {**body, "userName": "201", "pin": WEB_PASSWORD}).status_code == 201
    hunt_group = portal.make("api/callgroups", {"name": "all", "extension": "700", "enabled": True, "ringBeans": []})
    assert portal.get("api/callgroups/700").status_code == 200
    assert portal.delete(f"rest/user-group/{group}").status_code == 200
    assert Portal(app.test_client(), "200", WEB_PASSWORD).get("rest/my/callfwd").status_code == 200
    found = [who(line) for line in lines]
    assert found[:4] == [("administrator", 1, 1, id_) for id_ in (user, user + 1, hunt_group, hunt_group)]
    assert found[4] == ("administrator", 1, 1, group)
    assert found[5][:3] == ("extension", user, 1)


def test_the_host_names_the_tenant(admin: Crm, portal: Portal, lines: Lines) -> None:
    admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    assert portal.get("rest/branch", headers={"Host": "acme.example"}).status_code == 200
    assert who(lines[-1]) == ("administrator", 1, 2, None)


FAILURES: list[tuple[Callable[[FlaskClient], Any], str]] = [
    (lambda http: verify(http, "credentials", username="admin"), "administrator 1"),
    (lambda http: verify(http, "credentials", username="acme"), "tenant 2"),
    (lambda http: verify(http, "credentials", username="nobody"), "unknown"),
    (lambda http: verify(http, "credentials", username="200@pbx.local"), "extension 1"),
    (lambda http: verify(http, "credentials", username="200", domain="pbx.local"), "extension 1"),
    (lambda http: verify(http, "credentials", username="200@nowhere.example"), "unknown"),
    (lambda http: verify(http, "email", email="ann@example.com"), "extension 1, extension 2"),
    (lambda http: verify(http, "email", email="nobody@example.com"), "unknown"),
    (lambda http: verify(http, "extension/sip", domain="pbx.local", extension_number="200"), "extension 1"),
    (lambda http: http.get("/api/extensions/call?extension=200&to=201&auth=wrong"), "extension 1"),
    (lambda http: http.get(PATH, auth=("superadmin", "wrong")), "administrator 1"),
    (lambda http: http.get(PATH, auth=("201", "wrong")), "extension 2"),
    (lambda http: http.get(PATH, auth=("nobody", "wrong")), "unknown"),
    (lambda http: Digest("200", "wrong").challenged_by(http.get(PATH), "MD5").send(http, "GET", PATH), "extension 1"),
    (lambda http: http.get(PATH, headers={"Authorization": 'Digest username="200", realm="PBX"'}), "unknown"),
]


def verify(http: FlaskClient, way: str, **fields: str) -> Any:
    password = "sip_password" if way == "extension/sip" else "password"
    return http.post(f"/api/account/{way}/verify", json={**fields, password: "wrong"})


@pytest.mark.parametrize(("ask", "account"), FAILURES)
@pytest.mark.parametrize("limit", ["1", "10"])
def test_a_failed_log_in_names_the_account_that_was_meant(
    admin: Crm, configure: Callable[..., Any], lines: Lines, ask: Callable[[FlaskClient], Any], account: str, limit: str
) -> None:
    """By its id, never by what was typed, which may be a password; also once the limit has been reached."""
    admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    for number in ("200", "201"):
        admin.make_extension(number, profile={"email": "ann@example.com"})
    configure(PBX_LOGIN_FAILURES=limit)
    for _ in range(2):
        assert ask(admin.http).status_code in {400, 401, 429}
    assert (lines[-1]["account"], lines[-1]["actor"], lines[-1]["actor_id"]) == (account, None, None)
    assert not any(text in json.dumps(lines) for text in ("nobody", "ann@example.com", "wrong", "200@"))


def test_a_digest_that_was_overheard_is_no_log_in(admin: Crm, lines: Lines) -> None:
    digest = Digest("superadmin", ADMIN_PASSWORD).challenged_by(admin.http.get(PATH), "MD5")
    header = digest.header("GET", PATH)
    assert [admin.http.get(PATH, headers=header).status_code for _ in range(2)] == [200, 401]
    assert who(lines[-2])[:2] == ("administrator", 1)
    assert (*who(lines[-1])[:2], lines[-1]["account"]) == (None, None, "administrator 1")


def test_every_line_of_a_request_says_it(admin: Crm, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    extension_id = admin.make_extension("1000")
    lines.clear()

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(extensions, "overwrite", fail)
    assert admin.post("extensions/update", extension_number="1000").status_code == 500
    assert [line["message"] for line in lines] == ["A request failed.", "request"]
    assert [who(line) for line in lines] == [("administrator", 1, 1, extension_id)] * 2


def test_one_request_says_nothing_of_the_one_before(admin: Crm, crm: Crm, lines: Lines) -> None:
    admin.make_extension("1000")
    crm.http.get("/healthz")
    crm.get("extensions/list")
    assert [who(line) for line in lines[-2:]] == [(None, None, None, None)] * 2
