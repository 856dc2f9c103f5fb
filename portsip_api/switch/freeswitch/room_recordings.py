"""What FreeSWITCH records of conferences, and to whom it goes: to the owner's mailbox, else to who let it be recorded.

Source: contract `sipxcom-user.md`, section 9; a conference of nobody's is not known there, and what becomes of its
recordings is ours.
"""

import re
import uuid
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from portsip_api import settings
from portsip_api.pbx.calls import recordings
from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import ConferenceKey
from portsip_api.pbx.mailboxes import mailboxes, messages
from portsip_api.pbx.mailboxes.messages import CONFERENCE
from portsip_api.switch.freeswitch.recorded import Kind

_NAME: Final = re.compile(r"room~(\d+)~(\d+)~([0-9A-Za-z%._-]*)~[0-9a-f-]{36}\.wav", re.ASCII)


def file_for(tenant_id: int, room_id: int, by: str) -> Path:
    """Return where a conference is recorded from now on, as the extension with the number `by` wants it."""
    name = f"room~{tenant_id}~{room_id}~{quote(by, safe='')}~{uuid.uuid4()}.wav"
    return settings.current().switch_path / name


def _keep(named: re.Match[str], content: bytes, changed: float) -> None:
    tenant_id, number = int(named[1]), unquote(named[3])
    room = conferences.show(tenant_id, ConferenceKey(id=int(named[2])))
    if room.owner_id is not None:
        key = ExtensionKey(id=room.owner_id)
        try:
            if not messages.has_come(tenant_id, key, changed):
                mailboxes.deposit(tenant_id, key, content, room.number, received=changed, folder=CONFERENCE)
        except Conflict:  # it is full
            number = room.owner
        else:
            return
    label = named[0].replace("~", "-")  # by which it is known again
    recordings.deposit(tenant_id, ExtensionKey(number), content, caller=number, callee=room.number, filename=label)


RECORDINGS: Final = Kind("A recording of a conference", _NAME, _keep)
