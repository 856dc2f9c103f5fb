"""`/rest/my/phonebook` and what is around it: a user's own entries, followed by all users.

Source: sipXcom REST API, "Phonebook" of the user services; contract `sipxcom-user.md`, section 6.3.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flask import Response, request, stream_with_context

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.personal import private_entries
from portsip_api.pbx.phonebooks import colleagues, entry_cards, entry_tables
from portsip_api.pbx.phonebooks import own as pbx_own
from portsip_api.pbx.phonebooks.own import Listed
from portsip_api.sipxcom.core import styles
from portsip_api.sipxcom.core.authentication import Access, current_tenant, current_user
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.declaration import Query
from portsip_api.sipxcom.core.errors import PageStatus
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Many, Record, Stream
from portsip_api.sipxcom.core.styles import PLAIN, REST
from portsip_api.sipxcom.my.phonebook_records import ENTRY, fields, own_words, shown

phonebook = Resources("own phonebook", __name__, REST, "A user's own phonebook, with all users", managed=True)

_FIRST, _LAST = 0, 100  # rows of a page that names none
VCARD: Final = "text/x-vcard"
_BOOK: Final = Record("phonebook", (Many("phonebook", ENTRY, bare=True),), "OwnPhonebook")
_PAGE: Final = Record(
    "phonebook",
    (
        Leaf("size", WHOLE),
        Leaf("filtered-size", WHOLE),
        Leaf("start-row", WHOLE),
        Leaf("end-row", WHOLE),
        Leaf("show-on-phone", meaning="true, false, or n/a for who has no entries."),
        Leaf("google-domain"),
        Many("entries", ENTRY),
    ),
    "OwnPhonebookPage",
)
_CREDENTIALS: Final = Record(
    "credentials", (Leaf("account", required=True), Leaf("password", required=True)), "GoogleCredentials"
)
_SERVICE_ERROR: Final = 744
_ROW: Final = {"anyOf": [{"type": "integer"}, {"type": "string"}]}  # whatever it is, it is taken
_ORDER: Final = (
    "Own entries, public phonebooks that one's groups see, and all users unless `/api/phonebook/settings` leaves them "
    "out (ours), by number."
)


@phonebook.route("/rest/my/phonebook")
@phonebook.allowed(Access.USER)
@phonebook.answers(
    _BOOK,
    media_types=(*REST.offers, PLAIN, VCARD),
    note=f"{_ORDER} As {PLAIN}: CSV of 27 columns, written as that of `/rest/phonebook/{{name}}`. As {VCARD}: vCards "
    "3.0 of who has a name.",
)
def list_phonebook() -> dict[str, Any] | Response:
    """List one's own entries and all users."""
    found = pbx_own.everybody(current_tenant(), current_user())
    media_type = styles.negotiate((*REST.offers, PLAIN, VCARD))
    if media_type == PLAIN:
        return _file(pbx_own.lines(found.entries, entry_tables.write, entry_tables.HEADER), PLAIN)
    if media_type == VCARD:
        return _file(pbx_own.lines(found.entries, entry_cards.write), VCARD)
    return {"phonebook": _several(found.entries, found.size)}


@phonebook.route("/rest/my/phonebook", methods=["POST"])
@phonebook.reads(_BOOK)
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, errors=(409, 747), note="All of them or none.")
def add_entries(given: dict[str, Any]) -> None:
    """Add entries to one's own phonebook."""
    with own_words():
        entries = [fields(entry) for entry in given.get("phonebook", [])]
        private_entries.create_all(current_tenant(), current_user(), entries)


@phonebook.route("/rest/my/phonebook", methods=["DELETE"])
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING)
def drop_phonebook() -> None:
    """Remove one's own entries."""
    private_entries.drop(current_tenant(), current_user())


@phonebook.route("/rest/my/pagedphonebook")
@phonebook.takes(
    Query("start", f"The first row, counted from 0; {_FIRST} when it is no number.", _ROW),
    Query("end", f"The row after the last one; {_LAST} when it is no number.", _ROW),
    Query("filter", "Words that all stand in names, number or e-mail address."),
)
@phonebook.allowed(Access.USER)
@phonebook.answers(_PAGE, note=_ORDER)
def show_page() -> dict[str, Any]:
    """Show rows of one's own entries and all users."""
    tenant_id, user_id = current_tenant(), current_user()
    first, last, words = _row("start", _FIRST), _row("end", _LAST), request.args.get("filter", "")
    if first > last:
        raise Invalid({"start": ["Must not be after the end."]})
    part = pbx_own.page(tenant_id, user_id, first, last, words if words.strip() and words != "null" else "")
    on_phone = private_entries.is_on_phone(tenant_id, user_id)
    return {
        "size": part.size,
        "filtered-size": part.filtered,
        "start-row": min(first, part.filtered),
        "end-row": min(last, part.filtered),
        "show-on-phone": "n/a" if on_phone is None else str(on_phone).lower(),
        "google-domain": pbx_own.google_domain(tenant_id),
        "entries": _several(part.entries, last - first),
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
    found = pbx_own.search(current_tenant(), current_user(), words)
    return {"phonebook": _several(found, len(found))}


@phonebook.route("/rest/my/phonebook/showContactsOnPhone/<name:value>", methods=["PUT"])
@phonebook.reads(IGNORED)
@phonebook.allowed(Access.USER)
@phonebook.answers(NOTHING, errors=(404,), note="`true` in whatever case; all else is false. A Polycom shows them.")
def show_contacts_on_phone(value: str) -> None:
    """Let the phones show one's own entries, or not."""
    user_id = current_user()
    private_entries.show_on_phone(current_tenant(), user_id, value.lower() == "true")


def _several(found: Iterable[Listed], most: int) -> Stream | list[dict[str, Any]]:
    """Return entries as they are shown; more than a few as they come."""
    entries = map(shown, found)
    return Stream(entries) if most >= _LAST else list(entries)


def _file(texts: Iterator[str], media_type: str) -> Response:
    return styles.respond(stream_with_context(texts), media_type)


def _row(name: str, default: int) -> int:
    text = request.args.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default


@phonebook.route("/rest/my/phonebook/googleImport", methods=["POST"])
@phonebook.reads(_CREDENTIALS)
@phonebook.allowed(Access.USER)
@phonebook.answers(
    NOTHING,
    errors=(_SERVICE_ERROR,),
    note="Always 744: the service no longer takes a name and a password, which go nowhere.",
)
def import_from_google(given: dict[str, Any]) -> None:
    """Refuse to copy contacts of a Google account."""
    del given
    raise PageStatus(_SERVICE_ERROR, "Google's contacts can no longer be had with a name and a password.")
