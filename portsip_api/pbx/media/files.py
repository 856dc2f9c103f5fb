"""The files of media, which lie in one folder, for whatever deletes the rows that name them."""

from collections.abc import Collection
from typing import Any, Final

from portsip_api.pbx.media import files_sql
from portsip_api.pbx.media.tables import CallReport, Greeting, HoldMusic, Prompt, Recording, VoiceMessage
from portsip_api.store.backup import GREETINGS
from portsip_api.store.blobs import BlobFolder

Stored = CallReport | Greeting | Prompt | HoldMusic | VoiceMessage | Recording
FILES: Final = BlobFolder(GREETINGS)
ORPHAN_SECONDS: Final = 3600.0
# What is not named here has no file: the sweep would take it.
TABLES: Final[dict[str, type[Stored]]] = {
    "greeting": Greeting,
    "prompt": Prompt,
    "music file": HoldMusic,
    "message": VoiceMessage,
    "recording": Recording,
    "report": CallReport,
}


def of_extension(tenant_id: int, extension_id: int) -> list[str]:
    """Return the ids of an extension's files, to be removed once the deletion of its rows is committed."""
    return files_sql.of_extension(tenant_id, extension_id)


def sweep_orphans(age: float = ORPHAN_SECONDS) -> int:
    """Remove files older than `age` seconds that nothing names and return how many there were."""
    return FILES.sweep(_named, age)


def count_missing(table: str) -> int:
    """Return the number of rows of `table`, one of `TABLES`, whose file is not there."""
    rows = _blobs(TABLES[table]).iterator()
    return sum(not FILES.locate(blob).is_file() for (blob,) in rows)


def _named(blobs: Collection[str]) -> set[str]:
    return {blob for table in TABLES.values() for (blob,) in _blobs(table).where(table.blob.in_(blobs))}


def _blobs(table: type[Stored]) -> Any:
    return table.whole_pbx().select(table.blob).where(table.blob.is_null(False)).tuples()
