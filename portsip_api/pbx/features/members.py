"""The extensions that ring in a feature, as clients name them: by number."""

from collections.abc import Collection

from portsip_api.pbx.extensions.tables import Extension


def ids_of(tenant_id: int, numbers: Collection[str]) -> dict[str, int]:
    """Return the ids of the extensions that have those numbers (at most some thousands), by number."""
    query = Extension.select(tenant_id, Extension.number, Extension.id).where(Extension.number.in_(set(numbers)))
    return dict(query.tuples())
