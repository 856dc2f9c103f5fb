"""Attendants as callers meet them: which of them answers, with which prompt and menu.

While special mode is on, the selected one answers in the place of each. Source: contract, section 5.1.
"""

from dataclasses import dataclass
from pathlib import Path

from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.features import attendant_menus, tables
from portsip_api.pbx.features.attendant_menus import Menu
from portsip_api.pbx.features.tables import SpecialAttendant
from portsip_api.pbx.media import prompts
from portsip_api.store.clock import clock


@dataclass(frozen=True)
class Answering:
    """An attendant that answers; `prompt` is None where the PBX's own voice is heard, `gap_time` in seconds.

    `key` is what `keyed` finds it by, and `is_live` tells that a person is to answer in its place.
    """

    key: str
    number: str
    prompt: Path | None
    language: str
    gap_time: int
    menu: Menu
    is_live: bool


def in_place_of(tenant_id: int, **which: object) -> Answering:
    """Return who answers where the attendant would that has a `number`, an `id` or a `system_id`.

    It is that one, or whom special mode puts there. Raises NotFound.
    """
    row = tables.Attendant.get(tenant_id, **which)
    special = SpecialAttendant.find(tenant_id, is_on=True)
    if special is None or special.attendant_id in {None, row.id}:
        return _answering(tenant_id, row)
    return _answering(tenant_id, tables.Attendant.get(tenant_id, id=special.attendant_id))


def keyed(tenant_id: int, key: str) -> Answering:
    """Return the attendant with that key. Raises NotFound."""
    column, _, value = key.partition(".")
    return _answering(tenant_id, tables.Attendant.get(tenant_id, **{column: value}))


def _answering(tenant_id: int, row: tables.Attendant) -> Answering:
    menu = attendant_menus.read(row.menu, attendant_menus.pointing(tenant_id, row.id))
    is_live = row.live or (row.live_again_at is not None and row.live_again_at <= clock.wall())
    column = "number" if row.number else "system_id" if row.system_id else "id"
    return Answering(
        f"{column}.{getattr(row, column)}",
        row.number or "",
        _prompt(tenant_id, row.prompt),
        row.language,
        row.gap_time,
        menu,
        is_live,
    )


def _prompt(tenant_id: int, name: str) -> Path | None:
    if name in {"", prompts.DEFAULT}:
        return None
    try:
        audio = prompts.sound(tenant_id, prompts.ATTENDANTS, name).audio
    except FileNotThere:
        return None
    return audio if isinstance(audio, Path) else None
