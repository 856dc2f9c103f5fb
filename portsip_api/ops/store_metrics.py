"""The numbers of the store, as they are when somebody asks: sizes of files, the last backup, and what a job counted.

A store that cannot be read has no numbers; that it cannot, `/readyz` tells.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import peewee
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from portsip_api import settings
from portsip_api.pbx.upkeep import measures
from portsip_api.store import backup, volatile
from portsip_api.store.sqlite_file import StoreUnavailable

# Of what is counted as one number: its name here, its meaning, and how many of what is counted are one.
_SINGLE: Final = {
    measures.TOKENS: ("pbx_tokens", "Access tokens that live", 1),
    measures.CONNECTED: ("pbx_switch_connected", "Whether what the SIP engine tells is heard", 1),
    measures.REGISTRATIONS: ("pbx_registrations", "Phones that are registered", 1),
    measures.ON_CALL: ("pbx_extensions_on_call", "Extensions that are on a call", 1),
    measures.CALLS: ("pbx_calls", "Calls that go on", 1),
    measures.LAG: ("pbx_switch_lag_seconds", "How late an event of the SIP engine was heard at most, of late", 1000),
}
_UNREADABLE: Final = (peewee.PeeweeException, sqlite3.Error, StoreUnavailable)


class StoreCollector(Collector):
    """Looks when it is asked, at a cost that does not grow with the number of extensions."""

    def __init__(self, version: str) -> None:
        """`version` is that of the program."""
        self._version = version

    def collect(self) -> Iterator[Metric]:
        """Yield the numbers."""
        info = GaugeMetricFamily("pbx_info", "The version of the program", labels=["version"])
        info.add_metric([self._version], 1)
        yield info
        yield _sizes()
        made = backup.last_made(settings.current().data_path)
        if made is not None:
            yield GaugeMetricFamily("pbx_last_backup_timestamp_seconds", "When the last backup was made", made)
        yield from _counted()


def _sizes() -> Metric:
    sizes = GaugeMetricFamily("pbx_store_bytes", "Sizes of the store's files", labels=["file"])
    path = settings.current().database_path
    for name, file in (("database", path), ("volatile", volatile.beside(path))):
        sizes.add_metric([name], _size(file))
        sizes.add_metric([f"{name}_wal"], _size(file.with_name(f"{file.name}-wal")))
    return sizes


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _counted() -> Iterator[Metric]:
    extensions = GaugeMetricFamily(
        "pbx_extensions", "Extensions by the id of their tenant and their status", labels=["tenant", "status"]
    )
    trunks = GaugeMetricFamily("pbx_trunks", "Gateways in use by whether calls can go over them", labels=["status"])
    single = []
    try:
        for measure in measures.read():
            if measure.name == measures.TRUNKS:
                trunks.add_metric([measure.status], measure.number)
            elif measure.name == measures.EXTENSIONS:
                extensions.add_metric([str(measure.tenant_id), measure.status], measure.number)
            elif measure.name not in measures.ENGINE or settings.current().switch != settings.NO_SWITCH:
                name, meaning, unit = _SINGLE[measure.name]
                single.append(GaugeMetricFamily(name, meaning, measure.number / unit))
    except _UNREADABLE:
        return
    yield extensions
    yield trunks
    yield from single
