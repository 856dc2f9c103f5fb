"""What a request costs in SQL statements, however many objects there are."""

import pytest

from portsip_api.store import database
from tests.bulk import fill
from tests.pbx.calls.records import fill_calls, record, write

LOG_IN = 4  # the tenant, the failures, the administrators of that name, the users
READS = {
    "rest/user?page=1&pagesize=50": 3,
    "rest/user?page=9&pagesize=5&sortby=lastName&sortdir=reverse": 3,
    "rest/user?ids={0}": 4,
    "rest/user-permission?page=1&pagesize=50": 6,
    "rest/user-group?page=1&pagesize=50": 1,
    "rest/user-group-permission": 3,
    "rest/permission": 1,
    "rest/branch": 1,
    "api/rules": 6,
}


OWN_READS = {
    "rest/my/forward": 4,
    "rest/my/callfwd": 4,
    "rest/my/callfwdsched": 2,
    "rest/my/vmprefs": 5,
    "rest/my/voicemail/attendant": 5,
    "rest/my/feed/voicemail/inbox": 3,
    "rest/my/redirect/mailbox/200/messages": 3,
    "rest/my/phonebook": 8,
    "rest/my/pagedphonebook?start=0&end=20": 10,
    "rest/my/pagedphonebook?start=40&end=60&filter=a": 9,
    "rest/my/search/phonebook?query=a": 5,
    "rest/my/contact-information": 7,
    "rest/my/im/prefs": 1,
    "rest/my/speeddial": 2,
    "rest/my/conferences": 1,
    "rest/my/logindetailsunite": 1,
    "api/my/user": 4,
    "api/my/user/settings": 5,
    "api/my/moh/prompts": 1,
    "api/my/moh/settings/moh/audio-source": 1,
}


def count_statements(statements, portal, path):
    ids = database.fetch_row("SELECT group_concat(id) FROM (SELECT id FROM extension LIMIT 2)")[0]
    statements.clear()
    assert portal.get(path.format(ids)).status_code == 200
    return len(statements)


CALLS = {
    "rest/my/redirect/cdr/200": 5,
    "api/cdrs/history?fromDate=202311140000&limit=50": 6,
    "api/cdrs/history?fromDate=202311140000&from=2001&limit=50": 4,
    "api/cdrs/user/200/history?fromDate=202311140000": 8,
    "api/cdrs/reports/cdr-table?fromDate=202311140000&limit=50": 7,
}


@pytest.mark.parametrize("path", CALLS)
def test_lists_of_calls_do_too(portal, user, statements, path):
    client = user if "/my/" in path else portal
    write(record("mine", "200", "+491", direction="OUTBOUND"))
    few = count_statements(statements, client, path)
    fill_calls(6_000)
    assert count_statements(statements, client, path) == few <= CALLS[path] + LOG_IN


@pytest.mark.parametrize("path", READS)
def test_reads_cost_a_constant_number_of_statements(portal, statements, path):
    fill(60)
    few = count_statements(statements, portal, path)
    database.execute("DELETE FROM extension")
    fill(3_000)
    for name in ("sales", "support"):
        portal.make("rest/user-group", {"group": {"name": name}})
        portal.make("rest/branch", {"branch": {"name": name}})
    database.execute(
        "INSERT INTO membership SELECT g.id, e.id, e.number_key FROM extension_group AS g, extension AS e"
        " WHERE NOT g.is_default"
    )
    assert count_statements(statements, portal, path) == few <= READS[path] + LOG_IN


@pytest.mark.parametrize("path", OWN_READS)
def test_what_users_read_costs_a_constant_number_of_statements(user, statements, path):
    """However many others there are, whose names stand in the same phonebook."""
    fill(60)
    few = count_statements(statements, user, path)
    fill(3_000, first=200_000)
    assert count_statements(statements, user, path) == few <= OWN_READS[path] + LOG_IN
