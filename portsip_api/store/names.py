"""Names that are unique in their normal form, and twins: names that were there before their forms were one.

A row's key is the normal form of its name. Of twins the first has it, each other one has the form, TWIN and its own id.
A name means the twin of exactly that name, else the first; no row gets a name that another one has in whatever form.
"""

from collections.abc import Mapping
from typing import Any, Final

import peewee

from portsip_api.store.search import fold

TWIN: Final = "\x1f"  # less than a blank and in no name
_NAMES: Final = {"name_key": "name", "label_key": "label"}  # by the column of the key


def meant(table: Any, name: str) -> tuple[Any, list[Any]]:
    """Return the condition that a row of a model has that name in whatever form, and the order that puts the one that
    is meant first.
    """
    fields = _fields(table)
    key, exact = next((fields[key], fields[column]) for key, column in _NAMES.items() if key in fields)
    return _alike(key, fold(name)), [(exact == name).desc(), key]


def keyed(table: Any, values: Mapping[str, Any], *, tenant_id: int | None = None, is_new: bool) -> dict[str, Any]:
    """Return what is written for `values`: of a name's key such that its constraint refuses what another row has.

    `tenant_id` names the tenant among whose rows a name is unique. A twin that keeps its name keeps its key.
    """
    written = dict(values)
    named = next((key for key, name in _NAMES.items() if key in values and name in values), None)
    if named is None:
        return written
    other, form = table.alias(), values[named]
    key, name = _fields(table)[named], _fields(table)[_NAMES[named]]
    others = [_alike(getattr(other, named), form)]
    others += [other.tenant_id == tenant_id] if tenant_id is not None else []
    others += [] if is_new else [other.id != _fields(table)["id"]]
    taken = peewee.fn.COALESCE(other.select(peewee.fn.MIN(getattr(other, named))).where(*others), form)
    kept = [(key == form, form), (name == values[name.name], key)]
    written[named] = taken if is_new else peewee.Case(None, kept, taken)
    return written


def _fields(table: Any) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = table._meta.fields  # noqa: SLF001 — peewee's name for what is public
    return fields


def _alike(key: Any, form: str) -> Any:
    return (key >= form) & (key < f"{form} ")
