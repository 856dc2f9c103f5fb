"""Log-in, the life of a token, tenants."""

import re
from time import perf_counter

import pytest

from portsip_api.pbx.access import login_limits, passwords, tokens
from portsip_api.pbx.errors import TooManyFailures
from portsip_api.store import database, sqlite_file, volatile
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD, Crm, check_refused
from tests.stores import holding, start_again


def check_works(client: Crm) -> None:
    assert client.get("extensions/list").status_code == 200


def check_dead(client: Crm) -> None:
    reply = client.get("extensions/list")
    check_refused(reply, "403.4")
    assert reply.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_administrator_logs_in(crm):
    reply = crm.do("account/credentials/verify", username="admin", password=ADMIN_PASSWORD)
    assert re.fullmatch(r"[0-9A-F]{32}", reply.pop("access_token"))
    assert reply == {"expires": 30, "role": "administrator", "api_version": "9.0", "id": 1, "name": "admin"} | {
        "permissions": []
    }


def test_name_is_another_name_of_username(crm):
    assert crm.do("account/credentials/verify", name="admin", password=ADMIN_PASSWORD)["id"] == 1


def test_tenant_and_its_extension_log_in(admin):
    tenant_id = admin.do("account/create", name="acme", domain="Acme.Example", password="a tenant's secret")["id"]
    tenant = admin.log_in("acme", "a tenant's secret")
    extension_id = tenant.make_extension("1000")
    for reply in (
        admin.do("account/credentials/verify", username="1000@ACME.example", password=WEB_PASSWORD),
        admin.do("account/credentials/verify", username="1000", domain="acme.example", password=WEB_PASSWORD),
    ):
        assert (reply["role"], reply["id"], reply["name"]) == ("extension", extension_id, "1000@acme.example")
    assert admin.log_in("acme", "a tenant's secret", domain="acme.example").token
    assert tenant_id == 2


def test_extension_logs_in_by_email_without_case(admin):
    extension_id = admin.make_extension("1000", profile={"email": "Ada@Example.com"})
    reply = admin.do("account/email/verify", email="ada@example.COM", password=WEB_PASSWORD)
    assert (reply["id"], reply["role"]) == (extension_id, "extension")


def test_softphone_logs_in_by_sip_account(admin):
    extension_id = admin.make_extension("1000")
    reply = admin.do(
        "account/extension/sip/verify", domain="pbx.local", extension_number="1000", sip_password=SIP_PASSWORD
    )
    assert reply["id"] == extension_id
    assert reply["transports"] == [{"protocol": "UDP", "port": 5060}, {"protocol": "TCP", "port": 5060}]
    check_works(Crm(admin.http, reply["access_token"]))


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("credentials/verify", {"username": "admin", "password": "wrong"}),
        ("credentials/verify", {"username": "nobody", "password": "wrong"}),
        ("credentials/verify", {"username": "default", "password": "wrong"}),  # has no password
        ("credentials/verify", {"username": "1000@pbx.local", "password": SIP_PASSWORD}),
        ("credentials/verify", {"username": "1000@elsewhere.example", "password": WEB_PASSWORD}),
        ("credentials/verify", {"username": "1000", "password": WEB_PASSWORD}),  # which domain's?
        ("credentials/verify", {"username": "1000", "domain": "elsewhere.example", "password": WEB_PASSWORD}),
        ("email/verify", {"email": "ada@example.com", "password": SIP_PASSWORD}),
        ("email/verify", {"email": "nobody@example.com", "password": WEB_PASSWORD}),
        ("extension/sip/verify", {"domain": "pbx.local", "extension_number": "1000", "sip_password": WEB_PASSWORD}),
        ("extension/sip/verify", {"domain": "pbx.local", "extension_number": "9", "sip_password": SIP_PASSWORD}),
    ],
)
def test_every_refused_log_in_looks_the_same(admin, path, fields):
    admin.make_extension("1000", profile={"email": "ada@example.com"})
    reply = admin.post(f"account/{path}", **fields)
    check_refused(reply, "401.2")
    assert reply.json == {"err_code": "401.2", "msg": "The account does not exist or the password is wrong."}


