"""Rows of an import that collide with the store, or with a row before them.

The same question is asked twice: before the transaction, so that a faulty file never takes the write lock, and inside
it, where nobody else writes any more. After the second time every row that is left can be written.
"""

from collections.abc import Iterable, Sequence

from portsip_api.pbx.extensions import extensions, extensions_sql, groups
from portsip_api.pbx.extensions.drafts import Change
from portsip_api.pbx.import_export import collisions_sql
from portsip_api.pbx.import_export.candidates import Candidate
from portsip_api.pbx.import_export.columns import GROUPS, NUMBER
from portsip_api.pbx.import_export.report import Findings
from portsip_api.pbx.numbers.taken import NUMBER_TAKEN


class CollisionCheck:
    """What is taken: by the store as it is now, and by the rows that have passed."""

    def __init__(self, tenant_id: int, candidates: Sequence[Candidate]) -> None:
        """Read what `candidates` could collide with, in a few statements however many they are."""
        changed = [item.number for item in candidates if isinstance(item.content, Change)]
        self._kinds = collisions_sql.kinds(tenant_id, [item.number for item in candidates])
        self._log_in_names = extensions_sql.log_in_names(tenant_id)
        self._sizes = collisions_sql.sizes(tenant_id)
        self._memberships = collisions_sql.memberships(tenant_id, changed)
        self._number_rows: dict[str, int] = {}

    def passing(self, candidates: Iterable[Candidate], errors: Findings) -> list[Candidate]:
        """Return the rows that can be written; what is wrong with the others is added to `errors`."""
        good: list[Candidate] = []
        for item in candidates:
            reasons = {
                NUMBER: self._about_number(item),
                GROUPS: self._about_groups(item),
            }
            if any(reasons.values()):
                errors.add(item.row, item.number, {field: [reason] for field, reason in reasons.items() if reason})
            else:
                self._admit(item)
                good.append(item)
        return good

    def _about_number(self, item: Candidate) -> str:
        kind = self._kinds.get(item.number)
        if item.number in self._number_rows:
            return f"Row {self._number_rows[item.number]} has this number already."
        if isinstance(item.content, Change):
            return "" if kind == "EXTENSION" else "There is no such extension any more."
        if kind is not None:
            return NUMBER_TAKEN
        return extensions.LOGIN_TAKEN if item.number in self._log_in_names else ""

    def _about_groups(self, item: Candidate) -> str:
        if any(group not in self._sizes for group in item.groups or ()):
            return groups.UNKNOWN  # removed since the row was checked
        is_full = any(self._sizes[group] >= groups.MOST_MEMBERS for group in self._joined(item))
        return groups.FULL if is_full else ""

    def _admit(self, item: Candidate) -> None:
        self._number_rows[item.number] = item.row
        for group in self._joined(item):
            self._sizes[group] += 1

    def _joined(self, item: Candidate) -> Iterable[int]:
        return (group for group in item.groups or () if (item.number, group) not in self._memberships)
