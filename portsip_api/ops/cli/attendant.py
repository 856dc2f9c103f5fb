"""`attendant …`: auto attendants besides the two that every tenant has."""

import click

from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.ops.cli.import_export import tenant_id_of, tenant_option
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.features import attendants
from portsip_api.store.search import fold

attendant = SentenceGroup("attendant", help="Auto attendants: who answers by menu.")


@attendant.command("add")
@click.argument("name")
@click.option("--number", help="The number at which it answers.")
@click.option("--live-code", metavar="CODE", help="The code that switches between it and a person.")
@click.option(
    "--expire-hours", metavar="H", type=click.IntRange(1, 8760), help="After how long a person answers again by itself."
)
@click.option("--schedule", metavar="NAME", help="General schedule, at whose start a person answers again by itself.")
@tenant_option
def add(name: str, tenant: str | None, **fields: str | int | None) -> None:
    """Make the attendant NAME."""
    made = attendants.create(tenant_id_of(tenant), {"name": name, **fields})
    click.echo(f"Made the attendant {made.name} with the id {made.key}.")


@attendant.command("list")
@tenant_option
def list_(tenant: str | None) -> None:
    """List the attendants: id, name, number, live code, and what is on of live and special; separated by tabs."""
    for item in attendants.list_all(tenant_id_of(tenant)):
        states = [state for state, is_on in (("live", item.live), ("special", item.special)) if is_on]
        click.echo(f"{item.key}\t{item.name}\t{item.number}\t{item.live_code}\t{' '.join(states)}")


@attendant.command("remove")
@click.argument("name")
@tenant_option
def remove(name: str, tenant: str | None) -> None:
    """Remove the attendant NAME; the two built-in ones stay."""
    tenant_id = tenant_id_of(tenant)
    found = [item for item in attendants.list_all(tenant_id) if fold(item.name) == fold(name)]
    found.sort(key=lambda item: item.name != name)
    if not found:
        raise NotFound("There is no such attendant.")
    attendants.destroy(tenant_id, found[0].key)
    click.echo(f"Removed the attendant {found[0].name}.")
