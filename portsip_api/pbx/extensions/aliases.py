"""Aliases: further names and numbers under which an extension is dialled and its user logs in.

An alias belongs to one object of the tenant, like every number that can be dialled. Source: contract, section 5.4.
"""

from collections.abc import Sequence
from typing import Final

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import extensions_sql
from portsip_api.pbx.extensions.extensions import LOGIN_TAKEN
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.extensions.tables import Extension, ExtensionAlias
from portsip_api.pbx.numbers.taken import DIALLED
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.uniqueness import Refusals, refusing
from portsip_api.store import database

MOST: Final = 100  # of one extension
_TAKEN: Final[Refusals] = dict.fromkeys(
    ("extension_alias_tenant_id_alias_key", DIALLED),
    lambda: Duplicate("Another object of this tenant has this name or number.", "aliases"),
)


def of(tenant_id: int, extension_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the aliases of each of `extension_ids`, sorted; an empty list where there are none. One statement."""
    found: dict[int, list[str]] = {extension_id: [] for extension_id in extension_ids}
    rows = ExtensionAlias.select(tenant_id).where(ExtensionAlias.extension_id.in_(list(found)))
    for row in rows.order_by(ExtensionAlias.name):
        found[row.extension_id].append(row.name)
    return found


def set_aliases(tenant_id: int, extension_id: int, aliases: Sequence[str]) -> None:
    """Give an extension exactly these aliases, inside the caller's transaction, if there is one.

    Raises NotFound (no such extension), Invalid (an alias is malformed, or the log-in name of an account) and Duplicate
    (another object of the tenant has one of them, or it is the extension's own number); all but the first for the field
    `aliases`.
    """
    wanted = _checked(aliases)
    with database.writing():
        if not Extension.has(tenant_id, id=row_id(extension_id)):
            raise NotFound(Extension.missing)
        if not extensions_sql.log_in_names(tenant_id).isdisjoint(wanted):
            raise Invalid({"aliases": [LOGIN_TAKEN]})
        present = set(of(tenant_id, [extension_id])[extension_id])
        if gone := present - wanted:
            ExtensionAlias.delete(tenant_id, ExtensionAlias.name.in_(gone), extension_id=extension_id)
        with refusing(_TAKEN):
            added = [{"name": alias, "extension_id": extension_id} for alias in wanted - present]
            ExtensionAlias.insert_all(tenant_id, added)


def _checked(aliases: Sequence[str]) -> set[str]:
    if len(aliases) > MOST:
        raise Invalid({"aliases": [f"Must be at most {MOST}."]})
    try:
        return {NUMBER.check(alias) for alias in aliases}
    except ValueError as error:
        raise Invalid({"aliases": [str(error)]}) from error
