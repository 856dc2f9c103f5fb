"""What clients say of the phone at an extension's desk."""

import pytest

from portsip_api.pbx.upkeep import rekey
from portsip_api.store import database
from portsip_api.store.secrets import keyring
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, check_refused

KEY = {"extension_number": "1000"}
PHONE = {
    "phone_model": "Desk 7",
    "phone_mac_address": "00:15:65:AA:bb:cc",
    "phone_webpage_password": SIP_PASSWORD,  # which no log and no table may hold in clear
    "time_zone": "GMT+8",
    "phone_display_language": "English",
    "phone_provisioning_method": "SBC",
    "network_interface": "192.0.2.7",
    "first_preferred_codec": "PCMA",
    "second_preferred_codec": "G722",
    "third_preferred_codec": "",
    "fourth_preferred_codec": "",
}


def shown(client):
    return client.read("extensions/show", **KEY)["phone_provisioning"]


def update(client, **fields):
    return client.post("extensions/update", **KEY, phone_provisioning=fields)


def test_what_is_said_of_a_phone_is_kept_and_shown_and_listed(admin):
    admin.make_extension("1000", phone_provisioning=PHONE | {"phone_provisioning_method": "sbc", "unknown": 1})
    assert shown(admin) == PHONE
    (row,) = admin.read("extensions/list")["extensions"]
    assert (row["phone_model"], row["phone_mac_address"]) == ("Desk 7", "00:15:65:AA:bb:cc")


def test_what_is_not_sent_stays(admin):
    admin.make_extension("1000", phone_provisioning=PHONE)
    for change in ({"phone_model": "Desk 8"}, {"phone_webpage_password": WEB_PASSWORD}, {"phone_mac_address": ""}, {}):
        before = shown(admin)
        assert update(admin, **change).status_code == 200
        assert shown(admin) == before | change
    (row,) = admin.read("extensions/list")["extensions"]
    assert (row["phone_model"], row["phone_mac_address"]) == ("Desk 8", "")
    admin.do("extensions/update", **admin.read("extensions/show", **KEY))
    assert shown(admin)["phone_webpage_password"] == WEB_PASSWORD


def test_an_extension_of_before_gets_a_phone(admin):
    admin.make_extension("1000")
    assert shown(admin) == dict.fromkeys(PHONE, "")
    assert update(admin, phone_model="Desk 7").status_code == 200
    assert shown(admin) == dict.fromkeys(PHONE, "") | {"phone_model": "Desk 7"}
    assert database.fetch_row("SELECT webpage_password FROM phone_provisioning") == (None,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone_mac_address", "00:15"),
        ("phone_mac_address", "00:15:65:AA:bb:cg"),
        ("phone_provisioning_method", "PNP"),
        ("phone_model", "m" * 65),
        ("time_zone", None),
        ("phone_webpage_password", SIP_PASSWORD + "\n"),
    ],
)
def test_what_is_wrong_is_refused(admin, name, value):
    admin.make_extension("1000", phone_provisioning=PHONE)
    check_refused(update(admin, **{name: value}), "400.1", f"phone_provisioning.{name}")
    check_refused(admin.post("extensions/update", **KEY, phone_provisioning="x"), "400.1", "phone_provisioning")
    assert shown(admin) == PHONE


def test_an_extension_sees_its_phone_without_the_password_and_changes_nothing(admin):
    admin.make_extension("1000", phone_provisioning=PHONE)
    own = admin.log_in("1000@pbx.local", WEB_PASSWORD)
    seen = shown(own)
    assert seen == {name: value for name, value in PHONE.items() if name != "phone_webpage_password"}
    own.do("extensions/update", **KEY, phone_provisioning=seen)
    for change in ({"phone_model": "Desk 8"}, {"phone_webpage_password": WEB_PASSWORD}):
        check_refused(update(own, **change), "403.1")
    assert shown(admin) == PHONE


def test_the_password_moves_to_a_new_key(configure, admin):
    admin.make_extension("1000", phone_provisioning=PHONE)
    old = keyring.key_ids()
    assert rekey.needed_keys() == set(old)
    blob = database.fetch_row("SELECT webpage_password FROM phone_provisioning")[0]
    assert SIP_PASSWORD.encode() not in blob
    assert blob[:4].hex() in old


def test_it_goes_with_its_extension(admin):
    admin.make_extension("1000", phone_provisioning=PHONE)
    admin.do("extensions/destroy", **KEY)
    assert database.fetch_row("SELECT count(*) FROM phone_provisioning") == (0,)
