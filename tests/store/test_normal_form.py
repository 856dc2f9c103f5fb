"""The normal form of names, its migration, and twins."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Duplicate
from portsip_api.pbx.extensions import branches, groups
from portsip_api.pbx.extensions.tables import Branch, ExtensionGroup
from portsip_api.pbx.upkeep import consistency, twins
from portsip_api.store import database, migrations
from portsip_api.store.search import fold, squeeze
from tests.bulk import fill

HOME = tenants.DEFAULT_TENANT_ID
BEFORE = 15  # migrations that a store of before has seen


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["İbrahim", "I\u0307brahim", "i\u0307brahim", "ibrahim", "IBRAHIM"], "ibrahim"),
        (["Zoë", "Zoe\u0308", "ZOË", "ZOE\u0308"], "zo\xeb"),
        (["Sales", "SALES", " Sales ", "Sales\u00a0", "Ｓａｌｅｓ", "\u2003sales\t"], "sales"),
        (["Front  Desk", "front desk", "Front\u00a0 \u3000desk"], "front desk"),
        (["Straße", "STRASSE"], "strasse"),
        (["ﬁne", "FINE"], "fine"),
        (["ıspanak"], "\u0131spanak"),  # the letter without a dot is another one
        ([""], ""),
        (["   "], ""),
    ],
)
def test_spellings_have_one_form(texts, form):
    assert {fold(text) for text in texts} == {form}


@given(st.text())
def test_a_form_is_its_own(text):
    assert fold(fold(text)) == fold(text)
    assert fold(text.upper().lower()) == fold(text.upper())


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("+49 (30) 123-45", "+493012345"),
        ("030/123.45", "03012345"),
        ("＋４９ ３０", "+4930"),
        ("", ""),
        ("Hall", "hall"),
    ],
)
def test_a_phone_number_has_no_punctuation(phone, digits):
    assert squeeze(phone) == digits


@pytest.fixture
def old(tmp_path):
    """A function that writes rows into a store of before; when it is migrated, `migrate` is called."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for migration in migrations.known()[:BEFORE]:
        shutil.copy(migration.path, folder)
    database.use(tmp_path / "old.sqlite3")
    migrations.migrate(tmp_path / "lock", folder)
    tenants_sql = "INSERT INTO tenant (name, name_key, domain) VALUES ('default', 'default', 'example.com')"
    database.execute(tenants_sql)
    yield lambda: migrations.migrate(tmp_path / "lock")
    database.db.close()


def write_branches(*names):
    for name in names:
        database.execute("INSERT INTO branch (tenant_id, name, name_key) VALUES (1, ?, ?)", (name, name.casefold()))


def keys(table="branch", key="name_key"):
    return [row[0] for row in database.fetch_all(f"SELECT {key} FROM {table} ORDER BY id")]


def test_names_that_are_one_now_stay_as_twins(old):
    write_branches("Sales ", "Sales", "Ｓａｌｅｓ", "Zoe\u0308", "İbrahim", "Front  Desk", "plain")
    old()
    assert keys() == ["sales\x1f1", "sales", "sales\x1f3", "zo\xeb", "ibrahim", "front desk", "plain"]
    assert [row.name for row in Branch.page(HOME, order=[Branch.id])][:3] == ["Sales ", "Sales", "Ｓａｌｅｓ"]
    told = list(twins.find())
    assert len(told) == 2
    assert all("(branch) differs" in sentence for sentence in told)


def test_the_oldest_is_first_where_none_had_the_form(old):
    write_branches("Sales ", "Sales\u00a0")
    old()
    assert keys() == ["sales", "sales\x1f2"]


def test_every_table_with_names_is_migrated(old):
    """Each has rows of the PBX's own; here are two whose forms are one."""
    names = ("Hall ", "Hall")
    statements = {
        "tenant": "INSERT INTO tenant (name, name_key, domain) VALUES (:name, :key, 'd' || :number)",
        "administrator": "INSERT INTO administrator (name, name_key, password_hash) VALUES (:name, :key, '')",
        "extension_group": "INSERT INTO extension_group (tenant_id, group_id, name, name_key, enable_intercom,"
        " enable_external_call, enable_management_console_access) VALUES (1, :number, :name, :key, 1, 1, 1)",
        "phonebook": "INSERT INTO phonebook (tenant_id, name, name_key) VALUES (1, :name, :key)",
        "schedule": "INSERT INTO schedule (tenant_id, name, name_key, description, periods)"
        " VALUES (1, :name, :key, '', '[]')",
        "park_orbit": "INSERT INTO park_orbit (tenant_id, name, name_key, enabled, extension, description, music,"
        " server) VALUES (1, :name, :key, 1, :number, '', '', '')",
        "phone_group": "INSERT INTO phone_group (tenant_id, name, name_key, weight) VALUES (1, :name, :key, :number)",
        "dialling_rule": "INSERT INTO dialling_rule (tenant_id, name, name_key, kind, enabled)"
        " VALUES (1, :name, :key, 'CUSTOM', 1)",
    }
    for number, name in enumerate(names, 700):
        for statement in statements.values():
            given = {"name": name, "key": name.casefold(), "number": str(number)}
            database.execute(statement, {item: value for item, value in given.items() if f":{item}" in statement})
        database.execute(
            "INSERT INTO permission (tenant_id, label, label_key, default_value) VALUES (1, ?, ?, 1)",
            (name, name.casefold()),
        )
    old()
    for table in statements:
        found = database.fetch_all(f"SELECT id, name_key FROM {table} WHERE name LIKE 'Hall%' ORDER BY id")
        assert [key for _, key in found] == [f"hall\x1f{found[0][0]}", "hall"], table
    assert keys("permission", "label_key") == ["hall\x1f1", "hall"]
    assert len(list(twins.find())) == len(statements) + 1


