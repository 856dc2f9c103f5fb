"""What clients write for a value: a number or a flag as text, a text as a number, a name in any case or as its number.

Source: contract `portsip-more.md`, sections 0 and 1.2.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from marshmallow import missing

from portsip_api.pbx.values import Choice, Flag, Kind, Whole
from portsip_api.portsip.core.wire import WireText

Reader = Callable[[Any], Any]
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def reader(kind: Kind, codes: Sequence[str] = (), spellings: Mapping[str, str] = _NONE) -> Reader:
    """Return a function from what is sent for a value of that kind to what it means, to be checked next.

    `codes` are the names for which the whole numbers from 1 stand; 0 means that the value was not sent. `spellings` are
    names by others for them.
    """
    match kind:
        case Choice(options=options):
            return _choice(options, codes, spellings)
        case Flag() | Whole():
            return lambda value: kind.from_text(value) if isinstance(value, str) else value

    def read(value: Any) -> Any:
        if isinstance(value, WireText):
            return kind.from_text(value)
        return str(value) if type(value) is int else value  # not a flag, which is an int too

    return read


def _choice(options: Sequence[str], codes: Sequence[str], spellings: Mapping[str, str]) -> Reader:
    names: dict[object, object] = {option.upper(): option for option in options}
    names.update((name, option) for name, option in spellings.items())
    if codes:
        numbers = {0: missing} | dict(enumerate(codes, 1))
        names |= numbers | {str(number): name for number, name in numbers.items()}

    def read(value: Any) -> Any:
        if isinstance(value, str):
            return names.get(value.upper(), value)
        return names.get(value, value) if type(value) is int else value

    return read
