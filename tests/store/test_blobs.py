"""Files by opaque ids: durable before anybody knows them, never overwritten, swept when nobody names them."""

import os
from collections.abc import Collection
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.store.blobs import BlobFolder
from portsip_api.store.clock import clock
from portsip_api.store.database import StoreUnavailable

HOUR = 3600.0


@pytest.fixture
def folder(tmp_path: Path) -> BlobFolder:
    settings.use(settings.load({"PBX_DATA_DIR": str(tmp_path)}))
    return BlobFolder("things")


def names(folder: BlobFolder) -> set[str]:
    return {path.name for path in folder.path.iterdir()}


def age(path: Path, seconds: float) -> None:
    os.utime(path, (clock.wall() - seconds,) * 2)


def nobody(blobs: Collection[str]) -> Collection[str]:
    return ()


def test_what_was_put_is_there_under_a_name_of_its_own(folder: BlobFolder) -> None:
    first, second = folder.put(b"one"), folder.put(b"one")
    assert names(folder) == {first, second}
    assert folder.locate(first).read_bytes() == b"one"
    assert folder.locate(first).stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_what_cannot_be_stored_leaves_nothing(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put(b"one")
    before = names(folder)

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreUnavailable, match="No space left"):
        folder.put(b"two")
    assert names(folder) == before


def test_removing_again_does_not_matter(folder: BlobFolder) -> None:
    blob = folder.put(b"one")
    folder.remove([blob, blob])
    assert names(folder) == set()


def test_a_sweep_without_a_folder_finds_nothing(folder: BlobFolder) -> None:
    assert folder.sweep(nobody, 0) == 0
    assert not folder.path.exists()


def test_a_sweep_removes_what_is_old_and_named_by_nobody(folder: BlobFolder) -> None:
    old, young, named = folder.put(b"old"), folder.put(b"young"), folder.put(b"named")
    half = folder.path / f".{old}.123"
    half.write_bytes(b"ha")
    stray = folder.path / "stray.wav"
    stray.write_bytes(b"")
    for path in (folder.locate(old), folder.locate(named), half, stray):
        age(path, HOUR + 1)
    age(folder.locate(young), HOUR - 60)
    asked: list[str] = []

    def is_named(blobs: Collection[str]) -> Collection[str]:
        asked.extend(blobs)
        return {named}

    assert folder.sweep(is_named, HOUR) == 3
    assert names(folder) == {young, named}
    assert set(asked) == {old, named}


def test_a_sweep_of_many_asks_a_few_at_a_time(folder: BlobFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    kept = {folder.put(b"") for _ in range(1_100)}
    gone = {folder.put(b"") for _ in range(300)}
    sizes: list[int] = []

    def is_named(blobs: Collection[str]) -> Collection[str]:
        sizes.append(len(blobs))
        return kept & set(blobs)

    assert folder.sweep(is_named, 0) == len(gone)
    assert names(folder) == kept
    assert (sum(sizes), max(sizes)) == (1_400, 500)


def test_folders_and_links_are_left_alone(folder: BlobFolder, tmp_path: Path) -> None:
    folder.put(b"one")
    (folder.path / "below").mkdir()
    (folder.path / "link").symlink_to(tmp_path)
    assert folder.sweep(nobody, 0) == 1
    assert names(folder) == {"below", "link"}
