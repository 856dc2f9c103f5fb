"""The limits that a tenant's capability and quota set: who is at one is told so, and nobody else is."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from portsip_api import switch
from portsip_api.pbx.access import tenant_limits
from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.extensions import directory
from portsip_api.pbx.features import attendants
from portsip_api.pbx.media import greetings
from portsip_api.store import database
from tests.audio import wav
from tests.bulk import fill
from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD, Crm, check_refused
from tests.pbx.calls.engines import Engine
from tests.portsip.test_greetings import PATH as GREETINGS
from tests.portsip.test_greetings import listed, send
from tests.sipxcom.portal import Portal
from tests.sipxcom.portal import check_refused as check_portal_refused
from tests.sipxcom.uploads import upload

HOME = 1
SECRETS = {"password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}


@pytest.fixture
def portal(app: Flask) -> Portal:
    """A portal's client of the first administrator."""
    return Portal(app.test_client(), "superadmin", ADMIN_PASSWORD)


def limit(admin: Crm, part: str = "capability", **limits: Any) -> None:
    """Set limits of the default tenant."""
    admin.do("account/update", id=HOME, **{part: limits})
    assert admin.read("account/show", id=HOME)[part] == limits  # kept as sent


def create(client: Crm, number: str, **fields: Any) -> Any:
    return client.post("extensions/create", extension_number=number, **SECRETS, **fields)


def check_limit(reply: Any, name: str, most: int) -> None:
    """The reply is 409.1, and its sentence says which limit it is."""
    check_refused(reply, "409.1")
    assert f"{name}: {most}" in reply.json["msg"], reply.json


