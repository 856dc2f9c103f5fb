"""Lists that are kept until something in them changes: what comes back is always what is stored."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.extensions import directory
from portsip_api.portsip.core import revisions
from portsip_api.store import database
from portsip_api.store.paging import Slice
from tests.crm import WEB_PASSWORD, check_refused

LISTS = [("extensions/list", {"pagesize": 2}), ("extensions/search", {"condition": "00"})]


@pytest.fixture
def people(admin):
    """Three extensions."""
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    return admin


@pytest.fixture
def statements(monkeypatch):
    """Every statement that is executed."""
    seen = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    return seen


def tag_of(client, path="extensions/list", **query):
    return client.get(path, **query).headers["ETag"]


def ask_again(client, tag, path="extensions/list", **query):
    headers = {"access_token": client.token, "If-None-Match": tag}
    return client.http.get(f"/api/{path}", query_string=query, headers=headers)


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_an_equal_request_costs_the_token_and_the_revision(people, statements, path, query):
    first = people.get(path, **query)
    statements.clear()
    again = people.get(path, **query, unknown="field")
    assert len(statements) == 2
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_a_tag_that_holds_is_answered_without_a_body(people, path, query):
    tag = tag_of(people, path, **query)
    reply = ask_again(people, f'"other", {tag}', path, **query)
    assert (reply.status_code, reply.data, reply.headers["ETag"]) == (304, b"", tag)
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Type" not in reply.headers
    assert ask_again(people, '"other"', path, **query).status_code == 200


def test_a_tag_outlives_what_the_reply_does_not_show(people):
    tag = tag_of(people, pagesize=1)
    people.do("extensions/update", extension_number="1002", profile={"first_name": "Ada"})
    assert ask_again(people, tag, pagesize=1).status_code == 304
    people.do("extensions/update", extension_number="1000", profile={"first_name": "Ada"})
    assert ask_again(people, tag, pagesize=1).status_code == 200


CHANGES = {
    "create": lambda admin: admin.make_extension("1003"),
    "name": lambda admin: admin.do("extensions/update", extension_number="1000", profile={"first_name": "Ada"}),
    "phone": lambda admin: admin.do("extensions/update", extension_number="1000", profile={"work_phone": "0049"}),
    "number": lambda admin: admin.do("extensions/update", id=1, extension_number="2000"),
    "disabled": lambda admin: admin.do(
        "extensions/update", extension_number="1000", options={"enable_extension": False}
    ),
    "presence": lambda admin: admin.do("extensions/status/update", extension_number="1000", status="DND"),
    "destroy": lambda admin: admin.do("extensions/destroy", extension_number="1000"),
    "import": lambda admin: admin.do(
        "extensions/import", mode="upsert", extensions=[{"extension_number": "1000", "profile": {"email": "a@b.test"}}]
    ),
    "line": lambda _: database.execute("UPDATE extension SET line = 'ON_CALL' WHERE id = 1"),
    "phone at the desk": lambda _: database.execute("UPDATE extension SET phone_model = 'Model 7' WHERE id = 1"),
}  # fmt: skip
REQUESTS = [
    ("extensions/list", {}),
    ("extensions/list", {"sort_by": "-STATUS"}),
    ("extensions/search", {"condition": "00"}),
    ("extensions/search", {"condition": "0049"}),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_seen_by_the_next_request(people, change):
    for path, query in REQUESTS:
        people.read(path, **query)
    CHANGES[change](people)
    kept = [people.read(path, **query) for path, query in REQUESTS]
    revisions.REPLIES.most_bytes, most = 0, revisions.REPLIES.most_bytes
    try:
        database._files[0] += 1  # forget what was kept
        assert [people.read(path, **query) for path, query in REQUESTS] == kept
    finally:
        revisions.REPLIES.most_bytes = most


def change_and_roll_back(look):
    """Change an extension in a transaction that fails, and look at the list in the middle of it."""
    with database.writing():
        database.execute("UPDATE extension SET phone_model = 'Model 7' WHERE id = 1")
        look()
        raise ZeroDivisionError


def test_a_change_that_is_rolled_back_was_never_there(people):
    before = people.read("extensions/list")
    seen = []

    def look():
        revision = tenants.revision(1)
        seen.append(directory.page(1, "DEFAULT", Slice(0, 9), revision).text)
        revisions.REPLIES.keep("uncommitted", revision, "uncommitted", 10)

    with pytest.raises(ZeroDivisionError):
        change_and_roll_back(look)
    assert b"Model 7" in seen[0]
    assert people.read("extensions/list") == before
    people.make_extension("1003")  # the revision that was rolled back comes again, with another content
    assert revisions.REPLIES.find("uncommitted", tenants.revision(1)) is None
    assert people.read("extensions/list")["total"] == 4


def test_tenants_do_not_see_each_other(admin, crm):
    other = admin.do("account/create", name="other", domain="other.example", password="other's secret")["id"]
    admin.make_extension("1000")
    admin.make_extension("1000", tenant_id=other)
    admin.make_extension("1001", tenant_id=other)
    tenant = crm.log_in("other", "other's secret")
    extension = crm.log_in("1000@pbx.local", WEB_PASSWORD)
    for _ in range(2):
        assert admin.read("extensions/list")["total"] == 1
        assert admin.read("extensions/list", tenant_id=other)["total"] == 2
        assert tenant.read("extensions/list")["total"] == 2
        assert tenant.read("extensions/list", tenant_id=1)["total"] == 2
        assert extension.read("extensions/list")["total"] == 1
    check_refused(admin.get("extensions/list", tenant_id=99), "404.1")
    check_refused(ask_again(crm, tag_of(tenant)), "403.4")


def test_a_refusal_is_not_kept(people):
    for _ in range(2):
        reply = people.get("extensions/list", pagesize="x")
        check_refused(reply, "400.1", "pagesize")
        assert (reply.headers["Cache-Control"], "ETag" in reply.headers) == ("no-store", False)
    assert people.read("extensions/list", pagesize="1")["pagesize"] == 1


def test_values_of_a_body_are_not_taken_for_those_of_a_query(people):
    assert people.read("extensions/list", pagesize=1)["pagesize"] == 1
    reply = people.http.get("/api/extensions/list", json={"pagesize": True}, headers={"access_token": people.token})
    check_refused(reply, "400.1", "pagesize")


def test_a_token_in_the_query_makes_no_other_reply(people, statements):
    people.read("extensions/list")
    statements.clear()
    assert people.http.get(f"/api/extensions/list?access_token={people.token}").status_code == 200
    assert len(statements) == 2


@pytest.mark.parametrize(("path", "query"), LISTS)
def test_what_is_kept_is_the_same_in_every_dialect(people, path, query):
    in_header = people.get(path, **query)
    database._files[0] += 1  # forget what was kept
    in_query = people.http.get(f"/api/{path}", query_string={**query, "access_token": people.token})
    assert (in_query.data, in_query.headers["ETag"]) == (in_header.data, in_header.headers["ETag"])
