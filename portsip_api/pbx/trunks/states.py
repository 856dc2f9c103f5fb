"""Whether gateways are there, as a SIP engine knows it, and that it is told of changed ones.

Source: contract `portsip-more.md`, section 4, `status` of providers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class TrunkState:
    """What an engine knows of a gateway: whether it is to register and does, and whether calls can go over it."""

    gateway_id: int
    registers: bool
    is_registered: bool
    is_up: bool


class TrunkLines(Protocol):
    """What a SIP engine tells of gateways, and is told of them."""

    def trunk_states(self, tenant_id: int) -> Sequence[TrunkState]:
        """Return the state of each gateway of a tenant that the engine knows. Raises SwitchUnavailable."""

    def trunks_changed(self) -> None:
        """Let the engine use all gateways as the store has them now; where it is away, it does so when it is back."""
