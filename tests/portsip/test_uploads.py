"""`PBX_UPLOAD_DIR`: files that are taken by their names, and exports that are written there."""

import os
import stat
from pathlib import Path

import pytest

from portsip_api.ops import jobs
from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.import_export import export_files
from portsip_api.pbx.media import uploads
from tests.audio import wav
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, check_refused

TENANT = 1
ROWS = "extension_number,password,web_access_password\r\n2000,a,b\r\n2001,a,b\r\n"
JSON = {"Accept": "application/json, text/plain, */*"}
HELLO = {"extension_number": "1000", "filename": "hello.wav"}


@pytest.fixture
def top(configure, tmp_path) -> Path:
    """The folder of uploads, with one for each kind of the default tenant and of another."""
    for tenant in ("1", "2"):
        for kind in ("greetings", "prompts", "import"):
            (tmp_path / "uploads" / tenant / kind).mkdir(parents=True)
    configure(PBX_UPLOAD_DIR=str(tmp_path / "uploads"))
    return tmp_path / "uploads"


@pytest.fixture
def pbx(top, admin):
    admin.make_extension("1000")
    return admin


@pytest.fixture
def other(pbx):
    """A client of another tenant, whose id is 2."""
    made = pbx.do("account/create", name="other", password="other x-secret")
    assert made["id"] == 2
    return pbx.log_in("other", "other x-secret")


# What is taken


def test_a_greeting_is_taken_and_converted(pbx, top):
    (top / "1" / "greetings" / "hello.wav").write_bytes(wav(rate=44_100))
    made = pbx.do("extensions/greeting_file/create", **HELLO, display_name="Hello")
    assert (made["filename"], made["display_name"], made["status"]) == ("hello.wav", "Hello", "READY")
    (top / "1" / "greetings" / "hello.wav").unlink()
    renamed = pbx.do("extensions/greeting_file/create", **HELLO, display_name="Hi")  # it is there now
    assert renamed["display_name"] == "Hi"
    check_refused(pbx.post("extensions/greeting_file/create", **HELLO | {"filename": "none.wav"}), "404.3")
    (top / "1" / "greetings" / "text.wav").write_text("text")
    check_refused(pbx.post("extensions/greeting_file/create", **HELLO | {"filename": "text.wav"}), "415.1")


def test_an_extension_takes_nothing_from_there(pbx, top):
    (top / "1" / "greetings" / "hello.wav").write_bytes(wav())
    me = pbx.log_in("1000@pbx.local", WEB_PASSWORD)
    check_refused(me.post("extensions/greeting_file/create", **HELLO), "404.3")


def test_each_tenant_has_its_own_and_the_root_is_the_default_ones(pbx, other, top):
    other.make_extension("1000")
    (top / "hello.wav").write_bytes(wav())
    check_refused(other.post("extensions/greeting_file/create", **HELLO), "404.3")
    pbx.do("extensions/greeting_file/create", **HELLO)
    (top / "1" / "greetings" / "mine.wav").write_bytes(wav())
    check_refused(other.post("extensions/greeting_file/create", **HELLO | {"filename": "mine.wav"}), "404.3")
    (top / "2" / "greetings" / "hello.wav").write_bytes(wav())
    other.do("extensions/greeting_file/create", **HELLO)


@pytest.mark.parametrize(
    "name", ["../import/rows.csv", "1/import/rows.csv", "..", ".", "/etc/passwd", "a\\b", "a\x00b", "x" * 300, "\ud800"]
)
def test_a_name_is_no_path(top, name):
    (top / "1" / "import" / "rows.csv").write_text(ROWS)
    with pytest.raises(FileNotThere):
        uploads.read(TENANT, uploads.GREETINGS, name, 100)


