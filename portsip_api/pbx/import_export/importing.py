"""Import of extensions: all rows of a file, or none; or so many at a time, between which others write.

A row is parsed, checked and encrypted before the transaction begins, which then only writes. `prepare` does the one
and `apply` the other, so that whoever calls can show how far they are.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeVar

import peewee

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import directory, extensions, groups, groups_sql
from portsip_api.pbx.extensions import drafts as extension_drafts
from portsip_api.pbx.extensions.drafts import Draft
from portsip_api.pbx.import_export.candidates import Candidate, candidate, number_of
from portsip_api.pbx.import_export.collisions import CollisionCheck
from portsip_api.pbx.import_export.file_reading import Reading, Row
from portsip_api.pbx.import_export.report import Findings, Report
from portsip_api.pbx.import_export.targets import find_dangling
from portsip_api.store import database

_CHUNK: Final = 1_000
_PAUSE: Final = 0.15  # seconds between two batches: who waits for the write lock asks for it each 0.1 s
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Plan:
    """The rows of a file that keep the rules, and what is wrong with the others."""

    tenant_id: int
    warnings: Findings
    errors: Findings = field(default_factory=Findings)
    candidates: list[Candidate] = field(default_factory=list)


def as_it_is(row: Row) -> Row:
    """Return `row`."""
    return row


def prepare(tenant_id: int, reading: Reading, *, upsert: bool, complete: Callable[[Row], Row] = as_it_is) -> Plan:
    """Check every row. With `upsert` those with the number of an extension change it; else all of them are new.

    New ones are those that `complete` returns for them. Raises Invalid when the file as a whole cannot be read.
    """
    group_rows = groups.rows_by_key(tenant_id)
    plan = Plan(tenant_id, reading.warnings)
    for chunk in _chunks(reading.rows, _CHUNK):
        existing = _existing(tenant_id, chunk) if upsert else ()
        for row in chunk:
            try:
                whole = row if number_of(row) in existing else complete(row)
                plan.candidates.append(candidate(whole, existing, group_rows))
            except Invalid as invalid:
                plan.errors.add(row.number, number_of(row), invalid.errors)
    return plan


def apply(
    plan: Plan,
    *,
    partial: bool = False,
    dry_run: bool = False,
    batch: int | None = None,
    advance: Callable[[int], object] = lambda _: None,
) -> Report:
    """Write the rows of `plan` in one transaction, or in one for each `batch` of rows; `advance` is told the number of
    rows after each few.

    Nothing is written when any row fails, unless `partial`: then the others are. That holds with a `batch` too, but for
    rows that collide with what others wrote since the first batch: they end the import behind the batches before,
    unless `partial`. Raises StoreUnavailable, which says so when batches were written before, and Conflict, when the
    tenant may not have as many extensions: then nothing is written, of the batch that is one too many.
    """
    good = CollisionCheck(plan.tenant_id, plan.candidates).passing(plan.candidates, plan.errors)
    if plan.errors.rows and not partial:
        good = []
    failed = plan.errors.rows
    if dry_run:
        extensions.require_few(plan.tenant_id, sum(isinstance(row.content, Draft) for row in good))
        find_dangling(plan.tenant_id, good, _numbers(good), plan.warnings)
        written = good
    else:
        written = _write_all(plan, good, batch or max(len(good), 1), partial=partial, advance=advance)
    created = frozenset(item.number for item in written if isinstance(item.content, Draft))
    plan.errors.listed.sort(key=lambda problem: problem.row)
    unwritten = len(good) - len(written) - (plan.errors.rows - failed)
    updated = len(written) - len(created)
    return Report(len(created), updated, dry_run, plan.errors, plan.warnings, unwritten, created)


def _write_all(
    plan: Plan, good: list[Candidate], batch: int, *, partial: bool, advance: Callable[[int], object]
) -> list[Candidate]:
    """Write `batch` rows at a time and return those that are written."""
    written: list[Candidate] = []
    numbers = _numbers(good)
    for rows in _chunks(good, batch):
        if written:
            time.sleep(_PAUSE)
        try:
            with database.writing():
                rows_left = CollisionCheck(plan.tenant_id, rows).passing(rows, plan.errors)
                if plan.errors.rows and not partial:
                    break
                extensions.require_few(plan.tenant_id, sum(isinstance(row.content, Draft) for row in rows_left))
                for chunk in _chunks(rows_left, _CHUNK):
                    for item in chunk:
                        _write(plan.tenant_id, item)
                    advance(len(chunk))
                # Before the commit: an error behind it would deny what was done.
                find_dangling(plan.tenant_id, rows_left, numbers, plan.warnings)
        except (database.StoreUnavailable, peewee.PeeweeException) as error:
            if written and database.is_unavailable(error):
                raise database.StoreUnavailable(f"{error} Rows written before that: {len(written)}.") from error
            raise
        written += rows_left
    return written


def _write(tenant_id: int, item: Candidate) -> None:
    if isinstance(item.content, Draft):
        extension_id = extension_drafts.write(tenant_id, item.content)
        groups_sql.insert_memberships(tenant_id, ((group, extension_id) for group in item.groups or ()))
        return
    before = extensions.show(tenant_id, ExtensionKey(item.number))
    extension_drafts.overwrite(tenant_id, before, item.number, item.content)
    if item.groups is not None:
        groups.set_groups_of(tenant_id, before.id, [str(group) for group in item.groups])


def _numbers(candidates: Iterable[Candidate]) -> set[str]:
    return {item.number for item in candidates}


def _existing(tenant_id: int, chunk: Iterable[Row]) -> set[str]:
    return directory.existing(tenant_id, [number for row in chunk if (number := number_of(row)) is not None])


def _chunks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
