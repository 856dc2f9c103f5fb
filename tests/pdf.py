"""Reads the PDF that the server writes."""

import base64
import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_TEXT = re.compile(r"\(((?:[^()\\]|\\.)*)\) Tj")
_ESCAPED = re.compile(r"\\([0-7]{3}|.)")


def pages(content: bytes) -> list[list[str]]:
    """The texts of each page, in the order in which they are drawn."""
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    drawn = (zlib.decompress(base64.a85decode(b"<~" + part.strip(), adobe=True)) for part in _STREAM.findall(content))
    return [[_ESCAPED.sub(_letter, text) for text in _TEXT.findall(page.decode("cp1252"))] for page in drawn]


def _letter(found: re.Match[str]) -> str:
    code = found[1]
    return bytes([int(code, 8)]).decode("cp1252") if len(code) == 3 else code
