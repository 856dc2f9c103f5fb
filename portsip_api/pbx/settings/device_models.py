"""The models of phones and gateways that can be managed: what each can do and which settings it has.

They are data, read when the first one is asked for. Source: contract (sipXcom), sections 6.2, 6.3 and 9.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.settings.definitions import Definitions, definitions

_FOLDER: Final = Path(__file__).parent / "data"
_RELEASE: Final = re.compile(r"[0-9]+\.[0-9]+")
# Models of these families choose among their settings by the model's id alone.
_BY_ID_ALONE: Final = ("grandstream", "yealink", "ciscoAta")


@dataclass(frozen=True)
class _Model:
    """`versions` are the names of firmware versions, None when the model tells none apart."""

    model_id: str
    label: str
    vendor: str | None = None
    versions: tuple[str, ...] | None = None
    default_version: str | None = None
    features: frozenset[str] = frozenset()

    def version_or_default(self, version: str | None) -> str | None:
        """Return `version`, or for None the default one, or the newest one. Raises NotFound for an unknown one."""
        known = self.versions or ()
        if version is None:
            return self.default_version or max(known, key=_release, default=None)
        if version not in {*known, self.default_version}:
            raise NotFound("The model has no such version.")
        return version


@dataclass(frozen=True)
class SettingsChoice:
    """The keys of a phone's and of its lines' settings, for versions whose ids `version_pattern` matches in full.

    None: nothing is known that could be set.
    """

    version_pattern: str
    phone_key: str | None
    line_key: str | None


@dataclass(frozen=True)
class PhoneModel(_Model):
    """A model of phones; `serial_pattern` is a regular expression that matches a whole serial number.

    Its lines can be those of `most_servers` SIP servers at once, None: as many as it has lines.
    """

    max_lines: int = 1
    most_servers: int | None = None
    serial_pattern: str = "[a-f0-9]{12}"
    family: str = ""
    choices: tuple[SettingsChoice, ...] = ()


@dataclass(frozen=True)
class GatewayModel(_Model):
    """A model of gateways; the key of its settings is None when it has none. Trunk templates are not `listed`."""

    max_ports: int = 0
    settings_key: str | None = None
    port_settings_key: str | None = None
    listed: bool = True


def phone_models() -> Sequence[PhoneModel]:
    """Return all models of phones, by id."""
    return tuple(_phones().values())


def phone_model(model_id: str) -> PhoneModel:
    """Return one model of phones. Raises NotFound."""
    try:
        return _phones()[model_id]
    except KeyError:
        raise NotFound("There is no such phone model.") from None


def gateway_models() -> Sequence[GatewayModel]:
    """Return the models of gateways that are listed, by id; `gateway_model` knows the trunk templates too."""
    return tuple(model for model in _gateways().values() if model.listed)


def gateway_model(model_id: str) -> GatewayModel:
    """Return one model of gateways. Raises NotFound."""
    try:
        return _gateways()[model_id]
    except KeyError:
        raise NotFound("There is no such gateway model.") from None


def definitions_of(model: PhoneModel | GatewayModel, version: str | None = None) -> Definitions:
    """Return the settings of a phone or a gateway; without a version, of the model's default or newest one.

    Raises NotFound: the model has no such version, or is a gateway without settings.
    """
    known = model.version_or_default(version)
    key = model.settings_key if isinstance(model, GatewayModel) else _choice(model, known).phone_key
    return _definitions(model, key, known)


def line_definitions_of(model: PhoneModel, version: str | None = None) -> Definitions:
    """Return the settings of a phone's line. Raises NotFound: the model has no such version."""
    known = model.version_or_default(version)
    return _definitions(model, _choice(model, known).line_key, known)


def port_definitions_of(model: GatewayModel, version: str | None = None) -> Definitions:
    """Return the settings of a gateway's port. Raises NotFound: no such version, or a port has no settings."""
    return _definitions(model, model.port_settings_key, model.version_or_default(version))


def _definitions(model: PhoneModel | GatewayModel, key: str | None, version: str | None) -> Definitions:
    if key is None and isinstance(model, PhoneModel):
        return Definitions(model.family, ())
    if key is None:
        raise NotFound("Devices of this model have no such settings.")
    return definitions(key, selectors=_selectors(model, version))


def _choice(model: PhoneModel, version: str | None) -> SettingsChoice:
    version_id = _version_id(version)
    return next(choice for choice in model.choices if re.fullmatch(choice.version_pattern, version_id))


def _selectors(model: PhoneModel | GatewayModel, version: str | None) -> frozenset[str]:
    """Return what the conditions of settings test: the id, features, the version's id, and `<release>orLater`."""
    if isinstance(model, PhoneModel) and model.family in _BY_ID_ALONE:
        return frozenset({model.model_id})
    version_id = _version_id(version)
    selectors = {model.model_id, *model.features} | ({version_id} if version_id else set())
    if _RELEASE.fullmatch(version_id):
        earlier = [_version_id(name) for name in model.versions or () if _release(name) <= _release(version_id)]
        selectors |= {f"{release}orLater" for release in earlier}
    return frozenset(selectors)


def _version_id(version: str | None) -> str:
    """Return a version's name without the vendor's before it: `4.1.X` of `polycom4.1.X`."""
    return re.sub(r"\A[A-Za-z]+", "", version or "")


def _release(version: str) -> list[int]:
    return [int(part) for part in re.findall("[0-9]+", version)]


def _common(row: Mapping[str, Any]) -> dict[str, Any]:
    versions = row.get("versions")
    return dict(row) | {
        "versions": None if versions is None else tuple(versions),
        "features": frozenset(row.get("features", ())),
    }


@cache
def _phones() -> dict[str, PhoneModel]:
    data = json.loads((_FOLDER / "phone_models.json").read_text(encoding="utf-8"))
    choices = {name: tuple(SettingsChoice(*row) for row in rows) for name, rows in data["families"].items()}
    models = [PhoneModel(**_common(row), choices=choices[row["family"]]) for row in data["models"]]
    return {model.model_id: model for model in models}


@cache
def _gateways() -> dict[str, GatewayModel]:
    rows = json.loads((_FOLDER / "gateway_models.json").read_text(encoding="utf-8"))
    return {row["model_id"]: GatewayModel(**_common(row)) for row in rows}
