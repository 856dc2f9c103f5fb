"""What a softphone is told, and the link that lets it have its password once."""

import re

import pytest

from portsip_api import settings
from portsip_api.pbx.access import links
from portsip_api.pbx.access.links import LINK_SECONDS
from portsip_api.store import volatile
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, check_refused
from tests.stores import start_again

TOLD = {
    "extension_number": "1000",
    "domain": "pbx.local",
    "server": "192.0.2.10",
    "transports": [{"protocol": "TLS", "port": 5061}, {"protocol": "UDP", "port": 5060}],
}


@pytest.fixture
def pbx(configure, admin):
    """A server of that address and an extension."""
    configure(PBX_SERVER_ADDRESS="192.0.2.10", PBX_SIP_TRANSPORTS="TLS:5061,UDP:5060")
    admin.make_extension("1000", profile={"first_name": "Jane", "last_name": "Roe"})
    return admin


def link_of(client):
    """The path of a new link of the extension."""
    return client.read("extensions/softphone", extension_number="1000")["url"]


def test_a_softphone_is_told_all_and_the_password_once(pbx, app):
    offered = pbx.read("extensions/softphone", extension_number="1000")
    path = offered.pop("url")
    assert offered == {**TOLD, "display_name": "Jane Roe", "expires": LINK_SECONDS}
    assert re.fullmatch(r"/softphone/[\w.-]+", path)
    assert app.test_client().head(path).status_code == 404  # which opens nothing
    reply = app.test_client().get(path)
    assert reply.json == {**TOLD, "display_name": "Jane Roe", "password": SIP_PASSWORD}
    assert reply.headers["Cache-Control"] == "no-store"
    check_refused(app.test_client().get(path), "404.3")


def test_tls_is_told_where_the_engine_has_a_certificate_for_it(configure, admin):
    admin.make_extension("1000")
    named = {"PBX_SWITCH": "freeswitch", "PBX_SIP_TRANSPORTS": "TLS:5061,UDP:5060,WSS:7443,WS:7080"}

    def offered():
        return [one["protocol"] for one in admin.read("extensions/softphone", extension_number="1000")["transports"]]

    configure(**named)
    assert offered() == ["UDP", "WS"]
    configure(PBX_SIP_CERTIFICATE_FILE="/pbx.pem", **named)
    assert offered() == ["TLS", "UDP", "WSS", "WS"]


def test_a_link_is_good_for_ten_minutes_and_for_itself_alone(pbx, app, time):
    first, second, third = (link_of(pbx) for _ in range(3))
    assert app.test_client().get(first).status_code == 200
    time.pass_seconds(LINK_SECONDS)
    assert app.test_client().get(second).status_code == 200
    time.pass_seconds(1)
    check_refused(app.test_client().get(third), "404.3")


def test_a_link_dies_with_what_knows_that_it_was_opened(pbx, app):
    first, second = link_of(pbx), link_of(pbx)
    assert app.test_client().get(first).status_code == 200
    path = settings.current().database_path
    volatile.db.close()
    volatile.remove(path)
    start_again(path)
    for link in (first, second):
        check_refused(app.test_client().get(link), "404.3")


def test_an_extension_asks_for_itself_alone(pbx, app):
    pbx.make_extension("1001")
    me = pbx.log_in("1000@pbx.local", WEB_PASSWORD)
    assert app.test_client().get(link_of(me)).json["password"] == SIP_PASSWORD
    check_refused(me.get("extensions/softphone", extension_number="1001"), "403.1")
    check_refused(pbx.get("extensions/softphone", extension_number="2000"), "404.1")


def test_what_is_told_is_as_it_is_then(pbx, app):
    path = link_of(pbx)
    pbx.do("extensions/update", extension_number="1000", password="another one 17")
    assert app.test_client().get(path).json["password"] == "another one 17"
    path = link_of(pbx)
    pbx.do("extensions/destroy", extension_number="1000")
    check_refused(app.test_client().get(path), "404.3")


def test_where_no_passwords_are_shown_there_is_no_link(configure, pbx, app):
    path = link_of(pbx)
    configure(PBX_EXPOSE_PASSWORDS="false")
    check_refused(app.test_client().get(path), "404.3")
    check_refused(pbx.get("extensions/softphone", extension_number="1000"), "403.1")


def test_what_is_no_link_opens_nothing(pbx, app):
    path = link_of(pbx)
    said, *rest = path.removeprefix("/softphone/").split(".")
    for name in (f"{said[:-2]}AA.{'.'.join(rest)}", links.to_greeting(1, 1, 1)):
        check_refused(app.test_client().get(f"/softphone/{name}"), "404.3")
    check_refused(app.test_client().get("/softphone/x"), "404.2")
    assert app.test_client().get(path).status_code == 200
