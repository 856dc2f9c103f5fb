"""`extensions/import` and `extensions/export` over HTTP."""

import io
import sqlite3
from contextlib import closing

import pytest

from portsip_api.store import database, sqlite_file
from tests.bulk import fill
from tests.crm import PIN, SIP_PASSWORD, WEB_PASSWORD, check_refused

HEADER = "extension_number,password,web_access_password,profile.email\r\n"
GOOD = HEADER + f"100,{SIP_PASSWORD},{WEB_PASSWORD},a@b\r\n101,{SIP_PASSWORD},{WEB_PASSWORD},\r\n"
BAD = HEADER + f"100,{SIP_PASSWORD},{WEB_PASSWORD},a@b\r\n101,{SIP_PASSWORD},{WEB_PASSWORD},nobody\r\n"
BINARY = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def upload(crm, content, name="extensions.csv", label=None, part="file", **fields):
    """POST a file as a form does."""
    content = content.encode() if isinstance(content, str) else content
    file = (io.BytesIO(content), name, label) if label else (io.BytesIO(content), name)
    return crm.http.post(
        "/api/extensions/import", data={part: file, **fields}, headers={"access_token": crm.token},
        content_type="multipart/form-data",
    )  # fmt: skip


def numbers(crm):
    return [row["extension_number"] for row in crm.read("extensions/list")["extensions"]]


def check_done(reply, **counts):
    """The import succeeded with these counts, and without errors unless the counts say so."""
    assert reply.status_code == 200, reply.text
    expected = {"created": 0, "updated": 0, "failed": 0, "dry_run": False} | counts
    assert {name: reply.json[name] for name in expected} == expected
    assert "err_code" not in reply.json


@pytest.fixture
def tenant(admin, crm):
    """A client of a second tenant."""
    admin.do("account/create", name="acme", domain="acme.example", password="a long passphrase")
    return crm.log_in("acme", "a long passphrase")


def test_a_csv_file_makes_extensions(admin):
    check_done(upload(admin, GOOD, part="anything"), created=2)
    assert admin.read("extensions/show", extension_number="100")["profile"]["email"] == "a@b"


def test_the_whole_file_comes_back(admin):
    group = admin.make_group("Sales")
    profile = {"first_name": "Zoë", "description": 'a "b";\r\nc'}
    admin.make_extension("100", profile=profile, voice_mail={"voicemail_pin": PIN}, belong_groups=[group["group_id"]])
    before = admin.read("extensions/show", extension_number="100")
    for format_ in ("csv", "json"):
        file = admin.post("extensions/export", format=format_, secrets=True).data
        admin.do("extensions/destroy", extension_number="100")
        check_done(upload(admin, file, f"x.{format_}"), created=1)
        after = admin.read("extensions/show", extension_number="100")
        assert {**after, "id": before["id"]} == before


def test_json_is_taken_as_a_file_and_as_the_body(admin):
    row = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
    file = f'[{{"extension_number": "100", "password": "{SIP_PASSWORD}", "web_access_password": "{WEB_PASSWORD}"}}]'
    check_done(upload(admin, file, "x.json"), created=1)
    check_done(admin.post("extensions/import", extensions=[{"extension_number": "101", **row}]), created=1)
    change = {"extension_number": "101", "profile": {"first_name": "Ada"}}
    check_done(
        admin.post("extensions/import", extensions=[change], mode="upsert", dry_run=True), updated=1, dry_run=True
    )
    check_done(admin.post("extensions/import", extensions=[change], mode="upsert"), updated=1)
    assert admin.read("extensions/show", extension_number="101")["profile"]["first_name"] == "Ada"


def test_when_a_row_fails_nothing_is_changed_and_the_report_says_why(admin):
    reply = upload(admin, BAD)
    assert reply.status_code == 400
    assert reply.json == {
        "err_code": "400.1",
        "msg": "Rows that failed: 1; nothing was changed.",
        "errors": {"row 3.profile.email": ["Must be an e-mail address, or empty."]},
        "report": {
            "created": 0,
            "updated": 0,
            "failed": 1,
            "dry_run": False,
            "errors": [
                {
                    "row": 3,
                    "extension_number": "101",
                    "field": "profile.email",
                    "reason": "Must be an e-mail address, or empty.",
                }
            ],
            "warnings": [],
            "more_errors": 0,
            "more_warnings": 0,
        },
    }
    assert numbers(admin) == []


