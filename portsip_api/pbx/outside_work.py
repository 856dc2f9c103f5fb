"""Work of a request that waits for somebody else, such as a name server: it is little at a time, and ends soon.

A thread that waits is one of the few that serve everybody. Whoever could make many of them wait, by naming a server
that does not answer, could stop this one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from portsip_api import settings
from portsip_api.pbx.errors import Busy
from portsip_api.store.clock import Deadline
from portsip_api.store.files import NumberedLocks

SECONDS: Final = 2.0  # for all of it
_AT_ONCE: Final = 2  # in a process, and never all of its threads when it has more than one

_guard = threading.Lock()
_working: set[int] = set()  # the tenants for which threads of this process wait
_locks: list[NumberedLocks] = []  # one, once it was needed: of each tenant in all processes


@contextmanager
def waiting(tenant_id: int) -> Iterator[Deadline]:
    """Let the body wait for others, until the deadline that it is given.

    Raises Busy when the tenant has such work under way, in whatever process, or this process has as much as it may.
    """
    with _guard:
        room = min(_AT_ONCE, max(1, settings.current().threads - 1))
        if tenant_id in _working or len(_working) >= room or not _take(tenant_id):
            raise Busy("An answer from outside is awaited already; try again in a moment.")
        _working.add(tenant_id)
    try:
        yield Deadline.after(SECONDS)
    finally:
        with _guard:
            _working.remove(tenant_id)
            for locks in _locks:
                locks.release(tenant_id)


def _take(tenant_id: int) -> bool:
    """Tell whether no other process waits for the tenant; a folder that cannot be written to does not keep anybody."""
    path = settings.current().data_path / "outside.lock"
    if not _locks or _locks[0].path != path:
        while _locks:
            _locks.pop().close()
        try:
            _locks.append(NumberedLocks(path))
        except OSError:
            return True
    return _locks[0].acquire(tenant_id)
