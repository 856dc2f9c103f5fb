"""`/api/account/create`, `update`, `destroy`, `show` and `list`: tenants, each with the account that administers it.

Source: contract, section 2, and `portsip-more.md`, section 1, "Tenants".
"""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.access import tenants as pbx_tenants
from portsip_api.pbx.access.passwords import ACCOUNT_PASSWORD
from portsip_api.pbx.access.tenants import Tenant
from portsip_api.pbx.errors import Forbidden, Invalid
from portsip_api.pbx.hours import calendars
from portsip_api.pbx.hours.week import WEEK
from portsip_api.pbx.identity import Role
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint
from portsip_api.portsip.core.errors import MalformedDomain, flatten
from portsip_api.portsip.core.fields import ID, FreeObject, Request, RuledObject, Strings, described, schema_of
from portsip_api.portsip.core.lists import GlobalListRequest, Listing
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.store.search import fold

tenants = ResourceBlueprint("tenants", __name__, url_prefix="/api/account", description="Tenants")

_Week: Final = schema_of("TenantWeek", WEEK)
_OWN: Final = frozenset({"password", "profile", "office_hours"})  # what a tenant changes of itself
_TAKEN: Final = ("403.2", "1040001", "1050005")


class AccountReply(Schema):
    """A tenant; or, where an administrator names none, that administrator, who has the required fields and a role."""

    id = ma.Integer(required=True)
    name = ma.String(required=True)
    username = ma.String(required=True, metadata={"description": "The same as `name`."})
    profile = ma.Dict(required=True)
    role = ma.String(metadata={"enum": [Role.ADMINISTRATOR.value], "description": "Of an administrator."})
    domain = ma.String()
    enabled = ma.Boolean()
    capability = ma.Dict()
    quota = ma.Dict()
    allowed_prefixes = ma.List(ma.String())
    denied_prefixes = ma.List(ma.String())
    office_hours = ma.Nested(_Week, metadata={"description": "Of the tenant's calendar."})
    company_name = ma.String(metadata={"description": "Of the profile."})
    max_extensions = ma.Integer(allow_none=True, metadata={"description": "Null for no limit."})
    max_concurrent_calls = ma.Integer(allow_none=True, metadata={"description": "Null for no limit."})


class TenantCreated(Schema):
    """The key of a new tenant."""

    id = ma.Integer(required=True)
    name = ma.String(required=True)


class TenantKey(Request):
    """Names a tenant."""

    id = described(ID, "The tenant's id; it decides when a name is sent too.")
    username = described(pbx_tenants.LOGIN_NAME, "The tenant's name.")
    name = described(pbx_tenants.LOGIN_NAME, "The same as `username`.")


class _Objects(Request):
    office_hours = RuledObject(_Week, WEEK)
    profile = FreeObject(
        metadata={
            "description": "Kept as sent. `timezone`, the name of an IANA time zone, is the tenant's time zone; the "
            "rest is for whoever reads it, `enable_extension_change_password`, `enable_extension_video_recording` and "
            "`enable_extension_audio_recording` too, which forbid extensions nothing here."
        }
    )
    capability = FreeObject(
        metadata={
            "description": "Kept as sent. A create answers 409.1 at `max_extensions`, `max_ring_groups`, "
            "`max_virtual_receptionists`, `max_call_queues` and `max_conference_rooms`, and so is a call that a client "
            "places at `max_concurrent_calls`; absent or 0 is no limit. With a SIP engine calls of phones "
            "and from outside beyond `max_concurrent_calls` are refused (503), and, which is ours, beyond "
            "`max_calls_per_minute`, `max_extension_concurrent_calls` and `max_extension_calls_per_minute` of each "
            "extension, and calls outside once `max_outside_minutes_per_day` were talked; emergency calls never are."
        }
    )
    quota = FreeObject(
        metadata={
            "description": "Kept as sent. A greeting above `max_voicemail_quota`, in bytes, is answered 409.1, and a "
            "message above it is not taken; messages are removed for good after `auto_clean_voicemail_days`, or after "
            "`auto_cleaning_voicemail_days` of the voicemail service where these are fewer; absent or 0 is no limit."
        }
    )
    allowed_prefixes = Strings(
        metadata={"description": "Ours: beginnings of the external numbers that may be dialled; none at first."}
    )
    denied_prefixes = Strings(
        metadata={
            "description": "Ours: beginnings of those that may not. The longest that fits decides, of two equal ones "
            "this one. `+` and `00` are not the same."
        }
    )

    def load(self, data: Any, **options: Any) -> Any:
        """Return the values of `data`, checked. Raises ValidationError, and MalformedDomain where that is all."""
        try:
            return super().load(data, **options)
        except ValidationError as error:
            messages = flatten(error.messages)
            if set(messages) == {"domain"} and "domain" in data:
                raise MalformedDomain(messages) from None
            raise


class TenantCreate(schema_of("TenantFields", pbx_tenants.TENANT, _Objects)):  # type: ignore[misc]
    """A new tenant."""

    name = described(pbx_tenants.LOGIN_NAME, "The name of its account; or `username`.")
    username = described(pbx_tenants.LOGIN_NAME, "The same as `name`, which decides when both are sent.")
    domain = described(
        pbx_tenants.DOMAIN, "Its SIP domain; when absent, the name in lower case below the default tenant's domain."
    )
    password = described(ACCOUNT_PASSWORD, "Not one of the common ones.", required=True)

    keys = ("name", "username")


