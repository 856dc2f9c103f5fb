"""Who does what: noted by whoever finds it out while a request is served, and read where a line of the log is written.

Accounts and objects are noted by their ids, and so no secret is. Outside of a request nothing is noted.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol

UNKNOWN: Final = "unknown"


class Actor(Protocol):
    """Whoever can log in: an account, or a phone."""

    @property
    def role(self) -> str:
        """Its kind."""

    @property
    def account_id(self) -> int:
        """Its id among those of its kind."""

    @property
    def tenant_id(self) -> int | None:
        """The tenant that it belongs to, if it belongs to one."""


@dataclass
class Trail:
    """What is known of a request so far."""

    actor: Actor | None = None  # who logged in with it
    meant: Sequence[Actor] | None = None  # whom a log-in that has not succeeded could mean
    tenant_id: int | None = None  # in which it acts
    object_id: int | None = None  # what it is about

    def of_whom(self) -> str:
        """Return the accounts that a failed log-in meant, each as its kind and id, or UNKNOWN."""
        return ", ".join(f"{one.role} {one.account_id}" for one in self.meant or ()) or UNKNOWN


_current: ContextVar[Trail | None] = ContextVar("trail", default=None)


def begin() -> Trail:
    """Return the trail of a new request, which is that of this thread until the next one."""
    trail = Trail()
    _current.set(trail)
    return trail


def logging_in(meant: Sequence[Actor]) -> None:
    """Note whom a log-in means, which has failed unless `logged_in` is noted too."""
    if (trail := _current.get()) is not None:
        trail.actor, trail.meant = None, meant


def logged_in(actor: Actor | None) -> None:
    """Note who has logged in; None for what is no account, such as a phone that fetches its files."""
    if (trail := _current.get()) is not None:
        trail.actor, trail.meant = actor, None


def within(tenant_id: int) -> int:
    """Note in which tenant the request acts, and return it."""
    if (trail := _current.get()) is not None:
        trail.tenant_id = tenant_id
    return tenant_id


def about(object_id: int) -> None:
    """Note the id of the object that the request is about, unless one is noted: what comes later belongs to that."""
    if (trail := _current.get()) is not None and trail.object_id is None:
        trail.object_id = object_id


def exactly(object_id: int) -> None:
    """Note the id of the object that the request is about, whatever was looked up on the way to it."""
    if (trail := _current.get()) is not None:
        trail.object_id = object_id
