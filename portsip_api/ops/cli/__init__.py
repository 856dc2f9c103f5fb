"""The command line: `flask --app app pbx …`, a module per concern."""

from flask import Flask

from portsip_api.ops.cli import accounts, setup, store
from portsip_api.ops.cli.group import SentenceGroup

pbx = SentenceGroup("pbx", help="Administer the PBX.")
for command in (
    setup.init,
    setup.check,
    setup.openapi,
    accounts.admin,
    accounts.tenant,
    store.backup,
    store.restore,
    store.rotate_key,
):
    pbx.add_command(command)


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(pbx)
