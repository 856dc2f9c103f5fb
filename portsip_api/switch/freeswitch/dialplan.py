"""The dialplan that FreeSWITCH asks for at each call: a plan as one document, in which each outcome has its branch.

So FreeSWITCH asks once for a call, and nobody has to be there while it rings. Each kind of plan has a function that
writes its steps.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from portsip_api.pbx.calls.plans import planning
from portsip_api.pbx.calls.plans.kinds import Plan, Refuse, Ring, TakeMessage
from portsip_api.pbx.calls.plans.outside import CallOutside
from portsip_api.switch.freeswitch.documents import document, element
from portsip_api.switch.freeswitch.steps.outside import call_outside
from portsip_api.switch.freeswitch.steps.ringing import ring, take_message
from portsip_api.switch.freeswitch.steps.writing import Caller, Step, Writer, Writing, leaf, refusal
from portsip_api.switch.freeswitch.whose import whose

_UUID: Final = re.compile(r"[0-9a-f-]{36}", re.ASCII)
WRITERS: Final[Mapping[type[Plan], Writer]] = {
    Refuse: leaf(refusal),
    Ring: ring,
    TakeMessage: leaf(take_message),
    CallOutside: leaf(call_outside),
}


def answer(form: Mapping[str, str]) -> str:
    """Return the document for the call that a look-up tells of."""
    context, found = form.get("Caller-Context", ""), whose(form)
    if isinstance(found, Refuse):
        return _document(context, [*refusal(None, found)])
    id_ = _id(form)
    plan = planning.plan(
        found.tenant_id, found.number, zlib.crc32(id_.encode()), caller=found.extension, causer=found.causer,
        shown=found.shown,
    )  # fmt: skip
    first = [*_beginning(form, found.caller), *found.first]
    return _document(context, [*first, *Writing(found.caller, id_, WRITERS).steps(plan)])


def _id(form: Mapping[str, str]) -> str:
    """Return the uuid of the call's leg."""
    id_ = form.get("Unique-ID", "")
    return id_ if _UUID.fullmatch(id_) else ""


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
