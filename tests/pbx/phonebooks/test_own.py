"""A user's phonebook: own entries, public phonebooks that the user's groups see, and all users, in one order."""

from collections.abc import Sequence

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import extensions, groups
from portsip_api.pbx.personal import private_entries
from portsip_api.pbx.phonebooks import own, own_sql, phonebooks
from portsip_api.pbx.settings.values import service_settings
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from portsip_api.store import database

HOME = tenants.DEFAULT_TENANT_ID
USERS = ("200", "205", "1000", "30000")
FLAGS = dict.fromkeys(("enable_intercom", "enable_external_call", "enable_management_console_access"), True)


def make_users(numbers: Sequence[str]) -> None:
    for number in numbers:
        extensions.create(HOME, {"extension_number": number, "password": "Sip-secret-1", "web_access_password": ""})


@pytest.fixture(autouse=True)
def user(app: object) -> int:
    """The user 200, a member of `sales`, among others."""
    make_users(USERS)
    groups.create(HOME, {"group_name": "sales", "members": ["200"], **FLAGS})
    groups.create(HOME, {"group_name": "staff", "members": ["205", "1000"], **FLAGS})
    return find_id(HOME, ExtensionKey("200"))


def add(user: int, *numbers: str, first_name: str = "Bo") -> None:
    names = {"first_name": first_name, "last_name": "Lind", "contact": {}}
    private_entries.create_all(HOME, user, [{**names, "number": number} for number in numbers])


def publish(name: str, *numbers: str, to: Sequence[str] = ("sales",), members: Sequence[str] = ()) -> None:
    content = "First name,Last name,Number\n" + "".join(f"Pu,Blic,{number}\n" for number in numbers)
    phonebooks.import_csv(HOME, name, content.encode(), members)
    phonebooks.show_to(HOME, name, to)


def leave_users_out() -> None:
    service_settings(HOME, own.SERVICE).put("phonebook/everyone", "0")


def listed(user: int, first: int = 0, last: int = 1000, words: str = "") -> list[str]:
    return [entry.number for entry in own.page(HOME, user, first, last, words).entries]


def listed_of(tenant_id: int, user_id: int) -> list[str]:
    return [entry.number for entry in own.everybody(tenant_id, user_id).entries]


ALL = ["7", "200", "201", "205", "205", "1000", "9999", "30000", "+49", "tel"]


def fill_book(user: int) -> None:
    add(user, "205", "tel", "7")
    publish("A", "+49", "201")
    publish("B", "9999", members=["staff"])
    publish("C", "1", to=["staff"])


def test_all_stand_in_one_order(user: int) -> None:
    fill_book(user)
    assert listed(user) == ALL
    ids = [entry.id is not None for entry in own.everybody(HOME, user).entries]
    assert ids == [True, False, False, True, False, False, False, False, False, True]
    assert own.page(HOME, user, 0, 0).size == len(ALL)


@pytest.mark.parametrize("everyone", [True, False])
@pytest.mark.parametrize("words", ["", "0"])
def test_every_page_is_the_part_of_the_whole(user: int, everyone: bool, words: str) -> None:
    fill_book(user)
    if not everyone:
        leave_users_out()
    whole = listed(user, words=words)
    for first in range(len(whole) + 2):
        for last in range(first, len(whole) + 2):
            assert listed(user, first, last, words) == whole[first:last], (first, last)
    found = own.page(HOME, user, 0, 0, words)
    assert (found.size, found.filtered) == (len(listed(user)), len(whole))


def test_without_all_users_the_members_of_groups_are_there_once(user: int) -> None:
    fill_book(user)
    publish("D", members=["staff"])
    leave_users_out()
    assert listed(user) == ["7", "201", "205", "205", "1000", "9999", "+49", "tel"]
    assert listed(user, words="100") == ["1000"]
    phonebooks.show_to(HOME, "B", [])
    phonebooks.show_to(HOME, "d", [])
    assert listed(user) == ["7", "201", "205", "+49", "tel"]


def test_words_are_found_in_entries_of_public_phonebooks(user: int) -> None:
    publish("A", "201", "4711")
    assert listed(user, words="BLIC") == ["201", "4711"]
    assert listed(user, words="pu 47") == ["4711"]
    assert listed(user, words="blic x") == []
    assert [entry.number for entry in own.search(HOME, user, "pu")] == ["201", "4711"]


def test_words_are_compared_in_their_normal_form(user: int) -> None:
    for number, name in (("1", "Straße"), ("2", "\u0301x"), ("3", "ＷＩＤＥ"), ("4", "İlkay")):
        add(user, number, first_name=name)
    for words, numbers in (("STRASSE", ["1"]), ("wide lind", ["3"]), ("ilk", ["4"]), ("lind 2", ["2"])):
        assert listed(user, words=words) == numbers, words


def test_a_phonebook_that_is_imported_again_is_seen_by_whom_it_was(user: int) -> None:
    publish("A", "201")
    phonebooks.import_csv(HOME, "a", b"X,Y,202\n")
    assert "202" in listed(user)
    phonebooks.remove(HOME, "A")
    assert listed(user) == list(USERS)


def test_no_group_of_another_tenant_sees_it(user: int) -> None:
    publish("A", "4711", to=[])
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    stranger = extensions.create(
        other, {"extension_number": "200", "password": "Sip-secret-1", "web_access_password": ""}
    )
    theirs = groups.create(other, {"group_name": "theirs", "members": ["200"], **FLAGS}).id
    with pytest.raises(Invalid):
        phonebooks.show_to(HOME, "A", ["theirs"])
    with database.writing():
        database.execute("INSERT INTO phonebook_grant SELECT id, ? FROM phonebook", (theirs,))
    assert listed_of(other, stranger) == ["200"]
    assert any("phonebooks join objects of different tenants" in text for text in find_inconsistencies())


def test_what_is_not_there_cannot_be_shown(user: int) -> None:
    publish("A", "201")
    with pytest.raises(Invalid):
        phonebooks.show_to(HOME, "A", ["sales", "nobody"])
    with pytest.raises(NotFound):
        phonebooks.show_to(HOME, "B", ["sales"])
    assert "201" in listed(user)


@pytest.mark.parametrize("number", ["", "0", "7", "007", "12345678901", "+49", "*97", "1a", "a1", "12 3"])
def test_numbers_are_compared_as_the_tables_compare_them(user: int, number: str) -> None:
    add(user, number or "1")
    if not number:
        database.execute("UPDATE private_entry SET number = ''")
    assert own.number_key(number) == database.fetch_row("SELECT number_key FROM private_entry")[0]


def plan(statement: str, values: dict[str, object]) -> list[str]:
    return [row[3] for row in database.fetch_all(f"EXPLAIN QUERY PLAN {statement}", values)]


@pytest.mark.parametrize("act", [lambda few: list(few.rows(5, 20)), lambda few: few.key(3), lambda few: few.count()])
def test_indexes_give_any_part_of_the_few(user: int, monkeypatch: pytest.MonkeyPatch, act) -> None:
    fill_book(user)
    few = own_sql.Few(HOME, user, own_sql.granted(HOME, user), members=False)
    asked: list[str] = []
    for name in ("fetch_all", "fetch_row"):
        real = getattr(database, name)

        def seen(statement: str, values: dict[str, object], real=real) -> object:
            if not statement.startswith("EXPLAIN"):
                asked.extend(plan(statement, values))
            return real(statement, values)

        monkeypatch.setattr(database, name, seen)
    act(few)
    assert asked
    assert not [step for step in asked if "TEMP B-TREE" in step or step.startswith(("SCAN e", "SCAN p"))]
