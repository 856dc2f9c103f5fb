"""`pbx route` and `pbx hours`."""

import pytest

from portsip_api.store import database


@pytest.fixture
def run(app, admin):
    """A function that runs a command and returns its outcome; there is the extension 1000 in Berlin."""
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    admin.do("holidays/create", name="Christmas", month=12, day=25)
    admin.make_extension("1000")
    return lambda *arguments: app.test_cli_runner().invoke(args=["pbx", *arguments])


def test_a_route_with_its_reasons(run):
    outcome = run("route", "1000", "--at", "2026-12-24T18:30", "--state", "offline")
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.splitlines() == [
        "1000 is OFFLINE at Thursday 2026-12-24 18:30 Europe/Berlin; the office is closed.",
        "1. CONNECT_TO_VOICE_MAIL 1000 with default.wav",
        (
            "   1000 is offline, and Thursday 18:30 Europe/Berlin is outside office hours: "
            "the call goes to the voicemail of 1000. (forward_rules.offline.outside_office_hours_action)"
        ),
    ]


def test_a_week_as_a_table(run):
    outcome = run("hours", "1000", "--at", "2026-12-24T10:00")
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.splitlines() == [
        "1000 is open at Thursday 2026-12-24 10:00 Europe/Berlin.",
        "Thursday 2026-12-24   09:00–17:00",
        "Friday 2026-12-25     closed (Christmas)",
        "Saturday 2026-12-26   closed",
        "Sunday 2026-12-27     closed",
        "Monday 2026-12-28     09:00–17:00",
        "Tuesday 2026-12-29    09:00–17:00",
        "Wednesday 2026-12-30  09:00–17:00",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("route", "9"), "There is no such extension."),
        (("hours", "1000", "--at", "noon"), "must be a time in ISO 8601"),
        (("route", "1000", "--state", "asleep"), "is not one of"),
        (("route", "1000", "--tenant", "else.where"), "There is no tenant with this domain."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(run, arguments, sentence):
    outcome = run(*arguments)
    assert outcome.exit_code != 0
    assert sentence in outcome.output
    assert "Traceback" not in outcome.output


def test_a_time_zone_that_is_unknown_here_is_warned_of(run):
    with database.writing():
        database.execute("UPDATE tenant SET time_zone = 'Mars/Base'")
    for command in ("route", "hours"):
        outcome = run(command, "1000", "--at", "2026-12-24T10:00")
        assert outcome.exit_code == 0
        assert outcome.stderr.splitlines()[-1] == (
            "Warning: The time zone Mars/Base is unknown on this machine; UTC is used in its place."
        )
        assert "10:00 UTC" in outcome.stdout