@pytest.mark.parametrize("fields", [{"options": {"enable_extension": False}}, {"password": "new-secret-1"}])
def test_disabled_extension_and_new_password_end_tokens(admin, fields):
    admin.make_extension("1000")
    extension = admin.log_in("1000@pbx.local", WEB_PASSWORD)
    check_works(extension)
    admin.do("extensions/update", extension_number="1000", **fields)
    check_dead(extension)


def test_disabled_extension_cannot_log_in(admin):
    admin.make_extension("1000", options={"enable_extension": False})
    check_refused(admin.post("account/credentials/verify", username="1000@pbx.local", password=WEB_PASSWORD), "401.2")


@pytest.mark.parametrize("change", [{"enabled": False}, {"password": "another secret"}])
def test_disabled_tenant_and_new_password_end_tokens_of_all_in_it(admin, change):
    admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    tenant = admin.log_in("acme", "a tenant's secret")
    tenant.make_extension("1000")
    extension = admin.log_in("1000@acme.example", WEB_PASSWORD)
    admin.do("account/update", id=2, **change)
    check_dead(tenant)
    check_dead(extension)


def test_destroyed_extension_and_tenant_lose_their_tokens(admin):
    admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    tenant = admin.log_in("acme", "a tenant's secret")
    tenant.make_extension("1000")
    extension = admin.log_in("1000@acme.example", WEB_PASSWORD)
    tenant.do("extensions/destroy", extension_number="1000")
    check_dead(extension)
    admin.do("account/destroy", id=2)
    check_dead(tenant)


def test_token_lives_thirty_seconds_from_issue(time, admin):
    time.pass_seconds(29.9)
    check_works(admin)
    time.pass_seconds(0.1)
    check_dead(admin)


def test_refresh_restarts_the_life(time, admin):
    time.pass_seconds(20)
    assert admin.do("account/token/refresh") == {"access_token": admin.token, "expires": 30}
    time.pass_seconds(29)
    check_works(admin)
    time.pass_seconds(1)
    check_dead(admin)
    check_refused(admin.post("account/token/refresh"), "403.4")


def test_sliding_renewal_restarts_the_life_with_every_call(configure, time, crm):
    configure(PBX_TOKEN_RENEWAL="sliding")
    client = crm.log_in("admin", ADMIN_PASSWORD)
    for _ in range(4):
        time.pass_seconds(25)
        check_works(client)
    time.pass_seconds(30)
    check_dead(client)


@pytest.mark.parametrize(("file", "is_renewed"), [(volatile, False), (database, True)])
def test_sliding_renewal_is_skipped_while_tokens_cannot_be_written(configure, time, crm, monkeypatch, file, is_renewed):
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    configure(PBX_TOKEN_RENEWAL="sliding")
    client = crm.log_in("admin", ADMIN_PASSWORD)
    time.pass_seconds(10)
    with holding(file):
        check_works(client)
    time.pass_seconds(20)
    (check_works if is_renewed else check_dead)(client)


def test_ttl_is_a_setting(configure, time, crm):
    configure(PBX_TOKEN_TTL="5")
    client = crm.log_in("admin", ADMIN_PASSWORD)
    time.pass_seconds(5)
    check_dead(client)


@pytest.mark.parametrize("step", [-3600, 3600])
def test_a_stepped_wall_clock_neither_lengthens_nor_ends_a_life(time, admin, step):
    time.step_wall(step)
    time.pass_seconds(29)
    check_works(admin)
    time.pass_seconds(1)
    check_dead(admin)


