"""The PBX's own voice: a small file for each text of a language, spoken by espeak-ng; `make voice` makes them anew.

The files are 8 kHz mono in G.711 µ-law, half of what 16 bits take, and sound alike on a telephone; the greeting alone
is as greetings are kept (`audio.default_greeting`). The texts stand in `pbx/media/voice_files/LANGUAGE.json` by the
names of the files. A file that somebody has recorded may take the place of each: see README, "Voice".
"""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr

from portsip_api.pbx.media import audio, voice

RATE: Final = 8_000  # Hz
_WORDS_PER_MINUTE: Final = 150
_QUIET: Final = 0.01  # of full scale; what is below it at either end is cut off
_PEAK: Final = 0.6
_PAUSE: Final = RATE // 20  # samples at either end


def speak(text: str, language: str) -> bytes:
    """Return the WAV file that says a text. Raises OSError and CalledProcessError where espeak-ng cannot do it."""
    command = ["espeak-ng", "-v", language, "-s", str(_WORDS_PER_MINUTE), "--stdout", text]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 — of ours alone
    samples, rate = soundfile.read(io.BytesIO(_with_length(spoken)), dtype="float32")
    samples = soxr.resample(samples, rate, RATE)
    heard = np.flatnonzero(np.abs(samples) > _QUIET)
    samples = np.pad(samples[heard[0] : heard[-1] + 1], _PAUSE)
    file = io.BytesIO()
    soundfile.write(file, samples * (_PEAK / np.abs(samples).max()), RATE, "ULAW", format="WAV")
    return file.getvalue()


def _with_length(wav: bytes) -> bytes:
    """Return a WAV file that was written to a pipe with the lengths that its writer did not know."""
    sizes = (len(wav) - 8).to_bytes(4, "little"), (len(wav) - 44).to_bytes(4, "little")
    return wav[:4] + sizes[0] + wav[8:40] + sizes[1] + wav[44:]


def make(folder: Path, language: str) -> None:
    """Write all files of a language."""
    texts: dict[str, str] = json.loads((folder / f"{language}.json").read_text(encoding="utf-8"))
    (folder / language).mkdir(exist_ok=True)
    for name, text in texts.items():
        spoken = speak(text, language)
        content = audio.convert(spoken).content if name == voice.GREETING else spoken
        (folder / language / f"{name}.wav").write_bytes(content)


if __name__ == "__main__":
    for spoken in sys.argv[1:] or ["en"]:
        make(voice.OURS, spoken)
