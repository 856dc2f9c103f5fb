"""What plans are made of, and what is known of the call that one is made for.

A kind of plan is a dataclass that is a `Plan`: here those that several modules use; any other one stands in the module
that makes it. Each needs a function in the engine's module that writes its steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from portsip_api.pbx.trunks.outgoing import Way


class Plan:
    """What an engine is to do with a call from some point on."""


class Result(StrEnum):
    """What ringing can come to, beside that nobody answers."""

    BUSY = "busy"  # or the call is declined
    DND = "dnd"  # the phone itself is not to be disturbed
    OFFLINE = "offline"


@dataclass(frozen=True)
class Leg:
    """The phones of an extension, which ring for some seconds."""

    number: str
    seconds: int


@dataclass(frozen=True)
class OutsideLeg:
    """A number outside that rings over a gateway for some seconds, and may be talked to for `most`, if that is set."""

    tenant_id: int
    way: Way
    seconds: int
    most: int | None = None


@dataclass(frozen=True)
class Ring(Plan):
    """Legs ring together; `on` says what follows some results, and `otherwise` what follows every other."""

    legs: tuple[Leg | OutsideLeg, ...]
    on: Mapping[Result, Plan]
    otherwise: Plan

    @property
    def seconds(self) -> int:
        """How long it rings, at the most."""
        return max(leg.seconds for leg in self.legs)


@dataclass(frozen=True)
class TakeMessage(Plan):
    """The caller hears a greeting, the system's where there is no file, and leaves a message in a mailbox.

    What the caller is told then is said in a `language`, or with `is_told` off left out; a mailbox that does not `take`
    messages is greeted for only. `keys` says what follows keys that are pressed while all this is heard.
    """

    tenant_id: int
    extension_id: int
    greeting: Path | None
    language: str = "en"
    is_told: bool = True
    takes: bool = True
    keys: Mapping[str, Plan] = field(default_factory=dict)


@dataclass(frozen=True)
class Refuse(Plan):
    """The call ends with a status of SIP; `why` is for the log."""

    status: int
    why: str


NO_SUCH_NUMBER: Final = Refuse(404, "there is no such number")


class Call(NamedTuple):
    """A call at some point of its way.

    `caller` is the number of the extension that calls, nothing for one from outside; `causer` the one by whose rules it
    goes on, at first the caller. `visited` are the numbers at which it has been. `turn` differs from call to call.
    `shown` is a caller id that the caller asked for and may show outside, and `recorded` is where a sound is, or would
    be, that was recorded in the call. `is_transferred`: it was put through by the phone of the causer, who may be
    unknown.
    """

    tenant_id: int
    caller: str
    causer: str
    turn: int
    at: datetime
    builder_of: Callable[[str], "Builder"]
    kind_of: Callable[[int, str], tuple[str, str]]
    visited: tuple[str, ...] = ()
    shown: str = ""
    recorded: Path | None = None
    is_transferred: bool = False

    def onto(self, number: str, *visited: str, causer: str | None = None) -> Plan:
        """Return what becomes of it where it goes on to a number, having been at `visited` as well.

        A number at which it has been is refused, so that no plan is endless.
        """
        called, kind = self.kind_of(self.tenant_id, number)
        been = (*self.visited, *visited)
        if called in been:
            return Refuse(480, "the call has been there before")
        moved = self._replace(visited=been, causer=self.causer if causer is None else causer)
        return self.builder_of(kind)(moved, called)


Builder = Callable[[Call, str], Plan]  # makes the plan of a call to a number, as it is in the store
