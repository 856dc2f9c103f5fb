"""`/api/pagegroups`: page groups.

Source: sipXcom REST API, "Page Groups"; contract `sipxcom-admin.md`, section 6.5.
"""

from typing import Any, Final

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import user_directory
from portsip_api.pbx.features import page_groups as pbx_groups
from portsip_api.pbx.features.page_groups import Member, PageGroup
from portsip_api.pbx.media import prompts
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import FLAG, WHOLE, Kind, Leaf, Many, Record
from portsip_api.sipxcom.core.styles import API

page_groups = Resources("page groups", __name__, API, "Page groups")

_ANYTHING: Final = Kind({}, lambda _: None)
_NULL: Final = "Always null here, and ignored in a request."
_USER: Final = Record(
    "user",
    (
        Leaf("id", WHOLE, "In a request, when it is not above 0, the user name counts."),
        Leaf("userName"),
        Leaf("lastName", ignored=True),
        Leaf("firstName", ignored=True),
        *(
            Leaf(name, _ANYTHING, _NULL, ignored=True)
            for name in (
                "aliases",
                "sipPassword",
                "pintoken",
                "voicemailPin",
                "branchName",
                "userProfile",
                "notified",
                "groups",
                "permissions",
            )
        ),
    ),
    "PageGroupUser",
)
_AFTER_NUMBER: Final = (
    Leaf("timeout", WHOLE, "Seconds; 60 when absent."),
    Leaf("sound", meaning="The name of a prompt."),
    Leaf("description"),
    Many("users", _USER),
)
_ID: Final = Leaf("id", WHOLE, "Given by the server; ignored in a request.", ignored=True)
_NUMBER: Final = Leaf("pageGroupNumber", WHOLE, "What is dialled after the prefix of the settings.")
_GROUP: Final = Record("Group", (_ID, Leaf("enabled", FLAG), _NUMBER, *_AFTER_NUMBER), "PageGroup")
_GIVEN: Final = Record(
    "Group",
    (_ID, Leaf("enabled", FLAG), _NUMBER, Leaf("GroupNumber", WHOLE, "The page's name of it."), *_AFTER_NUMBER),
    "PageGroupGiven",
    also=("PageGroup",),
)
_GROUPS: Final = Record("Groups", (Many("groups", _GROUP, bare=True),), "PageGroups")


@page_groups.route("/api/pagegroups")
@page_groups.allowed(Access.ADMINISTRATION)
@page_groups.answers(_GROUPS)
def list_page_groups() -> dict[str, Any]:
    """List page groups by number."""
    return {"groups": [_shown(group) for group in pbx_groups.list_all(current_tenant())]}


@page_groups.route("/api/pagegroups", methods=["POST"])
@page_groups.reads(_GIVEN)
@page_groups.allowed(Access.ADMINISTRATION)
@page_groups.answers(
    NOTHING, errors=(404, 409), note="An unknown user or prompt is 404, a number that is taken 409. The reply is empty."
)
def create_page_group(given: dict[str, Any]) -> None:
    """Make a page group."""
    pbx_groups.create(current_tenant(), _fields(given))


@page_groups.route("/api/pagegroups/<number:id>")
@page_groups.allowed(Access.ADMINISTRATION)
@page_groups.answers(_GROUP, errors=(404,))
def show_page_group(id: int) -> dict[str, Any]:  # noqa: A002 — the wire's word
    """Show a page group."""
    return _shown(pbx_groups.show(current_tenant(), id))


@page_groups.route("/api/pagegroups/<number:id>", methods=["PUT"])
@page_groups.reads(_GIVEN)
@page_groups.allowed(Access.ADMINISTRATION)
@page_groups.answers(NOTHING, errors=(404, 409), note="Without `users` it has none afterwards.")
def replace_page_group(given: dict[str, Any], id: int) -> None:  # noqa: A002 — the wire's word
    """Replace a page group; what is not sent takes its default."""
    pbx_groups.replace(current_tenant(), id, _fields(given))


@page_groups.route("/api/pagegroups/<number:id>", methods=["DELETE"])
@page_groups.allowed(Access.ADMINISTRATION)
@page_groups.answers(NOTHING, errors=(404,))
def destroy_page_group(id: int) -> None:  # noqa: A002 — the wire's word
    """Remove a page group."""
    pbx_groups.destroy(current_tenant(), id)


def _shown(group: PageGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "enabled": group.enabled,
        "pageGroupNumber": group.number,
        "timeout": group.timeout,
        "sound": group.sound or None,
        "description": group.description or None,
        "users": [_shown_user(user) for user in group.users],
    }


def _shown_user(user: Member) -> dict[str, Any]:
    names = {"lastName": user.last_name or None, "firstName": user.first_name or None}
    return {"id": user.id, "userName": user.number, **names}


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    number = given.get("pageGroupNumber", given.get("GroupNumber"))
    if number is None:
        raise Invalid({"PageGroupNumber": ["Cannot be empty"]})
    sound = given.get("sound")
    if sound and not prompts.exists(current_tenant(), "pagegroups", sound):
        raise NotFound("Prompt not found")
    return {
        "number": number,
        **{name: given.get(name) for name in ("enabled", "timeout", "sound", "description")},
        "users": _user_ids(given.get("users", [])),
    }


def _user_ids(given: list[dict[str, Any]]) -> list[int]:
    """Return the ids of the users that are named by id or user name."""
    names = [user.get("userName") for user in given if user.get("id", 0) <= 0]
    if not all(names):
        raise Invalid({"users": ["Must each give an id or a userName."]})
    ids = iter(user_directory.ids_of(current_tenant(), [str(name) for name in names]) if names else [])
    return [user["id"] if user.get("id", 0) > 0 else next(ids) for user in given]
