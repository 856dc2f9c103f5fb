"""`pbx phonebook …`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extensions import user_groups, users
from portsip_api.pbx.phonebooks import own, phonebooks

HOME = tenants.DEFAULT_TENANT_ID


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """A function that runs a command and returns its outcome."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["pbx", "phonebook", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with two entries."""
    path = tmp_path / "team.csv"
    path.write_text("First name,Last name,Number\nAnn,Smith,200\nBob,Adams,201\n", encoding="utf-8")
    return path


def test_a_phonebook_is_imported_listed_and_removed(run: Callable[..., Result], file: Path) -> None:
    outcome = run("import", "Team", file)
    assert (outcome.exit_code, outcome.output) == (0, "Imported 2 entries into the phonebook Team.\n")
    assert [entry.number for entry in phonebooks.entries(HOME, "Team")] == ["201", "200"]
    assert run("list").output == "Team\n"
    assert run("remove", "team").output == "Removed the phonebook team.\n"
    assert run("list").output == ""


def test_the_members_of_groups_come_along(run: Callable[..., Result], file: Path) -> None:
    groups = [user_groups.create(HOME, {"name": name}) for name in ("Sales", "Support")]
    for number, group in zip(("1", "2"), groups, strict=True):
        users.create(HOME, {"number": number, "pin": "x", "group_ids": [group]})
    assert run("import", "All", file, "--group", "sales", "--group", "Support").exit_code == 0
    assert [entry.number for entry in phonebooks.entries(HOME, "All")] == ["1", "2", "201", "200"]
    assert run("import", "Sales", "--group", "Sales").output == "Imported 0 entries into the phonebook Sales.\n"
    assert [entry.number for entry in phonebooks.entries(HOME, "Sales")] == ["1"]


def test_the_members_of_groups_see_it(run: Callable[..., Result], file: Path) -> None:
    group = user_groups.create(HOME, {"name": "Sales"})
    user = users.create(HOME, {"number": "1", "pin": "x", "group_ids": [group]})
    run("import", "Team", file)
    for groups, sentence, numbers in (
        (("Sales",), "The phonebook Team is seen by the members of Sales.\n", ["1", "200", "201"]),
        ((), "The phonebook Team is seen by the members of no group.\n", ["1"]),
    ):
        assert run("show-to", "Team", *groups).output == sentence
        assert [entry.number for entry in own.everybody(HOME, user).entries] == numbers


def test_a_tenant_is_named_by_its_domain(run: Callable[..., Result], file: Path) -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    assert run("import", "Team", file, "--tenant", "other.example").exit_code == 0
    assert (phonebooks.names(HOME), phonebooks.names(other)) == ([], ["Team"])
    assert run("list", "--tenant", "other.example").output == "Team\n"


def test_every_bad_row_is_named(run: Callable[..., Result], file: Path) -> None:
    file.write_text("Ann,Smith,200\nBob\nCid,B,\n", encoding="utf-8")
    outcome = run("import", "Team", file)
    assert outcome.exit_code == 1
    assert "error: row 2: Must have a first name, a last name and a number." in outcome.output
    assert "error: row 3: Number: Must have 1 to 128 characters." in outcome.output
    assert "The phonebook was not imported." in outcome.output
    assert phonebooks.names(HOME) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "Team"), "made of a file, of groups, or of both"),
        (("import", "Team", "/nowhere/team.csv"), "No such file"),
        (("import", "Team", "--group", "Nobody"), "There is no extension group Nobody."),
        (("import", "Team", "--group", "a", "--tenant", "else.where"), "There is no tenant with this domain."),
        (("show-to", "Team"), "There is no such phonebook."),
        (("remove", "Team"), "There is no such phonebook."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    run: Callable[..., Result], arguments: tuple[str, ...], sentence: str
) -> None:
    outcome = run(*arguments)
    assert outcome.exit_code != 0
    assert sentence in outcome.output
    assert "Traceback" not in outcome.output
