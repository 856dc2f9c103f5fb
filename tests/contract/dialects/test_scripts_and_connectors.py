"""Scripts that fetch recordings and past calls, and connectors of CRMs: each in its own forms.

What an engine would have written is written into the store while the server runs.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from portsip_api.pbx.calls import recordings
from portsip_api.pbx.calls.records import INBOUND, OUTBOUND, CallRecord, Party
from portsip_api.pbx.extension_keys import ExtensionKey
from tests.audio import check_plays, wav
from tests.contract.dialects.clients import SECONDS, Client, Connector, RecordingScript
from tests.contract.servers import KINDS, Server, running
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD
from tests.pbx.calls.records import START, missed, record, write
from tests.stores import close_store, use_store

ADMIN = {"username": "admin", "password": ADMIN_PASSWORD}
CALLS = 7


@pytest.fixture(scope="module", params=KINDS)
def office(servers: None, fresh_store, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server whose default tenant is in Berlin: 2000 has made, missed and taken calls, of which some are recorded."""
    with running(request.param, fresh_store()) as server:
        admin = Client(server)
        admin.log_in(**ADMIN)
        for number in ("2000", "2001"):
            admin.post(
                "extensions/create", extension_number=number, password=SIP_PASSWORD, web_access_password=WEB_PASSWORD
            )
        admin.post("office_hours/update", time_zone="Europe/Berlin")
        fill(server.data_dir)
        yield server


def fill(data: Path) -> None:
    use_store(data)
    try:
        for number in range(CALLS):
            started = START + number * 60_000
            outside = record(f"call-{number}", "2000", "+49301", direction=OUTBOUND, started=started)
            write(CallRecord(**outside.__dict__ | {"recipient": "+49301", "session_id": 100 + number}))
            if number % 2:
                recordings.deposit(
                    1, ExtensionKey("2000"), wav(1.0), caller="2000", callee="+49301", call_id=f"call-{number}",
                    session_id=100 + number, filename=f"{number}.wav", started=started,
                )  # fmt: skip
        lost = missed("missed", "+49302", "2000", direction=INBOUND, started=START + 600_000)
        write(CallRecord(**lost.__dict__ | {"caller": Party("+49302", "Jo"), "did": "+4930555"}))
    finally:
        close_store()


def moment(text: str) -> datetime:
    """Read a time as the scripts do, which know this form and no other."""
    found = re.fullmatch(r"([0-9-]{10} [0-9:]{8}) GMT([+-])([0-9]{2}):([0-9]{2})", text)
    assert found is not None, text
    offset = timedelta(hours=int(found[3]), minutes=int(found[4])) * (-1 if found[2] == "-" else 1)
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) - offset


def every_row(client: Client, path: str, array: str, **query: Any) -> list[dict[str, Any]]:
    """Turn the pages over until the last one, taking rows by their place as far as `count` says."""
    rows, page, pages = [], 1, 1
    while page <= pages:
        reply = client.get(path, pagination=page, pagesize=3, **query)
        rows += client.rows(array, reply)
        pages, page = reply["page_count"], page + 1
    return rows


def test_a_script_archives_recordings(office: Server, tmp_path: Path) -> None:
    script = RecordingScript(office)
    script.log_in(**ADMIN)
    rows = every_row(script, "recordfiles/extension/list", "records")
    assert [row["filename"] for row in rows] == ["5.wav", "3.wav", "1.wav"]
    for row in rows:
        began, ended = moment(row["start_time"]), moment(row["end_time"])
        assert (ended - began).total_seconds() == int(row["duration"])
        target = tmp_path / row["filename"]
        reply = requests.get(f"{office.url}/filedown/{row['filepath']}", timeout=SECONDS)
        assert (reply.status_code, reply.headers["Content-Type"]) == (200, "audio/wav")
        target.write_bytes(reply.content)
        check_plays(target.read_bytes(), 1.0)
    # The next run asks for what is new alone, in the office's own time and without a zone.
    since = "2023-11-14 23:16:20"
    assert [row["filename"] for row in every_row(script, "recordfiles/extension/list", "items", start_time=since)] == [
        "5.wav",
        "3.wav",
    ]
    script.sign_out()


