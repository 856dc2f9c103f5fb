"""Mailboxes as tests look at them: lists, and the rows and files behind them."""

from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.mailboxes import mailboxes, messages, service
from portsip_api.pbx.mailboxes.messages import Message
from portsip_api.pbx.media import files as media_files
from portsip_api.pbx.personal import voicemail_preferences
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.audio import wav

HOME: Final = tenants.DEFAULT_TENANT_ID
ANA, BO, CY = (ExtensionKey(number) for number in ("1000", "1001", "1002"))


def save_all(tenant_id: int = HOME) -> None:
    """Let messages of the tenant be saved however short they are: tests leave short ones, which are made at once."""
    service.update(tenant_id, {"voice_mail_not_save_if_less_seconds": 0})


def make(tenant_id: int, key: ExtensionKey, **profile: str) -> int:
    save_all(tenant_id)
    fields = {"extension_number": key.number, "password": "x", "web_access_password": "x", "profile": profile}
    return extensions.create(tenant_id, fields)


def leave(seconds: float = 0.2, caller: str = "+15550100", key: ExtensionKey = ANA, **fields: object) -> Message:
    """Leave a message of so many seconds."""
    return mailboxes.deposit(HOME, key, wav(seconds), caller, **fields)  # type: ignore[arg-type]


def folder(name: str = "inbox", key: ExtensionKey = ANA, tenant_id: int = HOME) -> list[Message]:
    """The messages of a folder, the oldest first."""
    found: list[Message] = list(messages.page(tenant_id, key, [name], Slice(0, 1000)).rows)
    return found


def files() -> set[str]:
    path = media_files.FILES.path
    return {entry.name for entry in path.iterdir()} if path.is_dir() else set()


def check_whole(count: int) -> None:
    """There are that many messages, each has its file, no file is nobody's, and what is counted is right."""
    rows = {row[0] for row in database.fetch_all("SELECT blob FROM voice_message")}
    assert (len(rows), files()) == (count, rows)
    assert consistency.find_inconsistencies() == []


def tell(key: ExtensionKey, **preferred: object) -> None:
    """Let somebody be told by mail of new messages; `preferred` are other voicemail preferences."""
    voicemail_preferences.update(HOME, find_id(HOME, key), {"notify": True, **preferred})
