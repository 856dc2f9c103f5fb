"""Bad input to every operation: always the contract's error body, never a 500, and nothing of a secret in it."""

import json
from functools import cache
from typing import Any

import pytest
from flask import Flask

from tests.crm import ADMIN_PASSWORD, STATUSES, check_refused
from tests.portsip.test_roles import TABLE

OPERATIONS = [
    (method, path)
    for method, path in TABLE
    if path.startswith("/api/")
    and path not in {"/api/extensions/export", "/api/extensions/import", "/api/extensions/import/template"}
]
SECRET = "canary-7d1f-secret"
NASTY = {
    "empty": "",
    "blank": "   ",
    "too long": "x" * 5_000,
    "nul": "a\x00b",
    "escape": "\x1b[31m",
    "line feed": "a\r\nSet-Cookie: b",
    "direction": "\u202e1000",
    "emoji": "☎️" * 3,
    "sql": "' OR 1=1; DROP TABLE extension; --",
    "path": "../../etc/passwd",
    "format": "%s%n{0}${7*7}",
    "number": 42,
    "large number": 10**40,
    "fraction": 1.5,
    "negative": -1,
    "true": True,
    "null": None,
    "array": [],
    "array of arrays": [[1]],
    "object": {},
    "object of objects": {"a": {"b": 1}},
}


@cache
def document_of(app: Flask) -> dict[str, Any]:
    """The OpenAPI document."""
    return app.extensions["flask-smorest"]["apis"][""]["ext_obj"].document()


def fields_of(app, method, path):
    """The fields that an operation reads, as its documentation names them, and two that it does not."""
    spec = document_of(app)
    operation = spec["paths"][path][method.lower()]
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        names |= set(spec["components"]["schemas"][schema].get("properties", {}))
    return sorted(names | {"access_token", "company_name"})


def check_clean(reply):
    """A success, or an error of the contract's form."""
    if reply.status_code == 200:
        assert not reply.is_json or "err_code" not in reply.json
        return
    body = reply.json
    assert body["err_code"] in STATUSES, reply.text
    assert reply.status_code == STATUSES[body["err_code"]]
    assert reply.status_code != 500, reply.text
    assert SECRET not in reply.text
    if body["err_code"] == "400.1":
        assert body["errors"], body


def valid(admin, path, method):
    """The matrix's own request for this operation, with keys that do not exist filled in."""
    fields, _ = TABLE[method, path]
    return {
        name: 10**6 if isinstance(value, str) and value.startswith("{") else value for name, value in fields.items()
    }


def send(admin, method, path, fields):
    headers = {"access_token": admin.token}
    if method == "POST":
        return admin.http.post(path, data=json.dumps(fields), headers=headers, content_type="application/json")
    flat = {name: value for name, value in fields.items() if value is not None}
    return admin.http.get(path, query_string=flat, headers=headers)


@pytest.mark.parametrize("kind", NASTY)
def test_every_field_of_every_operation(app, configure, admin, kind):
    configure(PBX_LOGIN_FAILURES="100000", PBX_LOGIN_FAILURES_ADDRESS="100000", PBX_TOKEN_TTL="86400")
    admin = admin.log_in("admin", ADMIN_PASSWORD)
    for method, path in OPERATIONS:
        if path == "/api/account/sign_out":
            continue
        for field in fields_of(app, method, path):
            if field == "access_token" and kind in {"empty", "null"}:
                continue
            fields = valid(admin, path, method) | {"password": SECRET, "sip_password": SECRET, "auth": SECRET}
            check_clean(send(admin, method, path, fields | {field: NASTY[kind]}))


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_each_field_missing(admin, method, path):
    fields = valid(admin, path, method)
    for name in fields:
        check_clean(send(admin, method, path, {key: value for key, value in fields.items() if key != name}))


