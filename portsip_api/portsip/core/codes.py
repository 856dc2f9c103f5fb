"""The whole numbers that an old console sends in the place of names.

Source: contract `portsip-more.md`, section 1.2.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from portsip_api.pbx.extensions.fields import ACTIONS, BUSY_ACTIONS, OFFICE_HOURS_MODES, READ_OUT
from portsip_api.pbx.features.action_targets import ACTIONS as FEATURE_ACTIONS
from portsip_api.pbx.features.call_queues import POLLING_STRATEGIES
from portsip_api.pbx.features.conference_fields import MODES
from portsip_api.pbx.features.ring_groups import RING_STRATEGIES
from portsip_api.pbx.values import Choice, Kind

_FORWARD: Final = (
    "CONNECT_TO_VOICE_MAIL",
    "CONNECT_TO_ANOTHER_EXTENSION",
    "CONNECT_TO_RING_GROUP",
    "CONNECT_TO_NUMBER",
    "CONNECT_TO_VIRTUAL_RECEPTIONIST",
    "DISCONNECT",
)
_STRATEGIES: Final = (
    "RING_SIMULTANEOUSLY",
    "PRIORITIZED_HUNT",
    "CYCLIC_HUNT",
    "LEAST_WORKED_HUNT",
    "PAGING",
    "INTERCOM",
)
# By what a value can be: the names for which 1, 2, … stand, be it one that is not offered here.
_CODES: Final[Mapping[Sequence[str], Sequence[str]]] = {
    ACTIONS: _FORWARD,
    BUSY_ACTIONS: ("RING_ANYWAY", *_FORWARD),
    RING_STRATEGIES: _STRATEGIES,
    POLLING_STRATEGIES: _STRATEGIES,
    FEATURE_ACTIONS: (  # of a queue; keys of receptionists have others
        "DISCONNECT",
        "CONNECT_TO_ANOTHER_EXTENSION",
        "CONNECT_TO_RING_GROUP",
        "CONNECT_TO_VIRTUAL_RECEPTIONIST",
        "CONNECT_TO_VOICE_MAIL",
        "CONNECT_TO_NUMBER",
        "REPEAT",
    ),
    READ_OUT: READ_OUT,
    OFFICE_HOURS_MODES: ("GLOBAL", "CUSTOM"),
    MODES: MODES,
}


# Other spellings of names.
_SPELLINGS: Final[Mapping[Sequence[str], Mapping[str, str]]] = {RING_STRATEGIES: {"PAGING_INTERCOM": "PAGING"}}


def spellings_of(kind: Kind) -> Mapping[str, str]:
    """Return other spellings of the names that are read where a value of this kind is; none of most."""
    return _SPELLINGS.get(kind.options, {}) if isinstance(kind, Choice) else {}


def codes_of(kind: Kind) -> Sequence[str]:
    """Return the names for which the whole numbers from 1 stand where a value of this kind is read; none of most."""
    return _CODES.get(kind.options, ()) if isinstance(kind, Choice) else ()
