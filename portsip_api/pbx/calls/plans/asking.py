"""What callers hear and are asked: they press keys, and what follows is decided then, by `planning.go_on`.

A topic says what was asked: texts of which the first names it, all made by this server and kept by the engine with the
call, where nobody who calls can write. It is no number, so that nobody can dial one.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.plans.kinds import Plan

Topic = tuple[str, ...]
_PARTING: Final = "~"
_PART: Final = re.compile(r"[0-9A-Za-z.*#+_-]*", re.ASCII)
_TOPIC: Final = re.compile(
    r"(attendant|name)~(number|system_id|id)\.[^~]+~\d{1,9}~[^~]*"
    r"|choice~(number|system_id|id)\.[^~]+~\d{1,9}~[^~]*~\d{1,20}~\d{1,9}(~[^~]+)+"
    r"|voicemail~[^~]+~[0-9*#]"
    r"|mailbox~(number|pin|menu|greeting)~[^~]*~\d{1,9}"
    r"|mailbox~new-pin~[^~]+"
    r"|mailbox~same-pin~[^~]+~[0-9a-f]{64}"
    r"|mailbox~message~[^~]+~(new|old)~\d{1,18}~\d{1,9}",
    re.ASCII,
)


def written(topic: Topic) -> str:
    """Return a topic as one text. Raises ValueError for a part that would be read as something else."""
    if not all(_PART.fullmatch(part) for part in topic):
        raise ValueError("A part of a topic has a character that it may not have.")
    return _PARTING.join(topic)


def read(text: str) -> Topic | None:
    """Return the topic of a text, or None where it is none: that of a call which began under another release."""
    return tuple(text.split(_PARTING)) if _TOPIC.fullmatch(text) else None


@dataclass(frozen=True)
class Sounds:
    """Files of the store, and names of sounds of the PBX's voice in a language, one after the other."""

    tenant_id: int
    language: str
    parts: tuple[Path | str, ...]


@dataclass(frozen=True)
class Ask(Plan):
    """Keys are pressed, at most `most` of them, the first within some seconds and each other within `gap` seconds.

    With more than one, `#` ends them. What is `secret` is nowhere written down.
    """

    sounds: Sounds
    topic: Topic
    most: int = 1
    seconds: int = 5
    gap: int = 3
    is_secret: bool = False


@dataclass(frozen=True)
class RecordSound(Plan):
    """Something is said, what the caller says is recorded until `#`, and what follows is decided then, by a topic."""

    sounds: Sounds
    topic: Topic


@dataclass(frozen=True)
class Later(Plan):
    """What follows is decided when it comes to this, by a topic."""

    topic: Topic


@dataclass(frozen=True)
class Say(Plan):
    """Something is said, and then the plan goes on."""

    sounds: Sounds
    then: Plan


@dataclass(frozen=True)
class End(Plan):
    """The call ends as it should."""
