"""What the PBX says on the phone: files of its own voice, in whose place a tenant or the whole PBX may have others.

A sound is looked for in the tenant's own voice, then in that of the whole PBX, each first in the language that is asked
for and then in English. Numbers and times are said from parts; a language that says a number otherwise, such as 21, has
a file of it. Source: ours; `make voice` makes the files.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

OURS: Final = Path(__file__).parent / "voice_files"
ENGLISH: Final = "en"
GREETING: Final = "unavailable"
MOST: Final = 99  # the highest number that is said; one that is higher is said so too
_TWENTY: Final = 20
_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z0-9]{2,8}))?")
_KEYS: Final = {"*": "star", "#": "pound", "+": "plus"}


@cache
def names() -> tuple[str, ...]:
    """Return the names of all sounds."""
    return tuple(sorted(path.stem for path in (OURS / ENGLISH).glob("*.wav")))


def is_one(name: str) -> bool:
    """Tell whether a name is that of a sound, or of a number that a voice may say by itself."""
    return name in names() or (name.isdecimal() and name == str(int(name)) and int(name) <= MOST)


def own(name: str) -> bytes:
    """Return the file of a sound as it comes with the PBX."""
    return (OURS / ENGLISH / f"{name}.wav").read_bytes()


@dataclass(frozen=True)
class Voice:
    """A voice that somebody hears: the folders in which a sound is looked for, and the one in which each is otherwise,
    but for numbers.
    """

    first: Sequence[str]
    last: str

    def paths(self, name: str) -> list[str]:
        """Return the paths of a sound: one, but for a number that has no file, which is said as tens and ones."""
        file = next(filter(os.path.isfile, (f"{folder}/{name}.wav" for folder in self.first)), None)
        own = f"{self.last}/{name}.wav"
        if file is None and name.isdecimal() and int(name) > _TWENTY and int(name) % 10 and not Path(own).is_file():
            tens, ones = divmod(int(name), 10)
            return self.paths(str(tens * 10)) + self.paths(str(ones))
        return [file or own]


def find(folder: str, tenant_id: int, language: str) -> Voice:
    """Return the voice that a tenant hears; `folder` has that of the whole PBX, and folders of tenants by their ids.

    Each call that may come to a mailbox asks, and nearly nobody has more than the PBX's own, so that looking for
    folders spares looks for files.
    """
    places = [*filter(os.path.isdir, [f"{folder}/{tenant_id}"]), folder]
    folders = [f"{place}/{spoken}" for place in places for spoken in _languages(language)]
    return Voice([*filter(os.path.isdir, folders[:-1])], folders[-1])


@lru_cache(maxsize=64)
def _languages(language: str) -> Sequence[str]:
    """Return the folders for a language such as `en_US`: `en-us`, `en` and that of English."""
    found = _LANGUAGE.fullmatch(language)
    if found is None:
        return (ENGLISH,)
    plain = found[1].lower()
    return tuple(dict.fromkeys(([f"{plain}-{found[2].lower()}"] if found[2] else []) + [plain, ENGLISH]))


def number(count: int) -> list[str]:
    """Return the sounds that say how many there are."""
    return [str(min(count, MOST))]


def digits(text: str) -> list[str]:
    """Return the sounds that say a telephone number, digit by digit; what is none is left out."""
    return [_KEYS.get(char, char) for char in text if (char.isascii() and char.isdigit()) or char in _KEYS]


def characters(text: str) -> list[str]:
    """Return the sounds that say the number of an extension, which may have letters; what has no sound is left out."""
    said: list[str] = []
    for char in text.lower():
        said += [f"letter-{char}"] if char.isascii() and char.isalpha() else digits(char)
    return said


def moment(at: datetime, now: datetime, *, by_12: bool) -> list[str]:
    """Return the sounds that say when something was, both in the zone of who hears it."""
    days = (now.date() - at.date()).days
    day = {0: ["today"], 1: ["yesterday"]}.get(days, [f"month-{at.month}", *number(at.day)])
    return [*day, "at", *_time(at, by_12=by_12)]


def _time(at: datetime, *, by_12: bool) -> list[str]:
    hour = at.hour % 12 or 12 if by_12 else at.hour
    minutes = ["oh", str(at.minute)] if 0 < at.minute < 10 else number(at.minute) if at.minute else ["oclock"]
    if by_12 and not at.minute:
        minutes = []
    return [*number(hour), *minutes, *(["am" if at.hour < 12 else "pm"] if by_12 else [])]
