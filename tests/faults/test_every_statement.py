"""Every statement of every operation fails once, in each way that a disk knows."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from portsip_api import settings
from portsip_api.pbx.media import files as greeting_files
from portsip_api.pbx.upkeep import consistency
from tests.crm import check_refused
from tests.faults.form import LONG
from tests.faults.injection import KINDS, failing
from tests.faults.operations import OPERATIONS, Operation, dump, furnish, named_files
from tests.stores import close_store, use_world
from tests.world import World, world_template  # noqa: F401 — a fixture

MOST_STATEMENTS = 100


@pytest.fixture(scope="module")
def furnished(world_template, tmp_path_factory):  # noqa: F811
    """A filled store with greetings, to be copied, and its keys."""
    folder = shutil.copytree(world_template[0], tmp_path_factory.mktemp("furnished") / "data")
    use_world(folder)
    furnish(world_template[1])
    close_store()
    return folder, world_template[1]


@pytest.fixture
def world(furnished, tmp_path):
    """A fresh copy of that store."""
    use_world(shutil.copytree(furnished[0], tmp_path / "world"))
    yield furnished[1]
    close_store()


# What an engine would have: what needs one, and calls that go on, which none has begun.
ENGINE = dict.fromkeys(
    ("extensions/call", "call_sessions/create", "participants/update", "chairman/update", "main_screen/update"), 503
) | dict.fromkeys(("call_sessions/destroy", "call_sessions/remove"), 404)
# In short each operation has one of the three.
CASES = [
    pytest.param(operation, kind, id=f"{operation}, {kind}")
    for number, operation in enumerate(OPERATIONS)
    for kind in (KINDS if LONG else (KINDS[number % len(KINDS)],))
]


@pytest.mark.parametrize(("operation", "kind"), CASES)
def test_whichever_statement_fails_nothing_is_half_done(
    template: tuple[Flask, Path], world: World, operation: Operation, kind: str, record_property
) -> None:
    path, client = settings.current().database_path, template[0].test_client()
    before, files = dump(path), named_files()
    for statement in range(1, MOST_STATEMENTS):
        with failing(statement, kind) as plan:
            reply = operation.send(client, world)
        if not plan.struck:
            break
        check_refused(reply, "503.1")
        assert int(reply.headers["Retry-After"]) > 0
        assert dump(path) == before, f"statement {statement}"
        assert named_files() == files, f"statement {statement}"
    expected = next((status for end, status in ENGINE.items() if operation.path.endswith(end)), 200)
    assert reply.status_code == expected, reply.text
    assert statement > 1
    greeting_files.sweep_orphans(0)
    assert consistency.find_inconsistencies() == []
    record_property("faults", statement - 1)
