"""Links that open one thing for a while, for whom they were given and without a token.

They are signed under keys that are derived from the key file, and so are good in all workers and after a restart, and
survive one rotation of the key.
"""

from typing import Final

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.store.clock import clock
from portsip_api.store.secrets import keyring

LINK_SECONDS: Final = 600
_GREETING: Final = "greeting.link"


class _Signer(TimestampSigner):
    """Asks the house's clock."""

    def get_timestamp(self) -> int:
        """Return the seconds since 1970."""
        return int(clock.wall())


def to_greeting(tenant_id: int, extension_id: int, greeting_id: int) -> str:
    """Return what a link to the audio of a greeting of an extension says; it is good for LINK_SECONDS."""
    return str(_serializer().dumps([tenant_id, extension_id, greeting_id]))


def read_greeting(link: str) -> tuple[int, int, int]:
    """Return the ids of the tenant, the extension and the greeting that `link` is to.

    Raises TokenRefused when it is no link of ours or too old.
    """
    try:
        tenant_id, extension_id, greeting_id = _serializer().loads(link, max_age=LINK_SECONDS)
    except (BadData, TypeError):  # the latter: one of an older version, which named the greeting alone
        raise TokenRefused("The link is not one of this server, or it has expired.") from None
    return tenant_id, extension_id, greeting_id


def _serializer() -> URLSafeTimedSerializer:
    keys = list(reversed(keyring.derived(_GREETING)))  # the last one signs
    return URLSafeTimedSerializer(keys, salt=_GREETING, signer=_Signer)
