"""No route reads a body that is above its limit, or before it must; and none is bounded by less than a limit."""

import json
import os
import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portsip_api import settings
from portsip_api.pbx.access import tenants
from portsip_api.pbx.extensions import avatars
from portsip_api.pbx.media.audio import MOST_BYTES
from portsip_api.pbx.personal import private_keys
from portsip_api.sipxcom.core.authentication import PRIVATE_KEY, Access
from tests.counting import Counting
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm

LIMIT = 4096
IMPORT_LIMIT = 8192
AROUND = 1 << 16  # bytes of a form beside its files
# Forms with files have limits of their own.
UPLOADS = {
    "/api/extensions/greeting_file/create": MOST_BYTES + AROUND,
    **{
        f"/api/virtual_receptionist{plural}/{name}": MOST_BYTES + AROUND
        for plural in ("", "s")
        for name in ("create", "update")
    },
    '/sipxconfig/api/my/greetings/<name("custom"):name>/<name:ext>': MOST_BYTES + AROUND,
    "/sipxconfig/api/my/moh/prompts": MOST_BYTES + AROUND,
    "/sipxconfig/api/moh/prompts": MOST_BYTES + AROUND,
    "/sipxconfig/api/orbits/prompts": MOST_BYTES + AROUND,
    "/sipxconfig/api/pagegroups/prompts": MOST_BYTES + AROUND,
    "/sipxconfig/rest/avatar/<name:user>": avatars.MOST_BYTES + AROUND,
}
PORTION = 16 << 10  # in which chunks are read
AUTH = ("superadmin", ADMIN_PASSWORD)
USER = ("1000", WEB_PASSWORD)


