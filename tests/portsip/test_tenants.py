"""Tenants: made, shown, listed and changed, by administrators and by themselves, in every dialect."""

import pytest

from portsip_api.store import database
from tests.crm import ADMIN_PASSWORD, check_refused

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEW_WEEK = {
    f"{day}_{edge}": time if day in DAYS[:5] else "00:00"
    for day in DAYS
    for edge, time in (("from", "09:00"), ("to", "17:00"))
}
PASSWORD = "a tenant's secret"
ACME = {"username": "acme", "password": PASSWORD}


@pytest.fixture
def acme(admin):
    """A client with the token of the tenant acme, which has the id 2."""
    admin.do("account/create", **ACME, domain="acme.example")
    return admin.log_in("acme", PASSWORD)


def test_tenants_are_created_shown_listed_changed_and_destroyed(admin):
    made = admin.do(
        "account/create", name="acme", domain="acme.example", password="acme secret-1", profile={"city": "Zürich"}
    )
    assert made == {"id": 2, "name": "acme"}
    admin.do("account/update", id=2, quota={"max_extensions": 5})
    shown = admin.read("account/show", id=2)
    assert shown == {
        "id": 2,
        "name": "acme",
        "domain": "acme.example",
        "enabled": True,
        "profile": {"city": "Zürich"},
        "capability": {},
        "quota": {"max_extensions": 5},
        "allowed_prefixes": [],
        "denied_prefixes": [],
        "office_hours": NEW_WEEK,
        "username": "acme",
        "company_name": "",
        "max_extensions": None,
        "max_concurrent_calls": None,
    }
    assert admin.read("account/list")["accounts"][1] == shown
    admin.do("account/remove", id=2)
    check_refused(admin.get("account/show", id=2), "404.1")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"name": "ADMIN"}, "1040001", "name"),
        ({"name": "Default"}, "1040001", "name"),
        ({"domain": "PBX.local"}, "1040001", "domain"),
        ({"name": "a@b"}, "400.1", "name"),
        ({"domain": "no domain"}, "1050005", "domain"),
        ({"password": ""}, "400.1", "password"),
        ({"profile": []}, "400.1", "profile"),
        ({"enabled": "yes"}, "400.1", "enabled"),
    ],
)
def test_bad_tenants_are_refused(admin, fields, code, field):
    given = {"name": "acme", "domain": "acme.example", "password": "acme secret-1"} | fields
    check_refused(admin.post("account/create", **given), code, field)
    assert admin.read("account/list")["total"] == 1


@pytest.mark.parametrize(("change", "field"), [({"name": "Default"}, "name"), ({"domain": "PBX.local"}, "domain")])
def test_a_change_to_what_another_tenant_has_is_refused_and_its_own_is_not(admin, change, field):
    admin.do("account/create", name="acme", domain="acme.example", password="acme secret-1")
    check_refused(admin.post("account/update", id=2, **change), "1040001", field)
    admin.do("account/update", id=2, name="Acme", domain="ACME.example")
    assert [item["name"] for item in admin.read("account/list")["accounts"]] == ["default", "Acme"]


def test_the_default_tenant_stays(admin):
    check_refused(admin.post("account/destroy", id=1), "409.1")
    check_refused(admin.post("account/update", id=1, enabled=False), "409.1")


def test_a_console_makes_a_tenant_by_username(admin):
    assert admin.do("account/create", **ACME) == {"id": 2, "name": "acme"}
    shown = admin.read("account/show", username="ACME")
    assert (shown["id"], shown["username"], shown["domain"]) == (2, "acme", "acme.pbx.local")
    assert admin.log_in("acme", PASSWORD).token


def test_a_name_that_makes_no_domain_needs_one(admin):
    fields = {"name": "Öl&Co", "password": PASSWORD}
    check_refused(admin.post("account/create", **fields), "400.1", "domain")
    assert admin.do("account/create", **fields, domain="oil.example")["name"] == "Öl&Co"


def test_without_a_name_there_is_no_tenant(admin):
    check_refused(admin.post("account/create", password=PASSWORD), "400.1", "name")
    check_refused(admin.post("account/update", enabled=True), "400.1", "id")
    check_refused(admin.post("account/destroy"), "400.1", "id")


def test_what_a_console_lists(admin, acme):
    admin.do(
        "account/update",
        id="2",
        profile={"company_name": "Acme Ltd."},
        capability={"max_extensions": "5", "max_concurrent_calls": 0},
    )
    reply = admin.read("account/list")
    assert reply["tenants"] == reply["accounts"]
    assert [row["username"] for row in reply["tenants"]] == ["default", "acme"]
    row = reply["tenants"][1]
    assert (row["company_name"], row["max_extensions"], row["max_concurrent_calls"]) == ("Acme Ltd.", 5, None)
    assert reply["tenants"][0]["max_extensions"] is None


@pytest.mark.parametrize("key", [{"id": 2}, {"id": "2"}, {"username": "acme"}, {"username": "Acme"}, {"name": "acme"}])
def test_a_tenant_is_named_by_id_or_name(admin, acme, key):
    assert admin.read("account/show", **key)["id"] == 2
    admin.do("account/update", **key, enabled=False)
    assert admin.read("account/show", id=2)["enabled"] is False
    assert admin.read("account/show", id=2)["name"] == "acme"
    admin.do("account/destroy", **key)
    check_refused(admin.get("account/show", **key), "404.1")


def test_the_id_decides_and_a_name_beside_it_is_the_new_one(admin, acme):
    for field in ("name", "username"):
        admin.do("account/update", id=2, **{field: f"new-{field}"})
        assert admin.read("account/show", id=2)["name"] == f"new-{field}"
    admin.do("account/update", username="new-username", name="acme")
    assert admin.read("account/show", username="acme")["id"] == 2


