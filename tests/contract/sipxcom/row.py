"""A row of the table: one address of the vendor's page and one method."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """`uri` is what the page prints as Resource URI number `number`; `path` is what is asked, below `/sipxconfig/`.

    `supported` is what page and contract say of the method; `why` says where the two differ, or where we do.
    """

    number: int
    uri: str
    method: str
    path: str
    status: int
    body: Any = None  # text is sent as `content_type` (XML when not given), anything else as JSON
    supported: bool = True
    why: str = ""
    has: tuple[str, ...] = ()  # what stands in the reply
    content_type: str = ""
    accept: str = ""
    files: dict[str, Any] = field(default_factory=dict)  # a form's files, as `requests` takes them
    user: bool = False  # asked as the user 200 instead of as the administrator


def unsupported(
    number: int, uri: str, path: str, *methods: str, status: int = 405, why: str = "", user: bool = False
) -> list[Row]:
    """Return rows of methods that the page calls unsupported."""
    return [Row(number, uri, method, path, status, supported=False, why=why, user=user) for method in methods]
