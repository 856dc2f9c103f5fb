"""Files that are laid on the server for a tenant, by hand or by another program, to be taken by their names.

Each tenant has a folder in `PBX_UPLOAD_DIR`, called as its id, and in it one of each kind; what lies in the folder's
root is the default tenant's. A name has no separator, and no link is followed below `PBX_UPLOAD_DIR`.
Source: contract `portsip-more.md`, section 1.3.
"""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from portsip_api import settings
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.errors import FileNotThere

GREETINGS, PROMPTS, IMPORT, EXPORT = "greetings", "prompts", "import", "export"
_ID: Final = re.compile(r"[1-9][0-9]{0,18}")
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe would let its opener wait


def root() -> Path | None:
    """Return `PBX_UPLOAD_DIR`, or None where there is none."""
    return settings.current().upload_path


def is_name(name: str) -> bool:
    """Tell whether `name` is one of a file, and no path."""
    return name not in {"", ".", ".."} and not set(name) & set("/\\\x00")


@contextmanager
def opened(tenant_id: int, kind: str, name: str) -> Iterator[BinaryIO]:
    """Open the file of a tenant that has that name, to be read. Raises FileNotThere."""
    descriptor = _find(tenant_id, kind, name)
    if descriptor is None:
        raise FileNotThere("There is no such file.")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def read(tenant_id: int, kind: str, name: str, most: int) -> bytes:
    """Return the first `most` bytes of such a file. Raises FileNotThere."""
    with opened(tenant_id, kind, name) as file:
        return file.read(most)


@contextmanager
def folder(tenant_id: int, kind: str, *, is_made: bool = True) -> Iterator[int]:
    """Yield a descriptor of a tenant's folder of that kind, which is made, mode 0700, if need be. Raises OSError."""
    with ExitStack() as stack:
        yield _enter(stack, root() or Path(), [str(tenant_id), kind], is_made=is_made)


def tenants() -> list[int]:
    """Return the ids of tenants that have a folder."""
    top = root()
    try:
        return [int(path.name) for path in top.iterdir() if _ID.fullmatch(path.name)] if top is not None else []
    except OSError:
        return []


def _find(tenant_id: int, kind: str, name: str) -> int | None:
    top = root()
    if top is None or not is_name(name):
        return None
    places: list[Sequence[str]] = [(str(tenant_id), kind)]
    if tenant_id == DEFAULT_TENANT_ID:
        places.append(())
    for place in places:
        with ExitStack() as stack, suppress(OSError, ValueError):
            found = os.open(name, _FILE, dir_fd=_enter(stack, top, place))
            if stat.S_ISREG(os.fstat(found).st_mode):
                return found
            os.close(found)
    return None


def _enter(stack: ExitStack, top: Path, names: Sequence[str], *, is_made: bool = False) -> int:
    """Return a descriptor of a folder below `top`, which `stack` closes. Raises OSError."""
    descriptor = os.open(top, _FOLDER & ~os.O_NOFOLLOW)  # the operator may lead elsewhere
    stack.callback(os.close, descriptor)
    for name in names:
        if is_made:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=descriptor)
        descriptor = os.open(name, _FOLDER, dir_fd=descriptor)
        stack.callback(os.close, descriptor)
    return descriptor
