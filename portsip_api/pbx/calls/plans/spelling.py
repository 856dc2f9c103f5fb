"""Callers who spell on the keys whom they call, at an attendant: the numbers of those with such a name are said, and
one of them is chosen by a key. Source: ours, for the action DIAL_BY_NAME of attendants.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from portsip_api.pbx.calls.plans.asking import Ask, End, Say, Sounds, Topic
from portsip_api.pbx.calls.plans.kinds import Call, Plan
from portsip_api.pbx.features import spelled_names
from portsip_api.pbx.features.answering_attendants import Answering
from portsip_api.pbx.media import voice

NAME: Final = "name"  # topics, by what is asked
CHOICE: Final = "choice"
MOST_REPEATS: Final = 3
_MOST_KEYS: Final = 20  # of a name
_SHORTEST_GAP: Final = 3  # seconds: letters are looked for longer than digits
_SECONDS: Final = 10
_PAGE: Final = 8  # who is offered at a time, by the keys from 1 on
_FURTHER: Final = "9"
_BACK: Final = "*"


class Spelling(NamedTuple):
    """The attendant at which a name is spelled, the number at which it answers, and how often it was asked in vain."""

    attendant: Answering
    number: str
    repeats: int = 0


def ask(call: Call, at: Spelling, *said: str) -> Plan:
    """Ask for a name, unless that was done too often."""
    if at.repeats > MOST_REPEATS:
        return Say(Sounds(call.tenant_id, at.attendant.language, (*said, "goodbye")), End())
    sounds = Sounds(call.tenant_id, at.attendant.language, (*said, "spell-name"))
    topic = (NAME, at.attendant.key, str(at.repeats), at.number)
    return Ask(sounds, topic, _MOST_KEYS, _SECONDS, max(at.attendant.gap_time, _SHORTEST_GAP))


def go_on(call: Call, attendant: Answering, topic: Topic, keys: str) -> Plan | None:
    """Return what follows the keys that were pressed where the topic says; None leads back to the attendant's menu."""
    what, _, repeats, number, *rest = topic
    at = Spelling(attendant, number, int(repeats))
    if what == CHOICE:
        return _chosen(call, at, *rest, key=keys)
    if keys == _BACK:
        return None
    if keys.endswith(_BACK):
        return ask(call, at._replace(repeats=0))
    return _offer(call, at, keys.removesuffix("#"), 0)


def _offer(call: Call, at: Spelling, spelled: str, page: int) -> Plan:
    found = spelled_names.find(call.tenant_id, spelled) if spelled.isdecimal() else []
    first = page * _PAGE if page * _PAGE < len(found) else 0
    offered = found[first : first + _PAGE]
    again = at._replace(repeats=at.repeats + 1)
    if not offered:
        return ask(call, again, *(("nobody-named",) if spelled else ()))
    if at.repeats > MOST_REPEATS:
        return ask(call, at)
    further = ("more-names",) if len(found) > _PAGE else ()
    sounds = Sounds(call.tenant_id, at.attendant.language, (*_said(offered), *further, "spell-again"))
    topic = (CHOICE, at.attendant.key, str(again.repeats), at.number, spelled, str(first // _PAGE), *offered)
    return Ask(sounds, topic, 1, _SECONDS)


def _said(offered: Sequence[str]) -> Iterator[str]:
    for key, number in enumerate(offered, 1):
        yield from ("for", *voice.characters(number), "press", str(key))


def _chosen(call: Call, at: Spelling, spelled: str, page: str, *offered: str, key: str) -> Plan:
    if key == _BACK:
        return ask(call, at._replace(repeats=0))
    if key == _FURTHER:
        return _offer(call, at._replace(repeats=0), spelled, int(page) + 1)
    if key.isdecimal() and 1 <= int(key) <= len(offered):
        number = offered[int(key) - 1]
        return call.onto(number) if spelled_names.is_listed(call.tenant_id, number) else ask(call, at, "invalid")
    return _offer(call, at, spelled, int(page))
