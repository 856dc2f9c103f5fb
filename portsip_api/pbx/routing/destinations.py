"""What a call can meet: extensions, groups, call queues and what is around them, as `routing` sees them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from portsip_api.pbx.hours.office_hours import Hours
from portsip_api.pbx.numbers.outside import Outside
from portsip_api.pbx.routing.ring_steps import Ring


class State(StrEnum):
    """The live state of an extension, as rules know it."""

    AVAILABLE = "AVAILABLE"
    ON_CALL = "ON_CALL"
    DND = "DND"
    AWAY = "AWAY"
    OFFLINE = "OFFLINE"


@dataclass(frozen=True)
class Key:
    """Where a key leads that callers press in a voicemail: a digit, `*`, `#` or `operator`.

    `kind` is that of what answers at `number` in the tenant; without a number it is gone, and was at `former`.
    """

    key: str
    number: str
    kind: str
    former: str


class Mailbox(NamedTuple):
    """What is known of how an extension takes messages: its id, its language, and what its user has set of that."""

    extension_id: int = 0
    language: str = "en"
    attendant: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Destination:
    """An extension as a call meets it.

    `greeting` is the file name of its active voicemail greeting, `rings` what its call sequence has enabled. `gone` has
    the numbers of targets that are no more, by place, such as `dnd.office_hours_action_value`; `permissions` those that
    patterns of dialling rules ask for, where there are any. `keys` are those of its personal attendant.
    """

    number: str
    state: State
    hours: Hours
    rules: Mapping[str, Mapping[str, Any]]
    voicemail: bool
    greeting: str
    may_call_outside: bool = True
    rings: Sequence[Ring] = ()
    gone: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, bool] = field(default_factory=dict)
    keys: Sequence[Key] = ()
    mailbox: Mailbox = Mailbox()


@dataclass(frozen=True)
class RingGroup:
    """A ring group as a call meets it; `seconds` is how long it rings.

    `action` and `target` are what follows where nobody answers; `former` was the number of a target that is gone.
    """

    number: str
    name: str
    seconds: int
    action: str = "DISCONNECT"
    target: str = ""
    former: str = ""


@dataclass(frozen=True)
class HuntGroup:
    """A hunt group as a call meets it, with its enabled rings.

    `user_forward`: the rules of who rings apply as well; `own_times`: each rings for as long as its own rules say.
    `former` was the number of a fallback that is gone.
    """

    number: str
    name: str
    enabled: bool
    rings: Sequence[Ring]
    fallback: str
    to_voicemail: bool
    user_forward: bool
    own_times: bool
    former: str = ""


@dataclass(frozen=True)
class CallQueue:
    """A call queue as a call meets it, with the number of its members; times are in seconds, 0 for no limit.

    `action` and `target` are what follows when a limit is reached; `former` was the number of a target that is gone.
    """

    number: str
    name: str
    strategy: str
    ring_time: int
    max_wait: int
    max_callers: int
    action: str
    target: str
    members: int
    former: str = ""


@dataclass(frozen=True)
class Conference:
    """A conference as a call meets it."""

    name: str
    enabled: bool


Next = Destination | HuntGroup | CallQueue | RingGroup  # what a call can go on to


@dataclass(frozen=True)
class Surroundings:
    """What the rules of a tenant's extensions can point at. `destination` finds an extension by its number.

    All else is by number too. `receptionists` are names, and `special` is the name of the one that answers for all, if
    one does; `zone` is the one whose clock schedules mean.
    """

    destination: Callable[[str], Destination | None]
    ring_groups: Mapping[str, RingGroup] = field(default_factory=dict)
    receptionists: Mapping[str, str] = field(default_factory=dict)
    internal: frozenset[str] = frozenset()
    outside: Outside = Outside()
    hunt_groups: Mapping[str, HuntGroup] = field(default_factory=dict)
    call_queues: Mapping[str, CallQueue] = field(default_factory=dict)
    special: str = ""
    zone: ZoneInfo = ZoneInfo("UTC")
    conferences: Mapping[str, Conference] = field(default_factory=dict)
