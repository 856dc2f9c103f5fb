"""The OpenAPI document: valid, complete, and true where an example can show it."""

import re

import pytest
from openapi_spec_validator import validate

from tests.portsip.test_roles import TABLE


@pytest.fixture
def document(app):
    """The document as it is served."""
    return app.test_client().get("/openapi.json").json


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


def test_it_is_valid_openapi_3(document):
    validate(document)


def test_it_has_every_operation_of_the_api_and_no_other(document):
    assert {(method, path) for method, path, _ in operations(document)} == {
        (method, path.replace("<filepath:filepath>", "{filepath}").replace("<once:link>", "{link}"))
        for method, path in TABLE
        if path.startswith("/api") or "<filepath:" in path or "<once:" in path
    }


def test_every_operation_is_described(document):
    seen = set()
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"].endswith("."), where
        assert operation["operationId"] not in seen, where
        seen.add(operation["operationId"])
        assert {"200", "400", "503"} <= set(operation["responses"]), where
        assert operation["security"] == [] or "401" in operation["responses"], where
        for status, reply in operation["responses"].items():
            for content in reply.get("content", {}).values():
                assert content["schema"], where
                if status not in {"200", "414"}:
                    assert content["example"]["err_code"], where
        assert ("304" in operation["responses"]) == ("headers" in operation["responses"]["200"]), where
        if method == "POST":
            (content,) = list(operation["requestBody"]["content"].values())[:1]
            assert content["example"], where


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        ("extensions/update", ["header or the query at most 64 KiB", "at most 20,000 values"]),
        ("extensions/group/update", ["header or the query at most 256 KiB", "at most 20,000 values"]),
        ("extensions/import", ["header or the query at most 64 KiB", "at most 500,000 values"]),
        ("account/credentials/verify", ["At most 64 KiB are read.", "at most 20,000 values"]),
    ],
)
def test_limits_of_bodies_are_told(document, path, sentences):
    told = document["paths"][f"/api/{path}"]["post"]["responses"]["413"]["description"]
    assert all(sentence in told for sentence in sentences), told


EXAMPLES = ["/api/extensions/create", "/api/extensions/group/create", "/api/extensions/update"]


def test_request_examples_are_accepted(admin, document):
    for number in ("105", "106", "107"):
        admin.make_extension(number)
    for path in EXAMPLES:
        example = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert set(admin.do(path.removeprefix("/api/"), **example)) == set(
            document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["example"]
        )


def test_reply_examples_have_the_fields_of_the_reply(admin, document):
    admin.make_extension("1000")
    admin.make_group("Sales")
    for path, query in {
        "extensions/list": {},
        "extensions/search": {"condition": "1000"},
        "extensions/show": {"extension_number": "1000"},
        "extensions/status": {"extensions": "1000"},
        "extensions/group/list": {},
        "extensions/group/show": {"group_id": "__DEFAULT_EXTENSION_GROUP__"},
    }.items():
        content = document["paths"][f"/api/{path}"]["get"]["responses"]["200"]["content"]["application/json"]
        assert set(content["example"]) == set(admin.read(path, **query)), path


def test_it_takes_its_reader_to_a_first_call(document):
    told = document["info"]["description"]
    assert {f"/api/{path}" for path in re.findall(r"/api/([a-z_/]+)", told)} <= set(document["paths"])
    assert "access_token: TOKEN" in told
    assert "Authorization: Bearer TOKEN" in told


def test_other_spellings_are_deprecated_and_name_the_better_one(document):
    others = {
        path: operation["description"] for _, path, operation in operations(document) if "deprecated" in operation
    }
    spelled_otherwise = ("apiextensions/", "virtual_receptionists/", "conference/room/", "conference_server/room/")
    assert set(others) == {
        path
        for path in document["paths"]
        if path == "/{filepath}" or path.endswith("/remove") or any(spelling in path for spelling in spelled_otherwise)
    }
    for description in others.values():
        assert description.partition("`")[2].partition("`")[0] in document["paths"].keys() - others.keys()
