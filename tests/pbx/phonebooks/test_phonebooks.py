"""Phonebooks: imported entries and the members of groups, in one order."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, NotFound, TooLarge
from portsip_api.pbx.extensions import user_directory, user_groups, users
from portsip_api.pbx.phonebooks import phonebooks
from portsip_api.pbx.phonebooks.reading import MOST_BYTES, MOST_ROWS
from portsip_api.store import database
from tests.bulk import fill

HOME = tenants.DEFAULT_TENANT_ID
FILE = b"First name,Last name,Number\nAnn,Smith,200\nBob,adams,+49 30 1\n"


@pytest.fixture(autouse=True)
def store(app: object) -> None:
    """An empty store."""


def read(content: str | bytes) -> list[tuple[str, ...]]:
    """The entries of a phonebook that is made of that file."""
    phonebooks.import_csv(HOME, "x", content if isinstance(content, bytes) else content.encode())
    return [tuple(entry) for entry in phonebooks.entries(HOME, "x")]


def test_entries_stand_by_last_name_and_first_name_without_case() -> None:
    assert read("b,Z,1\nA,z,2\nC,y,3\nd,,4\nb,Z,0\n") == [
        ("d", "", "4"),
        ("C", "y", "3"),
        ("A", "z", "2"),
        ("b", "Z", "0"),
        ("b", "Z", "1"),
    ]
    (entry,) = phonebooks.entries(HOME, "X")[:1]
    assert (entry.first_name, entry.last_name, entry.number) == ("d", "", "4")


@pytest.mark.parametrize(
    "content",
    [
        "Ann,Smith,200",
        "\ufeffAnn,Smith,200\r\n",
        "First name,Last name,Number\nAnn,Smith,200\n",
        "\ufefffirst_name, LAST NAME ,number\r\n\r\nAnn, Smith ,200\r\n,,\r\n",
        '"First Name","Last Name","Number"\n"Ann","Smith","200"\n',
        "First name;Last name;Number\nAnn;Smith;200\n",
        "Number,Job Title,Last name,First name\n200,Boss,Smith,Ann\n",
        "Ann,Smith,200,Boss,Berlin\n",
    ],
)
def test_files_that_say_the_same(content: str) -> None:
    assert read(content) == [("Ann", "Smith", "200")]


def test_quoted_values() -> None:
    assert read('"Ann ""A."", B.","Sm;ith",200\n') == [('Ann "A.", B.', "Sm;ith", "200")]


def test_a_header_is_one_in_the_first_row_only() -> None:
    with pytest.raises(Invalid, match="row 2: Number: Must have a digit"):
        read("Ann,Smith,200\nFirst name,Last name,Number\n")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("Ann,Smith,200\nBob,Adams\n", "row 2"),
        ("First name,Last name,Number\n\nBob,Adams,\n", "row 3"),
        ("Ann,Smith,200\nA\x00,B,1\n", "row 2"),
        ('"A\nB",C,1\n', "row 1"),
        ("x" * 256 + ",B,1\n", "row 1"),
        ('Ann,Smith,200\n"Bob,Adams,1\n', "row 2"),
        ('Ann,Smith,200\n"Bob"x,Adams,1\n', "row 2"),
        ("x" * 200_000, "row 1"),
        (b"\xff\xfeA\x00", "file"),
        (b"Ann,Smith,\x81", "file"),
        ("Ann,Smith,200\nBob,Adams,none\n", "row 2"),
        ("Ann,Smith,200\nBob,Adams,\uff11\n", "row 2"),
        ("sep=,\nFirst name,Last name,Number\nAnn,Smith,4.9E+11\n", "row 2"),
        ('Ann,Smith,"=""0012"""\n', "row 1"),
        ("a,b,1\n" * (MOST_ROWS + 1), "file"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_changed(content: str | bytes, field: str) -> None:
    before = read(FILE)
    with pytest.raises(Invalid) as caught:
        read(content)
    assert list(caught.value.errors) == [field]
    assert [tuple(entry) for entry in phonebooks.entries(HOME, "x")] == before


def test_every_bad_row_is_named_up_to_fifty() -> None:
    with pytest.raises(Invalid) as caught:
        read("a,b,\n" * 2 + "a,b,1\n" + "a\n" * 100)
    assert list(caught.value.errors)[:3] == ["row 1", "row 2", "row 4"]
    assert caught.value.errors["row 1"] == ["Number: Must have 1 to 128 characters."]
    assert len(caught.value.errors) == 50


def test_a_file_has_so_many_rows_and_bytes() -> None:
    assert len(read("a,b,1\n" * MOST_ROWS)) == MOST_ROWS
    with pytest.raises(TooLarge, match="5 MiB"):
        read(bytes(MOST_BYTES + 1))


def test_the_members_of_groups_stand_in_it_once() -> None:
    sales, support = (user_groups.create(HOME, {"name": name}) for name in ("Sales", "Support"))
    cid = {"number": "1", "pin": "x", "first_name": "Cid", "last_name": "B"}
    users.create(HOME, {**cid, "group_ids": [sales, support]})
    users.create(HOME, {**cid, "number": "2"})
    assert phonebooks.import_csv(HOME, "Both", b"Ann,A,9\nEve,C,8\n", ["sales", "SUPPORT", "Sales"]) == 2
    phonebooks.import_csv(HOME, "Members", b"", ["Support"])
    assert [entry.number for entry in phonebooks.entries(HOME, "both")] == ["9", "1", "8"]
    assert [tuple(entry) for entry in phonebooks.entries(HOME, "Members")] == [("Cid", "B", "1")]
    users.destroy(HOME, user_directory.find(HOME, "1"))
    assert phonebooks.entries(HOME, "Members") == []
    user_groups.destroy(HOME, sales)
    assert [entry.number for entry in phonebooks.entries(HOME, "Both")] == ["9", "8"]


@pytest.mark.parametrize("group", ["Nobody", "", tenants.DEFAULT_GROUP])
def test_an_unknown_group_is_refused(group: str) -> None:
    with pytest.raises(Invalid) as caught:
        phonebooks.import_csv(HOME, "x", FILE, [group])
    assert list(caught.value.errors) == ["group"]
    assert phonebooks.names(HOME) == []


def test_an_import_replaces_the_phonebook_of_that_name() -> None:
    user_groups.create(HOME, {"name": "Sales"})
    phonebooks.import_csv(HOME, "Team", FILE, ["Sales"])
    phonebooks.import_csv(HOME, "TEAM", b"Eve,C,8\n")
    assert phonebooks.names(HOME) == ["TEAM"]
    assert [entry.number for entry in phonebooks.entries(HOME, "team")] == ["8"]
    for table, rows in (("phonebook_entry", 1), ("phonebook_group", 0)):
        assert database.fetch_row(f"SELECT count(*) FROM {table}")[0] == rows


@pytest.mark.parametrize("name", ["", " ", " a", "a\n", "x" * 256])
def test_a_phonebook_needs_a_name(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        phonebooks.import_csv(HOME, name, FILE)
    assert list(caught.value.errors) == ["name"]


def test_names_stand_in_order_and_a_removed_phonebook_is_gone() -> None:
    for name in ("b", "A", "a/b & c"):
        phonebooks.import_csv(HOME, name, FILE)
    assert phonebooks.names(HOME) == ["A", "a/b & c", "b"]
    phonebooks.remove(HOME, "a")
    assert phonebooks.names(HOME) == ["a/b & c", "b"]
    for call in (lambda: phonebooks.remove(HOME, "A"), lambda: phonebooks.entries(HOME, "A")):
        with pytest.raises(NotFound):
            call()


def test_other_tenants_have_other_phonebooks() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    user_groups.create(HOME, {"name": "Sales"})
    phonebooks.import_csv(HOME, "x", FILE)
    assert phonebooks.names(other) == []
    with pytest.raises(NotFound):
        phonebooks.entries(other, "x")
    with pytest.raises(NotFound):
        phonebooks.remove(other, "x")
    with pytest.raises(Invalid, match="no extension group Sales"):
        phonebooks.import_csv(other, "x", FILE, ["Sales"])
    phonebooks.import_csv(other, "x", b"Eve,C,8\n")
    assert len(phonebooks.entries(HOME, "x")) == 2


def test_reading_one_does_not_go_through_all_extensions() -> None:
    user_groups.create(HOME, {"name": "Sales"})
    phonebooks.import_csv(HOME, "x", FILE, ["Sales"])

    def count_steps() -> int:
        """Count what the store does, in units of a hundred instructions of SQLite."""
        steps: list[None] = []
        database.db.connection().set_progress_handler(lambda: steps.append(None), 100)
        try:
            assert len(phonebooks.entries(HOME, "x")) == 2
        finally:
            database.db.connection().set_progress_handler(None, 0)
        return len(steps)

    few = count_steps()
    fill(3_000)
    assert count_steps() <= few + 20
