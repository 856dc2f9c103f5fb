"""The directory that FreeSWITCH asks for users: who may register and call, each with a HA1.

FreeSWITCH keeps most users until it is told to ask again, so that they can call while this server is away, and to
emergency numbers above all. So a user is all that it may be asked for, whatever it is asked for at the moment.
"""

import re
from collections.abc import Mapping
from typing import Final

from portsip_api.pbx.calls import sip_accounts
from portsip_api.pbx.calls.sip_accounts import Proof, SipAccount
from portsip_api.pbx.errors import NotFound, TooManyFailures
from portsip_api.pbx.upkeep import measures
from portsip_api.switch.freeswitch import call_recordings, music, recorded
from portsip_api.switch.freeswitch.documents import NOT_FOUND, document, element, named_values
from portsip_api.switch.freeswitch.sofia import PROFILE
from portsip_api.switch.freeswitch.steps import emergencies

_LOG_IN: Final = "sip_auth"
_TOLD: Final = frozenset({"REGISTER", "INVITE"})  # FreeSWITCH tells of such a request whose proof is wrong
_OF_VARIABLES: Final = re.compile(r"""[$\\{}\[\]^'",;|<>`]""")
# For ever: FreeSWITCH counts microseconds in 32 bits, so that whatever is more than 35 minutes ends some time before.
# Nothing is old, since each change is told (`pbx/calls/kept/`), so that nothing is kept where nothing could be told.
_KEPT: Final = {"cacheable": "true"}


def answer(form: Mapping[str, str]) -> str:
    """Return the document of the user that a look-up names; "not found" for one that may not do what it asks for."""
    user, domain = form.get("user", ""), form.get("domain", "")
    if form.get("purpose") or not user or not domain:
        return NOT_FOUND
    try:
        if form.get("action") == _LOG_IN:
            account = sip_accounts.find_for(user, domain, form.get("ip", ""), _proof(form))
        else:
            account = sip_accounts.find(user, domain)
    except (NotFound, TooManyFailures):
        return NOT_FOUND
    return _document(account)


def contacts(number: str, domain: str) -> str:
    """Return what FreeSWITCH finds the phones of an extension by, when it rings them."""
    return f"${{sofia_contact({PROFILE}/{number}@{domain})}}"


def _proof(form: Mapping[str, str]) -> Proof | None:
    """Return the proof of a request that is judged here, since nobody would be told that it was wrong."""
    if form.get("sip_auth_method", "") in _TOLD or "sip_auth_response" not in form:
        return None
    names = ("method", "uri", "nonce", "response", "nc", "cnonce", "qop")
    return Proof(*(form.get(f"sip_auth_{name}", "") for name in names))


def _plain(name: str) -> str:
    """Return a name without what would end a variable of FreeSWITCH, or be run in one."""
    return " ".join(_OF_VARIABLES.sub("", name).split())


def _document(account: SipAccount) -> str:
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
    if (heard := music.of_extension(account)) != str(recorded.default_music()):
        variables["hold_music"] = heard
    if account.is_recorded:
        variables[call_recordings.MARK] = str(account.extension_id)
    variables |= emergencies.variables(account.tenant_id, account.emergencies)
    user = element(
        "user",
        {"id": account.number, **(_KEPT if account.may_be_kept and measures.is_connected() else {})},
        element("params", None, *named_values("param", parameters)),
        element("variables", None, *named_values("variable", variables)),
    )
    group = element("group", {"name": "default"}, element("users", None, user))
    return document("directory", element("domain", {"name": account.domain}, element("groups", None, group)))
