"""What whoever asks under `/engine` is told that gets no document: a status, and a sentence in plain text."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Response
from werkzeug.exceptions import HTTPException

from portsip_api.pbx import errors as pbx
from portsip_api.store import database
from portsip_api.store.secrets import KeyMissing

CHALLENGE: Final = 'Basic realm="SIP engine"'
_STATUSES: Final[Mapping[type[Exception], int]] = {
    pbx.Invalid: 400,
    pbx.LoginRefused: 401,
    pbx.Forbidden: 403,
    pbx.NotFound: 404,
    pbx.SwitchUnavailable: 503,
}


def answer(error: Exception) -> Response:
    """Return the response to `error`."""
    status = _status_of(error)
    response = Response(f"{HTTPStatus(status).phrase}\n", status, content_type="text/plain; charset=UTF-8")
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, HTTPException):
        response.headers.extend([(name, value) for name, value in error.get_headers() if name == "Allow"])
    response.headers["Cache-Control"] = "no-store"
    return response


def _status_of(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.code or 500
    if isinstance(error, KeyMissing) or database.is_unavailable(error):
        return 503
    return next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)
