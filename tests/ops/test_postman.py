"""A collection for Postman: complete, and what it sends is what the API takes."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.crm import ADMIN_PASSWORD, Crm


@pytest.fixture
def commands(app: Flask) -> FlaskCliRunner:
    """Runs commands in this process, over a fresh store."""
    return app.test_cli_runner()


def printed(commands: FlaskCliRunner, *arguments: str) -> dict[str, Any]:
    result = commands.invoke(args=["pbx", "openapi", "--postman", *arguments])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["info"]["schema"].endswith("/collection/v2.1.0/collection.json")
    return found


def requests_of(collection: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["request"] for folder in collection["item"] for one in folder["item"]]


def variables(collection: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["value"] for one in collection["variable"]}


@pytest.mark.parametrize("api", ["portsip", "sipxcom"])
def test_every_operation_that_is_not_deprecated_is_in_it(commands: FlaskCliRunner, app: Flask, api: str) -> None:
    name = "/openapi.json" if api == "portsip" else "/openapi-sipxcom.json"
    document = app.test_client().get(name).json
    assert document is not None
    expected = {
        (method.upper(), path.replace("{", ":").replace("}", ""))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and "deprecated" not in operation
    }
    made = requests_of(printed(commands, "--api", api))
    assert {(one["method"], one["url"]["raw"].removeprefix("{{baseUrl}}")) for one in made} == expected
    for one in made:
        named = {part[1:] for part in one["url"]["path"] if part.startswith(":")}
        assert {item["key"] for item in one["url"]["variable"]} == named, one["url"]["raw"]


def test_it_says_where_the_server_is_and_who_logs_in(commands: FlaskCliRunner) -> None:
    plain, elsewhere = printed(commands), printed(commands, "--api", "sipxcom", "--server", "https://pbx.example/")
    assert variables(plain) == {"baseUrl": "http://127.0.0.1:8899", "username": "admin", "password": "", "token": ""}
    assert plain["auth"] == {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]}
    assert "credentials/verify" in "".join(plain["event"][0]["script"]["exec"])
    assert variables(elsewhere) == {"baseUrl": "https://pbx.example", "username": "superadmin", "password": ""}
    assert (elsewhere["auth"]["type"], elsewhere["event"]) == ("basic", [])


def test_what_it_sends_is_taken(commands: FlaskCliRunner, admin: Crm) -> None:
    """Extensions are created and listed as the collection has it; what needs no log-in carries none."""
    by_path = {one["url"]["raw"].removeprefix("{{baseUrl}}"): one for one in requests_of(printed(commands))}
    verify = by_path["/api/account/credentials/verify"]
    assert verify["auth"] == {"type": "noauth"}
    assert json.loads(verify["body"]["raw"]) == {"username": "{{username}}", "password": "{{password}}"}
    refresh = by_path["/api/account/token/refresh"]
    assert json.loads(refresh["body"]["raw"]) == {"access_token": "{{token}}"}
    sent = {"username": "admin", "password": ADMIN_PASSWORD}
    assert admin.http.post("/api/account/credentials/verify", json=sent).status_code == 200
    create = by_path["/api/extensions/create"]
    headers = {one["key"]: one["value"] for one in create["header"]} | {"Authorization": f"Bearer {admin.token}"}
    made = admin.http.post("/api/extensions/create", data=create["body"]["raw"], headers=headers)
    assert made.status_code == 200, made.text
    query = {one["key"]: one["value"] for one in by_path["/api/extensions/list"]["url"]["query"] if not one["disabled"]}
    assert admin.read("extensions/list", **query)["count"] == 1