BODIES = {
    "malformed": (b'{"a": ', "400.2"),
    "trailing": (b"{} {}", "400.2"),
    "single quotes": (b"{'a': 1}", "400.2"),
    "not a number": (b'{"id": NaN}', "400.2"),
    "half a surrogate": (b'{"group_name": "\\ud800"}', "400.2"),
    "not utf-8": (b'{"a": "\xff"}', "400.2"),
    "utf-16": ('{"a": 1}'.encode("utf-16"), "400.2"),
    "nul": (b"\x00", "400.2"),
    "array": (b"[]", "400.1"),
    "string": (b'"x"', "400.1"),
    "null": (b"null", "400.1"),
    "deep": (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "413.1"),
    "very deep": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "413.1"),
    "unclosed and very deep": (b'{"a":' + b"[" * 100_000, "413.1"),
    "large": (b'{"a": "' + b"x" * (1 << 20) + b'"}', "413.1"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies(admin, kind):
    body, code = BODIES[kind]
    for method, path in OPERATIONS:
        if method == "POST":
            reply = admin.http.post(path, data=body, headers={"access_token": admin.token}, content_type="text/plain")
            check_refused(reply, code, *(["body"] if code == "400.1" else []))


@pytest.mark.parametrize(
    "label", ["text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "image/png", "", "x"]
)
def test_json_is_read_whatever_its_label_says(admin, label):
    body = json.dumps(
        {
            "group_name": f"G {label}",
            **dict.fromkeys(("enable_intercom", "enable_external_call"), True),
            "enable_management_console_access": False,
            "company_name": "ignored",
        }
    )
    reply = admin.http.post(
        "/api/extensions/group/create", data=body, headers={"access_token": admin.token}, content_type=label
    )
    assert reply.status_code == 200, reply.text


def test_a_form_is_read_as_text(admin):
    form = {
        "group_name": "Form",
        "enable_intercom": "true",
        "enable_external_call": "FALSE",
        "enable_management_console_access": "true",
        "access_token": admin.token,
        "members": "",
    }
    for number, kind in enumerate(("application/x-www-form-urlencoded", "multipart/form-data")):
        reply = admin.http.post(
            "/api/extensions/group/create", data=form | {"group_name": f"Form {number}"}, content_type=kind
        )
        assert reply.status_code == 200, reply.text
        shown = admin.read("extensions/group/show", id=reply.json["id"])
        assert (shown["enable_intercom"], shown["enable_external_call"]) == (True, False)


def test_compressed_bodies_are_refused(admin):
    reply = admin.http.post(
        "/api/extensions/create", data=b"x", headers={"access_token": admin.token, "Content-Encoding": "gzip"}
    )
    check_refused(reply, "415.1")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/nothing", "404.2"),
        ("GET", "/nothing", "404.2"),
        ("GET", "//api/extensions/list", "404.2"),
        ("GET", "/api//extensions/list", "404.2"),
        ("GET", "/api/extensions/list/../show", "404.2"),
        ("GET", "/api/extensions/list;a=b", "404.2"),
        ("DELETE", "/api/extensions/list", "405.1"),
        ("POST", "/api/extensions/list", "405.1"),
        ("GET", "/api/extensions/create", "405.1"),
        ("BREW", "/api/extensions/create", "405.1"),
    ],
)
def test_wrong_addresses_and_methods(admin, method, path, code):
    reply = admin.http.open(path, method=method, headers={"access_token": admin.token})
    check_refused(reply, code)
    if code == "405.1":
        assert {"POST", "GET"} & set(reply.headers["Allow"].split(", "))


def test_an_unforeseen_error_says_nothing_of_its_cause(template, admin, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("portsip_api.pbx.extensions.directory.page", fail)
    reply = admin.get("extensions/list")
    check_refused(reply, "500")
    assert SECRET not in reply.text


FIELD_ERRORS = [
    ({"extension_number": "1" * 65}, "extension_number"),
    ({"extension_number": "10 00"}, "extension_number"),
    ({"extension_number": ""}, "extension_number"),
    ({"extension_number": "é"}, "extension_number"),
    ({"extension_number": True}, "extension_number"),
    ({"password": ""}, "password"),
    ({"web_access_password": "p" * 129}, "web_access_password"),
    ({"profile": "x"}, "profile"),
    ({"profile": {"first_name": "n" * 65}}, "profile.first_name"),
    ({"profile": {"last_name": None}}, "profile.last_name"),
    ({"profile": {"gender": "other"}}, "profile.gender"),
    ({"profile": {"email": "nobody"}}, "profile.email"),
    ({"options": {"enable_extension": "yes"}}, "options.enable_extension"),
    ({"voice_mail": {"voicemail_pin": "12ab"}}, "voice_mail.voicemail_pin"),
    ({"voice_mail": {"msg_read_out_datetime": ""}}, "voice_mail.msg_read_out_datetime"),
    ({"forward_rules": {"available": []}}, "forward_rules.available"),
    ({"forward_rules": {"available": {"no_answer_timeval": 0}}}, "forward_rules.available.no_answer_timeval"),
    ({"forward_rules": {"available": {"no_answer_timeval": 601}}}, "forward_rules.available.no_answer_timeval"),
    ({"forward_rules": {"dnd": {"office_hours_action": "RING"}}}, "forward_rules.dnd.office_hours_action"),
    ({"office_hours": {"monday_from": "9:00"}}, "office_hours.monday_from"),
    ({"office_hours": {"monday_from": "24:00"}}, "office_hours.monday_from"),
    ({"office_hours": {"monday_to": "24:01"}}, "office_hours.monday_to"),
    ({"office_hours": {"office_hours_mode": 3}}, "office_hours.office_hours_mode"),
    ({"belong_groups": "x"}, "belong_groups"),
    ({"belong_groups": ["x"]}, "belong_groups"),
]


@pytest.mark.parametrize(("fields", "field"), FIELD_ERRORS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_refused_field_is_named(admin, fields, field):
    given = {"extension_number": "1000", "password": SECRET, "web_access_password": SECRET}
    reply = admin.post("extensions/create", **given | fields)
    check_refused(reply, "400.1", field)
    assert SECRET not in reply.text
    admin.make_extension("2000")
    if field != "extension_number":
        before = admin.read("extensions/show", extension_number="2000")
        check_refused(admin.post("extensions/update", extension_number="2000", **fields), "400.1", field)
        assert admin.read("extensions/show", extension_number="2000") == before
