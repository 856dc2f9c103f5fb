"""The PortSIP PBX REST API, under `/api`."""

from flask import Flask

from portsip_api.framework.documents import DocumentedApi
from portsip_api.portsip.accounts import accounts
from portsip_api.portsip.calendars import calendars
from portsip_api.portsip.call_logs import call_logs
from portsip_api.portsip.call_queues import call_queues
from portsip_api.portsip.call_reports import call_reports
from portsip_api.portsip.call_sessions import call_sessions
from portsip_api.portsip.calls import calls
from portsip_api.portsip.conference_rooms import conference_rooms
from portsip_api.portsip.conference_servers import conference_servers
from portsip_api.portsip.core.errors import answer
from portsip_api.portsip.core.fields import openapi_properties
from portsip_api.portsip.core.introduction import INTRODUCTION
from portsip_api.portsip.core.replies import Error
from portsip_api.portsip.exports import exports
from portsip_api.portsip.extensions import extensions
from portsip_api.portsip.filedown import FilePath, recorded_files
from portsip_api.portsip.greetings import greetings
from portsip_api.portsip.groups import groups
from portsip_api.portsip.import_export import extension_files
from portsip_api.portsip.recordings import recordings
from portsip_api.portsip.ring_groups import ring_groups
from portsip_api.portsip.routes import routes
from portsip_api.portsip.softphones import OnceName, softphones
from portsip_api.portsip.system_extensions import system_extensions
from portsip_api.portsip.tenants import tenants
from portsip_api.portsip.virtual_receptionists import virtual_receptionists
from portsip_api.portsip.voice_mail import voice_mail
from portsip_api.portsip.voice_messages import voice_messages

__all__ = ["answer", "register"]

_BLUEPRINTS = (
    accounts,
    tenants,
    groups,
    extensions,
    exports,
    extension_files,
    voice_mail,
    calls,
    greetings,
    routes,
    calendars,
    ring_groups,
    call_queues,
    virtual_receptionists,
    conference_rooms,
    conference_servers,
    system_extensions,
    voice_messages,
    recorded_files,
    call_logs,
    call_reports,
    call_sessions,
    recordings,
    softphones,
)


class _Api(DocumentedApi):
    """The documents' class, with this API's errors."""

    ERROR_SCHEMA = Error


def register(app: Flask, version: str) -> None:
    """Add the operations of this API, their documentation and their errors to `app`."""
    app.config.update(
        API_TITLE="PortSIP PBX REST API",
        API_VERSION=version,
        API_SPEC_OPTIONS={"info": {"description": INTRODUCTION}},
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.url_map.converters |= {"filepath": FilePath, "once": OnceName}
    api = _Api(app)
    api.ma_plugin.converter.add_attribute_function(openapi_properties)
    schemes = {
        "token_in_query": {"type": "apiKey", "in": "query", "name": "access_token"},
        "token_in_header": {"type": "apiKey", "in": "header", "name": "access_token"},
        "bearer": {"type": "http", "scheme": "bearer"},
    }
    for name, scheme in schemes.items():
        api.spec.components.security_scheme(name, scheme)
    for blueprint in _BLUEPRINTS:
        api.register_blueprint(blueprint)