def test_partial_leaves_only_the_failing_rows_out(admin):
    check_done(upload(admin, BAD, partial="true"), created=1, failed=1)
    assert numbers(admin) == ["100"]


def test_partial_with_no_good_row_is_an_error(admin):
    assert upload(admin, HEADER + "1 0,a,b,\r\n", partial="true").status_code == 400


def test_a_dry_run_is_answered_like_a_success(admin):
    check_done(upload(admin, GOOD, dry_run="true"), created=2, dry_run=True)
    check_done(upload(admin, BAD, dry_run="true"), failed=1, dry_run=True)
    assert numbers(admin) == []


def test_no_secret_is_repeated(admin):
    reply = upload(
        admin, f"extension_number,password,first_name\r\n{SIP_PASSWORD}!,{WEB_PASSWORD * 20},{WEB_PASSWORD}\0\r\n"
    )
    assert len(reply.json["report"]["errors"]) == 3
    assert SIP_PASSWORD not in reply.text
    assert WEB_PASSWORD not in reply.text


def test_only_a_thousand_errors_are_listed(admin):
    report = upload(admin, "extension_number\n" + "1 0\n" * 1_200).json["report"]
    assert (report["failed"], len(report["errors"])) == (1_200, 1_000)
    assert report["more_errors"] == 2 * 1_200 - 1_000


def test_a_new_password_ends_the_tokens_of_its_extension(admin, crm):
    for number in ("100", "101"):
        admin.make_extension(number)
    changed, other = (crm.log_in(f"{number}@pbx.local", WEB_PASSWORD) for number in ("100", "101"))
    check_done(upload(admin, "extension_number,web_access_password\n100,new\n101,\n", mode="upsert"), updated=2)
    check_refused(changed.get("extensions/list"), "403.4")
    assert numbers(other) == ["100", "101"]


def test_targets_that_do_not_exist_are_warnings(admin):
    file = (
        "extension_number,password,web_access_password,busy_action,busy_action_value,nick\r\n"
        "100,a,b,CONNECT_TO_ANOTHER_EXTENSION,101,\r\n101,a,b,CONNECT_TO_ANOTHER_EXTENSION,999,\r\n"
    )
    reply = upload(admin, file)
    check_done(reply, created=2)
    assert [(warning["row"], warning["field"]) for warning in reply.json["warnings"]] == [
        (0, "nick"),
        (3, "forward_rules.available.busy_action_value"),
    ]


def test_a_template_is_a_download_that_can_be_imported(admin):
    reply = admin.get("extensions/import/template")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == "attachment; filename=template.csv"
    check_done(upload(admin, reply.data), created=0)
    check_done(upload(admin, reply.text + f"100,{SIP_PASSWORD},{WEB_PASSWORD}\r\n"), created=1)


def test_a_file_of_a_spreadsheet_says_how_it_was_read(admin):
    content = f"sep=;\r\nExtension;Password;Web password;Surname\r\n100;{SIP_PASSWORD};{WEB_PASSWORD};Groß\r\n ; ;\r\n"
    for encoding, name in (("cp1252", "x.csv"), ("utf-16", "x.txt")):
        reply = upload(admin, content.encode(encoding), name)
        check_done(reply, created=1)
        (warning,) = reply.json["warnings"]
        assert warning["reason"].startswith("Was read as text in ")
        assert admin.read("extensions/show", extension_number="100")["profile"]["last_name"] == "Groß"
        admin.do("extensions/destroy", extension_number="100")


def test_what_a_spreadsheet_changed_is_refused_by_row_and_field(admin):
    reply = upload(
        admin, HEADER.replace("profile.email", "mobile_phone") + f"4.9E+11,{SIP_PASSWORD},{WEB_PASSWORD},1010.0"
    )
    check = reply.json["report"]["errors"]
    assert [(error["row"], error["field"]) for error in check] == [(2, "extension_number"), (2, "profile.mobile_phone")]
    assert numbers(admin) == []


# What a file is


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("x.csv", None),
        ("X.CSV", "application/vnd.ms-excel"),
        ("x", "text/csv"),
        ("x.txt", "text/plain"),
        ("x", "application/octet-stream"),
        ("x.csv", "image/png"),
    ],
)
def test_csv_is_known_by_name_label_or_content(admin, name, label):
    check_done(upload(admin, GOOD, name, label), created=2)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("x.png", None),
        ("x", "image/png"),
        ("x.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("x.xls", "application/vnd.ms-excel"),
        ("x", "application/octet-stream"),
    ],
)
def test_what_is_neither_csv_nor_json_is_refused(admin, name, label):
    check_refused(upload(admin, BINARY, name, label), "415.1")


