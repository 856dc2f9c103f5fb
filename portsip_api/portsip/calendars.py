"""`/api/office_hours`, `/api/holidays` and `/api/time_zones`: a tenant's calendar. All of these operations are ours.

Source: contract, section 4 ("Office hours and forwarding").
"""

from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.pbx.hours import calendars as pbx_calendars
from portsip_api.pbx.hours.calendars import FILL, HOLIDAY, TENANT_HOURS
from portsip_api.portsip.core.blueprint import EVERYBODY, MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.fields import ID, Request, Ruled, TenantRequest, schema_of
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success
from portsip_api.setting_kinds import zone_names

calendars = ResourceBlueprint(
    "calendars", __name__, url_prefix="/api", description="Ours: tenants' office hours, holidays, time zones"
)


class TenantHoursChange(schema_of("HoursFields", TENANT_HOURS, TenantRequest)):  # type: ignore[misc]
    """What changes in a tenant's office hours; `time_zone` is an IANA name, or empty for the server's."""


class TenantHoursReply(schema_of("HoursFields", TENANT_HOURS, Schema)):  # type: ignore[misc]
    """A tenant's office hours; a day whose two times are equal is closed."""


class HolidayKey(TenantRequest):
    """Names a holiday."""

    id = Ruled(ID, required=True)


class HolidayCreate(
    schema_of("HolidayFields", HOLIDAY, TenantRequest, required=("name", "month", "day"))  # type: ignore[misc]
):
    """A new holiday; the year 0 means every year."""


class HolidayChange(HolidayKey, schema_of("HolidayFields", HOLIDAY, TenantRequest)):  # type: ignore[misc]
    """What changes in a holiday."""


class HolidayFill(schema_of("FillFields", FILL, TenantRequest, required=("country", "year"))):  # type: ignore[misc]
    """Whose public holidays are added, and of which year."""


class HolidayRow(schema_of("HolidayFields", HOLIDAY, Schema)):  # type: ignore[misc]
    """A holiday."""

    id = ma.Integer(required=True)


class HolidayCreated(Schema):
    """The key of a new holiday."""

    id = ma.Integer(required=True)


class HolidaysFilled(Schema):
    """How many holidays were added."""

    created = ma.Integer(required=True)


class ZonesReply(Schema):
    """The names of all time zones."""

    time_zones = ma.List(ma.String(), required=True)


_LISTING: Final = Listing("holidays")
_CHRISTMAS: Final = {"name": "Christmas", "month": 12, "day": 25, "year": 0, "from": "00:00", "to": "24:00"}


@calendars.route("/office_hours/show")
@calendars.arguments(TenantRequest)
@calendars.allowed(*EVERYBODY)
@calendars.answers(TenantHoursReply)
def show_office_hours(_: dict[str, Any]) -> dict[str, str]:
    """Show a tenant's office hours. This operation is ours."""
    return pbx_calendars.show_hours(current_tenant())


@calendars.route("/office_hours/update", methods=["POST"])
@calendars.arguments(TenantHoursChange, example={"friday_to": "15:00", "time_zone": "Europe/Berlin"})
@calendars.allowed(*MANAGERS)
@calendars.answers(Success, example=SUCCESS)
def update_office_hours(given: dict[str, Any]) -> dict[str, str]:
    """Change a tenant's office hours; what is not sent stays as it is. This operation is ours."""
    pbx_calendars.update_hours(current_tenant(), given)
    return SUCCESS


@calendars.route("/holidays/list")
@calendars.arguments(ListRequest)
@calendars.allowed(*EVERYBODY)
@calendars.answers(_LISTING.schema("HolidayList", HolidayRow))
def list_holidays(given: dict[str, Any]) -> dict[str, Any]:
    """List a tenant's holidays in the order of the year. This operation is ours."""
    page = pbx_calendars.page_of_holidays(current_tenant(), _LISTING.asked(given)[1])
    return _LISTING.reply(given, page, page.rows)


@calendars.route("/holidays/create", methods=["POST"])
@calendars.arguments(HolidayCreate, example=_CHRISTMAS)
@calendars.allowed(*MANAGERS)
@calendars.answers(HolidayCreated, example={"id": 1})
def create_holiday(given: dict[str, Any]) -> dict[str, int]:
    """Create a holiday. This operation is ours."""
    return {"id": pbx_calendars.create_holiday(current_tenant(), given)}


@calendars.route("/holidays/update", methods=["POST"])
@calendars.arguments(HolidayChange, example={"id": 1, "from": "12:00"})
@calendars.allowed(*MANAGERS)
@calendars.answers(Success, example=SUCCESS)
def update_holiday(given: dict[str, Any]) -> dict[str, str]:
    """Change a holiday; what is not sent stays as it is. This operation is ours."""
    pbx_calendars.update_holiday(current_tenant(), given["id"], given)
    return SUCCESS


@calendars.route("/holidays/destroy", methods=["POST"], aliases=["/holidays/remove"])
@calendars.arguments(HolidayKey, example={"id": 1})
@calendars.allowed(*MANAGERS)
@calendars.answers(Success, example=SUCCESS)
def destroy_holiday(given: dict[str, Any]) -> dict[str, str]:
    """Remove a holiday. This operation is ours."""
    pbx_calendars.destroy_holiday(current_tenant(), given["id"])
    return SUCCESS


@calendars.route("/holidays/fill", methods=["POST"])
@calendars.arguments(HolidayFill, example={"country": "DE", "subdivision": "BE", "year": 2026})
@calendars.allowed(*MANAGERS)
@calendars.answers(HolidaysFilled, example={"created": 10})
def fill_holidays(given: dict[str, Any]) -> dict[str, int]:
    """Add the public holidays of a country in a year. This operation is ours."""
    return {"created": pbx_calendars.fill_holidays(current_tenant(), given)}


@calendars.route("/time_zones/list")
@calendars.arguments(Request)
@calendars.allowed(*EVERYBODY)
@calendars.answers(ZonesReply, example={"time_zones": ["Europe/Berlin", "UTC"]})
def list_time_zones(_: dict[str, Any]) -> dict[str, list[str]]:
    """List the names of all time zones. This operation is ours."""
    return {"time_zones": sorted(zone_names())}
