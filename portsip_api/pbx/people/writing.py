"""Users in full, as they are written: an extension, its profile, groups, permissions, branch and aliases at once.

Source: contract `sipxcom-users-rules.md`, section 1.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.access.secret_purposes import WEB_PASSWORD
from portsip_api.pbx.errors import Duplicate, Invalid
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import aliases, drafts, extensions, permission_values, permissions
from portsip_api.pbx.extensions.tables import Branch, Extension
from portsip_api.pbx.extensions.users import new_password
from portsip_api.pbx.people import memberships, people
from portsip_api.pbx.people.fields import ADMINISTERED, EMAIL_ALIAS, MOST_EMAIL_ALIASES
from portsip_api.pbx.people.people import Person
from portsip_api.pbx.people.tables import UserProfile
from portsip_api.pbx.personal import contacts
from portsip_api.pbx.personal.contacts import OF_PROFILE, OWN
from portsip_api.pbx.values import checked, defaults, merge
from portsip_api.store import database

_LISTS: Final = ("aliases", "groups", "permissions")
_WORDS: Final = {  # what an extension calls what a user has
    "extension_number": "number",
    "password": "sip_password",
    "web_access_password": "pin",
    "voice_mail.voicemail_pin": "voicemail_pin",
}


def create(tenant_id: int, fields: Mapping[str, Any]) -> int:
    """Make a user and return its id.

    `fields`, in which None is as good as absent: number, pin (the password of the portal), and optionally sip_password
    (random when absent or empty), voicemail_pin, first_name, last_name, enabled, aliases, branch (a name), groups
    (names; missing ones are made), permissions (names or labels, which the user has then), and `profile`, a mapping of
    `contacts.OWN`, `contacts.OF_PROFILE`, ADMINISTERED and `email_aliases`. Raises Invalid, Duplicate and Conflict (as
    many users as there may be).
    """
    given = _Given.read(fields)
    if not fields.get("number"):
        raise Invalid({"number": ["Missing."]})
    own = given.extension | {"password": fields.get("sip_password") or new_password()}
    with _own_words():
        draft = drafts.prepare(own)
        with database.writing():
            user_id = extensions.insert(tenant_id, draft)
            _write(tenant_id, user_id, given, before=None)
    return user_id


def replace(tenant_id: int, user_id: int, fields: Mapping[str, Any]) -> None:
    """Give a user the values of `fields`, named as for `create`; what is absent stays, but for aliases, which go.

    Groups are joined and permissions given beside the present ones; an empty branch is none. Another number needs
    another pin. Raises NotFound, Invalid and Duplicate.
    """
    given = _Given.read(fields)
    before = people.show(tenant_id, user_id)
    number, pin = fields.get("number") or before.number, fields.get("pin")
    if number != before.number and (not pin or pin == before.secret(WEB_PASSWORD)):
        raise Invalid({"pin": ["Must be another one where the user gets another name."]})
    with _own_words():
        change = drafts.prepare_change(given.extension)
        with database.writing():
            kept = [alias for alias in before.aliases if alias in given.aliases]
            aliases.set_aliases(tenant_id, user_id, kept)
            extensions.apply(tenant_id, ExtensionKey(id=user_id), change)
            _write(tenant_id, user_id, given, before)


@dataclass(frozen=True)
class _Given:
    """What was sent, checked but for what the store knows: the extension's part, the profile's, and the rest."""

    extension: dict[str, Any]
    contact: dict[str, Any]
    administered: dict[str, Any]
    branch: str | None
    aliases: list[str]
    groups: list[str]
    permissions: list[str]

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> "_Given":
        """Return what `fields` give. Raises Invalid."""
        profile = {name: value for name, value in (fields.get("profile") or {}).items() if value is not None}
        shared = {there: profile.pop(name) for name, there in OF_PROFILE.items() if name in profile}
        contact = {name: profile.pop(name) for name in OWN if name in profile}
        names = {name: fields[name] for name in ("first_name", "last_name") if fields.get(name) is not None}
        extension: dict[str, Any] = {"profile": names | shared}
        for own, name in (("extension_number", "number"), ("password", "sip_password"), ("web_access_password", "pin")):
            if fields.get(name):
                extension[own] = fields[name]
        if fields.get("voicemail_pin"):
            extension["voice_mail"] = {"voicemail_pin": fields["voicemail_pin"]}
        if fields.get("enabled") is not None:
            extension["options"] = {"enable_extension": fields["enabled"]}
        administered = _administered(profile)
        return cls(
            extension,
            checked(OWN, contact),
            administered,
            fields.get("branch"),
            *(fields.get(name) or [] for name in _LISTS),
        )


def _administered(given: dict[str, Any]) -> dict[str, Any]:
    emails = given.pop("email_aliases", None)
    values = checked(ADMINISTERED, given)
    if "auth_account_name" in values:
        values["auth_account_name"] = values["auth_account_name"].lower()
    if emails is not None:
        if len(emails) > MOST_EMAIL_ALIASES:
            raise Invalid({"email_aliases": [f"Must be at most {MOST_EMAIL_ALIASES}."]})
        try:
            values["email_aliases"] = list(dict.fromkeys(EMAIL_ALIAS.check(text) for text in emails if text))
        except ValueError as error:
            raise Invalid({"email_aliases": [str(error)]}) from error
    return values


def _write(tenant_id: int, user_id: int, given: _Given, before: Person | None) -> None:
    """Write what is not the extension's own, inside the caller's transaction."""
    aliases.set_aliases(tenant_id, user_id, given.aliases)
    if given.groups:
        memberships.join(tenant_id, user_id, given.groups)
    if given.branch is not None:
        _set_branch(tenant_id, user_id, given.branch)
    if given.permissions:
        _grant(tenant_id, user_id, given.permissions)
    contacts.write(tenant_id, user_id, _contact(tenant_id, user_id, given.contact, before))
    present = UserProfile.find(tenant_id, extension_id=user_id)
    text = orjson.dumps((orjson.loads(present.profile) if present else {}) | given.administered).decode()
    if present is None:
        UserProfile.insert(tenant_id, extension_id=user_id, profile=text)
    else:
        UserProfile.update(tenant_id, {"profile": text}, extension_id=user_id)


def _contact(tenant_id: int, user_id: int, given: dict[str, Any], before: Person | None) -> dict[str, Any]:
    """Return what is kept of who a user is. While the branch's address is used, it is what the office shows."""
    stored = contacts.stored(tenant_id, user_id)
    values = merge(defaults(OWN), merge(stored, given))
    if before is None:
        values["use_branch_address"] = given.get("use_branch_address", "office_address" not in given)
    elif Extension.has(tenant_id, id=user_id, branch_id=None):
        values["use_branch_address"] = False
    if values["use_branch_address"]:
        values["office_address"] = stored.get("office_address", {})
    shown = people.show(tenant_id, user_id)
    if values["im_display_name"] in {
        shown.number,
        *(contacts.full_name(one.profile) for one in (shown, before or shown)),
    }:
        values["im_display_name"] = ""
    return values


