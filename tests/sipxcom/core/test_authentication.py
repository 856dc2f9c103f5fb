"""Who may come in, and how often."""

import base64

import pytest

from portsip_api.pbx.access import digest_nonces
from portsip_api.store import database, volatile
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.sipxcom.digests import Digest
from tests.sipxcom.portal import Portal, check_outcome, check_refused

PATH = "/sipxconfig/rest/branch"
ALGORITHMS = ["MD5", "SHA-256"]


def digest(stranger, name="superadmin", password=ADMIN_PASSWORD, algorithm="MD5"):
    return Digest(name, password).challenged_by(stranger.http.get(PATH), algorithm)


def test_nobody_is_challenged_with_basic_and_both_digests(stranger):
    reply = stranger.get("rest/branch")
    check_outcome(reply, 401, "ERROR_UNAUTHORIZED")
    challenges = reply.headers.getlist("WWW-Authenticate")
    assert [challenge.split()[0] for challenge in challenges] == ["Digest", "Digest", "Basic"]
    assert all('realm="PBX"' in challenge for challenge in challenges)


@pytest.mark.parametrize("name", ["superadmin", "admin"])
def test_the_first_administrator_has_two_names(app, name):
    assert Portal(app.test_client(), name, ADMIN_PASSWORD).get("rest/branch").status_code == 200


@pytest.mark.parametrize("name", ["200", "2000", "ann@example.com"])
def test_a_user_logs_in_by_number_alias_and_address(app, admin: Crm, portal, name):
    extension_id = admin.make_extension("200", profile={"email": "ann@example.com"})
    body = {"userName": "200", "emailAddress": "ann@example.com", "aliases": [{"alias": "2000"}]}
    check_outcome(portal.put(f"rest/user/{extension_id}", body), 200, "SUCCESS_UPDATED")
    user = Portal(app.test_client(), name, WEB_PASSWORD)
    check_outcome(user.get("rest/branch"), 403, "ERROR_FORBIDDEN")  # known, but no administrator
    assert user.put("rest/call/1").status_code != 401


@pytest.mark.parametrize("permission", ["superadmin", "rest"])
def test_a_user_with_the_permission_administers(user, portal, permission):
    check_outcome(user.get("rest/branch"), 403, "ERROR_FORBIDDEN")
    user_id = portal.read("rest/user")["user"]["users"][0]["id"]
    body = {"permissions": [{"name": permission, "value": "ENABLE"}]}
    check_outcome(portal.put(f"rest/user-permission/{user_id}", body), 200, "SUCCESS_UPDATED", id=user_id)
    assert user.get("rest/branch").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [
        *[("superadmin", "wr0ng-one"), ("superadmin", WEB_PASSWORD), ("200", SIP_PASSWORD), ("200", ADMIN_PASSWORD)],
        *[("nobody", ADMIN_PASSWORD), ("nobody", WEB_PASSWORD)],  # those of the accounts that are read for nobody
    ],
)
def test_a_wrong_password_is_challenged_again(app, user, name, password):
    reply = Portal(app.test_client(), name, password).get("rest/branch")
    check_outcome(reply, 401, "ERROR_UNAUTHORIZED")
    assert password not in reply.text
    assert len(reply.headers.getlist("WWW-Authenticate")) == 3


def test_an_unknown_name_reads_what_a_known_one_does(app, user, monkeypatch):
    """Another's rows are read where nobody's are, or the time of the answer would tell."""
    read, fetch_all = [], database.fetch_all
    monkeypatch.setattr(database, "fetch_all", lambda *given: (read.append(rows := fetch_all(*given)), rows)[1])

    def read_for(name: str) -> list[int]:
        read.clear()
        assert Portal(app.test_client(), name, "wrong").get("rest/branch").status_code == 401
        return [len(rows) for rows in read]

    assert read_for("200") == read_for("nobody") == read_for("superadmin") == [1, 1]


def test_no_user_can_be_called_superadmin(portal):
    body = {"userName": "superadmin", "pin": WEB_PASSWORD}
    check_refused(portal.put("rest/user", body), 400)


@pytest.mark.parametrize(
    "header",
    [
        *("Basic", "Basic %%%", "Basic \xe9", "Basic " + base64.b64encode(b"\xff:x").decode()),
        *("Bearer x", "Digest", 'Digest a="b"'),
    ],
)
def test_a_header_that_is_none_is_challenged(stranger, header):
    assert stranger.get("rest/branch", headers={"Authorization": header}).status_code == 401


def test_failures_are_limited_by_account_and_forgotten_on_success(app, configure, portal):
    configure(PBX_LOGIN_FAILURES="3")
    wrong = Portal(app.test_client(), "superadmin", "wrong")
    for _ in range(2):
        assert wrong.get("rest/branch").status_code == 401
    assert portal.get("rest/branch").status_code == 200  # forgets them
    for _ in range(3):
        assert wrong.get("rest/branch").status_code == 401
    reply = portal.get("rest/branch")
    assert (reply.status_code, int(reply.headers["Retry-After"]) > 0) == (429, True)


