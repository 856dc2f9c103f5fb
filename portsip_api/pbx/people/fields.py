"""What a user's profile is made of beside what an extension's is, and what users say of themselves: every value, its
rule and its default. Only the administration writes these.

Source: contract `sipxcom-users-rules.md`, section 1.2.
"""

from typing import Final

from portsip_api.pbx.extensions.fields import EMAIL
from portsip_api.pbx.values import Choice, Flag, Rules, Text, Whole

_LABEL: Final = Text(255)
_MOST_MS: Final = 253_402_300_799_999  # the last millisecond of the year 9999
NO_DATE: Final = -1
_DATE: Final = Whole(NO_DATE, _MOST_MS, NO_DATE)  # milliseconds since 1970
MOST_EMAIL_ALIASES: Final = 100
EMAIL_ALIAS: Final = EMAIL
SALUTATIONS: Final = ("", "Mr", "Mrs", "Miss", "Ms", "Dr", "Prof", "None")
ADMINISTERED: Rules = {
    **dict.fromkeys(("auth_account_name", "im_id", "manager", "salutation", "employee_id"), _LABEL),
    "ext_avatar": Text(1024),
    "salutation_id": Choice(SALUTATIONS, ""),
    **dict.fromkeys(("use_ext_avatar", "ldap_managed", "notified"), Flag(False)),
    **dict.fromkeys(("last_imported_date", "disabled_date", "ext_avatar_sync_date"), _DATE),
}
