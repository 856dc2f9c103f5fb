"""Exports that lie on the server for an hour, in the tenant's folder of `PBX_UPLOAD_DIR`: CSV files without secrets.

Source: contract `portsip-more.md`, section 1.3.
"""

import logging
import os
import re
import secrets
from contextlib import suppress
from typing import Final

from portsip_api.pbx.import_export import exporting
from portsip_api.pbx.import_export.file_reading import CSV
from portsip_api.pbx.media import uploads
from portsip_api.store.clock import clock

KEPT_SECONDS: Final = 3_600
MOST_FILES: Final = 10  # of a tenant; the oldest make room
_NAME: Final = re.compile(r"extensions-[0-9a-f]{32}\.csv")
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_log = logging.getLogger("pbx.exports")


def write(tenant_id: int) -> str:
    """Write all extensions of a tenant to a file with a random name and mode 0600, and return its absolute path.

    Returns an empty text where there is no folder for it, and where it cannot be written, which is logged.
    """
    top = uploads.root()
    if top is None:
        return ""
    name = f"extensions-{secrets.token_hex(16)}.csv"
    try:
        with uploads.folder(tenant_id, uploads.EXPORT) as folder:
            _remove(folder, _past(folder, most=MOST_FILES - 1))
            _write(tenant_id, name, folder)
    except OSError as error:
        _log.warning("An export could not be written to PBX_UPLOAD_DIR: %s.", error.strerror)
        return ""
    return str(top.absolute() / str(tenant_id) / uploads.EXPORT / name)


def sweep() -> int:
    """Remove exports that are older than KEPT_SECONDS, of whatever tenant, and return how many there were."""
    removed = 0
    for tenant_id in uploads.tenants():
        with suppress(OSError), uploads.folder(tenant_id, uploads.EXPORT, is_made=False) as folder:
            past = _past(folder, most=MOST_FILES, before=clock.wall() - KEPT_SECONDS)
            _remove(folder, past)
            removed += len(past)
    return removed


def _write(tenant_id: int, name: str, folder: int) -> None:
    with os.fdopen(os.open(name, _NEW, 0o600, dir_fd=folder), "wb") as file:
        try:
            for piece in exporting.export(tenant_id, CSV, secrets=False):
                file.write(piece)
        except BaseException:
            os.unlink(name, dir_fd=folder)
            raise


def _past(folder: int, most: int, before: float = 0.0) -> list[str]:
    """Return the names of exports that were written before an instant, and of the oldest beside the `most` newest."""
    written = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                with suppress(FileNotFoundError):
                    written.append((entry.stat(follow_symlinks=False).st_mtime, entry.name))
    written.sort(reverse=True)
    return [name for place, (at, name) in enumerate(written) if place >= most or at < before]


def _remove(folder: int, names: list[str]) -> None:
    for name in names:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
