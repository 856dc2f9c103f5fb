"""The numbers of one process; those of several workers are tested over a socket."""

import re

from flask import Flask

from tests.crm import Crm


def _number(app: Flask, name: str) -> float:
    text = app.test_client().get("/metrics").text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_and_timed_by_route(app: Flask, admin: Crm) -> None:
    counter = 'pbx_http_requests_total{method="GET",route="/api/extensions/list",status="200"}'
    timer = 'pbx_http_request_duration_seconds_count{method="GET",route="/api/extensions/list"}'
    before = _number(app, counter), _number(app, timer)
    admin.read("extensions/list")
    assert (_number(app, counter), _number(app, timer)) == (before[0] + 1, before[1] + 1)


def test_clients_cannot_make_labels(app: Flask, crm: Crm) -> None:
    counter = 'pbx_http_requests_total{method="(other)",route="(unmatched)",status="404"}'
    before = _number(app, counter)
    for number in range(3):
        crm.http.open(f"/nothing/{number}", method=f"M{number}")
    assert _number(app, counter) == before + 3
    assert "nothing" not in app.test_client().get("/metrics").text
