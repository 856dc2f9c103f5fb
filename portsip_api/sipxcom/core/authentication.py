"""Who asks, by HTTP Basic or Digest, and what this API lets them do.

Source: contract `sipxcom.md`, decision 2; RFC 7616; RFC 7617.
"""

import hashlib
import hmac
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from flask import g, request
from werkzeug.datastructures import Authorization, WWWAuthenticate

from portsip_api import settings
from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx import trail
from portsip_api.pbx.access import digest_nonces, portal_logins, tenants
from portsip_api.pbx.access.portal_logins import ALGORITHMS, REALM
from portsip_api.pbx.errors import Forbidden, LoginRefused, NotFound
from portsip_api.pbx.extensions import permission_values, user_directory
from portsip_api.pbx.identity import SUPERADMIN, Identity, Role
from portsip_api.pbx.personal import private_keys
from portsip_api.sipxcom.core.errors import Unauthenticated

_NOBODY: Final = "Log in with a user name and the portal password."
_DIGESTS: Final = {"md5+sha256": ("SHA-256", "MD5"), "sha256": ("SHA-256",), "off": ()}  # the strongest first
PRIVATE_KEY: Final = "private_key"  # the variable of a path that stands for a log-in
OF_USER: Final = "of_user"  # the variable of a path in which an administrator names whose things are asked for
_SAFE: Final = {"GET", "HEAD", "OPTIONS"}


class Access(Enum):
    """Who may call. Source: contract `sipxcom-admin.md`, section 1."""

    ADMINISTRATION = ("superadmin", "rest")
    PROMPTS = ("superadmin", "rest", "RecordSystemPrompts")
    USER = ()
    OWNER = ("own",)  # administrators, and the user whom the path names as `user`
    ANYBODY = None

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions of which a user needs one."""
        return self.value or ()


def current_tenant() -> int:
    """Return the id of the tenant that this request acts in: the one whose SIP domain is the host, else the default."""
    if "sipxcom_tenant" not in g:
        host = _host_of(f"//{request.host}")
        g.sipxcom_tenant = (tenants.id_of_domain(host) if host else None) or tenants.DEFAULT_TENANT_ID
    tenant_id: int = trail.within(g.sipxcom_tenant)
    return tenant_id


def current_user() -> int:
    """Return the id of the user whose things are asked for: who asks, or whom an administrator names in the path.

    Raises NotFound.
    """
    name = (request.view_args or {}).get(OF_USER)
    if name is None:
        return current_identity().account_id
    if "sipxcom_user" not in g:
        g.sipxcom_user = user_directory.find(current_tenant(), name)
    user_id: int = g.sipxcom_user
    return user_id


def secrets_are_shown() -> bool:
    """Tell whether whoever asks is shown passwords: superadmins are, as long as the settings let them."""
    return settings.current().expose_passwords and is_superadmin()


def is_superadmin() -> bool:
    """Tell whether whoever asks is an administrator or a user with the permission `superadmin`."""
    identity = current_identity()
    return identity.role is not Role.EXTENSION or permission_values.has(
        current_tenant(), identity.account_id, SUPERADMIN
    )


def is_by_key() -> bool:
    """Tell whether a private key in the path stands for the log-in."""
    return PRIVATE_KEY in (request.view_args or {})


def schemes() -> tuple[str, ...]:
    """Return the schemes of log-in that the settings leave, as OpenAPI names them."""
    return ("basic",) * settings.current().basic + ("digest",) * bool(_digests())


def require(access: Access) -> None:
    """Let the request pass, or raise Unauthenticated, Forbidden (also where nobody can log in) or TooManyFailures."""
    if request.method not in _SAFE:
        require_same_site()
    if access is Access.ANYBODY:
        return
    identity = _log_in()
    g.identity = identity
    if access is Access.USER:
        if identity.role is not Role.EXTENSION:
            raise Forbidden("An administrator has no phone: log in as a user.")
    elif access is Access.OWNER:
        if not _has_one(identity, Access.ADMINISTRATION.permissions):
            _require_own(identity)
    elif not _has_one(identity, access.permissions):
        raise Forbidden("Your role may not do this.")


def _require_own(identity: Identity) -> None:
    """Raise Forbidden unless the path's `user` is who asks; whether there is such a user, nobody learns."""
    name = (request.view_args or {})["user"]
    with suppress(NotFound):
        if user_directory.find(current_tenant(), name) == identity.account_id:
            return
    raise Forbidden("You may do this for yourself only.")


def _has_one(identity: Identity, permissions: Iterable[str]) -> bool:
    """Tell whether somebody is an administrator, or a user with one of `permissions`."""
    return identity.role is not Role.EXTENSION or any(
        permission_values.has(current_tenant(), identity.account_id, name) for name in permissions
    )


