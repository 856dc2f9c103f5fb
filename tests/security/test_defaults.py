"""What a server is like that nobody configured: closed, quiet, and without a password that anybody knows."""

import re

import pytest
import requests
from flask import Flask

from portsip_api import create_app, settings
from portsip_api.pbx.access import tokens
from portsip_api.store import database
from tests.contract.servers import Server, start_server
from tests.crm import WEB_PASSWORD, Crm
from tests.sipxcom.portal import Portal


def test_it_listens_on_the_loopback_and_trusts_nobody():
    plain = settings.load({})
    assert plain.bind == "127.0.0.1:8899"
    assert "127.0.0.1:8899" in (settings.ROOT / "wsgi.ini").read_text(encoding="utf-8")
    assert (plain.trusted_proxies, plain.cors_origins, plain.fetch_allow) == ([], [], [])
    assert (plain.admin_password, plain.token_ttl, plain.log_level) == ("", 30, "INFO")


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("kind", ["gunicorn", "uwsgi"])
def test_the_first_start_gives_no_password_that_is_known(tmp_path, kind: str):
    server = start_server(kind, tmp_path / "data")
    try:
        for name, password in (
            ("admin", ""),
            ("admin", "admin"),
            ("admin", "password"),
            ("superadmin", ""),
            ("default", ""),
        ):
            reply = requests.post(
                f"{server.url}/api/account/credentials/verify",
                json={"username": name, "password": password},
                timeout=20,
            )
            assert reply.status_code == 400
            reply = requests.get(f"{server.url}/sipxconfig/rest/user", auth=(name, password), timeout=20)
            assert reply.status_code == 401
    finally:
        server.stop()


def test_no_two_first_starts_have_the_same_password_and_keys(tmp_path):
    stores = []
    for name in ("one", "two"):
        create_app(settings.load({"PBX_DATA_DIR": str(tmp_path / name)}))
        rows = database.fetch_all("SELECT password_hash FROM administrator")
        assert all(row[0].startswith("$argon2id$") for row in rows)
        stores.append(((tmp_path / name / "secret.key").read_bytes(), rows))
        assert (tmp_path / name / "secret.key").stat().st_mode & 0o777 == 0o600
        database.db.close()
    assert stores[0][0] != stores[1][0]


def test_there_is_no_debugger(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert not app.debug
    assert not app.testing
    assert not app.config["PROPAGATE_EXCEPTIONS"]
    assert not [name for name in app.config if "EXPLAIN" in name and app.config[name]]
    http = app.test_client()
    assert http.get("/console").status_code == 404
    asked = http.get("/?__debugger__=yes&cmd=resource&f=debugger.js")
    assert asked.data == http.get("/").data
    assert http.get("/x?__debugger__=yes&cmd=resource&f=debugger.js").status_code == 404


SECRET_IN_ERROR = "what the error says"
STACK = re.compile(r'Traceback|File "|\.py\b|line \d+, in |sqlite3?\.|peewee|werkzeug|Python/', re.IGNORECASE)


@pytest.mark.parametrize(
    "path", ["/api/extensions/list", "/sipxconfig/rest/user", "/sipxconfig/api/phones", "/healthz"]
)
def test_an_error_tells_nothing_of_the_inside(app: Flask, monkeypatch: pytest.MonkeyPatch, path: str):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET_IN_ERROR)

    monkeypatch.setattr(tokens, "identify", fail)
    monkeypatch.setattr("portsip_api.sipxcom.core.blueprint.require", fail)
    monkeypatch.setitem(app.view_functions, "healthz", fail)
    reply = app.test_client().get(path)
    assert reply.status_code == 500
    assert SECRET_IN_ERROR not in reply.text
    assert not STACK.search(reply.text)
    assert not STACK.search(str(reply.headers))


@pytest.mark.parametrize(
    "body", ['{"a":', "[1]", '"x"', "\0", '{"extension_number": {"a": [1]}}', "<user><a/></user>", "<user"]
)
def test_a_refusal_tells_nothing_of_the_inside(app: Flask, admin: Crm, portal: Portal, body: str):
    for rule in app.url_map.iter_rules():
        method = next(iter(sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})), "GET")
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, "0"), method=method)
        headers, auth = {"access_token": admin.token}, portal.auth if path.startswith("/sipxconfig") else None
        if path.endswith(("sign_out", "/call", "/moh/prompts")):
            continue
        reply = app.test_client().open(path, method=method, data=body.encode(), headers=headers, auth=auth)
        assert reply.status_code < 500 or reply.status_code == 503, (path, reply.text)
        if reply.status_code >= 400:
            assert not STACK.search(reply.text), (path, reply.text)


