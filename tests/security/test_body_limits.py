"""No route reads a body that is above its limit, and none is bounded by less than a limit."""

import json
import os

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portsip_api import settings
from portsip_api.pbx import avatars
from portsip_api.pbx.audio import MOST_BYTES
from portsip_api.sipxcom.authentication import Access
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm

LIMIT = 4096
IMPORT_LIMIT = 8192
AROUND = 1 << 16  # bytes of a form beside its files
# Forms with files have limits of their own.
UPLOADS = {
    "/api/extensions/greeting_file/create": MOST_BYTES + AROUND,
    "/sipxconfig/api/moh/prompts": MOST_BYTES + AROUND,
    "/sipxconfig/api/orbits/prompts": MOST_BYTES + AROUND,
    "/sipxconfig/api/pagegroups/prompts": MOST_BYTES + AROUND,
    "/sipxconfig/rest/avatar/<name:user>": avatars.MOST_BYTES + AROUND,
}
AUTH = ("superadmin", ADMIN_PASSWORD)
USER = ("1000", WEB_PASSWORD)


def writing_rules(app: Flask) -> list[tuple[str, Rule]]:
    """Every route that takes a body, of both faces."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/api", "/sipxconfig"))
        for method in sorted(rule.methods - {"GET", "HEAD", "OPTIONS"})
    ]


@pytest.fixture
def http(configure, app: Flask, admin: Crm):
    admin.make_extension("1000")
    configure(PBX_MAX_BODY=str(LIMIT), PBX_MAX_IMPORT=str(IMPORT_LIMIT))
    return app.test_client()


def statuses(http, app: Flask, token: str, body: bytes, content_type: str) -> dict[tuple[str, str], int]:
    adapter, found = app.url_map.bind("localhost"), {}
    for method, rule in writing_rules(app):
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "0"), method=method)
        as_user = getattr(app.view_functions[rule.endpoint], "access", None) is Access.USER
        face = (
            {"auth": USER if as_user else AUTH}
            if path.startswith("/sipxconfig")
            else {"headers": {"access_token": token}}
        )
        reply = http.open(path, method=method, data=body, content_type=content_type, **face)
        found[method, rule.rule] = reply.status_code
    return found


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", "text/plain", "application/octet-stream", ""])
def test_a_body_above_the_limit_is_413_everywhere(http, app: Flask, admin: Crm, content_type: str):
    body = json.dumps({"x": "y" * (IMPORT_LIMIT + 1)}).encode()
    answered = statuses(http, app, admin.token, body, content_type)
    # What takes nothing but a form says so without reading.
    formless = {("POST", rule): 400 for rule in UPLOADS if rule.startswith("/sipxconfig")}
    assert {key: status for key, status in answered.items() if status != 413} == formless
    assert len(answered) > 130


def test_a_form_above_the_limit_is_413_everywhere(http, app: Flask, admin: Crm):
    boundary = "x" * 20
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'.encode()
    body = part + os.urandom(1) * (IMPORT_LIMIT + 1) + f"\r\n--{boundary}--\r\n".encode()
    answered = statuses(http, app, admin.token, body, f"multipart/form-data; boundary={boundary}")
    above = {rule for (_, rule), status in answered.items() if status != 413}
    assert above == set(UPLOADS)


def test_files_have_limits_of_their_own(http, app: Flask, admin: Crm):
    assert settings.current().max_body < min(UPLOADS.values())
    for rule, limit in UPLOADS.items():
        path = rule.replace("<name:user>", "0")
        face = {"auth": AUTH} if path.startswith("/sipxconfig") else {"headers": {"access_token": admin.token}}
        options = {"content_type": "multipart/form-data; boundary=x", **face}
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
        face = {"auth": AUTH} if path.startswith("/sipxconfig") else {}
        reply = http.post(path, data=b"{}", headers={"Content-Encoding": "gzip", "access_token": admin.token}, **face)
        assert reply.status_code == 415
