"""What a request says, wherever it says it: query, JSON, form, multipart.

Clients label JSON as `text/plain` or as a form, and put their token in any of four places. Source: contract, sections
1 and 2.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from portsip_api.framework import bodies
from portsip_api.framework.bodies import FORM, is_deep
from portsip_api.pbx import json_values
from portsip_api.pbx.errors import Invalid, PbxError, TooLarge

_URLENCODED: Final = "application/x-www-form-urlencoded"
_BEGINNINGS: Final = (b"{", b"[")  # of JSON; curl calls whatever it sends a form, and no field's name begins so


class MalformedJson(PbxError):
    """The body is not JSON."""


class WireText(str):
    """A value that came as text, in a query or a form, so that `true` and `20` may mean more than themselves."""

    __slots__ = ()


def query_fields() -> dict[str, Any]:
    """Return the fields of the query by their names in lower case, since clients write `Pagesize` too."""
    fields = _texts(request.args)
    if all(map(str.islower, fields)):
        return fields
    return _texts(MultiDict([(name.lower(), text) for name, text in request.args.items(multi=True)]))


def body_fields(most_values: int = json_values.MOST) -> dict[str, Any]:
    """Return the fields of the body that was read; as JSON it has at most `most_values` values.

    Raises MalformedJson, Invalid (the body is not an object), TooLarge and RequestEntityTooLarge.
    """
    if request.mimetype == FORM:
        return _texts(request.form)
    body = bodies.sent_json()
    return _parse(body, most_values) if body.strip() else {}


def find_token(*places: Mapping[str, Any]) -> str | None:
    """Return the access token of the request, or None. Raises Invalid when two different ones are given.

    `places` are the fields of the query, and those of the body when it was read.
    """
    found = header_tokens()
    for fields in places:
        if "access_token" in fields:
            found |= set(_tokens(fields["access_token"]))
    if len(found) > 1:
        raise Invalid({"access_token": ["Two different tokens were given."]})
    return found.pop() if found else None


def header_tokens() -> set[str]:
    """Return the tokens in the headers, of which there are two."""
    bearer = request.headers.get("Authorization", "").partition(" ")
    found = {request.headers["access_token"]} if "access_token" in request.headers else set()
    if bearer[0].lower() == "bearer" and bearer[2].strip():
        found.add(bearer[2].strip())
    return found


def _tokens(value: Any) -> Iterable[str]:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, str):
            raise Invalid({"access_token": ["Must be a string."]})
        yield item


def _texts(values: MultiDict[str, str]) -> dict[str, Any]:
    return {
        name: WireText(items[0]) if len(items) == 1 else [WireText(item) for item in items]
        for name, items in values.lists()
    }


def _parse(body: bytes, most_values: int) -> dict[str, Any]:
    json_values.require_few(body, most_values)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if request.mimetype == _URLENCODED and not body.lstrip().startswith(_BEGINNINGS):
            return _urlencoded(body)
        if "depth limit" in str(error):  # orjson has no type for it; a test holds the text
            raise RequestEntityTooLarge("The JSON is nested too deeply.") from None
        raise MalformedJson("The body is not valid JSON.") from None
    if not isinstance(value, dict):
        if request.mimetype == _URLENCODED:
            return _urlencoded(body)
        raise Invalid({"body": ["Must be a JSON object."]})
    if is_deep(value):
        raise RequestEntityTooLarge("The JSON is nested too deeply.")
    return value


def _urlencoded(body: bytes) -> dict[str, Any]:
    if body.count(b"&") >= json_values.MOST:
        raise TooLarge(f"The form has more than {json_values.MOST} fields.")
    return _texts(request.form)
