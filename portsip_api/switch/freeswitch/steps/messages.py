"""How FreeSWITCH takes messages.

The greeting of a mailbox that has keys is a branching: what is pressed stands where the result of ringing would.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.plans.asking import Sounds
from portsip_api.pbx.calls.plans.kinds import Plan, TakeMessage
from portsip_api.pbx.media import voice
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.steps.asking import BEEP, answered, files
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written

LONGEST_MESSAGE: Final = 180  # seconds
_RESULT: Final = "originate_disposition"  # which says what branch follows
_WAIT: Final = 1_000  # milliseconds after the greeting in which keys still count


class Record(Plan):
    """The caller leaves a message."""

    def __init__(self, message: TakeMessage) -> None:
        """It is left where the message would be."""
        self.message = message


def take_message(writing: Writing, message: TakeMessage) -> Written:
    """Greet, and record what the caller says, unless a key is pressed that leads elsewhere."""
    heard = files(Sounds(message.tenant_id, message.language, tuple(_parts(message))))
    begins = [*answered(writing), Step("set", "pbx_result=voicemail")]
    if not message.keys:
        return Written([*begins, Step("playback", heard), *record(writing, Record(message))])
    keys = {key: key for key in message.keys}
    node, depth = writing.branch({**message.keys, "": Record(message)}, keys)
    asked = f"1 1 1 {_WAIT} D {heard} silence_stream://10 {_RESULT} [{''.join(keys)}]"
    return Written([*begins, Step("set", f"pbx_node={node}"), Step("play_and_get_digits", asked)], depth)


def record(writing: Writing, plan: Record) -> Iterator[Step]:
    """Record what the caller says."""
    message = plan.message
    if message.takes:
        caller = writing.caller.number
        file = recorded.message_file(message.tenant_id, message.extension_id, caller, writing.origin.id)
        yield Step("playback", BEEP)
        yield Step("set", "playback_terminators=#")
        yield Step("record", f"{file} {LONGEST_MESSAGE}")
    yield Step("hangup", "NORMAL_CLEARING")


def _parts(message: TakeMessage) -> Iterator[Path | str]:
    yield message.greeting or voice.GREETING
    if not message.takes:
        yield "no-messages-taken"
    elif message.is_told:
        yield "leave-message"
