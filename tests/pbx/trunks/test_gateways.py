"""Gateways and their ports."""

from typing import Any

import pytest

from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.trunks import dialling_rules, gateway_ports, gateways
from portsip_api.store import database
from tests.pbx.devices.devices import HOME, gateway, other_tenant

pytestmark = pytest.mark.usefixtures("app")

FXO = "audiocodesMP1X4_4_FXO"
FULL: dict[str, Any] = {
    "name": "Trunk",
    "model_id": FXO,
    "device_version": "audiocodes6.0",
    "description": "DIDs",
    "enabled": True,
    "address": "192.168.1.14",
    "address_port": 5060,
    "outbound_address": "proxy.example.net",
    "outbound_port": 5070,
    "address_transport": "tcp",
    "prefix": "9",
    "shared": True,
    "use_internal_bridge": True,
    "branch": "west",
    "default_caller_alias": "4235550000",
    "anonymous": True,
    "ignore_user_info": True,
    "transform_user_extension": True,
    "add_prefix": "42",
    "keep_digits": 4,
    "display_name": "Example",
    "url_parameters": "a=b",
}


@pytest.fixture
def branch() -> int:
    """The id of the branch West."""
    with database.writing():
        return database.insert("INSERT INTO branch (tenant_id, name, name_key) VALUES (1, 'West', 'west')")


def test_a_gateway_keeps_all_its_fields(branch: int) -> None:
    id_ = gateways.create(HOME, FULL)
    assert gateways.show(HOME, id_) == gateways.Gateway(**{**FULL, "id": id_, "branch_id": branch, "branch": "West"})
    assert gateways.page(HOME) == [gateways.show(HOME, str(id_))]


def test_what_is_not_sent_becomes_false_or_0_or_none(branch: int) -> None:
    created = gateways.show(HOME, gateway("Trunk"))
    id_ = gateways.create(HOME, {**FULL, "name": "Other"})
    gateways.replace(HOME, id_, {"name": "Other", "enabled": None})
    replaced = gateways.show(HOME, id_)
    for found in (created, replaced):
        values = {name: value for name, value in vars(found).items() if name not in {"id", "name", "model_id"}}
        assert {value for value in values.values() if value is not None} == {0}
        assert [type(values[name]) for name in ("enabled", "address_port", "prefix")] == [bool, int, type(None)]
    assert (branch, replaced.model_id) == (1, FXO)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", ""),
        ("name", 3),
        ("address_transport", "sctp"),
        ("address_transport", ""),
        ("address_port", -1),
        ("address_port", 65_536),
        ("outbound_port", "5060"),
        ("address", "a b"),
        ("enabled", "true"),
        ("keep_digits", 101),
        ("branch", "East"),
        ("branch", ["West"]),
        ("description", "x" * 256),
    ],
)
def test_bad_values_are_refused(branch: int, field: str, value: object) -> None:
    kept = gateways.show(HOME, gateways.create(HOME, FULL))
    for call in (
        lambda: gateways.create(HOME, {**FULL, "name": "New", field: value}),
        lambda: gateways.replace(HOME, kept.id, {**FULL, field: value}),
    ):
        with pytest.raises(Invalid) as caught:
            call()
        assert list(caught.value.errors) == [field]
    assert gateways.page(HOME) == [kept]


@pytest.mark.parametrize("model_id", [None, "", "unknown", 3, ["sipTrunkStandard"]])
def test_a_gateway_has_a_known_model(model_id: object) -> None:
    with pytest.raises(NotFound):
        gateway(model_id=model_id)


def test_a_template_of_a_trunk_is_a_model_too() -> None:
    assert gateways.show(HOME, gateway(model_id="itspBandtel")).model_id == "itspBandtel"


@pytest.mark.parametrize("model_id", ["sipTrunkStandard", 3, []])
def test_a_gateway_keeps_its_model(model_id: object) -> None:
    id_ = gateway(model_id=FXO)
    gateways.replace(HOME, id_, {"name": "x", "model_id": FXO, "device_version": "none"})
    assert gateways.show(HOME, id_).device_version is None
    with pytest.raises(Conflict):
        gateways.replace(HOME, id_, {"name": "y", "model_id": model_id})
    assert gateways.show(HOME, id_).name == "x"


