"""`rule …`: the dialling rules of a tenant, which its gateways join."""

import click

from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.ops.cli.import_export import tenant_id_of, tenant_option
from portsip_api.pbx.trunks import dialling_rules

rule = SentenceGroup("rule", help="Dialling rules: kinds of calls to the outside, which gateways carry.")


@rule.command("list")
@tenant_option
def list_rules(tenant: str | None) -> None:
    """List the rules: id, name, kind, and whether it is enabled; separated by tabs."""
    for item in dialling_rules.page(tenant_id_of(tenant)):
        click.echo(f"{item.id}\t{item.name}\t{item.kind}\t{'enabled' if item.enabled else 'disabled'}")


@rule.command("add")
@click.argument("name")
@click.option("--description", help="What it is for.")
@click.option("--kind", type=click.Choice(dialling_rules.KINDS, case_sensitive=False), default="CUSTOM")
@click.option("--disabled", is_flag=True, help="Make it without putting it in force.")
@tenant_option
def add_rule(name: str, description: str | None, kind: str, *, disabled: bool, tenant: str | None) -> None:
    """Make the rule NAME, for gateways to join."""
    fields = {"name": name, "description": description, "kind": kind, "enabled": not disabled}
    rule_id = dialling_rules.create(tenant_id_of(tenant), fields)
    click.echo(f"Made the dialling rule {name} with the id {rule_id}.")


@rule.command("remove")
@click.argument("name")
@tenant_option
def remove_rule(name: str, tenant: str | None) -> None:
    """Remove the rule NAME, which its gateways leave."""
    tenant_id = tenant_id_of(tenant)
    found = dialling_rules.find_by_name(tenant_id, name)
    dialling_rules.destroy(tenant_id, found.id)
    click.echo(f"Removed the dialling rule {found.name}.")
