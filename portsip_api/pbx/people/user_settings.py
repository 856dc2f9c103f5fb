"""The settings of a user that are known: the permissions, under the paths that the system had them at, and music.

Source: contract (sipXcom), section 4.1, and the paths of `sipxcom-permissions.json`; contract `sipxcom-user.md`,
section 8, for `moh/audio-source`. Whatever else users could set in the original is not known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import permission_values, permissions
from portsip_api.pbx.extensions.permissions import APPLICATION, CALL, VOICEMAIL_SERVER, Permission
from portsip_api.pbx.people import users_sql
from portsip_api.pbx.settings import rules as setting_rules
from portsip_api.pbx.settings.definitions import Definitions, Setting, definitions
from portsip_api.pbx.settings.values import Settings, Value
from portsip_api.store import database

ENABLED: Final = "ENABLE"
DISABLED: Final = "DISABLE"
MUSIC: Final = "moh/audio-source"
OWN_MUSIC: Final = "PERSONAL_FILES_SRC"  # a value of it
NO_MUSIC: Final = "NONE"
MUSIC_PERMISSION: Final = "music-on-hold"
_OTHERS: Final = definitions("user")
_FOLDERS: Final = {APPLICATION: "application", CALL: "call-handling", VOICEMAIL_SERVER: "voicemail-server"}


Guard = Callable[[Iterable[str]], None]


@dataclass(frozen=True)
class UserSettings(Settings):
    """The settings of one user; `guard` is asked before permissions, by name, are changed, and may refuse it."""

    user_id: int = 0
    guard: Guard = lambda _: None

    def put_all(self, texts: Mapping[str, str]) -> None:
        """Set several settings, all or none. Raises NotFound, and Invalid, which names every path with a bad value."""
        values: dict[str, bool] = {}
        others: dict[str, str] = {}
        errors: dict[str, list[str]] = {}
        for path, text in texts.items():
            if self.definitions.is_group(path):
                errors[path] = ["Names a group of settings, which has no value."]
                continue
            setting = self.definitions.get(path)
            try:
                given = setting_rules.checked(setting, text)
            except Invalid as error:
                errors.update(error.errors)
                continue
            if _is_permission(setting):
                values[_name(setting)] = given == ENABLED
            else:
                others[setting.path] = given
        if errors:
            raise Invalid(errors)
        self.guard(values)
        with database.writing():
            super().put_all(others)
            permission_values.set_of_user(self.tenant_id, self.user_id, values)

    def reset(self, path: str) -> None:
        """Take a setting, or all of a group, back to what the user's groups say, else the default. Raises NotFound."""
        group = self.definitions.is_group(path)
        chosen = self.definitions.below(path) if group else [self.definitions.get(path)]
        names = [_name(setting) for setting in chosen if _is_permission(setting)]
        self.guard(names)
        with database.writing():
            self._delete([setting.path for setting in chosen if not _is_permission(setting)])
            permission_values.reset_of_user(self.tenant_id, self.user_id, names)

    def _values(self, chosen: Iterable[Setting]) -> list[Value]:
        settings = list(chosen)
        others = super()._values(setting for setting in settings if not _is_permission(setting))
        granted = [setting for setting in settings if _is_permission(setting)]
        return [*(self._permissions(granted) if granted else ()), *others]

    def _permissions(self, chosen: Sequence[Setting]) -> list[Value]:
        own = permission_values.own_of_user(self.tenant_id, self.user_id)
        every = permissions.everything(self.tenant_id)
        inherited = permission_values.of_users_groups(self.tenant_id, [self.user_id], every)[self.user_id]
        return [
            Value(setting, _word(own.get(name, inherited[name])), _word(inherited[name]))
            for setting in chosen
            for name in [_name(setting)]
        ]


def of_user(tenant_id: int, user_id: int, guard: Guard) -> UserSettings:
    """Return the settings of a user, who exists."""
    settings = (*map(_setting, permissions.everything(tenant_id)), *_OTHERS.settings)
    return UserSettings(
        tenant_id,
        f"user:{user_id}",
        Definitions("user", settings),
        written=lambda: _require_there(tenant_id, user_id),
        user_id=user_id,
        guard=guard,
    )


def music_of(tenant_id: int, user_id: int) -> Settings:
    """Return what a user, who exists, may set of the music that is heard while a call is held: MUSIC alone."""
    return Settings(tenant_id, f"user:{user_id}", _OTHERS, written=lambda: _require_there(tenant_id, user_id))


def put_for_users(
    tenant_id: int, path: str, values: Sequence[tuple[str, str]], guards: tuple[Callable[[int], None], Guard]
) -> None:
    """Set one setting of many users, by (user name or alias, value); unknown users are passed over. All or none.

    `guards` are asked before each user, by id, and before the permission is changed. Raises NotFound and Invalid.
    """
    guard_user, guard = guards
    ids = users_sql.ids_by_name(tenant_id, [name for name, _ in values])
    with database.writing():
        for name, text in values:
            if name in ids:
                guard_user(ids[name])
                of_user(tenant_id, ids[name], guard).put(path, text)


def _setting(permission: Permission) -> Setting:
    return Setting(
        path=f"permission/{_FOLDERS[permission.type]}/{permission.name}",
        type="boolean",
        options=None,
        default=_word(permission.default_value),
        label=permission.label,
        description=permission.description,
        constraints={"true": ENABLED, "false": DISABLED},
        hidden=False,
        computed=False,
        secret=False,
    )


def _require_there(tenant_id: int, user_id: int) -> None:
    find_id(tenant_id, ExtensionKey(id=user_id))


def _is_permission(setting: Setting) -> bool:
    return setting.path.startswith("permission/")


def _name(setting: Setting) -> str:
    return setting.path.rpartition("/")[2]


def _word(value: bool) -> str:
    return ENABLED if value else DISABLED
