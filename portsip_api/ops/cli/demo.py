"""`demo`: a server to look at, with people in it, on a data folder of its own."""

import os
import sys
from pathlib import Path
from typing import Final

import click

from portsip_api import settings
from portsip_api.ops.cli.opening import open_or_make
from portsip_api.pbx.access import administrators
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.upkeep import demo as people
from portsip_api.pbx.upkeep import demo_life
from portsip_api.startup import StartupError
from portsip_api.store import database
from portsip_api.store.files import create_folders, write_atomically
from portsip_api.switch import DEMO

_MARK: Final = "demonstration"  # a file that tells its folder from one of data that somebody needs
_TEXT: Final = b"What `pbx demo` shows lies in this folder, which may be removed.\n"
_GROUPS: Final = 5


@click.command()
@click.option(
    "--data", metavar="DIR", type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="The folder of its data; in a working tree `demo` when none is named.",
)  # fmt: skip
@click.option("--extensions", type=click.IntRange(1, 500), default=60, show_default=True, help="How many at first.")
def demo(data: Path | None, extensions: int) -> None:
    """Run a server with demonstration data whose statuses and calls move, until it is stopped.

    It has a folder of its own and touches no other data. Each start prints a new password of its administrator.
    """
    if data is None:
        if not settings.IN_WORKING_TREE:
            raise click.UsageError("Name a folder for its data: --data DIR.")
        data = settings.ROOT / "demo"
    _settle_in(data)
    open_or_make()
    password = administrators.generate_password()
    if administrators.exists():
        administrators.set_password(administrators.FIRST_NAME, password)
    else:
        administrators.create_first(password)
        made = people.make_groups(DEFAULT_TENANT_ID, _GROUPS)
        people.make_extensions(DEFAULT_TENANT_ID, extensions, made, lambda _: None)
        demo_life.equip(DEFAULT_TENANT_ID)
    database.db.close()
    click.echo(f"The password of {administrators.FIRST_NAME}, until the next start: {password}")
    os.execv(sys.executable, [sys.executable, str(settings.ROOT / "app.py")])  # noqa: S606 — nothing here is a client's


def _settle_in(data: Path) -> None:
    """Make the folder, and let this process and the server work in it and nowhere else. Raises StartupError."""
    if not (data / _MARK).exists():
        if data.is_dir() and any(data.iterdir()):
            raise StartupError(f"The folder {data} has other things in it: name another one for the demonstration.")
        create_folders(data)
        write_atomically(data / _MARK, _TEXT)
    elsewhere = {"DATABASE_URL": "", "PBX_SECRET_KEY_FILE": "", "PBX_MEDIA_GROUP": "", "PBX_ADMIN_PASSWORD": ""}
    os.environ.update({"PBX_DATA_DIR": str(data), "PBX_SWITCH": DEMO, **elsewhere})
