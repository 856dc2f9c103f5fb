"""What the decorators of a view have said, in any API."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portsip_api import settings
from portsip_api.framework.bodies import MOST_UNKNOWN
from portsip_api.framework.turns import Turns
from portsip_api.pbx import json_values


@dataclass(frozen=True)
class Declaration:
    """Who may call an operation, what it replies, and what a body is held to; a dialect adds what only it says.

    `largest`: bytes of a body; `values`: what it may hold as JSON; `unknown`: bytes of it that are read for a client of
    whom nothing is known yet. With `turns` few requests at a time are carried out in each process.
    """

    access: Any = None  # in the words of the dialect; None until it is said
    reply: Any = None
    errors: tuple[Any, ...] = ()
    largest: Callable[[], int] = field(default=lambda: settings.current().max_body)
    values: Callable[[], int] = field(default=lambda: json_values.MOST)
    unknown: int = MOST_UNKNOWN
    turns: Turns | None = None

    @property
    def reads_forms(self) -> bool:
        """Tell whether a form is read as its fields and files, and not as bytes."""
        return True
