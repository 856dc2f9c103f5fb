"""Import and export without HTTP: what is written is read back, and nothing is written by halves."""

import csv
import io
import sqlite3
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portsip_api.pbx.access import tenants
from portsip_api.pbx.access.secret_purposes import PURPOSES
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import drafts as extension_drafts
from portsip_api.pbx.extensions import extensions, groups
from portsip_api.pbx.extensions.fields import EXTENSION
from portsip_api.pbx.extensions.group_keys import GroupKey
from portsip_api.pbx.import_export import exporting, file_reading, importing
from portsip_api.pbx.import_export.collisions import CollisionCheck
from portsip_api.pbx.upkeep.consistency import find_inconsistencies
from portsip_api.pbx.values import Choice, Flag, Text, TimeOfDay, Whole, Zone
from portsip_api.store import database
from tests.bulk import fill
from tests.crm import PIN, SIP_PASSWORD, WEB_PASSWORD

pytestmark = pytest.mark.usefixtures("configure")

TENANT = 1
GROUP_NAMES = ("Sales", 'Quotes " and | bars; or, "commas"', "Zoë’s 日本")
PERMISSIONS = {"enable_intercom": True, "enable_external_call": True, "enable_management_console_access": False}


def new(number, **fields):
    """A new extension's fields."""
    secrets = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    return {"extension_number": number, **secrets, **fields}


def make_group(name):
    return groups.create(TENANT, {"group_name": name, **PERMISSIONS}).group_id


def load(objects, *, upsert=False, **how):
    """Import extensions that are parsed already."""
    plan = importing.prepare(TENANT, file_reading.read_objects(objects), upsert=upsert)
    return importing.apply(plan, **how)


def load_file(content, format_="csv", *, upsert=False, **how):
    """Import a file."""
    plan = importing.prepare(TENANT, file_reading.read(io.BytesIO(content), format_), upsert=upsert)
    return importing.apply(plan, **how)


def export(format_="csv", *, secrets=True):
    return b"".join(exporting.export(TENANT, format_, secrets=secrets))


def stored():
    """Everything about every extension, in clear."""
    numbers = [row[0] for row in database.fetch_all("SELECT number FROM extension ORDER BY number")]
    found = [extensions.show(TENANT, ExtensionKey(number)) for number in numbers]
    return {
        extension.number: (
            extension.objects,
            [extension.secret(purpose) for purpose in PURPOSES],
            sorted(extension.group_ids),
        )
        for extension in found
    }


def numbers():
    return [row[0] for row in database.fetch_all("SELECT number FROM extension ORDER BY number")]


def empty():
    with database.writing():
        database.execute("DELETE FROM extension")


def check_failed(report, *expected):
    """Nothing was written; the (row, field) pairs of the errors are as expected."""
    assert [(error.row, error.field) for error in report.errors.listed] == list(expected)
    assert (report.created, report.updated) == (0, 0)
    assert report.is_refused


# Round trip

ODD = ",;|\"'=+@\t\u0085\u00a0\\"


def texts(kind):
    if kind.pattern.startswith("|"):
        return st.one_of(st.just(""), st.from_regex(r"[a-zA-ZäÄ\"',;]{1,9}@[a-z.]{1,9}", fullmatch=True))
    if kind.pattern:
        return st.from_regex(kind.pattern, fullmatch=True).filter(
            lambda text: kind.shortest <= len(text) <= kind.longest
        )
    odd = ODD.replace("\t", "") + ("\r\n\t\u2028" if kind.lines else "")
    characters = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")) | st.sampled_from(odd)
    return st.text(
        characters if kind.lines else characters.filter(lambda text: text != "\t"), min_size=kind.shortest, max_size=9
    )


def values(rule):
    match rule:
        case Flag():
            return st.booleans()
        case Whole(least=least, most=most):
            return st.integers(least, most)
        case Choice(options=options):
            return st.sampled_from(options)
        case TimeOfDay(end=end):
            return st.from_regex(r"([01][0-9]|2[0-3]):[0-5][0-9]", fullmatch=True) | st.just(
                "24:00" if end else "00:00"
            )
        case Zone():
            return st.sampled_from(["", "UTC", "Europe/Berlin"])
        case Text():
            return texts(rule)
    return st.fixed_dictionaries({name: values(below) for name, below in rule.items()})


