"""What names an extension to all rooms."""

from dataclasses import dataclass

from portsip_api.pbx import extension_keys_sql, trail
from portsip_api.pbx.errors import NotFound


@dataclass(frozen=True)
class ExtensionKey:
    """What names an extension: its number (v9 clients) or its id (v12 clients); the id is used when both are given."""

    number: str | None = None
    id: int | None = None

    def where(self) -> tuple[str, int | str | None]:
        """Return the column that decides and its value."""
        return ("id", self.id) if self.id is not None else ("number", self.number)


def find_id(tenant_id: int, key: ExtensionKey) -> int:
    """Return the id of one extension. Raises NotFound."""
    found = extension_keys_sql.find_id(tenant_id, *key.where())
    if found is None:
        raise NotFound("There is no such extension.")
    trail.about(found)
    return found
