"""Reports of past calls as files: asked for, made by a job, listed, downloaded, mailed, and removed."""

import csv
import io
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from portsip_api.ops import mailbox_mail, report_making
from portsip_api.ops.jobs import JOBS
from portsip_api.pbx.calls import history
from portsip_api.pbx.media.files import FILES, sweep_orphans
from portsip_api.pbx.reports import mails as report_mails
from portsip_api.pbx.reports import reports
from portsip_api.pbx.upkeep import consistency
from portsip_api.portsip.call_reports import ShownReport
from portsip_api.store import database
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm, check_refused
from tests.mail_server import mail_server
from tests.pbx.calls.records import START, fill_calls, missed, record, write

CREATE = "call_reports/create/cdr_basic"
ASKED: dict[str, Any] = {
    "date_from": "11/14/2023 00:00:00",
    "date_to": "11/30/2023 00:00:00",
    "format": "CSV",
    "mail_to": "ana@home.example",
    "call_status": "ANSWERED",
    "source": {"source_type": "ANY"},
    "destination": {"dest_type": "ANY", "dest_value": ""},
}


@pytest.fixture
def pbx(admin: Crm) -> Crm:
    """The default tenant, which is in Berlin, with some calls."""
    admin.make_extension("1000")
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    write(
        record("a", "1000", "+4930", recipient="+4930"),
        missed("b", "1001", "1000", started=START + 60_000),
        record("=c", "+4940", "1000", started=START + 120_000, ended=START + 121_000, answered=START + 120_500),
    )
    return admin


def run(name: str = "make_call_reports") -> None:
    """Let a job run once, to its end."""
    next(job for job in JOBS if job.name == name).work()
    for thread in (*report_making._threads, *mailbox_mail._threads):
        thread.join(30)
        assert not thread.is_alive()


def make(client: Crm, **fields: Any) -> dict[str, Any]:
    """The report that is made, as lists show it."""
    made = client.do(CREATE, **ASKED | fields)["id"]
    run()
    return next(one for one in client.read("call_reports/list")["reports"] if one["id"] == made)


def download(client: Crm, report: dict[str, Any]) -> Any:
    reply = client.http.get(f"/filedown/{report['file']}", buffered=True)
    assert reply.status_code == 200
    return reply


def ids(client: Crm, **fields: Any) -> str:
    """The calls in a report."""
    rows = csv.DictReader(io.StringIO(download(client, make(client, **fields)).text))
    return "".join(row["call_id"].lstrip("'=") for row in rows)


def test_a_report_is_asked_for_made_and_downloaded(pbx: Crm, time):
    asked = pbx.do(CREATE, **ASKED)
    assert asked == {"result": "success", "id": asked["id"]}
    (listed,) = pbx.read("call_reports/list")["reports"]
    pending = {"id": asked["id"], "format": "CSV", "status": "PENDING", "file": "", "calls": 0, "size": 0, "reason": ""}
    assert {name: listed[name] for name in pending} == pending
    run()
    (listed,) = pbx.read("call_reports/list")["reports"]
    assert (listed["status"], listed["calls"], listed["filename"]) == ("READY", 2, f"call-report-{asked['id']}.csv")
    shown = pbx.read("call_reports/show", report_id=asked["id"])
    assert shown == listed
    assert not ShownReport().validate(shown)  # which refuses what it does not know
    reply = download(pbx, listed)
    assert reply.content_type == "text/csv; charset=utf-8"
    assert (len(reply.data), f"call-report-{asked['id']}.csv") == (
        listed["size"],
        reply.headers["Content-Disposition"].rpartition("filename=")[2],
    )
    header, first, second = reply.text.splitlines()
    assert header == "id,call_id,caller,callee,start_time,answered_time,end_time,duration,status"
    assert first.split(",")[1:] == [
        *("a", "1000", "+4930", "2023-11-14 23:13:20 GMT+01:00", "2023-11-14 23:13:25 GMT+01:00"),
        *("2023-11-14 23:14:25 GMT+01:00", "65", "ANSWERED"),
    ]
    assert second.split(",")[1] == "'=c"  # which no spreadsheet runs
    assert consistency.find_inconsistencies() == []


