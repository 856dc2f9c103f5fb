"""With what an extension's phones register: found for the engine, which asks for a HA1 and never for a password.

Wrong registrations are counted with the log-ins of the APIs, per account and address, and per address: an address that
has reached a limit is given no account, right or wrong. Source: RFC 2617, section 3.2.2.2.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD
from portsip_api.pbx.calls import sip_accounts_sql
from portsip_api.pbx.errors import NotFound, TooManyFailures
from portsip_api.pbx.identity import Identity, Role
from portsip_api.pbx.media import hold_music
from portsip_api.pbx.people import user_settings
from portsip_api.store.search import lower
from portsip_api.store.secrets import keyring


@dataclass(frozen=True)
class SipAccount:
    """An extension that may register: the number is also its user name, and the tenant's domain its realm."""

    tenant_id: int
    extension_id: int
    number: str
    domain: str
    name: str
    ha1: str
    music: Sequence[Path] = ()  # of its own, for who is put on hold
    is_silent: bool = False  # who is put on hold hears nothing
    is_recorded: bool = False  # what is talked is recorded


def find(number: str, domain: str) -> SipAccount:
    """Return the account of an extension. Raises NotFound where it, or its tenant, is not there or disabled."""
    row = sip_accounts_sql.find(number, lower(domain))
    if row is None:
        raise NotFound("There is no such account.")
    tenant_id, extension_id, profile, options, password, domain, source = row
    names = orjson.loads(profile)
    name = f"{names['first_name']} {names['last_name']}".strip() or number
    clear = keyring.decrypt(password, SIP_PASSWORD)
    ha1 = hashlib.md5(f"{number}:{domain}:{clear}".encode(), usedforsecurity=False).hexdigest()
    own = hold_music.all_of(tenant_id, extension_id) if source == user_settings.OWN_MUSIC else []
    files, is_silent = [music.audio for music in own], source == user_settings.NO_MUSIC
    is_recorded = bool(orjson.loads(options)["enable_audio_record_calls"])
    return SipAccount(tenant_id, extension_id, number, domain, name, ha1, files, is_silent, is_recorded)


def find_for(number: str, domain: str, address: str) -> SipAccount:
    """Return the account of an extension for a phone at an address (of IP). Raises NotFound and TooManyFailures."""
    attempt = Attempt(f"{number}@{domain}", address)
    attempt.check()
    account = find(number, domain)
    attempt.check([_identity(account)])
    return account


def anyone() -> tuple[str, str] | None:
    """Return number and domain of some extension that may register, or None: whoever tries a look-up needs one."""
    row = sip_accounts_sql.anyone()
    return None if row is None else (row[0], row[1])


def refused(number: str, domain: str, address: str) -> None:
    """Count that a phone at `address` (of IP) did not prove who it is."""
    attempt = Attempt(f"{number}@{domain}", address)
    try:
        account = find(number, domain)
    except NotFound:
        account = None
    try:
        attempt.check([_identity(account)] if account else [])
        attempt.failed()
    except TooManyFailures:
        return  # counted as often as need be


def _identity(account: SipAccount) -> Identity:
    return Identity(Role.EXTENSION, account.extension_id, account.tenant_id, f"{account.number}@{account.domain}")
