"""`/rest/user`: users, which are extensions.

Source: sipXcom REST API, "Users"; contract `sipxcom-admin.md`, section 5.4; `sipxcom.md`, decisions 3 and 6.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from flask import request

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import user_directory
from portsip_api.pbx.extensions import users as pbx_users
from portsip_api.pbx.extensions.user_directory import User
from portsip_api.sipxcom.core import outcomes, paging, superadmins
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import OUTCOME, Resources, whole_id
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.errors import MissingId
from portsip_api.sipxcom.core.outcomes import Outcome
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Nested, Record, Stream
from portsip_api.sipxcom.core.styles import REST

users = Resources("users", __name__, REST, "Users", objects=True)

_UNSORTED: Final = "DEFAULT"
_ORDERINGS: Final = {"lastName": "NAME", "firstName": "FIRST_NAME", "userName": _UNSORTED}
FILTERS: Final = (
    Query("branch", "Only the users of the branch with this id.", {"type": "integer"}),
    Query("ids", "Only the users with these ids, separated by commas."),
)
_REFERENCE: Final = (Leaf("id", WHOLE), Leaf("name", ignored=True), Leaf("description", ignored=True))
_USER: Final = Record(
    "user",
    (
        Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True),
        Leaf("lastName"),
        Leaf("firstName"),
        Leaf("userName", required=True),
        Leaf("pin", meaning="The portal password; always empty in a reply. Empty or absent: the present one stays."),
        Leaf("sipPassword", meaning="Always empty in a reply. Empty or absent: the present one stays."),
        Leaf("emailAddress"),
        Many("groups", Record("group", _REFERENCE, "GroupReference"), "Without it the user leaves all groups."),
        Nested("branch", Record("branch", _REFERENCE, "BranchReference"), "Without it the user is at no branch."),
        Many("aliases", Record("alias", (Leaf("alias", required=True),), "Alias"), "Without it all aliases go."),
    ),
    "User",
)
_USERS: Final = Record("user", (paging.METADATA, Many("users", _USER)), "Users")


@users.route("/rest/user")
@users.takes(*paging.PAGED, *paging.sorted_by(_ORDERINGS), *FILTERS)
@users.allowed(Access.ADMINISTRATION)
@users.answers(_USERS, note="Unsorted, users stand by their names: numbers first, by value. This order is ours.")
def list_users() -> dict[str, Any]:
    """List users; an administrator of the server is none."""
    rows, metadata = asked_users(lambda found: map(_shown, found))
    return {"metadata": metadata, "users": rows}


@users.route("/rest/user", methods=["PUT"])
@users.reads(_USER)
@users.allowed(Access.ADMINISTRATION)
@users.answers(
    OUTCOME,
    status=201,
    errors=(409,),
    note="Without a pin one is made, and told this once as the additionalMessage. 409: the tenant has as many users as"
    " it may.",
)
def create_user(given: dict[str, Any]) -> Outcome:
    """Make a user; without a SIP password it gets a random one."""
    fields = _fields(given)
    superadmins.guard_groups(fields["group_ids"])
    generated = None if fields["pin"] else pbx_users.new_password()
    id_ = pbx_users.create(current_tenant(), {**fields, "pin": generated or fields["pin"]})
    return outcomes.created(id_, generated)


@users.route("/rest/user", methods=["DELETE"])
@users.allowed(Access.ADMINISTRATION)
@users.answers(OUTCOME)
def destroy_all_users() -> Outcome:
    """Refuse to remove a user that is not named."""
    raise MissingId("Name the user.")


@users.route("/rest/user/<name:id>")
@users.allowed(Access.ADMINISTRATION)
@users.answers(_USER)
def show_user(id: str) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a user."""
    return _shown(user_directory.show(current_tenant(), whole_id(id)))


@users.route("/rest/user/<name:id>", methods=["PUT"])
@users.reads(_USER)
@users.allowed(Access.ADMINISTRATION)
@users.answers(OUTCOME)
def replace_user(given: dict[str, Any], id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Replace a user; what is not sent is emptied, the two passwords excepted."""
    fields = _fields(given)
    superadmins.guard_user(whole_id(id))
    superadmins.guard_groups(fields["group_ids"])
    pbx_users.replace(current_tenant(), whole_id(id), fields)
    return outcomes.updated(whole_id(id))


@users.route("/rest/user/<name:id>", methods=["DELETE"])
@users.allowed(Access.ADMINISTRATION)
@users.answers(OUTCOME)
def destroy_user(id: str) -> Outcome:  # noqa: A002 — the wire's word
    """Remove a user."""
    superadmins.guard_user(whole_id(id))
    pbx_users.destroy(current_tenant(), whole_id(id))
    return outcomes.deleted(whole_id(id))


def asked_users(show: Callable[[Sequence[User]], Iterator[dict[str, Any]]]) -> tuple[Stream, dict[str, int]]:
    """Return the users that the query asks for, as `show` makes them, and the list's metadata.

    They are a stream: a whole list may be longer than memory would like. Raises Invalid, BadId and NotFound.
    """
    ordering, descending = paging.order(_ORDERINGS, unsorted=_UNSORTED)
    filters = _filters()
    asked = paging.asked()
    if asked.number is None:
        everyone = user_directory.everyone(current_tenant(), ordering, descending=descending, **filters)
        return Stream(chain.from_iterable(map(show, everyone.blocks))), asked.metadata(everyone.total)
    rows, metadata = asked.page(
        lambda part: user_directory.page(current_tenant(), ordering, part, **filters), descending=descending
    )
    return Stream(show(rows)), metadata


def _filters() -> dict[str, Any]:
    branch, ids = request.args.get("branch", ""), request.args.get("ids", "")
    if branch and ids:
        raise Invalid({"branch": ["Must not be given together with ids."]})
    numbers = [whole_id(text.strip()) for text in ids.split(",")] if ids else None
    return {"branch_id": whole_id(branch) if branch else None, "ids": numbers}


def _shown(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "lastName": user.last_name or None,
        "firstName": user.first_name or None,
        "userName": user.number,
        "pin": "",
        "sipPassword": "",
        "emailAddress": user.email or None,
        "groups": [vars(group) for group in user.groups],
        "branch": vars(user.branch) if user.branch else None,
        "aliases": [{"alias": alias} for alias in user.aliases],
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": given.get("userName"),
        "first_name": given.get("firstName"),
        "last_name": given.get("lastName"),
        "email": given.get("emailAddress"),
        "pin": given.get("pin"),
        "sip_password": given.get("sipPassword"),
        "group_ids": [_id_of(group, "groups") for group in given.get("groups", [])],
        "branch_id": _id_of(given["branch"], "branch") if given.get("branch") else None,
        "aliases": [alias["alias"] for alias in given.get("aliases", [])],
    }


def _id_of(reference: dict[str, Any], field: str) -> int:
    if "id" not in reference:
        raise Invalid({field: ["Must give an id."]})
    return int(reference["id"])
