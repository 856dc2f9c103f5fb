"""`/api/license`: the licence, which this server needs not, as clients of the original ask for it.

Source: sipXcom REST API, "Licensing"; contract `sipxcom-admin.md`, section 7; `sipxcom.md`, decision 10.
"""

from typing import Any, Final

from flask import current_app

from portsip_api.pbx.extensions import licence as pbx_licence
from portsip_api.pbx.extensions.licence import Licence
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import Resources
from portsip_api.sipxcom.core.records import WHOLE, Leaf, Record
from portsip_api.sipxcom.core.styles import API

licence = Resources("licence", __name__, API, "The licence")

# The wire's name of each part: ours, in the wire's order.
_NAMES: Final = {
    "uid": "uid",
    "domain": "domain",
    "version": "version",
    "expire": "expire",
    "support": "support",
    "licenseType": "licence_type",
    "users": "users",
    "mobileDevices": "mobile_devices",
    "company": "company",
    "contactEmail": "contact_email",
    "contactName": "contact_name",
    "contactPhone": "contact_phone",
}
_COUNTS: Final = ("users", "mobileDevices")
_LICENCE: Final = Record(
    "License",
    tuple(Leaf(name, WHOLE, "-1: without a limit.") if name in _COUNTS else Leaf(name) for name in _NAMES),
    "License",
)


@licence.route("/api/license")
@licence.allowed(Access.ADMINISTRATION)
@licence.answers(_LICENCE, note="No licence is needed: nothing expires, and nothing is counted. The XML form is ours.")
def show_licence() -> dict[str, Any]:
    """Show the licence."""
    return _shown(pbx_licence.show(current_tenant(), _version()))


@licence.route("/api/license/<name:uid>", methods=["POST"])
@licence.allowed(Access.ADMINISTRATION)
@licence.answers(_LICENCE, note="The number is kept and shown; it allows and forbids nothing.")
def set_licence_uid(uid: str) -> dict[str, Any]:
    """Set the number of the licence."""
    return _shown(pbx_licence.set_uid(current_tenant(), uid, _version()))


def _version() -> str:
    version: str = current_app.config["SIPXCOM_API_VERSION"]
    return version


def _shown(shown: Licence) -> dict[str, Any]:
    return {name: getattr(shown, own) for name, own in _NAMES.items()}