def replies(app: Flask, admin: Crm, portal: Portal):
    """Yield every GET without a name in its address, with its reply to somebody who may."""
    admin.make_extension("1000", profile={"email": "a@b.example"})
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments:
            query = {"extension_number": "1000", "condition": "1", "extensions": "1000", "id": "1"}
            query = query if rule.rule.startswith("/api") else {}
            auth = portal.auth if rule.rule.startswith("/sipxconfig") else None
            if rule.rule.startswith(("/sipxconfig/rest/my/", "/sipxconfig/api/my/")):
                auth = ("1000", WEB_PASSWORD)
            with app.test_client().get(
                rule.rule, query_string=query, headers={"access_token": admin.token}, auth=auth
            ) as reply:
                yield rule.rule, reply


def test_every_reply_says_not_to_guess_its_type(app: Flask, admin: Crm, portal: Portal):
    for path, reply in replies(app, admin, portal):
        assert reply.headers.getlist("X-Content-Type-Options") == ["nosniff"], path
        assert reply.headers["Referrer-Policy"] == "no-referrer", path


def test_a_file_says_it_once_too(app: Flask, admin: Crm, portal: Portal):
    for path in ("/sipxconfig/rest/avatar/1000", "/sipxconfig/api/moh/prompts/default.wav", "/docs/docs.js"):
        with app.test_client().get(path, auth=portal.auth) as reply:
            assert (reply.status_code, reply.headers.getlist("X-Content-Type-Options")) == (200, ["nosniff"]), path


def test_no_reply_with_data_is_kept_by_anybody(app: Flask, admin: Crm, portal: Portal):
    """On both APIs, refusals included. Open pages, and files that say themselves whose they are, may be kept."""
    seen = 0
    for path, reply in replies(app, admin, portal):
        if path.startswith(("/api", "/sipxconfig")):
            control = reply.headers["Cache-Control"]
            assert control == "no-store" or "private" in control, (path, control)
            seen += 1
    assert seen > 50
    for path in ("/api/extensions/list", "/sipxconfig/rest/user", "/sipxconfig/api/phones"):
        assert app.test_client().get(path).headers["Cache-Control"] == "no-store"


def test_what_makes_or_changes_something_is_not_kept_either(app: Flask, admin: Crm, portal: Portal):
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "0"), method=method)
            auth = portal.auth if path.startswith("/sipxconfig") else None
            reply = app.test_client().open(path, method=method, headers={"access_token": admin.token}, auth=auth)
            assert reply.headers.get("Cache-Control") == "no-store", (method, path)


@pytest.mark.parametrize("path", ["/docs", "/docs/sipxcom"])
def test_pages_run_nothing_but_their_own_files(app: Flask, path: str):
    reply = app.test_client().get(path)
    policy = {part.split()[0]: part.split()[1:] for part in reply.headers["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert "'unsafe-inline'" not in str(policy)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|javascript:", reply.text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", reply.text)


def test_every_page_has_a_policy(app: Flask):
    """Whatever is HTML, errors included: the API's own refusals are none."""
    http = app.test_client()
    for rule in app.url_map.iter_rules():
        if not rule.arguments:
            for method in ("GET", "POST"):
                reply = http.open(rule.rule, method=method)
                if reply.mimetype == "text/html":
                    assert "Content-Security-Policy" in reply.headers, rule
    assert http.get("/nothing/<script>").mimetype != "text/html"


def test_a_thousand_unknown_addresses_make_no_thousand_series(gunicorn: Server):
    session = requests.Session()

    def series() -> set[str]:
        text = session.get(f"{gunicorn.url}/metrics", timeout=30).text
        return {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}

    for _ in range(4):  # so that both workers have counted one of each
        session.get(f"{gunicorn.url}/unknown", timeout=30)
        session.request("BREW", f"{gunicorn.url}/unknown", timeout=30)
        session.get(f"{gunicorn.url}/sipxconfig/rest/user/0", timeout=30)
    before = series()
    for number in range(1_000):
        address = (f"/unknown/{number}", f"/api/unknown{number}", f"/sipxconfig/rest/user/{number}")[number % 3]
        method = "GET" if number % 2 else f"BREW{number}"
        session.request(
            method,
            f"{gunicorn.url}{address}",
            headers={"User-Agent": f"u{number}", "X-Request-ID": f"i{number}"},
            timeout=30,
        )
    added = series() - before
    assert len(added) < 60, added
    assert not any(re.search(r"unknown|BREW|user/\d|u\d|i\d", line.partition("{")[2]) for line in added)


@pytest.mark.parametrize("path", ["/openapi.json", "/openapi-sipxcom.json", "/docs", "/metrics", "/healthz", "/readyz"])
def test_what_is_open_to_all_tells_no_data(app: Flask, admin: Crm, path: str):
    admin.do("account/create", name="inside", domain="inside.example", password=WEB_PASSWORD)
    admin.make_extension("inside-7123", profile={"email": "who@inside.example"})
    admin.read("extensions/show", extension_number="inside-7123")
    assert "inside" not in app.test_client().get(path).text.replace("lies inside", "")
