"""`recording …`: recordings of calls, as a SIP engine leaves them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.ops.cli.import_export import tenant_id_of, tenant_option
from portsip_api.pbx.calls import recordings
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.store.paging import Slice

_MOST: Final = 100_000

recording = SentenceGroup("recording", help="Recordings of calls.")


@recording.command("deposit")
@click.argument("extension_number")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "caller", metavar="NUMBER", default="", help="The number of the caller.")
@click.option("--to", "callee", metavar="NUMBER", default="", help="The number that was called.")
@click.option("--call-id", default="", help="The call's id, as the history of calls has it.")
@click.option(
    "--name", "filename", default="", help="A label, by which a recording is taken once; else one is made up."
)
@tenant_option
def deposit(extension_number: str, file: Path, tenant: str | None, **fields: Any) -> None:
    """Keep the WAV file FILE as a recording of a call of EXTENSION_NUMBER that has just ended."""
    made = recordings.deposit(tenant_id_of(tenant), ExtensionKey(extension_number), file.read_bytes(), **fields)
    click.echo(f"Kept {made.filename}, {made.duration:.1f} seconds, with the id {made.id}.")


@recording.command("list")
@tenant_option
def list_recordings(tenant: str | None) -> None:
    """List recordings, the newest first: id, beginning, extension, caller, callee, seconds, name; separated by tabs."""
    for one in recordings.page(tenant_id_of(tenant), Times(), Slice(0, _MOST, descending=True)).rows:
        at = datetime.fromtimestamp(one.started // 1000, UTC).isoformat(timespec="seconds")
        texts = (one.extension_number, one.caller, one.callee, f"{one.duration:.1f}", one.filename)
        click.echo("\t".join((str(one.id), at, *texts)))


@recording.command("delete")
@click.argument("recording_id", type=int)
@tenant_option
def delete(recording_id: int, tenant: str | None) -> None:
    """Remove a recording for good."""
    recordings.destroy(tenant_id_of(tenant), id=recording_id)
    click.echo(f"Deleted the recording {recording_id}.")
