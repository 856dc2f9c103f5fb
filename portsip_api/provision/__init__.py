"""Where phones fetch their own files, under `/provision`, with a credential that opens nothing else."""

from flask import Flask

from portsip_api.framework.documents import DocumentedApi
from portsip_api.framework.provisioning import PREFIX
from portsip_api.provision.errors import answer
from portsip_api.provision.files import files

__all__ = ["PREFIX", "answer", "register"]


def register(app: Flask, version: str) -> None:
    """Add its operations and their documentation to `app`."""
    app.config.update(
        PROVISION_API_TITLE="Files of phones",
        PROVISION_API_VERSION=version,
        PROVISION_OPENAPI_VERSION="3.0.3",
        PROVISION_OPENAPI_URL_PREFIX="/",
        PROVISION_OPENAPI_JSON_PATH="openapi-provision.json",
    )
    api = DocumentedApi(app, config_prefix="PROVISION_")
    api.spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
    api.register_blueprint(files)
