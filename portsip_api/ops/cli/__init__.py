"""The command line: `pbx …`, also as `flask --app app pbx …`, a module per concern."""

import click
from flask import Flask

from portsip_api.ops.cli import (
    accounts,
    attendant,
    demo,
    import_export,
    mailbox,
    phonebook,
    recording,
    routes,
    rule,
    seed,
    serve,
    setup,
    store,
    switch,
)
from portsip_api.ops.cli.group import SentenceGroup

pbx = SentenceGroup("pbx", help="Administer the PBX.")
click.version_option(package_name="portsip-api", prog_name="pbx")(pbx)
for command in (
    setup.init,
    serve.serve,
    setup.check,
    setup.openapi,
    accounts.admin,
    accounts.tenant,
    attendant.attendant,
    store.backup,
    store.restore,
    store.rotate_key,
    switch.switch,
    import_export.import_extensions,
    import_export.export_extensions,
    seed.seed,
    demo.demo,
    routes.route,
    routes.hours,
    rule.rule,
    phonebook.phonebook,
    mailbox.mailbox,
    recording.recording,
):
    pbx.add_command(command)


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(pbx)
