"""What phones say of themselves in `User-Agent`: whose they are, which model, and with some their MAC address.

Only forms of vendors that are known are read: what else may look like a MAC address is none. The text is the phone's
own and proves nothing. Source: what phones of these vendors send; the forms that are read are ours.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

_MOST: Final = 255  # characters that are looked at
_MOST_MODEL: Final = 64
_MAC: Final = re.compile(r"[0-9A-F]{12}", re.ASCII)
_NO_MAC: Final = frozenset({"0" * 12, "F" * 12})
# Behind the version, after a blank, a hyphen, an underscore or in brackets.
_TAIL: Final = r"(?:.*?[ _(/-](?P<mac>[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})(?![0-9A-Za-z:-]))?"
# What comes before the model, and the model; the vendor's name stands before that when it is shown.
_FORMS: Final[Mapping[str, str]] = {
    "Yealink": r"Yealink[ -](?P<model>[A-Z0-9][A-Z0-9-]*+)",
    "Polycom": r"Poly(?:com|Edge)[A-Za-z]*-(?P<model>[A-Za-z0-9_]+)-UA",
    "Grandstream": r"Grandstream[ -](?P<model>[A-Z][A-Z0-9]*)",
    "snom": r"snom(?P<model>[A-Z]?[0-9]+[A-Z]*)",
    "Cisco": r"Cisco(?:/|-CP-| )(?P<model>[A-Z]*[0-9]+[A-Z]*)",
    "Linksys": r"(?:Linksys|Sipura)[/-](?P<model>[A-Z]+[0-9]+[A-Z]*)",
    "Aastra": r"Aastra[ -](?P<model>[0-9]+[a-z]*)",
    "Mitel": r"Mitel[ -](?P<model>[0-9]+[a-z]*)",
    "Panasonic": r"Panasonic[-_](?P<model>[A-Z]+-[A-Z0-9]+)",
    "Fanvil": r"Fanvil[ -](?P<model>[A-Z][A-Z0-9]*)",
    "Htek": r"Htek[ -](?P<model>[A-Z]+[0-9]+[A-Z]*)",
    "Gigaset": r"Gigaset[ -](?P<model>[A-Z]*[0-9]+[A-Z]*)",
}
_READ: Final = {vendor: re.compile(rf"{form}(?=[ /_-]|$){_TAIL}[^\n]*", re.ASCII) for vendor, form in _FORMS.items()}
# How the ids of the models begin that are a vendor's.
_IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Cisco": ("cisco", "SPA"),
    "Grandstream": ("gs",),
    "Linksys": ("linksys", "SPA"),
}


@dataclass(frozen=True)
class Agent:
    """A phone: its vendor, its model with the vendor's name before it, and its MAC address, 12 upper-case digits of
    base 16; each is empty where it is not known.
    """

    vendor: str = ""
    model: str = ""
    mac: str = ""


def read(text: str) -> Agent:
    """Return what an agent says."""
    for vendor, form in _READ.items():
        found = form.fullmatch(text[:_MOST])
        if found is not None:
            return Agent(
                vendor, f"{vendor} {found['model'].replace('_', ' ')}"[:_MOST_MODEL], mac_of(found["mac"] or "")
            )
    return Agent()


def mac_of(text: str) -> str:
    """Return a MAC address, however it is written, in its one form; empty for what is none."""
    bare = re.sub("[:.-]", "", text).upper()
    return bare if _MAC.fullmatch(bare) and bare not in _NO_MAC else ""


def mac_among(agent: Agent, phones: Iterable[tuple[str, str]]) -> str:
    """Return the MAC address of the phone that says so.

    `phones` are serials and models (by id) of those that were set up for the extension: where the phone does not say
    its address itself, it is the only one of its vendor. Empty where it is not known.
    """
    if agent.mac or not agent.vendor:
        return agent.mac
    beginnings = _IDS.get(agent.vendor, (agent.vendor.lower(),))
    found = [mac_of(serial) for serial, model_id in phones if model_id.startswith(beginnings)]
    return found[0] if len(found) == 1 else ""