def test_there_are_no_more_calls_at_once_than_that(admin: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    monkeypatch.setattr(switch, "switch", engine)
    for number in ("1000", "1001"):
        assert create(admin, number).status_code == 200
    limit(admin, max_concurrent_calls=2)
    asked = {"call_from": "1000", "call_to": ["1001"]}
    sessions = [admin.do("call_sessions/create", **asked)["session_id"] for _ in range(2)]
    check_limit(admin.post("call_sessions/create", **asked), "max_concurrent_calls", 2)
    call = {"extension": "1000", "domain": "pbx.local", "to": "1001", "auth": WEB_PASSWORD}
    check_limit(admin.http.get("/api/extensions/call", query_string=call), "max_concurrent_calls", 2)
    user = Portal(admin.http, "1000", WEB_PASSWORD)
    check_portal_refused(user.put("rest/my/call/1001"), 409, "max_concurrent_calls: 2")
    assert len(engine.placed) == 2
    admin.do("call_sessions/destroy", session_id=sessions[0])
    admin.do("call_sessions/create", **asked)


def test_there_are_no_more_extensions_than_that(admin: Crm) -> None:
    limit(admin, max_extensions=2)
    for number in ("1000", "1001"):
        assert create(admin, number).status_code == 200
    check_limit(create(admin, "1002"), "max_extensions", 2)
    admin.do("extensions/update", extension_number="1000", extension_name="x")  # one that is there is changed
    admin.do("extensions/destroy", extension_number="1000")
    assert create(admin, "1002").status_code == 200
    check_limit(create(admin, "1003"), "max_extensions", 2)


def test_a_limit_below_what_there_is_takes_nothing_away(admin: Crm) -> None:
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    limit(admin, max_extensions=1)
    assert admin.read("extensions/list")["total"] == 3
    check_limit(create(admin, "1003"), "max_extensions", 1)


def test_a_limit_is_one_tenants(admin: Crm) -> None:
    other = admin.do("account/create", name="acme", password=SIP_PASSWORD, domain="a.example")["id"]
    limit(admin, max_extensions=1)
    admin.make_extension("1000")
    for number in ("1000", "1001", "1002"):
        assert create(admin, number, tenant_id=other).status_code == 200


@pytest.mark.parametrize("none", [0, "0", "", None, -1])
def test_absent_or_nothing_is_no_limit(admin: Crm, none: object) -> None:
    limit(admin, max_extensions=none, max_ring_groups=none)
    admin.make_extension("1000")
    admin.do("ring_groups/create", ring_group_number="600", name="a")


@pytest.mark.parametrize("stored", ['{"max_extensions": "one"}', '{"max_extensions": [1]}', '{"max_extensions": true}'])
def test_what_an_older_release_kept_that_is_no_number_is_no_limit(admin: Crm, stored: str) -> None:
    database.execute("UPDATE tenant SET capability = ?", (stored,))
    admin.make_extension("1000")
    admin.make_extension("1001")


@pytest.mark.parametrize("value", ["many", 1.5, True, [1], {}, "-1", "+5", "\u0665", 2**60, "9" * 30])
@pytest.mark.parametrize(
    ("part", "name"), [(part, name) for part, names in tenant_limits.MEMBERS.items() for name in (names[0], names[-1])]
)
def test_a_limit_is_a_whole_number(admin: Crm, part: str, name: str, value: object) -> None:
    check_refused(admin.post("account/update", id=HOME, **{part: {name: value}}), "400.1", f"{part}.{name}")
    fields = {"name": "acme", "password": SIP_PASSWORD, "domain": "a.example", part: {name: value}}
    check_refused(admin.post("account/create", **fields), "400.1", f"{part}.{name}")


def test_a_number_in_digits_is_one(admin: Crm) -> None:
    limit(admin, max_extensions="1", other={"kept": [1]})
    admin.make_extension("1000")
    check_limit(create(admin, "1001"), "max_extensions", 1)


def test_who_comes_at_once_gets_no_more(app: Flask, admin: Crm) -> None:
    limit(admin, max_extensions=3)
    with ThreadPoolExecutor(8) as pool:
        clients = [Crm(app.test_client(), admin.token) for _ in range(12)]
        replies = list(pool.map(lambda item: create(item[1], str(2000 + item[0])), enumerate(clients)))
    assert sorted(reply.status_code for reply in replies) == [200] * 3 + [409] * 9


def test_users_of_the_other_api_count_too(admin: Crm, portal: Portal) -> None:
    limit(admin, max_extensions=1)
    user = {"user": {"userName": "200", "pin": WEB_PASSWORD}}
    assert portal.put("rest/user", user).status_code == 201
    another = {"user": {"userName": "201", "pin": WEB_PASSWORD}}
    check_portal_refused(portal.put("rest/user", another), 409, "max_extensions: 1")


ROWS = [{"extension_number": str(number), **SECRETS} for number in range(3000, 3004)]


@pytest.mark.parametrize("options", [{}, {"partial": True}, {"mode": "upsert"}, {"dry_run": True}])
def test_an_import_that_is_too_much_writes_nothing(admin: Crm, options: dict[str, Any]) -> None:
    admin.make_extension("3000")
    limit(admin, max_extensions=3)
    rows = ROWS if options.get("mode") else ROWS[1:]
    check_limit(admin.post("extensions/import", extensions=rows, **options), "max_extensions", 3)
    assert admin.read("extensions/list")["total"] == 1


def test_an_import_up_to_the_limit_is_written(admin: Crm) -> None:
    limit(admin, max_extensions=4)
    assert admin.do("extensions/import", extensions=ROWS)["created"] == 4
    assert admin.do("extensions/import", extensions=ROWS, mode="upsert")["updated"] == 4  # none of them is new


def test_what_a_create_costs_does_not_grow_with_the_extensions(admin: Crm) -> None:
    def count_steps(number: str) -> int:
        """Count what the store does for a create, in units of a hundred instructions of SQLite."""
        steps: list[None] = []
        database.db.connection().set_progress_handler(lambda: steps.append(None), 100)
        try:
            tenant_limits.of(HOME).require("max_extensions", lambda: directory.count(HOME))
        finally:
            database.db.connection().set_progress_handler(None, 0)
        admin.make_extension(number)
        return len(steps)

    limit(admin, max_extensions=4_000)
    few = count_steps("1000")
    database.execute("DELETE FROM extension")
    fill(3_000)
    assert count_steps("1001") <= few + 5


def test_the_documents_say_what_is_answered_at_a_limit(app: Flask) -> None:
    paths: Any = app.test_client().get("/openapi.json").json
    for name in ("extensions/create", "extensions/import", "ring_groups/create", "extensions/greeting_file/create"):
        assert "409" in paths["paths"][f"/api/{name}"]["post"]["responses"], name
    paths = app.test_client().get("/openapi-sipxcom.json").json
    for path, method in (("rest/user", "put"), ("api/moh/prompts", "post")):
        assert "409" in paths["paths"][f"/sipxconfig/{path}"][method]["responses"], path


def test_ring_groups_have_a_limit(admin: Crm) -> None:
    limit(admin, max_ring_groups=1)
    admin.do("ring_groups/create", ring_group_number="600", name="a")
    check_limit(admin.post("ring_groups/create", ring_group_number="601", name="b"), "max_ring_groups", 1)
    admin.do("ring_groups/update", ring_group_number="600", name="c")


def test_attendants_that_were_made_have_a_limit(admin: Crm) -> None:
    limit(admin, max_virtual_receptionists=1)
    attendants.create(HOME, {"name": "one"})
    with pytest.raises(Conflict, match="max_virtual_receptionists: 1"):
        attendants.create(HOME, {"name": "two"})


def size_of(seconds: float) -> int:
    """Bytes of a greeting as it is stored."""
    return database.fetch_row("SELECT stored_size FROM greeting WHERE round(duration, 2) = ?", (seconds,))[0]


@pytest.fixture
def office(admin: Crm) -> Crm:
    """An administrator, and the extensions 1000 and 1001."""
    admin.make_extension("1000")
    admin.make_extension("1001")
    assert send(admin, wav(0.5)).status_code == 200
    return admin


def test_greetings_are_held_to_the_voicemail_quota(office: Crm) -> None:
    most = 2 * size_of(0.5)
    limit(office, "quota", max_voicemail_quota=most)
    assert send(office, wav(0.5), "a.wav", extension_number="1001").status_code == 200
    check_limit(send(office, wav(0.1), "b.wav"), "max_voicemail_quota", most)
    office.do(f"{GREETINGS}/destroy", extension_number="1001", filename="a.wav")
    assert send(office, wav(0.1), "b.wav").status_code == 200


def test_a_greeting_that_is_fetched_is_held_to_it_too(office: Crm) -> None:
    limit(office, "quota", max_voicemail_quota=size_of(0.5))
    office.do(f"{GREETINGS}/create", extension_number="1000", filename="f.wav", url="https://example.com/f.wav")
    ((greeting_id, _),) = greetings.claim_due(10)
    greetings.store_fetched(greeting_id, wav(0.1))
    row = next(row for row in listed(office)["files"] if row["filename"] == "f.wav")
    assert (row["status"], "max_voicemail_quota" in row["reason"]) == ("FAILED", True)


def test_media_of_a_tenant_have_a_limit(office: Crm, portal: Portal, configure) -> None:
    def prompt(name: str, content: bytes) -> Any:
        return upload(portal, "api/moh/prompts", (name, content))

    most = 1 << 20
    configure(PBX_MEDIA_BYTES=str(most), PBX_TOKEN_TTL="86400")
    filler = wav((most - size_of(0.5) - 20_000) / 16_000)
    assert prompt("a.wav", filler).status_code == 200
    check_portal_refused(prompt("b.wav", filler), 409, str(most))
    reply = send(office, wav(3.0), "b.wav", extension_number="1001")
    check_refused(reply, "409.1")
    assert str(most) in reply.text
    other = office.do("account/create", name="acme", password=SIP_PASSWORD, domain="a.example")["id"]
    office.make_extension("1000", tenant_id=other)
    assert send(office, wav(3.0), "b.wav", tenant_id=str(other)).status_code == 200  # another one's room is its own
