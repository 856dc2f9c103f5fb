"""What is fuzzed by coverage: each target has seeds, and a function that takes one input and raises on a finding.

A target that needs more than a parser is a `Stage`: the application in this process. Seeds are the samples of the
tests and of the documentation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fuzz import bodies, conferences, forms, headers, parsers, times

# Makes the function that takes one input, over a store in this folder.
Attack = Callable[[Path], Callable[[bytes], None]]


@dataclass(frozen=True)
class Target:
    """An attack by coverage; `words` are what its inputs are made of, `longest` is in bytes."""

    name: str
    attack: Attack
    seeds: Callable[[], Iterable[bytes]]
    words: tuple[str, ...] = field(default=())
    longest: int = 4_096


TARGETS = {
    target.name: target
    for target in (
        Target("CSV import", parsers.csv_import, parsers.csv_seeds, parsers.csv_words()),
        Target("phonebook CSV", parsers.phonebook, parsers.phonebook_seeds, parsers.PHONEBOOK_WORDS),
        Target("vCards", parsers.card, parsers.card_seeds, parsers.PHONEBOOK_WORDS),
        Target("WAV and MP3", parsers.sound, parsers.sound_seeds, parsers.SOUND_WORDS, 16_384),
        Target("setting values", parsers.setting_values, parsers.setting_seeds, parsers.SETTING_WORDS, 1_200),
        Target("times of calls", times.times, times.seeds, times.WORDS, 128),
        Target("XML bodies", bodies.xml, bodies.xml_seeds, bodies.XML_WORDS),
        Target("JSON bodies, PortSIP", bodies.portsip, bodies.portsip_seeds, bodies.JSON_WORDS),
        Target("JSON bodies, sipXcom", bodies.sipxcom, bodies.sipxcom_seeds, bodies.JSON_WORDS),
        Target("conference commands", conferences.attack, conferences.seeds, conferences.WORDS, 512),
        Target("multipart forms", forms.forms, forms.seeds, forms.WORDS, 8_192),
        Target("Range headers", headers.ranges, headers.range_seeds, headers.RANGE_WORDS, 512),
        Target("Authorization headers", headers.authorization, headers.authorization_seeds, headers.LOGIN_WORDS, 1_024),
    )
}
