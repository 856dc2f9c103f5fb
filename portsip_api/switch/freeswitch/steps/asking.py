"""How FreeSWITCH says something and asks for keys: it looks the call up again, with what was pressed.

What was asked stands in a variable of the call, which only our documents set, just before they let the call be looked
up again. So nobody comes to a menu by dialling a name, and a call that is transferred elsewhere is in no menu.
Source: FreeSWITCH 1.10.12, `play_and_get_digits`.
"""

from collections.abc import Iterator
from typing import Final

from portsip_api.pbx.calls.plans import asking
from portsip_api.pbx.calls.plans.asking import Ask, End, Later, RecordSound, Say, Sounds
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, Written

TOPIC: Final = "pbx_topic"
KEYS: Final = "pbx_keys"
_NO_END: Final = "D"  # a key that phones do not have, so that none ends what is pressed
BEEP: Final = "tone_stream://%(200,0,1000)"
_LONGEST_SOUND: Final = 120  # seconds
_RINGING: Final = "%(1000,4000,425)"  # what is heard while somebody rings after the call was answered
_MOST_TURNS: Final = 70  # look-ups in a row of which none was for keys, after which FreeSWITCH ends the call
_RESULTS: Final = dict.fromkeys(("attendant", "name", "choice"), "attendant")  # of topics; the others are of voicemail


def continuing() -> Iterator[Step]:
    """Yield the steps of a call that goes on by what was asked."""
    yield Step("unset", TOPIC)
    yield Step("unset", KEYS)
    yield Step("set", f"max_session_transfers={_MOST_TURNS}")
    yield Step("set", f"transfer_ringback={_RINGING}")


def files(sounds: Sounds) -> str:
    """Return what FreeSWITCH plays."""
    paths = recorded.sounds(sounds.tenant_id, sounds.language, *sounds.parts)
    return paths[0] if len(paths) == 1 else f"file_string://{'!'.join(paths)}"


def answered(writing: Writing) -> Iterator[Step]:
    """Yield the steps that answer a call, unless it is answered."""
    if not writing.origin.is_continued:
        yield Step("answer", "")
        yield Step("sleep", "300")


def ask(writing: Writing, plan: Ask) -> Iterator[Step]:
    """Ask for keys."""
    yield from answered(writing)
    if plan.is_secret:
        yield Step("set", "digits_dialed_filter=.+")
    yield Step("set", f"pbx_result={_RESULTS.get(plan.topic[0], 'voicemail')}")
    waits = f"{plan.seconds * 1000} {'#' if plan.most > 1 else _NO_END}"
    heard = f"{files(plan.sounds)} silence_stream://10"
    yield Step("play_and_get_digits", f"1 {plan.most} 1 {waits} {heard} {KEYS} .+ {plan.gap * 1000}")
    yield from later(writing, Later(plan.topic))


def later(writing: Writing, plan: Later) -> Iterator[Step]:
    """Let the call be looked up again."""
    yield Step("set", f"{TOPIC}={asking.written(plan.topic)}")
    yield Step("transfer", f"{writing.origin.number} XML {writing.origin.context}")


def record_sound(writing: Writing, plan: RecordSound) -> Iterator[Step]:
    """Record what the caller says, and let the call be looked up again."""
    yield from answered(writing)
    yield Step("playback", files(plan.sounds))
    yield Step("playback", BEEP)
    yield Step("set", "playback_terminators=#")
    yield Step("record", f"{recorded.sound_file(writing.origin.id)} {_LONGEST_SOUND}")
    yield from later(writing, Later(plan.topic))


def say(writing: Writing, plan: Say) -> Written:
    """Say something, and go on."""
    then = writing.enter(plan.then)
    return Written([*answered(writing), Step("playback", files(plan.sounds)), *then.steps], then.depth)


def end(_: Writing, __: End) -> Iterator[Step]:
    """End the call."""
    yield Step("hangup", "NORMAL_CLEARING")
