"""`switch`: what a SIP engine needs to work behind this server, and whether it does."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from portsip_api import settings
from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.ops.cli.opening import name_store
from portsip_api.ops.switch_check import findings
from portsip_api.store.files import create_folder, create_folders, write_atomically
from portsip_api.switch.freeswitch import access, certificates, configuration, recorded, static
from portsip_api.switch.freeswitch.certificates import CertificateError

switch = SentenceGroup("switch", help="The SIP engine behind this server.")


class Ports(click.ParamType[tuple[int, int]]):
    """A first and a last port, with a hyphen between them."""

    name = "ports"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return the two."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"([0-9]{4,5})-([0-9]{4,5})", str(value))
        first, last = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1024 <= first < last <= 65535:
            self.fail("Name two ports, such as 16384-32767.", param, ctx)
        return first, last


@switch.command("config", cls=click.Command)
@click.argument("engine", type=click.Choice(["freeswitch"]))
@click.argument("folder", type=click.Path(file_okay=False, resolve_path=True, path_type=Path))
@click.option(
    "--url",
    "urls",
    multiple=True,
    help="This server's address as the engine reaches it, else that of PBX_BIND; once more for each other one over the"
    " same store, which is asked where those before it do not answer.",
)
@click.option("--rtp", type=Ports(), default=(16384, 32767), metavar="FIRST-LAST", help="The ports of audio.")
def config(engine: str, folder: Path, urls: tuple[str, ...], rtp: tuple[int, int]) -> None:
    """Write the static configuration of an engine into a folder, and make its secrets where they are missing.

    Everything else the engine asks this server for. The file holds both secrets; the engine's user must be able to read
    it. Where SIP is, PBX_SERVER_ADDRESS, PBX_SIP_TRANSPORTS and PBX_TRUNK_PORT say; where the engine takes commands,
    PBX_SWITCH_URL. The certificate of PBX_SIP_CERTIFICATE_FILE and its key go into the folder `tls` within, in the
    files that the engine looks for: run this again when they are renewed.
    """
    del engine  # there is one
    name_store()
    files = _certificates()
    access.make()
    recorded.make_folder()
    place = static.Place(
        urls or (f"http://{settings.current().bind}",),
        access.secret(),
        access.door(),
        settings.current().server_address,
        configuration.ports(),
        rtp,
        str(settings.current().switch_path),
    )
    create_folders(folder)
    create_folder(folder / certificates.FOLDER)
    sound = folder / certificates.FOLDER / certificates.SOUND
    if (place.ports.ws or place.ports.wss) and not sound.exists():
        write_atomically(sound, certificates.sound())
    for name, content in files.items():
        write_atomically(folder / certificates.FOLDER / name, content)
    write_atomically(folder / static.NAME, static.file(place).encode())
    click.echo(f"Wrote {folder / static.NAME}.")


def _certificates() -> Mapping[str, bytes]:
    try:
        return certificates.files()
    except CertificateError as error:
        raise click.ClickException(str(error)) from error


@switch.command("check")
def check() -> None:
    """Say what is wrong between this server and the engine; the exit status is 1 when anything is."""
    wrong = list(findings())
    for sentence in wrong:
        click.echo(f"error: {sentence}")
    if wrong:
        sys.exit(1)
    click.echo("No errors.")
