"""The addresses of IP that gateways' names stand for, over the volatile file, whose tables have no models."""

from collections.abc import Iterable, Mapping

from portsip_api.store import volatile


def known() -> dict[str, list[str]]:
    """Return the addresses by the name of the host."""
    found: dict[str, list[str]] = {}
    for host, address in volatile.fetch_all("SELECT host, address FROM gateway_address ORDER BY host, address"):
        found.setdefault(host, []).append(address)
    return found


def write(found: Mapping[str, Iterable[str]]) -> None:
    """Write what names stand for now, and forget all other names, inside the caller's transaction."""
    volatile.execute("DELETE FROM gateway_address")
    for host, addresses in found.items():
        for address in addresses:
            volatile.execute("INSERT INTO gateway_address (host, address) VALUES (?, ?)", (host, address))
