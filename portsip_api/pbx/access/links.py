"""Links that open one thing for a while, for whom they were given and without a token.

They are signed under keys that are derived from the key file, and so are good in all workers and after a restart, and
survive one rotation of the key.
"""

from typing import Final, NamedTuple

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from portsip_api.pbx.access import credentials
from portsip_api.pbx.access.credentials import Credential
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.pbx.identity import Identity, Role
from portsip_api.store.clock import clock
from portsip_api.store.secrets import keyring

LINK_SECONDS: Final = 600
EXPORT_SECONDS: Final = 3_600
FILE_SECONDS: Final = 86_400
RECORDING: Final = "rec"  # the kind of a recording of a call
REPORT: Final = "rep"  # the kind of a report of calls
VOICE_MESSAGE: Final = "vm"  # the kind of a message in a mailbox
_GREETING: Final = "greeting.link"
_EXPORT: Final = "export.link"
_FILE: Final = "file.link"


class FileLink(NamedTuple):
    """The file that a link is to: its kind and id, and the id of the extension whose it is, 0 for the tenant's own.

    `is_owners` tells that it was given to that extension itself.
    """

    kind: str
    tenant_id: int
    owner_id: int
    object_id: int
    is_owners: bool = False


class _Signer(TimestampSigner):
    """Asks the house's clock."""

    def get_timestamp(self) -> int:
        """Return the seconds since 1970."""
        return int(clock.wall())


def to_greeting(tenant_id: int, extension_id: int, greeting_id: int) -> str:
    """Return what a link to the audio of a greeting of an extension says; it is good for LINK_SECONDS."""
    return str(serializer(_GREETING).dumps([tenant_id, extension_id, greeting_id]))


def read_greeting(link: str) -> tuple[int, int, int]:
    """Return the ids of the tenant, the extension and the greeting that `link` is to.

    Raises TokenRefused when it is no link of ours or too old.
    """
    try:
        tenant_id, extension_id, greeting_id = serializer(_GREETING).loads(link, max_age=LINK_SECONDS)
    except (BadData, TypeError):  # the latter: one of an older version, which named the greeting alone
        raise TokenRefused(REFUSED) from None
    return tenant_id, extension_id, greeting_id


def to_export(tenant_id: int, identity: Identity) -> str:
    """Return what a link to an export of a tenant says that an account asks for; it is good for EXPORT_SECONDS.

    Raises TokenRefused when the account is gone.
    """
    account = credentials.read(identity.role, identity.account_id)
    if account is None:
        raise TokenRefused(REFUSED)
    held = account[1]
    said = [tenant_id, identity.role, identity.account_id, held.own, held.tenant]
    return str(serializer(_EXPORT).dumps(said))


def read_export(link: str) -> int:
    """Return the id of the tenant of whose export `link` is.

    Raises TokenRefused when it is no link of ours or too old, and when its account is not what it was.
    """
    try:
        tenant_id, role, account_id, own, tenant = serializer(_EXPORT).loads(link, max_age=EXPORT_SECONDS)
    except BadData:
        raise TokenRefused(REFUSED) from None
    account = credentials.read(Role(role), account_id)
    if account is None or account[1] != Credential(own, tenant):
        raise TokenRefused(REFUSED)
    return int(tenant_id)


def to_file(link: FileLink) -> str:
    """Return what a link to recorded audio says; it is good for FILE_SECONDS."""
    return str(serializer(_FILE).dumps(link))


def read_file(link: str) -> FileLink:
    """Return what `link` is to. Raises TokenRefused when it is no link of ours or too old."""
    try:
        return FileLink(*serializer(_FILE).loads(link, max_age=FILE_SECONDS))
    except (BadData, TypeError):  # the latter: one of another version
        raise TokenRefused(REFUSED) from None


REFUSED: Final = "The link is not one of this server, or it has expired."


def serializer(purpose: str) -> URLSafeTimedSerializer:
    """Return what signs and reads the links of one purpose."""
    keys = list(reversed(keyring.derived(purpose)))  # the last one signs
    return URLSafeTimedSerializer(keys, salt=purpose, signer=_Signer)
