"""Prompts: what is taken, under which names, and what becomes of the files."""

import tarfile
import threading
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Conflict, Duplicate, FileNotThere, Invalid, NotFound, TooLarge, Unsupported
from portsip_api.pbx.media import audio, prompts, riff
from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.media.prompts import DEFAULT, FAMILIES, Prompt
from portsip_api.pbx.upkeep import consistency, rekey
from portsip_api.store import backup, database
from tests.audio import HOSTILE, MACHINE_MADE, check_plays, silence, wav

HOME = tenants.DEFAULT_TENANT_ID
FRAME = b"\xff\xfb\x90\x64" + bytes(413)  # MPEG 1, 128 kbit/s, 44.1 kHz
SLOW_FRAME = b"\xff\xf3\x44\xc4" + bytes(92)  # MPEG 2, 32 kbit/s, 24 kHz
TAG = b"ID3\x04\x00\x00\x00\x00\x01\x01" + bytes(129)
# No greetings: the one is no WAV, the others are too long and too short.
TAKEN = ("MP3 without a tag", "five minutes and a sample", "one sample at 48 kHz")

pytestmark = pytest.mark.usefixtures("app")


def names(family: str = "moh", tenant_id: int = HOME) -> list[str]:
    return [item.name for item in prompts.all_of(tenant_id, family)]


def files() -> set[str]:
    path = greeting_files.FILES.path
    return {entry.name for entry in path.iterdir()} if path.is_dir() else set()


def play(name: str, family: str = "moh") -> bytes:
    found = prompts.sound(HOME, family, name).audio
    return found.read_bytes() if isinstance(found, Path) else found


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_a_default_that_stays(family: str) -> None:
    only = prompts.all_of(HOME, family)
    assert only == [Prompt(DEFAULT, "audio/x-wav", len(play(DEFAULT, family)), f"{family}/{DEFAULT}")]
    check_plays(play(DEFAULT, family))
    assert prompts.sound(HOME, family, DEFAULT).tag
    with pytest.raises(Conflict):
        prompts.destroy(HOME, family, DEFAULT)
    with pytest.raises(Duplicate):
        prompts.add(HOME, family, DEFAULT, wav())
    assert prompts.exists(HOME, family, DEFAULT)


def test_a_file_is_kept_as_it_was_sent() -> None:
    content = wav(0.2, 44_100, 2)
    assert prompts.add(HOME, "moh", "Song.wav", content) == Prompt(
        "Song.wav", "audio/x-wav", len(content), "moh/Song.wav"
    )
    assert play("Song.wav") == content
    assert prompts.sound(HOME, "moh", "Song.wav").type == "audio/x-wav"
    assert (names(), names("orbits")) == ([DEFAULT, "Song.wav"], [DEFAULT])


@pytest.mark.parametrize(
    "content",
    [FRAME * 3, SLOW_FRAME * 3, TAG + FRAME * 4, FRAME * 3 + b"TAG" + bytes(125)],
    ids=["frames", "slow frames", "a tag before them", "a tag after them"],
)
def test_mp3_is_taken(content: bytes) -> None:
    assert prompts.add(HOME, "orbits", "a.mp3", content).type == "audio/mpeg"
    assert play("a.mp3", "orbits") == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        FRAME,
        FRAME * 2 + FRAME[:-1],
        b"\0" + FRAME * 3,
        b"ID3" + FRAME * 3,
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + FRAME * 3,
        (b"\xff\xfd\x90\x64" + bytes(413)) * 5,  # layer II
        (b"\xff\xfb\xf0\x64" + bytes(413)) * 5,  # no such bit rate
        (b"\xff\xfb\x9c\x64" + bytes(413)) * 5,  # no such sample rate
        (b"\xff\xeb\x90\x64" + bytes(413)) * 5,  # no such version
        *(content for name, (content, _) in HOSTILE.items() if name not in TAKEN),
    ],
)
def test_what_is_neither_a_wav_nor_an_mp3_is_refused(content: bytes) -> None:
    with pytest.raises((Invalid, Unsupported)):
        prompts.add(HOME, "moh", "a.wav", content)
    assert (names(), files()) == ([DEFAULT], set())


@pytest.mark.parametrize("name", TAKEN)
def test_more_is_taken_than_as_a_greeting(name: str) -> None:
    prompts.add(HOME, "moh", name, HOSTILE[name][0])
    assert play(name) == HOSTILE[name][0]


@pytest.mark.parametrize("name", MACHINE_MADE)
def test_a_file_is_kept_as_it_was_sent_where_every_player_takes_it(name: str) -> None:
    added = prompts.add(HOME, "moh", "a.wav", MACHINE_MADE[name])
    assert added.size == len(play("a.wav"))
    assert int.from_bytes(play("a.wav")[4:8], "little") + 8 == added.size
    if name in {"whole", "odd notes that end it, not filled"}:
        assert play("a.wav") == MACHINE_MADE[name]


