"""How much room media may take: of an extension and of a tenant as the settings say, of greetings as its quota says."""

from peewee import fn

from portsip_api import settings
from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.errors import Conflict, NotFound
from portsip_api.pbx.media import greetings_sql, tables


def require_for_greeting(tenant_id: int, extension_id: int, size: int) -> int:
    """Return how many greetings an extension has, in one statement.

    Raises NotFound (no such tenant), and Conflict when one of `size` bytes more, as stored, would be too much for the
    extension or for its tenant.
    """
    row = greetings_sql.room(tenant_id, extension_id)
    if row is None:
        raise NotFound("There is no such tenant.")  # it was removed a moment ago
    files, own_bytes, *limits, prompt_bytes = row
    if own_bytes + size > settings.current().greeting_bytes:
        raise Conflict("There is no room for the file beside the extension's other greetings: remove one first.")
    _require(tenant_limits.read_row(limits), prompt_bytes, size, is_greeting=True)
    return int(files)


def require_for_prompt(tenant_id: int, size: int) -> None:
    """Raise Conflict when a prompt of `size` bytes would be too much."""
    prompts = tables.Prompt.select(tenant_id, fn.SUM(tables.Prompt.size)).scalar() or 0  # of at most 1,500 rows
    _require(tenant_limits.of(tenant_id), prompts, size, is_greeting=False)


def _require(limits: tenant_limits.Limits, prompt_bytes: int, size: int, *, is_greeting: bool) -> None:
    if is_greeting:
        limits.require("max_voicemail_quota", lambda: limits.greeting_bytes, size)
    most = settings.current().media_bytes
    if limits.greeting_bytes + prompt_bytes + size > most:
        raise Conflict(f"There is no room for the file: greetings and prompts of a tenant take at most {most} bytes.")
