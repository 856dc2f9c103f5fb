"""Calls while this server is away: those to emergency numbers leave, all others hear that they cannot be made.

What is known of emergency numbers are variables of each user that FreeSWITCH keeps: `pbx_emergency_112` is the place of
the ways that calls to 112 leave by, and `pbx_emergency_way0` are those of place 0. FreeSWITCH's own file has but one
context for all tenants, which looks there. Source: FreeSWITCH 1.10.12, mod_dialplan_xml.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from portsip_api.pbx.media import voice
from portsip_api.pbx.trunks.outgoing import Way
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.documents import Xml, element
from portsip_api.switch.freeswitch.outside_legs import leg
from portsip_api.switch.freeswitch.sofia import PROFILE
from portsip_api.switch.freeswitch.steps.outside import RING_SECONDS
from portsip_api.switch.freeswitch.steps.writing import Step

PROMPT: Final = "out-of-service"
_NAME: Final = "pbx_emergency_"
# Nothing that FreeSWITCH would run stands in the name of a variable: what is dialled is held to it before.
_NUMBER: Final = "[+]?[0-9*#]{1,32}|sos"
_REFUSED: Final = (Step("respond", "503 The PBX does not answer"), Step("hangup", "CALL_REJECTED"))


def variables(tenant_id: int, ways: Mapping[str, Sequence[Way]]) -> dict[str, str]:
    """Return the variables of a user by which its calls to emergency numbers leave, given by their ways."""
    places: dict[str, int] = {}
    found = {}
    for number, of_number in ways.items():
        if re.fullmatch(_NUMBER, number):
            legs = "|".join(leg(tenant_id, way, {}) for way in of_number)
            place = places.setdefault(legs, len(places))
            found[f"{_NAME}{number}"] = str(place)
            found[f"{_NAME}way{place}"] = legs
            if of_number[0].shown:
                found[f"{_NAME}id{place}"] = of_number[0].shown
    return found


def while_away() -> Xml:
    """Return what is done with calls of whatever tenant while this server does not answer."""
    dialled, place = ("destination_number", f"^({_NUMBER})$"), (f"${{{_NAME}${{destination_number}}}}", "^([0-9]+)$")
    return element(
        "context",
        {"name": "global"},
        _extension("emergency", [dialled, place], _emergency()),
        # A carrier that is told at once sends the call elsewhere.
        _extension("phone", [("${sofia_profile_name}", f"^{PROFILE}$")], _prompt()),
        _extension("down", [], _REFUSED),
    )


def _emergency() -> Iterator[Step]:
    yield Step("export", "pbx_call=${uuid}")
    yield Step("export", "nolocal:process_cdr=false")  # the record of a call is that of its first leg
    yield Step("set", "pbx_outside=${destination_number}")
    yield Step("set", f"pbx_shown=${{{_NAME}id$1}}")
    yield Step("set", "hangup_after_bridge=true")
    yield Step("set", "continue_on_fail=true")
    yield Step("set", f"call_timeout={RING_SECONDS}")
    yield Step("bridge", f"${{{_NAME}way$1}}")
    yield from _REFUSED


def _prompt() -> Iterator[Step]:
    yield Step("pre_answer", "")
    yield Step("sleep", "300")
    yield Step("playback", recorded.sounds(0, voice.ENGLISH, PROMPT)[0])
    yield from _REFUSED


def _extension(name: str, conditions: Sequence[tuple[str, str]], steps: Iterator[Step] | Sequence[Step]) -> Xml:
    *before, last = [{"field": field, "expression": expression} for field, expression in conditions] or [{}]
    actions = [element("action", {"application": step.application, "data": step.data}) for step in steps]
    made = [element("condition", attributes) for attributes in before]
    return element("extension", {"name": name}, *made, element("condition", last, *actions))
