"""Voicemail greetings of an extension: files that were sent or are fetched, of which exactly one is active.

The system default greeting is one of them everywhere: it has no row, cannot be removed, and is the active one when no
other is. A file is decided on, converted and written before the transaction that makes its row begins.
Source: PortSIP REST API, "Add greeting file for voicemail" and the sections after it; contract, section 4.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from portsip_api.pbx.errors import Conflict, FileNotThere, NotFound, PbxError
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.media import audio, greeting_rows, greetings_sql, room, tables
from portsip_api.pbx.media.fetch_urls import check_url
from portsip_api.pbx.media.file_names import FileName
from portsip_api.pbx.media.files import FILES
from portsip_api.pbx.media.greeting_rows import DEFAULT, FAILED, FETCHING, READY, Greeting, greeting, there
from portsip_api.pbx.values import Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.clock import clock
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

FILE_NAME: Final = FileName()
DISPLAY_NAME: Final = Text(255)
GREETING: Final[Rules] = {"filename": FILE_NAME, "display_name": DISPLAY_NAME}
DEFAULT_ID: Final = 0  # in links; no row has it
RETRY_SECONDS: Final = (60.0, 600.0)  # before the first and the second repetition of a fetch
LEASE_SECONDS: Final = 120.0  # a fetch ends within 30


@dataclass(frozen=True)
class Sound:
    """The audio of a greeting, a file or its bytes, and a tag that no other content is ever given."""

    filename: str
    audio: Path | bytes
    tag: str


def page(tenant_id: int, key: ExtensionKey, part: Slice) -> tuple[Page, str]:
    """Return greetings by name, the system default first whatever the direction, and the name of the active one.

    Two statements; an extension has few greetings, so that all are read. Raises NotFound.
    """
    rows = [greeting(row) for row in greeting_rows.of_extension(tenant_id, find_id(tenant_id, key))]
    rows.sort(key=lambda row: (fold(row.filename), row.filename), reverse=part.descending)
    active = next((row.filename for row in rows if row.is_active), DEFAULT)
    duration = audio.default_greeting().duration
    rows.insert(0, Greeting(DEFAULT_ID, DEFAULT, "System default", READY, "", duration, is_active=active == DEFAULT))
    return Page(rows[part.offset : part.offset + part.limit], len(rows)), active


def add(tenant_id: int, key: ExtensionKey, filename: str, content: bytes, display_name: str = "") -> Greeting:
    """Store the WAV file `content` as a greeting, not active yet, and return it.

    Raises NotFound, Invalid, Unsupported, TooLarge and Conflict (the name is taken, or there is no room).
    """
    labels = checked(GREETING, {"filename": filename, "display_name": display_name})
    extension_id = find_id(tenant_id, key)
    before = greeting_rows.of_extension(tenant_id, extension_id)
    greeting_rows.require_free(before, labels["filename"])  # before any work is done for it
    recording = audio.convert(content)
    blob = FILES.put(recording.content)
    try:
        with database.writing():
            beside = room.require_for_greeting(tenant_id, extension_id, len(recording.content))
            greeting_rows.require_few(beside)
            return greeting_rows.insert(tenant_id, extension_id, labels | greeting_rows.columns_of(recording, blob))
    except PbxError:
        FILES.remove([blob])
        raise


def rename(tenant_id: int, key: ExtensionKey, filename: str, display_name: str | None) -> Greeting:
    """Set what a greeting is shown as, unless `display_name` is None, and return the greeting.

    Raises NotFound, FileNotThere, Invalid and Conflict (the system default).
    """
    given = {} if display_name is None else {"display_name": display_name}
    labels = checked(GREETING, {"filename": filename} | given)
    _require_not_default(labels["filename"])
    with database.writing():
        row = greeting_rows.find(tenant_id, find_id(tenant_id, key), labels["filename"])
        row.display_name = labels.get("display_name", row.display_name)
        tables.Greeting.update(tenant_id, {"display_name": row.display_name}, id=row.id)
    return greeting(row)


def activate(tenant_id: int, key: ExtensionKey, filename: str) -> None:
    """Make a greeting the active one. Raises NotFound, FileNotThere, Invalid and Conflict (its file is not there)."""
    name = _label(filename)
    with database.writing():
        extension_id = find_id(tenant_id, key)
        if name != DEFAULT and greeting_rows.find(tenant_id, extension_id, name).status != READY:
            raise Conflict("The file of this greeting has not been fetched, so that it cannot be played.")
        tables.Greeting.update(tenant_id, {"active": False}, extension_id=extension_id, active=True)
        tables.Greeting.update(tenant_id, {"active": True}, extension_id=extension_id, filename=name)


def destroy(tenant_id: int, key: ExtensionKey, filename: str) -> None:
    """Delete a greeting; when it was the active one, the system default is.

    Raises NotFound, FileNotThere, Invalid and Conflict (the system default).
    """
    name = _label(filename)
    _require_not_default(name)
    with database.writing():
        row = greeting_rows.find(tenant_id, find_id(tenant_id, key), name)
        tables.Greeting.delete(tenant_id, id=row.id)
    FILES.remove([row.blob] if row.blob is not None else [])


def sound(tenant_id: int, key: ExtensionKey, filename: str) -> Sound:
    """Return the audio of a greeting. Raises NotFound, FileNotThere (also when it is not fetched) and Invalid."""
    name = _label(filename)
    extension_id = find_id(tenant_id, key)
    return _default_sound() if name == DEFAULT else _sound(greeting_rows.find(tenant_id, extension_id, name))


def sound_of(tenant_id: int, extension_id: int, greeting_id: int) -> Sound:
    """Return the audio of a greeting by its id, for whom a link to it was given.

    Raises FileNotThere, of any greeting, the system default too, whose extension is not there any more.
    """
    if greeting_id != DEFAULT_ID:
        return _sound(there(tables.Greeting.find(tenant_id, id=greeting_id, extension_id=extension_id)))
    try:
        find_id(tenant_id, ExtensionKey(id=extension_id))
    except NotFound:
        raise FileNotThere(tables.Greeting.missing) from None
    return _default_sound()


def request_fetch(tenant_id: int, key: ExtensionKey, filename: str, url: str, display_name: str = "") -> Greeting:
    """Note that a greeting is to be fetched from `url`, which `claim_due` then hands out, and return it.

    Raises NotFound, Invalid and Conflict (the name is taken, or the extension has as many files as it may).
    """
    check_url(url)
    labels = checked(GREETING, {"filename": filename, "display_name": display_name})
    with database.writing():
        extension_id = find_id(tenant_id, key)
        greeting_rows.require_free(greeting_rows.of_extension(tenant_id, extension_id), labels["filename"])
        awaited = {"status": FETCHING, "url": url, "next_attempt": clock.wall()}
        return greeting_rows.insert(tenant_id, extension_id, labels | awaited)


def claim_due(limit: int, under_way: Collection[int] = ()) -> list[tuple[int, str]]:
    """Return (greeting's id, url) of what is to be fetched now, at most `limit`, and count an attempt of each.

    Tenants take turns, and so do the extensions of each: one that asks for a thousand files keeps nobody from his own.
    `under_way` are the ids of greetings that are being fetched, which count as turns of their tenants.

    One that is not reported on, by `store_fetched` or `fail`, within LEASE_SECONDS is handed out again; when that was
    its last attempt, it has failed.
    """
    now = clock.wall()
    due = (tables.Greeting.status == FETCHING) & (tables.Greeting.next_attempt <= now)
    whole = tables.Greeting.whole_pbx()
    if not whole.select(tables.Greeting.id).where(due).exists():
        return []
    with database.writing():
        interrupted = _failed("The server was interrupted while it fetched the file.")
        whole.update(interrupted).where(due, tables.Greeting.attempts > len(RETRY_SECONDS)).execute()
        rows = greetings_sql.next_in_turn(now, under_way, limit)
        leased = {"attempts": tables.Greeting.attempts + 1, "next_attempt": now + LEASE_SECONDS}
        whole.update(leased).where(tables.Greeting.id.in_([id_ for id_, _ in rows])).execute()
    return rows


def store_fetched(greeting_id: int, content: bytes) -> None:
    """Make `content` the greeting that was being fetched, or note why it cannot be one.

    A greeting that was removed meanwhile stays removed.
    """
    blob = ""
    try:
        recording = audio.convert(content)
        blob = FILES.put(recording.content)
        with database.writing():
            _finish(greeting_id, recording, blob)
    except PbxError as error:
        FILES.remove([blob] if blob else [])
        fail(greeting_id, str(error).removeprefix("file: "), retry=False)


def fail(greeting_id: int, reason: str, retry: bool) -> None:
    """Note why a greeting could not be fetched; with `retry` it is tried again later, at most twice."""
    with database.writing():
        row = _fetching(greeting_id)
        if row is None:
            return
        if retry and 0 < row.attempts <= len(RETRY_SECONDS):
            columns = {"reason": reason, "next_attempt": clock.wall() + RETRY_SECONDS[row.attempts - 1]}
        else:
            columns = _failed(reason)
        _set(greeting_id, columns)


def _finish(greeting_id: int, recording: audio.Recording, blob: str) -> None:
    """Make a greeting that is being fetched ready. Raises FileNotThere when it is not being fetched, and Conflict."""
    extension_id = there(_fetching(greeting_id)).extension_id
    room.require_for_greeting(greetings_sql.tenant_of(extension_id), extension_id, len(recording.content))
    _set(greeting_id, {**greeting_rows.columns_of(recording, blob), "reason": "", "url": None, "next_attempt": None})


def _failed(reason: str) -> dict[str, object]:
    return {"status": FAILED, "reason": reason, "url": None, "next_attempt": None}


def _fetching(greeting_id: int) -> tables.Greeting | None:
    return _of_any_tenant(tables.Greeting.id == greeting_id, tables.Greeting.status == FETCHING)


def _of_any_tenant(*where: Any) -> tables.Greeting | None:
    row: tables.Greeting | None = tables.Greeting.whole_pbx().select().where(*where).first()
    return row


def _set(greeting_id: int, columns: dict[str, object]) -> None:
    tables.Greeting.whole_pbx().update(columns).where(tables.Greeting.id == greeting_id).execute()


def _label(filename: str) -> str:
    label: str = checked(GREETING, {"filename": filename})["filename"]
    return label


def _require_not_default(filename: str) -> None:
    if filename == DEFAULT:
        raise Conflict("The system default greeting cannot be changed or removed.")


def _default_sound() -> Sound:
    recording = audio.default_greeting()
    return Sound(DEFAULT, recording.content, recording.sha256.hex())


def _sound(row: tables.Greeting) -> Sound:
    if row.blob is None:
        raise FileNotThere("The file of this greeting is not there.")
    return Sound(row.filename, FILES.locate(row.blob), row.blob)
