"""What the decorators of a view of this API have said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from portsip_api.framework import declaration
from portsip_api.sipxcom.core.authentication import Access
from portsip_api.sipxcom.core.records import Record
from portsip_api.sipxcom.core.styles import PLAIN, Style


class Form(Enum):
    """Bodies that are not records."""

    OUTCOME = "the `response` body"
    BARE_ID = "the id alone"
    FLAG = "true or false alone"
    NOTHING = "an empty body"
    TEXT = "plain text"
    FILE = "bytes"
    IGNORED = "anything; it is not looked at"
    UPLOAD = "a form with files"


@dataclass(frozen=True)
class Query:
    """A query parameter that is read as text; the view's module says what it may be."""

    name: str
    meaning: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, kw_only=True)
class Declaration(declaration.Declaration):
    """The records that read, write and document a request and its reply, and who may call.

    `objects`: of the family of `/rest` where what is not found is 400, as the page documents.
    """

    style: Style
    objects: bool = False
    access: Access | None = None
    body: Record | Form | None = None
    reply: Record | Form = Form.NOTHING
    media_types: tuple[str, ...] = ()  # of the reply, where they are not the style's
    status: int = 200
    errors: tuple[int, ...] = ()
    query: tuple[Query, ...] = ()
    description: str = ""

    @property
    def reads_forms(self) -> bool:
        """Tell whether a form is read as its files."""
        return self.body is Form.UPLOAD

    @property
    def offers(self) -> tuple[str, ...]:
        """The media types of the reply among which a client may choose, the first for who does not care; or none."""
        if self.media_types:
            return self.media_types
        if isinstance(self.reply, Record):
            return self.style.offers
        return (*self.style.offers, PLAIN) if self.reply is Form.BARE_ID else ()
