"""`/api/extensions/route` and `/api/extensions/office_hours`: where a call goes, and when. Both operations are ours.

Source: contract, section 4.
"""

from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions.fields import ACTIONS
from portsip_api.pbx.hours import zones
from portsip_api.pbx.identity import Role
from portsip_api.pbx.routing import gather as pbx_routes
from portsip_api.pbx.routing.destinations import State
from portsip_api.pbx.routing.steps import REPEAT, RING, Outcome, Step
from portsip_api.pbx.values import Choice, Kind, Text
from portsip_api.portsip.core.blueprint import EVERYBODY, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import ExtensionKeyRequest, described
from portsip_api.portsip.extensions import key_of, require_own
from portsip_api.store.clock import clock

routes = ResourceBlueprint("routes", __name__, url_prefix="/api/extensions", description="Ours: where a call goes")


class Instant(Kind):
    """A point in time in ISO 8601; without an offset it is read in the extension's time zone."""

    default = ""

    def check(self, value: object) -> datetime:
        """Return it as a datetime."""
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            at = None
        if at is None or not 1970 <= at.year <= 2100:
            raise ValueError("Must be a time in ISO 8601, such as 2026-12-24T18:30+01:00, from 1970 to 2100.")
        return at


class HoursRequest(ExtensionKeyRequest):
    """Whose office, and when."""

    at = described(Instant(), "ISO 8601; now when absent. Without an offset it is in the extension's time zone.")


class RouteRequest(HoursRequest):
    """Who is called, when, and what happens to the phones."""

    state = described(Choice(tuple(State), ""), "Instead of the live state.")
    outcome = described(Choice(tuple(Outcome), ""), "What ringing the phones comes to; when absent, nobody answers.")
    caller = described(Text(64), "Who calls; no rule depends on it yet.")


class HoursReply(Schema):
    """Whether the office is open."""

    extension_number = ma.String(required=True)
    at = ma.String(required=True)
    time_zone = ma.String(required=True)
    office_hours = ma.String(required=True, metadata={"enum": ["OPEN", "CLOSED"]})
    next_change = ma.String(required=True, allow_none=True)
    warnings = ma.List(
        ma.String(),
        metadata={"description": "Only when there are any: what is not as it was set, such as an unknown time zone."},
    )


class PressReply(Schema):
    """What a key leads to that a caller presses in a voicemail."""

    key = ma.String(required=True)
    action = ma.String(required=True, metadata={"enum": [*ACTIONS]})
    target = ma.String(required=True, allow_none=True)
    rule = ma.String(required=True)
    reason = ma.String(required=True)


class StepReply(Schema):
    """One thing that happens to the call."""

    action = ma.String(required=True, metadata={"enum": [RING, *ACTIONS, REPEAT]})
    target = ma.String(required=True, allow_none=True)
    seconds = ma.Integer(required=True, allow_none=True)
    greeting = ma.String(required=True, allow_none=True)
    rule = ma.String(required=True)
    reason = ma.String(required=True)
    presses = ma.List(
        ma.Nested(PressReply),
        metadata={"description": "Only in a voicemail in which keys lead somewhere: by the user's personal attendant."},
    )


class RouteReply(HoursReply):
    """What would happen to the call, step by step."""

    state = ma.String(required=True, metadata={"enum": list(State)})
    steps = ma.List(ma.Nested(StepReply), required=True)


_HOURS_EXAMPLE: Final = {
    "extension_number": "1000",
    "at": "2026-12-24T18:30:00+01:00",
    "time_zone": "Europe/Berlin",
    "office_hours": "CLOSED",
    "next_change": "2026-12-28T09:00:00+01:00",
}
_STEP_EXAMPLE: Final = {
    "action": "CONNECT_TO_VOICE_MAIL",
    "target": "1000",
    "seconds": None,
    "greeting": "default.wav",
    "rule": "forward_rules.offline.outside_office_hours_action",
    "reason": "1000 is offline, and Thursday 18:30 Europe/Berlin is outside office hours: "
    "the call goes to the voicemail of 1000.",
}


@routes.route("/route")
@routes.arguments(RouteRequest)
@routes.allowed(*EVERYBODY)
@routes.answers(RouteReply, example={**_HOURS_EXAMPLE, "state": "OFFLINE", "steps": [_STEP_EXAMPLE]}, errors=("403.1",))
def show_route(given: dict[str, Any]) -> dict[str, Any]:
    """Show what would happen to a call, step by step, with the reason for each step. This operation is ours.

    The number may also be that of a hunt group, which has its tenant's hours; an extension asks about itself only.
    """
    state, outcome = given.get("state"), given.get("outcome")
    route = pbx_routes.find(
        current_tenant(),
        _called(given),
        given.get("at") or _now(),
        state=State(state) if state else None,
        outcome=Outcome(outcome) if outcome else None,
    )
    return {
        "extension_number": route.number,
        "at": route.at.isoformat(),
        "time_zone": route.zone,
        "office_hours": "OPEN" if route.is_open else "CLOSED",
        "next_change": route.next_change.isoformat() if route.next_change else None,
        "state": route.state,
        "steps": [_shown(step) for step in route.steps],
        **({"warnings": route.warnings} if route.warnings else {}),
    }


@routes.route("/office_hours")
@routes.arguments(HoursRequest)
@routes.allowed(*EVERYBODY)
@routes.answers(HoursReply, example=_HOURS_EXAMPLE, errors=("403.1",))
def show_extension_hours(given: dict[str, Any]) -> dict[str, Any]:
    """Show whether an extension's office is open, and when that changes next. This operation is ours."""
    hours = pbx_routes.office_hours(current_tenant(), _own_key(given), given.get("at") or _now())
    warnings = zones.warnings(hours.hours.lacking, hours.hours.zone)
    return {
        "extension_number": hours.number,
        "at": hours.at.isoformat(),
        "time_zone": hours.hours.zone.key,
        "office_hours": "OPEN" if hours.is_open else "CLOSED",
        "next_change": hours.next_change.isoformat() if hours.next_change else None,
        **({"warnings": warnings} if warnings else {}),
    }


def _shown(step: Step) -> dict[str, Any]:
    shown = step._asdict()
    del shown["together"]  # which the reasons say
    if presses := shown.pop("presses"):
        shown["presses"] = [press._asdict() for press in presses]
    return shown


def _called(given: dict[str, Any]) -> ExtensionKey:
    return _own_key(given) if current_identity().role is Role.EXTENSION else key_of(given)


def _own_key(given: dict[str, Any]) -> ExtensionKey:
    extension_id = find_id(current_tenant(), key_of(given))
    require_own(extension_id)
    return ExtensionKey(id=extension_id)


def _now() -> datetime:
    return datetime.fromtimestamp(int(clock.wall()), UTC)
