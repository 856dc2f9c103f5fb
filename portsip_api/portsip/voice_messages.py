"""`/api/recordfiles/voicemail/list`: the messages of a mailbox, as softphones play them.

Source: contract `portsip-more.md`, section 2.
"""

from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access.links import VOICE_MESSAGE, FileLink
from portsip_api.pbx.errors import Forbidden, Invalid
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.identity import Role
from portsip_api.pbx.mailboxes import messages
from portsip_api.pbx.mailboxes.messages import INBOX, SAVED
from portsip_api.portsip import filedown
from portsip_api.portsip.core import examples, instants
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import described
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.store.paging import Slice

voice_messages = ResourceBlueprint(
    "voice messages", __name__, url_prefix="/api/recordfiles/voicemail", description="The messages of mailboxes"
)


class VoiceMessagesRequest(ListRequest):
    """A page of a mailbox."""

    extension_number = described(
        NUMBER, "Whose mailbox; administrators and tenants must send it, an extension is shown its own."
    )


class VoiceMessageRow(Schema):
    """A message as lists show it."""

    id = ma.String(required=True, metadata={"description": "A number, as text."})
    caller = ma.String(required=True, metadata={"description": "The number to call back; empty when withheld."})
    callee = ma.String(required=True, metadata={"description": "The number of the mailbox."})
    time = ma.String(
        required=True,
        metadata={"description": "When it was left, in the tenant's zone: YYYY-MM-DD HH:MM:SS GMT±HH:MM."},
    )
    path = ma.String(
        required=True, metadata={"description": "Its signed name below `/filedown/`, good for 24 hours (ours)."}
    )
    status = ma.String(required=True, metadata={"enum": ["UNREAD", "READED"]})
    duration = ma.String(required=True, metadata={"description": "Ours: whole seconds, as text."})
    filename = ma.String(required=True, metadata={"description": "Ours: what to call the file."})


_LISTING: Final = Listing("voicemails")
_READ: Final = {True: "READED", False: "UNREAD"}
_ROW: Final = {
    "id": "7",
    "caller": "1001",
    "callee": "1000",
    "time": "2026-03-02 09:00:00 GMT+01:00",
    "path": "WyJ2bSIsMSwxLDcsdHJ1ZV0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb.wav",
    "status": "UNREAD",
    "duration": "12",
    "filename": "00000007.wav",
}


@voice_messages.route("/list")
@voice_messages.arguments(VoiceMessagesRequest)
@voice_messages.allowed(*EVERYBODY)
@voice_messages.answers(
    _LISTING.schema("VoiceMessageList", VoiceMessageRow),
    example={**examples.PAGE, "count": 1, "total": 1, "voicemails": [_ROW]},
    errors=("403.1",),
)
def list_voice_messages(given: dict[str, Any]) -> dict[str, Any]:
    """List what lies in the inbox of a mailbox and among its saved messages, the newest first.

    `-DEFAULT` lists the oldest first (ours). A message is read once its own extension has downloaded it.
    """
    tenant_id, number = current_tenant(), _number(given)
    part = _LISTING.asked(given)[1]
    newest_first = Slice(part.offset, part.limit, descending=not part.descending)
    page = messages.page(tenant_id, ExtensionKey(number), [INBOX, SAVED], newest_first)
    zone, owner_id = calendars.load(tenant_id).zone, find_id(tenant_id, ExtensionKey(number))
    is_owners = current_identity().is_extension(owner_id)
    rows = []
    for one in page.rows:
        link = FileLink(VOICE_MESSAGE, tenant_id, owner_id, one.id, is_owners=is_owners)
        rows.append(
            {
                "id": str(one.id),
                "caller": one.caller,
                "callee": number,
                "time": instants.in_zone(one.received, zone),
                "path": filedown.path_to(link),
                "status": _READ[one.heard],
                "duration": str(round(one.duration)),
                "filename": filedown.name_of(one.id),
            }
        )
    return _LISTING.reply(given, page, rows)


def _number(given: dict[str, Any]) -> str:
    """Return the number of the mailbox that is meant. Raises Invalid and Forbidden."""
    identity, named = current_identity(), given.get("extension_number")
    if identity.role is Role.EXTENSION:
        own = identity.name.rpartition("@")[0]
        if named not in {None, own}:
            raise Forbidden("An extension may do this for itself only.")
        return own
    if named is None:
        raise Invalid({"extension_number": ["Missing."]})
    return str(named)
