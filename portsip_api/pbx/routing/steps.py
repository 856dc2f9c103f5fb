"""The steps of a call, which `decide` puts together: what each does, and what ringing the phones can come to.

Source: PortSIP REST API, `forward_rules`; contract, section 4 (`extensions/route`).
"""

from enum import StrEnum
from typing import Final, NamedTuple

VOICE_MAIL: Final = "CONNECT_TO_VOICE_MAIL"
EXTENSION: Final = "CONNECT_TO_ANOTHER_EXTENSION"
RING_GROUP: Final = "CONNECT_TO_RING_GROUP"
NUMBER: Final = "CONNECT_TO_NUMBER"
CALL_QUEUE: Final = "CONNECT_TO_CALL_QUEUE"
RECEPTIONIST: Final = "CONNECT_TO_VIRTUAL_RECEPTIONIST"
CONFERENCE: Final = "CONNECT_TO_CONFERENCE_ROOM"
DISCONNECT: Final = "DISCONNECT"
RING_ANYWAY: Final = "RING_ANYWAY"
RING: Final = "RING"
REPEAT: Final = "REPEAT"


class Outcome(StrEnum):
    """What becomes of ringing the phones."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"


class Press(NamedTuple):
    """What a key leads to that a caller presses in a voicemail, the rule that says so and a sentence for a person."""

    key: str
    action: str
    target: str | None
    rule: str
    reason: str


class Step(NamedTuple):
    """One thing that happens to the call, the rule that caused it and a sentence for a person.

    `presses`: where the call goes on to, in a voicemail, when the caller presses a key. What rings `together` rings at
    the same time as the step before.
    """

    action: str
    target: str | None
    rule: str
    reason: str
    seconds: int | None = None
    greeting: str | None = None
    presses: tuple[Press, ...] = ()
    together: bool = False
