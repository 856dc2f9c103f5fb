"""The files of greetings and prompts, which lie in one folder, for whatever deletes rows that name them."""

import json
from collections.abc import Collection
from typing import Final

from portsip_api.store import database
from portsip_api.store.backup import GREETINGS
from portsip_api.store.blobs import BlobFolder

FILES: Final = BlobFolder(GREETINGS)
ORPHAN_SECONDS: Final = 3600.0


def of_extension(extension_id: int) -> list[str]:
    """Return the ids of an extension's files, to be removed once the deletion of its rows is committed."""
    rows = database.fetch_all("SELECT blob FROM greeting WHERE extension_id = ? AND blob IS NOT NULL", (extension_id,))
    return [row[0] for row in rows]


def sweep_orphans(age: float = ORPHAN_SECONDS) -> int:
    """Remove files older than `age` seconds that nothing names and return how many there were."""
    return FILES.sweep(_named, age)


def count_missing(table: str) -> int:
    """Return the number of rows of `table`, `greeting` or `prompt`, whose file is not there."""
    rows = database.execute(f"SELECT blob FROM {table} WHERE blob IS NOT NULL")
    return sum(not FILES.locate(row[0]).is_file() for row in rows)


def _named(blobs: Collection[str]) -> set[str]:
    rows = database.fetch_all(
        "WITH given AS MATERIALIZED (SELECT value FROM json_each(?))"
        " SELECT blob FROM greeting WHERE blob IN given UNION ALL SELECT blob FROM prompt WHERE blob IN given",
        (json.dumps(list(blobs)),),
    )
    return {row[0] for row in rows}
