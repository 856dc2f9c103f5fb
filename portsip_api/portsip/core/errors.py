"""The errors of this API: `{"err_code": …, "msg": …}`, with `errors` naming the fields where values were refused.

Source: contract, section 1 (the table of err_code values; the HTTP statuses beside them are ours).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson
from flask import Response
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from portsip_api.pbx import errors as pbx
from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.portsip.core import dialects
from portsip_api.portsip.core.dialects import Dialect
from portsip_api.portsip.core.wire import MalformedJson
from portsip_api.store import database
from portsip_api.store.secrets import KeyMissing

RETRY_SECONDS: Final = 2


class MalformedDomain(pbx.Invalid):
    """What was sent for a tenant's domain is none, and nothing else was wrong."""


# err_code: (HTTP status, what it says in the documentation)
CODES: Final[Mapping[str, tuple[int, str]]] = {
    "400.1": (400, "A parameter is missing or malformed; `errors` names it."),
    "400.2": (400, "The body is not valid JSON."),
    "401.2": (400, "No such account, or a wrong password."),
    "403.2": (400, "The name of the account, or the domain, is taken; said to v9 clients."),
    "1040001": (400, "The name of the account, or the domain, is taken; said to v12 clients."),
    "1050005": (400, "The domain is malformed; said to v12 clients."),
    "403.3": (400, "The number or name is taken."),
    "403.4": (401, "The access token is missing, unknown or expired."),
    "403.1": (403, "The role may not do this."),
    "404.1": (404, "No such object."),
    "404.2": (404, "No such URI."),
    "404.3": (404, "No such file."),
    "405.1": (405, "The method is not allowed here."),
    "409.1": (409, "In conflict with the state of the object."),
    "413.1": (413, "The body is too large, nested too deeply, or holds too many values."),
    "415.1": (415, "The media type is not supported."),
    "416.1": (416, "The range lies outside the file. This code is ours."),
    "403.5": (429, "Too many failed log-ins; `Retry-After` says when to try again."),
    "500": (500, "An error of the server; the log has its request id."),
    "503.1": (503, "The store or the switch is not available, or busy; try again later."),
}

_BY_TYPE: Final[Mapping[type[Exception], str]] = {
    pbx.Invalid: "400.1",
    MalformedJson: "400.2",
    pbx.LoginRefused: "401.2",
    pbx.Duplicate: "403.3",
    TokenRefused: "403.4",
    pbx.Forbidden: "403.1",
    pbx.NotFound: "404.1",
    pbx.FileNotThere: "404.3",
    pbx.TooLarge: "413.1",
    pbx.Unsupported: "415.1",
    pbx.Conflict: "409.1",
    pbx.TooManyFailures: "403.5",
    pbx.SwitchUnavailable: "503.1",
    pbx.Busy: "503.1",
}
_BY_DIALECT: Final[Mapping[type[Exception], Mapping[Dialect, str]]] = {
    tenants.AccountTaken: {Dialect.V9: "403.2", Dialect.V12: "1040001"},
    MalformedDomain: {Dialect.V9: "400.1", Dialect.V12: "1050005"},
}
_HEADERS: Final = {
    "403.4": {"WWW-Authenticate": 'Bearer error="invalid_token"'},
    "503.1": {"Retry-After": str(RETRY_SECONDS)},
}
_BY_STATUS: Final = {404: "404.2", 405: "405.1", 413: "413.1", 415: "415.1", 416: "416.1"}


@dataclass(frozen=True)
class Refusal:
    """An error as this API says it."""

    err_code: str
    message: str
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return it as an HTTP response."""
        body: dict[str, object] = {"err_code": self.err_code, "msg": self.message}
        if self.errors:
            body["errors"] = self.errors
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(orjson.dumps(body), CODES[self.err_code][0], headers, content_type="application/json")


def refusal(error: Exception) -> Refusal:
    """Return what this API says about `error`; one that nobody foresaw is a 500 without a word of its cause."""
    if isinstance(error, ValidationError):
        error = pbx.Invalid(flatten(error.messages))
    code = _code(error)
    return Refusal(code, _message(error) or CODES[code][1], _errors(error), _headers(code, error))


def answer(error: Exception) -> Response:
    """Return this API's response to `error`."""
    return refusal(error).response()


def flatten(messages: object, path: str = "") -> dict[str, list[str]]:
    """Return marshmallow's nested messages by dotted path."""
    if not isinstance(messages, Mapping):
        texts = messages if isinstance(messages, list) else [messages]
        return {path or "body": [str(text) for text in texts]}
    flat: dict[str, list[str]] = {}
    for name, below in messages.items():
        flat |= flatten(below, path if name == "_schema" else f"{path}.{name}" if path else str(name))
    return flat


def _code(error: Exception) -> str:
    if isinstance(error, HTTPException):
        status = error.code or 500
        return _BY_STATUS.get(status, "500" if status >= 500 else "400.1")
    if isinstance(error, KeyMissing) or database.is_unavailable(error):
        return "503.1"
    if type(error) in _BY_DIALECT:
        return _BY_DIALECT[type(error)][dialects.current()]
    return _BY_TYPE.get(type(error), "500")


def _message(error: Exception) -> str:
    """Return what `error` says itself, if that is meant for the client; what werkzeug says of a status is not."""
    if isinstance(error, pbx.PbxError | database.StoreUnavailable):
        return str(error)
    if isinstance(error, HTTPException) and (error.code or 500) < 500 and error.description != type(error).description:
        return error.description or ""
    return ""


def _errors(error: Exception) -> Mapping[str, Sequence[str]]:
    if isinstance(error, pbx.Invalid):
        return error.errors
    return {error.field: [str(error)]} if isinstance(error, pbx.Duplicate) and error.field else {}


def _headers(code: str, error: Exception) -> dict[str, str]:
    if isinstance(error, pbx.TooManyFailures):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, HTTPException):
        return {name: value for name, value in error.get_headers() if name in {"Allow", "Content-Range"}}
    return dict(_HEADERS.get(code, {}))
