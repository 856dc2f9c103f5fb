"""Entries of a user's phonebook as CSV. Source: contract sipxcom-user.md, section 6.3 (the 27 columns)."""

from collections.abc import Mapping
from typing import Any, Final

from portsip_api.pbx.phonebooks.writing import csv_row

_HOME, _OFFICE = "home_address", "office_address"
# Of each column its title, and where in what is known of somebody its text is.
_NAMES: Final = ("First Name", "Last Name", "Number")
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "Job Title": ("job_title",),
    "Job Department": ("job_dept",),
    "Company Name": ("company_name",),
    "Assistant Name": ("assistant_name",),
    "Cell Phone Number": ("cell_phone",),
    "Home Phone Number": ("home_phone",),
    "Assistant Phone Number": ("assistant_phone",),
    "Fax Number": ("fax_number",),
    "Im Id": ("im_id",),
    "Alternate Im Id": ("alternate_im_id",),
    "Location": ("location",),
    "Home city": (_HOME, "city"),
    "Home country": (_HOME, "country"),
    "Home state": (_HOME, "state"),
    "Home street": (_HOME, "street"),
    "Home Zip/Postal code": (_HOME, "zip"),
    "Office city": (_OFFICE, "city"),
    "Office country": (_OFFICE, "country"),
    "Office State": (_OFFICE, "state"),
    "Office Street": (_OFFICE, "street"),
    "Office Zip/Postal code": (_OFFICE, "zip"),
    "Office designation": (_OFFICE, "office_designation"),
    "Office Mail": ("email",),
    "Alternate Office Mail": ("alternate_email",),
}
_PHONES: Final = {"Number", "Cell Phone Number", "Home Phone Number", "Assistant Phone Number", "Fax Number"}
_TITLES: Final = (*_NAMES, *_COLUMNS)
_NUMBERS: Final = frozenset(number for number, title in enumerate(_TITLES) if title in _PHONES)

HEADER: Final = csv_row(_TITLES)


def write(first_name: str, last_name: str, number: str, contact: Mapping[str, Any]) -> str:
    """Return the row of somebody; `contact` has what is known of `private_entries.CONTACT`."""
    texts = [_text(contact, *place) for place in _COLUMNS.values()]
    return csv_row((first_name, last_name, number, *texts), _NUMBERS)


def _text(contact: Mapping[str, Any], name: str, part: str = "") -> str:
    found: Any = contact.get(name) or ""
    return (found.get(part) or "") if part and found else found
