"""`pbx mailbox`."""

import pytest

from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import messages, telling
from portsip_api.store.paging import Slice
from tests.audio import check_plays, wav
from tests.crm import Crm
from tests.pbx.mailboxes.test_telling import Phones


@pytest.fixture
def run(app, admin: Crm):
    """A function that runs a command over the mailboxes of 1000 and 1001 and returns its outcome."""
    for number, name in (("1000", "Ana"), ("1001", "Bo")):
        admin.make_extension(number, profile={"first_name": name})
    return lambda *arguments: app.test_cli_runner().invoke(args=["pbx", "mailbox", *arguments])


@pytest.fixture
def file(tmp_path):
    """A WAV file of three seconds."""
    path = tmp_path / "message.wav"
    path.write_bytes(wav(3.0))
    return str(path)


def test_messages_are_left_listed_moved_and_deleted(run, file, time):
    made = run("deposit", "1000", file, "--from", "1001", "--subject", "Lunch", "--urgent")
    assert made.exit_code == 0, made.output
    key = ExtensionKey("1000")
    (message,) = messages.page(1, key, ["inbox"], Slice(0, 9)).rows
    assert made.output == f"Left a message of 3.0 seconds with the id {message.id}.\n"
    check_plays(messages.sound(1, key, message.id).audio.read_bytes(), 3.0)
    line = run("list", "1000").output.rstrip("\n").split("\t")
    assert line[0] == str(message.id)
    assert line[1].endswith("+00:00")
    assert line[2:] == ["1001", "Bo", "3.0", "urgent", "Lunch"]
    assert run("move", "1000", line[0], "saved").output == f"The message {line[0]} lies in saved now.\n"
    assert run("list", "1000").output == ""
    assert len(run("list", "1000", "--folder", "saved").output.splitlines()) == 1
    assert run("delete", "1000", line[0]).output == f"Deleted the message {line[0]}.\n"
    assert len(run("list", "1000", "--folder", "deleted").output.splitlines()) == 1
    run("delete", "1000", line[0])
    assert messages.page(1, key, messages.FOLDERS, Slice(0, 9)).total == 0


def test_phones_are_told_of_what_commands_do(run, file, configure):
    configure(PBX_SWITCH="freeswitch")
    phones = Phones()
    run("deposit", "1000", file)
    telling.tell(phones)
    (message,) = messages.page(1, ExtensionKey("1000"), ["inbox"], Slice(0, 9)).rows
    run("delete", "1000", str(message.id))
    telling.tell(phones)
    assert phones.told == [("pbx.local", "1000", "1/0 (0/0)"), ("pbx.local", "1000", "0/0 (0/0)")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("deposit", "1999", "{file}"), "There is no such extension."),
        (("deposit", "1000", "{file}", "--tenant", "else.where"), "There is no tenant with this domain."),
        (("deposit", "1000", "/no/such.wav"), "No such file or directory"),
        (("deposit", "1000", "{text}"), "file"),
        (("deposit", "1000", "{short}"), "of 2.9 seconds is not saved"),
        (("deposit", "1000", "{file}", "--folder", "saved"), "is not one of"),
        (("deposit", "1000", "{file}", "--subject", "x" * 300), "subject"),
        (("delete", "1000", "7"), "There is no such message."),
        (("move", "1000", "7", "trash"), "is not one of"),
        (("notify", "1999"), "There is no such extension."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(run, file, tmp_path, arguments, sentence):
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    short = tmp_path / "short.wav"
    short.write_bytes(wav(2.9))
    outcome = run(*(argument.format(file=file, text=text, short=short) for argument in arguments))
    assert outcome.exit_code != 0
    assert sentence in outcome.output
    assert "Traceback" not in outcome.output


def test_who_is_told_is_printed(run):
    assert run("notify", "1000").output == "no address\tFULL\twithout audio\n"
    assert run("notify", "1000", "--to", "o@b.example").output == "o@b.example\tFULL\twithout audio\n"
    told = run("notify", "1000", "--other", "--to", "a@b.example", "--format", "brief", "--audio").output
    assert told == "o@b.example\tFULL\twithout audio\na@b.example\tBRIEF\twith audio\n"
    assert run("notify", "1000", "--off").output == "a@b.example\tBRIEF\twith audio\n"
    assert run("notify", "1000", "--other", "--no-audio").output == "a@b.example\tBRIEF\twithout audio\n"
    assert run("notify", "1000", "--other", "--off").output == ""
    refused = run("notify", "1000", "--to", "nobody")
    assert refused.exit_code != 0
    assert "Must be an e-mail address" in refused.output
