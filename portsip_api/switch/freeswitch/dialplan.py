"""The dialplan that FreeSWITCH asks for at each call: a plan as one document, in which each outcome has its branch.

A document cannot branch by what happens later, but its variables can hold further steps, which one of its steps runs by
name: `p_NODE_RESULT` is what follows a result of the ringing NODE, and `p_NODE_` what follows every other result. So
FreeSWITCH asks once for a call, and nobody has to be there while it rings. A step's text has no `^`, which parts them,
no quote, in which they stand, and nothing that a caller or a phone says stands in one: FreeSWITCH would run what it
finds in `${...}`.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import plans
from portsip_api.pbx.calls.plans import Plan, Refuse, Result, Ring, TakeMessage
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.documents import document, element

LONGEST_MESSAGE: Final = 180  # seconds
_UUID: Final = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_PHRASES: Final = {
    403: "Forbidden",
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    501: "Not Implemented",
    503: "Service Unavailable",
}
# What FreeSWITCH calls the results; any other is as if nobody answered.
_RESULTS: Final = {
    "USER_BUSY": Result.BUSY,
    "CALL_REJECTED": Result.BUSY,
    "NO_USER_RESPONSE": Result.DND,
    "USER_NOT_REGISTERED": Result.OFFLINE,
    "SUBSCRIBER_ABSENT": Result.OFFLINE,
    "NORMAL_TEMPORARY_FAILURE": Result.OFFLINE,
    "RECOVERY_ON_TIMER_EXPIRE": Result.OFFLINE,
}
_GO_ON: Final = "'${p_${pbx_node}_${n_${pbx_node}_${originate_disposition}}}' inline"
_PARTING: Final = re.compile(r"[\^'\\]")


class Step(NamedTuple):
    """One application of FreeSWITCH with its data."""

    application: str
    data: str


class Caller(NamedTuple):
    """The extension whose call it is, by what FreeSWITCH authenticated or we placed."""

    number: str
    domain: str


def answer(form: Mapping[str, str]) -> str:
    """Return the document for the call that a look-up tells of."""
    context, number = form.get("Caller-Context", ""), form.get("Caller-Destination-Number", "")
    caller = caller_of(form)
    if caller is None or caller.domain != context:
        return _document(context, [*_refusal(Refuse(403, "nobody known calls"))])
    tenant_id = tenants.id_of_domain(caller.domain)
    if tenant_id is None:
        return _document(context, [*_refusal(Refuse(403, "there is no such tenant"))])
    id_ = form.get("Unique-ID", "")
    plan = plans.plan(tenant_id, number, zlib.crc32(id_.encode()))
    call = _Call(caller, id_ if _UUID.fullmatch(id_) else "")
    return _document(context, [*_beginning(form, caller), *call.steps(plan)])


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


class _Call:
    """The steps of one call, whose ringings are numbered."""

    def __init__(self, caller: Caller, id_: str) -> None:
        self._caller = caller
        self._id = id_
        self._nodes = 0
        self._kept: list[Step] = []

    def steps(self, plan: Plan) -> list[Step]:
        """Return everything, beginning with what is kept for later."""
        first, depth = self._enter(plan)
        return [*self._kept, *first, *[Step("execute_extension", _GO_ON)] * depth, Step("hangup", "NORMAL_CLEARING")]

    def _enter(self, plan: Plan) -> tuple[list[Step], int]:
        """Return the steps with which a plan begins, and how many ringings follow one another in it at the most."""
        if isinstance(plan, Refuse):
            return [*_refusal(plan)], 0
        if isinstance(plan, TakeMessage):
            return [*self._message(plan)], 0
        node = self._nodes
        self._nodes += 1
        deepest = 0
        for result, following in [*plan.on.items(), ("", plan.otherwise)]:
            steps, depth = self._enter(following)
            deepest = max(deepest, depth)
            self._keep(f"p_{node}_{result}", f"m:^:{_inline(steps)}")
        for name, result in _RESULTS.items():
            if result in plan.on:
                self._keep(f"n_{node}_{name}", result)
        return [*self._ring(node, plan)], deepest + 1

    def _keep(self, name: str, value: str) -> None:
        self._kept.append(Step("set", f"{name}={value}"))

    def _ring(self, node: int, ring: Ring) -> Iterator[Step]:
        yield Step("set", f"pbx_node={node}")
        yield Step("set", f"call_timeout={ring.seconds}")
        legs = (
            f"[leg_timeout={leg.seconds},outbound_redirect_fatal=true,origination_callee_id_number={leg.number}]"
            f"user/{leg.number}@{self._caller.domain}"
            for leg in ring.legs
        )
        yield Step("bridge", ",".join(legs))

    def _message(self, message: TakeMessage) -> Iterator[Step]:
        file = recorded.message_file(message.tenant_id, message.extension_id, self._caller.number, self._id)
        yield Step("answer", "")
        yield Step("sleep", "300")
        yield Step("set", "pbx_result=voicemail")
        greeting = recorded.playable(message.greeting) if message.greeting else recorded.default_greeting()
        yield Step("playback", str(greeting))
        yield Step("playback", "tone_stream://%(200,0,1000)")
        yield Step("set", "playback_terminators=#")
        yield Step("record", f"{file} {LONGEST_MESSAGE}")
        yield Step("hangup", "NORMAL_CLEARING")


def _refusal(refuse: Refuse) -> Iterator[Step]:
    yield Step("set", f"pbx_status={refuse.status}")
    yield Step("respond", f"{refuse.status} {_PHRASES[refuse.status]}")
    yield Step("hangup", "CALL_REJECTED")


def _inline(steps: list[Step]) -> str:
    if any(_PARTING.search(step.data) for step in steps):
        raise ValueError("A step that is kept for later has a character that parts steps, or ends them.")
    return "^".join(f"{step.application}:{step.data}" for step in steps)


def _document(context: str, steps: list[Step]) -> str:
    actions = [element("action", {"application": step.application, "data": step.data}) for step in steps]
    extension = element("extension", {"name": "plan"}, element("condition", None, *actions))
    return document("dialplan", element("context", {"name": context}, extension))
