"""The route of a call to an extension or a hunt group: what the store knows, gathered for the pure `routing.decide`.

First the numbers that the call can come to, however far it is forwarded; then what answers at each of them. Whatever it
meets, these are at most five statements, and up to three for the permissions that dialling rules or keys ask for.
Source: contract, section 4 (`extensions/route`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import dialling_rights
from portsip_api.pbx.extensions.forward_references import fill
from portsip_api.pbx.extensions.tables import Extension, ExtensionSettings
from portsip_api.pbx.hours import calendars, zones
from portsip_api.pbx.hours.calendars import Calendar
from portsip_api.pbx.hours.office_hours import Hours, stretch
from portsip_api.pbx.hours.schedules import read_periods
from portsip_api.pbx.media.greeting_rows import DEFAULT
from portsip_api.pbx.numbers import outside_rows
from portsip_api.pbx.routing import gather_sql, presses
from portsip_api.pbx.routing.decide import decide
from portsip_api.pbx.routing.destinations import (
    CallQueue,
    Conference,
    Destination,
    HuntGroup,
    Mailbox,
    Next,
    RingGroup,
    State,
    Surroundings,
)
from portsip_api.pbx.routing.gather_sql import Reached, SequenceRing
from portsip_api.pbx.routing.ring_steps import Ring
from portsip_api.pbx.routing.steps import Outcome, Step


@dataclass(frozen=True)
class Route:
    """What would happen to a call. A hunt group has the hours of its tenant, and is always available."""

    number: str
    at: datetime
    zone: str
    is_open: bool
    next_change: datetime | None
    state: State
    steps: list[Step]
    warnings: list[str]


@dataclass(frozen=True)
class OfficeHours:
    """Whether an extension's office is open at an instant, and when that changes next."""

    number: str
    hours: Hours
    at: datetime
    is_open: bool
    next_change: datetime | None


def find(
    tenant_id: int, key: ExtensionKey, at: datetime, *, state: State | None = None, outcome: Outcome | None = None
) -> Route:
    """Return the route of a call at `at`; without an offset that is a time of the called one's zone.

    The number of `key` may also be the extension or the DID of a hunt group, for which `state` and `outcome` mean
    nothing. Raises NotFound.
    """
    called, world, calendar = _gather(tenant_id, key, state)
    hours = called.hours if isinstance(called, Destination) else calendar.own_hours()
    at = at if at.tzinfo else at.replace(tzinfo=hours.zone)
    steps = decide(called, at, world, state=state, outcome=outcome)
    now = stretch(hours, at)
    return Route(
        called.number,
        at.astimezone(hours.zone),
        hours.zone.key,
        now.is_open,
        now.until,
        (state or called.state) if isinstance(called, Destination) else State.AVAILABLE,
        steps,
        zones.warnings(hours.lacking, hours.zone),
    )


def surroundings(tenant_id: int, key: ExtensionKey) -> tuple[Next, Surroundings]:
    """Return what is called, as `find`, and all that the call can meet whatever becomes of it. Raises NotFound."""
    called, world, _ = _gather(tenant_id, key, gather_sql.EVERY)
    return called, world


def office_hours(tenant_id: int, key: ExtensionKey, at: datetime) -> OfficeHours:
    """Return whether the office of an extension is open at `at`. Raises NotFound."""
    column, value = key.where()
    row = (
        Extension.select(tenant_id, Extension.number, ExtensionSettings.office_hours)
        .join(ExtensionSettings, on=ExtensionSettings.extension_id == Extension.id)
        .where(getattr(Extension, column) == value)
        .tuples()
        .first()
    )
    if row is None:
        raise NotFound("There is no such extension.")
    hours = calendars.load(tenant_id).hours(orjson.loads(row[1]))
    at = (at if at.tzinfo else at.replace(tzinfo=hours.zone)).astimezone(hours.zone)
    now = stretch(hours, at)
    return OfficeHours(row[0], hours, at, now.is_open, now.until)


