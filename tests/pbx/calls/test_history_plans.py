"""How SQLite reads lists of calls: through an index, in its order, and never all of a table."""

import re

import pytest

from portsip_api.pbx.calls import history, recordings
from portsip_api.pbx.calls.history import Wanted
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.calls.records import INBOUND
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.pbx.calls.records import START, TENANT, fill_calls

NEWEST = Slice(0, 20, descending=True)
DURING = Times(START, START + 900_000)
LISTS = {
    "all": Wanted(),
    "times": Wanted(DURING),
    "extension": Wanted(DURING, 7),
    "caller": Wanted(DURING, caller="2001"),
    "callee and whether it was answered": Wanted(callee="3001", is_answered=True),
    "either": Wanted(DURING, either="2001"),
    "direction": Wanted(direction=INBOUND),
    "whether it was answered": Wanted(DURING, is_answered=False),
    "extension and direction": Wanted(extension_id=7, direction=INBOUND),
    "prefix": Wanted(prefix="20"),
}
# What reads all there is of a table, or sorts it first.
_ALL = re.compile(r"SCAN (call|recording|history_order)\b|SCAN [cre]\b|USE TEMP B-TREE")


@pytest.fixture
def plans(configure, monkeypatch):
    """A function that returns the plans of the statements that a call runs."""
    fill_calls(3_000)
    database.optimize()

    def run(ask):
        asked = []
        execute = database.db.execute_sql
        monkeypatch.setattr(
            database.db, "execute_sql", lambda sql, *values: (asked.append((sql, *values)), execute(sql, *values))[1]
        )
        ask()
        monkeypatch.setattr(database.db, "execute_sql", execute)
        found = [(sql, execute(f"EXPLAIN QUERY PLAN {sql}", *values).fetchall()) for sql, *values in asked]
        # Blocks are added up all of them, a few hundred to a million rows; a page that was cut out may be turned round.
        few = ("OVER (", "ORDER BY o.key")
        return [(sql, [row[3] for row in plan]) for sql, plan in found if not any(part in sql for part in few)]

    return run


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_calls_is_read_in_order(plans, name):
    for sql, plan in plans(lambda: history.page(TENANT, LISTS[name], NEWEST)):
        assert not [step for step in plan if _ALL.search(step)], (sql, plan)


@pytest.mark.parametrize("extension_id", [None, 7])
def test_a_list_of_recordings_is_read_in_order(plans, extension_id):
    for sql, plan in plans(lambda: recordings.page(TENANT, DURING, NEWEST, extension_id)):
        assert not [step for step in plan if _ALL.search(step)], (sql, plan)
