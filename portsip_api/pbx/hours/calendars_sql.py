"""What a tenant's row and its holidays say of its hours.

SQL, because the table of tenants is of the room beside, and because the route, which is asked for at every call, takes
the whole calendar within a statement of its own: the holidays are one JSON text, which the database makes.
"""

from typing import Final

from portsip_api.store import database

# What `calendars.read` takes, of `tenant AS t`: three texts, also within a JSON array.
CALENDAR: Final = (
    "t.time_zone, t.office_hours,"
    " (SELECT json_group_array(json_array(name, month, day, year, from_time, to_time)) || ''"
    " FROM holiday WHERE tenant_id = t.id)"
)


def calendar(tenant_id: int) -> tuple[str, str, str] | None:
    """Return the columns `CALENDAR` of a tenant."""
    row: tuple[str, str, str] | None = database.fetch_row(
        f"SELECT {CALENDAR} FROM tenant AS t WHERE t.id = ?", (tenant_id,)
    )
    return row


def hours(tenant_id: int) -> tuple[str, str]:
    """Return a tenant's office hours, a JSON object, and its time zone."""
    row: tuple[str, str] = database.fetch_row("SELECT office_hours, time_zone FROM tenant WHERE id = ?", (tenant_id,))
    return row


def set_hours(tenant_id: int, office_hours: str, time_zone: str | None) -> None:
    """Write a tenant's office hours, a JSON object, and its time zone unless that is None."""
    database.execute(
        "UPDATE tenant SET office_hours = ?, time_zone = coalesce(?, time_zone) WHERE id = ?",
        (office_hours, time_zone, tenant_id),
    )
