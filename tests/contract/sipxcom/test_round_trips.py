"""What GET gives, PUT accepts unchanged, for every address of the table that has both."""

import pytest

from tests.contract.servers import Server
from tests.contract.sipxcom.table import ROWS
from tests.contract.sipxcom.world import Portal, World, filled, make_world
from tests.crm import WEB_PASSWORD

JSON, XML = "application/json", "text/xml"
# Lists of `/rest` are addressed by PUT to make one more, not to be replaced.
MAKE = {"rest/branch", "rest/permission", "rest/user", "rest/user-group"}


def supported(method: str) -> set[str]:
    return {row.path for row in ROWS if (row.method, row.supported, row.status < 300) == (method, True, True)}


PATHS = sorted((supported("GET") & supported("PUT")) - MAKE)


@pytest.fixture(scope="module")
def world(gunicorn: Server) -> World:
    """The keys of what the addresses need."""
    world = make_world(gunicorn)
    location = {"elin": "2025550143", "location": "here"}
    assert Portal(gunicorn.url).ask("PUT", "rest/erl/elin/2025550143", location).status_code == 200
    return world


def test_there_are_many():
    assert len(PATHS) > 30


@pytest.mark.parametrize("path", PATHS)
def test_what_get_gives_put_accepts(gunicorn: Server, world: World, path: str):
    (row, *_) = [row for row in ROWS if (row.method, row.path) == ("PUT", path)]
    portal, address = Portal(gunicorn.url, *(("200", WEB_PASSWORD) if row.user else ())), filled(path, world)
    kind = {"Content-Type": row.content_type} if row.content_type else {}
    assert portal.ask("PUT", address, filled(row.body, world), headers=kind).status_code < 300
    given = [shown for accept in (JSON, XML) if (shown := get(portal, address, accept)).status_code == 200]
    given = given or [get(portal, address, "*/*")]
    for shown in given:
        body, content_type = shown.text, shown.headers["Content-Type"].partition(";")[0]
        if "/settings/" in address:  # a setting is put as its value alone
            body, content_type = given[0].json()["value"], "text/plain"
        reply = portal.ask("PUT", address, body, headers={"Content-Type": content_type})
        assert reply.status_code in {200, 204}, (content_type, body, reply.text)
    for shown in given:
        assert get(portal, address, shown.headers["Content-Type"].partition(";")[0]).text == shown.text


def get(portal: Portal, address: str, accept: str):
    return portal.ask("GET", address, headers={"Accept": accept})
