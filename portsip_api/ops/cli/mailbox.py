"""`mailbox …`: the messages of an extension's mailbox, as a SIP engine leaves them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from portsip_api.ops.cli.group import SentenceGroup
from portsip_api.ops.cli.import_export import tenant_id_of, tenant_option
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.mailboxes import mailboxes, messages
from portsip_api.pbx.personal import voicemail_preferences
from portsip_api.store.paging import Slice

_MOST: Final = 100_000
_FORMATS: Final = ("FULL", "MEDIUM", "BRIEF")
_folder_option = click.option("--folder", type=click.Choice(messages.FOLDERS), default=messages.INBOX)

mailbox = SentenceGroup("mailbox", help="Mailboxes: the messages that callers leave.")


@mailbox.command("deposit")
@click.argument("extension_number")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "caller", metavar="NUMBER", default="", help="The number of the caller; withheld when absent.")
@click.option("--name", default="", help="What the caller calls itself; an extension's name when absent.")
@click.option("--subject", default="")
@click.option("--urgent", is_flag=True)
@click.option("--folder", type=click.Choice([messages.INBOX, messages.CONFERENCE]), default=messages.INBOX)
@tenant_option
def deposit(extension_number: str, file: Path, caller: str, tenant: str | None, **fields: Any) -> None:
    """Leave the WAV file FILE as a message in the mailbox of EXTENSION_NUMBER."""
    key = ExtensionKey(extension_number)
    made = mailboxes.deposit(tenant_id_of(tenant), key, file.read_bytes(), caller, **fields)
    click.echo(f"Left a message of {made.duration:.1f} seconds with the id {made.id}.")


@mailbox.command("list")
@click.argument("extension_number")
@_folder_option
@tenant_option
def list_messages(extension_number: str, folder: str, tenant: str | None) -> None:
    """List messages, the newest first: id, time, caller, name, seconds, marks, subject; separated by tabs."""
    part = Slice(0, _MOST, descending=True)
    for one in messages.page(tenant_id_of(tenant), ExtensionKey(extension_number), [folder], part).rows:
        at = datetime.fromtimestamp(one.received, UTC).isoformat(timespec="seconds")
        marks = " ".join(mark for mark, is_on in (("heard", one.heard), ("urgent", one.urgent)) if is_on)
        texts = (str(one.id), at, one.caller, one.caller_name, f"{one.duration:.1f}", marks, one.subject)
        click.echo("\t".join(texts))


@mailbox.command("move")
@click.argument("extension_number")
@click.argument("message_id", type=int)
@click.argument("folder", type=click.Choice(messages.FOLDERS))
@tenant_option
def move(extension_number: str, message_id: int, folder: str, tenant: str | None) -> None:
    """Put a message into another folder of its mailbox."""
    messages.move(tenant_id_of(tenant), ExtensionKey(extension_number), message_id, folder)
    click.echo(f"The message {message_id} lies in {folder} now.")


@mailbox.command("delete")
@click.argument("extension_number")
@click.argument("message_id", type=int)
@tenant_option
def delete(extension_number: str, message_id: int, tenant: str | None) -> None:
    """Move a message to the folder `deleted`; what lies there already is removed for good."""
    messages.delete(tenant_id_of(tenant), ExtensionKey(extension_number), message_id)
    click.echo(f"Deleted the message {message_id}.")


@mailbox.command("notify")
@click.argument("extension_number")
@click.option("--to", "email", metavar="ADDRESS", help="Where to: what the profile has or, with --other, another one.")
@click.option("--other", is_flag=True, help="Tell the alternate address, and not that of the profile.")
@click.option("--format", type=click.Choice(_FORMATS, case_sensitive=False))
@click.option("--audio/--no-audio", default=None, help="Whether the message comes with the mail.")
@click.option("--off", is_flag=True, help="Tell this address no more.")
@tenant_option
def notify(extension_number: str, *, other: bool, off: bool, tenant: str | None, **fields: str | bool | None) -> None:
    """Tell somebody by mail of new messages, once PBX_SMTP_URL names a mail server; print who is told."""
    tenant_id = tenant_id_of(tenant)
    user_id = find_id(tenant_id, ExtensionKey(extension_number))
    values = {"notify": not off, **{name: value for name, value in fields.items() if value is not None}}
    prefix = "alternate_" if other else ""
    voicemail_preferences.update(tenant_id, user_id, {f"{prefix}{name}": value for name, value in values.items()})
    found = voicemail_preferences.show(tenant_id, user_id)
    for notice in filter(None, (found.notice, found.alternate)):
        audio = "with audio" if notice.audio else "without audio"
        click.echo(f"{notice.address or 'no address'}\t{notice.form}\t{audio}")
