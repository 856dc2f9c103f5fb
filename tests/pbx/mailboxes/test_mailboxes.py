"""What puts messages into mailboxes: callers, and whoever forwards, answers or copies one."""

from collections.abc import Callable, Iterable
from typing import Any

import peewee
import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Conflict, Invalid, NotFound, TooLarge, Unsupported
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.mailboxes import mailboxes, messages
from portsip_api.pbx.media import audio, greetings, prompts
from portsip_api.pbx.media import files as media_files
from portsip_api.store import database
from portsip_api.store.database import StoreUnavailable
from portsip_api.store.files import write_parts_atomically
from tests.audio import HOSTILE, check_plays, wav
from tests.pbx.mailboxes.boxes import ANA, BO, CY, HOME, check_whole, files, folder, leave, make


def test_a_message_is_what_was_left() -> None:
    made = mailboxes.deposit(HOME, ANA, wav(1.5, 48_000, 2), "+1 555 0100", name="Jo", subject="Hi", urgent=True)
    assert folder() == [made] == [messages.show(HOME, ANA, made.id)]
    assert (made.caller, made.caller_name, made.subject, made.sender) == ("+1 555 0100", "Jo", "Hi", None)
    assert (made.folder, made.heard, made.urgent, made.duration) == ("inbox", False, True, 1.5)
    content = messages.sound(HOME, ANA, made.id).audio.read_bytes()
    check_plays(content, 1.5)
    assert made.size == len(content)
    check_whole(1)


def test_an_extension_is_known_by_its_name_and_stays_so_when_it_is_renumbered() -> None:
    assert leave(caller="1001", name="Somebody").caller_name == "Somebody"
    made = leave(caller="1001")
    assert (made.sender, made.caller_name) == ("1001", "Bo Lind")
    extensions.update(HOME, ExtensionKey(id=extensions.show(HOME, BO).id), {"extension_number": "1901"})
    found = messages.show(HOME, ANA, made.id)
    assert (found.caller, found.sender, found.caller_number) == ("1901", "1901", "1001")
    extensions.destroy(HOME, ExtensionKey("1901"))
    found = messages.show(HOME, ANA, made.id)
    assert (found.caller, found.sender) == ("1001", None)


def test_what_a_caller_calls_itself_never_loses_its_message() -> None:
    made = leave(caller="\x00\u2028+1555\n", name="a\r\nBcc: b@c.example\x07" + "x" * 500)
    assert (made.caller, made.caller_name[:20]) == ("+1555", "a Bcc: b@c.example x")
    assert len(made.caller_name) == 128


def test_a_message_came_when_the_engine_says(time: Any) -> None:
    assert leave(received=1_700_000_000.5).received == 1_700_000_000.5
    assert [one.received for one in folder()] == [1_700_000_000.5]


def test_what_is_no_sound_leaves_nothing() -> None:
    for content, is_other_kind in (HOSTILE["renamed MP3"], HOSTILE["ZIP after it"]):
        with pytest.raises(Unsupported if is_other_kind else Invalid):
            mailboxes.deposit(HOME, ANA, content, "1001")
    assert files() == set()
    check_whole(0)


@pytest.mark.parametrize("values", [{"subject": "x" * 256}, {"subject": "a\nb"}, {"folder": "saved"}, {"folder": "x"}])
def test_bad_values_are_named(values: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=next(iter(values))):
        leave(**values)
    check_whole(0)


def test_nobody_is_no_mailbox(elsewhere: int) -> None:
    with pytest.raises(NotFound):
        leave(key=ExtensionKey("1999"))
    with pytest.raises(NotFound):
        mailboxes.deposit(elsewhere, BO, wav(), "")
    assert mailboxes.deposit(elsewhere, ANA, wav(), "1001").sender is None  # the other tenant's 1001 is none of its own
    assert folder() == []


def test_a_mailbox_that_is_off_takes_none_but_keeps_recordings() -> None:
    extensions.update(HOME, ANA, {"voice_mail": {"enable_voicemail": False}})
    with pytest.raises(Conflict, match="is off"):
        leave()
    made = leave(key=BO)
    with pytest.raises(Conflict, match="is off"):
        mailboxes.forward(HOME, BO, made.id, [CY, ANA])
    assert folder(key=CY) == []
    leave(folder="conference")
    assert [one.folder for one in folder("conference")] == ["conference"]
    check_whole(2)


def test_a_message_is_forwarded_to_all_or_to_none(configure: Callable[..., object]) -> None:
    made = leave(0.5, caller="+1555", subject="Call back", urgent=True)
    assert mailboxes.forward(HOME, ANA, made.id, [BO, CY, ExtensionKey(id=extensions.show(HOME, BO).id)]) == [
        *folder(key=BO), *folder(key=CY)
    ]  # fmt: skip
    for key in (BO, CY):
        (found,) = folder(key=key)
        assert (found.sender, found.caller_name, found.subject, found.urgent) == ("1000", "Ana Lind", "Call back", True)
        check_plays(messages.sound(HOME, key, found.id).audio.read_bytes(), 0.5)
    check_whole(3)
    configure(PBX_MAILBOX_MESSAGES="2")
    leave(key=CY)
    with pytest.raises(Conflict, match="mailbox is full"):
        mailboxes.forward(HOME, ANA, made.id, [BO, CY], subject="Again")
    assert len(folder(key=BO)) == 1
    with pytest.raises(NotFound):
        mailboxes.forward(HOME, ANA, made.id, [BO, ExtensionKey("1999")])
    with pytest.raises(Invalid):
        mailboxes.forward(HOME, ANA, made.id, [])
    check_whole(4)


