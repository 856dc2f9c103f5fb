"""What becomes of a call to a page group: all of its phones answer by themselves, and hear who calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Call, Plan, Refuse
from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.extensions import groups
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features import page_groups
from portsip_api.pbx.media import prompts

ANSWER_SECONDS: Final = 5  # in which a phone that answers by itself has done so
_FAMILY: Final = "pagegroups"


@dataclass(frozen=True)
class Page(Plan):
    """Phones that are asked to answer by themselves are called together, until the caller hangs up.

    They hear `sound` first, if it is a file. It lasts at most `seconds`, None for no limit; `talks_back`: the phones
    are heard too. A phone that does not answer by itself rings for `ring_seconds`.
    """

    numbers: tuple[str, ...]
    ring_seconds: int = ANSWER_SECONDS
    seconds: int | None = None
    sound: Path | None = None
    talks_back: bool = False


def plan(call: Call, number: str) -> Plan:
    """Return what becomes of a call to the number of a page group."""
    group = page_groups.at(call.tenant_id, number)
    if not group.enabled:
        return Refuse(480, "the page group is disabled")
    sound = _file(call.tenant_id, group.sound)
    return page(call, [user.number for user in group.users], Page((), seconds=group.timeout or None, sound=sound))


def page(call: Call, numbers: Sequence[str], how: Page) -> Plan:
    """Return the page of all numbers but the caller's, if whoever causes the call may page."""
    causer = Extension.find(call.tenant_id, number=call.causer) if call.causer else None
    if causer is not None and not groups.may_page(call.tenant_id, causer.id):
        return Refuse(403, f"no group of {call.causer} allows it to page")
    others = tuple(number for number in numbers if number != call.caller)
    if not others:
        return Refuse(480, "there is nobody to page")
    return Page(others, how.ring_seconds, how.seconds, how.sound, how.talks_back)


def _file(tenant_id: int, name: str) -> Path | None:
    if not name:
        return None
    try:
        audio = prompts.sound(tenant_id, _FAMILY, name).audio
    except FileNotThere:
        return None
    return audio if isinstance(audio, Path) else None
