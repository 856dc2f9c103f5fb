"""Sounds that are sent as the files of a form and listed, the system's and users' own.

Source: contract `sipxcom-admin.md`, section 4.2, and `sipxcom-user.md`, section 8.
"""

from collections.abc import Callable, Sequence
from typing import Final

from flask import request
from werkzeug.datastructures import FileStorage

from portsip_api import settings
from portsip_api.pbx.errors import Invalid, PbxError
from portsip_api.pbx.media.audio import MOST_BYTES
from portsip_api.sipxcom.core import errors
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Record

MOST_AROUND: Final = 1 << 16  # bytes of a form beside its files
_FILE: Final = Record("File", (Leaf("name"), Leaf("type"), Leaf("size", WHOLE, "Bytes."), Leaf("path")), "PromptFile")
FILES: Final = Record("Files", (Many("files", _FILE, bare=True),), "PromptFiles")
SENT: Final = (
    f"parts may have any names; all files together at most {MOST_BYTES >> 20} MiB. A file that cannot be taken is named"
    " in the error, whose status is that of the first of them; the others are kept."
)


def largest() -> int:
    """Return how many bytes the body of the request at hand may have."""
    is_form = request.mimetype == "multipart/form-data"
    return MOST_BYTES + MOST_AROUND if is_form else settings.current().max_body


def add(files: Sequence[FileStorage], store: Callable[[str, bytes], object]) -> None:
    """Give each file, by its name and its content, to `store`.

    Raises Invalid (there is none), and PageStatus, which names the files that `store` refused with a PbxError.
    """
    if not files:
        raise Invalid({"file": ["Missing."]})
    failures: list[tuple[str, PbxError]] = []
    for file in files:
        try:
            store(file.filename or "", file.stream.read(MOST_BYTES + 1))
        except PbxError as error:
            failures.append((file.filename or "", error))
    if failures:
        first = failures[0][1]
        raise errors.PageStatus(errors.status_of(first), f"{','.join(name for name, _ in failures)}: {first}")