def test_basic_writes_nothing(portal):
    before = database.fetch_row("PRAGMA data_version"), database.execute("SELECT total_changes()").fetchone()
    assert portal.get("rest/branch").status_code == 200
    assert (database.fetch_row("PRAGMA data_version"), database.execute("SELECT total_changes()").fetchone()) == before


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    ("name", "password"), [("superadmin", ADMIN_PASSWORD), ("admin", ADMIN_PASSWORD), ("200", WEB_PASSWORD)]
)
def test_digest_logs_in(stranger, user, portal, algorithm, name, password):
    status = digest(stranger, name, password, algorithm).send(stranger.http, "GET", PATH).status_code
    assert status == (403 if name == "200" else 200)


def test_a_digest_counts_its_requests(stranger):
    auth = digest(stranger)
    for _ in range(3):
        assert auth.send(stranger.http, "GET", PATH).status_code == 200


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_digest_that_was_overheard_is_good_for_nothing(stranger, algorithm):
    auth = digest(stranger, algorithm=algorithm)
    headers = auth.header("GET", PATH)
    assert stranger.http.get(PATH, headers=headers).status_code == 200
    again = stranger.http.get(PATH, headers=headers)
    assert again.status_code == 401
    assert "stale=true" in again.headers["WWW-Authenticate"]
    later, earlier = auth.header("GET", PATH), headers
    assert stranger.http.get(PATH, headers=later).status_code == 200
    assert stranger.http.get(PATH, headers=earlier).status_code == 401


def test_a_nonce_ends(stranger, time):
    auth = digest(stranger)
    time.pass_seconds(digest_nonces.LIFE + 1)
    reply = auth.send(stranger.http, "GET", PATH)
    assert (reply.status_code, "stale=true" in reply.headers["WWW-Authenticate"]) == (401, True)
    assert digest_nonces.delete_past() == 0


def test_nonces_that_were_used_are_swept(stranger, time):
    assert digest(stranger).send(stranger.http, "GET", PATH).status_code == 200
    time.pass_seconds(digest_nonces.LIFE + 1)
    assert digest_nonces.delete_past() == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=0000000g"),
        ('qop="auth"', 'qop="auth-int"'),
        ('realm="PBX"', 'realm="Other"'),
        (f'uri="{PATH}"', f'uri="{PATH}/1"'),
        ("cnonce=", "snonce="),
        ('nonce="', 'nonce="A'),
        ('algorithm="MD5"', 'algorithm="MD5-sess"'),
        ('username="superadmin"', 'username="nobody"'),
        ('response="', 'response="0'),
    ],
)
def test_a_digest_that_does_not_fit_is_refused(stranger, old, new):
    header = digest(stranger).header("GET", PATH)["Authorization"]
    assert old in header
    assert stranger.http.get(PATH, headers={"Authorization": header.replace(old, new)}).status_code == 401


def test_a_digest_for_one_method_is_none_for_another(stranger):
    headers = digest(stranger).header("GET", PATH)
    assert stranger.http.delete(PATH, headers=headers).status_code == 401


@pytest.mark.parametrize("raw", [PATH, f"/pbx{PATH}"])  # a proxy has taken the prefix off, or has not
def test_a_digest_is_for_the_address_that_its_client_sees(stranger, raw):
    here = {"SCRIPT_NAME": "/pbx", "RAW_URI": raw}
    seen = digest(stranger)
    assert stranger.http.get(PATH, headers=seen.header("GET", f"/pbx{PATH}"), environ_overrides=here).status_code == 200
    other = seen.header("GET", f"/other{PATH}")
    assert stranger.http.get(PATH, headers=other, environ_overrides=here).status_code == 401


def test_who_does_not_know_the_password_writes_no_nonce(stranger):
    digest(stranger, password="wrong").send(stranger.http, "GET", PATH)
    assert volatile.fetch_all("SELECT * FROM digest_nonce") == []


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_sites_page_cannot_write(portal, headers):
    check_outcome(portal.put("rest/branch", "<branch><name>a</name></branch>", headers=headers), 403, "ERROR_FORBIDDEN")
    assert portal.get("rest/branch", headers=headers).status_code == 200


def test_our_own_pages_can(portal):
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    reply = portal.put("rest/branch", "<branch><name>a</name></branch>", headers=headers)
    check_outcome(reply, 201, "SUCCESS_CREATED")


def test_the_host_chooses_the_tenant(app, admin: Crm, portal):
    admin.do("account/create", name="acme", domain="acme.example", password=WEB_PASSWORD, enabled=True)
    there = {"headers": {"Host": "acme.example:8899"}}
    assert portal.put("rest/branch", "<branch><name>a</name></branch>", **there).status_code == 201
    assert portal.read("rest/branch", **there)["branch"]["metadata"]["totalResults"] == 1
    assert portal.read("rest/branch")["branch"]["metadata"]["totalResults"] == 0


def test_a_user_is_known_in_the_own_tenant_only(app, admin: Crm, user):
    admin.do("account/create", name="acme", domain="acme.example", password=WEB_PASSWORD, enabled=True)
    assert user.get("rest/branch").status_code == 403
    assert user.get("rest/branch", headers={"Host": "acme.example"}).status_code == 401


def test_options_need_no_log_in(stranger):
    reply = stranger.ask("OPTIONS", "rest/branch")
    assert (reply.status_code, reply.data) == (200, b"")
