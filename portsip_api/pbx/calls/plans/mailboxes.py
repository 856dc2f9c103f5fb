"""The voicemail by phone: which mailbox is opened, by a PIN, its menu, its greeting, and another PIN.

Source: contract `portsip-more.md`, section 1, row 11, and section 4 (`voice_mail`); the menus are ours.
"""

from collections.abc import Callable, Mapping
from typing import Final

from portsip_api.pbx.calls.plans import listening
from portsip_api.pbx.calls.plans.asking import Ask, End, RecordSound, Say, Sounds, Topic
from portsip_api.pbx.calls.plans.kinds import Call, Plan
from portsip_api.pbx.calls.plans.mailbox_parts import MOST_REPEATS, TOPIC, Mailbox, opened
from portsip_api.pbx.errors import NotFound, PbxError
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.mailboxes import phone_access
from portsip_api.pbx.mailboxes.phone_access import Access
from portsip_api.pbx.media import greeting_kinds, voice
from portsip_api.pbx.personal import secrets

_MOST_DIGITS: Final = 20  # of a number or a PIN
_OTHER: Final = "*"  # at the PIN: another mailbox
_CHANGE_PIN: Final = "tui-change-pin"
_NUMBER, _PIN, _MENU, _GREETING, _NEW_PIN, _SAME_PIN = "number", "pin", "menu", "greeting", "new-pin", "same-pin"


def plan(call: Call, number: str) -> Plan:
    """Return what happens at the number of the voicemail."""
    del number
    return enter(call)


def enter(call: Call) -> Plan:
    """Return how a caller comes into a mailbox: an extension into its own, everybody else into one by its number."""
    access = phone_access.of(call.tenant_id, call.caller, call.caller) if call.caller else Access.CLOSED
    if access is Access.OPEN:
        return _menu(opened(call, call.caller))
    return _ask_pin(call, call.caller, 0) if access is Access.BY_PIN else _ask_number(call, 0)


def go_on(call: Call, topic: Topic, keys: str) -> Plan:
    """Return what follows the keys that were pressed where the topic says."""
    _, place, number, *rest = topic
    if place == _NUMBER:
        named, kind = call.kind_of(call.tenant_id, keys) if keys else ("", "")
        return (
            _ask_pin(call, named if kind == "EXTENSION" else keys, 0)
            if keys.isdecimal()
            else _ask_number(call, int(rest[0]) + 1, *(("invalid",) if keys else ()))
        )
    if place == _PIN:
        return _check_pin(call, number, int(rest[0]), keys)
    try:
        mailbox = opened(call, number)
        if place == listening.PLACE:
            return listening.go_on(mailbox, topic, keys) or _menu(mailbox)
        return _PLACES[place](mailbox, rest, keys)
    except NotFound:  # the extension, or the message, is gone meanwhile
        return Say(_said(call, "not-done", "goodbye"), End())


def _ask_number(call: Call, repeats: int, *said: str) -> Plan:
    if repeats > MOST_REPEATS:
        return _closed(call)
    return Ask(_said(call, *said, "enter-mailbox"), (TOPIC, _NUMBER, "", str(repeats)), _MOST_DIGITS)


def _ask_pin(call: Call, number: str, repeats: int, *said: str) -> Plan:
    """Ask for a PIN, also where there is no such mailbox: nobody learns which there are."""
    return Ask(_said(call, *said, "enter-pin"), (TOPIC, _PIN, number, str(repeats)), _MOST_DIGITS, is_secret=True)


def _check_pin(call: Call, number: str, repeats: int, pin: str) -> Plan:
    if pin == _OTHER:
        return _ask_number(call, 0)
    if pin and phone_access.verify(call.tenant_id, number, call.caller, pin):
        return _menu(opened(call, number))
    if repeats + 1 >= MOST_REPEATS:
        return _closed(call)
    return _ask_pin(call, number, repeats + 1, *(("wrong",) if pin else ()))


def _closed(call: Call) -> Plan:
    return Say(_said(call, "no-access", "goodbye"), End())


def _said(call: Call, *parts: str) -> Sounds:
    """Return what is said before a mailbox is open, in the language of whoever calls, if it is known."""
    try:
        language = opened(call, call.caller).language
    except NotFound:
        language = voice.ENGLISH
    return Sounds(call.tenant_id, language, parts)


