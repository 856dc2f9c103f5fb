"""The file of what may be lost: it is whole and of this boot, or made anew, and then nothing of before is good."""

import multiprocessing
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.pbx.access import candidates, digest_nonces, passwords, tenants
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.store import database, sqlite_file, volatile
from portsip_api.store.clock import clock
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm, check_refused
from tests.sipxcom.digests import Digest
from tests.stores import close_store, holding, start_again, use_store

USERS = "/sipxconfig/rest/user"


def file_of(configuration: settings.Settings) -> Path:
    return volatile.beside(configuration.database_path)


def remove(path: Path) -> None:
    path.unlink()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def overwrite(path: Path) -> None:
    path.write_bytes(b"no database " * 1_000)


def change_schema(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE life SET schema = 'CREATE TABLE token (digest)'")
        connection.commit()


def take_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM life")
        connection.commit()


DAMAGES = (remove, truncate, empty, overwrite, change_schema, take_row)


def is_good(client: Crm) -> bool:
    return client.get("extensions/list").status_code == 200


def is_used_by(digest: Digest, client: Crm) -> bool:
    return digest.send(client.http, "GET", USERS).status_code == 200


@pytest.fixture
def digest(crm: Crm) -> Digest:
    return Digest("superadmin", ADMIN_PASSWORD).challenged_by(crm.http.get(USERS), "SHA-256")


def test_a_start_leaves_a_whole_file_as_it_is(configure, admin, digest):
    before = volatile.id_()
    start_again(configure().database_path)
    assert volatile.id_() == before
    assert is_good(admin)
    assert is_used_by(digest, admin)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_start_makes_it_anew(configure, admin, digest, damage: Callable[[Path], None]):
    """And then no token is good, no nonce, and no failure is counted."""
    configuration = configure(PBX_LOGIN_FAILURES="1")
    check_refused(admin.post("account/email/verify", email="x@y", password="wrong"), "401.2")
    volatile.db.close()
    damage(file_of(configuration))
    start_again(configuration.database_path)
    assert not is_good(admin)
    assert not is_used_by(digest, admin)
    check_refused(admin.post("account/email/verify", email="x@y", password="wrong"), "401.2")
    assert is_good(admin.log_in("admin", ADMIN_PASSWORD))
    assert file_of(configuration).stat().st_mode & 0o777 == 0o600


def test_where_the_system_does_not_tell_its_boot_every_start_makes_it_anew(configure, admin, monkeypatch):
    monkeypatch.setattr(clock, "boot_id", "")
    for _ in range(2):
        before = volatile.id_()
        start_again(configure().database_path)
        assert volatile.id_() != before
    assert not is_good(admin)


@pytest.mark.parametrize("damage", DAMAGES[:-2], ids=lambda damage: damage.__name__)
def test_a_running_server_does_not_go_on_with_another_file(configure, admin, damage: Callable[[Path], None]):
    """What it began with is gone: it says so, to clients and to its supervisor, until it is started again."""
    configuration = configure()
    volatile.db.close()
    damage(file_of(configuration))
    for _ in range(2):
        check_refused(admin.get("extensions/list"), "503.1")
        check_refused(admin.post("account/credentials/verify", username="admin", password=ADMIN_PASSWORD), "503.1")
        reply = admin.http.get("/readyz")
        assert (reply.status_code, reply.json["reason"]) == (503, "tokens")
    start_again(configuration.database_path)
    assert admin.http.get("/readyz").status_code == 200


def test_it_is_not_used_when_another_server_has_made_it(configure, admin):
    configuration, expected = configure(), volatile.id_()
    volatile.db.close()
    volatile.remove(configuration.database_path)
    start_again(configuration.database_path)
    volatile._ids[configuration.database_path] = expected  # what a worker has from the process that it was forked from
    check_refused(admin.get("extensions/list"), "503.1")


def test_processes_that_start_together_make_one(configure):
    path = configure().database_path
    arguments = [(path, path.with_name("migrate.lock"))] * 4
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        ids = set(pool.starmap(prepared_id, arguments))
    assert len(ids) == 1


def prepared_id(database_path: Path, lock_file: Path) -> bytes:
    volatile.prepare(database_path, lock_file)
    return volatile._ids[database_path]


def test_nobodys_log_in_waits_for_a_write_to_the_database(admin, digest, monkeypatch):
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    admin.make_extension("1000")
    with holding(database):
        for name, password in (("admin", ADMIN_PASSWORD), ("1000@pbx.local", WEB_PASSWORD)):
            client = admin.log_in(name, password)
            client.do("account/token/refresh")
            client.do("account/sign_out")
        check_refused(admin.post("account/credentials/verify", username="admin", password="wrong"), "401.2")
        assert admin.http.get(USERS, auth=("superadmin", ADMIN_PASSWORD)).status_code == 200
        assert is_used_by(digest, admin)


def test_the_write_lock_of_tokens_holds_up_no_other_write(admin, monkeypatch):
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    with holding(volatile):
        admin.make_extension("1000")


def test_nonces_are_signed_over_the_file(configure, admin):
    nonce = digest_nonces.issue()
    assert digest_nonces.is_fresh(nonce)
    path = configure().database_path
    volatile.db.close()
    volatile.remove(path)
    start_again(path)
    assert not digest_nonces.is_fresh(nonce)


def test_a_number_that_is_given_again_inherits_no_token(admin):
    admin.make_extension("1000")
    of_old = admin.log_in("1000@pbx.local", WEB_PASSWORD)
    admin.do("extensions/destroy", extension_number="1000")
    admin.make_extension("1000")
    check_refused(of_old.get("extensions/show", extension_number="1000"), "403.4")


def test_an_account_that_takes_the_id_of_another_inherits_no_token(admin):
    """As after the database was put back by hand, beside the tokens of a later one."""
    extension_id = admin.make_extension("1000")
    of_old = admin.log_in("1000@pbx.local", WEB_PASSWORD)
    extensions.destroy(tenants.DEFAULT_TENANT_ID, ExtensionKey("1000"))
    database.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'extension'", (extension_id - 1,))
    assert admin.make_extension("1000") == extension_id
    check_refused(of_old.get("extensions/show", extension_number="1000"), "403.4")


def test_a_tenant_takes_its_extensions_along(admin):
    admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    tenant = admin.log_in("acme", "a tenant's secret")
    tenant.make_extension("1000")
    extension = admin.log_in("1000@acme.example", WEB_PASSWORD)
    admin.do("account/update", id=2, profile={"city": "Bonn"})
    assert is_good(tenant)
    assert extension.get("extensions/show", extension_number="1000").status_code == 200
    admin.do("account/update", id=2, password="another secret")
    assert not is_good(tenant)
    check_refused(extension.get("extensions/show", extension_number="1000"), "403.4")


def test_a_log_in_that_was_overtaken_by_a_change_is_worth_nothing(admin, monkeypatch):
    """The password is compared for as long as it takes; what it opened may be closed by then."""
    admin.make_extension("1000")
    compare = passwords.is_secret

    def change_meanwhile(given: str, stored: str) -> bool:
        fits = compare(given, stored)
        extensions.update(tenants.DEFAULT_TENANT_ID, ExtensionKey("1000"), {"web_access_password": "new-secret-1"})
        return fits

    monkeypatch.setattr(candidates, "is_secret", change_meanwhile)
    late = admin.log_in("1000@pbx.local", WEB_PASSWORD)
    check_refused(late.get("extensions/show", extension_number="1000"), "403.4")


def test_every_account_has_a_number_of_its_own(admin):
    admin.make_extension("1000")
    admin.make_extension("1001")
    admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    tables = ("administrator", "tenant", "extension_settings")
    numbers = [row[0] for table in tables for row in database.fetch_all(f"SELECT credential FROM {table}")]
    assert len(set(numbers)) == len(numbers) == 5
    assert 0 not in numbers


def test_a_command_neither_makes_nor_mends_it(configure):
    configuration = configure()
    close_store()
    file_of(configuration).write_bytes(b"damaged")
    use_store(configuration.data_path)
    tenants.update(tenants.DEFAULT_TENANT_ID, {"password": "a tenant's secret"})
    assert file_of(configuration).read_bytes() == b"damaged"
