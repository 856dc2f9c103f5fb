"""Stores with something in them to attack."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.contract.conftest import fresh_store  # noqa: F401 — a fixture
from tests.contract.servers import Server, running
from tests.contract.sipxcom.world import World
from tests.crm import ADMIN_PASSWORD
from tests.security import estates
from tests.sipxcom.portal import Portal
from tests.stores import close_store, use_world


@pytest.fixture(scope="session")
def estates_template(template: tuple[Flask, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """The folder of a store with two tenants (see estates), built once, and the keys of what is in it."""
    app, empty = template
    folder = shutil.copytree(empty, tmp_path_factory.mktemp("estates") / "data")
    use_world(folder)
    world = estates.build(app.test_client())
    close_store()
    return folder, world


@pytest.fixture
def world(estates_template: tuple[Path, World], tmp_path: Path) -> Iterator[World]:
    """A fresh copy of that store, and the keys."""
    use_world(shutil.copytree(estates_template[0], tmp_path / "estates"))
    yield estates_template[1]
    close_store()


@pytest.fixture(scope="module")
def gunicorn(fresh_store) -> Iterator[Server]:  # noqa: F811
    """A gunicorn for the tests of one module."""
    with running("gunicorn", fresh_store()) as server:
        yield server


@pytest.fixture
def portal(app: Flask) -> Portal:
    """The administrator on sipXcom's API."""
    return Portal(app.test_client(), "superadmin", ADMIN_PASSWORD)
