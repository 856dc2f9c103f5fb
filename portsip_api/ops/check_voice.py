"""What is wrong with the voices that an operator puts beside the PBX's own: README, "Voice"."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from portsip_api.pbx.errors import PbxError
from portsip_api.pbx.media import riff, voice
from portsip_api.pbx.media.audio import MOST_BYTES
from portsip_api.settings import Settings

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?", re.ASCII)
_MOST_NAMED: Final = 5  # sounds that a sentence names


def errors(configuration: Settings) -> Iterator[str]:
    """Yield sentences about files that nobody hears."""
    for folder, language in _voices(configuration.switch_path / "voice"):
        if not _LANGUAGE.fullmatch(language):
            yield f"{folder} is no voice: the name of a language is in lower case, as in de or de-at."
            continue
        for file in sorted(folder.iterdir()):
            yield from _file(file)


def advices(configuration: Settings) -> Iterator[str]:
    """Yield sentences about languages of the whole PBX that lack sounds."""
    for folder, language in _voices(configuration.switch_path / "voice"):
        there = {file.stem for file in folder.glob("*.wav")}
        lacking = [name for name in voice.names() if name not in there]
        if lacking and there and folder.parent == configuration.switch_path / "voice":
            named = ", ".join(lacking[:_MOST_NAMED]) + (", …" if len(lacking) > _MOST_NAMED else "")
            yield f"The voice {language} lacks {len(lacking)} sounds, which are said in English: {named}."


def _voices(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the folders of the voices, those of the whole PBX and those of tenants, with the names of languages."""
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if place.name.isdecimal() and place.is_dir():
            yield from ((found, found.name) for found in sorted(place.iterdir()) if found.is_dir())
        elif place.is_dir():
            yield place, place.name


def _file(file: Path) -> Iterator[str]:
    if file.suffix != ".wav" or not voice.is_one(file.stem):
        yield f"{file} is heard nowhere: no sound has that name."
        return
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        riff.read(content)
    except OSError as error:
        yield f"{file} cannot be read ({error.strerror})."
    except PbxError:
        yield f"{file} cannot be heard: it must be {riff.TAKEN}."
