"""Secrets at rest: what the keyring keeps, refuses and notices."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portsip_api import settings
from portsip_api.store.secrets import KeyMissing, Keyring

SECRET = "pässwörd-1"


def _open(path: Path, *, create: bool = True) -> Keyring:
    keyring = Keyring()
    keyring.open(path, create=create)
    return keyring


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


def test_a_secret_comes_back(path: Path) -> None:
    blob = _open(path).encrypt(SECRET, "sip")
    assert _open(path, create=False).decrypt(blob, "sip") == SECRET
    assert SECRET.encode() not in blob


def test_a_secret_never_looks_the_same_twice(path: Path) -> None:
    keyring = _open(path)
    assert keyring.encrypt(SECRET, "sip") != keyring.encrypt(SECRET, "sip")


def test_the_secrets_of_an_object_come_back_each_for_its_purpose(path: Path) -> None:
    keyring = _open(path)
    clear = {"sip": SECRET, "web": SECRET, "pin": "1234"}
    sealed = keyring.encrypt_all(clear)
    assert {purpose: keyring.decrypt(blob, purpose) for purpose, blob in sealed.items()} == clear
    assert len({blob[4:16] for blob in sealed.values()}) == 3  # a nonce of its own for each
    _open(path).rotate()
    assert {blob[:4].hex() for blob in keyring.encrypt_all(clear).values()} == {_open(path).key_ids()[0]}


def test_a_secret_of_another_purpose_is_not_read(path: Path) -> None:
    keyring = _open(path)
    with pytest.raises(KeyMissing, match="does not fit its key"):
        keyring.decrypt(keyring.encrypt(SECRET, "sip"), "web")


@pytest.mark.parametrize("position", [5, 20, -1])
def test_an_altered_secret_is_not_read(path: Path, position: int) -> None:
    keyring = _open(path)
    blob = bytearray(keyring.encrypt(SECRET, "sip"))
    blob[position] ^= 1
    with pytest.raises(KeyMissing, match="altered"):
        keyring.decrypt(bytes(blob), "sip")


def test_a_secret_under_a_foreign_key_names_that_key(path: Path, tmp_path: Path) -> None:
    foreign = _open(tmp_path / "foreign.key")
    with pytest.raises(KeyMissing, match=foreign.key_ids()[0]):
        _open(path).decrypt(foreign.encrypt(SECRET, "sip"), "sip")


def test_keys_for_other_uses_are_the_same_for_every_reader_and_rotate_with_the_file(path: Path) -> None:
    keyring = _open(path)
    (first,) = keyring.derived("links")
    assert len(first) == 32
    assert _open(path, create=False).derived("links") == [first] != keyring.derived("cookies")
    keyring.rotate()
    assert keyring.derived("links")[1:] == [first]


def test_the_key_file_is_the_owners_alone(path: Path) -> None:
    keyring = _open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    keyring.rotate()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_missing_key_file_is_made_only_where_that_is_allowed(path: Path) -> None:
    with pytest.raises(KeyMissing):
        _open(path, create=False)
    assert not path.exists()


@pytest.mark.parametrize("content", ["", "\n\n", "no key", "zz AAAA", "00000000 !!!!", "00000000 AAAA", "\xff"])
def test_a_damaged_key_file_is_refused(path: Path, content: str) -> None:
    path.write_text(content, encoding="latin-1")
    with pytest.raises(KeyMissing):
        _open(path)
    assert path.read_text(encoding="latin-1") == content


def test_a_rotation_keeps_the_previous_key_and_drops_older_ones(path: Path) -> None:
    keyring = _open(path)
    oldest = keyring.encrypt(SECRET, "sip")
    keyring.rotate()
    previous = keyring.encrypt(SECRET, "sip")
    assert keyring.decrypt(oldest, "sip") == SECRET
    keyring.rotate()
    assert keyring.decrypt(previous, "sip") == SECRET
    assert len(keyring.key_ids()) == 2
    with pytest.raises(KeyMissing):
        keyring.decrypt(oldest, "sip")


def test_a_keyring_that_was_open_already_notices_a_rotation(path: Path) -> None:
    worker, operator = _open(path), _open(path)
    before = worker.encrypt(SECRET, "sip")
    operator.rotate()
    assert operator.decrypt(before, "sip") == SECRET
    assert worker.decrypt(operator.encrypt(SECRET, "sip"), "sip") == SECRET
    assert worker.encrypt(SECRET, "sip")[:4].hex() == operator.key_ids()[0]


def test_a_decoy_is_kept_and_follows_a_rotation(path: Path) -> None:
    keyring = _open(path)
    first = keyring.decoy("sip")
    assert keyring.decoy("sip") == first
    keyring.rotate()
    assert keyring.decoy("sip")[:4].hex() == keyring.key_ids()[0]


def test_processes_that_start_together_make_one_key(path: Path) -> None:
    program = (
        "import sys, pathlib; from portsip_api.store.secrets import Keyring; keyring = Keyring();"
        "keyring.open(pathlib.Path(sys.argv[1]), create=True); print(keyring.key_ids()[0])"
    )
    command = [sys.executable, "-c", program, str(path)]
    processes = [subprocess.Popen(command, cwd=settings.ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert {process.communicate(timeout=30)[0] for process in processes} == {_open(path).key_ids()[0] + "\n"}
