"""The file in which `import --generate-passwords` tells the passwords that it made."""

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from portsip_api.pbx.import_export.generating import Generated
from portsip_api.store.files import create, write_atomically

BESIDE: Final = "-"  # what the option means without a value


def place(option: str | None, file: Path) -> Path | None:
    """Return where the passwords of an import of `file` go; None when none are wanted."""
    if option is None:
        return None
    return file.with_name(f"{file.stem}.passwords.csv") if option == BESIDE else Path(option)


@contextmanager
def telling(path: Path | None, generated: Generated) -> Iterator[Callable[[Collection[str]], None]]:
    """Write what was generated to the new file `path` before the body, so that nothing is committed that nobody knows.

    The body gives the numbers of the extensions that there are to the function that it is given: the others' passwords
    go, and with nothing to tell the file as well. Raises FileExistsError.
    """
    if path is None or not len(generated):
        yield lambda _: None
        return
    os.close(create(path))
    write_atomically(path, generated.csv())

    def settle(numbers: Collection[str]) -> None:
        generated.keep(numbers)
        if len(generated):
            write_atomically(path, generated.csv())
            click.echo(f"Wrote the passwords of {len(generated)} extensions to {path}; they are told this once.")
        else:
            path.unlink()

    yield settle
