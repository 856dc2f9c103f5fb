"""What can be set on services, gateways, ports, phones and lines: models of settings, which are data.

A model is a named, ordered list of settings; its file in `data/settings` is read when the model is first asked for.
Source: contract (sipXcom), decision 8 and sections 4.1 and 9.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from portsip_api.pbx.errors import NotFound

SERVICES: Final = (
    "dns", "ivr", "moh", "mwi", "imbot", "pagegroups", "orbits", "phonebook", "proxy", "registrar", "restserver", "saa",
)  # fmt: skip
_FOLDER: Final = Path(__file__).parent / "data" / "settings"
_KEY: Final = re.compile(r"[A-Za-z0-9-]+(:[A-Za-z0-9-]+(/[A-Za-z0-9-]+)?)?")
_WITH_LABELS: Final = (*SERVICES, "user", "gateways:sipTrunk", "gateways:acme")
# Names of what is encrypted although its model does not mark it; the last line is Grandstream's numbering.
_SECRET: Final = re.compile(
    r"(?:(?:password|passwd|passphrase|psk_key|secret|pwd|private_?key|wep_key|decrypt_key|passwd_key|registerpass"
    r"|(?:access|refresh)_token|(?:^|[._])(?:pin|pass|pw)(?:_code)?)(?:\[\d+\]|[._]?\d+)?"
    r"|^P(?:2|34|196|4120)(?:-P\d+)*)\Z",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[A-Z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a model.

    `path` names it within its model, its groups before it, with slashes between. `type` is string, integer, real,
    boolean, enum, multiEnum or file. `options` maps each value of an enum to its label, and is None for other types and
    where the values are not known. `constraints` are the limits on what is written: see `setting_rules`. The default of
    a `computed` one is given by whoever asks. A `hidden` one is neither shown nor written. A `secret` one is encrypted
    at rest.
    """

    path: str
    type: str
    options: Mapping[str, str | None] | None
    default: str | None
    label: str | None
    description: str | None
    constraints: Mapping[str, Any]
    hidden: bool
    computed: bool
    secret: bool


@dataclass(frozen=True)
class Definitions:
    """The settings of the model `key`, depth first in the model's order, the hidden ones among them."""

    key: str
    settings: tuple[Setting, ...]
    _by_path: Mapping[str, Setting] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the settings."""
        object.__setattr__(self, "_by_path", {setting.path: setting for setting in self.settings})

    def visible(self) -> list[Setting]:
        """Return the settings that are shown."""
        return [setting for setting in self.settings if not setting.hidden]

    def get(self, path: str) -> Setting:
        """Return one setting. Raises NotFound when there is none at `path` (a group, say), or it is hidden."""
        setting = self._by_path.get(path.strip("/"))
        if setting is None or setting.hidden:
            raise NotFound("There is no such setting.")
        return setting

    def below(self, group_path: str) -> list[Setting]:
        """Return what is shown of a group and the groups in it; of the empty path, everything.

        Raises NotFound when there is no such group or nothing of it is shown.
        """
        group = group_path.strip("/")
        found = [setting for setting in self.visible() if not group or setting.path.startswith(f"{group}/")]
        if group and not found:
            raise NotFound("There is no such group of settings.")
        return found

    def is_group(self, path: str) -> bool:
        """Tell whether `path` names a group of which something is shown, as against a setting or nothing."""
        group = path.strip("/")
        return any(setting.path.startswith(f"{group}/") for setting in self.settings if not setting.hidden)

    def with_options(self, path: str, options: Mapping[str, str | None]) -> "Definitions":
        """Return the same model with other `options` of the setting at `path`."""
        return Definitions(
            self.key,
            tuple(replace(item, options=options) if item.path == path else item for item in self.settings),
        )


@lru_cache(maxsize=32)
def definitions(key: str, *, selectors: frozenset[str] = frozenset()) -> Definitions:
    """Return the model `key`, such as `dns`, `gateways:sipTrunk` or `phones:snom/phone`.

    `selectors` are the names that a model's conditions test: the device model's id, its features, its version's id.
    `device_models` knows them. Raises NotFound.
    """
    path = _FOLDER / f"{key.replace(':', '/')}.json"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise NotFound("There is no such model of settings.")
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return Definitions(key, tuple(_setting(row, key in _WITH_LABELS) for row in rows if _applies(row, selectors)))


def _applies(row: Mapping[str, Any], selectors: Iterable[str]) -> bool:
    """Tell whether each `if` matches some selector in full, and no `unless` does."""

    def matches(pattern: str) -> bool:
        return any(re.fullmatch(pattern, selector) for selector in selectors)

    return all(map(matches, row.get("if", ()))) and not any(map(matches, row.get("unless", ())))


def _setting(row: Mapping[str, Any], has_label: bool) -> Setting:
    options, constraints = row.get("options"), row.get("constraints", {})
    name = row["path"].rpartition("/")[2]
    is_text = row["type"] in {"string", "integer"}
    return Setting(
        path=row["path"],
        type=row["type"],
        options=dict.fromkeys(options) if isinstance(options, list) else options,
        default=row.get("default"),
        label=row.get("label") if has_label else _label(name),
        description=row.get("description"),
        constraints=constraints,
        hidden="hidden" in row,
        computed="computed" in row,
        secret="password" in constraints or (is_text and _SECRET.search(name) is not None),
    )


def _label(name: str) -> str:
    """Return words for the name of a device's setting: 24HourClock becomes `24 hour clock`."""
    words = [word if word.isupper() else word.lower() for word in _WORD.findall(name)]
    label = " ".join(words) or name
    return label[0].upper() + label[1:]
