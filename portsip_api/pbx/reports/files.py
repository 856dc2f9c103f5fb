"""Past calls as the content of a file, in parts: CSV that no spreadsheet runs, and XML.

What the columns are called is what `call_reports/list` calls them. Source: contract `portsip-more.md`, section 2; what
the files look like is ours.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import islice
from typing import Final
from xml.etree import ElementTree as ET

from portsip_api.pbx.calls.history import PastCall
from portsip_api.pbx.hours import stamps
from portsip_api.pbx.spreadsheets.cells import guarded

CSV, XML = FORMATS = ("CSV", "XML")
MEDIA_TYPES: Final = {CSV: "text/csv", XML: "application/xml"}
_BATCH: Final = 500  # calls of a part
_COLUMNS: Final = (
    "id", "call_id", "caller", "callee", "start_time", "answered_time", "end_time", "duration", "status",
)  # fmt: skip
_NUMBERS: Final = {"caller", "callee"}
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def parts(format_: str, calls: Iterable[PastCall], zone: tzinfo) -> Iterator[bytes]:
    """Yield the parts of a file of one of FORMATS; its times are in `zone`."""
    rows = iter(_row(call, zone) for call in calls)
    head, written, tail = _FORMS[format_]
    yield head
    while batch := list(islice(rows, _BATCH)):
        yield written(batch)
    yield tail


def _row(call: PastCall, zone: tzinfo) -> tuple[str, ...]:
    times = (call.started, call.answered, call.last)
    started, answered, ended = ("" if at is None else stamps.with_offset(at // 1000, zone) for at in times)
    status = "NONE" if call.answered is None else "ANSWERED"
    return (
        str(call.id), call.call_id, call.caller, call.callee, started, answered or "NOT_ANSWER", ended,
        str(call.seconds), status,
    )  # fmt: skip


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        named = zip(_COLUMNS, row, strict=True)
        writer.writerow([guarded(cell, is_number=name in _NUMBERS) for name, cell in named])
    return text.getvalue().encode()


def _xml(rows: Sequence[Sequence[str]]) -> bytes:
    return b"".join(_element(row) for row in rows)


def _element(row: Sequence[str]) -> bytes:
    element = ET.Element("call_report")
    for name, cell in zip(_COLUMNS, row, strict=True):
        ET.SubElement(element, name).text = _NO_XML.sub("", cell)
    return f"{ET.tostring(element, encoding='unicode')}\n".encode()


# What a file begins with, how rows are written, and what it ends with.
_FORMS: Final[Mapping[str, tuple[bytes, Callable[[Sequence[Sequence[str]]], bytes], bytes]]] = {
    CSV: (_csv([_COLUMNS]), _csv, b""),
    XML: (_DECLARATION + b"<call_reports>\n", _xml, b"</call_reports>\n"),
}
