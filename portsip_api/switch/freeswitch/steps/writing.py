"""The steps of a plan as FreeSWITCH takes them, and how those that follow an outcome are kept until it is there.

A document cannot branch by what happens later, but its variables can hold further steps, which one of its steps runs by
name: `p_NODE_RESULT` is what follows a result of the ringing NODE, and `p_NODE_` what follows every other result. A
step's text has no `^`, which parts them, no quote, in which they stand, and nothing that a caller or a phone says
stands in one: FreeSWITCH would run what it finds in `${...}`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from portsip_api.pbx.calls.plans.kinds import Plan, Refuse

_PHRASES: Final = {
    403: "Forbidden",
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    501: "Not Implemented",
    503: "Service Unavailable",
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


class Written(NamedTuple):
    """The steps with which a plan begins, and how many ringings follow one another in it at the most."""

    steps: Sequence[Step]
    depth: int = 0


class Origin(NamedTuple):
    """Where a call is in FreeSWITCH: the uuid of its first leg, the number that was dialled, and its context.

    `nodes` are the ringings that it has had before, and `is_continued` tells that it goes on by what was asked.
    """

    id: str
    number: str
    context: str
    nodes: int = 0
    is_continued: bool = False


class Writing:
    """The steps of one call in the making, whose ringings are numbered."""

    def __init__(self, caller: Caller, origin: Origin, writers: Mapping[type[Plan], "Writer"]) -> None:
        """Nothing is written."""
        self.caller = caller
        self.origin = origin
        self._writers = writers
        self._nodes = origin.nodes
        self._kept: list[Step] = []

    def steps(self, plan: Plan) -> list[Step]:
        """Return everything, beginning with what is kept for later."""
        first, depth = self.enter(plan)
        return [*self._kept, *first, *[Step("execute_extension", _GO_ON)] * depth, Step("hangup", "NORMAL_CLEARING")]

    def enter(self, plan: Plan) -> Written:
        """Return the steps of a plan."""
        return self._writers[type(plan)](self, plan)

    def branch(self, following: Mapping[str, Plan], names: Mapping[str, str]) -> tuple[int, int]:
        """Keep what follows the results of a ringing, and return its number and how many may ring from it on.

        `following` is by result, with nothing as the name of every other, and `names` says which result is meant by
        what FreeSWITCH calls one.
        """
        node = self._nodes
        self._nodes += 1
        deepest = 0
        for result, plan in following.items():
            steps, depth = self.enter(plan)
            deepest = max(deepest, depth)
            self.keep(f"p_{node}_{result}", f"m:^:{inline(steps)}")
        for name, result in names.items():
            if result in following:
                self.keep(f"n_{node}_{name}", result)
        return node, deepest + 1

    def keep(self, name: str, value: str) -> None:
        """Set a variable before anything happens."""
        self._kept.append(Step("set", f"{name}={value}"))


Writer = Callable[[Writing, Any], Written]  # writes the steps of plans of one kind


def leaf(write: Callable[[Writing, Any], Iterable[Step]]) -> Writer:
    """Return what writes plans that nothing follows."""
    return lambda writing, plan: Written([*write(writing, plan)])


def refusal(_: Writing | None, refuse: Refuse) -> Iterator[Step]:
    """Yield the steps with which a call is refused."""
    yield Step("set", f"pbx_status={refuse.status}")
    yield Step("respond", f"{refuse.status} {_PHRASES[refuse.status]}")
    yield Step("hangup", "CALL_REJECTED")


def inline(steps: Iterable[Step]) -> str:
    """Return steps as one text. Raises ValueError for what would part them elsewhere."""
    steps = [*steps]
    if any(_PARTING.search(step.data) for step in steps):
        raise ValueError("A step that is kept for later has a character that parts steps, or ends them.")
    return "^".join(f"{step.application}:{step.data}" for step in steps)
