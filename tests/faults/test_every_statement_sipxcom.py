"""The same on the other API: every statement of every operation of the vendor's page fails once."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portsip_api import settings
from portsip_api.pbx.upkeep import consistency
from tests.contract.conftest import fresh_store  # noqa: F401 — a fixture
from tests.contract.servers import running
from tests.contract.sipxcom.row import Row
from tests.contract.sipxcom.table import ROWS
from tests.contract.sipxcom.world import World, filled, make_world
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD
from tests.faults.form import LONG
from tests.faults.injection import KINDS, failing
from tests.faults.operations import dump, named_files
from tests.faults.test_every_statement import MOST_STATEMENTS
from tests.stores import use_world

WRITES = [row for row in ROWS if row.supported and row.method != "GET" and row.status < 400]


@pytest.fixture(scope="module")
def made(fresh_store) -> tuple[Path, World]:  # noqa: F811
    """A store that has what the requests need, and the keys of it."""
    data = fresh_store()
    with running("gunicorn", data) as server:
        return data, make_world(server)


def send(client: FlaskClient, row: Row, world: World) -> TestResponse:
    """Send a row's request."""
    body = filled(row.body, world)
    place: dict[str, Any] = {}
    if row.files:
        place["data"] = {name: (io.BytesIO(file[1]), file[0]) for name, file in row.files.items()}
    elif isinstance(body, str):
        place = {"data": body, "content_type": row.content_type or "text/xml"}
    elif body is not None:
        place["json"] = body
    auth = ("200", WEB_PASSWORD) if row.user else ("superadmin", ADMIN_PASSWORD)
    path = f"/sipxconfig/{filled(row.path, world)}"
    return client.open(path, method=row.method, auth=auth, buffered=True, **place)


@pytest.mark.parametrize("kind", KINDS if LONG else KINDS[:1])
def test_whichever_statement_fails_nothing_is_half_done(
    template: tuple[Flask, Path], made: tuple[Path, World], tmp_path: Path, kind: str, record_property
) -> None:
    client, faults, problems = template[0].test_client(), 0, []
    assert len(WRITES) > 80
    for number, row in enumerate(WRITES):
        use_world(shutil.copytree(made[0], tmp_path / str(number)))
        path = settings.current().database_path
        before, files = dump(path), named_files()
        for statement in range(1, MOST_STATEMENTS):
            with failing(statement, kind) as plan:
                reply = send(client, row, made[1])
            if not plan.struck:
                break
            faults += 1
            refused = (reply.status_code, "Retry-After" in reply.headers) == (503, True)
            if not refused or dump(path) != before or named_files() != files:
                problems.append(f"{row.method} {row.path}, statement {statement}: {reply.status_code} {reply.text}")
                break
        else:
            problems.append(f"{row.method} {row.path} has more than {MOST_STATEMENTS} statements")
        assert consistency.find_inconsistencies() == []
    assert problems == []
    record_property("faults", faults)
