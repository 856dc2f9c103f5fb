"""Branches: the places at which an organisation's users and groups are.

Source: contract, section 5.2; sipXcom REST API, "Branch".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.small_lists import comparable, cut
from portsip_api.pbx.values import Rules, Text, checked
from portsip_api.store import database
from portsip_api.store.paging import Page, Slice
from portsip_api.store.search import fold

_LINE: Final = Text(255)
BRANCH: Rules = {
    "name": Text(255),
    "description": Text(1024, lines=True),
    **dict.fromkeys(("street", "city", "country", "state", "zip"), _LINE),
    **dict.fromkeys(("office_designation", "phone_number", "fax_number"), _LINE),
}
EMPTY: Final = "Cannot be empty"
UNKNOWN: Final = "Names a branch that does not exist."
ORDERINGS: Final = ("name", "description", "city", "office_designation")


@dataclass(frozen=True)
class Branch:
    """A branch; None is a text that was not given. Its address has no id of its own: the branch's may be shown."""

    id: int
    name: str
    description: str | None = None
    street: str | None = None
    city: str | None = None
    country: str | None = None
    state: str | None = None
    zip: str | None = None
    office_designation: str | None = None
    phone_number: str | None = None
    fax_number: str | None = None


COLUMNS: Final = ("id", *BRANCH)
_SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM branch WHERE tenant_id = ?"


def page(tenant_id: int, ordering: str, part: Slice) -> Page:
    """Return branches (`Branch`) by one of ORDERINGS, and by name where that is equal; one statement."""
    rows = [Branch(*row) for row in database.fetch_all(_SELECT, (tenant_id,))]
    return cut(rows, lambda branch: (comparable(getattr(branch, ordering)), fold(branch.name)), part)


def show(tenant_id: int, branch_id: int) -> Branch:
    """Return one branch. Raises NotFound."""
    row = database.fetch_row(f"{_SELECT} AND id = ?", (tenant_id, row_id(branch_id)))
    if row is None:
        raise NotFound("There is no such branch.")
    return Branch(*row)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a branch of `fields` (see BRANCH; None is as good as absent) and return its id.

    Raises Invalid and Duplicate (another branch has the name, in whatever case).
    """
    columns = _columns(fields)
    with database.writing():
        _require_free(tenant_id, columns["name_key"], None)
        return database.insert(
            f"INSERT INTO branch (tenant_id, {', '.join(columns)}) VALUES (?{', ?' * len(columns)})",
            (tenant_id, *columns.values()),
        )


def replace(tenant_id: int, branch_id: int, fields: Mapping[str, object]) -> None:
    """Give a branch the values of `fields` and no others. Raises NotFound, Invalid and Duplicate."""
    columns = _columns(fields)
    with database.writing():
        found = show(tenant_id, branch_id)
        _require_free(tenant_id, columns["name_key"], found.id)
        database.execute(
            f"UPDATE branch SET {', '.join(f'{column} = ?' for column in columns)} WHERE tenant_id = ? AND id = ?",
            (*columns.values(), tenant_id, found.id),
        )


def destroy(tenant_id: int, branch_id: int) -> None:
    """Remove a branch; its users and groups are then at none. Raises NotFound."""
    with database.writing():
        found = show(tenant_id, branch_id)
        database.execute("DELETE FROM branch WHERE tenant_id = ? AND id = ?", (tenant_id, found.id))


def require(tenant_id: int, branch_id: int | None) -> None:
    """Raise Invalid, for the field `branch_id`, unless the branch exists or None, which is no branch, is asked for."""
    if branch_id is None:
        return
    row = database.fetch_row("SELECT 1 FROM branch WHERE tenant_id = ? AND id = ?", (tenant_id, row_id(branch_id)))
    if row is None:
        raise Invalid({"branch_id": [UNKNOWN]})


def _columns(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(BRANCH, {name: value for name, value in fields.items() if value is not None})
    if not values.get("name", "").strip():
        raise Invalid({"name": [EMPTY]})
    return {**dict.fromkeys(BRANCH), **values, "name_key": fold(values["name"])}


def _require_free(tenant_id: int, name_key: str, branch_id: int | None) -> None:
    row = database.fetch_row(
        "SELECT 1 FROM branch WHERE tenant_id = ? AND name_key = ? AND id IS NOT ?", (tenant_id, name_key, branch_id)
    )
    if row is not None:
        raise Duplicate("Another branch has this name.", "name")
