"""The dialplan that FreeSWITCH asks for at each call: a plan as one document, in which each outcome has its branch.

So FreeSWITCH asks once for a call, and nobody has to be there while it rings. Each kind of plan has a function that
writes its steps.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.plans import planning
from portsip_api.pbx.calls.plans.kinds import Plan, Refuse, Ring, TakeMessage
from portsip_api.switch.freeswitch.documents import document, element
from portsip_api.switch.freeswitch.steps.ringing import ring, take_message
from portsip_api.switch.freeswitch.steps.writing import Caller, Step, Writer, Writing, leaf, refusal

_UUID: Final = re.compile(r"[0-9a-f-]{36}", re.ASCII)
WRITERS: Final[Mapping[type[Plan], Writer]] = {
    Refuse: leaf(refusal),
    Ring: ring,
    TakeMessage: leaf(take_message),
}


def answer(form: Mapping[str, str]) -> str:
    """Return the document for the call that a look-up tells of."""
    context, number = form.get("Caller-Context", ""), form.get("Caller-Destination-Number", "")
    caller = caller_of(form)
    if caller is None or caller.domain != context:
        return _document(context, [*refusal(None, Refuse(403, "nobody known calls"))])
    tenant_id = tenants.id_of_domain(caller.domain)
    if tenant_id is None:
        return _document(context, [*refusal(None, Refuse(403, "there is no such tenant"))])
    id_ = form.get("Unique-ID", "")
    plan = planning.plan(tenant_id, number, zlib.crc32(id_.encode()), caller=caller.number)
    writing = Writing(caller, id_ if _UUID.fullmatch(id_) else "", WRITERS)
    return _document(context, [*_beginning(form, caller), *writing.steps(plan)])


def caller_of(form: Mapping[str, str]) -> Caller | None:
    """Return whose call it is, or None: what a From header says counts for nothing.

    Source: FreeSWITCH 1.10.12; a leg that we placed or that is transferred has not logged in, and has our variables.
    """
    given = (form.get("variable_sip_auth_username"), form.get("variable_sip_auth_realm"))
    if not all(given) and form.get("variable_pbx_caller"):
        number, _, domain = form["variable_pbx_caller"].partition("@")
        given = (number, domain)
    if not all(given) and form.get("Caller-Direction") == "outbound":
        given = (form.get("variable_dialed_user"), form.get("variable_dialed_domain"))
    return Caller(given[0], given[1]) if given[0] and given[1] else None


def _beginning(form: Mapping[str, str], caller: Caller) -> Iterator[Step]:
    yield Step("set", "hangup_after_bridge=true")
    yield Step("set", "continue_on_fail=true")
    yield Step("set", "sip_ignore_remote_cause=true")  # or a caller would be told what the last phone said
    if not form.get("variable_pbx_call"):
        yield Step("export", "pbx_call=${uuid}")
    if form.get("variable_pbx_caller"):
        shown = form.get("variable_pbx_caller_id") or caller.number
        yield Step("set", f"effective_caller_id_number={shown}")
        yield Step("set", f"effective_caller_id_name={shown}")


def _document(context: str, steps: list[Step]) -> str:
    actions = [element("action", {"application": step.application, "data": step.data}) for step in steps]
    extension = element("extension", {"name": "plan"}, element("condition", None, *actions))
    return document("dialplan", element("context", {"name": context}, extension))
