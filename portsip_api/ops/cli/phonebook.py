"""`phonebook …`: the public phonebooks of a tenant."""

from functools import partial
from pathlib import Path

import click

from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.ops.cli.import_export import tenant_id_of, tenant_option
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.phonebooks import phonebooks

phonebook = SentenceGroup("phonebook", help="Public phonebooks.")


@phonebook.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--group", "groups", multiple=True, metavar="NAME", help="An extension group whose members stand in it.")
@tenant_option
def import_phonebook(name: str, file: Path | None, groups: tuple[str, ...], tenant: str | None) -> None:
    """Make the phonebook NAME of FILE, or of groups. A phonebook of that name is replaced.

    FILE is a table with the columns First name, Last name and Number (CSV, in any form that a spreadsheet saves), or
    what Outlook or Gmail exports as CSV, or vCards. Everybody's every number is an entry; a fax and a pager are none.
    """
    if file is None and not groups:
        raise click.UsageError("A phonebook is made of a file, of groups, or of both.")
    try:
        content = file.read_bytes() if file else b""
        rows = phonebooks.import_csv(tenant_id_of(tenant), name, content, groups, partial(click.echo, err=True))
    except Invalid as error:
        for field, texts in error.errors.items():
            click.echo(f"error: {field}: {' '.join(texts)}", err=True)
        raise click.ClickException("The phonebook was not imported.") from error
    click.echo(f"Imported {rows} entries into the phonebook {name}.")


@phonebook.command("show-to")
@click.argument("name")
@click.argument("groups", nargs=-1, metavar="[GROUP]…")
@tenant_option
def show_phonebook_to(name: str, groups: tuple[str, ...], tenant: str | None) -> None:
    """Let the members of each GROUP, and nobody else, see the phonebook NAME in their own."""
    try:
        phonebooks.show_to(tenant_id_of(tenant), name, groups)
    except Invalid as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The phonebook {name} is seen by the members of {', '.join(groups) or 'no group'}.")


@phonebook.command("list")
@tenant_option
def list_phonebooks(tenant: str | None) -> None:
    """List the names of the phonebooks."""
    for name in phonebooks.names(tenant_id_of(tenant)):
        click.echo(name)


@phonebook.command("remove")
@click.argument("name")
@tenant_option
def remove_phonebook(name: str, tenant: str | None) -> None:
    """Remove the phonebook NAME."""
    phonebooks.remove(tenant_id_of(tenant), name)
    click.echo(f"Removed the phonebook {name}.")
