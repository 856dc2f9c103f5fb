"""One's past calls that were answered, as `redirect/cdr` and `/cdr` give them."""

import pytest
from defusedxml.ElementTree import fromstring

from portsip_api.pbx.calls.records import OUTBOUND, TRANSFERRED
from tests.crm import WEB_PASSWORD, Crm
from tests.pbx.calls.records import START, missed, record, write
from tests.sipxcom.portal import Portal, check_refused

PATH = "rest/my/redirect/cdr/200"
DAY = 86_400_000


@pytest.fixture
def calls(user, admin: Crm) -> None:
    """Two calls of 200, one that it missed, and one of others; the tenant is in Berlin."""
    admin.make_extension("201")
    admin.do("office_hours/update", time_zone="Europe/Berlin")
    write(
        record("first", "200", "+491", direction=OUTBOUND, recipient="+491", route="AL", started=START),
        record("second", "201", "200", started=START + DAY, end_reason=TRANSFERRED),
        missed("missed", "201", "200", started=START + DAY + 1),
        record("others", "201", "+492", direction=OUTBOUND, recipient="+492", started=START + DAY + 2),
    )


def ids(user: Portal, query: str = "", path: str = PATH) -> list[str | None]:
    reply = user.get(f"{path}{query}")
    assert reply.status_code == 200, reply.text
    return [row.findtext("callee_route") for row in fromstring(reply.text)]


def test_a_row_is_as_the_system_wrote_it(user, calls):
    reply = user.get(PATH)
    assert reply.content_type == "text/xml; charset=UTF-8"
    assert reply.text == (
        '<?xml version="1.0" encoding="UTF-8"?><Results>'
        "<Row><caller_aor>&lt;sip:201@pbx.local&gt;</caller_aor><callee_aor>&lt;sip:200@pbx.local&gt;</callee_aor>"
        "<callee_contact>&lt;sip:200@pbx.local&gt;</callee_contact><start_time>2023-11-15 22:13:20.000</start_time>"
        "<duration>60</duration><termination>T</termination><callee_route>null</callee_route></Row>"
        "<Row><caller_aor>&lt;sip:200@pbx.local&gt;</caller_aor><callee_aor>&lt;sip:+491@pbx.local&gt;</callee_aor>"
        "<callee_contact>&lt;sip:+491@pbx.local&gt;</callee_contact><start_time>2023-11-14 22:13:20.000</start_time>"
        "<duration>60</duration><termination>C</termination><callee_route>AL</callee_route></Row></Results>"
    )


def test_parts(user, calls):
    assert ids(user) == ["null", "AL"]
    assert ids(user, "?limit=1") == ["null"]
    assert ids(user, "?limit=1&offset=1") == ["AL"]
    assert ids(user, "?offset=2") == []
    assert ids(user, "?fromdate=20231115") == ["null"]
    assert ids(user, "?fromdate=20231114") == ["null", "AL"]
    assert ids(user, "?fromdate=&limit=") == ["null", "AL"]


@pytest.mark.parametrize(
    "query", ["fromdate=yesterday", "fromdate=20231131", "fromdate=2023-11-14", "limit=-1", "offset=x", "limit=1e3"]
)
def test_what_is_wrong_is_400(user, calls, query):
    assert user.get(f"{PATH}?{query}").status_code == 400


def test_only_ones_own(user, calls, app):
    check_refused(user.get(PATH.replace("200", "201")), 403)
    other = Portal(app.test_client(), "201", WEB_PASSWORD)
    assert ids(other, path=PATH.replace("200", "201")) == ["null", "null"]


def test_without_the_prefix(user, calls):
    reply = user.http.get("/cdr/200?limit=1", auth=user.auth)
    assert [row.findtext("termination") for row in fromstring(reply.text)] == ["T"]
    assert user.http.post("/cdr/200", auth=user.auth).status_code == 405


def test_who_is_withheld_is_null(user, admin: Crm):
    write(record("c1", "", "200", name="Anonymous", direction="INBOUND"))
    assert fromstring(user.get(PATH).text)[0].findtext("caller_aor") == "null"
