"""What a phone fetches its files with: a secret that stands in its URL, and a password beside its serial number.

They open the phone's own files and nothing else. Administrators can see them at any time, so they are encrypted; found
they are by their SHA-256, which nobody can turn back, since both are random. That look-up is the whole comparison: an
unknown phone and a wrong password are the same miss.

Rotating makes a new pair. The one before serves on until the phone has fetched with a later one, or for a week: the
next file tells the phone. That it has fetched is noted in the volatile file, since a GET writes to no other, and counts
from then on; a job brings it to the database seconds later. Should the note be lost before, then the earlier pair
serves again until the phone's next fetch, or until its week is over, and the phone is never shut out.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import peewee

from portsip_api.pbx import trail
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.devices import credentials_sql
from portsip_api.pbx.devices.keys import clean_serial, phone_id
from portsip_api.pbx.devices.tables import Phone, PhoneCredential
from portsip_api.pbx.errors import Conflict, LoginRefused, NotFound
from portsip_api.store import database, volatile
from portsip_api.store.clock import clock
from portsip_api.store.secrets import keyring
from portsip_api.store.sqlite_file import StoreUnavailable, is_unavailable

URL_SECRET: Final = "phone.url_secret"
PASSWORD: Final = "phone.provisioning_password"
SERVES_ON: Final = 7 * 86_400.0  # seconds that a credential serves after a rotation
MOST_EARLIER: Final = 20  # credentials of a phone that serve on
_BATCH: Final = 500
_NAMED: Final = 20  # phones that the log names after a failure
# Without letters and digits that look alike; people type a password on a phone, and some phones keep 20 characters.
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_REFUSED: Final = "There is no such phone, or this is not its password."


@dataclass(frozen=True)
class Credential:
    """A phone's current credential in clear; the one before it serves until then (seconds since 1970; None: none)."""

    user: str
    secret: str = field(repr=False)
    password: str = field(repr=False)
    earlier_until: float | None


@dataclass(frozen=True)
class FetchingPhone:
    """A phone that asks for its files. It is no account: nothing that asks for one takes it.

    `digest` is that of the secret of its credential, and `has_earlier` tells whether others of it are to end with the
    first fetch.
    """

    account_id: int
    tenant_id: int
    name: str  # its serial number
    digest: bytes = field(repr=False)
    has_earlier: bool
    role: str = "phone"


def new() -> dict[str, bytes]:
    """Return the columns of a new credential. It is slow: not for the inside of a transaction."""
    secret = secrets.token_hex(16).upper()  # in the form of a token, which no log repeats
    password = "".join(secrets.choice(_LETTERS) for _ in range(20))
    return {
        "secret": keyring.encrypt(secret, URL_SECRET),
        "secret_digest": _digest(secret),
        "password": keyring.encrypt(password, PASSWORD),
        "password_digest": _digest(password),
    }


def show(tenant_id: int, phone_key: int | str) -> Credential:
    """Return the credential of the phone that `phone_key` names: an id or a serial number.

    Raises NotFound and KeyMissing.
    """
    id_ = phone_id(tenant_id, phone_key)
    trail.exactly(id_)
    serial = Phone.get(tenant_id, id=id_).serial
    rows = PhoneCredential.page(tenant_id, PhoneCredential.phone_id == id_, order=[PhoneCredential.id.desc()])
    current = next((row for row in rows if row.ends is None), None)
    if current is None:
        raise NotFound(PhoneCredential.missing)
    ends = [row.ends for row in rows if row.ends is not None and _serves(row.id, id_, row.ends)]
    return Credential(
        serial,
        keyring.decrypt(current.secret, URL_SECRET),
        keyring.decrypt(current.password, PASSWORD),
        max(ends, default=None),
    )


def rotate(tenant_id: int, phone_key: int | str) -> None:
    """Give a phone a new credential; the one before serves on, see above.

    Raises NotFound, and Conflict when MOST_EARLIER serve on: which of them the phone knows nobody can tell.
    """
    end_earlier()
    columns = new()
    with database.writing():
        id_ = phone_id(tenant_id, phone_key)
        trail.exactly(id_)
        serving = PhoneCredential.phone_id == id_, PhoneCredential.ends.is_null(is_null=False)
        if PhoneCredential.count(tenant_id, *serving) >= MOST_EARLIER:
            raise Conflict(
                f"It was rotated {MOST_EARLIER} times, and the phone has not fetched a file with the new one."
            )
        PhoneCredential.update(tenant_id, {"ends": clock.wall() + SERVES_ON}, phone_id=id_, ends=None)
        PhoneCredential.insert(tenant_id, phone_id=id_, **columns)