def test_no_link_is_followed_and_what_is_no_file_is_not_opened(pbx, top, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(ROWS)
    folder = top / "1" / "import"
    (folder / "link.csv").symlink_to(secret)
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    (top / "root.csv").symlink_to(secret)
    for name in ("link.csv", "folder.csv", "pipe.csv", "root.csv"):
        check_refused(pbx.post("extensions/import", extensions_file_name=name), "404.3")
    (top / "moved").mkdir()
    (top / "moved" / "rows.csv").write_text(ROWS)
    folder.rename(top / "1" / "was")
    folder.symlink_to(top / "moved")
    check_refused(pbx.post("extensions/import", extensions_file_name="rows.csv"), "404.3")
    assert pbx.read("extensions/list")["total"] == 1


def test_without_the_setting_nothing_is_there(admin):
    admin.make_extension("1000")
    check_refused(admin.post("extensions/greeting_file/create", **HELLO), "404.3")
    check_refused(admin.post("extensions/import", extensions_file_name="rows.csv"), "404.3")


# Imports


def test_a_file_is_imported(pbx, top):
    (top / "1" / "import" / "rows.csv").write_text(ROWS)
    dry = pbx.do("extensions/import", extensions_file_name="rows.csv", dry_run=True)
    assert (dry["created"], pbx.read("extensions/list")["total"]) == (2, 1)
    assert pbx.do("extensions/import", extensions_file_name="rows.csv")["created"] == 2
    check_refused_rows = pbx.post("extensions/import", extensions_file_name="rows.csv")
    assert (check_refused_rows.status_code, check_refused_rows.json["report"]["failed"]) == (400, 2)
    (top / "1" / "import" / "rows.json").write_text(
        '[{"extension_number":"2002","password":"a","web_access_password":"b"}]'
    )
    assert pbx.do("extensions/import", extensions_file_name="rows.json", mode="upsert")["created"] == 1
    check_refused(pbx.post("extensions/import", extensions_file_name="none.csv"), "404.3")


def test_a_file_has_a_limit(configure, admin, tmp_path):
    configure(PBX_UPLOAD_DIR=str(tmp_path), PBX_MAX_IMPORT="1024", PBX_IMPORT_ROWS="1")
    (tmp_path / "long.csv").write_text(ROWS + " " * 1024)
    check_refused(admin.post("extensions/import", extensions_file_name="long.csv"), "413.1")
    (tmp_path / "rows.csv").write_text(ROWS)
    check_refused(admin.post("extensions/import", extensions_file_name="rows.csv"), "400.1", "file")


def test_an_administrator_names_the_tenant(pbx, other, top):
    (top / "2" / "import" / "rows.csv").write_text(ROWS)
    for tenant in ("other", "OTHER", "2", 2):
        reply = pbx.do("extensions/import", extensions_file_name="rows.csv", tenantid=tenant, dry_run=True)
        assert reply["created"] == 2
    assert other.do("extensions/import", extensions_file_name="rows.csv", tenantid="other")["created"] == 2
    for tenant in ("1", "default", "nobody", "99"):
        check_refused(other.post("extensions/import", extensions_file_name="rows.csv", tenantid=tenant), "403.1")
    for tenant in ("nobody", "99", "9" * 30):
        check_refused(pbx.post("extensions/import", extensions_file_name="rows.csv", tenantid=tenant), "404.1")


# Exports


def export(client, accept=None, **fields):
    headers = {"access_token": client.token, **(accept or JSON)}
    return client.http.post("/api/extensions/export", json=fields, headers=headers)


def test_a_client_that_asks_for_json_is_told_where_the_file_is(pbx, top):
    told = export(pbx).json
    assert told["result"] == "success"
    path = Path(told["extensions_file_path_name"])
    assert path.parent == top / "1" / "export"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    linked = pbx.http.get(told["url"])
    assert (linked.status_code, linked.mimetype) == (200, "text/csv")
    assert path.read_bytes() == linked.data
    assert export(pbx, {"Accept": "*/*"}).data == linked.data
    for secret in (SIP_PASSWORD, WEB_PASSWORD):
        assert secret.encode() not in linked.data
    check_refused(export(pbx, secrets=True), "400.1", "secrets")


@pytest.mark.parametrize(
    ("accept", "fields"),
    [
        ({"Accept": "*/*"}, {}),
        ({"Accept": "text/csv"}, {}),
        ({"Accept": "application/json;q=0, */*"}, {}),
        (JSON, {"format": "csv"}),
    ],
)
def test_others_are_given_the_file(pbx, accept, fields):
    reply = export(pbx, accept, **fields)
    assert (reply.mimetype, b"1000" in reply.data) == ("text/csv", True)


def test_without_a_folder_there_is_a_link(admin, configure, tmp_path):
    admin.make_extension("1000")
    configure(PBX_UPLOAD_DIR=str(tmp_path / "nowhere"))
    told = export(admin).json
    assert told["extensions_file_path_name"] == ""
    configure()
    told = export(admin).json
    assert told["extensions_file_path_name"] == ""
    assert b"1000" in admin.http.get(told["url"]).data


def test_a_link_is_good_for_an_hour_and_dies_with_its_account(pbx, other, time):
    other.make_extension("3000")
    urls = [export(client).json["url"] for client in (pbx, other)]
    assert [b"3000" in pbx.http.get(url).data for url in urls] == [False, True]
    pbx.do("account/update", id=2, password="another x-secret")
    check_refused(pbx.http.get(urls[1]), "403.4")
    check_refused(pbx.http.get(urls[0][:-1]), "403.4")
    time.pass_seconds(3_601)
    check_refused(pbx.http.get(urls[0]), "403.4")


def test_exports_go_after_an_hour_and_are_few(pbx, top, time):
    folder = top / "1" / "export"
    for _ in range(export_files.MOST_FILES + 2):
        export(pbx)
    assert len(list(folder.iterdir())) == export_files.MOST_FILES
    (folder / "mine.csv").write_text("x")
    for path in folder.iterdir():
        os.utime(path, (time.wall_now - 3_599, time.wall_now - 3_599))
    assert export_files.sweep() == 0
    time.pass_seconds(2)
    assert export_files.sweep() == export_files.MOST_FILES
    assert [path.name for path in folder.iterdir()] == ["mine.csv"]
    assert not (top / "2" / "export").exists()
    assert "sweep_exports" in {job.name for job in jobs.JOBS}


def test_an_export_is_not_written_through_a_link(pbx, top, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (top / "1" / "export").symlink_to(tmp_path / "elsewhere")
    assert export(pbx).json["extensions_file_path_name"] == ""
    assert list((tmp_path / "elsewhere").iterdir()) == []
