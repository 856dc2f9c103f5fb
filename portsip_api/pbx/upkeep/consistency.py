"""What triggers keep, counted again: a list page, a group's size and a search are only as right as these."""

import sqlite3

import peewee

from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.upkeep import consistency_sql
from portsip_api.store import database


def find_inconsistencies() -> list[str]:
    """Return a sentence for each thing that is not as it must be; an empty list for a sound store.

    Takes the write lock for as long as FTS5 checks its index. Raises StoreUnavailable when it cannot be had.
    """
    found = []
    for sentence, comparison in consistency_sql.COMPARISONS.items():
        rows = consistency_sql.count(comparison)
        if rows:
            found.append(sentence.format(rows))
    for table in greeting_files.TABLES:
        missing = greeting_files.count_missing(table)
        if missing:
            found.append(f"{missing} {table}s have no file.")
    if not _is_search_index_sound():
        found.append("The search index does not fit the texts that it was made from.")
    return found


def _is_search_index_sound() -> bool:
    try:
        with database.writing():
            consistency_sql.check_search_index()
    except peewee.DatabaseError as error:
        code = getattr(error.__cause__ or error.__context__, "sqlite_errorcode", 0)
        if code & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        return False
    return True