def _gather(tenant_id: int, key: ExtensionKey, state: str | None) -> tuple[Next, Surroundings, Calendar]:
    """Return what is called, all that the call can meet from there, and the tenant's calendar. Raises NotFound."""
    row = gather_sql.tenant(tenant_id)
    if row is None:
        raise NotFound("There is no such tenant.")
    zone, week, holidays, *prefixes_and_patterns, special = row
    calendar = calendars.read(zone, week, holidays)
    reached = gather_sql.reached(tenant_id, *key.where(), state)
    extensions = {place.number for place in reached if place.kind == "EXTENSION"}
    hunt_groups = _hunt_groups(tenant_id, {place.number for place in reached if place.kind == "HUNT_GROUP"})
    hunted = {ring.number for group in hunt_groups.values() for ring in group.rings}
    rows = gather_sql.extensions(tenant_id, extensions | hunted)
    outside = outside_rows.read(*prefixes_and_patterns)
    also = (presses.PERMISSION,) * any(row[9] != "[]" for row in rows)
    permissions = dialling_rights.permissions_of(tenant_id, [row[1] for row in rows], outside, also)
    rings = {row[0]: [SequenceRing(*ring) for ring in sorted(orjson.loads(row[11]))] for row in rows}
    destinations = {row[0]: _destination(calendar, row, rings[row[0]], permissions.get(row[1], {})) for row in rows}
    internal = {place.number for place in reached if place.kind}
    internal |= {ring.number for some in rings.values() for ring in some if ring.internal}
    world = Surroundings(
        destinations.get,
        {place.number: _ring_group(place, place.seconds) for place in reached if place.seconds},
        {place.number: place.name for place in reached if place.kind == "VIRTUAL_RECEPTIONIST"},
        frozenset(internal),
        outside,
        hunt_groups,
        _call_queues(tenant_id, {place.number for place in reached if place.kind == "CALL_QUEUE"}),
        special or "",
        calendar.zone,
        {
            place.number: Conference(place.name, bool(place.enabled))
            for place in reached
            if place.kind == "CONFERENCE_ROOM"
        },
    )
    return _called(reached, world), world, calendar


def _called(reached: Iterable[Reached], world: Surroundings) -> Next:
    number = next((place.number for place in reached if place.hops == 0), "")
    group = world.hunt_groups.get(number)
    called: Next | None = group if group is not None and group.enabled else world.destination(number)
    called = called or world.call_queues.get(number) or world.ring_groups.get(number)
    if called is None:
        raise NotFound("There is no such extension.")
    return called


def _ring_group(place: Reached, seconds: int) -> RingGroup:
    return RingGroup(place.number, place.name, seconds, place.action or "", place.target or "", place.former or "")


def _hunt_groups(tenant_id: int, numbers: Collection[str]) -> dict[str, HuntGroup]:
    """Return the hunt groups at those numbers, each under its extension and its DID."""
    found: dict[str, HuntGroup] = {}
    rows = gather_sql.hunt_groups(tenant_id, numbers) if numbers else []
    for (extension, did, name, enabled, fallback, former, *flags), joined in groupby(rows, key=lambda row: row[:9]):
        rings = [Ring(user, seconds, bool(together)) for *_, user, seconds, together in joined if user is not None]
        voicemail, user_forward, own_times = (bool(flag) for flag in flags)
        group = HuntGroup(
            extension, name, bool(enabled), rings, fallback, voicemail, user_forward, own_times, former or ""
        )
        found |= {number: group for number in (extension, did) if number is not None}
    return found


def _call_queues(tenant_id: int, numbers: Collection[str]) -> dict[str, CallQueue]:
    """Return the call queues at those numbers."""
    rows = gather_sql.call_queues(tenant_id, numbers) if numbers else []
    return {row[0]: CallQueue(*row) for row in rows}


def _destination(
    calendar: Calendar, row: Sequence[Any], rings: Sequence[SequenceRing], permissions: Mapping[str, bool]
) -> Destination:
    number, id_, status, document, hours, voice_mail, greeting, may_call, pointing, keys, permitted, _, attendant = row
    rules, pointed, kept = orjson.loads(document), orjson.loads(pointing), orjson.loads(voice_mail)
    fill(rules, pointed)
    return Destination(
        number,
        State.AVAILABLE if status == "ONLINE" else State(status),
        calendar.hours(orjson.loads(hours)),
        rules,
        bool(permitted) and kept["enable_voicemail"],
        greeting or DEFAULT,
        bool(may_call),
        [_ring(ring) for ring in rings],
        {place: former for place, _, former in pointed if former},
        permissions,
        presses.read(orjson.loads(keys)) if permissions.get(presses.PERMISSION) else (),
        Mailbox(id_, kept["prompt_language"], orjson.loads(attendant)),
    )


def _ring(ring: SequenceRing) -> Ring:
    periods = None if ring.periods is None else read_periods(ring.periods)
    return Ring(ring.number, ring.seconds, bool(ring.together), periods, ring.former or "")