def test_extensions_are_found_and_sorted_by_the_form(old):
    tenants_before = database.fetch_row("SELECT revision FROM tenant")[0]
    fill(3)
    with database.writing():
        profile = "json_set(profile, '$.first_name', ?, '$.last_name', ?, '$.work_phone', ?, '$.email', ?)"
        database.execute(
            f"UPDATE extension SET profile = {profile}, name_key = ?, email_key = ? WHERE id = 1",
            (
                "Zoe\u0308",
                "İnce",
                "+49 (30) 1-23",
                "ZOE\u0308@a.example",
                "i\u0307nce\x1fzoe\u0308",
                "zoe\u0308@a.example",
            ),
        )
    old()
    name_key, email_key = database.fetch_row("SELECT name_key, email_key FROM extension WHERE id = 1")
    assert (name_key, email_key) == ("ince\x1fzo\xeb", "zo\xeb@a.example")
    text = database.fetch_row("SELECT text FROM extension_search WHERE extension_id = 1")[0]
    assert text.split("\n")[1:] == ["100000", "zo\xeb", "ince", "zo\xeb@a.example", "+49 (30) 1-23", "+4930123"]
    assert database.fetch_row("SELECT revision FROM tenant")[0] > tenants_before
    assert consistency.find_inconsistencies() == []


@pytest.fixture
def twinned(app):
    """Two groups and two branches whose names differ in form only, as a store of before may have them."""
    for name in ("Sales", "Sales "):
        database.execute(
            "INSERT INTO extension_group (tenant_id, group_id, name, name_key, enable_intercom, enable_external_call,"
            " enable_management_console_access) VALUES (1, ?, ?, ?, 1, 1, 1)",
            (f"GUID{len(name)}", name, "sales" if name == "Sales" else "sales\x1f9"),
        )
        database.execute(
            "INSERT INTO branch (tenant_id, name, name_key) VALUES (1, ?, ?)",
            (name, "sales" if name == "Sales" else "sales\x1f9"),
        )


def named(table, name):
    found = table.named(HOME, name)
    assert found is not None
    return found


def test_a_name_means_the_twin_of_exactly_that_name_else_the_first(twinned):
    for table in (ExtensionGroup, Branch):
        for name, found in (("Sales", "Sales"), ("Sales ", "Sales "), ("SALES", "Sales"), (" sales", "Sales")):
            assert named(table, name).name == found
        assert table.named(HOME, "Sale") is None
        assert table.named(HOME, "Sales!") is None
    by_key = groups.rows_by_key(HOME)
    ids = {row.name: row.id for row in ExtensionGroup.page(HOME, order=[ExtensionGroup.id])}
    assert (by_key["Sales"], by_key["Sales "], by_key["sales"]) == (ids["Sales"], ids["Sales "], ids["Sales"])


def test_a_twin_may_be_sent_back_and_be_renamed(twinned):
    twin = named(Branch, "Sales ")
    branches.replace(HOME, twin.id, {"name": "Sales ", "city": "Bern"})
    assert branches.show(HOME, twin.id).city == "Bern"
    assert named(Branch, "Sales ").id == twin.id
    with pytest.raises(Duplicate):
        branches.replace(HOME, twin.id, {"name": "SALES"})
    branches.replace(HOME, twin.id, {"name": "Marketing"})
    assert [row.name_key for row in Branch.page(HOME, order=[Branch.name_key])] == ["marketing", "sales"]


def test_no_third_one_is_made_even_when_the_first_is_gone(twinned):
    for name in ("Sales", "sales ", "Ｓａｌｅｓ"):
        with pytest.raises(Duplicate):
            branches.create(HOME, {"name": name})
    first = named(Branch, "Sales")
    branches.replace(HOME, first.id, {"name": "Sales", "city": "Bern"})
    branches.destroy(HOME, first.id)
    with pytest.raises(Duplicate):
        branches.create(HOME, {"name": "Sales"})
    other = branches.create(HOME, {"name": "Other"})
    with pytest.raises(Duplicate):
        branches.replace(HOME, other, {"name": "sales"})
    assert named(Branch, "sales").name == "Sales "
