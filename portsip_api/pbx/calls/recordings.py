"""Recordings of calls: one function that takes one, the lists of them, and their audio.

A recording is a row and a file. The file is kept as it was recorded, once it was found to be a WAV file that is whole;
it is written before its row commits, and removed after its row is gone. When a tenant's room is used up, its oldest
recordings go. Source: contract `portsip-more.md`, sections 1 and 2.
"""

import secrets
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

import peewee

from portsip_api import settings
from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.calls import recordings_sql
from portsip_api.pbx.calls.keys import Times, key
from portsip_api.pbx.calls.recordings_sql import LISTED, ORDER
from portsip_api.pbx.calls.records import MOST_SESSION, MOST_TIME, label
from portsip_api.pbx.errors import Conflict, Invalid, NotFound, PbxError, TooLarge
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.media import riff
from portsip_api.pbx.media.file_names import FileName
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.tables import Recording
from portsip_api.pbx.uniqueness import refusing
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.clock import clock
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold, squeeze
from portsip_api.store.violations import FOREIGN_KEY, Violated
from portsip_api.store.windows import Window

MOST_BYTES: Final = 256 << 20  # of one file
MOST_SEEN: Final = 10_000  # recordings that a search looks through
_BATCH: Final = 100  # rows that go at once to make room


@dataclass(frozen=True)
class Recorded:
    """A recording as lists show it: times in milliseconds since 1970, `duration` in seconds, `size` in bytes.

    `extension_number` is the one that the extension has now, empty when it is gone.
    """

    id: int
    extension_id: int
    call_id: str
    session_id: int
    caller: str
    callee: str
    filename: str
    started: int
    ended: int
    duration: float
    heard: bool
    size: int
    blob: str
    extension_number: str


assert len(fields(Recorded)) == len(recordings_sql.COLUMNS) + 1  # noqa: S101 — a row is made by place


def deposit(  # noqa: PLR0913 — what a recording is
    tenant_id: int,
    extension: ExtensionKey,
    content: bytes,
    *,
    caller: str = "",
    callee: str = "",
    call_id: str = "",
    session_id: int = 0,
    filename: str = "",
    started: int | None = None,
) -> Recorded:
    """Store the WAV file `content` as a recording of an extension's call, and return it.

    `filename` is a label, and what a recording is taken once by: where one has it, that one is returned. Without one,
    a label is made up. `started` is in milliseconds since 1970; when it is absent the recording has just ended.
    Raises NotFound, Invalid, Unsupported, TooLarge, StoreUnavailable, and Conflict (the tenant may not have as much).
    """
    extension_id = find_id(tenant_id, extension)
    name = checked({"filename": FileName()}, {"filename": filename})["filename"] if filename else ""
    if name and (known := Recording.find(tenant_id, filename=name)) is not None:
        return show(tenant_id, known.id)
    duration, content = _checked(content)
    begun = round((clock.wall() - duration) * 1000) if started is None else started
    if not 0 <= begun <= MOST_TIME - round(duration * 1000):
        raise Invalid({"started": ["Must be in milliseconds since 1970."]})
    if not 0 <= session_id <= MOST_SESSION:
        raise Invalid({"session_id": [f"Must be a whole number to {MOST_SESSION}."]})
    values = {"caller": label(caller), "callee": label(callee), "call_id": label(call_id), "session_id": session_id}
    values |= {"filename": name or _file_name(begun), "started": begun, "ended": begun + round(duration * 1000)}
    values |= {"text": _text(values), "duration": duration, "extension": extension_id, "stored_size": len(content)}
    return show(tenant_id, _store(tenant_id, content, values))


def page(tenant_id: int, times: Times, part: Slice, extension_id: int | None = None) -> Page:
    """Return recordings, of one extension or all, by when they began, and how many there are, in four statements."""
    window = Window(_ordering(extension_id), times.first, times.last)
    found = ORDER.page(tenant_id, window, part, LISTED, "recording")
    return Page([_recorded(row) for row in found.rows], found.total)


def search(tenant_id: int, condition: str, times: Times, part: Slice, extension_id: int | None = None) -> Page:
    """Return those, newest first, in whose numbers or name each word of `condition` stands.

    The newest MOST_SEEN are looked through.
    """
    words = [squeeze(word) if word.strip("+0123456789-()/.") == "" else word for word in fold(condition).split()]
    window = Window(_ordering(extension_id), times.first or "", times.last or ":")
    rows, total = recordings_sql.search(tenant_id, window, words, MOST_SEEN, part)
    return Page([_recorded(row) for row in rows], total)


