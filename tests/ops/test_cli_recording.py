"""`pbx recording`."""

import pytest

from portsip_api.pbx.calls import recordings
from portsip_api.pbx.calls.keys import Times
from portsip_api.store.paging import Slice
from tests.audio import wav
from tests.crm import Crm


@pytest.fixture
def run(app, admin: Crm):
    """A function that runs a command over the recordings of 1000 and returns its outcome."""
    admin.make_extension("1000")
    return lambda *arguments: app.test_cli_runner().invoke(args=["pbx", "recording", *arguments])


@pytest.fixture
def file(tmp_path):
    """A WAV file of half a second."""
    path = tmp_path / "call.wav"
    path.write_bytes(wav(0.5))
    return str(path)


def test_recordings_are_kept_listed_and_deleted(run, file, time):
    made = run("deposit", "1000", file, "--from", "1000", "--to", "+4930", "--call-id", "c1", "--name", "a.wav")
    assert made.exit_code == 0, made.output
    (kept,) = recordings.page(1, Times(), Slice(0, 9)).rows
    assert made.output == f"Kept a.wav, 0.5 seconds, with the id {kept.id}.\n"
    line = run("list").output.rstrip("\n").split("\t")
    assert line[0] == str(kept.id)
    assert line[1].endswith("+00:00")
    assert line[2:] == ["1000", "1000", "+4930", "0.5", "a.wav"]
    assert run("delete", line[0]).output == f"Deleted the recording {line[0]}.\n"
    assert run("list").output == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("deposit", "1999", "{file}"), "There is no such extension."),
        (("deposit", "1000", "{file}", "--tenant", "else.where"), "There is no tenant with this domain."),
        (("deposit", "1000", "/no/such.wav"), "No such file or directory"),
        (("deposit", "1000", "{text}"), "The file must be a WAV file"),
        (("delete", "7"), "There is no such recording."),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(run, file, tmp_path, arguments, sentence):
    text = tmp_path / "call.txt"
    text.write_text("no sound")
    outcome = run(*(part.format(file=file, text=text) for part in arguments))
    assert outcome.exit_code != 0
    assert sentence in outcome.output
