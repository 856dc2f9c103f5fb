"""Files named by opaque ids, beside the rows that name them.

A file is written whole and durably before the row that names it commits, never changed, and removed after the row is
gone: whatever crashes in between leaves a file without a row, which a sweep removes, and never a row without its file.
No name from outside is ever part of a path.
"""

import os
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from portsip_api import settings
from portsip_api.store.clock import clock
from portsip_api.store.database import StoreUnavailable
from portsip_api.store.files import create_folder, share_as_folder, sync_folder, write_parts_atomically

_ID: Final = re.compile(r"[0-9a-f]{32}")
_BATCH: Final = 500

# Returns those of some ids that rows name.
Named = Callable[[Collection[str]], Collection[str]]


@dataclass(frozen=True)
class BlobFolder:
    """A folder of such files in the data folder, made when the first one is put there.

    A group that the mode of the folder lets in can read them.
    """

    name: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return settings.current().data_path / self.name

    def put(self, content: bytes) -> str:
        """Store `content` durably and return its id. Raises StoreUnavailable."""
        return self.put_parts((content,))[0]

    def put_parts(self, parts: Iterable[bytes]) -> tuple[str, int]:
        """Store a content that comes in parts durably, and return its id and its bytes. Raises StoreUnavailable."""
        blob = uuid.uuid4().hex
        try:
            if not self.path.is_dir():
                create_folder(self.path)
                sync_folder(self.path.parent)
            size = write_parts_atomically(self.path / blob, parts)
            share_as_folder(self.path / blob, self.path)
        except OSError as error:
            raise StoreUnavailable(f"The file cannot be stored: {error.strerror}.") from error
        return blob, size

    def locate(self, blob: str) -> Path:
        """Return the path of a file that a row names."""
        return self.path / blob

    def remove(self, blobs: Iterable[str]) -> None:
        """Remove files that no row names any more; those that are gone already are no matter.

        Those that cannot be removed now are left to the sweep: what the rows say is committed.
        """
        for blob in blobs:
            with suppress(OSError):
                self.locate(blob).unlink()

    def sweep(self, named: Named, age: float) -> int:
        """Remove files older than `age` seconds that no row names, and return how many there were.

        Younger ones may belong to a row that is about to be written.
        """
        removed = 0
        old = self._older_than(clock.wall() - age)
        while batch := list(islice(old, _BATCH)):
            blobs = {name for name in batch if _ID.fullmatch(name)}
            orphans = set(batch) - set(named(blobs))
            for orphan in orphans:
                self.locate(orphan).unlink(missing_ok=True)
            removed += len(orphans)
        return removed

    def _older_than(self, instant: float) -> Iterator[str]:
        """Yield the names of files, half-written ones included, that were last changed at `instant` or before."""
        if not self.path.is_dir():
            return
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime <= instant:
                    yield entry.name
