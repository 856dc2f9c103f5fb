"""The lines that the application logs, and whom it may fetch from."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from portsip_api.ops.logs import JsonFormatter

Lines = list[dict[str, Any]]


class _Collector(logging.Handler):
    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    """Everything logged so far, as it would stand in the log."""
    caplog.set_level(logging.DEBUG, "pbx")
    collected: Lines = []
    collector = _Collector(collected)
    collector.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(collector)
    yield collected
    logging.getLogger().removeHandler(collector)
