"""Users in full, as they are read. Source: contract `sipxcom-users-rules.md`, section 1."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

import orjson

from portsip_api.pbx import trail
from portsip_api.pbx.access.secret_purposes import PIN, PURPOSES
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extensions import permission_values, permissions, user_groups
from portsip_api.pbx.extensions.permissions import Permission
from portsip_api.pbx.people import users_sql
from portsip_api.pbx.people.fields import ADMINISTERED
from portsip_api.pbx.personal.contacts import ADDRESS, OWN
from portsip_api.pbx.values import defaults, merge
from portsip_api.store.paging import Slice
from portsip_api.store.search import TextIndex, fold
from portsip_api.store.secrets import keyring

BLOCK: Final = 500  # users that are read at once
_DEFAULTS: Final = defaults(OWN | ADMINISTERED)
_INDEX: Final = TextIndex("extension_search", "extension_fts", "extension_id")


@dataclass(frozen=True)
class Group:
    """A group, as its members show it."""

    id: int
    name: str
    description: str | None
    weight: int


@dataclass(frozen=True)
class Person:
    """A user in full: `profile` is that of the extension with what is in `contacts.OWN` and `fields.ADMINISTERED`.

    `branch_address` is empty where the user is at no branch; `permissions` are the names of those that the user has.
    """

    id: int
    number: str
    enabled: bool
    profile: Mapping[str, Any]
    groups: Sequence[Group]
    aliases: Sequence[str]
    branch: str | None
    branch_address: Mapping[str, str]
    permissions: Sequence[str]
    secrets: Mapping[str, bytes] = field(repr=False)

    def secret(self, purpose: str) -> str:
        """Return one of the secrets of an extension in clear."""
        return keyring.decrypt(self.secrets[purpose], purpose)

    @property
    def has_pin(self) -> bool:
        """Tell whether the user has a voicemail PIN."""
        return bool(self.secret(PIN))


def listed(tenant_id: int, part: Slice | None, group: str | None = None) -> Iterator[Person]:
    """Yield users by id, a part of the list or all, read in blocks of BLOCK; of a group, those who are in it.

    A group that does not exist has nobody in it.
    """
    group_id = None
    if group is not None:
        try:
            group_id = user_groups.find_by_name(tenant_id, group).id
        except NotFound:
            return iter(())
    asked = part or Slice(0, -1)
    return _in_blocks(tenant_id, users_sql.ids(tenant_id, group_id, asked.limit, asked.offset))


def with_email(tenant_id: int, text: str) -> Iterator[Person]:
    """Yield the users in whose address `text` stands, without case, by id; they are found as lists are searched."""
    found = _in_blocks(tenant_id, sorted(_INDEX.find(tenant_id, text)))
    return (person for person in found if fold(text) in fold(person.profile["email"]))


def show(tenant_id: int, user_id: int) -> Person:
    """Return one user. Raises NotFound."""
    found = _read(tenant_id, [user_id], permissions.everything(tenant_id))
    if not found:
        raise NotFound("There is no such user.")
    trail.about(user_id)
    return found[0]


def _in_blocks(tenant_id: int, ids: Sequence[int]) -> Iterator[Person]:
    every = permissions.everything(tenant_id) if ids else []
    for first in range(0, len(ids), BLOCK):
        yield from _read(tenant_id, ids[first : first + BLOCK], every)


def _read(tenant_id: int, ids: Sequence[int], every: Sequence[Permission]) -> list[Person]:
    values = permission_values.of_users(tenant_id, ids, every)
    rows = users_sql.read(tenant_id, ids)
    return [_person(row, [item.name for item in every if values[row[0]][item.name]]) for row in rows]


def _person(row: Sequence[Any], granted: Sequence[str]) -> Person:
    id_, number, profile, enabled, *blobs, contact, administered, groups, aliases, branch = row[:12]
    own = (orjson.loads(text) for text in (contact, administered) if text)
    return Person(
        id_,
        number,
        bool(enabled),
        reduce(merge, own, _DEFAULTS) | orjson.loads(profile),
        [Group(*group) for group in orjson.loads(groups)],
        orjson.loads(aliases),
        branch,
        {name: text or "" for name, text in zip(ADDRESS, row[12:], strict=True)} if branch is not None else {},
        granted,
        dict(zip(PURPOSES, blobs, strict=True)),
    )
