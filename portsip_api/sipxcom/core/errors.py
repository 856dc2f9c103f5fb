"""The errors of this API: the `response` body under `/rest`, a sentence in plain text under `/api`.

Source: contract `sipxcom-admin.md`, sections 2.2 and 3; `sipxcom.md`, decision 5 (statuses are honest).
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from portsip_api.pbx import errors as pbx
from portsip_api.sipxcom.core import styles
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.store import database
from portsip_api.store.secrets import KeyMissing

PREFIX: Final = "/sipxconfig"
RETRY_SECONDS: Final = 2
_FAILED: Final = {"PUT": "ERROR_UPDATE_FAILED", "POST": "ERROR_UPDATE_FAILED", "DELETE": "ERROR_DELETE_FAILED"}


class MissingId(pbx.PbxError):
    """The list was addressed where one object is meant."""


class BadId(pbx.PbxError):
    """An id that is not a number."""


class Unauthenticated(pbx.PbxError):
    """Nobody, or nobody known, has logged in; the challenges say how to."""

    def __init__(self, message: str, challenges: list[str]) -> None:
        """Keep the values of `WWW-Authenticate`."""
        super().__init__(message)
        self.challenges = challenges


class PageStatus(pbx.PbxError):
    """A refusal for which the vendor's page has an HTTP status of its own."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status."""
        super().__init__(message)
        self.status = status


_STATUSES: Final[Mapping[type[Exception], int]] = {
    pbx.Invalid: 400,
    pbx.Duplicate: 409,
    pbx.Forbidden: 403,
    pbx.NotFound: 404,
    pbx.FileNotThere: 404,
    pbx.TooLarge: 413,
    pbx.Unsupported: 415,
    pbx.Conflict: 409,
    pbx.TooManyFailures: 429,
    pbx.SwitchUnavailable: 503,
    pbx.Busy: 503,
    pbx.LoginRefused: 401,
    MissingId: 400,
    BadId: 400,
    Unauthenticated: 401,
}


def answer(error: Exception) -> Response:
    """Return this API's response to `error`."""
    status, sentence = status_of(error), _sentence(error)
    if request.path.startswith(f"{PREFIX}/api"):
        response = styles.respond(sentence, styles.PLAIN, status)
    else:
        response = _outcome(error, status, sentence).response()
    response.headers.extend(_headers(error, status))
    return response


def status_of(error: Exception) -> int:
    """Return the HTTP status that says what `error` is."""
    if isinstance(error, HTTPException):
        return error.code or 500
    if isinstance(error, PageStatus):
        return error.status
    if isinstance(error, KeyMissing) or database.is_unavailable(error):
        return 503
    return next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)


def _sentence(error: Exception) -> str:
    if isinstance(error, pbx.PbxError):
        return str(error)
    status = status_of(error)
    if isinstance(error, HTTPException) and status < 500:
        return error.description or HTTPStatus(status).phrase
    if status == 503:
        return "The store is not available; try again later."
    return "An error of the server; the log has its request id."


def _headers(error: Exception, status: int) -> list[tuple[str, str]]:
    if isinstance(error, HTTPException):
        return [(name, value) for name, value in error.get_headers() if name in {"Allow", "Content-Range"}]
    if isinstance(error, Unauthenticated):
        return [("WWW-Authenticate", challenge) for challenge in error.challenges]
    if isinstance(error, pbx.TooManyFailures):
        return [("Retry-After", str(error.retry_after))]
    return [("Retry-After", str(RETRY_SECONDS))] if status == 503 else []


def _outcome(error: Exception, status: int, sentence: str) -> Outcome:
    """Return the `response` body; what the page documents for its objects is 400, not 404 and 409."""
    named = request.view_args or {}
    text = str(named.get("id", ""))
    id_ = int(text) if text.isascii() and text.isdigit() else None
    if isinstance(error, MissingId):
        outcome = Outcome("ERROR_MISSING_ID", status=400)
    elif isinstance(error, BadId):
        outcome = Outcome("ERROR_ID_INVALID", note=sentence, status=400)
    elif isinstance(error, pbx.NoForm):
        outcome = Outcome("ERROR_OBJECT_NOT_FOUND", id_, sentence, 404)
    elif isinstance(error, pbx.NotFound):
        view: Any = current_app.view_functions[request.endpoint or ""]
        note = named.get("name") or (sentence if id_ is None else None)
        outcome = Outcome("ERROR_OBJECT_NOT_FOUND", id_, note, 400 if view.declared.objects else 404)
    elif isinstance(error, pbx.Invalid):
        outcome = Outcome("ERROR_VALIDATION_FAILED", note=sentence, status=400)
    elif isinstance(error, pbx.Duplicate):
        outcome = Outcome("ERROR_UPDATE_FAILED" if named else "ERROR_CREATE_FAILED", id_, sentence, 400)
    elif isinstance(error, pbx.Conflict):
        outcome = Outcome(_FAILED.get(request.method, "ERROR_READ_FAILED"), id_, sentence, 409)
    else:
        name = HTTPStatus(status).name if status in set(HTTPStatus) else "REFUSED"
        outcome = Outcome(f"ERROR_{name}", note=sentence, status=status)
    return outcome
