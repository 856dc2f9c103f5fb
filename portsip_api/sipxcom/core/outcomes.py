"""The `response` body of `/rest`: a code, its message, and what it is about.

Source: contract `sipxcom-admin.md`, section 2.2; codes that are not in its table are ours, named after the HTTP status.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Response

from portsip_api.sipxcom.core import styles, xml_form
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Nested, Record

CREATED: Final = "SUCCESS_CREATED"
UPDATED: Final = "SUCCESS_UPDATED"
DELETED: Final = "SUCCESS_DELETED"
MESSAGES: Final[Mapping[str, str]] = {
    CREATED: "Created",
    UPDATED: "Updated",
    DELETED: "Deleted",
    "ERROR_MISSING_ID": "ID value missing from request",
    "ERROR_ID_INVALID": "ID value is invalid",
    "ERROR_OBJECT_NOT_FOUND": "Could not retrieve object using ID",
    "ERROR_VALIDATION_FAILED": "Failed input validation",
    "ERROR_CREATE_FAILED": "Create failed",
    "ERROR_READ_FAILED": "Read failed",
    "ERROR_UPDATE_FAILED": "Update failed",
    "ERROR_DELETE_FAILED": "Delete failed",
}
RECORD: Final = Record(
    "response",
    (
        Leaf("code"),
        Leaf("message"),
        Nested(
            "data",
            Record("data", (Leaf("id", WHOLE), Leaf("string"), Leaf("additionalMessage")), "OutcomeData"),
        ),
    ),
    "Outcome",
)


@dataclass(frozen=True)
class Outcome:
    """What became of a request: `id` and `note` name the object, or say what is wrong."""

    code: str
    id: int | None = None
    note: str | None = None
    status: int = 200

    def response(self) -> Response:
        """Return it as an HTTP response: XML, or JSON for who asks for JSON."""
        data = {"id": self.id, "additionalMessage": self.note}
        value: dict[str, Any] = {"code": self.code, "message": self._message()}
        if any(part is not None for part in data.values()):
            value["data"] = data
        if styles.prefers_json():
            plain = {name: part for name, part in value.items() if name != "data"}
            if "data" in value:
                plain["data"] = {name: part for name, part in data.items() if part is not None}
            return styles.respond(orjson.dumps({"response": plain}), styles.JSON, self.status)
        return styles.respond("".join(xml_form.write_short(RECORD, value)), styles.XML, self.status)

    def _message(self) -> str:
        known = self.status in set(HTTPStatus)  # pages have others too
        return MESSAGES.get(self.code) or (HTTPStatus(self.status).phrase if known else "Refused")


def created(id_: int | None = None, note: str | None = None) -> Outcome:
    """Return what a creation answers."""
    return Outcome(CREATED, id_, note, 201)


def updated(id_: int | None = None, note: str | None = None) -> Outcome:
    """Return what a change answers."""
    return Outcome(UPDATED, id_, note)


def deleted(id_: int | None = None, note: str | None = None) -> Outcome:
    """Return what a deletion answers."""
    return Outcome(DELETED, id_, note)