def test_who_left_a_message_is_answered() -> None:
    made = leave(caller="1001", subject="Lunch")
    answer = mailboxes.reply(HOME, ANA, made.id, wav(0.7), urgent=True)
    assert folder(key=BO) == [answer]
    assert (answer.sender, answer.subject, answer.urgent, answer.duration) == ("1000", "Lunch", True, 0.7)
    with pytest.raises(Conflict, match="No extension left"):
        mailboxes.reply(HOME, ANA, leave(caller="+1555").id, wav())
    check_whole(3)


def test_a_copy_stays_when_the_message_goes() -> None:
    made = leave(0.4, caller="1001", subject="Keep")
    copy = mailboxes.copy(HOME, ANA, made.id, "saved")
    assert (copy.subject, copy.sender, copy.received) == ("Keep", "1001", made.received)
    messages.delete(HOME, ANA, made.id)
    messages.delete(HOME, ANA, made.id)
    check_plays(messages.sound(HOME, ANA, copy.id).audio.read_bytes(), 0.4)
    check_whole(1)
    with pytest.raises(NotFound):
        mailboxes.copy(HOME, ANA, made.id, "saved")
    with pytest.raises(NotFound):
        mailboxes.copy(HOME, BO, copy.id, "saved")


@pytest.mark.parametrize(("variable", "most"), [("PBX_MAILBOX_MESSAGES", "2"), ("PBX_MAILBOX_BYTES", "7000")])
def test_a_mailbox_has_so_much_room(configure: Callable[..., object], variable: str, most: str) -> None:
    configure(**{variable: most})
    made = [leave(0.2), leave(0.2)]
    messages.delete(HOME, ANA, made[0].id)
    with pytest.raises(Conflict, match="mailbox is full"):  # what is in the folder `deleted` still takes room
        leave(0.2)
    leave(0.2, key=BO)
    messages.delete(HOME, ANA, made[0].id)
    leave(0.2)
    check_whole(3)


def test_greetings_and_messages_are_held_to_one_quota() -> None:
    size = leave(0.5).size
    tenants.update(HOME, {"quota": {"max_voicemail_quota": 2 * size}})
    greetings.add(HOME, BO, "a.wav", wav(0.5))
    with pytest.raises(Conflict, match=f"max_voicemail_quota: {2 * size} bytes"):
        leave(0.1, key=CY)
    with pytest.raises(Conflict, match="max_voicemail_quota"):
        greetings.add(HOME, CY, "a.wav", wav(0.1))
    greetings.destroy(HOME, BO, "a.wav")
    leave(0.1, key=CY)
    check_whole(2)


def test_messages_and_prompts_are_held_to_the_media_of_a_tenant(configure: Callable[..., object]) -> None:
    most = 1 << 20
    configure(PBX_MEDIA_BYTES=str(most))
    leave((most - 20_000) / 16_000)
    with pytest.raises(Conflict, match=str(most)):
        leave(3.0, key=BO)
    with pytest.raises(Conflict, match=str(most)):
        prompts.add(HOME, "moh", "a.wav", wav(3.0))
    check_whole(1)


def test_a_file_is_there_before_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """And stays without one, for the sweep, when nobody knows whether the commit took place."""
    execute = database.db.execute_sql

    def execute_or_fail(sql: str, *values: Any) -> object:
        if 'INSERT INTO "voice_message"' in sql:
            assert len(files()) == 1
            raise peewee.OperationalError("disk I/O error")
        return execute(sql, *values)

    monkeypatch.setattr(database.db, "execute_sql", execute_or_fail)
    with pytest.raises(peewee.OperationalError):
        leave()
    monkeypatch.undo()
    assert (folder(), len(files())) == ([], 1)
    assert media_files.sweep_orphans(0) == 1
    check_whole(0)


def test_a_full_disk_leaves_no_half_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    made, written = leave(), list[object]()

    def fail(path: Any, parts: Iterable[bytes]) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        return write_parts_atomically(path, parts)

    monkeypatch.setattr("portsip_api.store.blobs.write_parts_atomically", fail)
    with pytest.raises(StoreUnavailable, match="No space left"):
        mailboxes.forward(HOME, ANA, made.id, [BO, CY])
    assert len(written) == 1
    check_whole(1)


def test_a_sweep_leaves_messages_and_counts_those_without_a_file() -> None:
    made = leave()
    orphan = media_files.FILES.put(b"x")
    assert media_files.sweep_orphans(0) == 1
    assert orphan not in files()
    check_whole(1)
    messages.sound(HOME, ANA, made.id).audio.unlink()
    assert media_files.count_missing("message") == 1


def test_a_message_that_cannot_be_read_any_more_is_not_there() -> None:
    made = leave()
    messages.sound(HOME, ANA, made.id).audio.unlink()
    with pytest.raises(NotFound):
        mailboxes.copy(HOME, ANA, made.id, "saved")


def test_an_extension_takes_its_messages_along(elsewhere: int) -> None:
    leave()
    leave(key=BO, caller="1000")
    mailboxes.deposit(elsewhere, ANA, wav(), "")
    extensions.destroy(HOME, ANA)
    assert folder(key=BO)[0].sender is None
    check_whole(2)
    tenants.destroy(elsewhere)
    assert media_files.sweep_orphans(0) == 1
    check_whole(1)
    make(HOME, ANA)
    assert folder() == []


def test_the_longest_is_that_of_greetings() -> None:
    with pytest.raises(TooLarge):
        mailboxes.deposit(HOME, ANA, b"RIFF" + bytes(audio.MOST_BYTES), "")