def test_a_reboot_ends_it(time, admin, configure, monkeypatch):
    monkeypatch.setattr("portsip_api.store.clock.clock.boot_id", "another boot")
    time.boot_now = 1.0
    start_again(configure().database_path)
    check_dead(admin)
    check_works(admin.log_in("admin", ADMIN_PASSWORD))


def test_sign_out_ends_the_token_at_once(admin):
    assert admin.do("account/sign_out") == {"result": "success"}
    check_dead(admin)


def test_the_store_holds_no_token(admin):
    rows = volatile.fetch_all("SELECT * FROM token")
    assert rows
    assert admin.token not in repr(rows)
    assert bytes.fromhex(admin.token) not in [value for row in rows for value in row]


def test_expired_tokens_are_deleted_and_living_ones_stay(time, crm):
    crm.log_in("admin", ADMIN_PASSWORD)
    time.pass_seconds(20)
    young = crm.log_in("admin", ADMIN_PASSWORD)
    time.pass_seconds(15)
    assert tokens.delete_expired() == 1
    check_works(young)


@pytest.mark.parametrize("place", ["query", "json", "form", "header", "bearer", "mislabelled json", "multipart"])
def test_token_is_found_wherever_it_is(admin, place):
    token, http = admin.token, admin.http
    reply = {
        "query": lambda: http.post("/api/account/token/refresh", query_string={"access_token": token}),
        "json": lambda: http.post("/api/account/token/refresh", json={"access_token": token}),
        "form": lambda: http.post("/api/account/token/refresh", data={"access_token": token}),
        "header": lambda: http.post("/api/account/token/refresh", headers={"access_token": token}),
        "bearer": lambda: http.post("/api/account/token/refresh", headers={"Authorization": f"Bearer {token}"}),
        "mislabelled json": lambda: http.post(
            "/api/account/token/refresh",
            data=f'{{"access_token": "{token}"}}',
            content_type="application/x-www-form-urlencoded",
        ),
        "multipart": lambda: http.post(
            "/api/account/token/refresh", data={"access_token": token}, content_type="multipart/form-data"
        ),
    }[place]()
    assert reply.status_code == 200, reply.text


def test_the_same_token_twice_is_fine_and_two_are_not(admin):
    path = f"/api/extensions/list?access_token={admin.token}"
    assert admin.http.get(path, headers={"access_token": admin.token}).status_code == 200
    check_refused(admin.http.get(path, headers={"access_token": "F" * 32}), "400.1", "access_token")


@pytest.mark.parametrize("token", ["", "x", "F" * 32, "f" * 31, "\x7f", "É" * 32])
def test_unknown_tokens_are_refused(crm, token):
    check_refused(crm.http.get("/api/extensions/list", query_string={"access_token": token}), "403.4")


