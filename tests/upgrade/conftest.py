"""The store of the release before."""

from pathlib import Path

import pytest

from tests.upgrade.ask import unpack


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the store of before lies, as it was left."""
    unpack(tmp_path)
    return tmp_path
