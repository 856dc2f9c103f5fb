"""`init`, `check` and `openapi`: the first start, what is wrong, and the document of the API."""

import json
import sys
from pathlib import Path
from typing import Final

import click
from flask import current_app
from flask.cli import with_appcontext

from portsip_api import settings
from portsip_api.ops.check import findings
from portsip_api.ops.cli.first_settings import settle_on
from portsip_api.ops.cli.group import StoreCommand
from portsip_api.ops.cli.opening import open_or_make
from portsip_api.ops.postman import collection
from portsip_api.pbx.access import administrators
from portsip_api.store import database
from portsip_api.store.files import write_atomically

_PREFIXES: Final = {"portsip": "", "sipxcom": "SIPXCOM_", "provision": "PROVISION_"}


@click.command()
@click.option(
    "--data", metavar="DIR", type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="Make this data folder, and a settings file that names it.",
)  # fmt: skip
def init(data: Path | None) -> None:
    """Make the database, the key and the first administrator, where they are missing.

    The administrator is `admin`; its password is that of PBX_ADMIN_PASSWORD, or a generated one that is printed once.
    The settings file of --data is that of PBX_CONFIG; else /etc/portsip-api.env, where the program is installed and
    root runs it; else one in the data folder. One that names another folder is left alone, and an error.
    """
    if data is not None:
        settle_on(data)
    open_or_make()
    given = settings.current().admin_password
    password = given or administrators.generate_password()
    if administrators.exists() or not _make_first(password):
        click.echo("There is an administrator already; nothing was changed.")
    elif given:
        click.echo(f"Made the administrator {administrators.FIRST_NAME} with the password in PBX_ADMIN_PASSWORD.")
    else:
        click.echo(f"Made the administrator {administrators.FIRST_NAME} with a password that is shown only now:")
        click.echo(password)


def _make_first(password: str) -> bool:
    """Make the first administrator, or return False when another process was quicker."""
    # The one place where a hash is computed inside a transaction: nobody waits, since nobody can log in yet.
    with database.writing():
        if administrators.exists():
            return False
        administrators.create_first(password)
    return True


@click.command()
def check() -> None:
    """Say what is wrong with the configuration and the store; the exit status is 1 when there is an error."""
    is_alone = not database.is_in_use()
    failed = False
    for finding in findings():
        click.echo(f"{'error' if finding.is_error else 'advice'}: {finding.sentence}")
        failed = failed or finding.is_error
    if is_alone and database.is_in_use():
        click.echo(f"Database: {settings.current().database_path}", err=True)
    if failed:
        sys.exit(1)
    click.echo("No errors.")


@click.command(cls=StoreCommand)
@click.option("--api", "--face", "api", type=click.Choice(sorted(_PREFIXES)), default="portsip", help="Of which API.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file, not to the terminal.")
@click.option(
    "--server", metavar="URL", help="The server's address; else that of PBX_BIND, and the document's own place."
)
@click.option("--postman", is_flag=True, help="As a collection of Postman, with a log-in.")
@with_appcontext
def openapi(api: str, output: Path | None, server: str | None, *, postman: bool) -> None:
    """Print the OpenAPI document of an API, as `/openapi.json` and `/openapi-….json` serve it."""
    documented = current_app.extensions["flask-smorest"]["apis"][_PREFIXES[api]]["ext_obj"]
    document = documented.document(server or "/")
    if postman:
        document = collection(document, (server or f"http://{settings.current().bind}").rstrip("/"))
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode(), mode=0o644)
