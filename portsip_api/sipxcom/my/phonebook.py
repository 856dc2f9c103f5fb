"""`/rest/my/phonebook` and what is around it: a user's own entries, followed by all users.

Source: sipXcom REST API, "Phonebook" of the user services; contract `sipxcom-user.md`, section 6.3.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final

from flask import request

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.personal import private_entries
from portsip_api.pbx.personal.private_entries import PrivateContact
from portsip_api.pbx.phonebooks import colleagues
from portsip_api.pbx.phonebooks.colleagues import Colleague
from portsip_api.pbx.row_ids import row_id
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Nested, Record, Stream
from portsip_api.sipxcom.core.styles import REST
from portsip_api.sipxcom.my import persons

phonebook = Resources("own phonebook", __name__, REST, "A user's own phonebook, with all users")

_DUPLICATE: Final = 747
_NO_ENTRY: Final = "-1"  # the id of a user
_FIRST, _LAST = 0, 100  # rows of a page that names none
_ALL: Final = 1 << 31  # more rows than there are
_DOMAIN: Final = "gmail.com"
_NAMES: Final = {"first-name": "first_name", "last-name": "last_name", "number": "number", "internalId": "internal_id"}
_WIRE: Final = {
    **_NAMES,
    "contact-information": "contact",
    **{f"contact-information.{name}": f"contact.{own}" for name, own in persons.WIRE_NAMES.items()},
}
_CONTACT: Final = Nested(
    "contact-information", Record("contact-information", (*persons.fields(), persons.AVATAR), "PersonInformation")
)
_ENTRY: Final = Record(
    "entry",
    (
        Leaf("id", meaning="-1: a user; ignored in a request.", ignored=True),
        Leaf("first-name", required=True),
        Leaf("last-name", required=True),
        Leaf("number", required=True),
        Leaf("internalId", meaning="The client's own name for it; shown of a single entry."),
        Leaf("timestamp", meaning="Ignored.", ignored=True),
        _CONTACT,
    ),
    "OwnEntry",
)
_BOOK: Final = Record("phonebook", (Many("phonebook", _ENTRY, bare=True),), "OwnPhonebook")
_PAGE: Final = Record(
    "phonebook",
    (
        Leaf("size", WHOLE),
        Leaf("filtered-size", WHOLE),
        Leaf("start-row", WHOLE),
        Leaf("end-row", WHOLE),
        Leaf("show-on-phone", meaning="true, false, or n/a for who has no entries."),
        Leaf("google-domain"),
        Many("entries", _ENTRY),
    ),
    "OwnPhonebookPage",
)
_CREDENTIALS: Final = Record(
    "credentials", (Leaf("account", required=True), Leaf("password", required=True)), "GoogleCredentials"
)
_SERVICE_ERROR: Final = 744
_ORDER: Final = "Own entries come first, each part by number."


@phonebook.route("/rest/my/phonebook")
@phonebook.allowed(Access.USER)
@phonebook.answers(_BOOK, note=_ORDER)
def list_phonebook() -> dict[str, Any]:
    """List one's own entries and all users."""
    own = private_entries.everybody(current_tenant(), current_identity().account_id)
    users, total = colleagues.page(current_tenant(), 0, _ALL)
    return {"phonebook": _several(own, users, len(own) + total)}


@phonebook.route("/rest/my/phonebook", methods=["POST"])
@phonebook.reads(_BOOK)
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, errors=(409,), note="All of them or none; the status is 747 where an entry is there.")
def add_entries(given: dict[str, Any]) -> None:
    """Add entries to one's own phonebook."""
    with _own_words():
        entries = [_fields(entry) for entry in given.get("phonebook", [])]
        private_entries.create_all(current_tenant(), current_identity().account_id, entries)


@phonebook.route("/rest/my/phonebook", methods=["DELETE"])
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING)
def drop_phonebook() -> None:
    """Remove one's own entries."""
    private_entries.drop(current_tenant(), current_identity().account_id)


@phonebook.route("/rest/my/pagedphonebook")
@phonebook.takes(
    Query("start", f"The first row, counted from 0; {_FIRST} when it is no number.", {"type": "integer"}),
    Query("end", f"The row after the last one; {_LAST} when it is no number.", {"type": "integer"}),
    Query("filter", "Words that all stand in names, number or e-mail address."),
)
@phonebook.allowed(Access.USER)
@phonebook.answers(_PAGE, note=_ORDER)
def show_page() -> dict[str, Any]:
    """Show rows of one's own entries and all users."""
    tenant_id, user_id = current_tenant(), current_identity().account_id
    first, last, words = _row("start", _FIRST), _row("end", _LAST), request.args.get("filter", "")
    if first > last:
        raise Invalid({"start": ["Must not be after the end."]})
    is_filtered = bool(words.strip()) and words != "null"
    own = private_entries.everybody(tenant_id, user_id, words if is_filtered else "")
    before = min(len(own), first), max(first - len(own), 0)
    rest = max(last - len(own), 0)
    users: Iterable[Colleague]
    if is_filtered:
        users, found = colleagues.search(tenant_id, words, before[1], max(rest - before[1], 0))
        total = colleagues.page(tenant_id, 0, 0)[1]
    else:
        users, found = colleagues.page(tenant_id, before[1], rest)
        total = found
    size = (len(own) if not is_filtered else private_entries.count(tenant_id, user_id)) + total
    filtered = len(own) + found
    on_phone = private_entries.is_on_phone(tenant_id, user_id)
    return {
        "size": size,
        "filtered-size": filtered,
        "start-row": min(first, filtered),
        "end-row": min(last, filtered),
        "show-on-phone": "n/a" if on_phone is None else str(on_phone).lower(),
        "google-domain": _DOMAIN,
        "entries": _several(own[before[0] : last], users, last - first),
    }


