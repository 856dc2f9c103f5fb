"""`rule …`: the dialling rules of a tenant, which its gateways join."""

from collections.abc import Sequence

import click

from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.ops.cli.import_export import tenant_id_of, tenant_option
from portsip_api.pbx.trunks import dialling_rules
from portsip_api.pbx.trunks.rule_kinds import OUTSIDE_KINDS

rule = SentenceGroup("rule", help="Dialling rules: kinds of calls to the outside, which gateways carry.")


@rule.command("list")
@tenant_option
def list_rules(tenant: str | None) -> None:
    """List the rules: id, name, kind, whether it is enabled, and its patterns; separated by tabs."""
    for item in dialling_rules.page(tenant_id_of(tenant)):
        state = "enabled" if item.enabled else "disabled"
        click.echo("\t".join([str(item.id), item.name, item.kind, state, *map(_written, item.patterns)]))


@rule.command("add")
@click.argument("name")
@click.option("--description", help="What it is for.")
@click.option("--kind", type=click.Choice(OUTSIDE_KINDS, case_sensitive=False), default="CUSTOM")
@click.option(
    "--pattern",
    "patterns",
    multiple=True,
    help="Numbers that it is for: 00, or with the number of digits that follow, 0900:6. May be given several times.",
)
@click.option("--disabled", is_flag=True, help="Make it without putting it in force: its numbers are denied.")
@tenant_option
def add_rule(name: str, *, patterns: Sequence[str], disabled: bool, tenant: str | None, **fields: str | None) -> None:
    """Make the rule NAME, for gateways to join."""
    own = {"name": name, "enabled": not disabled, "patterns": [_pattern(text) for text in patterns]}
    rule_id = dialling_rules.create(tenant_id_of(tenant), {**fields, **own})
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


def _pattern(text: str) -> dict[str, object]:
    prefix, colon, digits = text.partition(":")
    if not prefix or (colon and not (digits.isascii() and digits.isdigit())):
        raise click.BadParameter(f"{text} is no pattern: write 00, or 0900:6 where six digits follow.")
    return {"prefix": prefix, "digits": int(digits) if colon else -1}


def _written(pattern: dialling_rules.Pattern) -> str:
    return pattern.prefix if pattern.digits < 0 else f"{pattern.prefix}:{pattern.digits}"
