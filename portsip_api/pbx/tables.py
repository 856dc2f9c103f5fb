"""The base of the rooms' tables: what is looked for and not there is NotFound."""

from typing import Any, ClassVar, Self

from portsip_api.pbx.errors import NotFound
from portsip_api.store import models
from portsip_api.store.models import Flag, Link, Table, default

__all__ = ["Flag", "Link", "Table", "TenantTable", "default"]


class TenantTable(models.TenantTable):
    """A table whose rows belong to tenants."""

    missing: ClassVar[str] = "There is no such object."  # said of a row that is not there

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
