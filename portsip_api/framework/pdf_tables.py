"""Tables as PDF, for printing: a title, what it is of, and rows on as many pages as they need.

The fonts are those that every reader has, so that no file has to be there. They have the letters of Western Europe; an
accent that they lack is left out, and any other letter is a question mark. A page is packed once it is full.
"""

import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT = landscape(A4)  # points
_MARGIN: Final = 36
_LINE: Final = 14
_GAP: Final = 6  # between columns
_SIZE, _TITLE_SIZE = 9, 14
_TEXT_FONT, _HEAD_FONT = "Helvetica", "Helvetica-Bold"


Columns = Sequence[tuple[str, int]]  # what stands above each, and its share of the width


def table(title: str, subtitle: str, columns: Columns, rows: Iterable[Sequence[str]]) -> bytes:
    """Return a PDF file; what is wider than its column is cut."""
    file = io.BytesIO()
    drawn = _Table(Canvas(file, (_WIDTH, _HEIGHT), pageCompression=1, invariant=1), title, subtitle, columns)
    for row in rows:
        drawn.add(row)
    drawn.end()
    return file.getvalue()


class _Table:
    def __init__(self, canvas: Canvas, title: str, subtitle: str, columns: Columns) -> None:
        self._canvas, self._titles = canvas, [title for title, _ in columns]
        unit = (_WIDTH - 2 * _MARGIN) / sum(share for _, share in columns)
        self._places: list[tuple[float, float]] = []
        left = float(_MARGIN)
        for _, share in columns:
            self._places.append((left, share * unit - _GAP))
            left += share * unit
        canvas.setTitle(title)
        self._at = float(_HEIGHT - _MARGIN - _TITLE_SIZE)
        canvas.setFont(_HEAD_FONT, _TITLE_SIZE)
        canvas.drawString(_MARGIN, self._at, _drawable(title))
        self._at -= _LINE + 4
        canvas.setFont(_TEXT_FONT, _SIZE)
        canvas.drawString(_MARGIN, self._at, _drawable(subtitle))
        self._at -= _LINE + 8
        self._head()

    def add(self, row: Sequence[str]) -> None:
        if self._at < _MARGIN + _LINE:
            self._end_page()
            self._at = float(_HEIGHT - _MARGIN - _SIZE)
            self._head()
        self._draw(row, _TEXT_FONT)

    def end(self) -> None:
        self._end_page()
        self._canvas.save()

    def _head(self) -> None:
        self._canvas.setFont(_HEAD_FONT, _SIZE)
        self._draw(self._titles, _HEAD_FONT)
        line = self._at + _LINE - 4
        self._canvas.line(_MARGIN, line, _WIDTH - _MARGIN, line)
        self._canvas.setFont(_TEXT_FONT, _SIZE)

    def _draw(self, texts: Sequence[str], font: str) -> None:
        for text, (left, width) in zip(texts, self._places, strict=True):
            self._canvas.drawString(left, self._at, _cut(_drawable(text), width, font))
        self._at -= _LINE

    def _end_page(self) -> None:
        self._canvas.drawRightString(_WIDTH - _MARGIN, _MARGIN / 2, str(self._canvas.getPageNumber()))
        self._canvas.showPage()


def _cut(text: str, width: float, font: str) -> str:
    if len(text) * _SIZE <= width or stringWidth(text, font, _SIZE) <= width:  # no letter is wider than high
        return text
    text = text[: int(width)]  # no letter is narrower than a point
    while text and stringWidth(f"{text}…", font, _SIZE) > width:
        text = text[:-1]
    return f"{text}…"


def _drawable(text: str) -> str:
    """Return `text` in what the fonts have."""
    return "".join(map(_letter, text)) if not _has(text) else text


def _letter(letter: str) -> str:
    if _has(letter):
        return letter
    base = unicodedata.normalize("NFKD", letter)[:1]
    return base if _has(base) else "?"


def _has(text: str) -> bool:
    try:
        return not any(byte < 0x20 or byte == 0x7F for byte in text.encode("cp1252"))
    except UnicodeEncodeError:
        return False
