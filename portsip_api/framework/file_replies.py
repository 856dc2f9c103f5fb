"""Files as HTTP replies: whole, one range of their bytes, or nothing to who has them already. Every API uses it."""

import io
import re
from pathlib import Path
from typing import Final

from flask import Response, request, send_file
from werkzeug.http import parse_date

from portsip_api.pbx.errors import FileNotThere

_RANGE: Final = re.compile(r"(?i:bytes)=[ \t]*([0-9]{0,30})-([0-9]{0,30})[ \t]*")


def reply(content: Path | bytes, media_type: str, name: str, tag: str, *, as_attachment: bool = False) -> Response:
    """Return a file, as much of it as the request asks for; `tag` is one that no other content is ever given.

    Raises FileNotThere, and Werkzeug's RequestedRangeNotSatisfiable. Source: RFC 9110, sections 13 and 14.
    """
    try:
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        _settle_range(size, tag)
        file = content if isinstance(content, Path) else io.BytesIO(content)
        response = send_file(file, media_type, as_attachment, download_name=name, etag=tag)
    except FileNotFoundError as error:  # it was removed since its row was read
        raise FileNotThere("The file is not there.") from error
    response.cache_control.private = True
    return response


def drop_unreadable_dates() -> None:
    """Drop from the request what Werkzeug cannot read as a date and raises for; RFC 9110, 13.1, has it ignored.

    A range that an unreadable date was the condition of goes with it, since nothing says that the condition holds.
    """
    for name, conditional in (("HTTP_IF_MODIFIED_SINCE", ""), ("HTTP_IF_RANGE", "HTTP_RANGE")):
        try:
            parse_date(request.environ.get(name))
        except OverflowError:
            del request.environ[name]
            request.environ.pop(conditional, None)


def _settle_range(size: int, tag: str) -> None:
    """Write the request's range of a file of `size` bytes in the one way that Werkzeug reads as RFC 9110, 14.1, has it.

    What is not one range of bytes is dropped, which 14.2 allows, and so is a range behind an entity tag that fits,
    which 13.2.2 asks first.
    """
    asked = _RANGE.fullmatch(request.environ.pop("HTTP_RANGE", ""))
    if asked is None or request.if_none_match.contains_weak(tag):
        return
    first, last = asked.groups()
    start = int(first) if first else max(0, size - int(last)) if last else None
    end = min(int(last), size - 1) if first and last else size - 1
    if start is not None and not (first and last and int(last) < start):
        request.environ["HTTP_RANGE"] = f"bytes={start}-{end}" if start < size else f"bytes={size}-"
