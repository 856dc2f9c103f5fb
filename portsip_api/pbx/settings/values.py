"""The values of settings: what was set, over what is inherited, over the default.

What was set is a row of the table `setting_value`, whose owner is a text: `service:dns`, `gateway:3`, `port:7`,
`phone:12`, `line:40`, `orbit:4`, `user:9`, and `phone-group:5/` before the key of a model. A trigger deletes it with
its owner.
Source: contract (sipXcom), decision 8 and sections 4.1, 6.1 and 9.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from portsip_api import settings
from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.settings import paging_prefix, values_sql
from portsip_api.pbx.settings import rules as setting_rules
from portsip_api.pbx.settings.definitions import SERVICES, Definitions, Setting, definitions
from portsip_api.pbx.settings.tables import SettingValue
from portsip_api.store import database
from portsip_api.store.secrets import keyring

SECRET: Final = "setting.secret"
_PRIVATE_NETWORKS: Final = ("172.16.0.0/12", "192.168.0.0/16", "10.0.0.0/8", "127.0.0.0/8")


@dataclass(frozen=True)
class Value:
    """A setting with its value in force and the value that it has when it is reset."""

    setting: Setting
    value: str | None
    default: str | None


@dataclass(frozen=True)
class Settings:
    """The settings of one owner.

    `computed` are defaults that the caller knows, by path, in place of the model's; `inherited` are values that
    apply until the owner has its own, those of a phone's groups for instance. Of several defaults the computed one
    counts first, then the inherited one, then the model's. `led` are computed defaults that count while no path of
    `leading` but their own is set or inherited: rules of daylight saving, say, go with the zone. Each method that
    reads makes one statement. `written` is called in the transaction of each write, and may refuse it by what it
    raises.
    """

    tenant_id: int
    owner: str
    definitions: Definitions
    computed: Mapping[str, str | None] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=dict)
    led: Mapping[str, str | None] = field(default_factory=dict)
    leading: frozenset[str] = frozenset()
    written: Callable[[], None] = lambda: None

    def all(self) -> list[Value]:
        """Return every setting that is shown, in the model's order."""
        return self._values(self.definitions.visible())

    def leaf(self, path: str) -> Value:
        """Return one setting. Raises NotFound (also for a group and for what is hidden)."""
        return self._values([self.definitions.get(path)])[0]

    def below(self, path: str) -> list[Value]:
        """Return the settings of a group and of the groups in it; of the empty path, all. Raises NotFound."""
        return self._values(self.definitions.below(path))

    def put(self, path: str, text: str) -> None:
        """Set one setting. Raises NotFound, and Invalid (naming the path) for a bad value or a group's path."""
        self.put_all({path: text})

    def put_all(self, texts: Mapping[str, str]) -> None:
        """Set several settings, all or none. Raises as `put`; Invalid names every path that has a bad value."""
        rows: dict[str, dict[str, object]] = {}
        errors: dict[str, list[str]] = {}
        for path, text in texts.items():
            if self.definitions.is_group(path):
                errors[path] = ["Names a group of settings, which has no value."]
                continue
            setting = self.definitions.get(path)
            try:
                rows[setting.path] = self._row(setting, setting_rules.checked(setting, text))
            except Invalid as error:
                errors.update(error.errors)
        if errors:
            raise Invalid(errors)
        if rows:
            with database.writing():
                self._delete(rows)
                SettingValue.insert_all(self.tenant_id, list(rows.values()))
                self.written()

    def reset(self, path: str) -> None:
        """Take a setting, or all of a group, back to its default. Raises NotFound; the empty path is no group here."""
        if self.definitions.is_group(path):
            paths = [setting.path for setting in self.definitions.below(path)]
        else:
            paths = [self.definitions.get(path).path]
        with database.writing():
            self._delete(paths)
            self.written()

    def as_mapping(self) -> Mapping[str, str | None]:
        """Return the value in force of every setting by its path, the hidden ones too."""
        return as_mappings([self])[0]

    def _values(self, chosen: Iterable[Setting]) -> list[Value]:
        own = overrides(self.tenant_id, [self.owner])[self.owner]
        return [self.value_over(setting, own) for setting in chosen]

    def value_over(self, setting: Setting, own: Mapping[str, str]) -> Value:
        """Return a setting where the owner has set `own`, without a statement."""
        path = setting.path
        inherited = self.inherited.get(path)
        default = self.computed.get(path)
        if default is None and path in self.led and not self._is_led_by_another(path, own):
            default = self.led[path]
        if default is None:
            default = setting.default if inherited is None else inherited
        return Value(setting, own.get(path, default if inherited is None else inherited), default)

    def _is_led_by_another(self, path: str, own: Mapping[str, str]) -> bool:
        return any(lead in own or lead in self.inherited for lead in self.leading if lead != path)

    def _row(self, setting: Setting, value: str) -> dict[str, object]:
        sealed = keyring.encrypt(value, SECRET) if setting.secret else None
        return {
            "owner": self.owner,
            "path": setting.path,
            "value": None if setting.secret else value,
            "secret": sealed,
        }

    def _delete(self, paths: Iterable[str]) -> None:
        SettingValue.delete(self.tenant_id, SettingValue.path.in_(list(paths)), owner=self.owner)


@dataclass(frozen=True)
class InForce:
    """The value in force of every setting by its path, and the paths of those that were set, or are inherited."""

    values: Mapping[str, str | None] = field(repr=False)
    chosen: frozenset[str]


def as_mappings(several: Sequence[Settings]) -> list[Mapping[str, str | None]]:
    """Return what `as_mapping` does, of several owners of one tenant, in one statement."""
    return [each.values for each in in_force(several)]


def in_force(several: Sequence[Settings]) -> list[InForce]:
    """Return the settings in force of several owners of one tenant, in one statement."""
    if not several:
        return []
    found = overrides(several[0].tenant_id, [settings.owner for settings in several])
    return [
        InForce(
            {item.path: each.value_over(item, found[each.owner]).value for item in each.definitions.settings},
            frozenset(found[each.owner].keys() | each.inherited.keys()),
        )
        for each in several
    ]


def overrides(tenant_id: int, owners: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return what was set on each of `owners`, by path, secrets in clear, in one statement."""
    found: dict[str, dict[str, str]] = {owner: {} for owner in owners}
    for owner, path, value, secret in values_sql.of_owners(tenant_id, owners):
        found[owner][path] = value if secret is None else keyring.decrypt(secret, SECRET)
    return found


def service_settings(tenant_id: int, service: str) -> Settings:
    """Return the settings of a service, one of `SERVICES`; `orbits` are the model of an orbit, not the service's own.

    Raises NotFound. A setting of the switch that is changed here is to be told to it once one is attached.
    """
    if service not in SERVICES:
        raise NotFound("There is no such service.")
    model = definitions(service)
    computed: dict[str, str | None] = {}
    address = settings.current().server_address
    if service == "dns":
        computed = {"acl/ips": ",".join((address, *_PRIVATE_NETWORKS)), "sys/unmanaged": "0"}
    elif service == "ivr":
        model = model.with_options("ivr/ivr.backup_host", {address: tenants.domain_of(tenant_id)})
    elif service == "imbot":
        name = "imbot/_imbot.paUserName"
        computed = {"imbot/imbot.paPassword": Settings(tenant_id, "service:imbot", model).leaf(name).value}
    found = Settings(tenant_id, f"service:{service}", model, computed)
    if service == "pagegroups":
        return replace(found, written=lambda: paging_prefix.follow_prefix(tenant_id))
    return found