def test_a_large_file_is_refused() -> None:
    prompts.add(HOME, "moh", "a.wav", silence(audio.MOST_BYTES))
    with pytest.raises(TooLarge):
        prompts.add(HOME, "moh", "b.wav", silence(audio.MOST_BYTES + 2))


def test_a_name_is_a_label() -> None:
    assert prompts.add(HOME, "moh", "../../etc/Gru\u0308n.wav", wav()).name == "Gr\u00fcn.wav"
    assert all(len(name) == 32 for name in files())
    assert play("Gru\u0308n.wav")
    for name in ("", "..", "a/"):
        with pytest.raises(Invalid):
            prompts.add(HOME, "moh", name, wav())


def test_names_are_listed_in_order_the_default_first() -> None:
    for name in ("b.wav", "C.wav", "a.wav"):
        prompts.add(HOME, "moh", name, wav())
    assert names() == [DEFAULT, "a.wav", "b.wav", "C.wav"]


def test_a_name_that_is_taken_is_refused_and_nothing_is_replaced() -> None:
    prompts.add(HOME, "moh", "a.wav", wav(0.1))
    with pytest.raises(Duplicate):
        prompts.add(HOME, "moh", "x/a.wav", wav(0.2))
    assert play("a.wav") == wav(0.1)
    assert len(files()) == 1
    prompts.add(HOME, "orbits", "a.wav", wav())


def test_two_uploads_of_a_name_at_once_have_one_winner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have seen that the name is free before either has written its row."""
    both = threading.Barrier(2)
    read = riff.read
    monkeypatch.setattr(riff, "read", lambda content: (both.wait(30), read(content))[1])
    outcomes: list[object] = []

    def upload() -> None:
        try:
            outcomes.append(prompts.add(HOME, "moh", "a.wav", wav()))
        except Duplicate:
            outcomes.append("taken")
        database.db.close()

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("taken") == 1
    assert len(files()) == 1


def test_there_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "MOST_FILES", 2)
    for name in ("a.wav", "b.wav"):
        prompts.add(HOME, "moh", name, wav())
    with pytest.raises(Conflict, match="may be no more"):
        prompts.add(HOME, "moh", "c.wav", wav())
    prompts.add(HOME, "orbits", "c.wav", wav())


def test_a_prompt_is_removed_with_its_file() -> None:
    prompts.add(HOME, "moh", "a.wav", wav())
    prompts.destroy(HOME, "moh", "a.wav")
    assert (names(), files()) == ([DEFAULT], set())
    for call in (prompts.destroy, prompts.sound):
        with pytest.raises(FileNotThere):
            call(HOME, "moh", "a.wav")
        with pytest.raises(Invalid):
            call(HOME, "moh", "")


@pytest.mark.parametrize("name", ["", "b.wav", "x/a.wav", "A.wav", "\ud800", "a.wav/"])
def test_only_the_name_itself_exists(name: str) -> None:
    prompts.add(HOME, "moh", "a.wav", wav())
    assert prompts.exists(HOME, "moh", "a.wav")
    assert not prompts.exists(HOME, "moh", name)


def test_there_are_three_families() -> None:
    for call in (
        lambda: prompts.all_of(HOME, "ivr"),
        lambda: prompts.exists(HOME, "ivr", DEFAULT),
        lambda: prompts.add(HOME, "ivr", "a.wav", wav()),
        lambda: prompts.sound(HOME, "ivr", DEFAULT),
        lambda: prompts.destroy(HOME, "ivr", "a.wav"),
    ):
        with pytest.raises(NotFound):
            call()


def test_tenants_have_their_own() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    prompts.add(HOME, "moh", "a.wav", wav())
    assert names(tenant_id=other) == [DEFAULT]
    assert not prompts.exists(other, "moh", "a.wav")
    for call in (prompts.destroy, prompts.sound):
        with pytest.raises(FileNotThere):
            call(other, "moh", "a.wav")
    prompts.add(other, "moh", "a.wav", wav())
    tenants.destroy(other)
    assert greeting_files.sweep_orphans(age=-1) == 1
    assert play("a.wav") == wav()


def test_the_sweep_leaves_the_files_of_prompts() -> None:
    prompts.add(HOME, "moh", "a.wav", wav())
    greeting_files.FILES.put(b"nobody's")
    assert greeting_files.sweep_orphans(age=-1) == 1
    assert play("a.wav") == wav()


def test_a_backup_has_the_files_of_prompts(tmp_path: Path) -> None:
    prompts.add(HOME, "moh", "a.wav", wav())
    configuration = settings.current()
    place = backup.Place(configuration.data_path, configuration.database_path)
    backup.create(place, tmp_path / "packed", rekey.needed_keys)
    with tarfile.open(tmp_path / "packed") as archive:
        assert {f"greetings/{name}" for name in files()} < set(archive.getnames())


def test_a_prompt_without_a_file_is_found() -> None:
    prompts.add(HOME, "moh", "a.wav", wav())
    assert consistency.find_inconsistencies() == []
    greeting_files.FILES.remove(files())
    assert consistency.find_inconsistencies() == ["1 prompts have no file."]
