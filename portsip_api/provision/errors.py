"""What phones are told that get no file: a status, and a sentence in plain text for whoever looks into their log."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Response
from werkzeug.exceptions import HTTPException

from portsip_api.framework.statuses import status_of
from portsip_api.pbx import errors as pbx

CHALLENGE: Final = 'Basic realm="Files of phones", charset="UTF-8"'
RETRY_SECONDS: Final = 30
_STATUSES: Final[Mapping[type[Exception], int]] = {
    pbx.LoginRefused: 401,
    pbx.Forbidden: 403,
    pbx.NotFound: 404,
    pbx.TooManyFailures: 429,
}


def answer(error: Exception) -> Response:
    """Return the response to `error`."""
    status = status_of(error, _STATUSES)
    response = Response(f"{_sentence(error, status)}\n", status, content_type="text/plain; charset=UTF-8")
    response.headers.extend(_headers(error, status))
    response.headers["Cache-Control"] = "no-store"
    return response


def _sentence(error: Exception, status: int) -> str:
    if isinstance(error, pbx.PbxError):
        return str(error)
    if isinstance(error, HTTPException) and status < 500:
        return HTTPStatus(status).phrase
    if status == 503:
        return "The store is not available; try again later."
    return "An error of the server; the log has its request id."


def _headers(error: Exception, status: int) -> list[tuple[str, str]]:
    if isinstance(error, HTTPException):
        return [(name, value) for name, value in error.get_headers() if name == "Allow"]
    if isinstance(error, pbx.LoginRefused):
        return [("WWW-Authenticate", CHALLENGE)]
    if isinstance(error, pbx.TooManyFailures):
        return [("Retry-After", str(error.retry_after))]
    return [("Retry-After", str(RETRY_SECONDS))] if status == 503 else []