def test_xml(pbx: Crm):
    write(missed("x<\ufffe&", "1001", "1000", started=START + 180_000))
    reply = download(pbx, make(pbx, format="xml", call_status="NOT_ANSWERED"))
    assert reply.content_type == "application/xml; charset=utf-8"
    root = fromstring(reply.data)
    assert (root.tag, [child.findtext("call_id") for child in root]) == ("call_reports", ["b", "x<&"])
    assert [child.tag for child in root[0]] == [
        *("id", "call_id", "caller", "callee", "start_time", "answered_time", "end_time", "duration", "status")
    ]
    assert (root[0].findtext("answered_time"), root[0].findtext("status")) == ("NOT_ANSWER", "NONE")


def test_what_is_asked_for_is_in_it(pbx: Crm):
    assert ids(pbx) == "ac"
    assert ids(pbx, call_status="NOT_ANSWERED") == "b"
    assert ids(pbx, source={"source_type": "NUMBER", "source_value": "1000"}) == "a"
    assert ids(pbx, source={"source_type": "PREFIX", "source_value": "+49"}) == "c"
    assert ids(pbx, destination={"dest_type": "PREFIX", "dest_value": "+49"}) == "a"
    assert ids(pbx, duration={"duration_from": 10}) == "a"
    assert ids(pbx, duration={"duration_to": "1"}) == "c"
    assert ids(pbx, date_from="11/14/2023 23:14:20") == "c"
    assert ids(pbx, date_to="11/14/2023 23:13:20") == "a"


def test_all_calls_are_in_it_however_many(pbx: Crm, statements):
    fill_calls(12_345)
    for call_status, expected in (("ANSWERED", 6_173 + 2), ("NOT_ANSWERED", 6_172 + 1)):
        rows = list(csv.DictReader(io.StringIO(download(pbx, make(pbx, call_status=call_status)).text)))
        assert (len(rows), len({row["id"] for row in rows})) == (expected, expected)
        assert rows == sorted(rows, key=lambda row: (row["start_time"], int(row["id"])))


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"format": "PDF"}, "format"),
        ({"mail_to": ""}, "mail_to"),
        ({"mail_to": "nobody"}, "mail_to"),
        ({"mail_to": "a@b.example\r\nBcc: c@d.example"}, "mail_to"),
        ({"mail_to": ",".join(f"a{number}@b.example" for number in range(11))}, "mail_to"),
        ({"date_from": " "}, "date_from"),
        ({"date_to": "soon"}, "date_to"),
        ({"call_status": "BOTH"}, "call_status"),
        ({"source": {"source_type": "NUMBER"}}, "source_value"),
        ({"destination": {"dest_type": "CITY"}}, "destination.dest_type"),
        ({"duration": {"duration_from": -1}}, "duration.duration_from"),
    ],
)
def test_what_is_wrong_is_refused(pbx: Crm, fields: dict[str, Any], named: str):
    reply = pbx.post(CREATE, **ASKED | fields)
    check_refused(reply, "400.1")
    assert named in (reply.json or {})["errors"]
    assert pbx.read("call_reports/list")["reports"] == []


@pytest.mark.parametrize("field", ASKED)
def test_what_is_missing_is_refused(pbx: Crm, field: str):
    reply = pbx.post(CREATE, **{name: value for name, value in ASKED.items() if name != field})
    check_refused(reply, "400.1")
    assert field in (reply.json or {})["errors"]


def test_it_is_the_tenants(pbx: Crm):
    report = make(pbx)
    made = pbx.do("account/create", name="acme", domain="acme.example", password="a passphrase of 9")
    acme = pbx.log_in("acme", "a passphrase of 9")
    assert acme.read("call_reports/list")["reports"] == []
    check_refused(acme.get("call_reports/show", report_id=report["id"]), "404.1")
    check_refused(pbx.log_in("1000@pbx.local", WEB_PASSWORD).post(CREATE, **ASKED), "403.1")
    acme.do(CREATE, **ASKED)
    run()
    (theirs,) = acme.read("call_reports/list")["reports"]
    assert theirs["calls"] == 0
    forged = report["file"].replace(".csv", ".xml")  # what the name ends with says nothing
    assert download(pbx, {"file": forged}).content_type == "text/csv; charset=utf-8"
    pbx.do("account/destroy", id=made["id"])
    assert acme.http.get(f"/filedown/{theirs['file']}").status_code == 404


