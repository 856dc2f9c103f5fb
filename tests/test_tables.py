"""The models say what the migrations make: every table, column, type, null, default, key and unique constraint."""

from importlib import import_module
from pathlib import Path
from typing import Any

import peewee
import pytest

from portsip_api.store import database, migrations, models

ROOT = migrations.FOLDER.parents[1]
MODULES = sorted((ROOT / "portsip_api" / "pbx").rglob("tables.py"))
_KINDS = {"AUTO": "INTEGER", "INT": "INTEGER", "INTEGER": "INTEGER", "TEXT": "TEXT", "BLOB": "BLOB", "FLOAT": "REAL"}


def load_tables() -> dict[str, type[models.Table]]:
    """Import the tables of every room and return all by name."""
    for path in MODULES:
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return models.tables()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """An empty store."""
    folder: Path = tmp_path_factory.mktemp("schema")
    database.use(folder / "empty.sqlite3")
    migrations.migrate(folder / "lock")
    yield
    database.db.close()


def rows(sql: str, *values: object) -> list[Any]:
    return database.fetch_all(sql, values)


def test_every_table_has_a_model_and_every_model_a_table(migrated) -> None:
    made = {
        row[0]
        for row in rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'extension_fts%'"
        )
    }
    assert set(load_tables()) == made


@pytest.mark.parametrize("name", load_tables())
def test_it_is_as_the_migrations_make_it(migrated, name: str) -> None:
    table = load_tables()[name]
    fields = table._meta.sorted_fields
    columns = rows('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo(?) ORDER BY cid', name)
    key = [row[0] for row in sorted(columns, key=lambda row: row[4]) if row[4]]
    declared = {field.column_name: (_KINDS[field.field_type], field.null, default_of(field)) for field in fields}
    assert declared == {
        column: (kind, not (is_required or place), text) for column, kind, is_required, text, place in columns
    }
    primary = table._meta.primary_key
    assert isinstance(primary, peewee.Field | peewee.CompositeKey)
    names = primary.field_names if isinstance(primary, peewee.CompositeKey) else [primary.name]
    assert [table._meta.fields[field].column_name for field in names] == key
    links = {field.column_name: (field.table, field.on_delete) for field in fields if isinstance(field, models.Link)}
    assert links == {row[3]: (row[2], row[6]) for row in rows(f"PRAGMA foreign_key_list({name})")}
    indexes = [row[1:4] for row in rows(f"PRAGMA index_list({name})") if row[2]]
    assert {columns for columns, is_unique in table._meta.indexes if is_unique} == {
        tuple(row[2] for row in rows(f"PRAGMA index_info({index})")) for index, _, origin in indexes if origin == "u"
    }
    assert set(getattr(table._meta, "unique_indexes", ())) == {index for index, _, origin in indexes if origin == "c"}


def default_of(field: peewee.Field) -> str | None:
    """Return the literal that the database puts where nothing is given."""
    texts = [node.sql.removeprefix("DEFAULT ") for node in field.constraints or [] if isinstance(node, peewee.SQL)]
    return texts[0] if texts else None


def test_whose_a_row_is_is_known() -> None:
    """A table has a tenant's id, or says which column leads to the row that owns it, and so on up to a tenant's."""
    for table in load_tables().values():
        if issubclass(table, models.TenantTable):
            owner: type[models.Table] = table
            steps = 0
            while issubclass(owner, models.TenantTable) and owner.owning_link:
                link = owner._meta.fields[owner.owning_link]
                assert isinstance(link, models.Link)
                owner, steps = load_tables()[link.table], steps + 1
                assert steps < 5
            assert "tenant_id" in owner._meta.fields, table


def test_nothing_asks_a_tenants_table_without_a_tenant() -> None:
    """Whatever peewee has beside what the base defines is refused."""
    table = load_tables()["park_orbit"]
    asked = {
        name
        for name, member in vars(peewee.Model).items()
        if not name.startswith("_") and isinstance(member, classmethod | staticmethod)
    }
    harmless = {
        *("alias", "bind", "bind_ctx", "clone", "copy", "create_table", "drop_table", "index", "add_index"),
        *("table_exists", "validate_model"),
    }
    for name in sorted(asked - harmless):
        with pytest.raises(TypeError):
            getattr(table, name)()
