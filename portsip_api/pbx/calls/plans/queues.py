"""What becomes of a call to a call queue: it waits for its turn, and then its members ring until one answers.

Source: contract `portsip-more.md`, section 3, `call_queues`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.going_on import turns
from portsip_api.pbx.calls.plans.kinds import Call, Leg, Plan
from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.features import call_queues
from portsip_api.pbx.features.call_queues import QueueKey
from portsip_api.pbx.media import prompts

TOGETHER: Final = "RING_SIMULTANEOUSLY"


@dataclass(frozen=True)
class Queue(Plan):
    """The call waits, with a prompt as its music, and hears `intro` first, if it is a file.

    Those that wait take turns in the order in which they came; the `waves` of members ring one after the other, again
    and again. After `most_seconds`, and where `most_callers` wait already, `otherwise` follows; 0 is no limit.
    Nobody rings before the end of an intro that is heard `whole`; another one is broken off by who answers. Callers are
    told their place every `announced` seconds, once for 0, and never for None. Where the order of the members is
    `by_rest`, it is another one as soon as somebody has answered.
    """

    tenant_id: int
    number: str
    waves: tuple[tuple[Leg, ...], ...]
    music: str
    intro: Path | None
    most_seconds: int
    most_callers: int
    otherwise: Plan
    whole: bool = True
    announced: int | None = None
    by_rest: bool = False


def plan(call: Call, number: str, otherwise: Plan, *, takes_turn: bool) -> Queue:
    """Return how a call waits at the number of a queue, and then `otherwise`; `takes_turn` as in `turns.in_order`."""
    queue = call_queues.show(call.tenant_id, QueueKey(number))
    values = queue.values
    strategy, members = values["polling_strategy"], [member for member in queue.members if member != call.caller]
    ordered = turns.in_order(call.tenant_id, number, strategy, members, call.turn, takes_turn=takes_turn)
    legs = [Leg(member, values["ring_time"]) for member in ordered]
    waves = [tuple(legs)] if strategy == TOGETHER else [(leg,) for leg in legs]
    return Queue(
        call.tenant_id,
        number,
        tuple(filter(None, waves)),
        values["music_on_hold"],
        _intro(call.tenant_id, values["intro_prompt_file"]) if values["enable_intro_prompt"] else None,
        values["max_wait_time"],
        values["max_callers"],
        otherwise,
        values["enable_play_full_intro"],
        values["announce_caller_position_interval"] if values["enable_announce_caller_position"] else None,
        strategy == turns.LEAST_WORKED,
    )


def _intro(tenant_id: int, name: str) -> Path | None:
    if not name:
        return None
    try:
        audio = prompts.sound(tenant_id, prompts.ATTENDANTS, name).audio
    except FileNotThere:
        return None
    return audio if isinstance(audio, Path) else None
