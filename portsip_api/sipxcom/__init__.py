"""sipXcom's REST API, for administrators and users, under `/sipxconfig/rest` and `/sipxconfig/api`."""

from flask import Flask

from portsip_api.framework.documents import DocumentedApi
from portsip_api.sipxcom.admin.addresses import EscapedSlashes, Name, Number, SettingPath
from portsip_api.sipxcom.admin.attendants import attendants, live_modes
from portsip_api.sipxcom.admin.avatars import avatars
from portsip_api.sipxcom.admin.branches import branches
from portsip_api.sipxcom.admin.call_records import call_records
from portsip_api.sipxcom.admin.call_reports import call_reports
from portsip_api.sipxcom.admin.calls import calls
from portsip_api.sipxcom.admin.full_users import full_users
from portsip_api.sipxcom.admin.gateway_ports import gateway_ports
from portsip_api.sipxcom.admin.gateways import gateways
from portsip_api.sipxcom.admin.hunt_groups import hunt_groups
from portsip_api.sipxcom.admin.licence import licence
from portsip_api.sipxcom.admin.location_assignments import location_assignments
from portsip_api.sipxcom.admin.locations import locations
from portsip_api.sipxcom.admin.old_phones import old_phones
from portsip_api.sipxcom.admin.page_groups import page_groups
from portsip_api.sipxcom.admin.park_orbits import park_orbits
from portsip_api.sipxcom.admin.permission_values import permission_values
from portsip_api.sipxcom.admin.permissions import permissions
from portsip_api.sipxcom.admin.phone_groups import phone_groups
from portsip_api.sipxcom.admin.phone_lines import phone_lines
from portsip_api.sipxcom.admin.phone_profiles import phone_files, phone_profiles
from portsip_api.sipxcom.admin.phone_provisioning import phone_provisioning
from portsip_api.sipxcom.admin.phonebooks import phonebooks
from portsip_api.sipxcom.admin.phones import phones
from portsip_api.sipxcom.admin.prompts import prompts
from portsip_api.sipxcom.admin.registrations import registrations
from portsip_api.sipxcom.admin.rules import rules
from portsip_api.sipxcom.admin.schedules import schedules
from portsip_api.sipxcom.admin.services import services
from portsip_api.sipxcom.admin.user_groups import user_groups
from portsip_api.sipxcom.admin.user_settings import user_settings
from portsip_api.sipxcom.admin.users import users
from portsip_api.sipxcom.core import authentication, documentation
from portsip_api.sipxcom.core.blueprint import Resources
from portsip_api.sipxcom.core.errors import PREFIX, answer
from portsip_api.sipxcom.core.introduction import INTRODUCTION
from portsip_api.sipxcom.core.other_ports import OtherPorts
from portsip_api.sipxcom.my.active_calls import active_calls
from portsip_api.sipxcom.my.call_controller import call_controller
from portsip_api.sipxcom.my.call_history import call_history
from portsip_api.sipxcom.my.call_sequences import call_sequences, forwards
from portsip_api.sipxcom.my.conferences import conferences
from portsip_api.sipxcom.my.contact_information import contact_information
from portsip_api.sipxcom.my.greetings import greetings
from portsip_api.sipxcom.my.log_in import log_in
from portsip_api.sipxcom.my.mailboxes import mailboxes
from portsip_api.sipxcom.my.music import music
from portsip_api.sipxcom.my.music_files import music_files
from portsip_api.sipxcom.my.own_user import own_user
from portsip_api.sipxcom.my.personal_attendants import personal_attendants
from portsip_api.sipxcom.my.phonebook import phonebook
from portsip_api.sipxcom.my.phonebook_entries import phonebook_entries
from portsip_api.sipxcom.my.preferences import preferences
from portsip_api.sipxcom.my.private_keys import private_keys
from portsip_api.sipxcom.my.schedules import schedules as own_schedules
from portsip_api.sipxcom.my.secrets import secrets
from portsip_api.sipxcom.my.speed_dials import speed_dials
from portsip_api.sipxcom.my.voicemail import voicemail

__all__ = ["PREFIX", "answer", "register"]

_BLUEPRINTS: tuple[Resources, ...] = (
    branches,
    permissions,
    users,
    full_users,
    user_settings,
    user_groups,
    permission_values,
    services,
    prompts,
    locations,
    location_assignments,
    licence,
    avatars,
    phonebooks,
    gateways,
    gateway_ports,
    rules,
    phones,
    phone_lines,
    phone_groups,
    phone_profiles,
    phone_files,
    phone_provisioning,
    old_phones,
    attendants,
    live_modes,
    page_groups,
    park_orbits,
    schedules,
    hunt_groups,
    registrations,
    calls,
    call_sequences,
    forwards,
    own_schedules,
    secrets,
    log_in,
    own_user,
    music,
    music_files,
    greetings,
    contact_information,
    preferences,
    speed_dials,
    personal_attendants,
    private_keys,
    phonebook,
    phonebook_entries,
    conferences,
    mailboxes,
    voicemail,
    active_calls,
    call_history,
    call_reports,
    call_controller,
    call_records,
)


def register(app: Flask, version: str) -> None:
    """Add the operations of this API and their documentation to `app`."""
    app.config.update(
        SIPXCOM_API_TITLE="sipXcom REST API",
        SIPXCOM_API_VERSION=version,
        SIPXCOM_API_SPEC_OPTIONS={"info": {"description": INTRODUCTION}},
        SIPXCOM_OPENAPI_VERSION="3.0.3",
        SIPXCOM_OPENAPI_URL_PREFIX="/",
        SIPXCOM_OPENAPI_JSON_PATH="openapi-sipxcom.json",
    )
    app.url_map.converters |= {"name": Name, "number": Number, "setting": SettingPath}
    app.wsgi_app = EscapedSlashes(OtherPorts(app.wsgi_app))  # type: ignore[method-assign]
    api = DocumentedApi(app, config_prefix="SIPXCOM_")
    api.spec.components.schema("Outcome", documentation.OUTCOME)
    for scheme in authentication.schemes():
        api.spec.components.security_scheme(scheme, {"type": "http", "scheme": scheme})
    for blueprint in _BLUEPRINTS:
        api.register_blueprint(blueprint)
