"""What a request says, wherever it says it: query, JSON, form, multipart.

Clients label JSON as `text/plain` or as a form, and put their token in any of four places. Source: contract, sections
1 and 2.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from portsip_api.pbx.errors import Invalid, PbxError

DEEPEST: Final = 32
_URLENCODED = "application/x-www-form-urlencoded"


class MalformedJson(PbxError):
    """The body is not JSON."""


class WireText(str):
    """A value that came as text, in a query or a form, so that `true` and `20` may mean more than themselves."""

    __slots__ = ()


def read_fields() -> dict[str, Any]:
    """Return the request's fields: those of the query, and over them those of the body.

    Raises MalformedJson, Invalid (the body is not an object), RequestEntityTooLarge and UnsupportedMediaType.
    """
    fields = _texts(request.args)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Bodies are read without a content encoding only.")
    if request.mimetype == "multipart/form-data":
        return fields | _texts(request.form)
    body = request.get_data(cache=True)
    if request.content_length is None:
        request.stream.read(1)  # a chunked body is cut at the limit without a word; reading on is what refuses it
    if body.strip():
        fields |= _parse(body)
    return fields


def find_token(fields: Mapping[str, Any]) -> str | None:
    """Return the access token of the request, or None. Raises Invalid when two different ones are given."""
    bearer = request.headers.get("Authorization", "").partition(" ")
    found = set(_token_field(request.args.getlist("access_token")))
    found |= set(_token_field([fields["access_token"]] if "access_token" in fields else []))
    found |= {request.headers["access_token"]} if "access_token" in request.headers else set()
    if bearer[0].lower() == "bearer" and bearer[2].strip():
        found.add(bearer[2].strip())
    if len(found) > 1:
        raise Invalid({"access_token": ["Two different tokens were given."]})
    return found.pop() if found else None


def depth_exceeds(value: object, deepest: int) -> bool:
    """Tell whether arrays and objects are nested more than `deepest` levels in `value`."""
    level: list[Any] = [value]
    for _ in range(deepest + 1):
        level = [item for container in level for item in _items(container)]
        if not level:
            return False
    return True


def _items(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _token_field(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, str):
                raise Invalid({"access_token": ["Must be a string."]})
            yield item


def _texts(values: MultiDict[str, str]) -> dict[str, Any]:
    return {
        name: WireText(items[0]) if len(items) == 1 else [WireText(item) for item in items]
        for name, items in values.lists()
    }


def _parse(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if request.mimetype == _URLENCODED:
            return _texts(request.form)
        if "depth limit" in str(error):  # orjson has no type for it; a test holds the text
            raise RequestEntityTooLarge("The JSON is nested too deeply.") from None
        raise MalformedJson("The body is not valid JSON.") from None
    if not isinstance(value, dict):
        if request.mimetype == _URLENCODED:
            return _texts(request.form)
        raise Invalid({"body": ["Must be a JSON object."]})
    if depth_exceeds(value, DEEPEST):
        raise RequestEntityTooLarge("The JSON is nested too deeply.")
    return value
