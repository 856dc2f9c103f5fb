"""What follows where nobody answers in a ring group, or in a call queue whose limit is reached.

It is an action and, where the action needs one, a target: a reference, so that it follows a new number, and text for a
number outside. Source: contract `portsip-more.md`, sections 1.2 and 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions.fields import TARGET
from portsip_api.pbx.features import action_targets
from portsip_api.pbx.features.action_targets import ACTIONS, DISCONNECT
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.references import Place
from portsip_api.pbx.values import Choice, Rules

_ACTION, _VALUE = "no_answer_action", "no_answer_action_value"
AFTER: Final = Choice(ACTIONS, DISCONNECT)
NO_ANSWER: Final[Rules] = {_ACTION: AFTER, _VALUE: TARGET}
NOTHING: Final = {_ACTION: DISCONNECT, _VALUE: ""}

Values = Mapping[str, Any]


@dataclass(frozen=True)
class NoAnswer:
    """That of the rows of a table, which are `owner` to references; `who` dials, as in `the call queue`."""

    owner: str
    table: Any
    who: str

    def read(self, tenant_id: int, row: Any) -> dict[str, str]:
        """Return the two values of a row; the target is empty where it is gone."""
        pointed = self._pointed(tenant_id, row.id)
        return {_ACTION: row.no_answer_action, _VALUE: row.no_answer_target if pointed is None else pointed}

    def changed(self, tenant_id: int, before: Values, change: Values) -> dict[str, str]:
        """Return the two values as a change leaves them. Raises Invalid for a target that is written anew and is none.

        Another action has the target that is sent with it, else none.
        """
        has_another = change.get(_ACTION, before[_ACTION]) != before[_ACTION]
        after = {
            _ACTION: change.get(_ACTION, before[_ACTION]),
            _VALUE: change.get(_VALUE, "" if has_another else before[_VALUE]),
        }
        if after != {name: before[name] for name in after}:
            problem = action_targets.problem(tenant_id, after[_ACTION], after[_VALUE], self.who)
            if problem:
                raise Invalid({_VALUE: [problem]})
        return after

    def write(self, tenant_id: int, id_: int, before: Values, after: Values) -> None:
        """Write the two values of a row, inside the caller's transaction; what stays as it is, is left alone."""
        if after == before:
            return
        is_pointing = self._pointed(tenant_id, id_) is not None
        place = Place(self.owner, id_, _VALUE)
        text = action_targets.point(tenant_id, place, after[_ACTION], after[_VALUE], is_pointing=is_pointing)
        self.table.update(tenant_id, {_ACTION: after[_ACTION], "no_answer_target": text}, id=id_)

    def _pointed(self, tenant_id: int, id_: int) -> str | None:
        return references.texts(tenant_id, self.owner, [id_]).get((id_, _VALUE))