def test_a_script_exports_past_calls(office: Server) -> None:
    script = RecordingScript(office)
    script.log_in(**ADMIN)
    rows = every_row(
        script, "call_logs/list", "items", start_time="2023-11-14 00:00:00", end_time="2023-11-15 00:00:00"
    )
    assert len(rows) == CALLS + 1
    assert all(value is not None for row in rows for value in row.values())
    newest, *others = rows
    assert (newest["status"], newest["answer_time"], newest["caller_display_name"]) == ("NONE", "NOT_ANSWER", "Jo")
    assert (newest["direction"], newest["didcid"]) == ("INBOUND_CALL", "+4930555")
    for row in others:
        assert row["status"] == "ANSWERED"
        asked, answered, ended = (moment(row[f"{name}_time"]) for name in ("start", "answer", "end"))
        assert (ended - answered).total_seconds() == int(row["talk_duration"])
        assert (ended - asked).total_seconds() == int(row["duration"])
    by_session = {row["session_id"]: row["call_id"] for row in others}
    for one in script.rows("items", script.get("recordfiles/extension/list")):
        assert by_session[one["session_id"]] == one["call_id"]
    script.sign_out()


def test_an_old_script_asks_from_a_moment_on(office: Server) -> None:
    old = Client(office)
    old.log_in(**ADMIN)
    reply = old.get("call_logs/list", timestamp="2023-11-14T22:18:20Z")
    assert [row["call_id"] for row in reply["details"]] == ["missed", "call-6", "call-5"]
    assert reply["details"][1]["start_time"] == "2023-11-14 22:19:20 UTC"
    (row, *_) = old.rows("records", old.get("recordfiles/extension/list", timestamp=1_700_000_300))
    assert (row["start_time"], row["duration"], type(row["id"])) == ("2023-11-14T22:18:20Z", 1, int)
    old.sign_out()


def test_a_connector_of_a_crm(office: Server) -> None:
    connector = Connector(office)
    reply = connector.call("2000", WEB_PASSWORD, "2001")
    assert (reply.status_code, reply.json()["err_code"]) == (503, "503.1")  # no engine: it shows the sentence
    assert connector.call("2000", "wrong", "2001").json()["err_code"] == "401.2"
    connector.log_in(username="2000@pbx.local", password=WEB_PASSWORD)
    lost = "2023-11-14 23:18:20 GMT+01:00".replace("+", " ")  # as an address has it when nobody escapes it
    rows = connector.rows("items", connector.get("recordfiles/extension/list", start_time=lost))
    (newest,) = rows
    assert (newest["filename"], newest["status"]) == ("5.wav", "UNREAD")
    for prefix in ("/", "/filedown/"):  # whatever the address of the media was set to
        audio = requests.get(f"{office.url}{prefix}{newest['filepath']}?filename=call.wav", timeout=SECONDS)
        assert "filename=call.wav" in audio.headers["Content-Disposition"]
    part = requests.get(f"{office.url}/filedown/{newest['filepath']}", headers={"Range": "bytes=0-3"}, timeout=SECONDS)
    assert (part.status_code, part.content) == (206, b"RIFF")
    (newest,) = connector.rows("items", connector.get("recordfiles/extension/list", start_time=lost))
    assert newest["status"] == "READED"
    assert connector.rows("items", connector.get("recordfiles/extension/search", condition="49301", pagesize=1))
    assert connector.get("call_logs/list")["total"] == CALLS + 1
    connector.sign_out()


@pytest.mark.parametrize("kind", KINDS)
def test_a_connector_calls_where_there_is_an_engine(servers: None, fresh_store, kind: str) -> None:
    """That of a demonstration, in which two extensions alone do nothing by themselves."""
    with running(kind, fresh_store(), PBX_SWITCH="demo") as server:
        console = Client(server)
        console.log_in(**ADMIN)
        for number in ("2000", "2001"):
            console.post("extensions/create", extension_number=number, password="x", web_access_password=WEB_PASSWORD)
        reply = Connector(server).call("2000", WEB_PASSWORD, "2001")
        assert (reply.status_code, reply.content) == (200, b"")
        session = reply.headers["X-Session-Id"]
        (going,) = console.rows("sessions", console.get("call_sessions/list"))
        assert (str(going["session_id"]), going["caller"], going["callee"]) == (session, "2000", "2001")
        assert console.rows("items", console.get("call_logs/list")) == []
        console.post("call_sessions/destroy", session_id=session)
        (past,) = console.rows("items", console.get("call_logs/list"))
        assert (past["session_id"], past["end_reason"]) == (session, "CALLER_HANGUP")
        console.sign_out()
