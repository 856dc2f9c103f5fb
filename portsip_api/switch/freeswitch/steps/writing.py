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
REDIRECTED: Final = "redirected"
_PLAIN: Final = re.compile(r"[0-9A-Za-z+*#_.-]{1,64}", re.ASCII)
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
        node = self.node()
        deepest = 0
        for result, plan in following.items():
            steps, depth = self.enter(plan)
            deepest = max(deepest, depth)
            self.keep_steps(f"{node}_{result}", steps)
        for name, result in names.items():
            if result in following:
                self.keep(f"n_{node}_{name}", result)
        return node, deepest + 1

    def choose(self, what: str, following: Mapping[str, Iterable[Step]]) -> Written:
        """Keep what follows the values of `what`, which FreeSWITCH finds out when it comes there."""
        node = self.node()
        for value, steps in following.items():
            self.keep_steps(f"{node}_{value}_", steps)
        return Written([Step("set", f"pbx_node={node}_{what}")], 1)

    def node(self) -> int:
        """Return a number for a point from which the call goes on in several ways."""
        self._nodes += 1
        return self._nodes - 1

    def keep_steps(self, name: str, steps: Iterable[Step]) -> None:
        """Keep steps, by the point and the result after which they follow."""
        self.keep(f"p_{name}", f"m:^:{inline(steps)}")

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


def plain(number: str) -> str:
    """Return a number as a step can have it: nothing for one with which FreeSWITCH would do something."""
    return number if _PLAIN.fullmatch(number) else ""


def redirecting(number: str, domain: str) -> str:
    """Return the context in which a call is looked up that the phone of an extension sends elsewhere."""
    return f"{REDIRECTED}~{number}~{domain}"


def inline(steps: Iterable[Step]) -> str:
    """Return steps as one text, in which what FreeSWITCH finds out later is marked as that.

    Raises ValueError for what would part them elsewhere.
    """
    steps = [*steps]
    if any(_PARTING.search(step.data) for step in steps):
        raise ValueError("A step that is kept for later has a character that parts steps, or ends them.")
    return "^".join(f"{step.application}:{step.data}" for step in steps).replace("${", "\\${")
