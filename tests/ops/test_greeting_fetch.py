"""The job that fetches greetings: how many at a time, what becomes of them, and what the log tells."""

import io
import threading
import wave
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portsip_api.ops import fetch as fetching
from portsip_api.ops import greeting_fetch
from portsip_api.ops.jobs import JOBS
from portsip_api.pbx.media import greetings
from portsip_api.store import database
from tests.conftest import SetClock
from tests.contract.servers import wait_until
from tests.crm import Crm
from tests.ops.conftest import Lines
from tests.web import Handler, Web, ok, raw, serving

NUMBER = "1000"
SECRET = "hunter22"
PATIENCE = 30  # seconds
NOT_FOUND = raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def sound() -> bytes:
    """Return a WAV file of a tenth of a second."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"\x10\x20" * 800)
    return file.getvalue()


def join() -> None:
    """Wait until no fetch is under way."""
    for thread in greeting_fetch._threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No fetch of a test goes on in the next one."""
    yield
    join()


@pytest.fixture(autouse=True)
def allowed(configure: Callable[..., object]) -> None:
    """The loopback may be asked, and tokens outlive the longest wait."""
    configure(PBX_FETCH_ALLOW="127.0.0.1", PBX_TOKEN_TTL="86400")


@pytest.fixture
def web() -> Iterator[Web]:
    """A server that may be asked."""
    with serving() as web:
        yield web


@pytest.fixture
def fetched(admin: Crm, web: Web) -> Callable[[], Any]:
    """A function that runs the job, lets its fetches end, and returns the state of the greeting a.wav."""
    admin.make_extension(NUMBER)

    def run() -> Any:
        greeting_fetch.start_due()
        join()
        return state(admin)

    return run


def request(crm: Crm, url: str, name: str = "a.wav") -> None:
    """Ask for a greeting."""
    crm.do("extensions/greeting_file/create", extension_number=NUMBER, filename=name, url=url)


def state(crm: Crm, name: str = "a.wav") -> Any:
    """Return (status, reason) of a greeting as the list shows them, or None when it is not there."""
    files = crm.read("extensions/greeting_file/list", extension_number=NUMBER)["files"]
    return next(((file["status"], file["reason"]) for file in files if file["filename"] == name), None)


def test_a_file_is_there_after_it_was_fetched(admin: Crm, web: Web, fetched, lines: Lines) -> None:
    web.answers[f"/a?token={SECRET}"] = ok(sound())
    request(admin, web.url(f"/a?token={SECRET}"))
    assert state(admin) == ("FETCHING", "")
    assert fetched() == ("READY", "")
    assert fetched() == ("READY", "")
    assert len(web.requests) == 1
    with admin.get("extensions/greeting_file/show", extension_number=NUMBER, filename="a.wav") as reply:
        assert reply.data[:4] == b"RIFF"
    assert SECRET not in str(lines)


def test_a_forbidden_address_fails_at_once(admin: Crm, web: Web, fetched) -> None:
    request(admin, f"http://127.0.0.2:{web.port}/")
    assert fetched() == ("FAILED", fetching.NOT_ALLOWED)
    assert web.connections == 0


def test_what_is_no_audio_fails_at_once(admin: Crm, web: Web, fetched) -> None:
    web.answers["/a"] = ok(b"<html>a page of the server's</html>")
    request(admin, web.url("/a"))
    status, reason = fetched()
    assert status == "FAILED"
    assert reason
    assert "page" not in reason