def _digests() -> tuple[str, ...]:
    return _DIGESTS[settings.current().digest]


def _log_in() -> Identity:
    if not schemes():
        raise Forbidden("Log-ins are switched off here.")
    given = _given()
    scheme = given.type if given else ""
    try:
        if is_by_key():
            key = str((request.view_args or {})[PRIVATE_KEY])
            return private_keys.log_in(current_tenant(), key, request.remote_addr or "")
        if given and scheme == "basic" and settings.current().basic:
            return _basic(given)
        if given and scheme == "digest" and _digests():
            return _digest(given)
    except LoginRefused as error:
        raise Unauthenticated(str(error), _challenges()) from None
    raise Unauthenticated(_NOBODY, _challenges())


def _given() -> Authorization | None:
    try:
        return request.authorization
    except ValueError:  # what Werkzeug makes of a Basic that is not ASCII
        return None


def _basic(given: Authorization) -> Identity:
    address = request.remote_addr or ""
    return portal_logins.by_password(current_tenant(), given.username or "", given.password or "", address)


def _digest(given: Authorization) -> Identity:
    fields = given.parameters
    algorithm = (fields.get("algorithm") or "MD5").upper()
    nonce, count, cnonce, uri = (fields.get(name) or "" for name in ("nonce", "nc", "cnonce", "uri"))
    malformed = (
        algorithm not in _digests()
        or fields.get("realm") != REALM
        or fields.get("qop") != "auth"
        or not cnonce
        or not _is_count(count)
        or not _is_this(uri)
    )
    if malformed:
        trail.logging_in(())
        raise LoginRefused("The Digest does not fit this request.")
    if not digest_nonces.is_fresh(nonce):
        raise Unauthenticated("The nonce is not, or no longer, good.", _challenges(stale=True))

    def fits(ha1: str) -> bool:
        ha2 = _hash(algorithm, f"{request.method}:{uri}")
        expected = _hash(algorithm, f"{ha1}:{nonce}:{count}:{cnonce}:auth:{ha2}")
        return hmac.compare_digest(expected.encode(), (fields.get("response") or "").lower().encode())

    name = fields.get("username") or ""
    identity = portal_logins.by_proof(current_tenant(), name, algorithm, fits, request.remote_addr or "")
    if not digest_nonces.spend(nonce, int(count, 16)):
        trail.logging_in((identity,))
        raise Unauthenticated("The nonce has served with this count before.", _challenges(stale=True))
    return identity


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _hash(algorithm: str, text: str) -> str:
    return hashlib.new(ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _is_count(text: str) -> bool:
    return len(text) == 8 and all(character in "0123456789abcdefABCDEF" for character in text)


def _is_this(uri: str) -> bool:
    """Tell whether a Digest was made for the request's target, with or without the prefix that a proxy took off."""
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    try:
        own, given = urlsplit(target), urlsplit(uri)
    except ValueError:
        return False
    return given.path in {own.path, request.script_root + own.path} and own.query == given.query


def _challenges(*, stale: bool = False) -> list[str]:
    """Return the challenges, the strongest first; all Digests share a nonce, since some clients mix them up."""
    nonce = digest_nonces.issue()
    digests = []
    for algorithm in _digests():
        values: dict[str, str | None] = {"realm": REALM, "qop": "auth", "nonce": nonce, "algorithm": algorithm}
        if stale:
            values["stale"] = "true"
        digests.append(WWWAuthenticate("digest", values).to_header())
    return digests + [f'Basic realm="{REALM}", charset="UTF-8"'] * settings.current().basic


def require_same_site() -> None:
    """Refuse what another site's page makes a browser do, which sends a password that it keeps by itself.

    `Referer` counts where a browser says nothing better: of a GET an older one tells the page in no other header.
    A GET that does something asks for it itself. Raises Forbidden.
    """
    origin, page = request.headers.get("Origin"), request.headers.get("Referer")
    is_listed = origin in settings.current().cors_origins
    foreign = (
        (origin is not None and not _is_ours(origin))
        or (bool(page) and not _is_ours(_origin_of(page or "")))
        or (request.headers.get("Sec-Fetch-Site") == "cross-site" and not is_listed)
    )
    if foreign:
        raise Forbidden("Pages of other sites may not do this.")


def _is_ours(origin: str) -> bool:
    """Tell whether an origin is this server's own, or one that the settings name."""
    return origin in settings.current().cors_origins or origin.lower().rpartition("//")[2] == request.host.lower()


def _origin_of(address: str) -> str:
    """Return the origin of a page's address, as browsers write it; what has none is an origin that nobody lists."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