class TenantChange(schema_of("TenantFields", pbx_tenants.TENANT, _Objects)):  # type: ignore[misc]
    """What changes in a tenant."""

    id = described(ID, "The tenant's id. An administrator names a tenant by it or by its name.")
    username = described(pbx_tenants.LOGIN_NAME, "The tenant's name; with `id`, the new one.")
    name = described(pbx_tenants.LOGIN_NAME, "The same as `username`; with `id` or another `username`, the new one.")


_LISTING: Final = Listing("tenants", alias="accounts")
_EXAMPLE: Final = {"name": "acme", "domain": "acme.example", "password": "a long passphrase", "enabled": True}


@tenants.route("/create", methods=["POST"])
@tenants.arguments(TenantCreate, example=_EXAMPLE)
@tenants.allowed(Role.ADMINISTRATOR)
@tenants.answers(TenantCreated, example={"id": 2, "name": "acme"}, errors=_TAKEN)
def create_account(given: dict[str, Any]) -> dict[str, Any]:
    """Create a tenant."""
    name = given["name"] if "name" in given else given["username"]
    tenant_id = pbx_tenants.create({**given, "name": name}, _hours_of(given))
    return {"id": tenant_id, "name": name}


@tenants.route("/update", methods=["POST"])
@tenants.arguments(TenantChange, example={"id": 2, "enabled": False})
@tenants.allowed(*MANAGERS)
@tenants.answers(Success, example=SUCCESS, errors=(*_TAKEN, "403.1", "404.1", "409.1"))
def update_account(given: dict[str, Any]) -> dict[str, str]:
    """Change a tenant; what is not sent stays as it is. A tenant changes its own password, profile and office hours."""
    tenant_id, change = _meant(given), _change_of(given)
    if tenant_id is None:
        raise Invalid({"id": ["Missing."]})
    if current_identity().role is Role.TENANT:
        _require_own(change, pbx_tenants.show(tenant_id))
    pbx_tenants.update(tenant_id, change, _hours_of(change))
    return SUCCESS


@tenants.route("/destroy", methods=["POST"], aliases=["/remove"])
@tenants.arguments(TenantKey, example={"id": 2})
@tenants.allowed(Role.ADMINISTRATOR)
@tenants.answers(Success, example=SUCCESS, errors=("404.1", "409.1"))
def destroy_account(given: dict[str, Any]) -> dict[str, str]:
    """Remove a tenant and everything in it."""
    tenant_id = _meant(given)
    if tenant_id is None:
        raise Invalid({"id": ["Missing."]})
    pbx_tenants.destroy(tenant_id)
    return SUCCESS


@tenants.route("/show")
@tenants.arguments(TenantKey)
@tenants.allowed(*MANAGERS)
@tenants.answers(AccountReply, errors=("403.1", "404.1"))
def show_account(given: dict[str, Any]) -> dict[str, Any]:
    """Show a tenant: the one that asks, the one that an administrator names, or else that administrator's account."""
    tenant_id = _meant(given)
    if tenant_id is not None:
        return _row(pbx_tenants.show(tenant_id))
    own = current_identity()
    return {"id": own.account_id, "name": own.name, "username": own.name, "role": own.role, "profile": {}}


@tenants.route("/list")
@tenants.arguments(GlobalListRequest)
@tenants.allowed(Role.ADMINISTRATOR)
@tenants.answers(_LISTING.schema("TenantList", AccountReply))
def list_accounts(given: dict[str, Any]) -> dict[str, Any]:
    """List the tenants in the order in which they were made."""
    page = pbx_tenants.page(_LISTING.asked(given)[1])
    return _LISTING.reply(given, page, [_row(tenant) for tenant in page.rows])


def _row(tenant: Tenant) -> dict[str, Any]:
    company = tenant.profile.get("company_name")
    limits = {
        name: tenant_limits.read(tenant.capability.get(name)) or None
        for name in ("max_extensions", "max_concurrent_calls")
    }
    return {
        **vars(tenant),
        "username": tenant.name,
        "company_name": company if isinstance(company, str) else "",
        **limits,
    }


def _meant(given: Mapping[str, Any]) -> int | None:
    """Return the id of the tenant that a request is about; None when an administrator names none.

    Raises NotFound, and Forbidden when a tenant names another one.
    """
    name = given.get("username", given.get("name"))
    own = current_identity().tenant_id
    if own is None:
        return given["id"] if "id" in given else None if name is None else pbx_tenants.find_id(name)
    others_name = "id" not in given and name is not None and fold(name) != fold(current_identity().name)
    if given.get("id", own) != own or others_name:
        raise Forbidden("A tenant may do this for itself only.")
    return own


def _change_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is to change, with the new name, if there is one, as `name`."""
    change = {field: value for field, value in given.items() if field not in {"id", "username"}}
    if "id" in given and "username" in given:
        change.setdefault("name", given["username"])
    elif "id" not in given and "username" not in given:
        change.pop("name", None)
    return change


def _require_own(change: Mapping[str, Any], before: Tenant) -> None:
    """Raise Forbidden when a tenant changes what it may not; what it was shown it may send back."""
    if any(value != getattr(before, field) for field, value in change.items() if field not in _OWN):
        raise Forbidden("A tenant may change its password, profile and office hours only.")


def _hours_of(given: Mapping[str, Any]) -> pbx_tenants.Beside:
    """Return what writes the office hours among `given` into the tenant's calendar."""
    hours = given.get("office_hours", {})
    return lambda tenant_id: calendars.update_hours(tenant_id, hours) if hours else None
