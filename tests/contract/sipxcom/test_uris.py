"""Every address of the vendor's page, with every method, over a socket."""

import json
from collections import Counter

import pytest

from tests.contract.servers import Server
from tests.contract.sipxcom.row import Row
from tests.contract.sipxcom.table import PARTS, ROWS
from tests.contract.sipxcom.uris import METHODS, URIS
from tests.contract.sipxcom.world import Portal, World, filled, make_world
from tests.crm import WEB_PASSWORD

# What is about no one object: settings of services, lists, the mode of all attendants, what an engine knows.
ABOUT_MANY = {
    *(f"api/{service}/settings/<setting:path>" for service in ("dns", "imbot", "ivr", "moh", "mwi", "pagegroups")),
    *(f"api/{service}/settings/<setting:path>" for service in ("proxy", "registrar", "restserver", "saa")),
    *(f"api/registrations/{by}/<name:key>" for by in ("callId", "ip", "serialNo", "server", "user")),
    *("rest/auto-attendant/specialmode", "rest/erls", "rest/erl/phones", "rest/phone", "rest/phones"),
    "api/users/upload/settings/<setting:path>",
}


@pytest.fixture(scope="module")
def world(gunicorn: Server) -> World:
    """The keys of what the rows need."""
    return make_world(gunicorn)


def test_the_table_is_whole():
    rows = Counter((row.number, row.method) for row in ROWS)
    assert set(rows) == {(number, method) for number in URIS for method in METHODS}
    assert [row for row in ROWS if row.uri != URIS[row.number]] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__.rpartition("_")[2])
def test_every_address_answers_as_the_contract_says(gunicorn: Server, world: World, part):
    """Row after row, since some change what others made."""
    problems = [
        problem for at, row in enumerate(part.ROWS) if (problem := _problem(gunicorn.url, world, row, f"row-{at}"))
    ]
    assert not problems, "\n\n".join(problems)
    assert _nameless(gunicorn.log(), len(part.ROWS)) <= ABOUT_MANY


def _nameless(log: str, rows: int) -> set[str]:
    """Return the routes of the last `rows` rows whose writes the log says without the id of an object."""
    lines = [json.loads(line) for line in log.splitlines() if '"request_id":"row-' in line]
    return {
        line["route"].removeprefix("/sipxconfig/")
        for line in [line for line in lines if line["message"] == "request"][-rows:]
        if line["method"] != "GET" and 200 <= line["status"] < 300 and line["object"] is None
    }


def _problem(url: str, world: World, row: Row, id_: str) -> str:
    """Return what is wrong with the answer to a row's request, which has that id."""
    portal = Portal(url, "200", WEB_PASSWORD) if row.user else Portal(url)
    headers = {"X-Request-ID": id_} | ({"Content-Type": row.content_type} if row.content_type else {})
    if row.accept:
        headers["Accept"] = row.accept
    options = {"files": row.files} if row.files else {}
    reply = portal.ask(row.method, filled(row.path, world), filled(row.body, world), headers=headers, **options)
    fits = reply.status_code == row.status and all(filled(text, world) in reply.text for text in row.has)
    if reply.status_code == 405:
        fits = fits and row.method not in reply.headers["Allow"].split(", ")
    return "" if fits else f"{row}\n-> {reply.status_code} {reply.text[:1000]}"
