"""Recordings in this API: lists by time and words in both dialects, downloads by signed names, and their removal."""

from typing import Any

import pytest

from portsip_api.pbx.access import links
from portsip_api.pbx.calls import recordings as pbx_recordings
from portsip_api.pbx.calls.recordings import Recorded
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.media.files import FILES
from portsip_api.store import database
from tests.audio import check_plays, wav
from tests.crm import WEB_PASSWORD, Crm, check_refused
from tests.pbx.calls.records import START

LIST, SEARCH = "recordfiles/extension/list", "recordfiles/extension/search"


def keep(number: str = "1000", name: str = "a.wav", seconds: float = 2.0, **fields: Any) -> Recorded:
    usual: dict[str, Any] = {"caller": "1000", "callee": "1001", "call_id": "c1", "session_id": 4711, "started": START}
    return pbx_recordings.deposit(1, ExtensionKey(number), wav(seconds), filename=name, **usual | fields)


@pytest.fixture
def pbx(admin: Crm) -> Crm:
    """The default tenant, which is in Berlin, with 1000 and 1001."""
    for number in ("1000", "1001"):
        admin.make_extension(number)
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    return admin


def names(client: Crm, path: str = LIST, **query: object) -> list[str]:
    return [row["filename"] for row in client.read(path, **query)["records"]]


def fetch(app, path: str, prefix: str = "/filedown/", **options):
    """Return status and content of a download, without any token."""
    with app.test_client().open(prefix + path, **{"method": "GET", **options}) as reply:
        return reply.status_code, reply.get_data()


def test_a_row_in_both_dialects(pbx: Crm, app):
    made = keep()
    reply = pbx.read(LIST)
    (row,) = reply["records"]
    assert reply["items"] == [row]
    path = row.pop("filepath")
    expected = {"call_id": "c1", "caller": "1000", "callee": "1001", "filename": "a.wav", "status": "UNREAD"}
    assert row == expected | {
        "id": str(made.id),
        "session_id": "4711",
        "duration": "2",
        "start_time": "2023-11-14 23:13:20 GMT+01:00",
        "end_time": "2023-11-14 23:13:22 GMT+01:00",
    }
    (v9,) = Crm(pbx.http).read(LIST, access_token=pbx.token)["items"]
    assert {name: value for name, value in v9.items() if name != "filepath"} == expected | {
        "id": made.id,
        "session_id": 4711,
        "duration": 2,
        "start_time": "2023-11-14T22:13:20Z",
        "end_time": "2023-11-14T22:13:22Z",
    }
    for prefix in ("/filedown/", "/"):
        status, content = fetch(app, path, prefix)
        assert status == 200
        check_plays(content, 2.0)


def test_lists_and_searches(pbx: Crm):
    keep(name="a.wav")
    keep("1001", "b.wav", started=START + 1_000, caller="1001", callee="+49 (30) 1")
    keep("1000", "c.wav", started=START + 2_000)
    assert names(pbx) == ["c.wav", "b.wav", "a.wav"]
    assert names(pbx, start_time="1700000001", end_time="2023-11-14 22:13:21 UTC") == ["b.wav"]
    assert names(pbx, timestamp=1_700_000_001) == ["c.wav", "b.wav"]
    assert names(pbx, pagination=2, pagesize=2) == ["a.wav"]
    assert names(pbx, sort_by="-DEFAULT", pagesize=1) == ["a.wav"]
    assert names(pbx, SEARCH, condition="49301") == ["b.wav"]
    assert names(pbx, SEARCH, condition="C.WAV 1000") == ["c.wav"]
    assert names(pbx, SEARCH, condition="1001", end_time="1700000000") == ["a.wav"]
    check_refused(pbx.get(SEARCH), "400.1", "condition")
    own = pbx.log_in("1001@pbx.local", WEB_PASSWORD)
    assert (names(own), names(own, SEARCH, condition="1000")) == (["b.wav"], [])
    assert own.read(LIST)["total"] == 1


def test_its_extension_reads_it_by_downloading(pbx: Crm, app):
    keep()
    own = pbx.log_in("1000@pbx.local", WEB_PASSWORD)
    by_manager, by_owner = (client.read(LIST)["records"][0]["filepath"] for client in (pbx, own))
    assert fetch(app, by_manager)[0] == fetch(app, by_owner, method="HEAD")[0] == 200
    assert own.read(LIST)["records"][0]["status"] == "UNREAD"
    assert fetch(app, by_owner, headers={"Range": "bytes=0-3"}) == (206, b"RIFF")
    assert own.read(LIST)["records"][0]["status"] == pbx.read(LIST)["items"][0]["status"] == "READED"


def test_a_download_does_not_wait_for_the_mark(pbx: Crm, app, monkeypatch):
    keep()
    path = pbx.log_in("1000@pbx.local", WEB_PASSWORD).read(LIST)["records"][0]["filepath"]

    def fail():
        raise database.StoreUnavailable("locked")

    monkeypatch.setattr(database, "writing", fail)
    assert fetch(app, path)[0] == 200


def test_names_that_are_no_longer_good(pbx: Crm, app, time):
    keep(started=START)
    path = pbx.read(LIST)["records"][0]["filepath"]
    time.pass_seconds(links.FILE_SECONDS)
    assert fetch(app, path)[0] == 200
    time.pass_seconds(1)
    assert fetch(app, path)[0] == 404
    assert fetch(app, path.replace("W", "X", 1))[0] == 404


def test_a_file_that_is_gone(pbx: Crm, app):
    first = keep()
    second = keep(name="b.wav")
    paths = [row["filepath"] for row in pbx.read(LIST)["records"]]
    assert pbx.do("recordings/destroy", id=str(first.id)) == {"result": "success"}
    assert pbx.do("recordings/remove", file_name="b.wav") == {"result": "success"}
    for path in paths:
        check_refused(app.test_client().get(f"/filedown/{path}"), "404.3")
    check_refused(pbx.post("recordings/destroy", id=second.id), "404.1")
    check_refused(pbx.post("recordings/destroy"), "400.1", "id")
    assert list(FILES.path.iterdir()) == []


def test_the_files_of_recordings(pbx: Crm):
    made = keep()
    keep("1001", "b.wav", started=START + 1_000)
    reply = pbx.read("recordings/list")
    assert (reply["count"], reply["total"]) == (2, 2)
    assert reply["records"][1] == {
        "id": str(made.id),
        "extension_number": "1000",
        "date": "2023-11-14 23:13:20 GMT+01:00",
        "file_name": "a.wav",
        "size": len(wav(2.0)),
    }
    check_refused(pbx.log_in("1000@pbx.local", WEB_PASSWORD).get("recordings/list"), "403.1")
