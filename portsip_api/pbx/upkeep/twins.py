"""Twins: names that were there before their forms were one, and that nobody could tell apart by hearing them."""

from collections.abc import Iterator

from portsip_api.pbx.upkeep import twins_sql


def find() -> Iterator[str]:
    """Yield a sentence for each name that differs from another one of its kind in form only."""
    for table, _, name in twins_sql.find():
        kind = table.replace("_", " ")
        yield f"The name {name!a} ({kind}) differs from that of another one in form only: rename one of them."
