"""Log lines: what they hold, and what they never do."""

import json
import logging
import sqlite3
from datetime import datetime, timedelta

import peewee
import pytest
from flask import Flask

from portsip_api.ops import logs
from portsip_api.pbx.access import tokens
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.store.database import StoreUnavailable
from portsip_api.store.secrets import KeyMissing
from tests.crm import Crm, check_refused
from tests.ops.conftest import Lines

SECRET = "a value that was refused"


def _line(**extra: object) -> dict[str, object]:
    record = logging.makeLogRecord({"name": "pbx", "levelname": "INFO", "msg": "%d %s", "args": (1, "b"), **extra})
    line: dict[str, object] = json.loads(logs.JsonFormatter().format(record))
    return line


def test_a_line_says_when_how_grave_who_and_what() -> None:
    line = _line(fields={"status": 200})
    assert (line["level"], line["logger"], line["message"], line["status"]) == ("INFO", "pbx", "1 b", 200)
    assert datetime.fromisoformat(str(line["time"])).utcoffset() == timedelta(0)
    assert "request_id" not in line


def _raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except type(error) as caught:
        return caught


def test_an_exception_is_told_by_type_and_stack_without_its_message() -> None:
    error = _raised(ValueError(SECRET), KeyError(SECRET))
    told = _line(exc_info=(ValueError, error, error.__traceback__))["exception"]
    assert isinstance(told, dict)
    assert told["error"] == "builtins.ValueError"
    assert [call.split(":")[0] for call in told["stack"]] == ["tests/ops/test_logs.py"]
    assert told["stack"][0].endswith(" _raised")
    assert told["cause"]["error"] == "builtins.KeyError"
    assert SECRET not in json.dumps(told)


def test_a_disk_that_is_full_is_told_without_a_path() -> None:
    full = OSError(28, "No space left on device", f"/tmp/{SECRET}")
    assert logs.describe(full)["error"] == "builtins.OSError: No space left on device"
    assert logs.describe(OSError(111, SECRET))["error"] == "builtins.ConnectionRefusedError"


def test_the_cause_of_a_cause_ends_somewhere() -> None:
    error: Exception = ValueError()
    for _ in range(50):
        error = _raised(ValueError(), error)
    assert json.dumps(logs.describe(error)).count('"error"') == 6


@pytest.mark.parametrize(
    "error", [peewee.OperationalError("disk I/O error"), sqlite3.OperationalError("no such table")]
)
def test_what_the_database_says_is_told(error: Exception) -> None:
    assert str(error) in logs.describe(error)["error"]


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (SwitchUnavailable("No SIP engine is attached."), "INFO"),
        (StoreUnavailable("Another write is taking long."), "WARNING"),
        (KeyMissing("The key file has no key."), "WARNING"),
        (peewee.OperationalError("database is locked"), "WARNING"),
    ],
)
def test_what_will_pass_is_one_line_without_a_stack(error: Exception, level: str, lines: Lines) -> None:
    logs.report_failure(_raised(error), 503)
    [line] = lines
    assert line["level"] == level
    assert str(error) in line["cause"]
    assert "exception" not in line


def test_a_failing_request_is_logged_under_its_id(admin: Crm, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(tokens, "identify", fail)
    reply = admin.get("extensions/list")
    check_refused(reply, "500")
    failure, request = lines
    assert failure["level"] == "ERROR"
    assert failure["request_id"] == request["request_id"] == reply.headers["X-Request-ID"]
    assert failure["exception"]["error"] == "builtins.RuntimeError"
    assert any(call.startswith("portsip_api/portsip/core/blueprint.py:") for call in failure["exception"]["stack"])
    assert SECRET not in json.dumps(lines)


def test_libraries_are_not_asked_for_what_they_were_given(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    names = ("", "pbx", "apscheduler", "werkzeug")
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        logs.configure("DEBUG")
        logs.configure("DEBUG")
        assert len(root.handlers) == 1
        assert logging.getLogger("pbx.requests").isEnabledFor(logging.DEBUG)
        assert not logging.getLogger("peewee").isEnabledFor(logging.DEBUG)
        assert not logging.getLogger("werkzeug").isEnabledFor(logging.ERROR)
        logs.configure("ERROR")
        assert not logging.getLogger("pbx.requests").isEnabledFor(logging.WARNING)
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