def writing_rules(app: Flask) -> list[tuple[str, Rule]]:
    """Every route that takes a body, of both APIs."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api", "/sipxconfig"))
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
    ]


@pytest.fixture
def private_key(admin: Crm) -> str:
    """A key that stands for the user 1000 in addresses."""
    return private_keys.rotate(tenants.DEFAULT_TENANT_ID, admin.make_extension("1000"))


@pytest.fixture
def http(configure, app: Flask, private_key: str):
    configure(PBX_MAX_BODY=str(LIMIT), PBX_MAX_IMPORT=str(IMPORT_LIMIT))
    return app.test_client()


def statuses(
    http, app: Flask, token: str, private_key: str, body: bytes, content_type: str
) -> dict[tuple[str, str], int]:
    adapter, found = app.url_map.bind("localhost"), {}
    for method, rule in writing_rules(app):
        names = dict.fromkeys(rule.arguments, "0") | {PRIVATE_KEY: private_key}
        path = adapter.build(rule.endpoint, {name: names[name] for name in rule.arguments}, method=method)
        view: Any = app.view_functions[rule.endpoint]
        api: dict[str, Any] = {"auth": USER if view.declared.access is Access.USER else AUTH}
        if PRIVATE_KEY in rule.arguments:
            api = {}
        elif not path.startswith("/sipxconfig"):
            api = {"headers": {"access_token": token}}
        reply = http.open(path, method=method, data=body, content_type=content_type, **api)
        found[method, rule.rule] = reply.status_code
    return found


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", "text/plain", "application/octet-stream", ""])
def test_a_body_above_the_limit_is_413_everywhere(http, app: Flask, admin: Crm, private_key: str, content_type: str):
    body = json.dumps({"x": "y" * (IMPORT_LIMIT + 1)}).encode()
    answered = statuses(http, app, admin.token, private_key, body, content_type)
    # What takes nothing but a form says so without reading.
    formless = {("POST", rule): 400 for rule in UPLOADS if rule.startswith("/sipxconfig")}
    formless["PUT", "/sipxconfig/api/users/upload/settings/<setting:path>"] = 400
    assert {key: status for key, status in answered.items() if status != 413} == formless
    assert len(answered) > 130


def test_a_form_above_the_limit_is_413_everywhere(http, app: Flask, admin: Crm, private_key: str):
    boundary = "x" * 20
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'.encode()
    body = part + os.urandom(1) * (IMPORT_LIMIT + 1) + f"\r\n--{boundary}--\r\n".encode()
    answered = statuses(http, app, admin.token, private_key, body, f"multipart/form-data; boundary={boundary}")
    above = {rule for (_, rule), status in answered.items() if status != 413}
    assert above == set(UPLOADS)


def test_files_have_limits_of_their_own(http, app: Flask, admin: Crm):
    assert settings.current().max_body < min(UPLOADS.values())
    for rule, limit in UPLOADS.items():
        path = re.sub("<.*?>", "0", rule)
        api: dict[str, Any] = {"auth": USER if "/my/" in path else AUTH}
        if not path.startswith("/sipxconfig"):
            api = {"headers": {"access_token": admin.token}}
        options = {"content_type": "multipart/form-data; boundary=x", **api}
        # What the length says is believed before a byte is read.
        over = http.post(path, data=b"", environ_overrides={"CONTENT_LENGTH": str(limit + 1)}, **options)
        under = http.post(path, data=b"", environ_overrides={"CONTENT_LENGTH": "0"}, **options)
        assert (over.status_code, under.status_code != 413) == (413, True), path


def test_a_form_of_many_parts_is_refused(http, app: Flask, admin: Crm):
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    body = part * 2_000 + b"--x--\r\n"
    reply = http.post(
        "/sipxconfig/api/moh/prompts", data=body, content_type="multipart/form-data; boundary=x", auth=AUTH
    )
    assert reply.status_code == 413


def test_an_encoded_body_is_not_decoded(http, app: Flask, admin: Crm):
    """So that no bomb of gzip is unpacked."""
    for path in ("/api/extensions/update", "/sipxconfig/api/orbits"):
        api = {"auth": AUTH} if path.startswith("/sipxconfig") else {}
        reply = http.post(path, data=b"{}", headers={"Content-Encoding": "gzip", "access_token": admin.token}, **api)
        assert reply.status_code == 415
    form = {"data": b"--x--\r\n", "content_type": "multipart/form-data; boundary=x", "auth": AUTH}
    for path in ("/sipxconfig/api/moh/prompts", "/sipxconfig/rest/avatar/1000"):
        assert http.post(path, headers={"Content-Encoding": "gzip"}, **form).status_code == 415


BODIES = (
    {"CONTENT_TYPE": "application/json"},
    {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
    {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
    {"CONTENT_TYPE": "multipart/form-data"},
    {"CONTENT_TYPE": "text/xml"},
    {"CONTENT_TYPE": "", "HTTP_CONTENT_ENCODING": "gzip"},
)
LENGTHS = (
    {"CONTENT_LENGTH": str(64 << 20)},
    {"CONTENT_LENGTH": "9"},
    {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True},
)


# What anybody may call: log-ins, and the pictures that pages show.
OPENLY = {
    "/api/account/credentials/verify",
    "/api/account/email/verify",
    "/api/account/extension/sip/verify",
    "/sipxconfig/rest/avatar/<name:user>",
}


def ask_all(
    app: Flask, prefix: str, environ: dict[str, Any], **how: Any
) -> dict[tuple[str, str], tuple[int, bool, int]]:
    """Ask every route below `prefix`, those of GET too, with a body; return the status of each, whether a challenge
    came with it, and how many bytes were read.
    """
    http, adapter, found = app.test_client(), app.url_map.bind("localhost"), {}
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"} if rule.rule.startswith(prefix) else ():
            path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "0"), method=method)
            body = Counting(b"<a>" * 100_000)
            reply = http.open(path, method=method, environ_overrides={"wsgi.input": body, **environ}, **how)
            found[method, rule.rule] = reply.status_code, "WWW-Authenticate" in reply.headers, body.taken
    return found


def check_asked_first(answered: dict[tuple[str, str], tuple[int, bool, int]]) -> None:
    """All were told to log in before a byte was read, but for those that anybody may call: of them little was.

    A key in an address is a log-in that is wrong; of many such, no more is read.
    """
    by_key = {key: answered.pop(key) for key in list(answered) if f"<name:{PRIVATE_KEY}>" in key[1]}
    assert set(by_key.values()) <= {(401, True, 0), (429, False, 0)}
    openly = {key for key in answered if key[1] in OPENLY and key != ("POST", "/sipxconfig/rest/avatar/<name:user>")}
    assert {key: answer for key, answer in answered.items() if answer != (401, True, 0) and key not in openly} == {}
    assert all(answered[key][2] <= (64 << 10) + PORTION for key in openly)


@pytest.mark.parametrize("length", LENGTHS, ids=["long", "short", "chunked"])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_sipxcom_asks_who_it_is_before_it_reads(app: Flask, body: dict[str, Any], length: dict[str, Any]):
    answered = ask_all(app, "/sipxconfig/", body | length)
    assert len(answered) > 200
    check_asked_first(answered)


@pytest.mark.parametrize("length", LENGTHS, ids=["long", "short", "chunked"])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_portsip_judges_a_token_before_it_reads(app: Flask, body: dict[str, Any], length: dict[str, Any]):
    check_asked_first(ask_all(app, "/api", body | length, headers={"access_token": "0" * 32}))


def test_nobody_makes_portsip_read_much(app: Flask):
    """Whoever sends no token at all is answered 413, whatever the body says that it is."""
    for kind in BODIES[:5]:
        answered = ask_all(app, "/api", kind | LENGTHS[0])
        assert {(status, taken) for status, _, taken in answered.values()} == {(413, 0)}, kind
