"""Lists in statements: one JSON text, however long they are, since a statement takes some ten thousand values at most.

It is SQL because models cannot say it.
"""

import json
from collections.abc import Iterable

import peewee


def one_of(values: Iterable[int] | Iterable[str]) -> peewee.SQL:
    """Return what a column is `in_` when it is one of `values`."""
    return peewee.SQL("(SELECT value FROM json_each(?))", [json.dumps(list(values))])
