"""What callers meet in a mailbox: its greeting, the keys of its user's personal attendant, and the tone.

A key leads on as the user's call, since a caller has no rights of the user's tenant.
Source: contract sipxcom-user.md, section 6.2 (`/my/voicemail/attendant`).
"""

from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.plans.asking import Later, Topic
from portsip_api.pbx.calls.plans.kinds import NO_SUCH_NUMBER, Call, Plan, Refuse, TakeMessage
from portsip_api.pbx.errors import FileNotThere, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.media import greeting_rows, greetings
from portsip_api.pbx.personal import attendants
from portsip_api.pbx.routing import gather
from portsip_api.pbx.routing.destinations import Destination
from portsip_api.pbx.routing.steps import VOICE_MAIL, Step
from portsip_api.pbx.routing.walk import Walk, leave_message

TOPIC: Final = "voicemail"
_OFF: Final = Refuse(480, "the voicemail is off")


def leave(call: Call, number: str) -> Plan:
    """Return what happens in the mailbox of an extension, to which a feature sends the call."""
    found = _found(call, number)
    return _OFF if found is None else take(call, *found)


def take(call: Call, user: Destination, step: Step) -> TakeMessage:
    """Return what happens in the mailbox of an extension, as a step of a route leads there."""
    extension_id, language, attendant = user.mailbox
    voice = attendants.read_voice(call.tenant_id, extension_id, attendant)
    keys: dict[str, Plan] = {
        press.key: Later((TOPIC, user.number, press.key)) for press in step.presses if press.action != VOICE_MAIL
    }
    greeting = _greeting(call.tenant_id, extension_id, step.greeting or "")
    return TakeMessage(
        call.tenant_id,
        extension_id,
        greeting,
        voice.language or language,
        voice.tells_options,
        voice.takes_messages,
        keys,
    )


def go_on(call: Call, topic: Topic, keys: str) -> Plan:
    """Return what follows a key that was pressed in the mailbox that the topic tells of."""
    del keys
    _, number, pressed = topic
    found = _found(call, number)
    if found is None:
        return NO_SUCH_NUMBER
    press = next((press for press in found[1].presses if press.key == pressed), None)
    if press is None or press.target is None:
        return NO_SUCH_NUMBER
    # Where what a key led to is gone meanwhile, the caller stays.
    return take(call, *found) if press.action == VOICE_MAIL else call.onto(press.target, causer=number)


def _found(call: Call, number: str) -> tuple[Destination, Step] | None:
    """Return an extension and the step into its voicemail, or None where that is off."""
    try:
        user, world = gather.surroundings(call.tenant_id, ExtensionKey(number))
    except NotFound:
        return None
    if not isinstance(user, Destination) or not user.voicemail:
        return None
    walk = Walk(call.at, world, [], {number})
    leave_message(walk, user, "", "")
    return user, walk.steps[-1]


def _greeting(tenant_id: int, extension_id: int, name: str) -> Path | None:
    """Return the file of a greeting, None for that of the system."""
    if name == greeting_rows.DEFAULT:
        return None
    try:
        audio = greetings.sound(tenant_id, ExtensionKey(id=extension_id), name).audio
    except FileNotThere:
        return None
    return audio if isinstance(audio, Path) else None
