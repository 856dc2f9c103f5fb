"""`/api/extensions/softphone`: what a softphone must be told, with a link that yields the SIP password once.

Ours: the page tells softphones by e-mail. It amends the contract, section 6 (secrets): an extension is shown its own
SIP password this way.
"""

from typing import Any, Final

from flask import request, url_for
from marshmallow import Schema
from marshmallow import fields as ma
from werkzeug.routing import BaseConverter

from portsip_api import settings
from portsip_api.pbx import trail
from portsip_api.pbx.access import once, tenants
from portsip_api.pbx.access.links import LINK_SECONDS
from portsip_api.pbx.access.secret_purposes import SIP_PASSWORD
from portsip_api.pbx.access.tokens import TokenRefused
from portsip_api.pbx.errors import FileNotThere, Forbidden, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions as pbx_extensions
from portsip_api.pbx.extensions.drafts import Extension
from portsip_api.portsip.accounts import Transport
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import ExtensionKeyRequest, Request
from portsip_api.portsip.extensions import key_of, require_own

softphones = ResourceBlueprint("softphones", __name__, description="What softphones are told")

_GONE: Final = "There is no such link, or it was opened before, or it has expired."


class OnceName(BaseConverter):
    """A segment that has the form of a link that opens once."""

    regex = r"[A-Za-z0-9_-]{8,256}\.[A-Za-z0-9_-]{4,12}\.[A-Za-z0-9_-]{20,64}"


class SoftphoneReply(Schema):
    """What a softphone registers with, but for the password."""

    extension_number = ma.String(required=True, metadata={"description": "The user name, and the name to log in."})
    display_name = ma.String(required=True)
    domain = ma.String(required=True, metadata={"description": "The SIP domain, which is the realm too."})
    server = ma.String(required=True, metadata={"description": "The address of the SIP server."})
    transports = ma.List(ma.Nested(Transport), required=True)


class SoftphoneOffer(SoftphoneReply):
    """The same, with where the password can be had."""

    url = ma.String(
        required=True,
        metadata={
            "description": "What a QR code holds, behind the address of this server that clients use: it yields the "
            "password, once."
        },
    )
    expires = ma.Integer(required=True, metadata={"description": "Seconds for which `url` is good."})


class SoftphoneAccount(SoftphoneReply):
    """The same, with the password."""

    password = ma.String(required=True)


_EXAMPLE: Final = {
    "extension_number": "1000",
    "display_name": "Jane Roe",
    "domain": "pbx.local",
    "server": "192.0.2.10",
    "transports": [{"protocol": "UDP", "port": 5060}],
}
_LINK_EXAMPLE: Final = "/softphone/WzEsMiwiM3EyLTd3Il0.aS2xQA.q83vEjRWeJCrze8SNFZ4kKvN7xI"


@softphones.route("/api/extensions/softphone")
@softphones.arguments(ExtensionKeyRequest)
@softphones.allowed(*EVERYBODY)
@softphones.answers(SoftphoneOffer, example={**_EXAMPLE, "url": _LINK_EXAMPLE, "expires": 600}, errors=("403.1",))
def offer_softphone(given: dict[str, Any]) -> dict[str, Any]:
    """Show what a softphone of an extension must be told. This operation is ours.

    `url` yields the SIP password once within ten minutes, to whoever opens it first. An extension may ask for itself.
    With `PBX_EXPOSE_PASSWORDS=false` nobody may.
    """
    tenant_id = current_tenant()
    extension = pbx_extensions.show(tenant_id, key_of(given))
    require_own(extension.id)
    if not settings.current().expose_passwords:
        raise Forbidden("This server shows no passwords.")
    link = once.to_softphone(tenant_id, extension.id)
    url = url_for("softphones.show_softphone", link=link)
    return {**_told(tenant_id, extension), "url": url, "expires": LINK_SECONDS}


@softphones.route("/softphone/<once:link>")
@softphones.arguments(Request)
@softphones.allowed()
@softphones.answers(SoftphoneAccount, example={**_EXAMPLE, "password": "123456"}, errors=("404.3",))
def show_softphone(_: dict[str, Any]) -> dict[str, Any]:
    """Show what a softphone registers with, to whoever opens its link first. This operation is ours.

    It needs no token.
    """
    # A HEAD is told nothing, and so opens nothing.
    if request.method == "HEAD" or not settings.current().expose_passwords:
        raise FileNotThere(_GONE)
    try:
        opened = once.open_softphone((request.view_args or {})["link"])
        trail.within(opened.tenant_id)
        extension = pbx_extensions.show(opened.tenant_id, ExtensionKey(id=opened.extension_id))
    except (TokenRefused, NotFound):
        raise FileNotThere(_GONE) from None
    return {**_told(opened.tenant_id, extension), "password": extension.secret(SIP_PASSWORD)}


def _told(tenant_id: int, extension: Extension) -> dict[str, Any]:
    profile, configuration = extension.objects["profile"], settings.current()
    return {
        "extension_number": extension.number,
        "display_name": f"{profile['first_name']} {profile['last_name']}".strip() or extension.number,
        "domain": tenants.domain_of(tenant_id),
        "server": configuration.server_address,
        "transports": [{"protocol": name, "port": port} for name, port in configuration.offered_transports],
    }
