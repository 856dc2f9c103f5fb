"""The bytes of greetings that a tenant's row keeps, whatever happens to the greetings."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.media import greetings
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.audio import wav

HOME = tenants.DEFAULT_TENANT_ID
SECRETS = {"password": "x", "web_access_password": "x"}


def kept(tenant_id: int = HOME) -> int:
    """What the tenant's row says, after it was compared with the greetings themselves."""
    assert consistency.find_inconsistencies() == []
    return database.fetch_row("SELECT greeting_bytes FROM tenant WHERE id = ?", (tenant_id,))[0]


def make(tenant_id: int, number: str) -> ExtensionKey:
    extensions.create(tenant_id, {"extension_number": number, **SECRETS})
    return ExtensionKey(number)


@pytest.fixture
def key(app: object) -> ExtensionKey:
    """An extension of the default tenant."""
    return make(HOME, "1000")


def test_files_that_come_and_go_are_counted(key: ExtensionKey) -> None:
    assert kept() == 0
    greetings.add(HOME, key, "a.wav", wav(0.5))
    one = kept()
    assert one > 8_000
    greetings.add(HOME, key, "b.wav", wav(0.5))
    assert kept() == 2 * one
    greetings.activate(HOME, key, "b.wav")
    greetings.rename(HOME, key, "b.wav", "x")
    assert kept() == 2 * one
    greetings.destroy(HOME, key, "a.wav")
    assert kept() == one


def test_one_that_is_fetched_counts_when_it_is_there(key: ExtensionKey) -> None:
    greeting_id = greetings.request_fetch(HOME, key, "a.wav", "https://media.example/a.wav").id
    assert kept() == 0
    greetings.store_fetched(greeting_id, wav(0.5))
    assert kept() > 8_000


def test_extensions_that_go_take_theirs_along(key: ExtensionKey) -> None:
    for name in ("a.wav", "b.wav"):
        greetings.add(HOME, key, name, wav(0.5))
    other = make(HOME, "1001")
    greetings.add(HOME, other, "a.wav", wav(0.5))
    assert kept() > 0
    extensions.destroy(HOME, key)
    one = kept()
    assert one > 8_000
    database.execute("DELETE FROM extension WHERE number = ?", ("1001",))
    assert kept() == 0
    extensions.destroy(HOME, make(HOME, "1002"))  # one without any
    assert kept() == 0


def test_a_tenant_that_goes_leaves_the_others_alone(key: ExtensionKey) -> None:
    greetings.add(HOME, key, "a.wav", wav(0.5))
    before = kept()
    tenant_id = tenants.create({"name": "acme", "domain": "acme.example", "password": "a passphrase of 9"})
    greetings.add(tenant_id, make(tenant_id, "1000"), "a.wav", wav(0.5))
    assert kept(tenant_id) == before
    tenants.destroy(tenant_id)
    assert kept() == before


def test_an_upload_that_is_refused_counts_nothing(key: ExtensionKey) -> None:
    tenants.update(HOME, {"quota": {"max_voicemail_quota": 100}})
    with pytest.raises(Exception, match="max_voicemail_quota: 100 bytes"):
        greetings.add(HOME, key, "a.wav", wav(0.5))
    assert kept() == 0
