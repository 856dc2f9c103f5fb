"""A running gunicorn and a running uWSGI, each over a store with the administrator `admin`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.contract.servers import KINDS, Server, running


@pytest.fixture(scope="session")
def fresh_store(servers: None, template: tuple[Flask, Path], tmp_path_factory: pytest.TempPathFactory):
    """A function that returns a new data folder with one administrator (`admin`, ADMIN_PASSWORD)."""

    def make() -> Path:
        return shutil.copytree(template[1], tmp_path_factory.mktemp("server") / "data")

    return make


@pytest.fixture(scope="module")
def gunicorn(fresh_store) -> Iterator[Server]:
    """A gunicorn for the tests of one module."""
    with running("gunicorn", fresh_store()) as server:
        yield server


@pytest.fixture(scope="module")
def uwsgi(fresh_store) -> Iterator[Server]:
    """A uWSGI for the tests of one module."""
    with running("uwsgi", fresh_store()) as server:
        yield server


@pytest.fixture(params=KINDS)
def server(servers: None, request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    server: Server = request.getfixturevalue(request.param)
    return server
