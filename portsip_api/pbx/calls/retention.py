"""How long calls and recordings are kept: the days that a tenant's quota says, else the settings; 0 is for ever.

Source: contract `portsip-more.md`, section 1, "Tenants".
"""

from collections.abc import Callable
from typing import Final

from portsip_api import settings
from portsip_api.pbx.access import tenant_limits, tenants
from portsip_api.pbx.calls import history, recordings
from portsip_api.store.clock import clock

_DAY: Final = 86_400_000  # milliseconds
_BATCH: Final = 500  # rows that are deleted in one transaction

_Delete = Callable[[int, int, int], int]


def clean() -> int:
    """Delete for good what tenants keep no longer, and return how much there was."""
    most = settings.current()
    kept: tuple[tuple[str, int, _Delete], ...] = (
        ("auto_clean_call_reports_days", most.call_history_days, history.delete_before),
        ("auto_clean_recordings_days", most.recording_days, recordings.delete_before),
    )
    deleted = 0
    for tenant_id in tenants.all_ids():
        limits = tenant_limits.of(tenant_id)
        for name, usual, delete in kept:
            days = limits.by_name[name] or usual
            if days:
                deleted += _clean(tenant_id, round(clock.wall() * 1000) - days * _DAY, delete)
    return deleted


def _clean(tenant_id: int, before: int, delete: _Delete) -> int:
    deleted = 0
    while batch := delete(tenant_id, before, _BATCH):
        deleted += batch
    return deleted
