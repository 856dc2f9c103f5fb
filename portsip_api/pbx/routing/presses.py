"""What the keys lead to that a caller presses in somebody's voicemail. Pure.

Source: contract sipxcom-user.md, section 6.2 (`/my/voicemail/attendant`); whose rights hold is ours: the user's, since
a caller has none.
"""

from collections.abc import Callable, Sequence
from typing import Final

from portsip_api.pbx.routing.destinations import Destination, Key
from portsip_api.pbx.routing.steps import CALL_QUEUE, EXTENSION, NUMBER, RECEPTIONIST, RING_GROUP, VOICE_MAIL, Press

PERMISSION: Final = "personal-auto-attendant"
KEYS: Final = tuple("0123456789*#")
OPERATOR: Final = "operator"
_OPERATORS_KEY: Final = "0"
_ACTIONS: Final = {
    "EXTENSION": EXTENSION,
    "ALIAS": EXTENSION,
    "RING_GROUP": RING_GROUP,
    "HUNT_GROUP": RING_GROUP,
    "VIRTUAL_RECEPTIONIST": RECEPTIONIST,
    "CALL_QUEUE": CALL_QUEUE,
}


def presses(destination: Destination, problem_of: Callable[[str], str]) -> tuple[Press, ...]:
    """Return what each key leads to in the voicemail of a destination, in the order of a telephone's keys.

    `problem_of` says why the destination may not call a number outside, as a clause; nothing when it may.
    """
    if not destination.keys:  # as nearly always, and asked at each end of a route
        return ()
    menu = {key.key: key for key in destination.keys}
    operator = menu.pop(OPERATOR, None)
    rules = {key: (given, f"personal_attendant.menu.{key}") for key, given in menu.items()}
    if operator is not None and _OPERATORS_KEY not in rules:
        rules[_OPERATORS_KEY] = (operator, "personal_attendant.operator")
    return tuple(_press(destination, key, *rules[key], problem_of) for key in KEYS if key in rules)


def _press(destination: Destination, pressed: str, key: Key, rule: str, problem_of: Callable[[str], str]) -> Press:
    problem = ""
    if not key.number:
        problem = f"what was at {key.former or 'its number'} no longer exists"
    elif not key.kind:
        problem = problem_of(key.number)
    if problem:
        why = f"{problem}: the caller stays in the voicemail of {destination.number}."
        return Press(pressed, VOICE_MAIL, destination.number, rule, f"{pressed} is pressed; {why}")
    action = _ACTIONS.get(key.kind, NUMBER)
    return Press(pressed, action, key.number, rule, f"{pressed} is pressed: the call goes to {key.number}.")


def read(rows: Sequence[Sequence[str | None]]) -> list[Key]:
    """Return the keys that `gather_sql.extensions` tells of: key, number, kind of what answers there, former number."""
    return [Key(key or "", number or "", kind or "", former or "") for key, number, kind, former in rows]
