"""What FreeSWITCH records of conferences, and to whom it goes: to the owner's mailbox, else to who let it be recorded.

Source: contract `sipxcom-user.md`, section 9; a conference of nobody's is not known there, and what becomes of its
recordings is ours.
"""

import logging
import re
import uuid
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from portsip_api import settings
from portsip_api.pbx.calls import recordings
from portsip_api.pbx.errors import Conflict, PbxError
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conferences import Conference, ConferenceKey
from portsip_api.pbx.mailboxes import mailboxes
from portsip_api.pbx.mailboxes.messages import CONFERENCE

_NAME: Final = re.compile(r"room~(\d+)~(\d+)~([0-9A-Za-z%._-]*)~[0-9a-f-]{36}\.wav", re.ASCII)

_log = logging.getLogger("pbx.switch")


def file_for(tenant_id: int, room_id: int, by: str) -> Path:
    """Return where a conference is recorded from now on, as the extension with the number `by` wants it."""
    name = f"room~{tenant_id}~{room_id}~{quote(by, safe='')}~{uuid.uuid4()}.wav"
    return settings.current().switch_path / name


def take(path: Path) -> bool:
    """Keep a recording that is whole, and return whether the file was one."""
    named = _NAME.fullmatch(path.name)
    if named is None or path.parent != settings.current().switch_path:
        return False
    tenant_id, number = int(named[1]), unquote(named[3])
    try:
        content = path.read_bytes()
        room = conferences.show(tenant_id, ConferenceKey(id=int(named[2])))
        _keep(tenant_id, room, number, content)
    except FileNotFoundError:
        return True
    except PbxError as error:
        _log.info("A recording of a conference was not kept.", extra={"fields": {"cause": str(error)}})
    path.unlink(missing_ok=True)
    return True


def _keep(tenant_id: int, room: Conference, number: str, content: bytes) -> None:
    if room.owner_id is not None:
        try:
            mailboxes.deposit(tenant_id, ExtensionKey(id=room.owner_id), content, room.number, folder=CONFERENCE)
        except Conflict:  # it is full
            number = room.owner
        else:
            return
    recordings.deposit(tenant_id, ExtensionKey(number), content, caller=number, callee=room.number)
