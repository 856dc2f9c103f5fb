"""The settings of devices: their definitions, their defaults, and what a phone has from its groups."""

from typing import Any

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import lines
from portsip_api.pbx.devices import settings as device_settings
from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.settings.device_models import (
    PhoneModel,
    definitions_of,
    gateway_model,
    line_definitions_of,
    phone_model,
    phone_models,
)
from portsip_api.pbx.trunks import gateway_ports
from portsip_api.store import database
from tests.crm import SIP_PASSWORD
from tests.pbx.devices.devices import HOME, MANY_LINES, SERIAL, gateway, other_tenant, phone, user

pytestmark = pytest.mark.usefixtures("app")

FXO = "audiocodesMP1X4_4_FXO"


def values(path: str) -> tuple[str | None, str | None]:
    """The value and the default of a setting of the phone."""
    found = device_settings.of_phone(HOME, SERIAL).leaf(path)
    return found.value, found.default


def some_enum() -> tuple[str, str | None, list[str]]:
    """The path of a setting of the phone with options, its default, and options that are not the default."""
    for setting in definitions_of(phone_model(MANY_LINES)).visible():
        others = [option for option in setting.options or () if option != setting.default]
        if setting.type == "enum" and len(others) > 1:
            return setting.path, setting.default, others
    raise AssertionError


def test_a_phone_has_the_settings_of_its_model_and_version() -> None:
    old = phone(model_id="polycom550", device_version="polycom3.2.X")
    new = phone("0004f2aabb96", model_id="polycom550", device_version="polycom4.0.X")
    assert device_settings.of_phone(HOME, old).definitions.key == "phones:polycom/phone-32"
    assert device_settings.of_phone(HOME, new).definitions.key == "phones:polycom/phone-40"
    line = lines.add_external(HOME, old, {"user_id": "jane"})
    assert device_settings.of_line(HOME, old, line).definitions.key == "phone-lines:polycom/line-32"


@pytest.mark.parametrize("model", {model.family: model for model in phone_models()}.values(), ids=lambda m: m.family)
def test_phones_of_every_family_have_settings_and_so_have_their_lines(model: PhoneModel) -> None:
    line = lines.add_external(HOME, phone(model_id=model.model_id), {"user_id": "jane"})
    assert device_settings.of_phone(HOME, SERIAL).definitions == definitions_of(model)
    assert device_settings.of_line(HOME, SERIAL, line).definitions == line_definitions_of(model)


def test_a_phone_has_its_own_value_before_its_groups_and_the_lightest_groups_before_the_others() -> None:
    path, default, (first, second, *_) = some_enum()
    phone(groups=["light", "heavy"])
    assert values(path) == (default, default)
    device_settings.of_group_model(HOME, "heavy", MANY_LINES).put(path, second)
    assert values(path) == (second, second)
    device_settings.of_group_model(HOME, "light", MANY_LINES).put(path, first)
    assert values(path) == (first, first)
    phone_groups.move(HOME, "heavy", up=True)
    assert values(path) == (second, second)
    device_settings.of_phone(HOME, SERIAL).put(path, first)
    assert values(path) == (first, second)
    device_settings.of_phone(HOME, SERIAL).reset(path)
    phone_groups.leave_all(HOME, SERIAL)
    assert values(path) == (default, default)


def test_a_group_sets_something_on_one_model_only() -> None:
    path, default, (first, *_) = some_enum()
    phone(groups=["Sales"])
    settings = device_settings.of_group_model(HOME, "sales", "polycomVVX600")
    settings.put(path, first)
    assert settings.leaf(path).value == first
    assert values(path) == (default, default)
    for key, model_id in (("none", MANY_LINES), ("sales", "none")):
        with pytest.raises(NotFound):
            device_settings.of_group_model(HOME, key, model_id)


