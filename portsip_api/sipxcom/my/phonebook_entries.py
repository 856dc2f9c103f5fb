"""`/rest/my/phonebook/entry` and `/rest/my/phonebookentry`: single entries of a user's own phonebook, also as vCards.

Source: sipXcom REST API, "Private phone book entries" and "Create or delete a private phone book"; contract
`sipxcom-user.md`, section 6.3.
"""

from typing import Any, Final

from portsip_api.pbx.errors import Forbidden, Invalid, NotFound
from portsip_api.pbx.extensions import user_directory
from portsip_api.pbx.personal import private_entries
from portsip_api.pbx.phonebooks import entry_cards
from portsip_api.pbx.phonebooks.own import Listed
from portsip_api.pbx.row_ids import row_id
from portsip_api.sipxcom.core.authentication import Access, current_tenant, current_user
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import Leaf, Record
from portsip_api.sipxcom.core.styles import REST
from portsip_api.sipxcom.my.phonebook_records import ENTRY, fields, own_words, shown

phonebook_entries = Resources("own entries", __name__, REST, "Single entries of a user's own phonebook", managed=True)

_CARD: Final = Record(
    "pb",
    (
        Leaf("internalId", meaning="The client's own name for it; without one, that of the address."),
        Leaf("uid", meaning="An entry that is there, by its id or the client's name for it."),
        Leaf("vcard", required=True, meaning="A vCard 3.0; 2.1 and 4.0 are read as well."),
        Leaf("userName", meaning="One's own."),
    ),
    "OwnCard",
)


@phonebook_entries.route("/rest/my/phonebook/entry/<name:entry>")
@phonebook_entries.allowed(Access.USER)
@phonebook_entries.answers(ENTRY, errors=(404,))
def show_entry(entry: str) -> dict[str, Any]:
    """Show an entry of one's own."""
    found = private_entries.show(current_tenant(), current_user(), _id(entry))
    one = shown(Listed(found.id, found.first_name, found.last_name, found.number, found.contact))
    return {**one, "id": None, "internalId": found.internal_id or None}


@phonebook_entries.route("/rest/my/phonebook/entry/<name:entry>", methods=["POST"])
@phonebook_entries.reads(ENTRY)
@phonebook_entries.allowed(Access.USER)
@phonebook_entries.answers(NOTHING, errors=(409, 747), note="The id is ignored.")
def create_entry(given: dict[str, Any], entry: str) -> None:
    """Add an entry to one's own phonebook."""
    del entry
    with own_words():
        private_entries.create(current_tenant(), current_user(), fields(given))


@phonebook_entries.route("/rest/my/phonebook/entry/<name:entry>", methods=["PUT"])
@phonebook_entries.reads(ENTRY)
@phonebook_entries.allowed(Access.USER)
@phonebook_entries.answers(NOTHING, errors=(404, 747))
def replace_entry(given: dict[str, Any], entry: str) -> None:
    """Replace an entry of one's own."""
    with own_words():
        private_entries.replace(current_tenant(), current_user(), _id(entry), fields(given))


@phonebook_entries.route("/rest/my/phonebook/entry/<name:entry>", methods=["DELETE"])
@phonebook_entries.allowed(Access.USER)
@phonebook_entries.answers(NOTHING, errors=(404,))
def destroy_entry(entry: str) -> None:
    """Remove an entry of one's own."""
    private_entries.destroy(current_tenant(), current_user(), _id(entry))


@phonebook_entries.route("/rest/my/phonebookentry/<name:key>", methods=["PUT"])
@phonebook_entries.reads(_CARD)
@phonebook_entries.allowed(Access.USER)
@phonebook_entries.answers(
    NOTHING,
    errors=(404, 409, 747),
    note="Replaces the entry that `uid` names (404 without one), else the one that the client calls so, else adds it. "
    "Pictures are passed over.",
)
def put_card(given: dict[str, Any], key: str) -> None:
    """Put a vCard into one's own phonebook."""
    tenant_id, user_id = current_tenant(), current_user()
    _require_own(tenant_id, user_id, given.get("userName") or "")
    values = entry_cards.read(given["vcard"])
    if uid := given.get("uid"):
        private_entries.find(tenant_id, user_id, uid)
    try:
        with own_words():
            private_entries.put(tenant_id, user_id, uid or given.get("internalId") or key, values)
    except Invalid as error:
        raise Invalid({"vcard": [f"{name}: {' '.join(texts)}" for name, texts in error.errors.items()]}) from error


@phonebook_entries.route("/rest/my/phonebookentry/<name:key>", methods=["DELETE"])
@phonebook_entries.allowed(Access.USER)
@phonebook_entries.answers(NOTHING, errors=(404,), note="The client's name for it, or its id.")
def destroy_card(key: str) -> None:
    """Remove an entry from one's own phonebook."""
    tenant_id, user_id = current_tenant(), current_user()
    private_entries.destroy(tenant_id, user_id, private_entries.find(tenant_id, user_id, key))


def _require_own(tenant_id: int, user_id: int, name: str) -> None:
    """Raise Forbidden for the name of another user, and of nobody."""
    try:
        if name and user_directory.find(tenant_id, name) != user_id:
            raise Forbidden("You may do this for yourself only.")
    except NotFound:
        raise Forbidden("You may do this for yourself only.") from None


def _id(text: str) -> int:
    found = row_id(text)
    if found is None:
        raise NotFound("There is no such entry.")
    return found
