"""The command groups, whose commands work on the store that is there.

What the PBX or its store refuses is said in one sentence, with exit status 1.
"""

import errno
from typing import Any

import click
import peewee

from portsip_api import settings
from portsip_api.ops.cli.opening import open_existing
from portsip_api.pbx.errors import PbxError
from portsip_api.store import database
from portsip_api.store.backup import BackupRefused
from portsip_api.store.secrets import KeyMissing


class StoreCommand(click.Command):
    """A command that needs a database, which it does not make."""

    def invoke(self, ctx: click.Context) -> Any:
        """Open the store and run the command. Raises StartupError."""
        open_existing()
        return super().invoke(ctx)


class SentenceGroup(click.Group):
    """A group whose commands may raise what the floors below raise."""

    command_class = StoreCommand

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises ClickException with the sentence of whatever was refused."""
        try:
            return super().invoke(ctx)
        except (PbxError, KeyMissing, BackupRefused, database.StoreUnavailable) as error:
            raise click.ClickException(str(error)) from error
        except peewee.DatabaseError as error:
            if not database.is_unavailable(error):
                raise
            path = settings.current().database_path
            raise click.ClickException(f"The database {path} cannot be used ({error}).") from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of the output has gone, which click handles
                raise
            raise click.ClickException(f"{error.strerror}: {error.filename}.") from error