def test_a_file_that_is_too_large_fails_at_once(admin: Crm, web: Web, fetched) -> None:
    web.answers["/a"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10485761\r\n\r\n")
    request(admin, web.url("/a"))
    assert fetched() == ("FAILED", fetching.TOO_LARGE)


def test_a_failure_that_may_pass_is_tried_twice_again(admin: Crm, web: Web, fetched, time: SetClock) -> None:
    web.answers["/a"] = NOT_FOUND
    request(admin, web.url("/a"))
    assert fetched() == fetched() == ("FETCHING", fetching.FAILED)
    assert len(web.requests) == 1
    time.pass_seconds(greetings.RETRY_SECONDS[0])
    assert fetched() == fetched() == ("FETCHING", fetching.FAILED)
    assert len(web.requests) == 2
    time.pass_seconds(greetings.RETRY_SECONDS[1])
    assert fetched() == ("FAILED", fetching.FAILED)
    time.pass_seconds(80_000)
    assert fetched() == ("FAILED", fetching.FAILED)
    assert len(web.requests) == 3


def test_another_try_may_end_well(admin: Crm, web: Web, fetched, time: SetClock) -> None:
    web.answers["/a"] = NOT_FOUND
    request(admin, web.url("/a"))
    fetched()
    web.answers["/a"] = ok(sound())
    time.pass_seconds(greetings.RETRY_SECONDS[0])
    assert fetched() == ("READY", "")


def test_a_greeting_that_is_removed_meanwhile_stays_removed(admin: Crm, web: Web, fetched) -> None:
    def remove(handler: Handler) -> None:
        greetings_key = {"extension_number": NUMBER, "filename": "a.wav"}
        Crm(admin.http.application.test_client(), admin.token).do("extensions/greeting_file/destroy", **greetings_key)
        ok(sound())(handler)

    web.answers["/a"] = remove
    request(admin, web.url("/a"))
    assert fetched() is None


def test_a_few_at_a_time_and_nobody_waits_for_them(admin: Crm, web: Web, fetched) -> None:
    asked, released = threading.Semaphore(0), threading.Event()

    def hesitate(handler: Handler) -> None:
        asked.release()
        released.wait(PATIENCE)
        ok(sound())(handler)

    web.answers["/a"] = hesitate
    names = [f"{number}.wav" for number in range(greeting_fetch.AT_ONCE + 2)]
    for name in names:
        request(admin, web.url("/a"), name)
    greeting_fetch.start_due()
    for _ in range(greeting_fetch.AT_ONCE):
        assert asked.acquire(timeout=PATIENCE)
    greeting_fetch.start_due()
    assert len(greeting_fetch._threads) == web.connections == greeting_fetch.AT_ONCE
    assert {state(admin, name) for name in names} == {("FETCHING", "")}
    released.set()
    join()
    fetched()
    assert {state(admin, name) for name in names} == {("READY", "")}
    assert web.connections == len(names)


def test_who_has_all_the_room_gives_the_next_place_to_others(admin: Crm, web: Web, fetched) -> None:
    asked, released = threading.Semaphore(0), threading.Semaphore(0)

    def hesitate(handler: Handler) -> None:
        asked.release()
        released.acquire(timeout=PATIENCE)
        ok(sound())(handler)

    web.answers["/slow"] = hesitate
    web.answers["/other"] = ok(sound())
    for number in range(2 * greeting_fetch.AT_ONCE):
        request(admin, web.url("/slow"), f"{number}.wav")
    greeting_fetch.start_due()
    for _ in range(greeting_fetch.AT_ONCE):
        assert asked.acquire(timeout=PATIENCE)
    other = admin.do("account/create", name="acme", password="a passphrase of 9", domain="acme.example")["id"]
    admin.make_extension(NUMBER, tenant_id=other)
    key = {"extension_number": NUMBER, "tenant_id": other}
    admin.do("extensions/greeting_file/create", filename="b.wav", url=web.url("/other"), **key)
    released.release()
    wait_until(lambda: not all(thread.is_alive() for thread in greeting_fetch._threads), "one ends")
    greeting_fetch.start_due()
    wait_until(lambda: "/other" in [path for path, _ in web.requests], "the other tenant's file is asked for")
    for _ in range(2 * greeting_fetch.AT_ONCE):
        released.release()
    join()
    fetched()


@pytest.mark.parametrize("url", ["http://127.0.0.2/?token={secret}", "http://127.0.0.1:{port}/missing?token={secret}"])
def test_the_log_tells_the_greeting_and_the_cause_alone(admin: Crm, web: Web, fetched, lines: Lines, url: str) -> None:
    web.answers[f"/missing?token={SECRET}"] = NOT_FOUND
    request(admin, url.format(secret=SECRET, port=web.port))
    fetched()
    [line] = [line for line in lines if line["logger"] == "pbx.greetings"]
    assert set(line) == {"time", "level", "logger", "message", "pid", "greeting", "cause"}
    assert isinstance(line["greeting"], int)
    assert SECRET not in str(lines)
    assert "127.0.0" not in str(line)


def test_an_error_that_nobody_foresaw_is_logged_without_its_message(
    admin: Crm, web: Web, fetched, lines: Lines, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(url: str) -> bytes:
        raise ValueError(url)

    monkeypatch.setattr(greeting_fetch, "fetch", fail)
    request(admin, web.url(f"/a?token={SECRET}"))
    assert fetched() == ("FETCHING", "")
    [line] = [line for line in lines if line["logger"] == "pbx.greetings"]
    assert (line["level"], line["exception"]["error"]) == ("ERROR", "builtins.ValueError")
    assert SECRET not in str(lines)
    assert SECRET not in "".join(capfd.readouterr())


def test_a_fetch_leaves_no_connection_to_the_store_open(
    admin: Crm, web: Web, fetched, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    leave = database.db.leave
    monkeypatch.setattr(database.db, "leave", lambda: closed.append(threading.current_thread().name) or leave())
    request(admin, "http://127.0.0.2/")
    fetched()
    assert "fetch" in closed


def test_the_job_is_run() -> None:
    assert greeting_fetch.start_due in [job.work for job in JOBS]
