"""A page of a window is what cutting the whole list at two keys gives, whatever was written and removed before."""

import random

import pytest

from portsip_api.store import database
from portsip_api.store.paging import Slice
from portsip_api.store.windows import CountedWindows, Window

ORDER = CountedWindows("history_order", "history_order_block", "row_id")
ORDERING = "CALLS"


def call(id_: int, started: int, extension: int | None = None) -> tuple[object, ...]:
    return (id_, f"call-{id_}", started, started + 1000, extension)


def insert(rows: list[tuple[object, ...]]) -> None:
    database.db.connection().executemany(
        "INSERT INTO call (id, tenant_id, call_id, session_id, direction, callee, started, ended, caller_extension)"
        " VALUES (?, 1, ?, 1, 'INTERNAL', '1', ?, ?, ?)",
        rows,
    )


def keys() -> list[tuple[str, int]]:
    return database.fetch_all(
        "SELECT key, row_id FROM history_order WHERE tenant_id = 1 AND ordering = ? ORDER BY key", (ORDERING,)
    )


def check(rng: random.Random) -> None:
    entries = keys()
    bounds = [None, "", ":", *(f"{rng.randrange(12_000):015}" for _ in range(3))]
    for first in bounds:
        for last in bounds:
            inside = [id_ for key, id_ in entries if (first or "") <= key and (last is None or key < last)]
            for offset in (0, 1, len(inside) // 2, max(0, len(inside) - 3), len(inside) + 2):
                for descending in (False, True):
                    page = ORDER.page(1, Window(ORDERING, first, last), Slice(offset, 5, descending), "r.id", "call")
                    expected = (inside[::-1] if descending else inside)[offset : offset + 5]
                    assert (page.total, [id_ for (id_,) in page.rows]) == (len(inside), expected)


@pytest.mark.usefixtures("configure")
def test_windows_of_a_list_that_grows_and_shrinks():
    rng = random.Random(7)
    check(rng)
    with database.writing():
        insert([call(id_, id_) for id_ in range(1, 9_001)])
    check(rng)
    blocks = database.fetch_all("SELECT first_key, rows FROM history_order_block WHERE tenant_id = 1 ORDER BY 1")
    assert [rows for _, rows in blocks] == [2_000, 2_000, 2_000, 3_000]
    with database.writing():  # late ones into the middle, then the oldest go
        insert([call(id_, rng.randrange(9_000)) for id_ in range(10_001, 12_001)])
        database.execute("DELETE FROM call WHERE started < 4500")
    check(rng)
    with database.writing():
        database.execute("DELETE FROM call WHERE started < 8990")
    check(rng)
    blocks = database.fetch_all("SELECT first_key, rows FROM history_order_block WHERE tenant_id = 1 ORDER BY 1")
    assert len(blocks) <= 2
    assert blocks[0] == ("", 0)
    with database.writing():
        database.execute("DELETE FROM call")
    assert keys() == []
    assert database.fetch_all("SELECT * FROM history_order_block") == [(1, ORDERING, "", 0)]
