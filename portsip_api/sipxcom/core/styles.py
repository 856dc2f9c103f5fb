"""The two stacks of this API: what each gives by default, and how it reads what it is sent.

`/rest` gives XML first, with JSON under a root; `/api` gives JSON first, without. Some of `/rest` is JSON only.
Source: contract `sipxcom-admin.md`, sections 2.1 and 3; `sipxcom.md`, decision 4; `sipxcom-user.md`, section 4.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Response, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from portsip_api.framework import bodies
from portsip_api.pbx import json_values
from portsip_api.pbx.errors import Invalid
from portsip_api.sipxcom.core import json_form, xml_form
from portsip_api.sipxcom.core.records import Record

XML: Final = "text/xml"
JSON: Final = "application/json"
OTHER_XML: Final = "application/xml"
PLAIN: Final = "text/plain"


@dataclass(frozen=True)
class Style:
    """How a stack writes and reads."""

    offers: tuple[str, ...]  # the first one is given to who does not care
    rooted: bool  # JSON under a root, without nulls, indented; XML indented, without a declaration
    lenient: bool  # a body of an unknown type is read for what it looks like
    one_line: bool = False  # XML on one line all the same, under a short declaration
    free: bool = False  # JSON only, whatever the request calls it; members that are unknown are passed over

    def write(self, record: Record, value: dict[str, Any], media_type: str) -> Iterator[str] | Iterator[bytes]:
        """Yield the representation of `value`."""
        if media_type == JSON:
            return json_form.write(record, value, rooted=self.rooted)
        if self.one_line:
            return xml_form.write_short(record, value)
        return xml_form.write(record, value, pretty=self.rooted)

    def read(self, record: Record, most: int = json_values.MOST) -> dict[str, Any]:
        """Return what the body says, in at most `most` values. Raises Invalid, TooLarge and UnsupportedMediaType."""
        body = bodies.sent_json()
        if not body.strip():
            raise Invalid({"body": ["Missing request entity"]})
        if self.free or self._is_json(body):
            return json_form.read(record, body, most, strict=not self.free)
        content, is_utf_8 = bodies.sent()
        return xml_form.read(record, content, most, encoding="utf-8" if is_utf_8 else None)

    def _is_json(self, body: bytes) -> bool:
        media_type = request.mimetype
        if "json" in media_type:
            return True
        if "xml" in media_type:
            return False
        # What curl says of a body when nobody tells it better.
        if self.lenient or media_type in {"", "application/x-www-form-urlencoded"}:
            return body.lstrip()[:1] in {b"{", b"["}
        raise UnsupportedMediaType("Bodies are read as application/json, text/xml and application/xml.")


REST: Final = Style((XML, OTHER_XML, JSON), rooted=True, lenient=True)
REST_LINE: Final = replace(REST, one_line=True)
REST_JSON: Final = Style((JSON,), rooted=False, lenient=True, free=True)
API: Final = Style((JSON, XML, OTHER_XML), rooted=False, lenient=False)


def negotiate(offers: Sequence[str]) -> str:
    """Return the media type that the client likes best; among equals the first. Raises NotAcceptable."""
    accepted = _accepted()
    if not accepted:
        return offers[0]
    best = max(offers, key=accepted.quality)  # the first of equals
    if accepted.quality(best) <= 0:
        raise NotAcceptable(f"This resource is given as {', '.join(offers)}.")
    return best


def prefers_json() -> bool:
    """Tell whether the client would rather have JSON than XML; who does not care would not."""
    accepted = _accepted()
    return bool(accepted) and accepted.quality(JSON) > max(accepted.quality(XML), accepted.quality(OTHER_XML))


def _accepted() -> MIMEAccept:
    """Return what the client takes. Parameters other than q (`charset=utf-8`) are no part of a type that we give."""
    return MIMEAccept([(value.partition(";")[0].strip(), quality) for value, quality in request.accept_mimetypes])


def content_type(media_type: str) -> str:
    """Return the header for a media type."""
    return media_type if media_type == JSON else f"{media_type}; charset=UTF-8"


def respond(content: Iterable[str] | Iterable[bytes] | str | bytes, media_type: str, status: int = 200) -> Response:
    """Return a reply that nobody keeps a copy of."""
    return Response(content, status, {"Cache-Control": "no-store"}, content_type=content_type(media_type))
