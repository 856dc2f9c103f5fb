"""Transactions: one writer at a time, immediate, and an error that says when the store cannot take the work."""

import sqlite3
import threading
from pathlib import Path

import peewee
import pytest

from portsip_api.store import database, sqlite_file
from tests.crm import check_refused
from tests.ops.commands import finish, start_python


@pytest.fixture
def table(tmp_path):
    """A database with one table."""
    database.use(tmp_path / "x.sqlite3")
    database.execute("CREATE TABLE t (x)")
    yield tmp_path / "x.sqlite3"
    database.db.close()


@pytest.fixture
def impatient(monkeypatch):
    """Writers that give up after a moment."""
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)


def test_an_error_undoes_the_whole_transaction(table):
    def fail_late():
        with database.writing():
            database.execute("INSERT INTO t VALUES (1)")
            with database.writing():  # joins the one that is open
                database.execute("INSERT INTO t VALUES (2)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    assert database.fetch_all("SELECT x FROM t") == []


def test_the_write_lock_is_taken_at_the_beginning(impatient, table):
    other = sqlite3.connect(table, timeout=0.05, isolation_level=None)
    with database.writing():
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM t").fetchone() == (0,)
    other.close()


def test_a_lock_held_elsewhere_is_unavailability(impatient, table):
    database.use(table)
    other = sqlite3.connect(table, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(peewee.OperationalError) as caught, database.writing():
        pass
    assert database.is_unavailable(caught.value)
    assert database.fetch_all("SELECT x FROM t") == []
    other.execute("ROLLBACK")
    other.close()
    with database.writing():
        database.execute("INSERT INTO t VALUES (1)")


def test_once_it_is_known_to_be_held_nobody_waits_for_it_long(impatient, table, monkeypatch):
    database.use(table)
    other = sqlite3.connect(table, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(peewee.OperationalError), database.writing():
        pass
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 3600)
    with pytest.raises(peewee.OperationalError), database.writing():
        pass
    other.execute("ROLLBACK")
    other.close()
    with database.writing():
        database.execute("INSERT INTO t VALUES (1)")
        assert database.fetch_row("PRAGMA busy_timeout") == (3_600_000,)


def test_writers_of_one_process_queue(impatient, table):
    inside, leave = threading.Event(), threading.Event()

    def hold():
        with database.writing():
            inside.set()
            leave.wait(20)
        database.db.close()

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(20)
    with pytest.raises(database.StoreUnavailable), database.writing():
        pass
    leave.set()
    holder.join()


def test_a_wrong_statement_is_not_unavailability(table):
    with pytest.raises(peewee.OperationalError) as caught:
        database.execute("SELECT nothing FROM t")
    assert not database.is_unavailable(caught.value)


def test_requests_say_so_and_reads_go_on(impatient, configure, admin):
    path = configure().database_path
    admin.make_extension("1000")
    database.use(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    reply = admin.post("extensions/update", extension_number="1000", profile={"first_name": "Ada"})
    check_refused(reply, "503.1")
    assert int(reply.headers["Retry-After"]) > 0
    assert admin.read("extensions/show", extension_number="1000")["profile"]["first_name"] == ""
    other.execute("ROLLBACK")
    other.close()
    admin.do("extensions/update", extension_number="1000", profile={"first_name": "Ada"})


def test_threads_write_with_one_connection_and_read_with_their_own(table):
    database.use(table)
    writers, readers = set(), set()

    def work() -> None:
        with database.writing():
            writers.add(id(database.db.connection()))
            database.execute("INSERT INTO t VALUES (1)")
        readers.add(id(database.db.connection()))
        assert database.fetch_row("SELECT count(*) FROM t")[0] > 0
        barrier.wait(30)  # so that no connection is closed, and its id given to another
        database.db.leave()

    barrier = threading.Barrier(5)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    barrier.wait(30)
    for thread in threads:
        thread.join()
    assert (len(writers), len(readers), writers & readers) == (1, 4, set())
    database.db.close()
    with database.writing():  # it is opened again
        assert database.fetch_row("SELECT count(*) FROM t") == (4,)


def test_a_commit_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path):
    """Asked of a process of its own, since the tests within this one do not wait."""
    ask = (
        "import sys; from pathlib import Path; from portsip_api.store import database;"
        "database.use(Path(sys.argv[1])); print(database.fetch_all('PRAGMA synchronous'))"
    )
    asked = finish(start_python(tmp_path, "-c", ask, str(tmp_path / "x.sqlite3")))
    assert (asked.stdout, asked.stderr) == ("[(2,)]\n", "")  # FULL


def test_a_connection_that_is_given_up_gives_its_lock_up_whoever_holds_its_cursors(impatient, table, monkeypatch):
    """As an error's traceback does, behind a transaction that could not be rolled back."""
    with database.writing():
        database.execute("INSERT INTO t VALUES (1), (2)")
    kept = []

    def fail(*_):
        raise peewee.OperationalError from sqlite3_error("disk I/O error", sqlite3.SQLITE_IOERR)

    def write_and_fail():
        with database.writing():
            kept.append(database.execute("SELECT x FROM t"))
            kept[0].fetchone()
            database.execute("DELETE FROM t")
            raise ZeroDivisionError

    monkeypatch.setattr(database.db, "rollback", fail)
    with pytest.raises(peewee.OperationalError):
        write_and_fail()
    other = sqlite3.connect(table, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert other.execute("SELECT count(*) FROM t").fetchone() == (2,)
    other.close()


def sqlite3_error(text, code):
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error
