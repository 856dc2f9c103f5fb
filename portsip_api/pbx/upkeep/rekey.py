"""Which stored secrets are encrypted, under which keys, and writing all of them anew under a new key.

A rotation runs beside the server: workers notice the changed key file by themselves, and the previous key stays in it,
since one of them may have encrypted under that key a moment ago. The next rotation drops it, once nothing needs it and
no request can be left that does.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portsip_api.pbx.access import portal_logins
from portsip_api.pbx.access.secret_purposes import (
    MODERATOR_PIN,
    PARTICIPANT_PIN,
    PIN,
    SIP_PASSWORD,
    WEB_PASSWORD,
    WEBPAGE_PASSWORD,
)
from portsip_api.pbx.devices import credentials
from portsip_api.pbx.devices.lines import LINE_PASSWORD
from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.settings import values as setting_values
from portsip_api.pbx.upkeep import rekey_sql
from portsip_api.pbx.upkeep.rekey_sql import Column
from portsip_api.store import database
from portsip_api.store.clock import clock
from portsip_api.store.files import FileLock
from portsip_api.store.secrets import KeyMissing, keyring

BATCH: Final = 300  # rows of one transaction
SETTLED: Final = 600.0  # seconds after a rotation in which every request that began before it has ended

COLUMNS: Final = (
    *(
        Column("extension_settings", "extension_id", purpose.removeprefix("extension."), purpose)
        for purpose in (SIP_PASSWORD, WEB_PASSWORD, PIN)
    ),
    Column("phone_provisioning", "extension_id", "webpage_password", WEBPAGE_PASSWORD),
    Column("administrator_ha1", "id", "ha1", portal_logins.HA1),
    Column("external_line", "line_id", "password", LINE_PASSWORD),
    Column("setting_value", "id", "secret", setting_values.SECRET),
    Column("phone_credential", "id", "secret", credentials.URL_SECRET),
    Column("phone_credential", "id", "password", credentials.PASSWORD),
    Column("conference", "id", "participant_pin", PARTICIPANT_PIN),
    Column("conference", "id", "moderator_pin", MODERATOR_PIN),
)


@dataclass(frozen=True)
class Rotation:
    """What a rotation did: the current key, how many secrets were written under it, and whether the key is new.

    It is not when an earlier rotation had been interrupted: then that one was finished.
    """

    key_id: str
    rewritten: int
    is_new: bool


def needed_keys(fetch: rekey_sql.Fetch = rekey_sql.fetch_all) -> set[str]:
    """Return the ids of the keys that secrets are stored under, in the database that `fetch` asks."""
    return set().union(*(rekey_sql.key_ids(fetch, column) for column in COLUMNS))


def rotate(key_file: Path) -> Rotation:
    """Put a new key first in `key_file` and write every stored secret under it; or finish what was interrupted.

    Raises Conflict (another rotation is running, or was a moment ago), KeyMissing (a secret cannot be read; nothing is
    lost) and StoreUnavailable.
    """
    lock = FileLock(key_file.with_name(key_file.name + ".rotation"))
    if not lock.acquire(wait=False):
        raise Conflict("Another rotation of the key is running.")
    try:
        unfinished = _rewrite()
        if unfinished:
            return Rotation(keyring.key_ids()[0], unfinished, is_new=False)
        _require_settled(key_file)
        while not _make_key():
            _rewrite()
        return Rotation(keyring.key_ids()[0], _rewrite(), is_new=True)
    finally:
        lock.release()


def _require_settled(key_file: Path) -> None:
    """Raise Conflict when a request may still hold a secret under the key that the next rotation drops."""
    age = clock.wall() - key_file.stat().st_mtime
    if len(keyring.key_ids()) > 1 and abs(age) < SETTLED:
        raise Conflict(
            f"The key file was changed {abs(age):.0f} seconds ago: wait {SETTLED / 60:.0f} minutes between rotations, "
            "since requests that run may need the key that this one would drop."
        )


def _make_key() -> bool:
    """Make the new key, which drops the oldest, unless a secret is stored under another than the current one."""
    with database.writing():  # so that no such secret can be committed between the question and the file's exchange
        if needed_keys() - {keyring.key_ids()[0]}:
            return False
        keyring.rotate()
        return True


def _rewrite() -> int:
    """Write what is under other keys under the current one, until a pass finds nothing; return how many secrets."""
    total = 0
    while rewritten := sum(_rewrite_column(column) for column in COLUMNS):
        total += rewritten
    return total


def _rewrite_column(column: Column) -> int:
    rewritten, last = 0, -1
    while rows := rekey_sql.outdated(column, keyring.key_ids()[0], last, BATCH):
        replacements = [(_anew(column, row_id, blob), row_id, blob) for row_id, blob in rows]
        with database.writing():
            # Not where it has changed meanwhile: then it is under the current key already.
            rewritten += sum(rekey_sql.replace(column, replacement) for replacement in replacements)
        last = rows[-1][0]
    return rewritten


def _anew(column: Column, row_id: int, blob: bytes) -> bytes:
    try:
        return keyring.encrypt(keyring.decrypt(blob, column.purpose), column.purpose)
    except KeyMissing as error:
        raise KeyMissing(f"{column.table}.{column.name} of extension id {row_id} cannot be read. {error}") from error
