"""`seed`: demonstration data."""

import click

from portsip_api.ops.cli.group import StoreCommand
from portsip_api.ops.cli.import_export import bar, tenant_id_of, tenant_option
from portsip_api.pbx.upkeep import demo
from portsip_api.store import database


@click.command(cls=StoreCommand)
@click.option("--extensions", type=click.IntRange(0), default=100, show_default=True, help="How many extensions.")
@click.option("--groups", type=click.IntRange(0), default=5, show_default=True, help="How many extension groups.")
@tenant_option
def seed(extensions: int, groups: int, tenant: str | None) -> None:
    """Make demonstration data, while the server runs: extensions and groups that have them as members.

    Run again, it goes on at the next free numbers. Passwords are random.
    """
    tenant_id = tenant_id_of(tenant)
    database.expect_many_writes()
    group_ids = demo.make_groups(tenant_id, groups)
    with bar("Making extensions", extensions) as progress:
        demo.make_extensions(tenant_id, extensions, group_ids, progress.update)
    click.echo(f"Made {extensions} extensions and {groups} groups.")