def _menu(mailbox: Mailbox, *said: str) -> Plan:
    new, old = (listening.count(mailbox, which) for which in (listening.NEW, listening.OLD))
    counts = ("you-have", *_counted(new, "new-message"), "and", *_counted(old, "saved-message"))
    return _ask_menu(mailbox, 0, *said, *counts)


def _ask_menu(mailbox: Mailbox, repeats: int, *said: str) -> Plan:
    also = ("menu-pin",) if _may_change_pin(mailbox) else ()
    return mailbox.ask(_MENU, *said, "menu", *also, rest=(str(repeats),))


def _counted(count: int, what: str) -> list[str]:
    return [*(voice.number(count) if count else ["no"]), what if count == 1 else f"{what}s"]


def _chosen(mailbox: Mailbox, rest: list[str], key: str) -> Plan:
    if key in {"1", "2"}:
        which = listening.NEW if key == "1" else listening.OLD
        return listening.play_next(mailbox, which, None) or _menu(mailbox, "no-more-messages")
    if key == "3":
        return _record(mailbox)
    if key == "4" and _may_change_pin(mailbox):
        return _ask_new_pin(mailbox)
    if key == "*" or int(rest[0]) >= MOST_REPEATS:
        return mailbox.leave()
    return _ask_menu(mailbox, int(rest[0]) + 1, *(("invalid",) if key else ()))


def _record(mailbox: Mailbox) -> Plan:
    return RecordSound(mailbox.sounds("record-greeting"), (TOPIC, _GREETING, mailbox.number, "0"))


def _recorded(mailbox: Mailbox, rest: list[str], key: str) -> Plan:
    """Return what follows a key after a greeting was recorded; none was pressed when it has just been."""
    file = mailbox.call.recorded
    if file is None or not file.is_file():
        return _menu(mailbox, "not-done")
    if key == "1":
        return _menu(mailbox, _use(mailbox))
    if key == "3":
        return _record(mailbox)
    repeats = int(rest[0])
    if key == "*" or repeats > MOST_REPEATS:
        return _menu(mailbox)
    said = (file,) if key == "2" else ("invalid",) if key else ()
    return mailbox.ask(_GREETING, *said, "greeting-menu", rest=(str(repeats + 1),))


def _use(mailbox: Mailbox) -> str:
    """Let a recording be the greeting, and return what is said of it."""
    assert mailbox.call.recorded is not None  # noqa: S101 — asked before
    try:
        content = mailbox.call.recorded.read_bytes()
        greeting_kinds.put(
            mailbox.call.tenant_id, mailbox.key, greeting_kinds.STANDARD, content, "recorded by phone", is_active=True
        )
    except PbxError:
        return "not-done"
    mailbox.call.recorded.unlink(missing_ok=True)
    return "greeting-used"


def _may_change_pin(mailbox: Mailbox) -> bool:
    return permission_values.has(mailbox.call.tenant_id, mailbox.id, _CHANGE_PIN)


def _ask_new_pin(mailbox: Mailbox, *said: str) -> Plan:
    return mailbox.ask(_NEW_PIN, *said, "new-pin", most=_MOST_DIGITS, secret=True)


def _new_pin(mailbox: Mailbox, _: list[str], pin: str) -> Plan:
    if len(pin) < secrets.SHORTEST_PIN or not pin.isdecimal():
        return _menu(mailbox, "not-done")
    rest = (phone_access.proof(pin),)
    return mailbox.ask(_SAME_PIN, "pin-again", rest=rest, most=_MOST_DIGITS, secret=True)


def _same_pin(mailbox: Mailbox, rest: list[str], pin: str) -> Plan:
    if not pin or phone_access.proof(pin) != rest[0]:
        return _menu(mailbox, "pin-differs")
    secrets.set_voicemail_pin(mailbox.call.tenant_id, mailbox.id, pin)
    return _menu(mailbox, "pin-changed")


_PLACES: Final[Mapping[str, Callable[[Mailbox, list[str], str], Plan]]] = {
    _MENU: _chosen,
    _GREETING: _recorded,
    _NEW_PIN: _new_pin,
    _SAME_PIN: _same_pin,
}
