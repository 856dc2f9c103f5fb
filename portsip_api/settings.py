"""The settings of the server, read from the environment and told to whoever asks; `declared_settings.py` says which.

The README's table is generated from them, and a test holds the two equal.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, cast

from marshmallow import RAISE, Schema, ValidationError

from portsip_api.declared_settings import IN_WORKING_TREE, NO_SWITCH, ROOT, Settings

__all__ = [
    "IN_WORKING_TREE",
    "NO_SWITCH",
    "ROOT",
    "ConfigurationError",
    "Description",
    "Settings",
    "current",
    "describe",
    "load",
    "use",
]


class ConfigurationError(Exception):
    """Settings that the server cannot start with; `problems` names each variable and says what it must be."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        """Make one sentence of all problems; no value is repeated, since one may be a password."""
        self.problems = problems
        super().__init__(" ".join(f"{name}: {' '.join(texts)}" for name, texts in problems.items()))


@dataclass(frozen=True)
class Description:
    """A setting as the README's table shows it."""

    variable: str
    default: str
    meaning: str


def describe() -> list[Description]:
    """Return every setting, in order."""
    return [
        Description(_variable(item), item.metadata["default"], item.metadata["meaning"]) for item in fields(Settings)
    ]


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from `environment`. Raises ConfigurationError for a bad value or an unknown `PBX_` name."""
    given = {name: value for name, value in environment.items() if name.startswith("PBX_") or name == "DATABASE_URL"}
    schema = Schema.from_dict({_variable(item): item.metadata["kind"] for item in fields(Settings)})
    try:
        values = cast("dict[str, Any]", schema(unknown=RAISE).load(given))
    except ValidationError as error:
        problems = cast("dict[str, list[str]]", error.messages)
        raise ConfigurationError(
            {
                name: ["There is no such setting."] if texts == ["Unknown field."] else texts
                for name, texts in problems.items()
            }
        ) from None
    loaded = Settings(**{item.name: values[_variable(item)] for item in fields(Settings) if _variable(item) in values})
    if not IN_WORKING_TREE:
        _require_absolute(loaded, given)
    return loaded


def _require_absolute(loaded: Settings, given: Mapping[str, str]) -> None:
    """Raise ConfigurationError where a path would depend on the folder that a command or a server was started in."""
    if "PBX_DATA_DIR" not in given:
        raise ConfigurationError({"PBX_DATA_DIR": ["Must be set: `pbx init --data DIR` makes a folder and a file."]})
    paths = {
        "PBX_DATA_DIR": loaded.data_dir,
        "DATABASE_URL": loaded.database_url.removeprefix("sqlite:///"),
        "PBX_SECRET_KEY_FILE": loaded.secret_key_file,
        "PBX_UPLOAD_DIR": loaded.upload_dir,
        "PBX_SWITCH_PASSWORD_FILE": loaded.switch_password_file,
        "PBX_SWITCH_SECRET_FILE": loaded.switch_secret_file,
        "PBX_SWITCH_DIR": loaded.switch_dir,
        "PBX_SIP_CERTIFICATE_FILE": loaded.sip_certificate_file,
        "PBX_SIP_KEY_FILE": loaded.sip_key_file,
        "PBX_TRUNK_CA_FILE": loaded.trunk_ca_file,
    }
    relative = [name for name, path in paths.items() if name in given and not Path(path or "/").is_absolute()]
    if relative or not loaded.data_dir:
        raise ConfigurationError({name: ["Must be an absolute path."] for name in relative or ["PBX_DATA_DIR"]})


def _variable(item: Any) -> str:
    assert item.default_factory is not MISSING  # noqa: S101 — every setting has a default
    return str(item.metadata["variable"] or f"PBX_{item.name.upper()}")


_current: list[Settings] = []


def use(settings: Settings) -> None:
    """Make `settings` those of this process."""
    _current[:] = [settings]


def current() -> Settings:
    """Return the settings of this process."""
    return _current[0]