def test_an_administrator_without_a_key_is_shown_itself(admin):
    shown = admin.read("account/show")
    assert shown == {"id": 1, "name": "admin", "username": "admin", "role": "administrator", "profile": {}}


def test_a_tenant_is_shown_itself_and_nobody_else(admin, acme):
    shown = admin.read("account/show", id=2)
    for key in ({}, {"id": 2}, {"username": "acme"}):
        assert acme.read("account/show", **key) == shown
    for key in ({"id": 1}, {"id": 9}, {"username": "default"}, {"username": "nobody"}):
        check_refused(acme.get("account/show", **key), "403.1")
        check_refused(acme.post("account/update", **key), "403.1")


def test_a_tenant_changes_its_own_password_profile_and_hours(admin, acme):
    acme.do("account/update", profile={"first_name": "Ada"}, office_hours={"monday_to": "15:00"})
    shown = acme.read("account/show")
    assert (shown["profile"], shown["office_hours"]["monday_to"]) == ({"first_name": "Ada"}, "15:00")
    acme.do("account/update", **shown | {"profile": {"first_name": "Eve"}})  # what was shown may be sent back
    assert acme.read("account/show")["profile"] == {"first_name": "Eve"}
    acme.do("account/update", password="another secret of it")
    check_refused(acme.get("account/show"), "403.4")
    assert admin.log_in("acme", "another secret of it").token


@pytest.mark.parametrize(
    "change",
    [
        {"id": 2, "name": "other"},
        {"domain": "other.example"},
        {"enabled": False},
        {"capability": {"max_extensions": 99}},
        {"quota": {"max_voicemail_quota": 0}},
        {"allowed_prefixes": ["+"]},
        {"denied_prefixes": ["+"]},
    ],
)
def test_a_tenant_changes_nothing_else_of_itself(acme, change):
    before = acme.read("account/show")
    check_refused(acme.post("account/update", **change), "403.1")
    assert acme.read("account/show") == before


def test_office_hours_of_the_account_are_the_calendars(admin, acme):
    admin.do("account/create", name="third", password=PASSWORD, office_hours={"friday_to": "12:00"})
    assert admin.read("office_hours/show", tenant_id=3)["friday_to"] == "12:00"
    acme.do("account/update", office_hours={"sunday_from": "10:00", "sunday_to": "11:00"})
    assert acme.read("office_hours/show")["sunday_to"] == "11:00"
    acme.do("office_hours/update", sunday_to="12:00")
    assert acme.read("account/show")["office_hours"] == {**NEW_WEEK, "sunday_from": "10:00", "sunday_to": "12:00"}
    reply = acme.post("account/update", office_hours={"sunday_to": "25:00"}, profile={"city": "Bonn"})
    check_refused(reply, "400.1", "office_hours.sunday_to")
    assert acme.read("account/show")["profile"] == {}


def test_the_time_zone_of_the_profile_is_the_tenants(admin, acme):
    acme.do("account/update", profile={"timezone": "Asia/Tokyo"})
    assert acme.read("office_hours/show")["time_zone"] == "Asia/Tokyo"
    acme.do("office_hours/update", time_zone="Europe/Paris")
    assert acme.read("account/show")["profile"] == {"timezone": "Europe/Paris"}
    acme.do("account/update", profile={"timezone": ""})
    assert acme.read("office_hours/show")["time_zone"] == "Europe/Paris"
    for zone in ("Mars/Base", 8, ["UTC"]):
        check_refused(acme.post("account/update", profile={"timezone": zone}), "400.1", "profile.timezone")


def test_a_time_zone_that_was_kept_before_may_be_sent_back(admin, acme):
    for zone in ('"GMT+8"', "[]", "8"):
        database.execute("UPDATE tenant SET profile = ? WHERE id = 2", (f'{{"timezone":{zone}}}',))
        acme.do("account/update", **acme.read("account/show"))
        assert acme.read("office_hours/show")["time_zone"] == "UTC"


@pytest.mark.parametrize(
    ("place", "taken", "malformed"),
    [("header", "1040001", "1050005"), ("query", "403.2", "400.1"), ("body", "403.2", "400.1")],
)
def test_what_is_taken_has_the_code_of_the_dialect(admin, acme, place, taken, malformed):
    token = {"access_token": admin.token}

    def post(path, **fields):
        return admin.http.post(
            f"/api/account/{path}",
            json=fields | (token if place == "body" else {}),
            headers=token if place == "header" else {},
            query_string=token if place == "query" else {},
        )

    third = {"name": "third", "domain": "third.example", "password": PASSWORD}
    check_refused(post("create", **third | {"name": "ACME"}), taken, "name")
    check_refused(post("create", **third | {"name": "admin"}), taken, "name")
    check_refused(post("create", **third | {"domain": "Acme.Example"}), taken, "domain")
    check_refused(post("update", id=2, name="default"), taken, "name")
    check_refused(post("create", **third | {"domain": "a b"}), malformed, "domain")
    check_refused(post("create", **third | {"domain": "a b", "password": ""}), "400.1", "domain", "password")
    admin.make_extension("1000")
    fields = {"extension_number": "1000", "password": "x", "web_access_password": "x"}
    reply = admin.http.post("/api/extensions/create", json=fields | token)
    check_refused(reply, "403.3", "extension_number")


def test_a_log_in_has_permissions_that_nobody_uses(crm, admin, acme):
    for name, password in (("admin", ADMIN_PASSWORD), ("acme", PASSWORD)):
        assert crm.do("account/credentials/verify", username=name, password=password)["permissions"] == []
