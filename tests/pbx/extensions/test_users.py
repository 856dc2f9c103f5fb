"""Users and user groups: extensions and their groups, as the other surface lists and writes them."""

import random
import shutil
from pathlib import Path

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD, WEB_PASSWORD
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import branches, extensions, groups, user_directory, user_groups, users
from portsip_api.pbx.extensions.drafts import Extension
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.extensions.user_directory import NoSuchUser, Reference, User
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database, migrations
from portsip_api.store.paging import Slice
from portsip_api.store.search import fold
from tests.bulk import fill

HOME = tenants.DEFAULT_TENANT_ID
ALL = Slice(0, 100)
HUGE = (0, -1, 99, 2**63, 10**30)


@pytest.fixture(autouse=True)
def store(app: object) -> None:
    """An empty store."""


@pytest.fixture
def other() -> int:
    """Another tenant."""
    return tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})


def make(number: str, **fields: object) -> int:
    return users.create(HOME, {"number": number, "pin": "x", **fields})


def numbers(ordering: str = "DEFAULT", part: Slice = ALL, **filters: object) -> list[str]:
    return [user.number for user in user_directory.page(HOME, ordering, part, **filters).rows]  # type: ignore[arg-type]


def stored(user_id: int) -> Extension:
    return extensions.show(HOME, ExtensionKey(id=user_id))


def test_a_user_is_an_extension() -> None:
    branch_id = branches.create(HOME, {"name": "Berlin"})
    sales = user_groups.create(HOME, {"name": "sales", "weight": 9})
    support = user_groups.create(HOME, {"name": "support", "weight": 2})
    user_id = users.create(
        HOME,
        {
            "number": "ann.smith",
            "pin": "web",
            "sip_password": "sip",
            "first_name": "Ann",
            "last_name": "Smith",
            "email": "ann@example.com",
            "group_ids": [sales, support],
            "branch_id": branch_id,
            "aliases": ["200", "ann"],
        },
    )
    assert user_directory.show(HOME, user_id) == User(
        user_id,
        "ann.smith",
        "Ann",
        "Smith",
        "ann@example.com",
        Reference(branch_id, "Berlin", None),
        [Reference(support, "support", None), Reference(sales, "sales", None)],
        ["200", "ann"],
    )
    extension = stored(user_id)
    assert extension.number == "ann.smith"
    assert (extension.secret(SIP_PASSWORD), extension.secret(WEB_PASSWORD)) == ("sip", "web")
    assert consistency.find_inconsistencies() == []


def test_an_extension_is_a_user() -> None:
    extension_id = extensions.create(HOME, {"extension_number": "1", "password": "x", "web_access_password": "x"})
    assert list(user_directory.page(HOME, "DEFAULT", ALL).rows) == [User(extension_id, "1", "", "", "", None, [], [])]


def test_replacing_empties_what_is_not_named_and_keeps_what_only_an_extension_has() -> None:
    branch_id = branches.create(HOME, {"name": "Berlin"})
    group = user_groups.create(HOME, {"name": "sales"})
    given = {"first_name": "Ann", "last_name": "S", "email": "a@b", "aliases": ["ann"], "sip_password": "sip"}
    user_id = make("200", **given, group_ids=[group], branch_id=branch_id)
    extensions.update(HOME, ExtensionKey(id=user_id), {"profile": {"mobile_phone": "123"}})
    users.replace(HOME, user_id, {"number": "200", "pin": "", "sip_password": "", "email": None})
    assert user_directory.show(HOME, user_id) == User(user_id, "200", "", "", "", None, [], [])
    extension = stored(user_id)
    assert extension.objects["profile"]["mobile_phone"] == "123"
    assert (extension.secret(SIP_PASSWORD), extension.secret(WEB_PASSWORD)) == ("sip", "x")
    assert consistency.find_inconsistencies() == []


def test_names_and_aliases_may_change_places() -> None:
    user_id = make("200", aliases=["ann", "bob"])
    users.replace(HOME, user_id, {"number": "ann", "pin": "new", "aliases": ["200", "bob"]})
    found = user_directory.show(HOME, user_id)
    assert (found.number, found.aliases) == ("ann", ["200", "bob"])
    assert stored(user_id).secret(WEB_PASSWORD) == "new"
    assert [user_directory.find(HOME, name) for name in ("ann", "200", "bob")] == [user_id] * 3
    assert consistency.find_inconsistencies() == []


