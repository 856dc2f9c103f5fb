"""Asking before something is replaced: `--yes` answers for who cannot be asked."""

from collections.abc import Callable
from pathlib import Path

import click


def yes_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--yes` to a command, for `confirm`."""
    return click.option("--yes", is_flag=True, help="Do not ask.")(command)


def confirm(path: Path, what: str, *, yes: bool) -> None:
    """Ask whether `what` is to be replaced, which lies at `path`, unless there is nothing or `yes` says so.

    Raises ClickException when nobody answers, and Abort when the answer is no.
    """
    if yes or not path.exists():
        return
    try:
        is_meant = click.confirm(f"Replace {what} {path}?", err=True)
    except click.Abort:
        click.echo(err=True)
        raise click.ClickException(f"There is {what} {path} already, and nobody to ask: --yes replaces it.") from None
    if not is_meant:
        raise click.Abort
