"""Dialling rules, and the gateways that join them."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.trunks import dialling_rules, gateways
from portsip_api.store import database, migrations
from tests.pbx.devices.devices import HOME, gateway, other_tenant

pytestmark = pytest.mark.usefixtures("app")

USUAL = ["Emergency", "International", "Local", "Long distance", "Restricted", "Toll free"]


def names(rules: Iterable[Any]) -> list[str]:
    return [rule.name for rule in rules]


def test_every_tenant_starts_with_the_usual_rules() -> None:
    for tenant in (HOME, other_tenant()):
        rules = dialling_rules.page(tenant)
        assert names(rules) == USUAL
        assert [rule.name for rule in rules if not rule.enabled] == ["Restricted"]
        assert {rule.kind for rule in rules} <= set(dialling_rules.KINDS)


def test_tenants_from_before_have_them_too(tmp_path: Path) -> None:
    """The migrations from this one on are applied to a store that has a tenant already."""
    (tmp_path / "older").mkdir()
    for migration in migrations.known()[:6]:
        shutil.copy(migration.path, tmp_path / "older")
    database.use(tmp_path / "pbx.sqlite3")
    migrations.migrate(tmp_path / "lock", tmp_path / "older")
    with database.writing():
        database.execute("INSERT INTO tenant (name, name_key, domain) VALUES ('a', 'a', 'a.example')")
    migrations.migrate(tmp_path / "lock")
    assert names(dialling_rules.page(1)) == USUAL


def test_a_rule_is_made_shown_and_removed() -> None:
    id_ = dialling_rules.create(HOME, {"name": "Fax", "description": None})
    rule = dialling_rules.DiallingRule(id_, "Fax", None, "CUSTOM", True)
    assert (dialling_rules.show(HOME, str(id_)), dialling_rules.find_by_name(HOME, "FAX")) == (rule, rule)
    assert names(dialling_rules.page(HOME)) == [*USUAL, "Fax"]
    dialling_rules.destroy(HOME, id_)
    for call in (
        lambda: dialling_rules.show(HOME, id_),
        lambda: dialling_rules.destroy(HOME, id_),
        lambda: dialling_rules.find_by_name(HOME, "Fax"),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize(
    "fields",
    [{}, {"name": ""}, {"name": " a"}, {"name": "a", "kind": "OTHER"}, {"name": "a", "enabled": "yes"}, {"name": 1}],
)
def test_a_bad_rule_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        dialling_rules.create(HOME, fields)
    assert names(dialling_rules.page(HOME)) == USUAL


def test_a_name_belongs_to_one_rule() -> None:
    with pytest.raises(Duplicate):
        dialling_rules.create(HOME, {"name": "TOLL FREE"})


def test_a_gateway_joins_rules_and_leaves_them() -> None:
    id_, other = gateway(), gateway("other")
    local = dialling_rules.find_by_name(HOME, "local").id
    for _ in range(2):
        dialling_rules.join(HOME, local, id_)
    assert names(dialling_rules.available(HOME, id_)) == [name for name in USUAL if name != "Local"]
    assert names(dialling_rules.available(HOME, other)) == USUAL
    for _ in range(2):
        dialling_rules.leave(HOME, local, id_)
    assert names(dialling_rules.available(HOME, id_)) == USUAL


def test_what_goes_leaves_the_other() -> None:
    first, second = gateway(), gateway("second")
    local, fax = dialling_rules.find_by_name(HOME, "local").id, dialling_rules.create(HOME, {"name": "Fax"})
    for gateway_id in (first, second):
        for rule in (local, fax):
            dialling_rules.join(HOME, rule, gateway_id)
    dialling_rules.destroy(HOME, fax)
    gateways.destroy(HOME, second)
    assert names(dialling_rules.available(HOME, first)) == [name for name in USUAL if name != "Local"]
    assert database.fetch_all("SELECT rule_id, gateway_id FROM dialling_rule_gateway") == [(local, first)]


def test_rules_and_gateways_are_of_one_tenant() -> None:
    id_, other = gateway(), other_tenant()
    local = dialling_rules.find_by_name(HOME, "local").id
    theirs = dialling_rules.find_by_name(other, "local").id
    for rule, gateway_id in ((theirs, id_), (local, gateway(tenant=other)), (2**64, id_), (local, 2**64), ("x", id_)):
        with pytest.raises(NotFound):
            dialling_rules.join(HOME, rule, gateway_id)
        with pytest.raises(NotFound):
            dialling_rules.leave(HOME, rule, gateway_id)
    assert database.fetch_all("SELECT * FROM dialling_rule_gateway") == []


def test_rules_go_with_their_tenant() -> None:
    other = other_tenant()
    dialling_rules.join(other, dialling_rules.find_by_name(other, "Local").id, gateway(tenant=other))
    tenants.destroy(other)
    assert names(dialling_rules.page(HOME)) == USUAL
    assert database.fetch_row("SELECT count(*) FROM dialling_rule WHERE tenant_id = ?", (other,))[0] == 0
