"""`/api/cdrs/reports`: past calls as PDF."""

import tracemalloc

import pytest

from portsip_api.framework import pdf_tables
from portsip_api.sipxcom.admin.call_reports import REPORTS
from tests.pbx.calls.records import START, fill_calls, missed, record, write
from tests.pdf import pages
from tests.sipxcom.admin.test_call_records import calls  # noqa: F401 — a fixture
from tests.sipxcom.portal import XML, check_refused

TABLE = "api/cdrs/reports/cdr-table"
SINCE = "?fromDate=202311140000"
HEAD = ["From", "To", "Answered by", "Start", "Duration", "Termination"]


def report(portal, path: str) -> list[list[str]]:
    reply = portal.get(path, accept="application/pdf", buffered=True)
    assert (reply.status_code, reply.content_type) == (200, "application/pdf"), reply.text
    assert reply.headers["Content-Disposition"] == "attachment; filename=cdr-table-report.pdf"
    return pages(reply.data)


def test_there_is_one_report(portal):
    listed = '{"files":[{"name":"cdr-table","type":"application/pdf","path":"reports/cdr-table"}]}'
    assert portal.get("api/cdrs/reports").text == listed
    assert portal.read_xml("api/cdrs/reports").tag == "Files"


@pytest.mark.usefixtures("calls")
def test_it_has_the_calls_of_the_history(portal):
    (page,) = report(portal, f"{TABLE}{SINCE}&toDate=202311150000")
    assert page[:2] == ["CDR Table Report", "11/14/23 12:00 AM – 11/15/23 12:00 AM: 5 calls"]
    assert page[2:14] == [
        *HEAD,
        *("Ana - 200", "+491", "+491", "11/14/23 11:13 PM", "00:01:00", "COMPLETED"),
    ]
    assert page[14:19] == ["201", "200", "11/14/23 11:14 PM", "00:00:00", "ABANDONED"]  # nobody answered
    assert (len(page), page[-1]) == (2 + 6 * 6 - 2 + 1, "1")
    (page,) = report(portal, f"{TABLE}{SINCE}&from=201&to=201&orderBy=caller&limit=2")
    assert "2 of 4 calls" in page[1]
    for path, sentence in (("&fromDate=May", "yyyyMMddHHmm"), ("&orderBy=x", "Must be one of"), ("&limit=x", "whole")):
        check_refused(portal.get(f"{TABLE}?{path}", accept="application/pdf"), 400, sentence)


@pytest.mark.usefixtures("calls")
def test_it_is_of_one_user(portal):
    (page,) = report(portal, f"api/cdrs/user/200/reports/cdr-table{SINCE}")
    assert page[1].endswith("3 calls")
    assert page[8:10] == ["201", "200"]  # the newest first, as that user's history
    check_refused(portal.get(f"api/cdrs/user/nobody/reports/cdr-table{SINCE}", accept="application/pdf"), 404)


def test_without_calls_there_is_an_empty_one(portal):
    (page,) = report(portal, TABLE)
    assert page[1].endswith(": 0 calls")
    assert page[2:] == [*HEAD, "1"]


def test_it_is_a_pdf_or_nothing(portal):
    check_refused(portal.get(TABLE, accept=XML), 406)


def test_one_is_made_at_a_time(portal, app):
    with app.test_request_context():
        for _ in range(2):
            assert REPORTS._places.acquire(blocking=False)
        try:
            check_refused(portal.get(TABLE), 503, "one is carried out at a time")
        finally:
            for _ in range(2):
                REPORTS._places.release()
    assert portal.get(TABLE, buffered=True).status_code == 200


def test_a_long_one_has_pages_and_a_limit(portal, time):
    time.wall_now = START / 1000 + 86_400
    write(record("first", "+1 (555)", "Zoë\\", started=START - 1000), missed("second", "200", "300", started=START))
    fill_calls(12_000)
    tracemalloc.start()
    found = report(portal, f"{TABLE}{SINCE}&offset=1&orderDirection=asc")
    assert tracemalloc.get_traced_memory()[1] < 60 << 20
    tracemalloc.stop()
    assert "10,000 of 12,002 calls" in found[0][1]
    assert found[0][8:10] == ["200", "300"]
    assert [page[:6] for page in found[1:]] == [HEAD] * (len(found) - 1)
    assert [page[-1] for page in found] == [str(number) for number in range(1, len(found) + 1)]
    assert sum(len(page) for page in found) == 2 + 5 * 10_000 + (len(HEAD) + 1) * len(found)


def test_texts_are_drawn_as_far_as_the_fonts_and_the_width_go():
    texts = ["Zoë – 5 € (a\\b)", "Łódź Ωμέγα Ā\x07\udc80", "W" * 200, "i" * 200, ""]
    (page,) = pages(pdf_tables.table("T", "", [("x", 1)], [[text] for text in texts]))
    title, head, western, others, wide, narrow, number = page
    assert (title, head, number) == ("T", "x", "1")
    assert (western, others, narrow) == ("Zoë – 5 € (a\\b)", "?ódz ????? A??", "i" * 200)
    assert (wide[:2], wide[-1], 60 < len(wide) < 120) == ("WW", "…", True)
