"""The account with which phones register: asked for at every registration and every call, so it is one statement."""

from typing import Any

from portsip_api.store import database


def find(number: str, domain: str) -> Any:
    """Return tenant, extension, the JSON of its profile and its options, its encrypted password, the domain and where
    its music on hold comes from; None where disabled.
    """
    return database.fetch_row(
        "SELECT t.id, e.id, e.profile, e.options, s.password, t.domain, (SELECT value FROM setting_value"
        " WHERE tenant_id = t.id AND owner = 'user:' || e.id AND path = 'moh/audio-source') FROM tenant AS t"
        " JOIN extension AS e ON e.tenant_id = t.id AND e.number = ?"
        " JOIN extension_settings AS s ON s.extension_id = e.id"
        " WHERE t.domain = ? AND t.enabled = 1 AND e.enabled = 1",
        (number, domain),
    )


def anyone() -> Any:
    """Return number and domain of some extension that may register, or None."""
    return database.fetch_row(
        "SELECT e.number, t.domain FROM tenant AS t JOIN extension AS e ON e.tenant_id = t.id"
        " WHERE t.enabled = 1 AND e.enabled = 1 LIMIT 1"
    )
