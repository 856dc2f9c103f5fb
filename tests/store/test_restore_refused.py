"""Archives that are not restored: damaged, forged, of another format, schema or key."""

import gzip
import io
import json
import sqlite3
import tarfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from portsip_api.store import backup
from portsip_api.store.backup import Place
from tests.store.backups import KEYS, NEWEST, check_refused, make_place


def _repack(
    archive: Path, target: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes] | None]
) -> Path:
    """Write the archive anew with each member changed, or left out."""
    with tarfile.open(archive) as packed, tarfile.open(target, "w:gz") as changed:
        for member in packed.getmembers():
            read = packed.extractfile(member)
            assert read is not None
            result = change(member, read.read())
            if result is not None:
                info, content = result
                info.size = len(content)
                changed.addfile(info, io.BytesIO(content))
    return target


def _add(archive: Path, target: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(archive) as packed, tarfile.open(target, "w:gz") as changed:
        for member in packed.getmembers():
            changed.addfile(member, packed.extractfile(member))
        for member in members:
            member.size = 4 if member.isreg() else 0
            changed.addfile(member, io.BytesIO(b"evil"))
    return target


def _change_manifest(archive: Path, **values: object) -> Path:
    def change(member: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
        if member.name == "manifest.json":
            content = json.dumps(json.loads(content) | values).encode()
        return member, content

    return _repack(archive, archive.with_name("changed.tar.gz"), change)


def _with_database(archive: Path, change: Callable[[bytes], bytes]) -> Path:
    return _repack(
        archive,
        archive.with_name("changed.tar.gz"),
        lambda member, content: (member, change(content) if member.name == "pbx.sqlite3" else content),
    )


def test_a_truncated_archive_is_refused(old: Place, archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    cut = tmp_path / "cut.tar.gz"
    for length in [0, 1, 10, 100, *range(200, len(content), len(content) // 20), len(content) - 4, len(content) - 1]:
        cut.write_bytes(content[:length])
        check_refused(old, cut, "damaged")


def test_an_archive_with_a_flipped_bit_is_refused(old: Place, archive: Path, tmp_path: Path) -> None:
    content = archive.read_bytes()
    flipped = tmp_path / "flipped.tar.gz"
    # The first ten bytes are gzip's header, in which nothing that matters is checked.
    for position in range(10, len(content), len(content) // 40):
        flipped.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        if not _means_the_same(flipped, archive):
            check_refused(old, flipped, "damaged|holds what no backup holds|database in the backup")


def _means_the_same(one: Path, other: Path) -> bool:
    """Tell whether two files unpack to the same bytes: a run of zeros, say, can be written in many ways."""
    try:
        return gzip.decompress(one.read_bytes()) == gzip.decompress(other.read_bytes())
    except (OSError, EOFError, zlib.error):
        return False


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive at all" * 100, gzip.compress(b"no archive" * 1000)],
    ids=["empty", "text", "compressed text"],
)
def test_what_is_no_archive_is_refused(old: Place, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    check_refused(old, tmp_path / "x", "not a backup")


def test_a_file_that_is_not_there_is_refused(old: Place, tmp_path: Path) -> None:
    check_refused(old, tmp_path / "x", "There is no such file")


@pytest.mark.parametrize(
    "name",
    [
        "/etc/evil",
        "../evil",
        "greetings/../../evil",
        "greetings/../evil",
        "greetings",
        "evil",
        "greetings/../pbx.sqlite3",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(old: Place, archive: Path, tmp_path: Path, name: str) -> None:
    check_refused(old, _add(archive, tmp_path / "evil.tar.gz", tarfile.TarInfo(name)), "no backup holds")
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE])
def test_only_plain_files_are_unpacked(old: Place, archive: Path, tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("greetings/x")
    member.type, member.linkname = kind, "../../../old/pbx.sqlite3"
    check_refused(old, _add(archive, tmp_path / "evil.tar.gz", member), "no backup holds")


def test_a_newer_format_is_refused(old: Place, archive: Path) -> None:
    check_refused(old, _change_manifest(archive, format=2), "format 2")


def test_a_manifest_that_says_something_else_is_refused(old: Place, archive: Path) -> None:
    check_refused(old, _change_manifest(archive, surprise=1), "damaged")


@pytest.mark.parametrize("name", ["manifest.json", "pbx.sqlite3"])
def test_an_incomplete_archive_is_refused(old: Place, archive: Path, tmp_path: Path, name: str) -> None:
    source = _repack(
        archive, tmp_path / "less.tar.gz", lambda member, content: (member, content) if member.name != name else None
    )
    check_refused(old, source, "not a backup")


def test_a_damaged_database_is_refused(old: Place, archive: Path) -> None:
    check_refused(
        old, _with_database(archive, lambda content: content[:4096] + b"\xff" * 4096 + content[8192:]), "damaged"
    )
    check_refused(old, _with_database(archive, lambda _: b"no database" * 1000), "damaged")
    check_refused(old, _with_database(archive, lambda _: b""), "damaged")


def test_a_newer_schema_is_refused(old: Place, tmp_path: Path) -> None:
    newer = make_place(tmp_path / "newer", "newer", {})
    with closing(sqlite3.connect(newer.database)) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    backup.create(newer, tmp_path / "newer.tar.gz", lambda _: KEYS)
    check_refused(old, tmp_path / "newer.tar.gz", f"schema {NEWEST + 1}.*up to {NEWEST} only")


def test_a_backup_whose_key_is_missing_names_it(old: Place, archive: Path) -> None:
    check_refused(old, archive, "needs the key 00000001", keys=["00000002"])