@phonebook.route("/rest/my/search/phonebook")
@phonebook.takes(Query("query", "Words that all stand in names, number, e-mail address or phones."))
@phonebook.allowed(Access.USER)
@phonebook.answers(_BOOK, errors=(404,), note=f"At most {colleagues.MOST_FOUND} users. {_ORDER}")
def search_phonebook() -> dict[str, Any]:
    """Find own entries and users by words."""
    words = request.args.get("query", "")
    if not words.strip():
        raise NotFound("Say what to look for.")
    own = private_entries.everybody(current_tenant(), current_identity().account_id, words)
    users, _ = colleagues.search(current_tenant(), words)
    return {"phonebook": _several(own, users, len(own) + len(users))}


@phonebook.route("/rest/my/phonebook/entry/<name:entry>")
@phonebook.allowed(Access.USER)
@phonebook.answers(_ENTRY, errors=(404,))
def show_entry(entry: str) -> dict[str, Any]:
    """Show an entry of one's own."""
    found = private_entries.show(current_tenant(), current_identity().account_id, _id(entry))
    return {**_shown(found), "id": None, "internalId": found.internal_id or None}


@phonebook.route("/rest/my/phonebook/entry/<name:entry>", methods=["POST"])
@phonebook.reads(_ENTRY)
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, errors=(409,), note="The id is ignored. The status is 747 where such an entry is there.")
def create_entry(given: dict[str, Any], entry: str) -> None:
    """Add an entry to one's own phonebook."""
    del entry
    with _own_words():
        private_entries.create(current_tenant(), current_identity().account_id, _fields(given))


@phonebook.route("/rest/my/phonebook/entry/<name:entry>", methods=["PUT"])
@phonebook.reads(_ENTRY)
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, errors=(404,), note="The status is 747 where another such entry is there.")
def replace_entry(given: dict[str, Any], entry: str) -> None:
    """Replace an entry of one's own."""
    with _own_words():
        private_entries.replace(current_tenant(), current_identity().account_id, _id(entry), _fields(given))


@phonebook.route("/rest/my/phonebook/entry/<name:entry>", methods=["DELETE"])
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, errors=(404,))
def destroy_entry(entry: str) -> None:
    """Remove an entry of one's own."""
    private_entries.destroy(current_tenant(), current_identity().account_id, _id(entry))


@phonebook.route("/rest/my/phonebook/showContactsOnPhone/<name:value>", methods=["PUT"])
@phonebook.reads(IGNORED)
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, errors=(404,), note="`true` in whatever case; all else is false. A Polycom shows them.")
def show_contacts_on_phone(value: str) -> None:
    """Let the phones show one's own entries, or not."""
    user_id = current_identity().account_id
    private_entries.show_on_phone(current_tenant(), user_id, value.lower() == "true")


def _several(own: Sequence[PrivateContact], users: Iterable[Colleague], most: int) -> Stream | list[dict[str, Any]]:
    """Return entries as they are shown; more than a few as they come."""
    found: Iterator[dict[str, Any]] = chain(map(_shown, own), map(_user, users))
    return Stream(found) if most >= _LAST else list(found)


def _shown(entry: PrivateContact) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "first-name": entry.first_name,
        "last-name": entry.last_name,
        "number": entry.number,
        "contact-information": persons.shown(entry.contact),
    }


def _user(user: Colleague) -> dict[str, Any]:
    names = f"{user.first_name} {user.last_name}".strip()
    contact = persons.shown({"email": user.email, "im_display_name": names})
    return {
        "id": _NO_ENTRY,
        "first-name": user.first_name or None,
        "last-name": user.last_name or None,
        "number": user.number,
        "contact-information": contact | {"avatar": persons.avatar_of(user.number)},
    }


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    values = {own: given.get(name) for name, own in _NAMES.items()}
    return values | {"contact": persons.read(given.get("contact-information", {}))}


def _id(text: str) -> int:
    found = row_id(text)
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def _row(name: str, default: int) -> int:
    text = request.args.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default


@phonebook.route("/rest/my/phonebook/googleImport", methods=["POST"])
@phonebook.reads(_CREDENTIALS)
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, note="Always 744: the service no longer takes a name and a password, which go nowhere.")
def import_from_google(given: dict[str, Any]) -> None:
    """Refuse to copy contacts of a Google account."""
    del given
    raise PageStatus(_SERVICE_ERROR, "Google's contacts can no longer be had with a name and a password.")


@contextmanager
def _own_words() -> Iterator[None]:
    """Name fields as the wire does, and answer 747 where such an entry is there already, as the page says."""
    try:
        with wire_names(_WIRE):
            yield
    except Duplicate as error:
        raise PageStatus(_DUPLICATE, str(error)) from error
