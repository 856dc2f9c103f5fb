"""`python -m tests.faults.killed STORE COPIES EVERY`: kill -9 at each statement of what makes, ends or uses a way in.

A child performs an operation and is killed before its n-th statement, for every n, or one in EVERY; then the store is
opened as a server does that starts, and must be in the state of before or that of after. Prints the number of kills.
"""

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from portsip_api import create_app, settings
from portsip_api.pbx.access import login_limits
from portsip_api.store import database, volatile
from tests.crm import ADMIN_PASSWORD, Crm
from tests.sipxcom.digests import Digest
from tests.stores import close_store, start_again, use_store

USERS = "/sipxconfig/rest/user"
NEW_PASSWORD = "another passphrase of theirs"
TENANT = {"username": "acme", "password": "a tenant's secret"}


@dataclass
class Scene:
    """A store with a tenant that has logged in, and a Digest that has not been used."""

    http: FlaskClient
    admin: Crm
    tenant: Crm
    overheard: dict[str, str]

    def lives(self) -> bool:
        """Whether the tenant's token is good."""
        return self.tenant.get("extensions/list").status_code == 200

    def opens(self, password: str) -> bool:
        """Whether the tenant has that password."""
        reply = self.admin.post("account/credentials/verify", username="acme", password=password)
        return reply.status_code == 200

    def replay(self) -> bool:
        """Whether the Digest, sent again, is taken."""
        return self.http.get(USERS, headers=self.overheard).status_code == 200


def set_scene(http: FlaskClient) -> Scene:
    admin = Crm(http).log_in("admin", ADMIN_PASSWORD)
    admin.do("account/create", name="acme", domain="acme.example", password=TENANT["password"])
    digest = Digest("superadmin", ADMIN_PASSWORD).challenged_by(http.get(USERS), "MD5")
    return Scene(http, admin, admin.log_in("acme", TENANT["password"]), digest.header("GET", USERS))


def check_log_in(scene: Scene) -> None:
    """Half a log-in is none, and the next one succeeds."""
    assert scene.opens(TENANT["password"])
    assert scene.lives()


def check_failure(scene: Scene) -> None:
    """A failure is counted for the account and for the address, or for neither."""
    counts = {row[0] for row in volatile.fetch_all("SELECT failures FROM login_failure")}
    assert len(counts) <= 1, counts
    login_limits.delete_past()
    assert scene.opens(TENANT["password"])


def check_sign_out(scene: Scene) -> None:
    """The token is good or not; then it is ended."""
    scene.tenant.post("account/sign_out")
    assert not scene.lives()


def check_password(scene: Scene) -> None:
    """The tokens of the old password end with it, and not without it."""
    assert scene.lives() is scene.opens(TENANT["password"]) is not scene.opens(NEW_PASSWORD)


def check_disabled(scene: Scene) -> None:
    """Nobody is in whom the door is closed to."""
    assert scene.lives() is scene.opens(TENANT["password"])


def check_destroyed(scene: Scene) -> None:
    """A tenant goes with its tokens."""
    there = scene.admin.get("account/show", id=2).status_code == 200
    assert scene.lives() is there is scene.opens(TENANT["password"])


def check_digest(scene: Scene) -> None:
    """A count serves once: if the child's request was let in, the same one is not again."""
    used = volatile.fetch_row("SELECT count(*) FROM digest_nonce")[0]
    assert [scene.replay(), scene.replay()] == [not used, False]


OPERATIONS: dict[str, tuple[Callable[[Scene], object], Callable[[Scene], None]]] = {
    "log-in": (lambda scene: scene.opens(TENANT["password"]), check_log_in),
    "failed log-in": (lambda scene: scene.opens("wrong"), check_failure),
    "refresh": (lambda scene: scene.tenant.post("account/token/refresh"), check_log_in),
    "sign-out": (lambda scene: scene.tenant.post("account/sign_out"), check_sign_out),
    "password": (lambda scene: scene.admin.post("account/update", id=2, password=NEW_PASSWORD), check_password),
    "disabled": (lambda scene: scene.admin.post("account/update", id=2, enabled=False), check_disabled),
    "destroyed": (lambda scene: scene.admin.post("account/destroy", id=2), check_destroyed),
    "Digest": (lambda scene: scene.replay(), check_digest),
}


def perform_until(statement: int, act: Callable[[Scene], object], scene: Scene) -> bool:
    """Fork a child that acts and is killed before its n-th statement; tell whether it was."""
    child = os.fork()
    if child == 0:
        seen = 0

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, *values: Any) -> "Cursor":
                nonlocal seen
                seen += 1
                if seen == statement:
                    os.kill(os.getpid(), signal.SIGKILL)
                return super().execute(sql, *values)

        class Connection(sqlite3.Connection):
            def cursor(self, *_: Any) -> Any:
                return super().cursor(Cursor)

        for file in (database, volatile):
            file.db.connect_params["factory"] = Connection
        act(scene)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main(store: Path, copies: Path, every: int) -> int:
    """Try all of it and return the number of kills."""
    http = create_app(settings.load({"PBX_DATA_DIR": str(store), "PBX_TOKEN_TTL": "86400"})).test_client()
    use_store(store, PBX_TOKEN_TTL="86400")
    scene = set_scene(http)
    close_store()
    kills = 0
    for number, (name, (act, check)) in enumerate(OPERATIONS.items()):
        statement, is_killed = number % every + 1 - every, True
        while is_killed:
            statement += every
            copy = shutil.copytree(store, copies / f"{name} {statement}")
            use_store(copy, PBX_TOKEN_TTL="86400")
            is_killed = perform_until(statement, act, scene)
            start_again(copy / "pbx.sqlite3")
            check(scene)
            close_store()
            shutil.rmtree(copy)
            kills += is_killed
    return kills


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])), "kills")
