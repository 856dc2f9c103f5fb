"""A user's phonebook: own entries, public phonebooks that the user's groups see, and all users, unless these are left
out. All stand by number, first name and last name, flat in how many users there are.

The few of a phonebook are its entries, and the members of its groups where not all users are there anyway: they are
merged in the database. Where they stand among the users is found by halving, since of each it is known how many users
come before. Source: contract sipxcom-user.md, section 6.3.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import Any, Final

import orjson

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extensions import directory
from portsip_api.pbx.personal import private_entries
from portsip_api.pbx.personal.contacts import full_name
from portsip_api.pbx.phonebooks import colleagues, own_sql
from portsip_api.pbx.phonebooks.colleagues import Colleague
from portsip_api.pbx.settings.values import service_settings
from portsip_api.store.search import fold

SERVICE: Final = "phonebook"
_EVERYONE: Final = "phonebook/everyone"
_GOOGLE_DOMAIN: Final = "phonebook/googleDomain"
_ALL: Final = 1 << 31  # more rows than there are
_MOST_FEW: Final = 5_000  # entries in which words are found


@dataclass(frozen=True)
class Listed:
    """Somebody in a user's phonebook: an entry of the user's own, which has an `id`, or of a public one, or a user."""

    id: int | None
    first_name: str
    last_name: str
    number: str
    contact: Mapping[str, Any]
    is_user: bool = False


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
    """Return those from position `first` up to, not including, `last` among those in whom every word stands.

    Words are looked for in names and number, of own entries and users also in e-mail addresses, whatever their case.
    """
    book = _Book(tenant_id, user_id)
    size = book.few + book.users
    if not words:
        return Part(book.between(first, last), size, size)
    few, users, total = book.holding(words, first, last)
    found = merge(few, users, key=_order)
    skipped = max(first - len(few), 0)  # that many users are not read
    return Part(islice(found, first - skipped, max(last - skipped, 0)), size, len(few) + total)


def search(tenant_id: int, user_id: int, words: str) -> list[Listed]:
    """Return those in whom every word stands; of users at most `colleagues.MOST_FOUND`."""
    few, users, _ = _Book(tenant_id, user_id).holding(words, 0, colleagues.MOST_FOUND)
    return list(merge(few, users, key=_order))


def google_domain(tenant_id: int) -> str:
    """Return the domain of accounts with Google whose name has none."""
    return service_settings(tenant_id, SERVICE).leaf(_GOOGLE_DOMAIN).value or ""


def lines(entries: Iterable[Listed], write: Callable[..., str], header: str = "") -> Iterator[str]:
    """Yield a file of entries, in blocks, each of which `write` makes of names, number and what is known."""
    texts = [header]
    for entry in entries:
        texts.append(write(entry.first_name, entry.last_name, entry.number, entry.contact))
        if len(texts) >= colleagues.BLOCK:
            yield "".join(texts)
            texts = []
    yield "".join(texts)


class _Book:
    """What stands in a user's phonebook, as the store is now."""

    def __init__(self, tenant_id: int, user_id: int) -> None:
        self._tenant_id, self._user_id = tenant_id, user_id
        self._everyone = service_settings(tenant_id, SERVICE).leaf(_EVERYONE).value == "1"
        self._few = own_sql.Few(tenant_id, user_id, own_sql.granted(tenant_id, user_id), members=not self._everyone)
        self._revision = tenants.revision(tenant_id)

    @cached_property
    def few(self) -> int:
        """How many there are beside the users."""
        return self._few.count()

    @cached_property
    def users(self) -> int:
        """How many users there are in it."""
        return directory.count(self._tenant_id) if self._everyone else 0

    def between(self, first: int, last: int) -> Iterator[Listed]:
        """Return those at some positions."""
        first, last = min(first, self.few + self.users), min(last, self.few + self.users)
        before = bisect_left(range(self.few), first, key=self._position) if self.users else first
        users, _ = colleagues.page(self._tenant_id, first - before, last - before) if self.users else (iter(()), 0)
        few = map(_listed, self._few.rows(before, last - first))
        return islice(merge(few, map(_user, users), key=_order), last - first)

    def holding(self, words: str, first: int, last: int) -> tuple[list[Listed], list[Listed], int]:
        """Return the few in whom every word stands, of the users those who come to positions, and how many fit."""
        own = private_entries.everybody(self._tenant_id, self._user_id, words)
        few = [Listed(one.id, one.first_name, one.last_name, one.number, one.contact) for one in own]
        few += map(_listed, self._few.holding(fold(words).split(), _MOST_FEW))
        few.sort(key=lambda entry: (_order(entry), entry.first_name, entry.last_name))
        skipped = max(first - len(few), 0)
        if not self._everyone:
            return few, [], 0
        users, total = colleagues.search(self._tenant_id, words, skipped, max(last - skipped, 0))
        return few, list(map(_user, users)), total

    def _position(self, at: int) -> int:
        """Return where the one of the few stands who is at a position among them."""
        key = self._few.key(at)
        return at + directory.ORDER.position(self._tenant_id, "DEFAULT", key, self._revision)


def number_key(number: str) -> str:
    """Return what numbers are sorted by, as the tables do: those of digits only by value, then the others."""
    return f"0{len(number):02}{number}" if number.isascii() and (number.isdigit() or not number) else f"1{number}"


def _order(entry: Listed) -> str:
    return number_key(entry.number)


def _listed(row: Sequence[Any]) -> Listed:
    id_, number, first_name, last_name, contact, profile = row
    if profile is None:
        return Listed(id_, first_name, last_name, number, orjson.loads(contact))
    known = orjson.loads(profile)
    return _user(Colleague(number, known["first_name"], known["last_name"], known["email"]))


def _user(user: Colleague) -> Listed:
    names = {"first_name": user.first_name, "last_name": user.last_name}
    known = {"email": user.email, "im_display_name": full_name(names)}
    return Listed(None, user.first_name, user.last_name, user.number, known, is_user=True)
