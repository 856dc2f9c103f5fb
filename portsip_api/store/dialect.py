"""What SQLite and PostgreSQL do not say alike, each under one name; here as SQLite says it.

SQL elsewhere is what both understand: CASE and coalesce, TRUE and FALSE, IS NOT DISTINCT FROM, every subquery with an
alias, no operators on JSON and no function that only one of them has. A test looks for what is not.
"""

import json
from collections.abc import Iterable
from typing import Final

import peewee

# A join that reads its left side first, row by row and in its order; the planner might else turn it round and sort.
IN_ORDER: Final = "CROSS JOIN"
WHOLE: Final = "LIMIT -1"  # all of an ordered subquery, whose order would be dropped without a limit


def elements(alias: str, place: str = "?") -> str:
    """Return a table of the elements of the JSON array at `place`: `value`, and `key` that counts from 0."""
    return f"json_each({place}) AS {alias}"


def members(alias: str, document: str, path: str) -> str:
    """Return a table of the members of the object at `path` of a JSON document: `key` and `value`."""
    return f"json_each({document}, {path}) AS {alias}"


def listed(place: str = "?") -> str:
    """Return a subquery of the values of the JSON array at `place`, to stand behind IN.

    One text, however many values: a statement takes some ten thousand at most, and stays the same, and so prepared.
    """
    return f"(SELECT value FROM {elements('listed', place)})"


def one_of(values: Iterable[int] | Iterable[str]) -> peewee.SQL:
    """Return what a column of a model is `in_` when it is one of `values`, however many."""
    return peewee.SQL(listed(), [json.dumps(list(values))])


def element(value: str, number: int) -> str:
    """Return the text at a place, counted from 0, of the JSON array `value`."""
    return f"json_extract({value}, '$[{number}]')"


def member(document: str, name: str) -> str:
    """Return the text of a member of the JSON object `document`."""
    return f"json_extract({document}, '$.{name}')"


def json_list(item: str) -> str:
    """Return an aggregate: the JSON array, as text, of what `item` says of each row, in their order."""
    return f"json_group_array({item})"


def json_row(*items: str) -> str:
    """Return a JSON array of several values of one row."""
    return f"json_array({', '.join(items)})"


def json_object(**members: str) -> str:
    """Return a JSON object of values of one row, by name."""
    named = ", ".join(f"'{name}', {value}" for name, value in members.items())
    return f"json_object({named})"


def joined(text: str) -> str:
    """Return an aggregate: the texts of the rows with commas between them, as bytes."""
    return f"CAST(group_concat({text}) AS BLOB)"


def holds(text: str, place: str = "?") -> str:
    """Return the condition that a text has another one in it."""
    return f"instr({text}, {place}) > 0"


def by_index(name: str) -> str:
    """Return what says, behind a table of a statement, through which index it is to be read."""
    return f"INDEXED BY {name}"


def unindexed(column: str) -> str:
    """Return a column for a condition that another one narrows better: its index is not to be taken."""
    return f"+{column}"
