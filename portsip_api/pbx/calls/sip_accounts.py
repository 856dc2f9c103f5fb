"""With what an extension's phones register: found for the engine, which asks for a HA1 and never for a password.

Wrong registrations are counted with the log-ins of the APIs, per account and address, and per address: an address that
has reached a limit is given no account, right or wrong. The engine keeps an account that it may keep, and judges by it
alone; so it is told to forget one as soon as somebody fails to prove to be it, and may not keep it while that counts.
Source: RFC 2617, section 3.2.2.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD
from portsip_api.pbx.calls import sip_accounts_sql
from portsip_api.pbx.calls.kept import guesses, strength
from portsip_api.pbx.calls.kept.forgetting import Account
from portsip_api.pbx.errors import NotFound, TooManyFailures
from portsip_api.pbx.identity import Identity, Role
from portsip_api.pbx.media import hold_music
from portsip_api.pbx.people import user_settings
from portsip_api.pbx.trunks import outgoing
from portsip_api.pbx.trunks.outgoing import Way
from portsip_api.store.search import lower
from portsip_api.store.secrets import keyring


@dataclass(frozen=True)
class SipAccount:
    """An extension that may register: the number is also its user name, and the tenant's domain its realm.

    `may_be_kept` tells whether the engine may keep what it is told, until it is told to ask again; `emergencies` are
    then the ways by which calls to each emergency number leave.
    """

    tenant_id: int
    extension_id: int
    number: str
    domain: str
    name: str
    ha1: str = field(repr=False)
    music: Sequence[Path] = ()  # of its own, for who is put on hold
    is_silent: bool = False  # who is put on hold hears nothing
    is_recorded: bool = False  # what is talked is recorded
    may_be_kept: bool = False
    emergencies: Mapping[str, Sequence[Way]] = field(default_factory=dict)


@dataclass(frozen=True)
class Proof:
    """What a phone sends in the place of its password, by Digest with MD5: `response`, and of what it is made."""

    method: str
    uri: str
    nonce: str
    response: str
    count: str = ""
    cnonce: str = ""
    quality: str = ""

    def is_of(self, ha1: str) -> bool:
        """Tell whether it is made with a HA1."""
        request = _md5(f"{self.method}:{self.uri}")
        more = [self.count, self.cnonce, self.quality] if self.count and self.cnonce and self.quality else []
        wanted = _md5(":".join([ha1, self.nonce, *more, request]))
        return hmac.compare_digest(wanted.encode(), self.response.lower().encode())


def find(number: str, domain: str) -> SipAccount:
    """Return the account of an extension. Raises NotFound where it, or its tenant, is not there or disabled."""
    row = sip_accounts_sql.find(number, lower(domain))
    if row is None:
        raise NotFound("There is no such account.")
    tenant_id, extension_id, profile, options, password, realm, source, has_double, has_emergencies = row
    names = orjson.loads(profile)
    name = f"{names['first_name']} {names['last_name']}".strip() or number
    clear = keyring.decrypt(password, SIP_PASSWORD)
    own = hold_music.all_of(tenant_id, extension_id) if source == user_settings.OWN_MUSIC else []
    # An engine keeps an account by the number with the domain behind it, as they were written.
    is_alone = domain == realm and not has_double
    kept = is_alone and strength.resists(clear) and not guesses.are_made(extension_id)
    return SipAccount(
        tenant_id,
        extension_id,
        number,
        realm,
        name,
        ha1=_md5(f"{number}:{realm}:{clear}"),
        music=[music.audio for music in own],
        is_silent=source == user_settings.NO_MUSIC,
        is_recorded=bool(orjson.loads(options)["enable_audio_record_calls"]),
        may_be_kept=kept,
        emergencies=outgoing.emergencies(tenant_id, extension_id) if kept and has_emergencies else {},
    )


def find_for(number: str, domain: str, address: str, proof: Proof | None = None) -> SipAccount:
    """Return the account of an extension for a phone at an address (of IP); a wrong proof is counted.

    Raises NotFound and TooManyFailures.
    """
    attempt = Attempt(f"{number}@{domain}", address)
    attempt.check()
    try:
        account = find(number, domain)
    except NotFound:
        if proof is not None:
            refused(number, domain, address)
        raise
    attempt.check([_identity(account.tenant_id, account.extension_id, f"{number}@{account.domain}")])
    if proof is not None and not proof.is_of(account.ha1):
        refused(number, domain, address)
        return replace(account, may_be_kept=False, emergencies={})
    return account


def anyone() -> tuple[str, str] | None:
    """Return number and domain of some extension that may register, or None: whoever tries a look-up needs one."""
    row = sip_accounts_sql.anyone()
    return None if row is None else (row[0], row[1])


def refused(number: str, domain: str, address: str) -> list[Account]:
    """Count that a phone at `address` (of IP) did not prove who it is; return the accounts that it may have guessed at,
    which the engine is to forget.

    Who parts number and domain elsewhere than an account does is judged by what the engine keeps of that one.
    """
    attempt = Attempt(f"{number}@{domain}", address)
    row = sip_accounts_sql.find(number, lower(domain))
    found = [(row[0], row[1], number, row[5])] if row else sip_accounts_sql.together(f"{number}{domain}")
    for _, extension_id, *_ in found:
        guesses.note(extension_id)
    try:
        attempt.check([_identity(tenant_id, id_, f"{own}@{realm}") for tenant_id, id_, own, realm in found])
        attempt.failed()
    except TooManyFailures:
        pass  # counted as often as need be
    return [Account(own, realm) for *_, own, realm in found]


def _identity(tenant_id: int, extension_id: int, name: str) -> Identity:
    return Identity(Role.EXTENSION, extension_id, tenant_id, name)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
