"""The stores of tests of backups."""

from pathlib import Path

import pytest

from portsip_api.store import backup
from portsip_api.store.backup import Place
from tests.store.backups import KEYS, make_place


@pytest.fixture
def old(tmp_path: Path) -> Place:
    return make_place(tmp_path / "old", "old", {"a": b"kept in both", "b": b"of the old one"})


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A backup of a store with another note and other greetings."""
    place = make_place(tmp_path / "new", "new", {"a": b"kept in both", "c": b"of the new one"})
    backup.create(place, tmp_path / "new.tar.gz", lambda _: KEYS)
    return tmp_path / "new.tar.gz"
