"""The models of phones and gateways, in lists and devices. Source: contract `sipxcom-admin.md`, section 6.2."""

from collections.abc import Iterable
from typing import Any, Final

from portsip_api.pbx.errors import NotFound
from portsip_api.pbx.settings.device_models import GatewayModel, PhoneModel
from portsip_api.sipxcom.core.records import Leaf, Many, Record

MODEL: Final = Record(
    "Model",
    (
        Leaf("modelId"),
        Leaf("label", ignored=True),
        Leaf("vendor", ignored=True),
        Many("versions", Leaf("version", xml="Version"), ignored=True, xml="Versions"),
    ),
    "Model",
)
MODELS: Final = Record("Models", (Many("models", MODEL, bare=True),), "Models")


def shown_model(model: PhoneModel | GatewayModel) -> dict[str, Any]:
    """Return a model as MODEL shows it."""
    return {"modelId": model.model_id, "label": model.label, "vendor": model.vendor, "versions": model.versions}


def shown_models(models: Iterable[PhoneModel | GatewayModel]) -> dict[str, Any]:
    """Return models as MODELS shows them."""
    return {"models": [shown_model(model) for model in models]}


def given_model(given: dict[str, Any]) -> str:
    """Return the id of the model that a new device is to have. Raises NotFound, as the system says it."""
    model_id = given.get("model", {}).get("modelId")
    if not model_id:
        raise NotFound("No such phone model defined")
    return str(model_id)
