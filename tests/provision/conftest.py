"""A phone of the user 200."""

import pytest
from flask import Flask

from portsip_api.pbx.devices import credentials
from tests.crm import ADMIN_PASSWORD, Crm
from tests.ops.conftest import lines  # noqa: F401 — a fixture
from tests.pbx.devices.devices import HOME, SERIAL
from tests.provision.phones import YEALINK, Fetching
from tests.sipxcom.devices import make_phone
from tests.sipxcom.portal import Portal


@pytest.fixture
def portal(app: Flask) -> Portal:
    """The administrator."""
    return Portal(app.test_client(), "superadmin", ADMIN_PASSWORD)


@pytest.fixture
def phone(app: Flask, admin: Crm, portal: Portal) -> Fetching:
    """A Yealink with a line of the user 200."""
    admin.make_extension("200")
    id_ = make_phone(portal, model=YEALINK)
    assert portal.post(f"api/phones/{id_}/lines", {"user": "200"}).status_code == 200
    return Fetching(app.test_client(), credentials.show(HOME, SERIAL))
