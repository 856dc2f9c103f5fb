"""What is kept of every request: its id, its line."""

import json
import re

import pytest

from tests.crm import ADMIN_PASSWORD, Crm
from tests.ops.conftest import Lines


@pytest.mark.parametrize("given", ["a", "7f3b.A_b-9", "x" * 64])
def test_a_request_keeps_the_id_it_came_with(crm: Crm, lines: Lines, given: str) -> None:
    reply = crm.http.get("/healthz", headers={"X-Request-ID": given})
    assert reply.headers["X-Request-ID"] == lines[0]["request_id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "é", "a\t"])
def test_an_id_of_another_form_is_replaced(crm: Crm, lines: Lines, given: str) -> None:
    reply = crm.http.get("/healthz", headers={"X-Request-ID": given})
    assert re.fullmatch(r"[0-9a-f]{32}", reply.headers["X-Request-ID"])
    assert reply.headers["X-Request-ID"] == lines[0]["request_id"]


@pytest.mark.parametrize("path", ["/api/nothing", "/api/extensions/list", "/openapi.json", "/docs", "/metrics"])
def test_every_reply_has_an_id(crm: Crm, path: str) -> None:
    assert crm.http.get(path).headers["X-Request-ID"]


def test_a_line_names_the_route_and_the_role(admin: Crm, lines: Lines) -> None:
    admin.read("extensions/list")
    [line] = lines
    assert line["duration_ms"] >= 0
    expected = {
        "level": "INFO",
        "logger": "pbx.requests",
        "method": "GET",
        "route": "/api/extensions/list",
        "status": 200,
        "remote": "127.0.0.1",
        "role": "administrator",
    }
    assert expected.items() <= line.items()


def test_what_matches_no_route_is_not_repeated(crm: Crm, lines: Lines) -> None:
    crm.http.open("/api/secret-in-the-path?a=secret-in-the-query", method="SECRET")
    [line] = lines
    assert (line["route"], line["method"], line["status"], line["role"]) == ("(unmatched)", "(other)", 404, None)
    assert "secret" not in json.dumps(lines).lower()


def test_a_method_that_is_not_allowed_has_no_route(crm: Crm, lines: Lines) -> None:
    assert crm.get("extensions/create").status_code == 405
    assert lines[0]["route"] == "(unmatched)"


def test_no_line_holds_a_token_or_a_password(crm: Crm, lines: Lines) -> None:
    token = crm.log_in("admin", ADMIN_PASSWORD).token
    crm.get("extensions/list", access_token=token)
    crm.post("extensions/status", access_token=token, extensions=["1"])
    crm.post("account/credentials/verify", username="admin", password="a wrong passphrase")
    assert len(lines) == 4
    assert not any(secret in json.dumps(lines) for secret in (token, ADMIN_PASSWORD, "passphrase"))