def show(tenant_id: int, recording_id: int) -> Recorded:
    """Return one recording. Raises NotFound."""
    found = recordings_sql.find(tenant_id, recording_id)
    if found is None:
        raise NotFound(Recording.missing)
    return _recorded(found)


def hear(tenant_id: int, recording_id: int) -> None:
    """Mark a recording as heard by its extension. While nothing can be written it stays as it is."""
    try:
        with database.writing():
            Recording.update(tenant_id, {"heard": True}, id=recording_id)
    except (peewee.OperationalError, database.StoreUnavailable) as error:
        if not database.is_unavailable(error):
            raise


def destroy(tenant_id: int, *, id: int | None = None, filename: str = "") -> None:  # noqa: A002 — what clients call it
    """Remove a recording, named by its id or its file, for good. Raises NotFound."""
    with database.writing():
        row = Recording.get(tenant_id, id=id) if id is not None else Recording.get(tenant_id, filename=filename)
        Recording.delete(tenant_id, id=row.id)
    FILES.remove([row.blob])


def delete_before(tenant_id: int, instant: int, most: int) -> int:
    """Delete at most `most` recordings that began before `instant`, the oldest first, and return how many."""
    window = Window(_ordering(None), last=key(instant))
    rows = ORDER.page(tenant_id, window, Slice(0, most), "r.id, r.blob", "recording").rows
    if not rows:
        return 0
    with database.writing():
        deleted = Recording.delete(tenant_id, Recording.id.in_([id_ for id_, _ in rows]))
    FILES.remove([blob for _, blob in rows])
    return deleted


def _store(tenant_id: int, content: bytes, values: dict[str, object]) -> int:
    """Write the file and its row, and let the oldest go for which there is no room any more."""
    blob = FILES.put(content)
    try:
        with database.writing(), refusing({FOREIGN_KEY: lambda: NotFound("There is no such tenant.")}):
            past = _make_room(tenant_id, len(content))
            id_ = Recording.insert(tenant_id, **values, blob=blob)
    except (PbxError, Violated):
        FILES.remove([blob])
        raise
    FILES.remove(past)
    return id_


def _make_room(tenant_id: int, size: int) -> list[str]:
    """Delete the oldest rows until there is room for `size` bytes more, and return their files.

    Raises NotFound, and Conflict when all of them going would not be enough.
    """
    row = recordings_sql.bytes_of(tenant_id)
    if row is None:
        raise NotFound("There is no such tenant.")
    most = tenant_limits.of(tenant_id).by_name["max_recordings_quota"] or settings.current().recording_bytes
    if size > most:
        raise Conflict(f"The recording is larger than all that the tenant may have: {most} bytes.")
    over, removed = row[0] + size - most, []
    while over > 0:
        for id_, stored, blob in ORDER.page(
            tenant_id, Window(_ordering(None)), Slice(0, _BATCH), "r.id, r.stored_size, r.blob", "recording"
        ).rows:
            if over <= 0:
                break
            Recording.delete(tenant_id, id=id_)
            removed.append(blob)
            over -= stored
    return removed


def _checked(content: bytes) -> tuple[float, bytes]:
    """Return the seconds of a good WAV file and what is kept of it. Raises TooLarge, Unsupported and Invalid."""
    if len(content) > MOST_BYTES:
        raise TooLarge(f"The file must have at most {MOST_BYTES >> 20} MiB.")
    samples = riff.read(content)
    return round(samples.frames / samples.rate, 3), riff.tidied(content, samples)


def _file_name(started: int) -> str:
    at = datetime.fromtimestamp(started // 1000, UTC)
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(6)}.wav"


def _text(values: dict[str, object]) -> str:
    """Return the text in which is searched: also without punctuation."""
    numbers = [str(values[side]) for side in ("caller", "callee")]
    labels = [str(values["filename"]), *numbers]
    return "\n".join([*map(fold, labels), *map(squeeze, labels)])


def _ordering(extension_id: int | None) -> str:
    return "RECORDINGS" if extension_id is None else f"RECORDINGS {extension_id}"


def _recorded(row: tuple[object, ...]) -> Recorded:
    return Recorded(*row)  # type: ignore[arg-type]
