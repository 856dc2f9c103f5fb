"""Targets of imported forward rules that do not exist: kept, and reported as warnings.

A file may forward to extensions that another file brings, so that a target is looked up when everything is written.
Source: contract, section 4 ("an import checks at its end").
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import orjson

from portsip_api.pbx import forwarding
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extensions import Change, Draft
from portsip_api.pbx.transfer_candidates import Candidate
from portsip_api.pbx.transfer_report import Problem
from portsip_api.pbx.values import merge
from portsip_api.store import database

_NOBODY = "\0"  # no number and no target


def dangling(tenant_id: int, candidates: Sequence[Candidate]) -> list[Problem]:
    """Return a problem for each target, in what `candidates` have written or would write, that leads nowhere."""
    numbers = {item.number for item in candidates}

    @lru_cache(maxsize=1000)  # most rows of a file share a few sets of rules
    def find(number: str, text: str) -> Mapping[str, Sequence[str]]:
        rules = orjson.loads(text)
        found = _errors(tenant_id, number, rules)
        return {field: reasons for field, reasons in found.items() if not _is_made(field, rules, numbers - {number})}

    warnings = []
    for item, text in _with_rules(tenant_id, candidates):
        asked = item.number if f'"{item.number}"' in text else _NOBODY
        for field, reasons in find(asked, text).items():
            warnings.append(Problem(item.row, item.number, field, reasons[0]))
    return warnings


def _errors(tenant_id: int, number: str, rules: forwarding.Rules) -> Mapping[str, Sequence[str]]:
    try:
        forwarding.require_targets(tenant_id, number, {}, rules)
    except Invalid as invalid:
        return invalid.errors
    return {}


def _is_made(field: str, rules: forwarding.Rules, numbers: Iterable[str]) -> bool:
    """Tell whether a target is an extension of the same file, which a dry run does not write."""
    _, state, name = field.split(".")
    action = rules[state][name.removesuffix("_value")]
    return action == "CONNECT_TO_ANOTHER_EXTENSION" and rules[state][name] in numbers


def _with_rules(tenant_id: int, candidates: Sequence[Candidate]) -> Iterator[tuple[Candidate, str]]:
    """Pair those that write forward rules with the rules, as JSON, that they have in the end."""
    changes = {
        item.number: item.content.values["forward_rules"]
        for item in candidates
        if isinstance(item.content, Change) and "forward_rules" in item.content.values
    }
    stored = dict(
        database.fetch_all(
            "SELECT e.number, s.forward_rules FROM json_each(?) AS j"
            " CROSS JOIN extension AS e ON e.tenant_id = ? AND e.number = j.value"
            " CROSS JOIN extension_settings AS s ON s.extension_id = e.id",
            (orjson.dumps(list(changes)).decode(), tenant_id),
        )
    )
    for item in candidates:
        if isinstance(item.content, Draft):
            yield item, item.content.documents["forward_rules"]
        elif item.number in changes and item.number in stored:
            rules = merge(orjson.loads(stored[item.number]), changes[item.number])
            yield item, orjson.dumps(rules).decode()