def test_a_user_without_a_sip_password_gets_a_random_one() -> None:
    first, second = (stored(make(number, sip_password="")).secret(SIP_PASSWORD) for number in ("1", "2"))
    assert first != second
    assert len(first) >= 16


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": None}, "number"),
        ({"number": ""}, "number"),
        ({"number": "a@b"}, "number"),
        ({"number": 200}, "number"),
        ({"number": "superadmin"}, "number"),
        ({"pin": 7}, "pin"),
        ({"sip_password": "x" * 129}, "sip_password"),
        ({"first_name": "x" * 65}, "first_name"),
        ({"last_name": 1}, "last_name"),
        ({"email": "nobody"}, "email"),
        ({"group_ids": [99]}, "group_ids"),
        ({"group_ids": [10**30]}, "group_ids"),
        ({"group_ids": ["1"]}, "group_ids"),
        ({"group_ids": 1}, "group_ids"),
        ({"group_ids": list(range(1_001))}, "group_ids"),
        ({"branch_id": 99}, "branch_id"),
        ({"branch_id": 2**63}, "branch_id"),
        ({"branch_id": "1"}, "branch_id"),
        ({"aliases": ["a b"]}, "aliases"),
        ({"aliases": "ann"}, "aliases"),
        ({"aliases": [{}]}, "aliases"),
    ],
)
def test_bad_values_are_named_as_they_were_given_and_leave_nothing(fields: dict[str, object], field: str) -> None:
    make("1")
    user_id = make("2", aliases=["two"])
    with pytest.raises(Invalid) as caught:
        users.create(HOME, {"number": "200", "pin": "x", **fields})
    assert list(caught.value.errors) == [field]
    with pytest.raises(Invalid) as caught:
        users.replace(HOME, user_id, {"number": "2", **fields})
    assert list(caught.value.errors) == [field]
    assert numbers() == ["1", "2"]
    assert user_directory.show(HOME, user_id).aliases == ["two"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": "1"}, "number"),
        ({"number": "one"}, "number"),
        ({"number": "3", "aliases": ["1"]}, "aliases"),
        ({"number": "3", "aliases": ["x", "one"]}, "aliases"),
        ({"number": "3", "aliases": ["3"]}, "aliases"),
    ],
)
def test_names_that_are_taken_are_named_as_they_were_given(fields: dict[str, object], field: str) -> None:
    make("1", aliases=["one"])
    user_id = make("2", aliases=["two"])
    for call in (lambda: users.create(HOME, {"pin": "x", **fields}), lambda: users.replace(HOME, user_id, fields)):
        with pytest.raises(Duplicate) as caught:
            call()
        assert caught.value.field == field
    assert user_directory.show(HOME, user_id).aliases == ["two"]
    assert numbers() == ["1", "2"]


@pytest.mark.parametrize("user_id", HUGE)
def test_who_does_not_exist_is_not_found(user_id: int) -> None:
    for call in (
        lambda: user_directory.show(HOME, user_id),
        lambda: users.replace(HOME, user_id, {"number": "1"}),
        lambda: users.destroy(HOME, user_id),
        lambda: user_directory.page(HOME, "NAME", ALL, ids=[user_id]),
        lambda: user_directory.everyone(HOME, "NAME", ids=[user_id]),
    ):
        with pytest.raises(NoSuchUser) as caught:
            call()
        assert caught.value.user_id == user_id
    with pytest.raises(NotFound):
        user_directory.page(HOME, "NAME", ALL, branch_id=user_id)


def test_a_name_is_found_as_it_is_written() -> None:
    user_id = make("200", aliases=["ann"])
    assert [user_directory.find(HOME, name) for name in ("200", "ann")] == [user_id] * 2
    for unknown in ("2000", "Ann", "", "x"):
        with pytest.raises(NotFound):
            user_directory.find(HOME, unknown)


def test_users_of_other_tenants_are_not_found(other: int) -> None:
    user_id = make("1", aliases=["one"])
    branch_id = branches.create(HOME, {"name": "Berlin"})
    group = user_groups.create(HOME, {"name": "sales"})
    assert user_directory.page(other, "DEFAULT", ALL).total == user_directory.everyone(other, "NAME").total == 0
    for call in (
        lambda: user_directory.show(other, user_id),
        lambda: users.replace(other, user_id, {"number": "1"}),
        lambda: users.destroy(other, user_id),
        lambda: user_directory.find(other, "1"),
        lambda: user_directory.find(other, "one"),
        lambda: user_directory.page(other, "NAME", ALL, branch_id=branch_id),
        lambda: user_directory.page(other, "NAME", ALL, ids=[user_id]),
    ):
        with pytest.raises(NotFound):
            call()
    for fields in ({"branch_id": branch_id}, {"group_ids": [group]}):
        with pytest.raises(Invalid):
            users.create(other, {"number": "1", "pin": "x", **fields})


