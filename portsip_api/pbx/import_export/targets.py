"""Targets of imported forward rules that do not exist: kept, and reported as warnings.

A row may forward to an extension of a later one, so that targets are looked up when everything is written, and each
only once however many rows name it. Source: contract, section 4 ("an import checks at its end").
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import forward_references
from portsip_api.pbx.extensions import forward_targets as forwarding
from portsip_api.pbx.extensions.drafts import Change, Draft
from portsip_api.pbx.extensions.forward_references import Rules
from portsip_api.pbx.import_export.candidates import Candidate
from portsip_api.pbx.import_export.report import Findings
from portsip_api.pbx.values import merge

_TO_EXTENSION: Final = "CONNECT_TO_ANOTHER_EXTENSION"
_NOBODY: Final = "\0"  # no extension's number


def find_dangling(
    tenant_id: int, candidates: Sequence[Candidate], numbers: Collection[str], warnings: Findings
) -> None:
    """Add to `warnings` each target, in what `candidates` have written or would write, that leads nowhere.

    Targets may be among `numbers`, those of the whole file: a dry run does not write them, and a batch not yet.
    """

    @lru_cache(maxsize=100_000)
    def find(action: str, target: str, number: str) -> str:
        if action == _TO_EXTENSION and target != number and target in numbers:
            return ""
        return _problem(tenant_id, number, action, target)

    for item, rules in _with_rules(tenant_id, candidates):
        found = {}
        for field, action, target in _targets(rules):
            if reason := find(action, target, item.number if target == item.number else _NOBODY):
                found[field] = [reason]
        if found:
            warnings.add(item.row, item.number, found)


def _problem(tenant_id: int, number: str, action: str, target: str) -> str:
    """Ask what is wrong with one target of the extension `number`; empty when nothing is."""
    try:
        forwarding.require_targets(tenant_id, number, {}, {"any": {"any_action": action, "any_action_value": target}})
    except Invalid as invalid:
        ((reason,),) = invalid.errors.values()
        return reason
    return ""


def _targets(rules: Rules) -> Iterator[tuple[str, str, str]]:
    """Yield the field, action and target of each of the rules."""
    for state, values in rules.items():
        for name in values:
            if name.endswith("_action"):
                yield f"forward_rules.{state}.{name}_value", values[name], values[f"{name}_value"]


def _with_rules(tenant_id: int, candidates: Sequence[Candidate]) -> Iterator[tuple[Candidate, Rules]]:
    """Pair those that write forward rules with the rules that they have in the end."""
    changes = {
        item.number: item.content.objects["forward_rules"]
        for item in candidates
        if isinstance(item.content, Change) and "forward_rules" in item.content.objects
    }
    stored = forward_references.read(tenant_id, changes)
    for item in candidates:
        if isinstance(item.content, Draft):
            yield item, item.content.objects["forward_rules"]
        elif item.number in changes and item.number in stored:
            yield item, merge(stored[item.number], changes[item.number])
