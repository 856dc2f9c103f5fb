"""What the tables are, and the one way in which ordinary code reads and writes them: with the tenant.

A table whose rows belong to tenants is a `TenantTable`. Every statement over it names a tenant, which is the first
argument of everything here, so that a forgotten tenant cannot be written; `whole_pbx` is the way around, for log-ins,
jobs and upkeep, and a test lists who takes it. What a table is, is declared as the migrations make it; a test compares.

Building a statement costs 80 to 170 µs. Where that counts, SQL stands in a module `*_sql.py`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Self, cast

import peewee

from portsip_api.store import database, names


class Flag(peewee.BooleanField):
    """A truth value, 0 or 1."""

    field_type = "INTEGER"


class Link(peewee.IntegerField):
    """The id of a row of another table, whose name is text, since the table may belong to a room above."""

    def __init__(self, table: str, on_delete: str = "CASCADE", **options: Any) -> None:
        """`on_delete` says what becomes of the row when that other one is deleted: CASCADE or SET NULL."""
        super().__init__(**options)
        self.table, self.on_delete = table, on_delete


def default(text: str) -> list[peewee.Node]:
    """Return the constraint of a column whose default is the literal `text`, for `constraints=`."""
    return [peewee.SQL(f"DEFAULT {text}")]


class Table(peewee.Model):
    """A table of the whole PBX."""

    class Meta:
        """Where it is."""

        database = database.db
        legacy_table_names = False
        unique_indexes: ClassVar[Sequence[str]] = ()  # names of those with an expression or a condition


def tables() -> dict[str, type[Table]]:
    """Return the tables of all rooms that have been imported, by name."""
    found, bases = {}, [Table]
    while bases:
        for table in bases.pop().__subclasses__():
            if table.__subclasses__() or not table._meta.fields:
                bases.append(table)
            else:
                found[table._meta.table_name] = table
    return found


@cache
def _tenant_table(name: str) -> type["TenantTable"]:
    return cast("type[TenantTable]", tables()[name])


class Whole:
    """The statements of a table over all tenants."""

    def __init__(self, table: type["TenantTable"]) -> None:
        """Name the table."""
        self._table = table

    def select(self, *fields: Any) -> Any:
        """Return a query of those fields, or of whole rows."""
        return super(TenantTable, self._table).select(*fields)

    def update(self, values: Mapping[str, object]) -> Any:
        """Return a query that sets values."""
        return super(TenantTable, self._table).update(dict(values))

    def delete(self) -> Any:
        """Return a query that deletes rows."""
        return super(TenantTable, self._table).delete()


class TenantTable(Table):
    """A table whose rows belong to tenants: by their `tenant_id`, or by the row of another table that owns them."""

    # Of a table without `tenant_id`: the column that says which row of another table owns a row.
    owning_link: ClassVar[str] = ""

    @classmethod
    def scope(cls, tenant_id: int) -> Any:
        """Return the condition that a row belongs to the tenant."""
        if not cls.owning_link:
            return cast("Any", cls).tenant_id == tenant_id
        link = cls._meta.fields[cls.owning_link]
        owners = _tenant_table(link.table)
        key = owners._meta.primary_key
        # Asked for the row's own owner: a list of all owners would be made anew for each statement.
        return peewee.fn.EXISTS(owners.select(tenant_id, key).where(key == link))

    @classmethod
    def whole_pbx(cls) -> Whole:
        """Return the way to the rows of all tenants, for log-ins, jobs and upkeep."""
        return Whole(cls)

    @classmethod
    def select(cls, tenant_id: int, *fields: Any) -> Any:
        """Return a query over the tenant's rows, of those fields or of whole rows, to be narrowed and ordered."""
        return super().select(*fields).where(cls.scope(tenant_id))

    @classmethod
    def find(cls, tenant_id: int, *where: Any, **equal: object) -> Self | None:
        """Return the tenant's row for which the conditions and the column values hold, or None."""
        rows: list[Self] = list(cls.select(tenant_id).where(*cls._conditions(where, equal)).limit(1))
        return rows[0] if rows else None

    @classmethod
    def named(cls, tenant_id: int, name: str, *where: Any) -> Self | None:
        """Return the tenant's row that a name means, or None: of twins the one of exactly that name, else the first."""
        alike, order = names.meant(cls, name)
        rows: list[Self] = list(cls.select(tenant_id).where(alike, *where).order_by(*order).limit(1))
        return rows[0] if rows else None

    @classmethod
    def has(cls, tenant_id: int, *where: Any, **equal: object) -> bool:
        """Tell whether the tenant has such a row."""
        query = cls.select(tenant_id, peewee.SQL("1")).where(*cls._conditions(where, equal))
        return bool(list(query.limit(1).tuples()))

    @classmethod
    def page(
        cls, tenant_id: int, *where: Any, order: Sequence[Any], limit: int | None = None, offset: int = 0
    ) -> list[Self]:
        """Return the tenant's rows for which the conditions hold, in order; for lists short enough to be sorted."""
        query = cls.select(tenant_id).where(*where).order_by(*order)
        return list(query if limit is None else query.limit(limit).offset(offset))

    @classmethod
    def count(cls, tenant_id: int, *where: Any) -> int:
        """Return how many rows of the tenant there are for which the conditions hold."""
        return int(cls.select(tenant_id).where(*where).count())

    @classmethod
    def insert(cls, tenant_id: int, **values: object) -> int:  # type: ignore[override]
        """Write a row of the tenant and return its id. Raises Violated.

        The owner of a row that another one owns has to be of that tenant, which whoever calls has seen to.
        """
        if not cls.owning_link:
            values["tenant_id"] = tenant_id
        return int(super().insert(**names.keyed(cls, values, tenant_id=tenant_id, is_new=True)).execute() or 0)

    @classmethod
    def insert_all(cls, tenant_id: int, rows: Sequence[Mapping[str, object]]) -> None:
        """Write rows of the tenant, all with the same columns. Raises Violated."""
        if rows:
            added = {"tenant_id": tenant_id} if not cls.owning_link else {}
            super().insert_many([{**row, **added} for row in rows]).execute()

    @classmethod
    def update(cls, tenant_id: int, values: Mapping[str, object], *where: Any, **equal: object) -> int:  # type: ignore[override]
        """Set values in the tenant's rows for which the conditions hold; return how many there are. Raises Violated."""
        if not values:
            return cls.count(tenant_id, *cls._conditions(where, equal))
        written = names.keyed(cls, values, tenant_id=tenant_id, is_new=False)
        query = super().update(written).where(cls.scope(tenant_id), *cls._conditions(where, equal))
        return int(query.execute())

    @classmethod
    def delete(cls, tenant_id: int, *where: Any, **equal: object) -> int:  # type: ignore[override]
        """Delete the tenant's rows for which the conditions hold; return how many there were. Raises Violated."""
        return int(super().delete().where(cls.scope(tenant_id), *cls._conditions(where, equal)).execute())

    @classmethod
    def _conditions(cls, where: Sequence[Any], equal: Mapping[str, object]) -> list[Any]:
        fields = cls._meta.fields
        equals = (fields[name].is_null() if value is None else fields[name] == value for name, value in equal.items())
        return [*where, *equals]


def _refuse(name: str) -> Any:
    def refused(*_: object, **__: object) -> None:
        raise TypeError(f"{name} names no tenant")

    return refused


# What peewee has besides, and what would ask for no tenant.
for _name in (
    *("bulk_create", "bulk_update", "create", "delete_by_id", "delete_instance", "filter", "get", "get_by_id"),
    *("get_or_create", "get_or_none", "insert_from", "insert_many", "noop", "raw", "replace", "replace_many", "save"),
    *("set_by_id", "truncate_table"),
):
    setattr(TenantTable, _name, _refuse(_name))
