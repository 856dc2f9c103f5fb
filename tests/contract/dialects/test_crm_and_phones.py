"""CRMs, softphones and links that place calls: each in its own forms.

No SIP engine is attached: a call that is right in every way is answered 503.1, and whoever places it reads that.
"""

from collections.abc import Iterator

import pytest
import requests

from tests.contract.dialects.clients import (
    SECONDS,
    Client,
    CrmBackEnd,
    CrmInBrowser,
    FormClient,
    MobileSoftphone,
    Softphone,
)
from tests.contract.servers import KINDS, Server, running
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD

ORIGIN = "https://crm.example"
PEOPLE = ("2000", "2001", "2002")


@pytest.fixture(scope="module", params=KINDS)
def office(servers: None, fresh_store, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that a page of ORIGIN may ask, with three extensions."""
    with running(request.param, fresh_store(), PBX_CORS_ORIGINS=ORIGIN) as server:
        admin = Client(server)
        admin.log_in(username="admin", password=ADMIN_PASSWORD)
        for number in PEOPLE:
            admin.post(
                "extensions/create",
                extension_number=number,
                password=SIP_PASSWORD,
                web_access_password=WEB_PASSWORD,
                profile={"first_name": "Ada", "last_name": f"L {number}", "email": f"ada{number}@example.com"},
            )
        yield server


def numbers(client: Client, **query: object) -> list[str]:
    """Return the numbers on a page of the directory."""
    return [row["extension_number"] for row in client.rows("extensions", client.get("extensions/list", **query))]


def test_the_back_end_of_a_crm(office: Server) -> None:
    crm = CrmBackEnd(office)
    crm.log_in(username="admin", password=ADMIN_PASSWORD, domain="")
    assert numbers(crm, Pagination=0, Pagesize=2) == ["2000", "2001"]
    assert numbers(crm, Pagination=2, Pagesize=2) == ["2002"]
    (row,) = crm.post("extensions/status", extensions=[2000])["extension_status"]
    assert (row["extension_number"], row["status"]) == ("2000", "OFFLINE")
    assert crm.refused("POST", "extensions/call", extension=2000, to=2001, domain="pbx.local") == (503, "503.1")
    crm.post("account/token/refresh")
    crm.sign_out()


def test_a_crm_in_the_browser(office: Server) -> None:
    crm = CrmInBrowser(office)
    asks = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "access_token"}
    reply = requests.options(f"{crm.url}/extensions/status", headers=asks, timeout=SECONDS)
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "access_token" in reply.headers["Access-Control-Allow-Headers"].lower()
    crm.http.headers["Origin"] = ORIGIN
    crm.log_in(username="2000@pbx.local", password=WEB_PASSWORD)
    reply = crm.send("GET", "extensions/search", {"condition": "ada", "pagination": 1})
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert reply.json()["count"] == 3
    crm.post("extensions/status/update", extension_number="2000", status="dnd")
    assert crm.post("extensions/status", extensions=["2000"])["extension_status"][0]["status"] == "DND"
    crm.post("extensions/status/update", extension_number="2000", status="AVAILABLE")
    crm.sign_out()


def test_a_softphone_of_the_desk(office: Server) -> None:
    phone = Softphone(office)
    login = {"domain": "pbx.local", "extension_number": 2000, "sip_password": SIP_PASSWORD}
    reply = phone.log_in("account/extension/sip/verify", **login)
    assert isinstance(reply["id"], int)
    assert reply["transports"][0]["port"] == 5060
    own = phone.get("extensions/show", id=str(reply["id"]))
    assert own["extension_number"] == "2000"
    assert "password" not in own
    phone.post("extensions/update", id=reply["id"], forward_rules={"available": {"no_answer_timeval": "35"}})
    assert phone.get("extensions/show", extension_number=2000)["forward_rules"]["available"]["no_answer_timeval"] == 35
    assert phone.get("voice_mail/show", extension_number=2000)["enable_voicemail"] is True
    phone.post("voice_mail/update", extension_number=2000, enable_play_caller_id=True)
    assert phone.get("voice_mail/show", extension_number=2000)["enable_play_caller_id"] is True
    assert numbers(phone, pagination=1, pagesize=100) == list(PEOPLE)
    assert phone.refused("GET", "extensions/show", extension_number=2001) == (403, "403.1")
    phone.sign_out()


def test_a_softphone_of_the_pocket(office: Server) -> None:
    phone = MobileSoftphone(office)
    login = {"domain": "PBX.local", "extension_number": "2001", "sip_password": SIP_PASSWORD}
    phone.log_in("account/extension/sip/verify", **login)
    assert numbers(phone, pagination=0, pagesize=2, cursor="") == ["2000", "2001"]
    token = phone.token
    assert phone.post("account/token/refresh")["access_token"] == token
    status = phone.get("extensions/status", extensions="2000,2001")["extension_status"]
    assert [row["extension_number"] for row in status] == ["2000", "2001"]
    phone.sign_out()


def test_a_crm_of_the_desk(office: Server) -> None:
    crm = FormClient(office)
    crm.log_in("account/email/verify", email="ADA2002@example.com", password=WEB_PASSWORD)
    found = crm.get("extensions/search", condition="ada 2001", Pagination=1, pagesize=10)
    assert [row["email"] for row in crm.rows("extensions", found)] == ["ada2001@example.com"]
    assert crm.refused("POST", "extensions/call", extension=2002, to=2001) == (503, "503.1")
    assert crm.refused("POST", "extensions/call", extension=2001, to=2002) == (403, "403.1")
    crm.sign_out()


def test_a_link_that_places_a_call(office: Server) -> None:
    link = {"auth": WEB_PASSWORD, "domain": "pbx.local", "extension": "2000", "src": "link", "sendsdp": "true"}
    for path in ("api/extensions/call", "apiextensions/call"):
        url = f"{office.url}/{path}"
        reply = requests.get(url, params=link | {"to": "2001"}, timeout=SECONDS)
        assert (reply.status_code, reply.json()["err_code"]) == (503, "503.1")
        reply = requests.get(url, params=link | {"to": "0049301234"}, timeout=SECONDS)  # what the tenant must allow
        assert (reply.status_code, reply.json()["err_code"]) == (403, "403.1")
        reply = requests.get(url, params=link | {"to": "2001", "auth": "wrong"}, timeout=SECONDS)
        assert (reply.status_code, reply.json()["err_code"]) == (400, "401.2")
