"""Pictures of users: whatever is sent becomes a small square PNG without metadata.

Source: contract, section 5.10.
"""

from typing import Final

from portsip_api.pbx.errors import TooLarge
from portsip_api.pbx.extensions import user_directory
from portsip_api.pbx.extensions.tables import Avatar
from portsip_api.store import database

MOST_BYTES: Final = 5 << 20


def show(tenant_id: int, name: str) -> bytes:
    """Return the picture of the user whose user name or alias is `name`, as PNG.

    Who has no picture, and who does not exist, has the default one: anybody may ask, and learns of no user.
    """
    avatar = Avatar.find(tenant_id, Avatar.extension_id.in_(user_directory.named(tenant_id, name)))
    return bytes(avatar.png) if avatar is not None else default_picture()


def replace(tenant_id: int, name: str, content: bytes) -> None:
    """Make the largest square in the middle of a picture that of the user whose user name or alias is `name`.

    Raises NotFound, Unsupported and TooLarge (more than MOST_BYTES, or as `pictures.square`).
    """
    user_directory.find(tenant_id, name)
    png = reduce(content)
    with database.writing():
        user_id = user_directory.find(tenant_id, name)
        if not Avatar.update(tenant_id, {"png": png}, extension_id=user_id):
            Avatar.insert(tenant_id, extension_id=user_id, png=png)


def reduce(content: bytes) -> bytes:
    """Return the middle of a picture as a square PNG. Raises Unsupported and TooLarge."""
    from portsip_api.pbx.media import pictures  # noqa: PLC0415 — see there

    if len(content) > MOST_BYTES:
        raise TooLarge(f"A picture has at most {MOST_BYTES >> 20} MiB.")
    return pictures.square(content)


def default_picture() -> bytes:
    """Return the picture of who has none."""
    from portsip_api.pbx.media import pictures  # noqa: PLC0415 — see there

    return pictures.nobody()