def by_secret(secret: str, address: str) -> FetchingPhone:
    """Return the phone whose URL has that secret, for a client at that IP address.

    Raises NotFound, as for a file that is not there, and TooManyFailures.
    """
    attempt = Attempt(f"phone URL {secret}", address)
    attempt.check()
    phone = _known(credentials_sql.by_secret(_digest(secret)))
    if phone is None:
        trail.logging_in(())
        attempt.failed()
        raise NotFound("There is no such file.")
    attempt.forgive()
    return phone


def by_password(serial: str, password: str, address: str) -> FetchingPhone:
    """Return the phone with that serial number, however it is written, and provisioning password.

    Raises LoginRefused, for an unknown number as for a wrong password, and TooManyFailures.
    """
    attempt = Attempt(f"phone {clean_serial(serial)}", address)
    attempt.check()
    phone = _known(credentials_sql.by_password(_digest(password)))
    if phone is None or phone.name != clean_serial(serial):
        trail.logging_in(_meant(clean_serial(serial)))
        attempt.failed()
        raise LoginRefused(_REFUSED)
    attempt.forgive()
    return phone


def note_fetch(phone: FetchingPhone) -> None:
    """Note that a phone has got a file, with which its earlier credentials end; when the note cannot be written, the
    next fetch writes it.
    """
    if not phone.has_earlier:
        return
    try:
        with volatile.writing():
            credentials_sql.note_fetch(phone.digest)
    except (peewee.OperationalError, StoreUnavailable) as error:
        if not is_unavailable(error):
            raise


def end_earlier() -> int:
    """Delete the credentials that no longer serve, and the notes that said so; return how many credentials."""
    noted, now, ended = credentials_sql.noted(_BATCH), clock.wall(), 0
    if not noted and not credentials_sql.is_any_past(now):
        return 0
    with database.writing():
        ended += credentials_sql.delete_past(now)
        ended += sum(credentials_sql.delete_before(digest) for digest in noted)
    with volatile.writing():
        for digest in noted:
            credentials_sql.forget(digest)
    return ended


def give_missing() -> None:
    """Give a credential to each phone that has none, as in a store of an earlier release. Raises KeyMissing."""
    last = 0
    while phones := credentials_sql.without(last, _BATCH):
        given = [(id_, new()) for id_ in phones]
        with database.writing():
            for id_, columns in given:
                credentials_sql.give(id_, columns)
        last = phones[-1]


def insert_all(tenant_id: int, phone_ids: Sequence[int], drafts: Sequence[dict[str, bytes]]) -> None:
    """Write the first credentials of new phones, inside the caller's transaction."""
    rows = [{"phone_id": id_, **columns} for id_, columns in zip(phone_ids, drafts, strict=True)]
    PhoneCredential.insert_all(tenant_id, rows)


def _known(row: Any) -> FetchingPhone | None:
    """Return the phone of a credential that serves."""
    if row is None:
        return None
    id_, of_phone, tenant_id, serial, digest, ends, has_earlier = row
    return (
        FetchingPhone(of_phone, tenant_id, serial, digest, bool(has_earlier)) if _serves(id_, of_phone, ends) else None
    )


def _meant(serial: str) -> list[FetchingPhone]:
    """Return the phones that a log-in may have meant which failed, for the log: as many statements for all."""
    found = credentials_sql.with_serial(serial, _NAMED)
    return [FetchingPhone(id_, tenant_id, serial, b"", has_earlier=False) for id_, tenant_id in found]


def _serves(id_: int, of_phone: int, ends: float | None) -> bool:
    """Tell whether a credential has not ended: by its time, or since the phone has fetched with a later one."""
    if ends is None:
        return True
    return ends > clock.wall() and not any(map(credentials_sql.is_noted, credentials_sql.later(of_phone, id_)))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
