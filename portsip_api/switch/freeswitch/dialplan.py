"""The dialplan that FreeSWITCH asks for at each call: a plan as one document, in which each outcome has its branch.

So FreeSWITCH asks once for a call, and nobody has to be there while it rings. Each kind of plan has a function that
writes its steps.
"""

import logging
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from portsip_api.pbx.calls import call_limits
from portsip_api.pbx.calls.going_on import open_calls
from portsip_api.pbx.calls.plans import calling_back, planning
from portsip_api.pbx.calls.plans.asking import Ask, End, Later, RecordSound, Say
from portsip_api.pbx.calls.plans.codes import PickUp
from portsip_api.pbx.calls.plans.conferences import EnterConference
from portsip_api.pbx.calls.plans.kinds import Plan, Refuse, Ring, TakeMessage
from portsip_api.pbx.calls.plans.outside import CallOutside
from portsip_api.pbx.calls.plans.paging import Page
from portsip_api.pbx.calls.plans.parking import Park, Retrieve
from portsip_api.pbx.calls.plans.queues import Queue
from portsip_api.pbx.calls.records import INBOUND, INTERNAL, OUTBOUND, Party
from portsip_api.pbx.trunks import emergency_calls
from portsip_api.store import volatile
from portsip_api.switch.freeswitch import call_recordings, recorded
from portsip_api.switch.freeswitch.documents import document, element
from portsip_api.switch.freeswitch.steps import conferences, paging, parking, picking_up, queues
from portsip_api.switch.freeswitch.steps.asking import KEYS, TOPIC, ask, continuing, end, later, record_sound, say
from portsip_api.switch.freeswitch.steps.messages import Record, record, take_message
from portsip_api.switch.freeswitch.steps.outside import call_outside
from portsip_api.switch.freeswitch.steps.ringing import ring
from portsip_api.switch.freeswitch.steps.writing import Caller, Origin, Step, Writer, Writing, leaf, plain, refusal
from portsip_api.switch.freeswitch.whose import PARTY, Whose, whose

_CALL: Final = "variable_pbx_call"  # on each leg of a call that was routed: the leg that it began with
_UUID: Final = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9A-Za-z*#+._-]{1,64}", re.ASCII)  # nothing that FreeSWITCH would run
_KEYS: Final = re.compile(r"[0-9*#]{0,32}", re.ASCII)
_NODE: Final = re.compile(r"([0-9]{1,9})(?:_[a-z]*)?", re.ASCII)
_MOST_NODES: Final = 10_000  # of a document
WRITERS: Final[Mapping[type[Plan], Writer]] = {
    Refuse: leaf(refusal),
    Ring: ring,
    TakeMessage: take_message,
    Record: leaf(record),
    Ask: leaf(ask),
    Later: leaf(later),
    RecordSound: leaf(record_sound),
    Say: say,
    End: leaf(end),
    CallOutside: leaf(call_outside),
    EnterConference: leaf(conferences.enter),
    Page: leaf(paging.page),
    Park: parking.park,
    PickUp: picking_up.pick_up,
    Queue: queues.wait,
    Retrieve: parking.retrieve,
}

_log = logging.getLogger("pbx.switch")


def answer(form: Mapping[str, str]) -> str:
    """Return the document for the call that a look-up tells of."""
    context, found = form.get("Caller-Context", ""), whose(form)
    if isinstance(found, Refuse):
        return _document(context, [*refusal(None, found)])
    origin = _origin(form)
    call = planning.call_of(
        found.tenant_id, zlib.crc32(origin.id.encode()), caller=found.extension, causer=found.causer,
        shown=found.shown, recorded=recorded.sound_file(origin.id), is_transferred=found.is_transferred,
        visited=found.visited,
    )  # fmt: skip
    topic = form.get(f"variable_{TOPIC}")
    if topic:
        keys = _KEYS.fullmatch(form.get(f"variable_{KEYS}", ""))
        plan = planning.go_on(call, topic, keys[0] if keys else "")
    else:
        dial = calling_back.plan if found.is_call_back else planning.dial
        plan = dial(call, found.number)
    if origin.id and not form.get(_CALL):
        plan = _begin(origin.id, found, plan)
    if isinstance(plan, CallOutside) and plan.elin:
        emergency_calls.note(plan.tenant_id, plan.elin, plan.causer_id)
    if isinstance(plan, Refuse):
        _log.info("A call is refused: %s.", plan.why, extra={"fields": {"tenant": found.tenant_id}})
    first = [*_beginning(form, found.caller), *_party(found), *found.first]
    if not form.get(_CALL):
        first += call_recordings.of_caller(form, found.tenant_id, origin.id)
    return _document(context, [*first, *Writing(found.caller, origin, WRITERS).steps(plan)])


def _begin(id_: str, found: Whose, plan: Plan) -> Plan:
    """Write that a call begins, and return its plan: it is refused where it is one too many."""
    direction = OUTBOUND if isinstance(plan, CallOutside) else INTERNAL if found.extension else INBOUND
    caller = Party(found.caller.number, domain=found.caller.domain)
    is_emergency = found.is_call_back or (isinstance(plan, CallOutside) and plan.is_emergency)
    limits = call_limits.of(found.tenant_id)
    with volatile.writing():
        reached = "" if is_emergency else call_limits.admit(limits, found.tenant_id, found.extension)
        open_calls.begin(found.tenant_id, id_, direction, caller, found.number)
    return Refuse(503, f"{reached} was reached") if reached else plan


def _origin(form: Mapping[str, str]) -> Origin:
    id_, number = form.get("Unique-ID", ""), form.get("Caller-Destination-Number", "")
    node = _NODE.fullmatch(form.get("variable_pbx_node", ""))
    # What is kept of an earlier document of the call must not be taken for what is kept of this one.
    before = (int(node[1]) // _MOST_NODES + 1) * _MOST_NODES if node else 0
    return Origin(
        id_ if _UUID.fullmatch(id_) else "",
        number if _NUMBER.fullmatch(number) else "menu",
        form.get("Caller-Context", ""),
        before,
        f"variable_{TOPIC}" in form,
    )


def _beginning(form: Mapping[str, str], caller: Caller) -> Iterator[Step]:
    yield Step("set", "hangup_after_bridge=true")
    yield Step("set", "continue_on_fail=true")
    yield Step("set", "sip_ignore_remote_cause=true")  # or a caller would be told what the last phone said
    if f"variable_{TOPIC}" in form:
        yield from continuing()
    yield Step("export", "nolocal:process_cdr=false")  # the record of a call is that of its first leg
    if not form.get(_CALL):
        yield Step("export", "pbx_call=${uuid}")
    elif form[_CALL] != form.get("Unique-ID"):  # a leg that was called: the call goes on with it
        yield Step("set", "process_cdr=true")
    if form.get("variable_pbx_caller"):
        shown = form.get("variable_pbx_caller_id") or caller.number
        yield Step("set", f"effective_caller_id_number={shown}")
        yield Step("set", f"effective_caller_id_name={shown}")


def _party(found: Whose) -> Iterator[Step]:
    """Yield what tells the other leg whom it talks to, if that is somebody here."""
    number = plain(found.extension)
    yield Step("export", f"nolocal:{PARTY}={number}@{found.caller.domain}" if number else f"nolocal:{PARTY}=")


def _document(context: str, steps: list[Step]) -> str:
    actions = [element("action", {"application": step.application, "data": step.data}) for step in steps]
    extension = element("extension", {"name": "plan"}, element("condition", None, *actions))
    return document("dialplan", element("context", {"name": context}, extension))
