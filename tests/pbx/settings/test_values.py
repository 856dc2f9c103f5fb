"""Values of settings: what was set, over what is inherited, over the default; and where they are kept."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.settings import values as setting_values
from portsip_api.pbx.settings.definitions import SERVICES, definitions
from portsip_api.pbx.settings.values import Settings, as_mappings, overrides, service_settings
from portsip_api.pbx.upkeep import rekey
from portsip_api.settings import Settings as Configuration
from portsip_api.store import database
from portsip_api.store.secrets import keyring
from tests.crm import SIP_PASSWORD

HOME = tenants.DEFAULT_TENANT_ID
FORWARDER = "named-config/forwarders/forwarder_0"
EXPIRES = "proxy-configuration/SIPX_PROXY_DEFAULT_EXPIRES"
PASSWORD = "itsp-account/password"

pytestmark = pytest.mark.usefixtures("app")


def service(name: str = "dns") -> Settings:
    return service_settings(HOME, name)


def trunk(owner: str = "gateway:3", tenant_id: int = HOME) -> Settings:
    return Settings(tenant_id, owner, definitions("gateways:sipTrunk"))


def rows() -> list[tuple[str, str, str]]:
    return database.fetch_all("SELECT owner, path, value FROM setting_value ORDER BY owner, path")


def test_a_value_is_the_default_until_it_is_set_and_again_when_it_is_reset() -> None:
    proxy = service("proxy")
    values = [proxy.leaf(EXPIRES).value]
    proxy.put(EXPIRES, "240")
    values.append(proxy.leaf(EXPIRES).value)
    proxy.put(EXPIRES, "120")
    values.append(proxy.leaf(f"/{EXPIRES}/").value)
    assert proxy.leaf(EXPIRES).default == "300"
    assert [row[2] for row in rows()] == ["120"]
    proxy.reset(EXPIRES)
    values.append(proxy.leaf(EXPIRES).value)
    assert values == ["300", "240", "120", "300"]
    assert rows() == []


def test_a_group_is_shown_and_reset_as_a_whole() -> None:
    dns = service()
    dns.put_all({FORWARDER: "10.0.0.1", "sys/unmanaged": "true", "sys/unmanaged_servers/unmanaged_1": "ns.example"})
    assert [item.value for item in dns.below("sys")] == ["1", None, "ns.example", None, None]
    dns.reset("sys")
    assert rows() == [("service:dns", FORWARDER, "10.0.0.1")]
    assert [item.setting.path for item in dns.all()] == [setting.path for setting in dns.definitions.visible()]


@pytest.mark.parametrize("path", ["nothing", "ivr/nothing", "ivr/mongo_vm", "", "/"])
def test_what_is_not_there_is_not_found(path: str) -> None:
    ivr = service("ivr")
    for call in (ivr.leaf, ivr.reset, lambda path: ivr.put(path, "1")):
        with pytest.raises(NotFound):
            call(path)
    assert rows() == []


def test_a_group_has_no_value() -> None:
    with pytest.raises(Invalid, match="Names a group"):
        service().put("sys", "1")
    with pytest.raises(NotFound):
        service().leaf("sys")


def test_several_are_set_together_or_not_at_all() -> None:
    with pytest.raises(Invalid) as caught:
        service().put_all({"acl/ips": "10.0.0.1", FORWARDER: "x", "sys/unmanaged": "y"})
    assert list(caught.value.errors) == [FORWARDER, "sys/unmanaged"]
    with pytest.raises(NotFound):
        service().put_all({"acl/ips": "10.0.0.1", "nothing": "x"})
    service().put_all({})
    assert rows() == []


def test_one_setting_spelled_twice_is_set_once() -> None:
    service().put_all({"acl/ips": "10.0.0.1", "/acl/ips": "10.0.0.2"})
    assert [row[2] for row in rows()] == ["10.0.0.2"]


def test_owners_and_tenants_do_not_see_each_other() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    trunk().put("itsp-account/user-name", "home")
    trunk("gateway:30").put("itsp-account/user-name", "thirty")
    trunk(tenant_id=other).put("itsp-account/user-name", "other")
    trunk(tenant_id=other).reset("itsp-account")
    assert trunk().leaf("itsp-account/user-name").value == "home"
    assert trunk(tenant_id=other).leaf("itsp-account/user-name").value is None


def test_defaults_are_computed_then_inherited_then_the_models() -> None:
    def shown(path: str) -> tuple[str | None, str | None]:
        computed = {"general/parkTimeout": "60", "general/transferKey": "1"}
        inherited = {"general/parkTimeout": "90", "general/allowTransfer": "1"}
        value = Settings(HOME, "orbit:4", definitions("orbits"), computed, inherited).leaf(path)
        return value.value, value.default

    assert shown("general/parkTimeout") == ("90", "60")
    assert shown("general/transferKey") == ("1", "1")
    assert shown("general/allowTransfer") == ("1", "1")
    assert shown("general/multipleCalls") == ("0", "0")
    Settings(HOME, "orbit:4", definitions("orbits")).put("general/parkTimeout", "120")
    assert shown("general/parkTimeout") == ("120", "60")


def test_a_value_that_is_set_to_the_default_stays_when_the_default_changes() -> None:
    orbits = definitions("orbits")
    Settings(HOME, "orbit:4", orbits).put("general/parkTimeout", "120")
    later = Settings(HOME, "orbit:4", orbits, {"general/parkTimeout": "60"})
    assert later.leaf("general/parkTimeout").value == "120"


def test_a_mapping_has_the_hidden_settings_too() -> None:
    computed = {"itsp-account/itsp-proxy-domain": "itsp.example"}
    owner = Settings(HOME, "gateway:3", definitions("gateways:sipTrunk"), computed)
    owner.put(PASSWORD, SIP_PASSWORD)
    values = owner.as_mapping()
    assert len(values) == 26
    assert values["itsp-account/itsp-proxy-domain"] == "itsp.example"
    assert values[PASSWORD] == SIP_PASSWORD


def test_the_mappings_of_several_are_those_of_each() -> None:
    first, second, dns = trunk(), trunk("gateway:4"), service()
    first.put(PASSWORD, SIP_PASSWORD)
    second.put("itsp-account/user-name", "5568")
    several = as_mappings([first, second, dns])
    assert several == [first.as_mapping(), second.as_mapping(), dns.as_mapping()]
    assert (several[0][PASSWORD], several[1][PASSWORD]) == (SIP_PASSWORD, None)
    assert as_mappings([]) == []


def test_secrets_are_encrypted_and_survive_a_rotation_of_the_key(configure: object) -> None:
    """Of a password, the fixtures check that it stands nowhere in the store."""
    trunk().put(PASSWORD, SIP_PASSWORD)
    trunk().put("itsp-account/user-name", "5568")
    assert trunk().leaf(PASSWORD).value == SIP_PASSWORD
    assert rows() == [("gateway:3", PASSWORD, None), ("gateway:3", "itsp-account/user-name", "5568")]
    before = rekey.needed_keys()
    rekey.rotate(keyring._path)
    assert rekey.needed_keys() == {keyring.key_ids()[0]} != before
    assert trunk().leaf(PASSWORD).value == SIP_PASSWORD


def test_settings_without_secrets_need_no_key() -> None:
    before = rekey.needed_keys()
    trunk().put("itsp-account/user-name", "5568")
    assert rekey.needed_keys() == before


def test_a_tenants_settings_go_with_it() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    trunk(tenant_id=other).put("itsp-account/user-name", "x")
    tenants.destroy(other)
    assert rows() == []


def test_a_read_is_one_statement_and_a_write_as_many_for_many_as_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    dns = service()
    dns.put(FORWARDER, "10.0.0.1")
    seen: list[str] = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])

    def count(call: object) -> int:
        seen.clear()
        call()  # type: ignore[operator]
        return len(seen)

    assert count(dns.all) == count(lambda: dns.leaf(FORWARDER)) == count(dns.as_mapping) == 1
    assert count(lambda: overrides(HOME, ["phone:1", "phone:2"])) == 1
    assert count(lambda: as_mappings([dns, trunk(), service("proxy")])) == 1
    texts = {f"named-config/forwarders/forwarder_{n}": "10.0.0.1" for n in range(5)}
    assert count(lambda: dns.put_all(texts)) == count(lambda: dns.put(FORWARDER, "10.0.0.1"))


def test_every_service_shows_its_settings() -> None:
    for name in SERVICES:
        assert service(name).all()
    for name in ("gateways:sipTrunk", "nothing", ""):
        with pytest.raises(NotFound):
            service(name)


def test_services_know_their_server(configure: object) -> None:
    configure(PBX_SERVER_ADDRESS="192.0.2.31")  # type: ignore[operator]
    networks = "192.0.2.31,172.16.0.0/12,192.168.0.0/16,10.0.0.0/8,127.0.0.0/8"
    shown = service().leaf("acl/ips")
    assert (shown.value, shown.default) == (networks, networks)
    service().put("acl/ips", networks)  # what is shown can be written
    assert service().leaf("sys/unmanaged").default == "0"
    backup = "ivr/ivr.backup_host"
    assert service("ivr").leaf(backup).setting.options == {"192.0.2.31": Configuration().sip_domain}
    service("ivr").put(backup, "192.0.2.31")
    with pytest.raises(Invalid):
        service("ivr").put(backup, "192.168.1.32")


def test_the_buddys_password_is_its_name_until_it_is_set() -> None:
    def password() -> str | None:
        return service("imbot").leaf("imbot/imbot.paPassword").value

    assert password() == "mybuddy"
    service("imbot").put("imbot/_imbot.paUserName", "helper")
    assert password() == "helper"
    service("imbot").put("imbot/imbot.paPassword", SIP_PASSWORD)
    assert password() == SIP_PASSWORD
    assert setting_values.SECRET in {column.purpose for column in rekey.COLUMNS}