# A row of a CSV file cannot say that a new extension has no web access password: a blank cell says nothing of secrets.
ROW = EXTENSION | {"web_access_password": EXTENSION["password"]}
whole_extensions = st.lists(
    st.tuples(values(ROW), st.sets(st.integers(0, len(GROUP_NAMES) - 1))),
    min_size=1,
    max_size=4,
    unique_by=lambda pair: pair[0]["extension_number"],
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(whole_extensions, st.sampled_from(("csv", "json")))
def test_what_export_writes_import_reads_back(pairs, format_):
    empty()
    ids = [row[0] for row in database.fetch_all("SELECT group_id FROM extension_group WHERE NOT is_default")]
    ids = ids or [make_group(name) for name in GROUP_NAMES]
    load([{**fields, "belong_groups": [ids[at] for at in chosen]} for fields, chosen in pairs])
    before = stored()
    assert len(before) == len(pairs)
    file = export(format_)
    assert load_file(file, format_, upsert=True).updated == len(pairs)
    assert stored() == before
    empty()
    assert load_file(file, format_).created == len(pairs)
    assert stored() == before
    assert export(format_) == file


def test_no_cell_of_an_export_is_run_by_a_spreadsheet():
    """Not even one of a secret; and it comes back as it was."""
    profile = {
        "first_name": "=1+1",
        "last_name": "'=1",
        "description": "\tx",
        "mobile_phone": "+49 30",
        "twitter": "@a",
    }
    load([{**new("+a"), "password": "=sip", "web_access_password": "-web-", "profile": profile}])
    before = stored()
    cells = next(csv.DictReader(io.StringIO(export("csv").decode(), newline="")))
    assert {name: cells[name] for name in ("extension_number", "password", "web_access_password")} == {
        "extension_number": "'+a", "password": "'=sip", "web_access_password": "'-web-",
    }  # fmt: skip
    assert [cells[f"profile.{name}"] for name in profile] == ["'=1+1", "''=1", "'\tx", "+49 30", "'@a"]
    load_file(export("csv"), "csv", upsert=True)
    assert stored() == before


def test_a_row_that_a_spreadsheet_changed_fails_by_its_fields():
    report = load_file(b'extension_number,mobile_phone\n4.9E+11,1\n100,"=""004915"""\n', "csv")
    check_failed(report, (2, "extension_number"), (3, "profile.mobile_phone"))
    report = load_file(b"extension_number,email,gender,password\n4.9E+11,nobody,NONE,\n", "csv")
    check_failed(report, (2, "profile.email"), (2, "profile.gender"), (2, "extension_number"))
    assert numbers() == []


def test_the_store_is_sound_after_an_import():
    group_id = make_group("Sales")
    load([new(str(number), belong_groups=[group_id] * (number % 2)) for number in range(100, 140)])
    load([{"extension_number": "100", "belong_groups": [group_id]}, new("99")], upsert=True)
    assert find_inconsistencies() == []


def test_an_export_without_secrets_has_no_columns_for_them():
    load([new("100", voice_mail={"voicemail_pin": PIN})])
    for format_ in ("csv", "json"):
        file = export(format_, secrets=False).decode()
        assert not [word for word in (SIP_PASSWORD, WEB_PASSWORD, PIN, "password", "voicemail_pin") if word in file]


def test_an_export_without_secrets_changes_none_of_them():
    load([new("100", voice_mail={"voicemail_pin": PIN})])
    before = stored()
    file = export(secrets=False)
    assert load_file(file, upsert=True).updated == 1
    assert stored() == before
    check_failed(load_file(file), (2, "password"))


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_who_has_no_web_access_password_comes_back_without_one(format_):
    load([{name: value for name, value in new("100").items() if name != "web_access_password"}])
    before, file = stored(), export(format_, secrets=True)
    extensions.destroy(TENANT, ExtensionKey("100"))
    assert load_file(file, format_).created == 1
    assert stored() == before


def test_an_empty_store_is_exported_as_an_empty_file():
    assert export("json") == b"[]\n"
    assert export("csv").count(b"\r\n") == 1
    assert load_file(export("csv")).errors.total == 0


def test_an_export_is_in_the_order_of_lists_and_shows_one_state():
    fill(1_200)
    pieces = exporting.export(TENANT, "json", secrets=False)
    first = next(pieces)
    with closing(sqlite3.connect(database.db.database, isolation_level=None)) as other:
        other.execute("DELETE FROM extension")
    rows = file_reading.read_json(io.BytesIO(first + b"".join(pieces))).rows
    assert [row.fields["extension_number"] for row in rows] == [str(number) for number in range(100_000, 101_200)]


# Rules


def test_nothing_is_written_when_any_row_fails():
    check_failed(load([new("100"), new("10 1"), new("102")]), (2, "extension_number"))
    assert stored() == {}


def test_partial_writes_the_good_rows():
    report = load([new("100"), new("10 1"), new("102")], partial=True)
    assert (report.created, report.errors.rows, list(stored())) == (2, 1, ["100", "102"])


def test_a_dry_run_writes_nothing():
    report = load([new("100"), new("101")], dry_run=True)
    assert (report.created, report.errors.rows, report.dry_run, stored()) == (2, 0, True, {})


def test_a_dry_run_says_what_would_happen():
    rows = [new("100"), new("100")]
    assert load(rows, dry_run=True).created == 0
    assert load(rows, dry_run=True, partial=True).created == 1


def test_every_wrong_value_of_a_row_is_named():
    wrong = {"profile": {"email": "nobody", "gender": "X"}, "forward_rules": {"available": {"no_answer_timeval": 0}}}
    check_failed(
        load([new("100", **wrong)]),
        (1, "profile.email"),
        (1, "profile.gender"),
        (1, "forward_rules.available.no_answer_timeval"),
    )


def test_a_report_repeats_no_value_that_was_refused():
    report = load([new(f"{WEB_PASSWORD}!"), new("101", password=[SIP_PASSWORD], profile={"email": SIP_PASSWORD})])
    assert report.errors.listed[0].extension_number is None
    assert SIP_PASSWORD not in str(report)
    assert WEB_PASSWORD not in str(report)


def test_rows_of_one_file_collide():
    report = load([new("100"), new("100")], partial=True)
    assert [(error.row, error.field) for error in report.errors.listed] == [(2, "extension_number")]
    assert all(error.reason.startswith("Row 1 ") for error in report.errors.listed)


def test_rows_collide_with_the_store():
    load([new("100")])
    rows = [new("100"), new("default"), new("admin"), new("105")]
    report = load(rows, partial=True)
    assert [(error.row, error.field) for error in report.errors.listed] == [
        (1, "extension_number"),
        (2, "extension_number"),
        (3, "extension_number"),
    ]
    assert (report.created, list(stored())) == (1, ["100", "105"])


def test_rows_may_have_one_address_which_others_of_any_tenant_have_too():
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    extensions.create(other, new("100", profile={"email": "a@b"}))
    load([new("100", profile={"email": "A@b"}), new("101", profile={"email": "a@B"})])
    load([{"extension_number": "100", "profile": {"email": "a@b"}}, new("102", profile={"email": "a@b"})], upsert=True)
    assert [objects["profile"]["email"] for objects, *_ in stored().values()] == ["a@b", "a@B", "a@b"]


def test_an_upsert_leaves_what_is_not_sent():
    group_id = make_group("Sales")
    load([new("100", belong_groups=[group_id], profile={"first_name": "Ada", "last_name": "L"})])
    load([{"extension_number": "100", "profile": {"first_name": "Grace"}}], upsert=True)
    (objects, secrets, group_ids) = stored()["100"]
    assert (objects["profile"]["first_name"], objects["profile"]["last_name"]) == ("Grace", "L")
    assert (secrets, group_ids) == ([SIP_PASSWORD, WEB_PASSWORD, ""], [group_id])


def test_the_strict_policy_holds_for_new_and_changed_rows(configure):
    load([new("100")])
    configure(PBX_PASSWORD_POLICY="strict")
    rows = [new("101", password="short"), {"extension_number": "100", "web_access_password": "100"}]
    check_failed(load(rows, upsert=True), (1, "password"), (2, "web_access_password"))


def test_groups_are_named_by_guid_id_or_name():
    first, second = make_group("Sales"), make_group("Über uns")
    row_id = str(groups.rows_by_key(TENANT)["sales"])
    for number, key in (("100", first.lower()), ("101", row_id), ("102", "SALES")):
        load([new(number, belong_groups=[key, "über UNS", "__DEFAULT_EXTENSION_GROUP__"])])
        assert stored()[number][2] == sorted([first, second])


def test_unknown_groups_are_refused():
    check_failed(load([new("100", belong_groups=["Sales"])]), (1, "belong_groups"))


def test_a_group_takes_no_more_than_its_most_members(monkeypatch):
    monkeypatch.setattr(groups, "MOST_MEMBERS", 2)
    key = make_group("Sales")
    load([new("100", belong_groups=[key])])
    members = [
        {"extension_number": "100", "belong_groups": [key]},
        *(new(n, belong_groups=[key]) for n in ("101", "102")),
    ]
    report = load(members, upsert=True, partial=True)
    assert [(error.row, error.field) for error in report.errors.listed] == [(3, "belong_groups")]
    assert (report.created, report.updated) == (1, 1)


def forward(action, target):
    return {"forward_rules": {"available": {"busy_action": action, "busy_action_value": target}}}


@pytest.mark.parametrize("dry_run", [False, True])
def test_dangling_targets_are_kept_with_a_warning(dry_run):
    extension = "CONNECT_TO_ANOTHER_EXTENSION"
    rows = [
        new("100", **forward(extension, "101")),
        new("101", **forward(extension, "999")),
        new("102", **forward(extension, "102")),
        new("103", **forward("CONNECT_TO_RING_GROUP", "101")),
    ]
    report = load(rows, dry_run=dry_run)
    field = "forward_rules.available.busy_action_value"
    assert [(warning.row, warning.field) for warning in report.warnings.listed] == [(2, field), (3, field), (4, field)]
    assert (report.created, len(stored())) == (4, 0 if dry_run else 4)


def test_targets_of_a_change_are_checked_as_they_are_in_the_end():
    load([new("100", **forward("CONNECT_TO_VOICE_MAIL", "999")), new("101")])
    action = {
        "extension_number": "100",
        "forward_rules": {"available": {"busy_action": "CONNECT_TO_ANOTHER_EXTENSION"}},
    }
    report = load([action, {"extension_number": "101", "profile": {"first_name": "Ada"}}], upsert=True)
    assert [warning.row for warning in report.warnings.listed] == [1]


# What happens meanwhile


@pytest.fixture
def meanwhile(monkeypatch):
    """A function that lets something happen between the checks and the transaction."""

    def register(action):
        real = database.writing

        @contextmanager
        def writing():
            monkeypatch.setattr(database, "writing", real)
            action()
            with real():
                yield

        monkeypatch.setattr(database, "writing", writing)

    return register


@pytest.mark.parametrize("partial", [False, True])
def test_a_number_that_is_taken_meanwhile_is_reported(meanwhile, partial):
    meanwhile(lambda: extensions.create(TENANT, new("100")))
    report = load([new("100"), new("101")], partial=partial)
    assert [(error.row, error.field) for error in report.errors.listed] == [(1, "extension_number")]
    assert list(stored()) == (["100", "101"] if partial else ["100"])


def test_an_extension_that_is_removed_meanwhile_is_reported(meanwhile):
    load([new("100")])
    meanwhile(lambda: extensions.destroy(TENANT, ExtensionKey("100")))
    check_failed(load([{"extension_number": "100"}], upsert=True), (1, "extension_number"))


def test_a_group_that_is_removed_meanwhile_is_reported(meanwhile):
    key = make_group("Sales")
    meanwhile(lambda: groups.destroy(TENANT, GroupKey(key)))
    check_failed(load([new("100", belong_groups=[key])]), (1, "belong_groups"))


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch):
    written = []

    def write(tenant_id, draft, real=extension_drafts.write):
        written.append(draft.number)
        if len(written) == 2:
            raise MemoryError
        return real(tenant_id, draft)

    monkeypatch.setattr(extension_drafts, "write", write)
    with pytest.raises(MemoryError):
        load([new("100"), new("101")])
    assert stored() == {}


