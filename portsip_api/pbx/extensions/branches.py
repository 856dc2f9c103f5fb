"""Branches: the places at which an organisation's users and groups are.

Source: contract, section 5.2; sipXcom REST API, "Branch".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import tables
from portsip_api.pbx.row_ids import row_id
from portsip_api.pbx.small_lists import comparable, cut
from portsip_api.pbx.uniqueness import Refusals, refusing
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
_REFUSALS: Final[Refusals] = {
    "branch_tenant_id_name_key_key": lambda: Duplicate("Another branch has this name.", "name")
}


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


FIELDS: Final = tuple(getattr(tables.Branch, name) for name in ("id", *BRANCH))


def page(tenant_id: int, ordering: str, part: Slice) -> Page:
    """Return branches (`Branch`) by one of ORDERINGS, and by name where that is equal; one statement."""
    rows = [Branch(*row) for row in tables.Branch.select(tenant_id, *FIELDS).tuples()]
    return cut(rows, lambda branch: (comparable(getattr(branch, ordering)), fold(branch.name)), part)


def show(tenant_id: int, branch_id: int) -> Branch:
    """Return one branch. Raises NotFound."""
    row = tables.Branch.get(tenant_id, id=row_id(branch_id))
    return Branch(row.id, *(getattr(row, name) for name in BRANCH))


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a branch of `fields` (see BRANCH; None is as good as absent) and return its id.

    Raises Invalid and Duplicate (another branch has the name, in whatever case).
    """
    columns = _columns(fields)
    with database.writing(), refusing(_REFUSALS):
        return tables.Branch.insert(tenant_id, **columns)


def replace(tenant_id: int, branch_id: int, fields: Mapping[str, object]) -> None:
    """Give a branch the values of `fields` and no others. Raises NotFound, Invalid and Duplicate."""
    columns = _columns(fields)
    with database.writing(), refusing(_REFUSALS):
        if not tables.Branch.update(tenant_id, columns, id=row_id(branch_id)):
            raise NotFound(tables.Branch.missing)


def destroy(tenant_id: int, branch_id: int) -> None:
    """Remove a branch; its users and groups are then at none. Raises NotFound."""
    with database.writing():
        if not tables.Branch.delete(tenant_id, id=row_id(branch_id)):
            raise NotFound(tables.Branch.missing)


def require(tenant_id: int, branch_id: int | None) -> None:
    """Raise Invalid, for the field `branch_id`, unless the branch exists or None, which is no branch, is asked for."""
    if branch_id is not None and not tables.Branch.has(tenant_id, id=row_id(branch_id)):
        raise Invalid({"branch_id": [UNKNOWN]})


def _columns(fields: Mapping[str, object]) -> dict[str, Any]:
    values = checked(BRANCH, {name: value for name, value in fields.items() if value is not None})
    if not values.get("name", "").strip():
        raise Invalid({"name": [EMPTY]})
    return {**dict.fromkeys(BRANCH), **values, "name_key": fold(values["name"])}
