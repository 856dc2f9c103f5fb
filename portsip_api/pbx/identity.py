"""Who asks: the three roles and the account behind a token."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SUPERADMIN: Final = "superadmin"  # under this name the first administrator logs in as well as under its own


class Role(StrEnum):
    """What an account may do. Source: contract, section 2."""

    ADMINISTRATOR = "administrator"
    TENANT = "tenant"
    EXTENSION = "extension"


@dataclass(frozen=True)
class Identity:
    """An account that has logged in. `tenant_id` is None for an administrator, who belongs to no tenant."""

    role: Role
    account_id: int
    tenant_id: int | None
    name: str

    def is_extension(self, extension_id: int) -> bool:
        """Tell whether this is the extension with that id itself."""
        return self.role is Role.EXTENSION and self.account_id == extension_id