def test_a_user_is_removed() -> None:
    user_id = make("1", aliases=["one"], group_ids=[user_groups.create(HOME, {"name": "sales"})])
    users.destroy(HOME, user_id)
    assert numbers() == []
    assert consistency.find_inconsistencies() == []


def test_lists_are_sorted_by_each_name() -> None:
    for number, first, last in (("3", "bea", "Zorn"), ("20", "Ann", "adams"), ("x", "Cid", ""), ("1", "", "Moor")):
        make(number, first_name=first, last_name=last)
    assert numbers("DEFAULT") == ["1", "3", "20", "x"]
    assert numbers("NAME") == ["x", "20", "1", "3"]
    assert numbers("FIRST_NAME") == ["1", "20", "3", "x"]
    assert numbers("FIRST_NAME", Slice(1, 2, descending=True)) == ["3", "20"]
    user_id = user_directory.find(HOME, "1")
    users.replace(HOME, user_id, {"number": "5", "first_name": "Zoe", "last_name": "Moor"})
    assert numbers("FIRST_NAME") == ["20", "3", "x", "5"]
    users.replace(HOME, user_id, {"number": "4", "first_name": "Zoe", "last_name": "Moor"})
    users.destroy(HOME, user_directory.find(HOME, "3"))
    assert numbers("FIRST_NAME") == ["20", "x", "4"]
    assert consistency.find_inconsistencies() == []


def test_users_of_a_branch_or_with_certain_ids() -> None:
    branch_id, empty = (branches.create(HOME, {"name": name}) for name in ("Berlin", "Bonn"))
    ids = [make(str(n), last_name="x" * (9 - n), branch_id=branch_id if n % 2 else None) for n in range(6)]
    assert numbers(branch_id=branch_id) == ["1", "3", "5"]
    assert numbers("NAME", branch_id=branch_id) == ["5", "3", "1"]
    assert numbers(branch_id=empty) == []
    assert numbers(ids=[ids[4], ids[0], ids[4]]) == ["0", "4"]
    assert numbers(ids=[ids[4], ids[1]], branch_id=branch_id) == ["1"]
    assert numbers(ids=[]) == []
    page = user_directory.page(HOME, "DEFAULT", Slice(1, 1, descending=True), branch_id=branch_id)
    assert ([user.number for user in page.rows], page.total) == (["3"], 3)
    assert user_directory.page(HOME, "DEFAULT", Slice(5, 5), ids=ids[:4]).total == 4


def test_everyone_is_read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_directory, "BLOCK", 2)
    branch_id = branches.create(HOME, {"name": "Berlin"})
    for n in range(5):
        make(str(n), branch_id=branch_id if n else None)
    everyone = user_directory.everyone(HOME, "DEFAULT", descending=True)
    assert everyone.total == 5
    assert [[user.number for user in block] for block in everyone.blocks] == [["4", "3"], ["2", "1"], ["0"]]
    everyone = user_directory.everyone(HOME, "NAME", branch_id=branch_id)
    assert (everyone.total, [len(block) for block in everyone.blocks]) == (4, [2, 2])


def check_order(rng: random.Random) -> None:
    """Pages by first name are what sorting all users gives, and no block is large."""
    rows = database.fetch_all("SELECT number, name_key FROM extension ORDER BY number")
    expected = [number for number, key in sorted(rows, key=lambda row: (*row[1].split("\x1f")[::-1], row[0]))]
    total = len(expected)
    for offset in (0, 3_999, 4_000, total - 5, total, rng.randrange(total)):
        page = user_directory.page(HOME, "FIRST_NAME", Slice(offset, 50))
        assert ([user.number for user in page.rows], page.total) == (expected[offset : offset + 50], total)
        page = user_directory.page(HOME, "FIRST_NAME", Slice(offset, 50, descending=True))
        assert [user.number for user in page.rows] == expected[::-1][offset : offset + 50]
    largest, counted = database.fetch_row(
        "SELECT max(rows), sum(rows) FROM extension_order_block WHERE ordering = 'FIRST_NAME'"
    )
    assert largest < 8_000
    assert counted == total


def test_pages_of_many_users_are_what_sorting_them_all_gives() -> None:
    fill(9_000)
    check_order(random.Random(5))


