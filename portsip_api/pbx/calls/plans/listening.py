"""Messages as they are listened to by phone: new ones, or those that were heard or saved, the oldest first.

A message is heard as soon as it is played. Source: ours; the keys are those that sipXcom's users know.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.plans.asking import Topic
from portsip_api.pbx.calls.plans.kinds import Plan
from portsip_api.pbx.calls.plans.mailbox_parts import MOST_REPEATS, Mailbox
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.mailboxes import messages
from portsip_api.pbx.mailboxes.messages import INBOX, SAVED, Message
from portsip_api.pbx.media import voice
from portsip_api.store.paging import Slice

NEW: Final = "new"
OLD: Final = "old"  # heard in the inbox, or saved
PLACE: Final = "message"
_MOST: Final = 1_000  # messages of which the next one is looked for
_AGAIN, _SAVE, _DELETE, _CALL, _NEXT, _BACK = "1", "2", "3", "5", "#", "*"
_SAID: Final[Mapping[str, tuple[str, ...]]] = {_SAVE: ("saved",), _DELETE: ("deleted",), _NEXT: ()}
_SILENT: Final = "DO_NOT_READ"


def count(mailbox: Mailbox, which: str) -> int:
    """Return how many messages of a sort there are."""
    return len(_those(mailbox, which))


def play_next(mailbox: Mailbox, which: str, after: int | None, *said: str) -> Plan | None:
    """Return that the message is played which follows another one, or the first one, if there is one."""
    found = _those(mailbox, which)
    place = next((place for place, message in enumerate(found) if message.id == after), None)
    later = found if place is None else found[place + 1 :]
    return _play(mailbox, which, later[0], *said) if later else None


def go_on(mailbox: Mailbox, topic: Topic, keys: str) -> Plan | None:
    """Return what follows a key at a message; None for what leads back to the menu. Raises NotFound."""
    *_, which, id_, repeats = topic
    message = messages.show(mailbox.call.tenant_id, mailbox.key, int(id_))
    if keys == _BACK:
        return None
    if keys == _AGAIN:
        return _play(mailbox, which, message)
    if keys == _CALL and _may_call(mailbox, message):
        return mailbox.call.onto(message.caller)
    if keys in {_SAVE, _DELETE, _NEXT}:
        return _done(mailbox, which, message, keys)
    if int(repeats) >= MOST_REPEATS:
        return mailbox.leave()
    said = ("invalid",) if keys else ()
    rest = (which, id_, str(int(repeats) + 1))
    return mailbox.ask(PLACE, *said, *_menu(mailbox, message), rest=rest)


def _done(mailbox: Mailbox, which: str, message: Message, key: str) -> Plan | None:
    # What follows is found before the message is taken from among them.
    found = _those(mailbox, which)
    ids = [one.id for one in found if (one.received, one.id) > (message.received, message.id)]
    tenant_id = mailbox.call.tenant_id
    if key == _SAVE:
        messages.move(tenant_id, mailbox.key, message.id, SAVED)
    elif key == _DELETE:
        messages.delete(tenant_id, mailbox.key, message.id)
    if not ids:
        return None
    return _play(mailbox, which, messages.show(tenant_id, mailbox.key, ids[0]), *_SAID[key])


def _those(mailbox: Mailbox, which: str) -> list[Message]:
    folders = [INBOX] if which == NEW else [INBOX, SAVED]
    page = messages.page(mailbox.call.tenant_id, mailbox.key, folders, Slice(0, _MOST, descending=False))
    if which == NEW:
        return [message for message in page.rows if not message.heard]
    return [message for message in page.rows if message.heard or message.folder == SAVED]


def _play(mailbox: Mailbox, which: str, message: Message, *said: str) -> Plan:
    tenant_id = mailbox.call.tenant_id
    audio = messages.sound(tenant_id, mailbox.key, message.id).audio
    messages.hear(tenant_id, mailbox.key, message.id)
    parts: tuple[Path | str, ...] = (*said, *_about(mailbox, message), audio, *_menu(mailbox, message))
    return mailbox.ask(PLACE, *parts, rest=(which, str(message.id), "0"))


def _about(mailbox: Mailbox, message: Message) -> Iterator[str]:
    if mailbox.tells_time != _SILENT:
        zone = calendars.load(mailbox.call.tenant_id).zone
        at = datetime.fromtimestamp(message.received, UTC).astimezone(zone)
        yield "received"
        yield from voice.moment(at, mailbox.call.at.astimezone(zone), by_12=mailbox.tells_time == "READ_12_HOUR")
    if mailbox.tells_caller and (number := voice.digits(message.caller)):
        yield "from"
        yield from number


def _menu(mailbox: Mailbox, message: Message) -> Iterator[str]:
    yield "message-menu"
    if _may_call(mailbox, message):
        yield "message-call"


def _may_call(mailbox: Mailbox, message: Message) -> bool:
    """Tell whether who listens may call back, which costs whoever pays for this phone: nobody who is outside."""
    return bool(mailbox.call.caller and message.caller)
