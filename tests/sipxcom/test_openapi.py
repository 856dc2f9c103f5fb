"""The OpenAPI document of this API: valid, and complete."""

import re

import pytest
from openapi_spec_validator import validate

from tests.sipxcom.test_roles import routes


@pytest.fixture
def document(app):
    """The document as it is served."""
    return app.test_client().get("/openapi-sipxcom.json").json


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield method.upper(), path, operation


def test_it_is_valid_openapi_3(document):
    validate(document)


def test_it_has_every_operation_of_the_api_and_no_other(app, document):
    assert {(method, path) for method, path, _ in operations(document)} == {
        (method, re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule)) for rule, method, _ in routes(app)
    }


def test_every_operation_is_described(document):
    seen = set()
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"].endswith("."), where
        assert operation["operationId"] not in seen, where
        seen.add(operation["operationId"])
        assert {"400", "503"} <= set(operation["responses"]), where
        assert operation["security"] == [] or "401" in operation["responses"], where
        assert operation["tags"], where


def test_an_address_with_an_id_is_none_with_another_word(portal, document):
    """And the document says so of each."""
    found = set()
    for rule, method, _ in routes(portal.http.application):
        if "<number:" in rule.rule:
            path = re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule)
            word = re.sub(r"<.*?>", "word", rule.rule)
            if portal.http.open(word, method=method).status_code == 404:
                found.add((method, path))
            assert "404" in document["paths"][path][method.lower()]["responses"], path
    assert found


def test_each_api_has_a_document_of_its_own(app, document):
    other = app.test_client().get("/openapi.json").json
    assert not [path for path in other["paths"] if path.startswith("/sipxconfig")]
    assert not [path for path in document["paths"] if not path.startswith("/sipxconfig")]


def test_it_takes_its_reader_to_a_first_call(document):
    told = document["info"]["description"]
    assert set(re.findall(r"/sipxconfig/[a-z]+/[a-z]+", told)) == {"/sipxconfig/rest/user"}
    assert "/sipxconfig/rest/user" in document["paths"]


def test_other_spellings_are_deprecated_and_name_the_better_one(document):
    others = {
        path: operation["description"] for _, path, operation in operations(document) if "deprecated" in operation
    }
    assert {path for path in others if "/port/" in path or path.endswith("/port")} == {
        path for path in document["paths"] if "/port/" in path or path.endswith("/port")
    }
    for path, description in others.items():
        better = description.partition("`")[2].partition("`")[0]
        assert better in document["paths"].keys() - others.keys(), (path, better)


def test_what_one_view_serves_for_several_things_is_no_other_spelling(document):
    for path in ("/pagegroups/prompts", "/orbits/prompts", "/phones/sendProfile/restart"):
        assert not [
            method for method, item in document["paths"][f"/sipxconfig/api{path}"].items() if "deprecated" in item
        ]


def bodies(document):
    """Every body that an operation reads, with its media type, but for forms, whose files nobody can print."""
    for method, path, operation in operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type != "multipart/form-data":
                yield method, path, media_type, content | {"name": operation["operationId"]}


def test_every_body_has_an_example(document):
    lacking = [(method, path, kind) for method, path, kind, content in bodies(document) if not content.get("example")]
    assert not lacking, "see sipxcom/core/examples.py"


# Those that need something to be there first.
ELSEWHERE = {
    "phones/sendProfile",
    "phones/sendProfile/restart",
    "callgroups/rotate",
    "rest/erl/phones",
    "phonebook/googleImport",
}


@pytest.mark.parametrize("media_type", ["application/json", "text/xml"])
def test_examples_make_what_they_show(portal, user, document, media_type):
    tried = 0
    for method, path, kind, content in bodies(document):
        if (
            kind != media_type
            or "{" in path
            or any(part in path for part in ELSEWHERE)
            or "_alias" in content["name"]  # what it makes is there already
        ):
            continue
        example = content["example"]
        if path.endswith("/rest/phone"):  # the phone of that serial number is there already
            portal.delete("api/phones/0004f280cc95")
        who = user if "/my/" in path or "callfwd" in path else portal
        reply = who.ask(method, path.removeprefix("/sipxconfig/"), example)
        assert reply.status_code in {200, 201}, (path, reply.text)
        tried += 1
    assert tried >= 13
    assert "Doe" in portal.get("rest/user").text
