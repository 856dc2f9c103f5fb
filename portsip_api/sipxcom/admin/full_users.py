"""`/api/users`: users in full.

Source: contract `sipxcom-users-rules.md`, section 1; `sipxcom.md`, decisions 2, 3 and 6.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask import Response, g, request

from portsip_api.pbx import trail
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import permissions, user_directory, users
from portsip_api.pbx.people import memberships, people, writing
from portsip_api.pbx.people.people import Person
from portsip_api.sipxcom.core import paging, styles, superadmins, user_records
from portsip_api.sipxcom.core.authentication import Access, current_tenant, secrets_are_shown
from portsip_api.sipxcom.core.blueprint import BARE_ID, NOTHING, Resources
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import Stream
from portsip_api.sipxcom.core.styles import API
from portsip_api.sipxcom.core.user_records import GROUPS, USER, USERS
from portsip_api.store.paging import Slice

full_users = Resources("users in full", __name__, API, "Users in full")

GENERATED: Final = "Generated-Pintoken"  # the header that tells a password, once
_EMAIL: Final = Query("email", "Of these rows, those with this text in an e-mail address, case counted.")
_NOTE: Final = "Secrets are shown to superadmins, as long as the settings let them."
_NAMES: Final = user_records.NAMES | {
    "userName": "number",
    "pintoken": "pin",
    "sipPassword": "sip_password",
    "voicemailPin": "voicemail_pin",
    "branchName": "branch",
}
_USER: Final = '<name("email"):user>'


@full_users.route("/api/users")
@full_users.takes(*paging.ROWS, _EMAIL)
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(USERS, note=_NOTE)
def list_full_users() -> dict[str, Any]:
    """List users by id."""
    return _listed(people.listed(current_tenant(), _part()))


@full_users.route("/api/users/group/<name:group>")
@full_users.takes(*paging.ROWS, _EMAIL)
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(USERS, note=f"An unknown group has nobody in it. {_NOTE}")
def list_full_users_of_group(group: str) -> dict[str, Any]:
    """List the users in a group by id."""
    return _listed(people.listed(current_tenant(), _part(), group))


@full_users.route("/api/users/email")
@full_users.takes(Query("emailFilter", "What stands in the e-mail address, without case.", {"type": "string"}))
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(USERS, note=f"Without a filter 400. {_NOTE}")
def list_full_users_with_email() -> dict[str, Any]:
    """List the users with an e-mail address like the filter."""
    text = request.args.get("emailFilter", "").strip()
    if not text:
        raise Invalid({"emailFilter": ["Missing."]})
    return _shown(people.with_email(current_tenant(), text))


@full_users.route("/api/users", methods=["POST"])
@full_users.reads(USER)
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(
    BARE_ID,
    errors=(409,),
    note=f"Without a pintoken one is made, and told this once in the header {GENERATED}. What is taken is 409.",
)
def create_full_user(given: dict[str, Any]) -> int | Response:
    """Make a user."""
    fields = user_records.fields(given)
    _guard(fields)
    generated = None if fields["pin"] else users.new_password()
    with wire_names(_NAMES):
        id_ = writing.create(current_tenant(), {**fields, "pin": generated or fields["pin"]})
    if generated is None:
        return id_
    trail.exactly(id_)
    reply = styles.respond(str(id_), g.media_type)
    reply.headers[GENERATED] = generated
    return reply


@full_users.route(f"/api/users/{_USER}")
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(USER, errors=(404,), note=_NOTE)
def show_full_user(user: str) -> dict[str, Any]:
    """Show the user with a user name or an alias."""
    return user_records.shown(people.show(current_tenant(), _found(user)), clear=secrets_are_shown())


@full_users.route(f"/api/users/{_USER}", methods=["PUT"])
@full_users.reads(USER)
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(
    BARE_ID,
    errors=(404, 409),
    note="What is not sent, or null, stays, but for aliases, which go. Groups are joined and permissions given; none"
    " are left or taken away.",
)
def replace_full_user(given: dict[str, Any], user: str) -> int:
    """Change a user."""
    id_, fields = _found(user), user_records.fields(given)
    superadmins.guard_user(id_)
    _guard(fields)
    with wire_names(_NAMES):
        writing.replace(current_tenant(), id_, fields)
    return id_


@full_users.route(f"/api/users/{_USER}", methods=["DELETE"])
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(NOTHING, errors=(404,))
def destroy_full_user(user: str) -> None:
    """Remove a user."""
    id_ = _found(user)
    superadmins.guard_user(id_)
    users.destroy(current_tenant(), id_)


@full_users.route("/api/users/<name:user>/groups")
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(GROUPS, errors=(404,))
def list_groups_of_user(user: str) -> dict[str, Any]:
    """List the groups that a user is in, the lightest first."""
    return {"groups": [vars(group) for group in people.show(current_tenant(), _found(user)).groups]}


@full_users.route("/api/users/<name:user>/groups", methods=["DELETE"])
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(NOTHING, errors=(404,))
def leave_all_groups_of_user(user: str) -> None:
    """Take a user out of all groups."""
    id_ = _found(user)
    superadmins.guard_user(id_)
    superadmins.guard_groups(group.id for group in people.show(current_tenant(), id_).groups)
    memberships.leave_all(current_tenant(), id_)


@full_users.route("/api/users/<name:user>/groups/<name:group>", methods=["POST"])
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(NOTHING, errors=(404, 409))
def join_group_of_user(user: str, group: str) -> None:
    """Let a user be in a group, which is made when it is missing."""
    memberships.join(current_tenant(), _guarded(user, group), [group])


@full_users.route("/api/users/<name:user>/groups/<name:group>", methods=["DELETE"])
@full_users.allowed(Access.ADMINISTRATION)
@full_users.answers(NOTHING, errors=(404,))
def leave_group_of_user(user: str, group: str) -> None:
    """Take a user out of a group."""
    memberships.leave(current_tenant(), _guarded(user, group), group)


def _guarded(user: str, group: str) -> int:
    """Return the user's id, unless only a superadmin may change the user's part in the group."""
    id_ = _found(user)
    superadmins.guard_user(id_)
    superadmins.guard_groups(memberships.present(current_tenant(), [group]))
    return id_


def _guard(fields: dict[str, Any]) -> None:
    superadmins.guard_groups(memberships.present(current_tenant(), fields["groups"]))
    superadmins.guard_permissions(permissions.names_of(current_tenant(), fields["permissions"] or []))


def _found(user: str) -> int:
    return user_directory.find(current_tenant(), user)


def _part() -> Slice | None:
    start, limit = paging.rows()
    return Slice(start, -1 if limit is None else limit) if start or limit is not None else None


def _listed(found: Iterator[Person]) -> dict[str, Any]:
    text = request.args.get("email", "")
    return _shown(person for person in found if not text or any(text in address for address in _emails(person)))


def _shown(found: Iterable[Person]) -> dict[str, Any]:
    clear = secrets_are_shown()
    return {"users": Stream(user_records.shown(person, clear=clear) for person in found)}


def _emails(person: Person) -> list[str]:
    profile = person.profile
    return [profile["email"], profile["alternate_email"], *profile.get("email_aliases", [])]