def test_a_faulty_file_never_takes_the_write_lock():
    with closing(sqlite3.connect(database.db.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        check_failed(load([new("100"), new("100")]), (2, "extension_number"))
        assert load([new("100")], dry_run=True).created == 1


def test_collisions_cost_the_same_few_statements_however_many_rows_there_are(monkeypatch):
    statements = []
    real = database.execute
    monkeypatch.setattr(database, "execute", lambda *args: statements.append(args[0]) or real(*args))
    counts = []
    for rows in (1, 50):
        reading = file_reading.read_objects([new(str(number)) for number in range(rows)])
        plan = importing.prepare(TENANT, reading, upsert=False)
        statements.clear()
        CollisionCheck(TENANT, plan.candidates)
        counts.append(len(statements))
    assert counts[0] == counts[1] < 10


# Batches


@pytest.fixture
def between(monkeypatch):
    """A function that lets another one run, once, while an import is between two of its batches."""

    def arrange(others):
        waiting = [others]
        monkeypatch.setattr(importing, "time", SimpleNamespace(sleep=lambda _: waiting and waiting.pop()()))

    return arrange


def test_others_write_between_batches(between):
    seen: list[list[str]] = []
    told: list[int] = []
    between(lambda: seen.append(numbers()) or load([new("200")]))
    report = load([new(str(number)) for number in range(100, 105)], batch=2, advance=told.append)
    assert (report.created, report.unwritten, report.errors.rows) == (5, 0, 0)
    assert seen == [["100", "101"]]
    assert numbers() == ["100", "101", "102", "103", "104", "200"]
    assert told == [2, 2, 1]
    assert find_inconsistencies() == []


def test_all_rows_are_checked_before_the_first_batch():
    check_failed(load([new("100"), new("101"), new("100")], batch=1), (3, "extension_number"))
    assert stored() == {}
    report = load([new("100"), new("101"), new("100")], batch=1, partial=True)
    assert (report.created, report.errors.rows, report.unwritten) == (2, 1, 0)


def test_what_others_wrote_meanwhile_ends_the_import_behind_the_batches_before(between):
    between(lambda: load([new("103")]))
    report = load([new(str(number)) for number in range(100, 108)], batch=2)
    assert (report.created, report.errors.rows, report.unwritten) == (2, 1, 5)
    assert [(error.row, error.field) for error in report.errors.listed] == [(4, "extension_number")]
    assert not report.is_refused
    assert numbers() == ["100", "101", "103"]
    report = load([new(str(number)) for number in range(100, 108)], batch=2, upsert=True)
    assert (report.created, report.updated, report.unwritten) == (5, 3, 0)


def test_a_partial_import_only_leaves_those_rows_out(between):
    between(lambda: load([new("103")]))
    report = load([new(str(number)) for number in range(100, 108)], batch=2, partial=True)
    assert (report.created, report.errors.rows, report.unwritten) == (7, 1, 0)


def test_targets_in_later_batches_are_there():
    forward = {"forward_rules": {"offline": {"offline_action": "CONNECT_TO_ANOTHER_EXTENSION",
               "offline_action_value": "102"}}}  # fmt: skip
    assert load([new("100", **forward), new("101"), new("102")], batch=1).warnings.total == 0


def test_a_store_that_is_locked_between_batches_is_told_with_what_was_written(between, configure):
    with closing(sqlite3.connect(configure().database_path, isolation_level=None)) as other:

        def lock():
            with database.writing():
                database.execute("PRAGMA busy_timeout = 10")
            other.execute("BEGIN IMMEDIATE")

        between(lock)
        with pytest.raises(database.StoreUnavailable, match=r"Rows written before that: 2\."):
            load([new(str(number)) for number in range(100, 105)], batch=2)
    assert numbers() == ["100", "101"]


def test_problems_are_listed_by_row():
    check_failed(load([new("100"), new("100"), new("1 0")]), (2, "extension_number"), (3, "extension_number"))


def test_a_file_that_cannot_be_read_to_its_end_writes_nothing():
    with pytest.raises(Invalid):
        load_file(b"extension_number,password,web_access_password\n100,a,b\n101,\x81,b\n", partial=True)
    with pytest.raises(Invalid):
        load_file(b'extension_number,password,web_access_password\n100,a,b\n101,"a,b\n', partial=True)
    assert stored() == {}
