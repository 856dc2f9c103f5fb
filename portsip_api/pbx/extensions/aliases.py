"""Aliases: further names and numbers under which an extension is dialled and its user logs in.

An alias belongs to one object of the tenant, like every number that can be dialled. Source: contract, section 5.4.
"""

import json
from collections.abc import Sequence
from typing import Final

import peewee

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions.extensions import LOGIN_TAKEN
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.identity import SUPERADMIN
from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database

MOST: Final = 100  # of one extension


def of(tenant_id: int, extension_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the aliases of each of `extension_ids`, sorted; an empty list where there are none. One statement."""
    found: dict[int, list[str]] = {extension_id: [] for extension_id in extension_ids}
    rows = database.fetch_all(
        "SELECT a.extension_id, a.alias FROM json_each(?) AS j CROSS JOIN extension_alias AS a"
        " ON a.extension_id = j.value WHERE a.tenant_id = ? ORDER BY a.alias",
        (json.dumps(list(found)), tenant_id),
    )
    for extension_id, alias in rows:
        found[extension_id].append(alias)
    return found


def set_aliases(tenant_id: int, extension_id: int, aliases: Sequence[str]) -> None:
    """Give an extension exactly these aliases, inside the caller's transaction, if there is one.

    Raises NotFound (no such extension), Invalid (an alias is malformed, or the log-in name of an account) and Duplicate
    (another object of the tenant has one of them, or it is the extension's own number); all but the first for the field
    `aliases`.
    """
    wanted = json.dumps(_checked(aliases))
    with database.writing():
        exists = database.fetch_row(
            "SELECT 1 FROM extension WHERE tenant_id = ? AND id = ?", (tenant_id, row_id(extension_id))
        )
        if exists is None:
            raise NotFound("There is no such extension.")
        _require_unambiguous(tenant_id, wanted)
        database.execute(
            "DELETE FROM extension_alias WHERE extension_id = ? AND alias NOT IN (SELECT value FROM json_each(?))",
            (extension_id, wanted),
        )
        try:
            database.execute(
                "INSERT INTO extension_alias (tenant_id, alias, extension_id) SELECT ?, value, ? FROM json_each(?)"
                " WHERE value NOT IN (SELECT alias FROM extension_alias WHERE extension_id = ?)",
                (tenant_id, extension_id, wanted, extension_id),
            )
        except peewee.IntegrityError as error:
            raise Duplicate("Another object of this tenant has this name or number.", "aliases") from error


def _checked(aliases: Sequence[str]) -> list[str]:
    if len(aliases) > MOST:
        raise Invalid({"aliases": [f"Must be at most {MOST}."]})
    try:
        return list({NUMBER.check(alias): None for alias in aliases})
    except ValueError as error:
        raise Invalid({"aliases": [str(error)]}) from error


def _require_unambiguous(tenant_id: int, aliases: str) -> None:
    row = database.fetch_row(
        "SELECT 1 FROM json_each(:aliases) WHERE value = :superadmin OR value IN ("
        " SELECT name FROM administrator UNION ALL SELECT name FROM tenant WHERE id = :tenant)",
        {"aliases": aliases, "superadmin": SUPERADMIN, "tenant": tenant_id},
    )
    if row is not None:
        raise Invalid({"aliases": [LOGIN_TAKEN]})
