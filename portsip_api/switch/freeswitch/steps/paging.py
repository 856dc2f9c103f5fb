"""How FreeSWITCH pages: the caller enters a conference, which calls all phones and ends with the caller."""

from collections.abc import Iterator

from portsip_api.pbx.calls.plans.paging import Page
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.conferences import PAGE
from portsip_api.switch.freeswitch.steps.writing import Step, Writing, plain


def page(writing: Writing, plan: Page) -> Iterator[Step]:
    """Call the phones, which are told to answer by themselves."""
    shown = plain(writing.caller.number)
    yield Step("set", "pbx_result=page")
    yield Step("answer", "")
    if plan.seconds:
        yield Step("sched_hangup", f"+{plan.seconds} ALLOTTED_TIMEOUT")
    yield Step("set", "conference_auto_outcall_prefix={sip_auto_answer=true}")
    yield Step("set", f"conference_auto_outcall_timeout={plan.ring_seconds}")
    yield Step("set", f"conference_auto_outcall_profile={PAGE}")
    yield Step("set", f"conference_auto_outcall_caller_id_name={shown}")
    yield Step("set", f"conference_auto_outcall_caller_id_number={shown}")
    if plan.sound:
        yield Step("set", f"conference_auto_outcall_announce={recorded.playable(plan.sound)}")
    if not plan.talks_back:
        yield Step("set", "conference_utils_auto_outcall_flags=mute")
    for number in plan.numbers:
        yield Step("conference_set_auto_outcall", f"user/{number}@{writing.caller.domain}")
    yield Step("conference", f"page-{writing.origin.id}@{PAGE}+flags{{endconf|moderator}}")
    yield Step("hangup", "NORMAL_CLEARING")
