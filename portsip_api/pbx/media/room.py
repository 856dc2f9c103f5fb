"""How much room media may take: of an extension and of a tenant as the settings say, of voicemail as its quota says.

Greetings and messages together are a tenant's voicemail.
"""

from collections.abc import Sequence
from typing import Any

from peewee import fn

from portsip_api import settings
from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.access.tables import Tenant
from portsip_api.pbx.errors import Conflict, NotFound
from portsip_api.pbx.media import greetings_sql, tables


def require_for_greeting(tenant_id: int, extension_id: int, size: int) -> int:
    """Return how many greetings an extension has, in one statement.

    Raises NotFound (no such tenant), and Conflict when one of `size` bytes more, as stored, would be too much for the
    extension or for its tenant.
    """
    files, own_bytes, *limits = _room(tenant_id, extension_id, "greeting")
    if own_bytes + size > settings.current().greeting_bytes:
        raise Conflict("There is no room for the file beside the extension's other greetings: remove one first.")
    _require_voicemail(limits, size)
    return int(files)


def require_for_message(tenant_id: int, extension_id: int, size: int) -> None:
    """Raise NotFound (no such tenant), and Conflict when a message of `size` bytes, as stored, would be too much.

    For the mailbox, by its number of messages or its bytes, or for the tenant. One statement.
    """
    messages, own_bytes, *limits = _room(tenant_id, extension_id, "voice_message")
    most = settings.current()
    if messages >= most.mailbox_messages or own_bytes + size > most.mailbox_bytes:
        raise Conflict("The mailbox is full: delete messages for good first.")
    _require_voicemail(limits, size)


def require_for_music(tenant_id: int, extension_id: int, size: int) -> int:
    """Return how many files of music a user has, in one statement.

    Raises NotFound (no such tenant), and Conflict when one of `size` bytes more, as stored, would be too much for the
    user or for the tenant.
    """
    files, own_bytes, *limits = _room(tenant_id, extension_id, "hold_music")
    if own_bytes + size > settings.current().music_bytes:
        raise Conflict("There is no room for the file beside the user's other music: remove one first.")
    *of_tenant, other_bytes = limits
    _require_media(tenant_limits.read_row(of_tenant), other_bytes, size)
    return int(files)


def require_for_prompt(tenant_id: int, size: int) -> None:
    """Raise Conflict when a prompt of `size` bytes would be too much."""
    prompts = tables.Prompt.select(tenant_id, fn.SUM(tables.Prompt.size)).scalar() or 0  # of at most 1,500 rows
    music = Tenant.select(Tenant.music_bytes).where(Tenant.id == tenant_id).scalar() or 0
    _require_media(tenant_limits.of(tenant_id), prompts + music, size)


def _room(tenant_id: int, extension_id: int, table: str) -> Any:
    row = greetings_sql.room(tenant_id, extension_id, table)
    if row is None:
        raise NotFound("There is no such tenant.")  # it was removed a moment ago
    return row


def _require_voicemail(row: Sequence[Any], size: int) -> None:
    *of_tenant, other_bytes = row
    limits = tenant_limits.read_row(of_tenant)
    limits.require("max_voicemail_quota", lambda: limits.voicemail_bytes, size)
    _require_media(limits, other_bytes, size)


def _require_media(limits: tenant_limits.Limits, other_bytes: int, size: int) -> None:
    most = settings.current().media_bytes
    if limits.voicemail_bytes + other_bytes + size > most:
        raise Conflict(
            "There is no room for the file: greetings, messages, prompts and music of a tenant take at most"
            f" {most} bytes."
        )
