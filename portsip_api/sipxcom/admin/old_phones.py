"""`/rest/phone`: phones in their old form, many at a time.

Source: sipXcom REST API, "Phone", which writes `/phones`; contract `sipxcom-admin.md`, section 5.8.
"""

from collections.abc import Iterator
from typing import Any, Final

from portsip_api.pbx.devices import phones as pbx_phones
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.records import Leaf, Many, Record, Stream
from portsip_api.sipxcom.core.styles import REST

old_phones = Resources("old phones", __name__, REST, "Phones in their old form")

_PHONES: Final = Record(
    "phones",
    (
        Many(
            "phone",
            Record(
                "phone",
                (
                    Leaf("serialNumber", required=True),
                    Leaf("model", meaning="Its id.", required=True),
                    Leaf("description"),
                    Leaf("version", meaning="A part of the name of one of the model's; else its default."),
                ),
                "OldPhone",
            ),
            bare=True,
        ),
    ),
    "OldPhones",
)


@old_phones.route("/rest/phone", aliases=["/rest/phones"])
@old_phones.allowed(Access.ADMINISTRATION)
@old_phones.answers(_PHONES, note="As the page has it; the system answered 404.")
def list_old_phones() -> dict[str, Any]:
    """List phones in their old form."""
    return {"phone": Stream(_all())}


@old_phones.route("/rest/phone", methods=["POST"], aliases=["/rest/phones"])
@old_phones.reads(_PHONES)
@old_phones.allowed(Access.ADMINISTRATION)
@old_phones.answers(NOTHING, note="Phones of an unknown model and those whose serial number is taken are passed over.")
def add_phones(given: dict[str, Any]) -> None:
    """Make phones."""
    items = [{**item, "serial": item["serialNumber"]} for item in given.get("phone", [])]
    pbx_phones.add_many(current_tenant(), items)


def _all() -> Iterator[dict[str, Any]]:
    for block in pbx_phones.everything(current_tenant()):
        for phone in block:
            yield {
                "serialNumber": phone.serial,
                "model": phone.model_id,
                "description": phone.description,
                "version": phone.device_version,
            }
