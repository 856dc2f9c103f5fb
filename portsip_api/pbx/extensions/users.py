"""Users: extensions as the administration of sipXcom writes them, with their groups, branch and aliases.

What is written here is an extension; what an extension has beside it (mobile phone, forward rules and so on) stays as
it is. Source: contract, section 5.4.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import aliases, branches, extensions
from portsip_api.pbx.extensions import drafts as extension_drafts
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.extensions.user_directory import NoSuchUser, show
from portsip_api.pbx.row_ids import row_id
from portsip_api.store import database

EMPTY: Final = "Cannot be empty"
MOST_GROUPS: Final = 1_000
_WORDS: Final = {  # what an extension calls what a user has
    "extension_number": "number",
    "profile.first_name": "first_name",
    "profile.last_name": "last_name",
    "profile.email": "email",
    "password": "sip_password",
    "web_access_password": "pin",
    "belong_groups": "group_ids",
}


def new_password() -> str:
    """Return a random password, for who was given none."""
    return secrets.token_urlsafe(12)


def create(tenant_id: int, fields: Mapping[str, object]) -> int:
    """Make a user and return its id.

    `fields`: number (the user name), pin (the password of the portal), and optionally sip_password (random when absent
    or empty), first_name, last_name, email, group_ids, branch_id, aliases. Raises Invalid and Duplicate, with these
    names.
    """
    change = _checked(fields)
    change.extension.setdefault("password", new_password())
    with _own_words():
        draft = extension_drafts.prepare(change.extension)
        with database.writing():
            user_id = extensions.insert(tenant_id, draft)
            _set_branch(tenant_id, user_id, change.branch_id)
            aliases.set_aliases(tenant_id, user_id, change.aliases)
    return user_id


def replace(tenant_id: int, user_id: int, fields: Mapping[str, object]) -> None:
    """Give a user the values of `fields`, named as for `create`; absent is empty, and so no group, branch or alias.

    Without pin or sip_password, or with an empty one, the present one stays. Raises NoSuchUser, Invalid and Duplicate.
    """
    change = _checked(fields)
    key = _key(user_id)
    with _own_words():
        prepared = extension_drafts.prepare_change(change.extension)
        with database.writing():
            show(tenant_id, user_id)
            # One of them may become the number, or the other way round; those that stay are pointed at.
            kept = [alias for alias in aliases.of(tenant_id, [user_id])[user_id] if alias in change.aliases]
            aliases.set_aliases(tenant_id, user_id, kept)
            extensions.apply(tenant_id, key, prepared)
            _set_branch(tenant_id, user_id, change.branch_id)
            aliases.set_aliases(tenant_id, user_id, change.aliases)


def destroy(tenant_id: int, user_id: int) -> None:
    """Remove a user with everything that is the user's. Raises NoSuchUser."""
    try:
        extensions.destroy(tenant_id, _key(user_id))
    except NotFound as error:
        raise NoSuchUser(user_id) from error


@dataclass(frozen=True)
class _Change:
    extension: dict[str, Any]
    branch_id: int | None
    aliases: list[str]


def _checked(fields: Mapping[str, object]) -> _Change:
    given = {name: value for name, value in fields.items() if value is not None}
    if not given.get("number"):
        raise Invalid({"number": [EMPTY]})
    group_ids, alias_list, branch_id = given.get("group_ids", []), given.get("aliases", []), given.get("branch_id")
    if not isinstance(group_ids, list) or not all(type(item) is int for item in group_ids):
        raise Invalid({"group_ids": ["Must be a list of ids of groups."]})
    if len(group_ids) > MOST_GROUPS:
        raise Invalid({"group_ids": [f"Must name at most {MOST_GROUPS} groups."]})
    if not isinstance(alias_list, list):
        raise Invalid({"aliases": ["Must be a list of names."]})
    if branch_id is not None and type(branch_id) is not int:
        raise Invalid({"branch_id": ["Must be the id of a branch."]})
    extension: dict[str, Any] = {
        "extension_number": given["number"],
        "profile": {name: given.get(name, "") for name in ("first_name", "last_name", "email")},
        "belong_groups": [str(item) for item in group_ids],
    }
    passwords = {"password": given.get("sip_password"), "web_access_password": given.get("pin")}
    return _Change(extension | {name: text for name, text in passwords.items() if text}, branch_id, alias_list)


@contextmanager
def _own_words() -> Iterator[None]:
    """Say what is wrong with an extension in the names of `create`."""
    try:
        yield
    except Invalid as error:
        raise Invalid({_WORDS.get(name, name): texts for name, texts in error.errors.items()}) from error
    except Duplicate as error:
        raise Duplicate(str(error), _WORDS.get(error.field, error.field)) from error


def _key(user_id: int) -> ExtensionKey:
    if row_id(user_id) is None:
        raise NoSuchUser(user_id)
    return ExtensionKey(id=user_id)


def _set_branch(tenant_id: int, user_id: int, branch_id: int | None) -> None:
    branches.require(tenant_id, branch_id)
    Extension.update(tenant_id, {"branch_id": branch_id}, id=user_id)