def _set_branch(tenant_id: int, user_id: int, name: str) -> None:
    branch = Branch.named(tenant_id, name) if name else None
    if name and branch is None:
        raise Invalid({"branch": ["Names a branch that does not exist."]})
    if branch is not None and not memberships.branches_of(tenant_id, user_id) <= {branch.id}:
        raise Invalid({"branch": ["Must be the branch of the user's groups."]})
    Extension.update(tenant_id, {"branch_id": branch.id if branch else None}, id=user_id)


def _grant(tenant_id: int, user_id: int, texts: list[str]) -> None:
    """Give a user permissions; one that the user has already, from a group say, is not set anew."""
    names, every = permissions.names_of(tenant_id, texts), permissions.everything(tenant_id)
    values = permission_values.of_users(tenant_id, [user_id], every)[user_id]
    lacking = {name: True for name in names if not values[name]}
    if lacking:
        permission_values.set_of_user(tenant_id, user_id, lacking)


@contextmanager
def _own_words() -> Iterator[None]:
    """Say what is wrong with an extension in the names of `create`."""
    try:
        yield
    except Invalid as error:
        raise Invalid({_own(name): texts for name, texts in error.errors.items()}) from error
    except Duplicate as error:
        raise Duplicate(str(error), _own(error.field)) from error


def _own(name: str) -> str:
    return _WORDS.get(name, name)
