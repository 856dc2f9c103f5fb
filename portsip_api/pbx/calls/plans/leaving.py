"""What callers meet in a mailbox: its greeting, the keys of its user's personal attendant, and the tone.

A key leads on as the user's call, since a caller has no rights of the user's tenant.
Source: contract sipxcom-user.md, section 6.2 (`/my/voicemail/attendant`).
"""

from pathlib import Path
from typing import Final

import orjson

from portsip_api.pbx.calls.plans import leaving_sql
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
    step = _step(call, number)
    return _OFF if step is None else take(call, step)


def take(call: Call, step: Step) -> TakeMessage:
    """Return what happens in the mailbox that a step of a route leads to."""
    number = step.target or ""
    row = leaving_sql.mailbox(call.tenant_id, number)
    if row is None:
        raise NotFound("There is no such extension.")
    extension_id, voice_mail, attendant = row
    voice = attendants.read_voice(call.tenant_id, extension_id, orjson.loads(attendant or "{}"))
    keys: dict[str, Plan] = {
        press.key: Later((TOPIC, number, press.key)) for press in step.presses if press.action != VOICE_MAIL
    }
    greeting = _greeting(call.tenant_id, extension_id, step.greeting or "")
    return TakeMessage(
        call.tenant_id,
        extension_id,
        greeting,
        voice.language or str(orjson.loads(voice_mail)["prompt_language"]),
        voice.tells_options,
        voice.takes_messages,
        keys,
    )


def go_on(call: Call, topic: Topic, keys: str) -> Plan:
    """Return what follows a key that was pressed in the mailbox that the topic tells of."""
    del keys
    _, number, pressed = topic
    step = _step(call, number)
    press = next((press for press in step.presses if press.key == pressed), None) if step is not None else None
    if step is None or press is None or press.target is None:
        return NO_SUCH_NUMBER
    # Where what a key led to is gone meanwhile, the caller stays.
    return take(call, step) if press.action == VOICE_MAIL else call.onto(press.target, causer=number)


def _step(call: Call, number: str) -> Step | None:
    """Return the step into the voicemail of an extension, or None where it is off."""
    try:
        user, world = gather.surroundings(call.tenant_id, ExtensionKey(number))
    except NotFound:
        return None
    if not isinstance(user, Destination) or not user.voicemail:
        return None
    walk = Walk(call.at, world, [], {number})
    leave_message(walk, user, "", "")
    return walk.steps[-1]


def _greeting(tenant_id: int, extension_id: int, name: str) -> Path | None:
    """Return the file of a greeting, None for that of the system."""
    if name == greeting_rows.DEFAULT:
        return None
    try:
        audio = greetings.sound(tenant_id, ExtensionKey(id=extension_id), name).audio
    except FileNotThere:
        return None
    return audio if isinstance(audio, Path) else None