def test_it_is_mailed(pbx: Crm, configure):
    with mail_server() as server:
        configure(PBX_SMTP_URL=f"smtp://127.0.0.1:{server.port}")
        report = make(pbx, mail_to="ana@home.example; bo@home.example,ana@home.example")
        run("send_mail")
        assert sorted(server.recipients) == ["ana@home.example", "bo@home.example"]
        mail = server.mails[0]
        assert (mail["From"], mail["Subject"]) == (
            "Call reports <voicemail@pbx.local>",
            f"Call report {report['id']}: 2 calls",
        )
        (attached,) = mail.iter_attachments()
        assert attached.get_filename() == f"call-report-{report['id']}.csv"
        assert attached.get_content().encode() == download(pbx, report).data
        run("send_mail")
        assert len(server.mails) == 2
    assert database.fetch_all("SELECT * FROM report_mail") == []


def test_a_large_one_is_not_mailed_but_told_of(pbx: Crm, configure, monkeypatch):
    monkeypatch.setattr(report_mails, "MOST_BYTES", 100)
    with mail_server() as server:
        configure(PBX_SMTP_URL=f"smtp://127.0.0.1:{server.port}")
        make(pbx)
        run("send_mail")
    (mail,) = server.mails
    assert "too large for a mail" in mail.get_content()


def test_without_a_mail_server_it_is_only_listed(pbx: Crm):
    assert make(pbx)["status"] == "READY"
    assert database.fetch_all("SELECT * FROM report_mail") == []


def test_the_quota_holds_and_the_oldest_go_for_a_new_one(pbx: Crm):
    size = make(pbx)["size"]
    pbx.do("account/update", id=1, quota={"max_call_report_quota": 2 * size})
    kept = [make(pbx)["id"] for _ in range(3)][1:]
    assert [one["id"] for one in pbx.read("call_reports/list")["reports"]] == kept[::-1]
    assert len(list(FILES.path.iterdir())) == 2
    pbx.do("account/update", id=1, quota={"max_call_report_quota": size - 1})
    failed = make(pbx)
    assert (failed["status"], failed["file"]) == ("FAILED", "")
    assert "max_call_report_quota" in failed["reason"]
    assert sweep_orphans(0) == 0


def test_there_are_so_many_at_the_most(pbx: Crm, monkeypatch):
    monkeypatch.setattr(reports, "MOST_REPORTS", 2)
    made = [make(pbx)["id"] for _ in range(3)]
    assert [one["id"] for one in pbx.read("call_reports/list")["reports"]] == made[:0:-1]
    assert len(list(FILES.path.iterdir())) == 2


def test_they_go_after_the_days_of_the_quota(pbx: Crm, time):
    time.wall_now = START / 1000 + 86_400
    make(pbx)
    pbx.do("account/update", id=1, quota={"auto_clean_call_reports_days": 3})
    time.pass_seconds(2 * 86_400)
    pbx = pbx.log_in("admin", ADMIN_PASSWORD)
    later = make(pbx)["id"]
    time.pass_seconds(1.5 * 86_400)
    pbx = pbx.log_in("admin", ADMIN_PASSWORD)
    assert reports.clean() == 1
    assert [one["id"] for one in pbx.read("call_reports/list")["reports"]] == [later]
    assert len(list(FILES.path.iterdir())) == 1


def test_too_many_calls_are_said_so(pbx: Crm, monkeypatch):
    monkeypatch.setattr(reports, "MOST_CALLS", 1)
    failed = make(pbx)
    assert (failed["status"], failed["reason"]) == ("FAILED", "There are more than 1 calls: ask for fewer days.")
    assert list(FILES.path.iterdir()) == []


def test_what_was_cut_off_is_made_anew_three_times(pbx: Crm, time, monkeypatch):
    pbx.do(CREATE, **ASKED)
    with monkeypatch.context() as broken:
        broken.setattr(history, "every", lambda *_: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                reports.make_next()
            assert reports.make_next() is None  # it is under way
            time.pass_seconds(1_000)
    run()
    pbx = pbx.log_in("admin", ADMIN_PASSWORD)
    (failed,) = pbx.read("call_reports/list")["reports"]
    assert (failed["status"], failed["reason"]) == ("FAILED", "It could not be made.")
    again = make(pbx)
    assert again["status"] == "READY"