def test_a_name_belongs_to_one_gateway() -> None:
    gateway("Trunk")
    second = gateway("Other")
    with pytest.raises(Duplicate):
        gateway("TRUNK")
    with pytest.raises(Duplicate):
        gateways.replace(HOME, second, {"name": "trunk"})
    gateways.replace(HOME, second, {"name": "OTHER"})
    gateway("Trunk", other_tenant())


def test_a_branch_that_goes_leaves_the_gateway(branch: int) -> None:
    id_ = gateways.create(HOME, FULL)
    with database.writing():
        database.execute("DELETE FROM branch WHERE id = ?", (branch,))
    assert (gateways.show(HOME, id_).branch_id, gateways.show(HOME, id_).branch) == (None, None)


@pytest.mark.parametrize("key", [0, -1, 2**63, 2, "2", "", "null", "trunk"])
def test_what_names_no_gateway_is_not_found(key: int | str) -> None:
    gateway()
    for call in (
        lambda: gateways.show(HOME, key),
        lambda: gateways.replace(HOME, key, {"name": "x"}),
        lambda: gateways.destroy(HOME, key),
        lambda: gateway_ports.page(HOME, key),
        lambda: gateway_ports.add(HOME, key),
        lambda: dialling_rules.available(HOME, key),
    ):
        with pytest.raises(NotFound):
            call()


def test_another_tenants_gateway_and_its_ports_are_not_found() -> None:
    id_, other = gateway(model_id=FXO), other_tenant()
    port = gateway_ports.add(HOME, id_)
    for call in (
        lambda: gateways.show(other, id_),
        lambda: gateways.destroy(other, id_),
        lambda: gateway_ports.page(other, id_),
        lambda: gateway_ports.destroy(other, id_, port),
    ):
        with pytest.raises(NotFound):
            call()
    assert gateways.page(other) == []


def test_a_model_has_so_many_ports() -> None:
    id_ = gateway(model_id=FXO)
    ports = [gateway_ports.add(HOME, id_) for _ in range(4)]
    with pytest.raises(Conflict, match="at most 4 ports"):
        gateway_ports.add(HOME, id_)
    gateway_ports.destroy(HOME, id_, ports[1])
    assert [port.id for port in gateway_ports.page(HOME, id_)] == [ports[0], *ports[2:]]
    with pytest.raises(Conflict):
        gateway_ports.add(HOME, gateway("trunk 2"))


def test_a_port_is_named_together_with_its_gateway() -> None:
    first, second = gateway(model_id=FXO), gateway("second", model_id=FXO)
    port = gateway_ports.add(HOME, first)
    for gateway_key, port_id in ((second, port), (first, port + 1), (first, 2**64), (2**64, port), (first, "x")):
        with pytest.raises(NotFound):
            gateway_ports.destroy(HOME, gateway_key, port_id)
    assert gateway_ports.show(HOME, str(first), str(port)) == gateway_ports.Port(port, first)


def test_what_was_set_on_a_gateway_and_its_ports_goes_with_it() -> None:
    id_, kept = gateway(model_id=FXO), gateway("kept", model_id=FXO)
    ports = [gateway_ports.add(HOME, one) for one in (id_, id_, kept)]
    owners = [f"gateway:{id_}", f"gateway:{kept}", *(f"port:{port}" for port in ports)]
    with database.writing():
        for owner in owners:
            database.execute(
                "INSERT INTO setting_value (tenant_id, owner, path, value) VALUES (1, ?, 'a', '1')", (owner,)
            )
    gateway_ports.destroy(HOME, id_, ports[0])
    gateways.destroy(HOME, id_)
    left = {row[0] for row in database.fetch_all("SELECT owner FROM setting_value")}
    assert left == {f"gateway:{kept}", f"port:{ports[2]}"}
