"""The opening hours of a week, as an extension and a tenant's calendar have them.

Source: PortSIP REST API, `office_hours`; the defaults are ours.
"""

from typing import Final

from portsip_api.pbx.values import Rules, TimeOfDay

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WEEK: Rules = {
    f"{day}_{edge}": kind
    for day in DAYS
    for edge, kind in (("from", TimeOfDay("09:00")), ("to", TimeOfDay("17:00", end=True)))
}
