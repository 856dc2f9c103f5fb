"""Making reports of calls, in a thread of its own, since one of many calls takes a while."""

import logging
import threading

import peewee

from portsip_api.pbx.reports import reports
from portsip_api.store import database
from portsip_api.store.database import StoreUnavailable

_log = logging.getLogger("pbx.jobs")
_threads: list[threading.Thread] = []


def start_due() -> None:
    """Begin to make what waits, unless that is under way. Only one thread at a time may call it."""
    _threads[:] = [thread for thread in _threads if thread.is_alive()]
    if not _threads and reports.is_any_due():
        thread = threading.Thread(target=make, name="reports", daemon=True)
        _threads.append(thread)
        thread.start()


def make() -> None:
    """Make all reports that wait."""
    try:
        while (made := reports.make_next()) is not None:
            _log.info("A report of calls was made.", extra={"fields": {"call_report": made}})
    except (StoreUnavailable, peewee.DatabaseError) as error:  # it is made again
        _log.error("A report of calls could not be made.", exc_info=error)
    finally:
        database.db.leave()
