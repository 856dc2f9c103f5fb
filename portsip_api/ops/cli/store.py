"""`backup`, `restore` and `rotate-key`: what an operator does to the store as a whole."""

from pathlib import Path

import click

from portsip_api import settings
from portsip_api.ops.cli.group import StoreCommand
from portsip_api.ops.cli.opening import name_store
from portsip_api.ops.cli.overwriting import confirm, yes_option
from portsip_api.pbx.upkeep import rekey
from portsip_api.store import backup as backups
from portsip_api.store import database
from portsip_api.store.restore import restore as restore_backup
from portsip_api.store.secrets import Keyring

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=StoreCommand)
@click.argument("file", type=_FILE)
@yes_option
def backup(file: Path, *, yes: bool) -> None:
    """Write a backup of the database and the greetings to FILE, while the server runs.

    The key of the stored secrets is not in it: keep a copy of the key file in another place.
    """
    confirm(file, "the file", yes=yes)
    manifest = backups.create(_place(), file, rekey.needed_keys)
    click.echo(f"Made a backup of schema {manifest.schema}. {_needs(manifest)}")


@click.command()
@click.argument("file", type=_FILE)
@yes_option
def restore(file: Path, *, yes: bool) -> None:
    """Put the backup FILE in the place of the present database and greetings, while no server runs.

    Access tokens do not come back: everybody logs in again.
    """
    if not database.is_in_use():
        name_store()
    confirm(settings.current().database_path, "the database", yes=yes or not file.exists())
    keys = Keyring()
    keys.open(settings.current().secret_key_path, create=False)
    database.db.close()
    manifest = restore_backup(_place(), file, keys=keys.key_ids(), needed_keys=rekey.needed_keys)
    click.echo(f"Restored the backup of {manifest.made_at}, schema {manifest.schema}. {_needs(manifest)}")


@click.command("rotate-key", cls=StoreCommand)
def rotate_key() -> None:
    """Make a new key and write all stored secrets under it, while the server runs.

    After an interruption, run it again: it goes on where it stopped. Wait for running imports before the next rotation.
    """
    rotation = rekey.rotate(settings.current().secret_key_path)
    if rotation.is_new:
        click.echo(f"Made the key {rotation.key_id} and wrote {rotation.rewritten} secrets under it.")
        click.echo("The previous key stays in the key file until the next rotation.")
    else:
        click.echo(f"Finished an earlier rotation: wrote {rotation.rewritten} secrets under the key {rotation.key_id}.")
        click.echo("No new key was made; run the command again for one.")


def _place() -> backups.Place:
    return backups.Place(settings.current().data_path, settings.current().database_path)


def _needs(manifest: backups.Manifest) -> str:
    if not manifest.key_ids:
        return "It holds no secrets and needs no key."
    return f"Its secrets need the key {' and the key '.join(manifest.key_ids)}."
