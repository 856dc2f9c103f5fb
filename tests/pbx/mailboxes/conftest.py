"""A tenant with three people who have mailboxes."""

import pytest

from portsip_api.pbx.access import tenants
from tests.pbx.mailboxes.boxes import ANA, BO, CY, HOME, make


@pytest.fixture(autouse=True)
def people(app: object) -> None:
    """Ana (1000), Bo (1001) and Cy (1002)."""
    for key, name in ((ANA, "Ana"), (BO, "Bo"), (CY, "Cy")):
        make(HOME, key, first_name=name, last_name="Lind")


@pytest.fixture
def elsewhere() -> int:
    """The id of another tenant, which has a 1000 too."""
    tenant_id = tenants.create({"name": "acme", "domain": "acme.example", "password": "a passphrase of 9"})
    make(tenant_id, ANA)
    return tenant_id
