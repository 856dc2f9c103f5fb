"""One application for the whole session; a database built once and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

from portsip_api import create_app, settings
from portsip_api.pbx.access import administrators, passwords
from portsip_api.store import database, volatile
from portsip_api.store.clock import clock
from portsip_api.store.sqlite_file import Connections
from tests.contract.servers import Server
from tests.crm import ADMIN_PASSWORD, Crm, check_no_secret, check_no_secret_in_store
from tests.stores import close_store, use_store


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark that `make quick` passes over."""
    config.addinivalue_line("markers", "servers: starts gunicorn or uWSGI; the fixture of that name sets it")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the fixture `servers`, itself or through another fixture, and let those begin,
    the documents first of all: they take minutes, and would be waited for with a processor idle if they began last.
    """
    for item in items:
        if "servers" in getattr(item, "fixturenames", ()):
            item.add_marker("servers")
    items.sort(key=lambda item: ("test_schemathesis" not in item.nodeid, item.get_closest_marker("servers") is None))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a server start in marked tests and nowhere else, so that `make quick` is what it says."""
    Server.may_start = item.get_closest_marker("servers") is not None


class SetClock:
    """The house's clocks, set by the test."""

    def __init__(self) -> None:
        self.wall_now = 1_800_000_000.0
        self.boot_now = 5_000.0

    def pass_seconds(self, seconds: float) -> None:
        """Let time go by on both clocks."""
        self.wall_now += seconds
        self.boot_now += seconds

    def step_wall(self, seconds: float) -> None:
        """Set the wall clock, as an administrator or a time server does."""
        self.wall_now += seconds


@pytest.fixture(scope="session")
def servers() -> None:
    """What a test asks for that starts a server; most do so through `fresh_store`."""


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk() -> Iterator[None]:
    """No test cuts the power of its own process; servers and commands, which are others, wait as they always do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(database._file._pragmas, "synchronous", "off")
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Flask, Path]:
    """The application, and a data folder with one administrator."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(settings.load({"PBX_DATA_DIR": str(folder)}))
    administrators.create("admin", ADMIN_PASSWORD)
    close_store()
    return app, folder


@pytest.fixture(scope="session")
def store(template: tuple[Flask, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of that folder for tests within this process, where a log-in costs no argon2id of 19 MiB."""
    folder = shutil.copytree(template[1], tmp_path_factory.mktemp("store") / "data")
    use_store(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        administrators.set_password("admin", ADMIN_PASSWORD)
    volatile.id_()  # so that its file is copied too, and not made anew for each test
    close_store()
    return folder


@pytest.fixture
def configure(store: Path, tmp_path: Path, request: pytest.FixtureRequest):
    """A function that puts settings in force, over a fresh copy of the store.

    Where a test sets the clocks, nothing is written before: how long a token lives would depend on the machine's.
    """
    if "time" in request.fixturenames:
        request.getfixturevalue("time")
    data = tmp_path / "data"
    shutil.copytree(store, data)

    def use(**variables: str) -> settings.Settings:
        configuration = settings.load({"PBX_DATA_DIR": str(data), **variables})
        settings.use(configuration)
        return configuration

    use_store(data)
    yield use
    close_store()
    check_no_secret_in_store(data)


@pytest.fixture(autouse=True)
def no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test did, no secret of the suite stands in a log line."""
    yield
    check_no_secret(caplog.text.encode(), "the log")


@pytest.fixture
def app(template: tuple[Flask, Path], configure: object) -> Flask:
    """The application over a fresh store."""
    return template[0]


@pytest.fixture
def crm(app: Flask) -> Crm:
    """A client without a token."""
    return Crm(app.test_client())


@pytest.fixture
def admin(crm: Crm) -> Crm:
    """A client that has logged in as the administrator."""
    return crm.log_in("admin", ADMIN_PASSWORD)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Clocks that stand still until the test moves them."""
    now = SetClock()
    monkeypatch.setattr(clock, "wall", lambda: now.wall_now)
    monkeypatch.setattr(clock, "boot", lambda: now.boot_now)
    return now


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that sets PBX_FETCH_ALLOW, for tests that need no store."""

    def use(listed: str) -> None:
        monkeypatch.setattr(settings, "_current", [settings.load({"PBX_FETCH_ALLOW": listed})])

    return use


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is executed, as text; the index's own reads of its pages do not count."""
    seen: list[str] = []
    for file in (database, volatile):
        watch(monkeypatch, file.db, seen)
    return seen


def watch(monkeypatch: pytest.MonkeyPatch, connections: Connections, seen: list[str]) -> None:
    """Note the statements of a file."""
    execute = connections.execute_sql
    monkeypatch.setattr(connections, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
