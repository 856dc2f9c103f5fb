"""`pbx attendant`."""

import pytest

from portsip_api.pbx.features import attendants


@pytest.fixture
def run(app):
    """A function that runs a command and returns its outcome."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["pbx", "attendant", *arguments])


def test_attendants_are_made_listed_and_removed(run):
    made = run("add", "Holidays", "--number", "700", "--live-code", "*81", "--expire-hours", "4")
    assert made.exit_code == 0, made.output
    key = attendants.list_all(1)[-1].key
    assert made.output == f"Made the attendant Holidays with the id {key}.\n"
    attendants.select(1, "operator")
    attendants.enable_special_mode(1)
    assert run("list").output.splitlines() == [
        "operator\tOperator\t\t\tspecial",
        "afterhour\tAfter hours\t\t\t",
        f"{key}\tHolidays\t700\t*81\tlive",
    ]
    assert run("remove", "holidays").output == "Removed the attendant Holidays.\n"
    assert len(attendants.list_all(1)) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "Operator"), "Another attendant has this name."),
        (("add", "x", "--schedule", "Lunch"), "There is no general schedule with this name."),
        (("add", "x", "--expire-hours", "0"), "is not in the range"),
        (("add", "x", "--tenant", "else.where"), "There is no tenant with this domain."),
        (("remove", "x"), "There is no such attendant."),
        (("remove", "Operator"), "A built-in attendant cannot be removed."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(run, arguments, sentence):
    outcome = run(*arguments)
    assert outcome.exit_code != 0
    assert sentence in outcome.output
    assert "Traceback" not in outcome.output
