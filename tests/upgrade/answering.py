"""What answers calls beside people, and the dial plan: receptionists, queues, conferences, rules; and users in full.

Their targets are among those that `fill` removes and renumbers.
"""

from typing import Final

from tests.audio import wav
from tests.upgrade.ask import PASSWORD
from tests.upgrade.client import Api

_EXTENSION: Final = "CONNECT_TO_ANOTHER_EXTENSION"
_QUEUE: Final = "CONNECT_TO_CALL_QUEUE"


def make(home: Api) -> None:
    """Make some of each kind."""
    _make_receptionists(home)
    _make_queues(home)
    _make_conferences(home)
    _make_users(home)
    _make_rules(home)


def _make_receptionists(home: Api) -> None:
    for at, target in enumerate(("1030", "1031", "1032", "3002"), 820):
        given = {"virtual_receptionist_number": str(at), "name": f"Welcome {at}", "gap_time": 4, "language": "de_DE"}
        keys = {"key1": _step(_EXTENSION, target), "key9": _step("REPEAT"), "key0": _step("DISCONNECT")}
        timeout = {"seconds": 8, **_step("CONNECT_TO_VOICE_MAIL", target)}
        home.crm("virtual_receptionist/create", **given, **keys, timeout=timeout, failure=_step("DISCONNECT"))
    home.upload("virtual_receptionist/update", "welcome.wav", wav(0.5), vr_number="820")


def _make_queues(home: Api) -> None:
    for at, target in enumerate(("1031", "1030", "820", "821"), 830):
        action = "CONNECT_TO_VIRTUAL_RECEPTIONIST" if target.startswith("82") else _EXTENSION
        given = {"queue_number": str(at), "name": f"Queue {at}", "members": ["1001", "1031", "3000"], "ring_time": 12}
        limits = {"max_wait_time": 60, "max_callers": 3, "enable_announce_caller_position": True}
        home.crm("call_queues/create", **given, **limits, no_answer_action=action, no_answer_action_value=target)
    home.crm("virtual_receptionist/update", vr_number="821", key5=_step(_QUEUE, "831"))


def _make_conferences(home: Api) -> None:
    for number, owner in (("840", "1001"), ("841", "3000"), ("842", "1031"), ("843", "")):
        given = {"room_number": number, "name": f"Room {number}", "room_pin": "1234", "max_participants": 7}
        home.crm("conference_room/create", **given, **({"owner": owner} if owner else {}))


def _make_users(home: Api) -> None:
    profile = {"jobTitle": "Löwe", "emailAddress": "ada@x.example", "homeAddress": {"city": "Bern"}, "imId": "ada.im"}
    for name in ("3010", "3011"):
        user = {"userName": name, "pintoken": PASSWORD, "firstName": "Ada", "lastName": f"Lind {name}"}
        own = {"userProfile": profile if name == "3010" else {}, "aliases": [f"ada.{name}"]}
        home.portal("POST", "api/users", {**user, **own, "groups": [{"name": "night shift"}]})


def _make_rules(home: Api) -> None:
    for name, prefix in (("Premium", "0190"), ("Trunk", "0")):
        patterns = {"patterns": [{"prefix": prefix, "digits": -1}]}
        call = {"prefix": "00", "callDigits": "digits"}
        home.portal(
            "POST", "api/rules", {"name": name, "type": "Custom", "dialPatterns": patterns, "callPattern": call}
        )


def _step(action: str, target: str = "") -> dict[str, str]:
    return {"action": action, "action_value": target}
