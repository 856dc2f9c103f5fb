"""Greetings in the store: their rows, their files, and how a file comes to a row that was made before it."""

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import peewee
import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Conflict, FileNotThere, Invalid, NotFound, TooLarge, Unsupported
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.media import audio, greetings
from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.media.greeting_rows import DEFAULT, Greeting
from portsip_api.pbx.media.greetings import LEASE_SECONDS, RETRY_SECONDS
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from portsip_api.store.database import StoreUnavailable
from portsip_api.store.paging import Slice
from tests.audio import HOSTILE, check_plays, wav
from tests.conftest import SetClock

HOME = tenants.DEFAULT_TENANT_ID
KEY = ExtensionKey("1000")
URL = "https://media.example/a.wav"


@pytest.fixture(autouse=True)
def extension_id(app: object) -> int:
    """An extension without greetings, 1000."""
    fields = {"extension_number": "1000", "password": "x", "web_access_password": "x"}
    return extensions.create(HOME, fields)


def rows() -> list[Greeting]:
    """What is listed, without the system default."""
    found: list[Greeting] = list(greetings.page(HOME, KEY, Slice(0, 1000))[0].rows[1:])
    return found


def files() -> set[str]:
    path = greeting_files.FILES.path
    return {entry.name for entry in path.iterdir()} if path.is_dir() else set()


def named_files() -> set[str]:
    return {row[0] for row in database.fetch_all("SELECT blob FROM greeting WHERE blob IS NOT NULL")}


def play(name: str) -> bytes:
    found = greetings.sound(HOME, KEY, name).audio
    return found.read_bytes() if isinstance(found, Path) else found


def requested(name: str = "a.wav") -> int:
    """The id of a greeting that is to be fetched."""
    return greetings.request_fetch(HOME, KEY, name, URL, "Away").id


def test_a_greeting_keeps_what_was_sent_and_stores_what_the_switch_plays() -> None:
    content = wav(0.2, 44_100, 2)
    made = greetings.add(HOME, KEY, "a.wav", content, "Away")
    assert (made.filename, made.display_name, made.status, made.is_active) == ("a.wav", "Away", "READY", False)
    check_plays(play("a.wav"), 0.2)
    row = database.fetch_row("SELECT duration, sample_rate, channels, size, stored_size FROM greeting")
    assert row == (0.2, 44_100, 2, len(content), len(play("a.wav")))
    assert files() == named_files()


def test_exactly_one_greeting_is_active(extension_id: int) -> None:
    for name in ("a.wav", "b.wav"):
        greetings.add(HOME, KEY, name, wav())
    for name in ("a.wav", "b.wav", "b.wav", DEFAULT, "a.wav"):
        greetings.activate(HOME, KEY, name)
        page, active = greetings.page(HOME, KEY, Slice(0, 10))
        assert [row.filename for row in page.rows if row.is_active] == [active] == [name]
    greetings.destroy(HOME, KEY, "a.wav")
    assert greetings.page(HOME, KEY, Slice(0, 10))[1] == DEFAULT


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\Mailbox.wav", "Mailbox.wav"),
        ("a/b\\c.wav", "c.wav"),
        ("nul\x00l.wav\r\n", "null.wav"),
        ("\u202evaw.exe", "vaw.exe"),
        ("Gru\u0308n.wav", "Gr\u00fcn.wav"),
        ("  two words .wav ", "two words .wav"),
        ("x" * 300, "x" * 255),
        ("x" * 254 + "  y", "x" * 254),
        ("\U0001f468\u200d\U0001f469.wav", "\U0001f468\u200d\U0001f469.wav"),
        ("'; DROP TABLE greeting; --", "'; DROP TABLE greeting; --"),
        ("CON", "CON"),
        (".hidden", ".hidden"),
    ],
)
def test_a_name_is_a_label(given: str, kept: str) -> None:
    assert greetings.add(HOME, KEY, given, wav()).filename == kept
    assert files() == named_files()
    assert all(len(name) == 32 for name in files())
    greetings.activate(HOME, KEY, given)
    greetings.destroy(HOME, KEY, kept)
    assert files() == set()


