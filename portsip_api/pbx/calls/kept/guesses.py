"""Whether somebody guesses at an account, from whatever address: then no SIP engine may keep it and judge guesses.

Source: ours. The limits that hold then are those of `access/login_limits.py`.
"""

import hashlib

from portsip_api import settings
from portsip_api.pbx.access import login_limits_sql
from portsip_api.store import volatile
from portsip_api.store.clock import clock


def note(extension_id: int) -> None:
    """Note that somebody did not prove to be an extension; it holds for as long as the window of a failure."""
    now, key = clock.boot(), _key(extension_id)
    with volatile.writing():
        login_limits_sql.delete(key)  # or the window would be that of the first failure
        login_limits_sql.count(key, 1, now + settings.current().login_window, now)


def are_made(extension_id: int) -> bool:
    """Tell whether the window of a failure of an extension has not passed."""
    return bool(login_limits_sql.running([_key(extension_id)], clock.boot()))


def _key(extension_id: int) -> bytes:
    return hashlib.sha256(f"guessed\x1f{extension_id}".encode()).digest()