@pytest.mark.parametrize("filters", [{}, {"branch_id": 1}, {"ids": [1, 2, 3]}])
def test_a_page_costs_a_few_statements_however_many_it_shows(
    filters: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    branch_id = branches.create(HOME, {"name": "Berlin"})
    group = user_groups.create(HOME, {"name": "sales"})
    for n in range(20):
        make(str(n), branch_id=branch_id, group_ids=[group], aliases=[f"a{n}"])
    seen: list[str] = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    counts = set()
    for size in (1, 3):
        seen.clear()
        assert len(numbers("FIRST_NAME", Slice(0, size), **filters)) == size
        counts.add(len(seen))
    assert len(counts) == 1
    assert counts.pop() <= 4


def test_the_users_of_a_branch_are_found_by_index() -> None:
    plan = database.fetch_all(
        "EXPLAIN QUERY PLAN SELECT count(*) FROM extension AS e WHERE e.tenant_id = ? AND e.branch_id = ?", (1, 1)
    )
    assert "extension_branch" in plan[0][3]


def group_names(ordering: str = "name", part: Slice = ALL) -> list[str]:
    return [group.name for group in user_groups.page(HOME, ordering, part).rows]


def test_a_user_group_is_an_extension_group_that_allows_all() -> None:
    branch_id = branches.create(HOME, {"name": "Berlin", "city": "Berlin"})
    group_id = user_groups.create(HOME, {"name": "sales", "description": "Sells", "branch_id": branch_id})
    found = user_groups.show(HOME, group_id)
    assert (found.name, found.description, found.weight) == ("sales", "Sells", 1)
    assert found.branch == branches.show(HOME, branch_id)
    assert list(user_groups.page(HOME, "name", ALL).rows) == [found]
    assert all(groups.show(HOME, GroupKey(id=group_id)).permissions.values())


def test_an_extension_group_is_a_user_group_and_the_default_group_is_none() -> None:
    fields = {"group_name": "Sales", **dict.fromkeys(groups.PERMISSIONS, False)}
    group_id = groups.create(HOME, fields).id
    assert user_groups.show(HOME, group_id) == user_groups.UserGroup(group_id, "Sales", None, 1, None)
    assert groups.page(HOME, ALL).total == 2
    assert user_groups.page(HOME, "name", ALL).total == 1
    default_group = groups.show(HOME, GroupKey(tenants.DEFAULT_GROUP)).id
    for call in (
        lambda: user_groups.show(HOME, default_group),
        lambda: user_groups.replace(HOME, default_group, {"name": "x"}),
        lambda: user_groups.destroy(HOME, default_group),
    ):
        with pytest.raises(NotFound):
            call()


def test_replacing_a_group_keeps_its_members_flags_and_weight() -> None:
    branch_id = branches.create(HOME, {"name": "Berlin"})
    group_id = user_groups.create(HOME, {"name": "sales", "description": "x", "branch_id": branch_id, "weight": 7})
    groups.update(HOME, GroupKey(id=group_id), {"enable_intercom": False})
    user_id = make("1", group_ids=[group_id])
    user_groups.replace(HOME, group_id, {"name": "Sales"})
    assert user_groups.show(HOME, group_id) == user_groups.UserGroup(group_id, "Sales", None, 7, None)
    assert user_directory.show(HOME, user_id).groups == [Reference(group_id, "Sales", None)]
    assert groups.show(HOME, GroupKey(id=group_id)).permissions["enable_intercom"] is False
    user_groups.replace(HOME, group_id, {"name": "Sales", "weight": 3})
    assert user_groups.show(HOME, group_id).weight == 3


def test_a_new_group_weighs_more_than_all_others(other: int) -> None:
    weights = []
    for name, given in (("a", None), ("b", 10), ("c", None), ("d", 2), ("e", None)):
        weights.append(user_groups.show(HOME, user_groups.create(HOME, {"name": name, "weight": given})).weight)
    assert weights == [1, 10, 11, 2, 12]
    assert user_groups.show(other, user_groups.create(other, {"name": "a"})).weight == 1
    assert group_names("weight") == ["a", "d", "b", "c", "e"]


def test_groups_are_sorted_without_case() -> None:
    for name, description in (("b", "1"), ("C", ""), ("a", "2"), ("Äh", "1")):
        user_groups.create(HOME, {"name": name, "description": description})
    assert group_names() == sorted(["b", "C", "a", "Äh"], key=fold)
    assert group_names("description") == ["C", "b", "Äh", "a"]
    assert group_names("description", Slice(1, 2, descending=True)) == ["Äh", "b"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "x", "description": 1}, "description"),
        ({"name": "x", "weight": 0}, "weight"),
        ({"name": "x", "branch_id": 9}, "branch_id"),
        ({"name": "x", "branch_id": "1"}, "branch_id"),
    ],
)
def test_bad_values_of_a_group_are_named(fields: dict[str, object], field: str) -> None:
    group_id = user_groups.create(HOME, {"name": "sales"})
    for call in (lambda: user_groups.create(HOME, fields), lambda: user_groups.replace(HOME, group_id, fields)):
        with pytest.raises(Invalid) as caught:
            call()
        assert list(caught.value.errors) == [field]
    assert group_names() == ["sales"]