@pytest.mark.parametrize("given", ["", "/", "a/", "..", ".", "../..", "\x00\x1f", "   ", "\u2028"])
def test_a_name_of_which_nothing_is_left_is_refused(given: str) -> None:
    for call in (
        lambda: greetings.add(HOME, KEY, given, wav()),
        lambda: greetings.request_fetch(HOME, KEY, given, URL),
    ):
        with pytest.raises(Invalid) as caught:
            call()
        assert list(caught.value.errors) == ["filename"]
    assert files() == set()


@pytest.mark.parametrize("name", ["a.wav", DEFAULT, "x/a.wav"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    greetings.add(HOME, KEY, "a.wav", wav())
    before = files()
    for call in (lambda: greetings.add(HOME, KEY, name, wav()), lambda: greetings.request_fetch(HOME, KEY, name, URL)):
        with pytest.raises(Conflict, match="of this name"):
            call()
    assert files() == before


def test_two_uploads_of_a_name_at_once_have_one_winner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have seen that the name is free before either has written its row."""
    both = threading.Barrier(2)
    convert = audio.convert
    monkeypatch.setattr(audio, "convert", lambda content: (both.wait(30), convert(content))[1])
    outcomes: list[object] = []

    def upload() -> None:
        try:
            outcomes.append(greetings.add(HOME, KEY, "a.wav", wav()))
        except Conflict as error:
            outcomes.append(str(error))
        finally:
            database.db.close()

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Greeting", "str"]
    assert "The extension has a greeting file of this name." in outcomes
    assert len(files()) == 1
    assert files() == named_files()


def test_an_upload_resolves_its_extension_once(statements: list[str]) -> None:
    """Beside that, its greetings are read before any work is done and again when the row is written."""
    greetings.add(HOME, KEY, "a.wav", wav())
    assert sum(sql.startswith("SELECT") for sql in statements) == 3


def test_an_upload_whose_extension_is_removed_meanwhile_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    convert = audio.convert
    monkeypatch.setattr(audio, "convert", lambda content: (extensions.destroy(HOME, KEY), convert(content))[1])
    with pytest.raises(NotFound) as caught:
        greetings.add(HOME, KEY, "a.wav", wav())
    assert str(caught.value) == "There is no such extension."
    assert files() == set()


def test_no_statement_reads_all_extensions_or_all_greetings(monkeypatch: pytest.MonkeyPatch) -> None:
    execute = database.db.execute_sql
    steps: list[str] = []

    def explain_and_execute(sql: str, params: Any = None) -> object:
        if '"greeting"' in sql:
            steps.extend(row[3] for row in database.db.connection().execute(f"EXPLAIN QUERY PLAN {sql}", params))
        return execute(sql, params)

    monkeypatch.setattr(database.db, "execute_sql", explain_and_execute)
    for name in ("a.wav", "b.wav"):
        greetings.add(HOME, KEY, name, wav())
    greetings.activate(HOME, KEY, "a.wav")
    greetings.rename(HOME, KEY, "a.wav", "x")
    greetings.destroy(HOME, KEY, "a.wav")
    greeting_id = requested("c.wav")
    assert greetings.claim_due(10) == [(greeting_id, URL)]
    greetings.store_fetched(greeting_id, wav())
    assert len(rows()) == 2
    assert "SEARCH t1 USING INDEX greeting_due (next_attempt<?)" in steps
    assert [step for step in steps if step.startswith(("SCAN t", "SCAN greeting", "LIST SUBQUERY"))] == []


def test_a_refused_file_leaves_nothing() -> None:
    for content, is_other_kind in (HOSTILE["renamed MP3"], HOSTILE["ZIP after it"]):
        with pytest.raises(Unsupported if is_other_kind else Invalid):
            greetings.add(HOME, KEY, "a.wav", content)
    with pytest.raises(TooLarge):
        greetings.add(HOME, KEY, "a.wav", bytes((10 << 20) + 1))
    assert (rows(), files()) == ([], set())


def test_an_extension_has_so_many_files(configure: Callable[..., object]) -> None:
    configure(PBX_GREETING_FILES="2")
    greetings.add(HOME, KEY, "a.wav", wav())
    requested("b.wav")
    for call in (lambda: greetings.add(HOME, KEY, "c.wav", wav()), lambda: requested("c.wav")):
        with pytest.raises(Conflict, match="has 2 greeting files"):
            call()
    greetings.destroy(HOME, KEY, "b.wav")
    requested("c.wav")


def test_an_extensions_files_have_so_many_bytes(configure: Callable[..., object]) -> None:
    configure(PBX_GREETING_BYTES="7000")
    greetings.add(HOME, KEY, "a.wav", wav(0.2))  # 3,244 bytes
    greetings.add(HOME, KEY, "b.wav", wav(0.2))
    before = files()
    with pytest.raises(Conflict, match="no room"):
        greetings.add(HOME, KEY, "c.wav", wav(0.2))
    assert files() == before
    greeting_id = requested("c.wav")
    greetings.store_fetched(greeting_id, wav(0.2))
    assert (rows()[2].status, files()) == ("FAILED", before)
    assert "no room" in rows()[2].reason


def test_the_store_is_not_locked_while_a_file_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    convert = audio.convert

    def convert_and_look(content: bytes) -> audio.Recording:
        assert not database.db.in_transaction()
        return convert(content)

    monkeypatch.setattr(audio, "convert", convert_and_look)
    greetings.add(HOME, KEY, "a.wav", wav())
    greetings.store_fetched(requested("b.wav"), wav())
    assert [row.status for row in rows()] == ["READY", "READY"]


def test_a_file_is_there_before_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """And stays without one, for the sweep, when nobody knows whether the commit took place."""
    execute = database.db.execute_sql

    def execute_or_fail(sql: str, *values: Any) -> object:
        if 'INSERT INTO "greeting"' in sql:
            assert len(files()) == 1
            raise peewee.OperationalError("disk I/O error")
        return execute(sql, *values)

    monkeypatch.setattr(database.db, "execute_sql", execute_or_fail)
    with pytest.raises(peewee.OperationalError):
        greetings.add(HOME, KEY, "a.wav", wav())
    monkeypatch.undo()
    assert (rows(), len(files())) == ([], 1)
    assert greeting_files.sweep_orphans() == 0
    assert greeting_files.sweep_orphans(0) == 1
    assert files() == set()


def test_a_full_disk_is_no_fault_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, parts: Iterable[bytes]) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("portsip_api.store.blobs.write_parts_atomically", fail)
    with pytest.raises(StoreUnavailable, match="No space left"):
        greetings.add(HOME, KEY, "a.wav", wav())
    greeting_id = requested("b.wav")
    with pytest.raises(StoreUnavailable):
        greetings.store_fetched(greeting_id, wav())
    assert [row.status for row in rows()] == ["FETCHING"]


def test_a_sweep_leaves_what_is_listed(configure: object) -> None:
    greetings.add(HOME, KEY, "a.wav", wav())
    orphan = greeting_files.FILES.put(b"x")
    assert greeting_files.sweep_orphans(0) == 1
    assert orphan not in files()
    assert files() == named_files()


def test_files_go_with_their_extension() -> None:
    greetings.add(HOME, KEY, "a.wav", wav())
    requested("b.wav")
    extensions.destroy(HOME, KEY)
    assert files() == set()
    assert database.fetch_row("SELECT count(*) FROM greeting")[0] == 0


def test_files_of_a_tenant_that_was_removed_are_swept() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    extensions.create(other, {"extension_number": "1", "password": "x", "web_access_password": "x"})
    greetings.add(other, ExtensionKey("1"), "a.wav", wav())
    tenants.destroy(other)
    assert greeting_files.sweep_orphans(0) == 1
    assert files() == set()


def test_a_greeting_without_its_file_is_an_inconsistency() -> None:
    greetings.add(HOME, KEY, "a.wav", wav())
    requested("b.wav")
    assert consistency.find_inconsistencies() == []
    greeting_files.FILES.remove(files())
    assert consistency.find_inconsistencies() == ["1 greetings have no file."]


def test_other_tenants_and_other_names_are_not_found() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    greetings.add(HOME, KEY, "a.wav", wav())
    calls: list[Callable[[int, str], object]] = [
        lambda tenant, name: greetings.sound(tenant, KEY, name),
        lambda tenant, name: greetings.activate(tenant, KEY, name),
        lambda tenant, name: greetings.rename(tenant, KEY, name, "x"),
        lambda tenant, name: greetings.destroy(tenant, KEY, name),
    ]
    for call in calls:
        with pytest.raises(NotFound) as caught:
            call(other, "a.wav")
        assert type(caught.value) is NotFound
        with pytest.raises(FileNotThere):
            call(HOME, "b.wav")
    with pytest.raises(NotFound):
        greetings.add(other, KEY, "a.wav", wav())
    with pytest.raises(NotFound):
        greetings.page(other, KEY, Slice(0, 1))


def test_the_system_default_stays() -> None:
    for call in (lambda: greetings.destroy(HOME, KEY, DEFAULT), lambda: greetings.rename(HOME, KEY, DEFAULT, "x")):
        with pytest.raises(Conflict):
            call()
    check_plays(play(DEFAULT))
    assert greetings.sound_of(HOME, find_id(HOME, KEY), greetings.DEFAULT_ID) == greetings.sound(HOME, KEY, DEFAULT)


def test_what_is_fetched_becomes_ready(time: SetClock) -> None:
    greeting_id = requested()
    assert [(row.status, row.duration) for row in rows()] == [("FETCHING", None)]
    assert greetings.claim_due(10) == [(greeting_id, URL)]
    assert greetings.claim_due(10) == []
    greetings.store_fetched(greeting_id, wav(0.2))
    (row,) = rows()
    assert (row.status, row.display_name, row.reason, row.duration) == ("READY", "Away", "", 0.2)
    check_plays(play("a.wav"), 0.2)
    assert database.fetch_row("SELECT url, next_attempt FROM greeting") == (None, None)
    time.pass_seconds(2 * LEASE_SECONDS)
    assert greetings.claim_due(10) == []


def test_what_is_still_fetched_can_be_neither_played_nor_active() -> None:
    requested()
    with pytest.raises(FileNotThere):
        greetings.sound(HOME, KEY, "a.wav")
    with pytest.raises(Conflict, match="not been fetched"):
        greetings.activate(HOME, KEY, "a.wav")


def test_a_fetch_is_tried_three_times(time: SetClock) -> None:
    greeting_id = requested()
    for seconds in RETRY_SECONDS:
        assert greetings.claim_due(10) == [(greeting_id, URL)]
        greetings.fail(greeting_id, "The host does not answer.", retry=True)
        assert [(row.status, row.reason) for row in rows()] == [("FETCHING", "The host does not answer.")]
        time.pass_seconds(seconds - 1)
        assert greetings.claim_due(10) == []
        time.pass_seconds(1)
    assert greetings.claim_due(10) == [(greeting_id, URL)]
    greetings.fail(greeting_id, "The host does not answer.", retry=True)
    assert [(row.status, row.reason) for row in rows()] == [("FAILED", "The host does not answer.")]
    time.pass_seconds(86_400)
    assert greetings.claim_due(10) == []


def test_a_failure_for_good_is_not_tried_again() -> None:
    greeting_id = requested()
    greetings.claim_due(10)
    greetings.fail(greeting_id, "The address is not public.", retry=False)
    assert [(row.status, row.reason) for row in rows()] == [("FAILED", "The address is not public.")]
    greetings.destroy(HOME, KEY, "a.wav")
    requested()


def test_a_fetch_that_was_interrupted_is_begun_again_and_fails_at_last(time: SetClock) -> None:
    greeting_id = requested()
    for _ in range(1 + len(RETRY_SECONDS)):
        assert greetings.claim_due(10) == [(greeting_id, URL)]
        time.pass_seconds(LEASE_SECONDS)
    assert greetings.claim_due(10) == []
    assert [(row.status, row.reason) for row in rows()] == [
        ("FAILED", "The server was interrupted while it fetched the file.")
    ]


def test_a_few_are_handed_out_at_a_time(time: SetClock) -> None:
    ids = [requested(f"{n}.wav") for n in range(15)]
    claimed = [*greetings.claim_due(10), *greetings.claim_due(10)]
    assert sorted(greeting_id for greeting_id, _ in claimed) == ids


def due(count: int, extension_ids: Sequence[int]) -> list[int]:
    """Ids of greetings that are to be fetched, so many of each extension, one extension after the other."""
    return [
        database.insert(
            "INSERT INTO greeting (extension_id, filename, status, url, next_attempt, created)"
            " VALUES (?, ?, 'FETCHING', ?, ?, 0)",
            (extension_id, f"{number}.wav", URL, float(number)),
        )
        for extension_id in extension_ids
        for number in range(count)
    ]


@pytest.fixture
def crowd(extension_id: int) -> list[int]:
    """Ids of greetings that are due: thirty of one tenant, of two extensions, and then one each of two others."""
    secrets = {"password": "x", "web_access_password": "x"}
    colleague = extensions.create(HOME, {"extension_number": "1001", **secrets})
    others = []
    for name in ("acme", "zeta"):
        tenant_id = tenants.create({"name": name, "domain": f"{name}.example", "password": "a passphrase of 9"})
        others.append(extensions.create(tenant_id, {"extension_number": "1000", **secrets}))
    return due(15, [extension_id, colleague]) + due(1, others)


def test_tenants_take_turns(crowd: list[int], time: SetClock) -> None:
    mine, acme, zeta = crowd[:30], crowd[30], crowd[31]
    first, second = ([id_ for id_, _ in greetings.claim_due(4)] for _ in range(2))
    assert set(first[:3]) == {mine[0], acme, zeta}
    assert set(first[3:] + second) <= set(mine)


def test_extensions_of_a_tenant_take_turns(crowd: list[int], time: SetClock) -> None:
    claimed = [id_ for id_, _ in greetings.claim_due(8) if id_ in crowd[:30]]
    assert sum(id_ in crowd[:15] for id_ in claimed) == sum(id_ in crowd[15:30] for id_ in claimed) == 3


def test_what_is_under_way_counts_as_a_turn(crowd: list[int], time: SetClock) -> None:
    mine, acme, zeta = crowd[:30], crowd[30], crowd[31]
    under_way = mine[:3]
    database.execute("UPDATE greeting SET next_attempt = 4e9 WHERE id <= ?", (mine[2],))
    assert {id_ for id_, _ in greetings.claim_due(2, under_way)} == {acme, zeta}
    assert {id_ for id_, _ in greetings.claim_due(2, [*under_way, acme, zeta])} <= set(mine)


def test_what_was_fetched_but_is_no_greeting_has_failed() -> None:
    greeting_id = requested()
    greetings.store_fetched(greeting_id, b"<html>not found</html>")
    assert [row.status for row in rows()] == ["FAILED"]
    assert rows()[0].reason.startswith("The file must be a WAV file")
    assert files() == set()


def test_what_was_removed_while_it_was_fetched_stays_removed() -> None:
    greeting_id = requested()
    greetings.destroy(HOME, KEY, "a.wav")
    greetings.store_fetched(greeting_id, wav())
    greetings.fail(greeting_id, "x", retry=True)
    assert (rows(), files()) == ([], set())


def test_what_is_ready_is_not_replaced_by_a_late_fetch() -> None:
    greeting_id = requested()
    greetings.store_fetched(greeting_id, wav(0.2))
    greetings.store_fetched(greeting_id, wav(0.1))
    assert [(row.status, row.duration) for row in rows()] == [("READY", 0.2)]
    assert files() == named_files()


@pytest.mark.parametrize("url", ["", "ftp://media.example/a.wav", "file:///etc/passwd", "https://", "x" * 3_000])
def test_an_address_that_cannot_be_fetched_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        greetings.request_fetch(HOME, KEY, "a.wav", url)
    assert list(caught.value.errors) == ["url"]
    assert rows() == []
