"""Where calls go, on the command line: `pbx route` and `pbx hours`."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import click

from portsip_api.ops.cli.group import StoreCommand
from portsip_api.ops.cli.import_export import tenant_id_of, tenant_option
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.hours import zones
from portsip_api.pbx.hours.office_hours import Hours, holiday_at, is_open, next_change
from portsip_api.pbx.routing import gather as routes
from portsip_api.pbx.routing.destinations import State
from portsip_api.pbx.routing.steps import Outcome
from portsip_api.store.clock import clock

_DAY: Final = timedelta(days=1)
_at_option = click.option(
    "--at", metavar="ISO8601", help="When; now when absent. Without an offset it is in the extension's time zone."
)


def _instant(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text) if text else datetime.fromtimestamp(int(clock.wall()), UTC)
    except ValueError as error:
        raise click.BadParameter("must be a time in ISO 8601, such as 2026-12-24T18:30.", param_hint="--at") from error


@click.command("route", cls=StoreCommand)
@click.argument("extension_number")
@_at_option
@click.option("--state", type=click.Choice(list(State), case_sensitive=False), help="Instead of the live state.")
@click.option("--outcome", type=click.Choice(list(Outcome)), help="What ringing the phones comes to.")
@tenant_option
def route(
    extension_number: str, at: str | None, state: State | None, outcome: Outcome | None, tenant: str | None
) -> None:
    """Print what would happen to a call, step by step, and why."""
    found = routes.find(
        tenant_id_of(tenant), ExtensionKey(extension_number), _instant(at), state=state, outcome=outcome
    )
    _warn(found.warnings)
    opening = "open" if found.is_open else "closed"
    click.echo(
        f"{found.number} is {found.state} at {found.at:%A %Y-%m-%d %H:%M} {found.zone}; the office is {opening}."
    )
    for number, step in enumerate(found.steps, 1):
        length = f" for {step.seconds} seconds" if step.seconds is not None else ""
        greeting = f" with {step.greeting}" if step.greeting is not None else ""
        click.echo(f"{number}. {step.action} {step.target or ''}".rstrip() + length + greeting)
        click.echo(f"   {step.reason} ({step.rule})")
        for press in step.presses:
            click.echo(f"   {press.key}: {press.action} {press.target or ''}".rstrip())
            click.echo(f"      {press.reason} ({press.rule})")


@click.command("hours", cls=StoreCommand)
@click.argument("extension_number")
@_at_option
@tenant_option
def hours(extension_number: str, at: str | None, tenant: str | None) -> None:
    """Print the office hours of a week as a table."""
    found = routes.office_hours(tenant_id_of(tenant), ExtensionKey(extension_number), _instant(at))
    _warn(zones.warnings(found.hours.lacking, found.hours.zone))
    opening = "open" if found.is_open else "closed"
    click.echo(f"{found.number} is {opening} at {found.at:%A %Y-%m-%d %H:%M} {found.hours.zone.key}.")
    for offset in range(7):
        day = found.at.date() + offset * _DAY
        click.echo(f"{day:%A %Y-%m-%d}".ljust(22) + _line(found.hours, day))


def _warn(sentences: list[str]) -> None:
    for sentence in sentences:
        click.echo(f"Warning: {sentence}", err=True)


def _line(hours: Hours, day: date) -> str:
    """Return the times between which the office is open on `day`, as its clock shows them."""
    start = datetime.combine(day, time(), hours.zone)
    end = datetime.combine(day + _DAY, time(), hours.zone)
    parts, now = [], start
    while now < end:
        change = min(next_change(hours, now) or end, end)
        if is_open(hours, now):
            parts.append(f"{now:%H:%M}–{'24:00' if change == end else f'{change:%H:%M}'}")
        now = change
    holiday = holiday_at(hours, start + _DAY / 2)
    return (", ".join(parts) or "closed") + (f" ({holiday.name})" if holiday else "")