def test_the_settings_of_a_phone_cost_as_many_statements_whatever_its_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    phone(groups=["a"])
    phone("0004f2aabb96", groups=[f"g{n}" for n in range(20)])
    seen: list[str] = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *more: (seen.append(sql), execute(sql, *more))[1])
    counts = []
    for serial in (SERIAL, "0004f2aabb96"):
        seen.clear()
        device_settings.of_phone(HOME, serial).all()
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_users_line_has_the_user_as_its_default() -> None:
    user("1000", first_name="Jane")
    settings = device_settings.of_line(HOME, phone(), lines.add_internal(HOME, SERIAL, ExtensionKey("1000")))
    assert settings.leaf("reg/displayName").value == "Jane"
    found = settings.as_mapping()
    assert (found["reg/address"], found["reg/auth.userId"]) == ("1000", "1000")
    assert found["reg/server/1/address"] == tenants.domain_of(HOME)
    settings.put("reg/displayName", "Front desk")
    changed = settings.leaf("reg/displayName")
    assert (changed.value, changed.default) == ("Front desk", "Jane")
    extensions.destroy(HOME, ExtensionKey("1000"))
    assert database.fetch_all("SELECT * FROM setting_value") == []


def test_an_external_line_has_its_account_as_its_default() -> None:
    fields = {"user_id": "jane", "registration_server": "sip.example.net", "registration_server_port": 5070}
    settings = device_settings.of_line(HOME, phone(), lines.add_external(HOME, SERIAL, fields))
    found = settings.as_mapping()
    assert (found["reg/server/1/address"], found["reg/server/1/port"]) == ("sip.example.net", "5070")


def test_no_password_is_among_the_settings() -> None:
    user("1000")
    settings = device_settings.of_line(HOME, phone(), lines.add_internal(HOME, SERIAL, ExtensionKey("1000")))
    assert SIP_PASSWORD not in str(settings.as_mapping())


def test_a_trunks_account_follows_its_address() -> None:
    proxy, port = "itsp-account/itsp-proxy-address", "itsp-account/itsp-proxy-listening-port"
    plain = device_settings.of_gateway(
        HOME, gateway(address="192.168.1.14", address_port=5060, address_transport="tcp")
    )
    assert (plain.leaf(proxy).value, plain.leaf(proxy).default) == ("192.168.1.14", "192.168.1.14")
    assert (plain.as_mapping()[port], plain.as_mapping()["itsp-account/itsp-transport"]) == ("5060", "tcp")
    fields: dict[str, Any] = {
        "address": "a.example",
        "address_port": 5060,
        "outbound_address": "b.example",
        "outbound_port": 5070,
    }
    behind = device_settings.of_gateway(HOME, gateway("behind", **fields)).as_mapping()
    assert (behind[proxy], behind[port]) == ("b.example", "5070")
    assert behind["itsp-account/itsp-proxy-domain"] == "a.example"
    assert device_settings.of_gateway(HOME, gateway("bare")).as_mapping()[proxy] is None


def test_gateways_and_ports_have_the_settings_of_their_model() -> None:
    id_ = gateway(model_id=FXO)
    port = gateway_ports.add(HOME, id_)
    assert device_settings.of_gateway(HOME, id_).definitions == definitions_of(gateway_model(FXO))
    settings = device_settings.of_port(HOME, id_, port)
    assert settings.definitions.key == "gateway-ports:audiocodes-fxo"
    assert settings.owner == f"port:{port}"
    with pytest.raises(NotFound):
        device_settings.of_gateway(HOME, gateway("unmanaged", model_id="genericGatewayStandard"))


def test_other_devices_are_not_found() -> None:
    other, id_ = other_tenant(), phone()
    line = lines.add_external(HOME, id_, {"user_id": "jane"})
    trunk = gateway(model_id=FXO)
    port = gateway_ports.add(HOME, trunk)
    for call in (
        lambda: device_settings.of_phone(other, id_),
        lambda: device_settings.of_line(other, id_, line),
        lambda: device_settings.of_line(HOME, phone("0004f2aabb96"), line),
        lambda: device_settings.of_gateway(other, trunk),
        lambda: device_settings.of_port(other, trunk, port),
        lambda: device_settings.of_port(HOME, gateway("x", model_id=FXO), port),
    ):
        with pytest.raises(NotFound):
            call()