def test_format_decides_over_the_name(admin):
    check_done(upload(admin, GOOD, "x.json", format="csv"), created=2)
    check_refused(upload(admin, GOOD, "x.csv", format="json"), "400.1", "file")


@pytest.mark.parametrize("content", ["first_name\r\nAda\r\n", b"extension_number\r\n\x81\r\n", HEADER + '1,"'])
def test_a_file_that_cannot_be_read_is_named(admin, content):
    check_refused(upload(admin, content), "400.1", "file")


def test_there_is_one_file(admin):
    check_refused(admin.post("extensions/import"), "400.1", "file")
    two = {"a": (io.BytesIO(b"x"), "a.csv"), "b": (io.BytesIO(b"x"), "b.csv")}
    reply = admin.http.post("/api/extensions/import", data=two, headers={"access_token": admin.token})
    check_refused(reply, "400.1", "file")


def test_a_body_needs_an_array(admin):
    check_refused(admin.post("extensions/import", extensions={}), "400.1", "extensions")
    check_refused(admin.post("extensions/import", extensions=[], mode="replace"), "400.1", "mode")


def test_the_largest_file_is_a_setting_of_its_own(admin, configure):
    configure(PBX_MAX_IMPORT="4096", PBX_MAX_BODY="1024")
    check_done(upload(admin, GOOD + "," * 2_000), created=2)
    check_refused(upload(admin, GOOD + "," * 5_000), "413.1")


# Export


@pytest.mark.parametrize(("format_", "media_type"), [("csv", "text/csv; charset=utf-8"), ("json", "application/json")])
def test_an_export_is_a_download_that_streams(admin, format_, media_type):
    fill(1_500)
    reply = admin.post("extensions/export", format=format_)
    assert reply.is_streamed
    assert reply.headers["Content-Type"] == media_type
    assert reply.headers["Content-Disposition"] == f"attachment; filename=extensions.{format_}"
    assert len(reply.json if format_ == "json" else reply.text.split("\r\n")[1:-1]) == 1_500


def test_a_tenant_exports_its_own_extensions_without_secrets(admin, tenant):
    admin.make_extension("100")
    tenant.make_extension("200")
    assert [row["extension_number"] for row in tenant.do("extensions/export", format="json")] == ["200"]
    check_refused(tenant.post("extensions/export", secrets=True), "403.1")


def test_a_tenant_imports_into_its_own(admin, tenant):
    admin.make_extension("100")
    check_done(upload(tenant, GOOD, tenant_id="1"), created=2)
    assert (numbers(admin), numbers(tenant)) == (["100"], ["100", "101"])


def test_an_administrator_names_the_tenant(admin, tenant):
    (acme,) = (row["id"] for row in admin.read("account/list")["accounts"] if row["name"] == "acme")
    check_done(upload(admin, GOOD, tenant_id=str(acme)), created=2)
    assert (numbers(admin), numbers(tenant)) == ([], ["100", "101"])
    assert len(admin.do("extensions/export", format="json", tenant_id=acme)) == 2


def test_hidden_passwords_are_not_exported_either(admin, configure):
    admin.make_extension("100")
    configure(PBX_EXPOSE_PASSWORDS="false")
    check_refused(admin.post("extensions/export", secrets=True), "403.1")
    assert SIP_PASSWORD not in admin.post("extensions/export").text


def test_an_export_that_cannot_begin_is_an_error(admin):
    admin.make_extension("100")
    database.execute("UPDATE extension_settings SET password = x'00'")  # under a key that is gone
    check_refused(admin.post("extensions/export", secrets=True), "503.1")


# Others that write


def test_while_the_write_lock_is_held_others_are_told_to_come_back(admin, configure, monkeypatch):
    admin.make_extension("99")
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.02)
    database.use(configure().database_path)  # whose connections wait no longer than that
    with closing(sqlite3.connect(database.db.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        reply = admin.post("extensions/update", extension_number="99", profile={"first_name": "Ada"})
        check_refused(reply, "503.1")
        assert int(reply.headers["Retry-After"]) > 0
        check_refused(upload(admin, GOOD), "503.1")
        assert numbers(admin) == ["99"]
        other.execute("ROLLBACK")
    check_done(upload(admin, GOOD), created=2)