def test_failed_log_ins_are_limited_per_account_and_address(configure, time, crm):
    configure(PBX_LOGIN_FAILURES="3", PBX_LOGIN_WINDOW="60")
    for _ in range(3):
        check_refused(crm.post("account/credentials/verify", username="admin", password="wrong"), "401.2")
    time.pass_seconds(10)
    reply = crm.post("account/credentials/verify", username="admin", password=ADMIN_PASSWORD)
    check_refused(reply, "403.5")
    assert reply.headers["Retry-After"] == "50"
    elsewhere = crm.http.post(
        "/api/account/credentials/verify",
        json={"username": "admin", "password": ADMIN_PASSWORD},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert elsewhere.status_code == 200
    time.pass_seconds(50)
    crm.log_in("admin", ADMIN_PASSWORD)


def test_failed_log_ins_are_limited_per_address(configure, crm):
    configure(PBX_LOGIN_FAILURES_ADDRESS="4")
    for name in "abcd":
        check_refused(crm.post("account/email/verify", email=name, password="wrong"), "401.2")
    check_refused(crm.post("account/email/verify", email="e", password="wrong"), "403.5")
    check_refused(crm.post("account/credentials/verify", username="admin", password=ADMIN_PASSWORD), "403.5")


def test_one_ipv6_network_is_one_address(configure, crm):
    configure(PBX_LOGIN_FAILURES_ADDRESS="2")
    codes = [
        crm.http.post(
            "/api/account/email/verify",
            json={"email": "x@y", "password": "wrong"},
            environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{host}"},
        ).json["err_code"]
        for host in range(3)
    ]
    assert codes == ["401.2", "401.2", "403.5"]


def test_success_forgets_the_accounts_failures(configure, crm):
    configure(PBX_LOGIN_FAILURES="2")
    for _ in range(3):
        check_refused(crm.post("account/credentials/verify", username="admin", password="wrong"), "401.2")
        crm.log_in("admin", ADMIN_PASSWORD)


def test_what_is_verified_after_the_limit_was_reached_is_refused(configure, app):
    configure(PBX_LOGIN_FAILURES="1")
    early, late = (login_limits.Attempt("someone", "192.0.2.1") for _ in range(2))
    early.check()
    late.check()
    early.failed()
    with pytest.raises(TooManyFailures):
        late.succeeded()
    with pytest.raises(TooManyFailures):
        late.failed()


@pytest.mark.parametrize("name", ["200@pbx.local", "nobody@pbx.local"])
def test_a_failure_lasts_a_whole_step(admin, name):
    """What one name takes longer than another does not show."""
    admin.make_extension("200")
    began = perf_counter()
    check_refused(admin.post("account/credentials/verify", username=name, password="wrong"), "401.2")
    assert perf_counter() - began >= login_limits.STEP


def test_past_failures_are_deleted(time, crm):
    crm.post("account/email/verify", email="x@y", password="wrong")
    assert login_limits.delete_past() == 0
    time.pass_seconds(300)
    assert login_limits.delete_past() == 2


@pytest.mark.parametrize("password", ["nine char", "password123"])
@pytest.mark.parametrize("policy", ["lenient", "strict"])
def test_a_tenants_password_is_judged_when_it_is_set_and_never_at_a_log_in(admin, configure, password, policy):
    database.execute("UPDATE tenant SET password_hash = ? WHERE id = 1", (passwords.hash_password(password),))
    configure(PBX_PASSWORD_POLICY=policy)
    admin.log_in("default", password)
    given = {"name": "acme", "domain": "acme.example", "password": password}
    check_refused(admin.post("account/create", **given), "400.1", "password")
    check_refused(admin.post("account/update", id=1, password=password), "400.1", "password")
    admin.log_in("default", password)


def test_a_tenants_objects_go_with_it(admin):
    admin.do("account/create", name="acme", domain="acme.example", password="acme secret-1")
    for number in ("1000", "1001"):
        admin.make_extension(number, tenant_id=2)
    admin.make_group("Sales", tenant_id=2, members=["1000"])
    admin.do("account/destroy", id=2)
    tables = [row[0] for row in database.fetch_all("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for table in tables:
        columns = [row[1] for row in database.fetch_all(f"PRAGMA table_info({table})")]
        if "tenant_id" in columns and table != "token":
            assert database.fetch_row(f"SELECT count(*) FROM {table} WHERE tenant_id = 2")[0] == 0, table
    assert database.fetch_row("SELECT count(*) FROM extension_search")[0] == 0


def test_names_that_would_make_a_log_in_ambiguous_are_refused_where_they_are_written(admin):
    admin.do("account/create", name="acme", domain="acme.example", password="acme secret-1")
    check_refused(
        admin.post("extensions/create", tenant_id=2, extension_number="acme", password="x", web_access_password="x"),
        "400.1",
        "extension_number",
    )
    check_refused(
        admin.post("extensions/create", extension_number="admin", password="x", web_access_password="x"),
        "400.1",
        "extension_number",
    )
    admin.make_extension("sales", tenant_id=2)
    check_refused(admin.post("account/update", id=2, name="sales"), "400.1", "name")
