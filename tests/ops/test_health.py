"""Up and ready are two things."""

from flask.testing import FlaskClient

from portsip_api import settings
from portsip_api.store import database
from tests.crm import Crm


def check_not_ready(http: FlaskClient, reason: str) -> None:
    """The process is up and says that it cannot work, and why."""
    reply = http.get("/readyz")
    assert (reply.status_code, reply.json) == (503, {"status": "unavailable", "reason": reason})
    assert http.get("/healthz").json == {"status": "ok"}


def test_a_server_with_its_store_is_ready(crm: Crm) -> None:
    reply = crm.http.get("/readyz")
    assert (reply.status_code, reply.json) == (200, {"status": "ready"})


def test_a_newer_schema_is_not_ready(crm: Crm) -> None:
    database.execute("PRAGMA user_version = 9999")
    check_not_ready(crm.http, "schema")


def test_an_older_schema_is_not_ready(crm: Crm) -> None:
    database.execute("PRAGMA user_version = 0")
    check_not_ready(crm.http, "schema")


def test_a_broken_database_is_not_ready(crm: Crm) -> None:
    database.db.close()
    settings.current().database_path.write_bytes(b"not a database" * 100)
    check_not_ready(crm.http, "database")
