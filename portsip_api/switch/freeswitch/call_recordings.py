"""Recordings of the calls of extensions that have `enable_audio_record_calls`: what FreeSWITCH is told of such an
extension, and what becomes of the file.

What the extension's phone says is on the left, the other side on the right, from when they talk until its leg ends,
transfers included. The name of a file says whose recording it is and of which call; who talked is known of the call.
Source: contract `portsip-more.md`, section 2; FreeSWITCH 1.10.12, `record_session`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from portsip_api import settings
from portsip_api.pbx.calls import recordings
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.sip_accounts import SipAccount
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.switch.freeswitch.calls import session_of
from portsip_api.switch.freeswitch.recorded import Kind
from portsip_api.switch.freeswitch.steps.writing import Step

MARK: Final = "pbx_recorded"  # on the leg of a caller whose calls are recorded: the id of the extension
_NAME: Final = re.compile(r"call~(\d+)~(\d+)~\d*~(?:[0-9a-f-]{36})?([0-9a-f-]{36})\.wav", re.ASCII)
_ID: Final = re.compile(r"\d{1,18}", re.ASCII)
_HOW: Final = {
    "RECORD_STEREO": "true",
    "RECORD_BRIDGE_REQ": "true",  # neither what the PBX says nor a message is a talk
    "recording_follow_transfer": "true",
}
# The call that a leg belongs to: one that we place has no other leg yet that would tell.
_CALL: Final = "${pbx_call}${origination_uuid}"


def of_callee(account: SipAccount) -> dict[str, str]:
    """Return the variables of the legs by which an extension is rung; FreeSWITCH fills in the call and the time."""
    return {**_HOW, "execute_on_answer": _recording(account.tenant_id, account.extension_id, "${strepoch()}", _CALL)}


def of_caller(form: Mapping[str, str], tenant_id: int, call_id: str) -> Iterator[Step]:
    """Yield the steps that record the call of a look-up, where the caller's calls are recorded."""
    extension_id = _ID.fullmatch(form.get(f"variable_{MARK}", ""))
    if extension_id and call_id:
        how = {**_HOW, "execute_on_answer": _recording(tenant_id, int(extension_id[0]), "", call_id)}
        yield from (Step("set", f"{name}={value}") for name, value in how.items())


def _keep(named: re.Match[str], content: bytes, _: float) -> None:
    tenant_id, call_id = int(named[1]), named[3]
    talk = open_calls.talk(tenant_id, call_id)
    recordings.deposit(
        tenant_id, ExtensionKey(id=int(named[2])), content, caller=talk.caller, callee=talk.callee,
        call_id=call_id, session_id=session_of(call_id), filename=named[0].replace("~", "-"),
        started=talk.answered,
    )  # fmt: skip


RECORDINGS: Final = Kind("A recording of a call", _NAME, _keep)


def _recording(tenant_id: int, extension_id: int, at: str, call_id: str) -> str:
    return f"record_session {settings.current().switch_path}/call~{tenant_id}~{extension_id}~{at}~{call_id}.wav"
