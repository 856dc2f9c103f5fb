"""What whoever asks under `/engine` is told that gets no document: a status, and a sentence in plain text."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Response
from werkzeug.exceptions import HTTPException

from portsip_api.framework.statuses import status_of
from portsip_api.pbx import errors as pbx

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
    status = status_of(error, _STATUSES)
    response = Response(f"{HTTPStatus(status).phrase}\n", status, content_type="text/plain; charset=UTF-8")
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(error, HTTPException):
        response.headers.extend([(name, value) for name, value in error.get_headers() if name == "Allow"])
    response.headers["Cache-Control"] = "no-store"
    return response
