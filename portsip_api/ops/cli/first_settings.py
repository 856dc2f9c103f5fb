"""The settings file that `init --data` writes, so that every later command and the server find the data folder."""

import os
import shlex
from pathlib import Path

import click

from portsip_api import settings, settings_file
from portsip_api.startup import StartupError
from portsip_api.store.files import create_folders, write_atomically

_HEAD = "# Settings of the PBX, for `pbx` and the server: NAME=value. Readable for all: keep secrets elsewhere.\n"


def settle_on(data: Path) -> None:
    """Make the folder `data` and a settings file that names it, and say how later commands find the file.

    A file that names this folder already stays as it is. Raises StartupError when settings name another folder, and
    OSError.
    """
    if not str(data).isprintable():
        raise StartupError("The path of the data folder must be text without line breaks.")
    try:
        file = settings_file.path() or _place(data)
        known = settings_file.read(file) if os.path.lexists(file) else None
    except settings.ConfigurationError as error:
        raise StartupError(str(error)) from error
    for place, named in (("The environment", {"PBX_DATA_DIR": str(data), **os.environ}), (file, known)):
        if named is not None and (settings.ROOT / named.get("PBX_DATA_DIR", "db")).resolve() != data:
            raise StartupError(f"{place} names another data folder: change it there, or name a new file in PBX_CONFIG.")
    create_folders(data)
    if known is None:
        line = f"PBX_DATA_DIR={settings_file.quoted(str(data))}\n"
        write_atomically(file, (_HEAD + line).encode(), mode=0o644)
        click.echo(f"Wrote the settings file {file}.")
    if settings_file.path() != file:
        os.environ["PBX_CONFIG"] = str(file)
        click.echo("Other commands and the server find it by a variable of the environment:")
        click.echo(f"export PBX_CONFIG={shlex.quote(str(file))}")


def _place(data: Path) -> Path:
    """Return where a new file belongs: where it is found by itself, if this process may write there."""
    default = settings_file.DEFAULT
    is_found = not settings.IN_WORKING_TREE and os.access(default.parent, os.W_OK)
    return default if is_found else data / default.name
