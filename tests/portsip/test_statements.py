"""What a request costs in SQL statements, however many extensions there are."""

from typing import Any

import pytest

from portsip_api.store import database
from tests.bulk import fill

TOKEN_CHECK = 2  # of the token, and of its account
READS: dict[str, tuple[dict[str, Any], int]] = {
    "extensions/list": ({"pagination": 1, "pagesize": 3}, 3),
    "extensions/search": ({"condition": "200"}, 3),
    "extensions/show": ({"extension_number": "2000"}, 3),
    "extensions/status": ({"extensions": "2000,100001"}, 1),
    "extensions/group/list": ({}, 2),
    "extensions/group/show": ({"group_id": "__DEFAULT_EXTENSION_GROUP__"}, 2),
    "voice_mail/show": ({"extension_number": "2000"}, 1),
}


def count_statements(statements, client, path, query):
    statements.clear()
    assert client.read(path, **query)
    return len(statements)


@pytest.mark.parametrize("path", READS)
def test_reads_cost_a_constant_number_of_statements(admin, statements, path):
    query, most = READS[path]
    admin.make_extension("2000")
    few = count_statements(statements, admin, path, query)
    database.execute("DELETE FROM extension")
    fill(3_000)
    admin.make_extension("2000")
    assert count_statements(statements, admin, path, query) == few <= most + TOKEN_CHECK


STEPS = ("extensions/list", "extensions/show", "extensions/status", "extensions/route", "voice_mail/show")


@pytest.mark.parametrize("path", STEPS)
def test_reads_do_not_go_through_all_extensions(admin, path):
    query = READS[path][0] if path in READS else {"extension_number": "2000"}

    def count_steps():
        """Count what the store does for a call, in units of a hundred instructions of SQLite."""
        steps: list[None] = []
        database.db.connection().set_progress_handler(lambda: steps.append(None), 100)
        try:
            admin.read(path, **query)
        finally:
            database.db.connection().set_progress_handler(None, 0)
        return len(steps)

    admin.make_extension("2000")
    few = count_steps()
    database.execute("DELETE FROM extension")
    fill(3_000)
    admin.make_extension("2000")
    assert count_steps() <= few + 20


def test_the_token_check_is_two_statements(admin, statements):
    statements.clear()
    assert admin.get("extensions/show").status_code == 400  # before the store is asked for anything else
    assert len(statements) == TOKEN_CHECK
