"""Pages of a long list are what sorting the whole list and cutting it gives, whatever was written before."""

import random
from bisect import bisect_left

import pytest

from portsip_api.pbx.extensions import directory
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.bulk import fill

ORDERS = {
    "DEFAULT": "number_key",
    "NAME": "name_key || char(31) || number_key",
    "EMAIL": "email_key || char(31) || number_key",
    "STATUS": "status || char(31) || number_key",
}
ROWS = 12_000


def check_pages(rng: random.Random) -> None:
    for ordering, key in ORDERS.items():
        everything = [
            row[0] for row in database.fetch_all(f"SELECT list_json FROM extension WHERE tenant_id = 1 ORDER BY {key}")
        ]
        total = len(everything)
        for offset in (0, 1, 999, 1_000, 8_001, total - 1, total - 100, total, total + 5, rng.randrange(total)):
            for descending in (False, True):
                page = directory.page(1, ordering, Slice(offset, 100, descending))
                expected = (everything[::-1] if descending else everything)[offset : offset + 100]
                assert (page.text, page.count, page.total) == (",".join(expected).encode(), len(expected), total), (
                    ordering,
                    offset,
                    descending,
                )


def check_blocks() -> None:
    """Every block counts the entries between its key and the next one, and none is large."""
    for ordering in ORDERS:
        blocks = database.fetch_all(
            "SELECT first_key, rows FROM extension_order_block WHERE tenant_id = 1 AND ordering = ? ORDER BY first_key",
            (ordering,),
        )
        keys = [
            row[0]
            for row in database.fetch_all(
                "SELECT key FROM extension_order WHERE tenant_id = 1 AND ordering = ? ORDER BY key", (ordering,)
            )
        ]
        ends = [block[0] for block in blocks[1:]] + ["\U0010ffff"]
        counted = [
            bisect_left(keys, end) - bisect_left(keys, first) for (first, _), end in zip(blocks, ends, strict=True)
        ]
        assert counted == [rows for _, rows in blocks]
        assert max(counted) < 2_000


def test_pages_of_a_long_list(app):
    rng = random.Random(4)
    fill(ROWS)
    check_pages(rng)
    ids = [row[0] for row in database.fetch_all("SELECT id FROM extension")]
    with database.writing():
        for extension_id in rng.sample(ids, 3_000):
            database.execute("DELETE FROM extension WHERE id = ?", (extension_id,))
        for extension_id in rng.sample(ids, 300):
            database.execute(
                "UPDATE extension SET number = 'x' || number, presence = 'DND', name_key = ? WHERE id = ?",
                (str(rng.random()), extension_id),
            )
    check_pages(rng)
    check_blocks()
    database.execute("DELETE FROM extension_settings")
    database.execute("DELETE FROM extension_search")
    fill(9_000, first=1)
    check_pages(rng)
    check_blocks()


@pytest.mark.parametrize("ordering", ORDERS)
def test_an_empty_list(app, ordering):
    assert directory.page(1, ordering, Slice(0, 100)).total == 0
    assert directory.count(1) == 0
