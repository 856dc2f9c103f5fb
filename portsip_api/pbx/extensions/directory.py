"""The directory of a tenant: its extensions in order, found by words, and the state of each.

A row is an extension's list JSON, a projection that the store keeps, so that a page of a list costs neither models nor
dumps, and nothing here grows with the number of extensions. Source: PortSIP REST API, "Retrive a list of extensions",
"Search a list of extensions", "Retrive status of extensions"; contract, section 3.
"""

from collections.abc import Sequence
from typing import Final

import orjson

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import directory_sql
from portsip_api.pbx.extensions.fields import PRESENCE
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.values import checked
from portsip_api.store import database
from portsip_api.store.paging import CountedOrder, Joined, Slice
from portsip_api.store.search import TextIndex

ORDERINGS: Final = ("DEFAULT", "NAME", "EMAIL", "STATUS")
ORDER: Final = CountedOrder("extension_order", "extension_order_block", "extension_id")
_INDEX: Final = TextIndex("extension_search", "extension_fts", "extension_id")
_SORT_KEYS: Final = {
    "DEFAULT": "e.number_key {0}",
    "NAME": "e.name_key {0}, e.number_key {0}",
    "EMAIL": "e.email_key {0}, e.number_key {0}",
    "STATUS": "e.status {0}, e.number_key {0}",
}


def page(tenant_id: int, ordering: str, part: Slice, revision: int | None = None) -> Joined:
    """Return the list JSON of a part of the list, an object for each extension; two statements, or one.

    `revision`, when it is given, is what `tenants.revision` returned just now, outside any transaction.
    """
    return ORDER.joined(tenant_id, ordering, part, "json", "extension_list_json", revision)


def search(tenant_id: int, condition: str, ordering: str, part: Slice) -> Joined:
    """Return the list JSON of extensions in which every word of `condition` stands; the total stops at 10,000."""
    found, total = _INDEX.find_json(tenant_id, condition)
    keys = _SORT_KEYS[ordering].format("DESC" if part.descending else "ASC")
    text, count = directory_sql.joined(tenant_id, found, keys, part.limit, part.offset)
    return Joined(text or b"", count, total)


def count(tenant_id: int) -> int:
    """Return the number of extensions of a tenant."""
    return ORDER.total(tenant_id, "DEFAULT")


def statuses(tenant_id: int, numbers: Sequence[str]) -> str:
    """Return number, status and user agent of each of `numbers`, in their order; NOT_FOUND where there is none.

    They are one JSON text of an array of objects.
    """
    return directory_sql.statuses(tenant_id, orjson.dumps(numbers).decode())


def existing(tenant_id: int, numbers: Sequence[str]) -> set[str]:
    """Return those of `numbers` that extensions have."""
    found = orjson.loads(statuses(tenant_id, numbers))
    return {row["extension_number"] for row in found if row["status"] != "NOT_FOUND"}


def set_presence(tenant_id: int, key: ExtensionKey, presence: str) -> None:
    """Set what an extension's user chose: AVAILABLE, DND or AWAY. Raises NotFound and Invalid."""
    checked({"status": PRESENCE}, {"status": presence})
    column, value = key.where()
    with database.writing():
        if not Extension.update(tenant_id, {"presence": presence}, **{column: value}):
            raise NotFound(Extension.missing)
