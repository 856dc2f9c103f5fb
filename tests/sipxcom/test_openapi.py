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
