"""The base of the rooms' tables: what is looked for and not there is NotFound, and what is asked for is noted."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from portsip_api.pbx import trail
from portsip_api.pbx.errors import NotFound
from portsip_api.store import models
from portsip_api.store.models import Flag, Link, Table, default

__all__ = ["Flag", "Link", "Table", "TenantTable", "default"]


_Row = TypeVar("_Row")


class TenantTable(models.TenantTable):
    """A table whose rows belong to tenants."""

    missing: ClassVar[str] = "There is no such object."  # said of a row that is not there

    @classmethod
    def find(cls, tenant_id: int, *where: Any, **equal: object) -> Self | None:
        """Return the tenant's row for which the conditions and the column values hold, or None."""
        return _noted(super().find(tenant_id, *where, **equal))

    @classmethod
    def named(cls, tenant_id: int, name: str, *where: Any) -> Self | None:
        """Return the tenant's row that a name means, or None: the one whose exact name it is, else the oldest twin."""
        return _noted(super().named(tenant_id, name, *where))

    @classmethod
    def get(cls, tenant_id: int, *where: Any, **equal: object) -> Self:
        """Return the tenant's row for which the conditions and the column values hold. Raises NotFound."""
        return cls._there(cls.find(tenant_id, *where, **equal))

    @classmethod
    def get_named(cls, tenant_id: int, name: str, *where: Any) -> Self:
        """Return the tenant's row that a name means, as `named` does. Raises NotFound."""
        return cls._there(cls.named(tenant_id, name, *where))

    @classmethod
    def _there(cls, row: Self | None) -> Self:
        if row is None:
            raise NotFound(cls.missing)
        return row

    @classmethod
    def insert(cls, tenant_id: int, **values: object) -> int:  # type: ignore[override]
        """Write a row of the tenant and return its id. Raises Violated."""
        id_ = super().insert(tenant_id, **values)
        _note(id_)
        return id_

    @classmethod
    def update(cls, tenant_id: int, values: Mapping[str, object], *where: Any, **equal: object) -> int:  # type: ignore[override]
        """Set values in the tenant's rows for which the conditions hold; return how many there are. Raises Violated."""
        _note(equal.get("id"))
        return super().update(tenant_id, values, *where, **equal)

    @classmethod
    def delete(cls, tenant_id: int, *where: Any, **equal: object) -> int:  # type: ignore[override]
        """Delete the tenant's rows for which the conditions hold; return how many there were. Raises Violated."""
        _note(equal.get("id"))
        return super().delete(tenant_id, *where, **equal)


def _noted(row: _Row) -> _Row:
    _note(getattr(row, "id", None))
    return row


def _note(id_: object) -> None:
    """Note which row the request at hand is about: the first that is named by its id."""
    if isinstance(id_, int):
        trail.about(id_)
