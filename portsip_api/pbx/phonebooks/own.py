"""A user's phonebook: the user's own entries, followed by all users of the tenant, flat in how many users there are.

Source: contract sipxcom-user.md, section 6.3.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from portsip_api.pbx.personal import private_entries
from portsip_api.pbx.personal.contacts import full_name
from portsip_api.pbx.personal.private_entries import PrivateContact
from portsip_api.pbx.phonebooks import colleagues
from portsip_api.pbx.phonebooks.colleagues import Colleague

_ALL: Final = 1 << 31  # more rows than there are


@dataclass(frozen=True)
class Listed:
    """Somebody in a user's phonebook. `id` is that of an entry of the user's own; others are `user`s of the tenant."""

    id: int | None
    first_name: str
    last_name: str
    number: str
    contact: Mapping[str, Any]

    @property
    def is_user(self) -> bool:
        """Tell whether it is a user of the tenant."""
        return self.id is None


@dataclass(frozen=True)
class Part:
    """Those in some rows, how many there are in all, and how many of them fit."""

    entries: Iterable[Listed]
    size: int
    filtered: int


def everybody(tenant_id: int, user_id: int) -> Part:
    """Return all, who are read as they are asked for."""
    return page(tenant_id, user_id, 0, _ALL)


def page(tenant_id: int, user_id: int, first: int, last: int, words: str = "") -> Part:
    """Return those from position `first` up to, not including, `last` among those in whom every word stands."""
    own = private_entries.everybody(tenant_id, user_id, words)
    before, rest = max(first - len(own), 0), max(last - len(own), 0)
    users: Iterable[Colleague]
    if words:
        users, found = colleagues.search(tenant_id, words, before, max(rest - before, 0))
        total = colleagues.page(tenant_id, 0, 0)[1]
    else:
        users, found = colleagues.page(tenant_id, before, rest)
        total = found
    entries = chain(map(_own, own[min(len(own), first) : last]), map(_user, users))
    size = private_entries.count(tenant_id, user_id) if words else len(own)
    return Part(entries, size + total, len(own) + found)


def search(tenant_id: int, user_id: int, words: str) -> list[Listed]:
    """Return those in whom every word stands; of users at most `colleagues.MOST_FOUND`."""
    own = private_entries.everybody(tenant_id, user_id, words)
    users, _ = colleagues.search(tenant_id, words)
    return [*map(_own, own), *map(_user, users)]


def _own(entry: PrivateContact) -> Listed:
    return Listed(entry.id, entry.first_name, entry.last_name, entry.number, entry.contact)


def _user(user: Colleague) -> Listed:
    names = {"first_name": user.first_name, "last_name": user.last_name}
    known = {"email": user.email, "im_display_name": full_name(names)}
    return Listed(None, user.first_name, user.last_name, user.number, known)


def lines(entries: Iterable[Listed], write: Any, header: str = "") -> Iterator[str]:
    """Yield a file of entries, in blocks, each of which `write` makes of names, number and what is known."""
    texts = [header]
    for entry in entries:
        texts.append(write(entry.first_name, entry.last_name, entry.number, entry.contact))
        if len(texts) >= colleagues.BLOCK:
            yield "".join(texts)
            texts = []
    yield "".join(texts)
