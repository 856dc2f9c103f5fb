"""What is told of a call, by a SIP engine or whoever closes its books: checked where it is ours to say, and never lost
for what a network says in it.

Source: contract `portsip-more.md`, section 2; times are whole milliseconds since 1970 (UTC).
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

from portsip_api.pbx.errors import Invalid

INTERNAL, INBOUND, OUTBOUND = DIRECTIONS = ("INTERNAL", "INBOUND", "OUTBOUND")
CALLER_HANGUP, CALLEE_HANGUP, TRANSFERRED = _OF_ANSWERED = ("CALLER_HANGUP", "CALLEE_HANGUP", "TRANSFERRED")
NO_ANSWER, BUSY, REJECTED, CANCELLED, FAILED = _OF_UNANSWERED = (
    "NO_ANSWER",
    "BUSY",
    "REJECTED",
    "CANCELLED",
    "FAILED",
)
OUTSIDE: Final = "OUTSIDE"  # the route of a call that went to the outside
LOST: Final = "LOST"  # its end was found out later, and nobody knows how it came
END_REASONS: Final = (*_OF_ANSWERED, *_OF_UNANSWERED, LOST)
MOST_SESSION: Final = 2**53 - 1
MOST_TIME: Final = 253_402_214_399_999  # milliseconds since 1970: in every time zone a day of the year 9999
_LONGEST: Final = 255  # characters of what a network says
_LONGEST_ID: Final = 255
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


@dataclass(frozen=True)
class Party:
    """One side of a call: the number, what it calls itself, its domain, and the address of its phone."""

    number: str
    name: str = ""
    domain: str = ""
    contact: str = ""


@dataclass(frozen=True)
class CallRecord:
    """A call as it is written down. An open one, which still goes on, has no `ended`.

    `call_id` is the engine's and unique in the tenant; `recipient` is the number that was talked to in the end, `route`
    what led there, `did` the outside number that was called; `fail_code` is a status of SIP, 0 for none. `session_id`
    is the one that was given when the call was placed, None for a new one.
    """

    call_id: str
    direction: str
    caller: Party
    callee: Party
    started: int
    ringing: int | None = None
    answered: int | None = None
    ended: int | None = None
    end_reason: str = ""
    recipient: str = ""
    route: str = ""
    outbound_caller_id: str = ""
    did: str = ""
    related_call_id: str = ""
    fail_code: int = 0
    session_id: int | None = None

    @property
    def knows_end(self) -> bool:
        """Whether it says when the call ended, and how."""
        return self.ended is not None and self.end_reason != LOST

    def columns(self) -> dict[str, object]:
        """Return its columns, but for the session's id. Raises Invalid."""
        problems = dict(self._problems())
        if problems:
            raise Invalid(problems)
        values = asdict(self)
        del values["session_id"]
        parties = {side: values.pop(side) for side in ("caller", "callee")}
        for side, party in parties.items():
            number = party.pop("number")
            values |= {side: number, **{f"{side}_{name}": text for name, text in party.items()}}
        texts = {name: label(value) for name, value in values.items() if isinstance(value, str)}
        return values | texts | {"call_id": self.call_id, "is_answered": self.answered is not None}

    def _problems(self) -> Iterator[tuple[str, list[str]]]:
        if not 1 <= len(self.call_id) <= _LONGEST_ID or _UNFIT.search(self.call_id):
            yield "call_id", [f"Must be a text of 1 to {_LONGEST_ID} characters."]
        if self.direction not in DIRECTIONS:
            yield "direction", [f"Must be one of {', '.join(DIRECTIONS)}."]
        if self.end_reason not in ({""} if self.ended is None else END_REASONS):
            yield "end_reason", ["Must be one of " + ", ".join(END_REASONS) + " of a call that has ended, else empty."]
        if self.session_id is not None and not 1 <= self.session_id <= MOST_SESSION:
            yield "session_id", [f"Must be a whole number from 1 to {MOST_SESSION}."]
        if not 0 <= self.fail_code < 1000:
            yield "fail_code", ["Must be a status of SIP, or 0."]
        for name in ("started", "ringing", "answered", "ended"):
            time = getattr(self, name)
            if time is not None and not max(0, self.started) <= time <= MOST_TIME:
                yield name, ["Must be in milliseconds since 1970, and not before the call began."]
        if self.ended is not None and self.ended < max(self.ringing or 0, self.answered or 0):
            yield "ended", ["Must not be before the call was answered."]


def label(text: str) -> str:
    """Return what of a text of the network can be shown."""
    return _UNFIT.sub(" ", text).strip()[:_LONGEST].strip()