def test_a_group_name_is_unique_without_case() -> None:
    user_groups.create(HOME, {"name": "Sales"})
    second = user_groups.create(HOME, {"name": "b"})
    for call in (
        lambda: user_groups.create(HOME, {"name": "SALES"}),
        lambda: user_groups.replace(HOME, second, {"name": "sales"}),
    ):
        with pytest.raises(Duplicate) as caught:
            call()
        assert caught.value.field == "name"


def test_the_group_of_administrators_keeps_its_name() -> None:
    group_id = user_groups.create(HOME, {"name": "administrators"})
    user_groups.replace(HOME, group_id, {"name": "administrators", "description": "Trusted"})
    for call in (
        lambda: user_groups.replace(HOME, group_id, {"name": "others"}),
        lambda: user_groups.destroy(HOME, group_id),
    ):
        with pytest.raises(Conflict):
            call()
    assert user_groups.show(HOME, group_id).description == "Trusted"


def test_a_group_is_found_by_its_name_without_case(other: int) -> None:
    id_ = user_groups.create(HOME, {"name": "Sales & Co"})
    assert user_groups.find_by_name(HOME, "SALES & co").id == id_
    for tenant_id, name in ((other, "Sales & Co"), (HOME, "Sales"), (HOME, tenants.DEFAULT_GROUP), (HOME, "")):
        with pytest.raises(NotFound):
            user_groups.find_by_name(tenant_id, name)


@pytest.mark.parametrize("group_id", HUGE)
def test_a_group_that_does_not_exist_is_not_found(group_id: int) -> None:
    for call in (
        lambda: user_groups.show(HOME, group_id),
        lambda: user_groups.replace(HOME, group_id, {"name": "x"}),
        lambda: user_groups.destroy(HOME, group_id),
    ):
        with pytest.raises(NotFound):
            call()


def test_a_group_of_another_tenant_is_not_found_and_a_removed_one_is_gone(other: int) -> None:
    group_id = user_groups.create(HOME, {"name": "sales"})
    user_id = make("1", group_ids=[group_id])
    with pytest.raises(NotFound):
        user_groups.destroy(other, group_id)
    user_groups.destroy(HOME, group_id)
    assert user_directory.show(HOME, user_id).groups == []
    assert consistency.find_inconsistencies() == []


def test_what_was_stored_before_there_were_users_is_sorted_and_weighed(tmp_path: Path) -> None:
    for migration in migrations.known():
        shutil.copy(migration.path, tmp_path)
    later = sorted(tmp_path.glob("*.sql"))[3:]
    kept = {path: path.read_bytes() for path in later}
    for path in later:
        path.unlink()
    database.use(tmp_path / "old.sqlite3")
    migrations.migrate(tmp_path / "lock", tmp_path)
    database.execute("INSERT INTO tenant (name, name_key, domain) VALUES ('default', 'default', 'old.example')")
    fill(9_000)
    for name, is_default in (("__DEFAULT_EXTENSION_GROUP__", 1), ("b", 0), ("a", 0)):
        database.execute(
            "INSERT INTO extension_group (tenant_id, group_id, name, name_key, enable_intercom, enable_external_call,"
            " enable_management_console_access, is_default) VALUES (1, ?, ?, ?, 1, 1, 1, ?)",
            (name, name, name, is_default),
        )
    for path, content in kept.items():
        path.write_bytes(content)
    migrations.migrate(tmp_path / "lock", tmp_path)
    assert user_directory.page(HOME, "FIRST_NAME", Slice(4_500, 1)).total == 9_000
    check_order(random.Random(6))
    assert group_names("weight") == ["b", "a"]
    assert user_groups.show(HOME, user_groups.create(HOME, {"name": "c"})).weight == 3
    database.db.close()
