"""The directory that FreeSWITCH asks for users: who may register and call, each with a HA1.

No user is kept by FreeSWITCH: a new password, a disabled extension and a limit that was reached count at once.
"""

import re
from collections.abc import Mapping
from typing import Final

from portsip_api.pbx.calls import sip_accounts
from portsip_api.pbx.calls.sip_accounts import SipAccount
from portsip_api.pbx.errors import NotFound, TooManyFailures
from portsip_api.switch.freeswitch import call_recordings, music, recorded
from portsip_api.switch.freeswitch.documents import NOT_FOUND, document, element, named_values
from portsip_api.switch.freeswitch.sofia import PROFILE

_LOG_IN: Final = "sip_auth"
_OF_VARIABLES: Final = re.compile(r"""[$\\{}\[\]^'",;|<>`]""")


def answer(form: Mapping[str, str]) -> str:
    """Return the document of the user that a look-up names; "not found" for one that may not do what it asks for."""
    user, domain = form.get("user", ""), form.get("domain", "")
    if form.get("purpose") or not user or not domain:
        return NOT_FOUND
    try:
        if form.get("action") == _LOG_IN:
            account = sip_accounts.find_for(user, domain, form.get("ip", ""))
        else:
            account = sip_accounts.find(user, domain)
    except (NotFound, TooManyFailures):
        return NOT_FOUND
    return _document(account, is_registering=form.get("sip_auth_method") == "REGISTER")


def contacts(number: str, domain: str) -> str:
    """Return what FreeSWITCH finds the phones of an extension by, when it rings them."""
    return f"${{sofia_contact({PROFILE}/{number}@{domain})}}"


def _plain(name: str) -> str:
    """Return a name without what would end a variable of FreeSWITCH, or be run in one."""
    return " ".join(_OF_VARIABLES.sub("", name).split())


def _document(account: SipAccount, *, is_registering: bool) -> str:
    leg = f"presence_id={account.number}@{account.domain},dialed_user={account.number},dialed_domain={account.domain}"
    if account.is_recorded:
        leg += "".join(f",{name}={value}" for name, value in call_recordings.of_callee(account).items())
    parameters = {"a1-hash": account.ha1, "dial-string": f"{{{leg}}}{contacts(account.number, account.domain)}"}
    variables = {
        "user_context": account.domain,
        "effective_caller_id_name": _plain(account.name) or account.number,
        "effective_caller_id_number": account.number,
    }
    # Of who holds, caller or called. The system's music is that of the profile.
    if not is_registering and (heard := music.of_extension(account)) != str(recorded.default_music()):
        variables["hold_music"] = heard
    if account.is_recorded and not is_registering:
        variables[call_recordings.MARK] = str(account.extension_id)
    user = element(
        "user",
        {"id": account.number},
        element("params", None, *named_values("param", parameters)),
        element("variables", None, *named_values("variable", variables)),
    )
    group = element("group", {"name": "default"}, element("users", None, user))
    return document("directory", element("domain", {"name": account.domain}, element("groups", None, group)))
