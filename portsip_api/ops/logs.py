"""The log: one JSON object a line on standard error, with no secret in it.

What a client sent never reaches a line: requests are logged by their route, and of an exception that nobody foresaw
only the type and the stack are told, since its message may repeat a refused value. Messages of the database are told.
Source of the rule: contract, section 2 ("no token, password or PIN ever in a log line").
"""

import logging
import os
import sqlite3
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import peewee
from flask import g, has_request_context

from portsip_api.pbx.errors import Busy, SwitchUnavailable
from portsip_api.pbx.trail import Actor, Trail
from portsip_api.settings import ROOT
from portsip_api.store.database import StoreUnavailable, is_disk_error
from portsip_api.store.secrets import KeyMissing

log: Final = logging.getLogger("pbx")

_TOLD: Final = (peewee.PeeweeException, sqlite3.Error, StoreUnavailable, KeyMissing, SwitchUnavailable, Busy)
_CAUSES: Final = 5  # of an exception, at most


class JsonFormatter(logging.Formatter):
    """Makes a record one line of JSON; what stands in its `fields` (`extra={"fields": …}`) is added to it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
        }
        if has_request_context() and "request_id" in g:
            line["request_id"] = g.request_id
            line |= _who_did_what(g.trail, g.get("identity"))
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line["exception"] = describe(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


class _StandardError(logging.StreamHandler[Any]):
    """Writes to whatever `sys.stderr` is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


def configure(level: str) -> None:
    """Log from `level` on to standard error, for the whole process. Calling it again changes the level."""
    root = logging.getLogger()
    if not any(isinstance(handler, _StandardError) for handler in root.handlers):
        handler = _StandardError()
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)
    log.setLevel(level)
    # Below INFO libraries tell what they were given: peewee its SQL with every value, for one.
    root.setLevel(max(logging.INFO, log.level))
    logging.getLogger("apscheduler").setLevel(max(logging.WARNING, log.level))
    # The development server of `flask run` logs request lines with their queries.
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL + 1)


def _who_did_what(trail: Trail, identity: Actor | None) -> dict[str, Any]:
    """Return who asks, by kind and id, in which tenant, and what for; and of a log-in that failed whom it meant."""
    actor = identity or trail.actor
    known: dict[str, Any] = {
        "actor": actor.role if actor else None,
        "actor_id": actor.account_id if actor else None,
        "tenant": actor.tenant_id if actor and actor.tenant_id is not None else trail.tenant_id,
        "object": trail.object_id,
    }
    return known if trail.meant is None else {**known, "account": trail.of_whom()}


def report_failure(error: Exception, status: int) -> None:
    """Log why a request was answered with `status`, which is 500 or above."""
    if status == 500:
        log.error("A request failed.", exc_info=error)
        return
    level = logging.INFO if isinstance(error, SwitchUnavailable | Busy) else logging.WARNING
    log.log(level, "A request could not be served now.", extra={"fields": {"cause": _said(error)}})


def describe(error: BaseException, causes: int = _CAUSES) -> dict[str, Any]:
    """Return the type of `error`, its stack (`file:line function`, the newest call last) and what caused it."""
    frames = [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    told: dict[str, Any] = {"error": _said(error), "stack": frames}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and causes:
        told["cause"] = describe(cause, causes - 1)
    return told


def _said(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OSError) and is_disk_error(error):
        return f"{kind}: {error.strerror}"  # without the path
    return f"{kind}: {error}" if isinstance(error, _TOLD) else kind


def _short(filename: str) -> str:
    """Return a file's path below the program's folder, or below the one it was imported from."""
    path = Path(filename)
    for base in [ROOT, *(Path(folder or os.curdir).resolve() for folder in sys.path)]:
        if path.is_relative_to(base):
            return str(path.relative_to(base))
    return path.name
