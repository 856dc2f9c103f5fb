"""Portals that have logged in."""

import pytest
from flask import Flask

from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm
from tests.sipxcom.portal import Portal


@pytest.fixture
def stranger(app: Flask) -> Portal:
    """A client without a name."""
    return Portal(app.test_client())


@pytest.fixture
def portal(app: Flask) -> Portal:
    """The administrator, under the name that sipXcom's page uses."""
    return Portal(app.test_client(), "superadmin", ADMIN_PASSWORD)


@pytest.fixture
def user(app: Flask, admin: Crm) -> Portal:
    """The user 200, made on the other API."""
    admin.make_extension("200")
    return Portal(app.test_client(), "200", WEB_PASSWORD)
