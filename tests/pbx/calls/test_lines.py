"""Which phone is there, as registrations tell it and lists show it."""

import pytest

from portsip_api.pbx.calls import lines, registrations
from portsip_api.pbx.calls.lines import OFFLINE, ON_CALL, ONLINE, Line
from portsip_api.pbx.devices import lines as phone_lines
from portsip_api.pbx.devices import phones
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.store import database
from tests.pbx.calls.test_registrations import Engine, registration

MAC = "001565A1B2C3"


def shown(admin):
    (row,) = admin.read("extensions/list")["extensions"]
    return row["phone_model"], row["phone_mac_address"]


@pytest.fixture
def extension(admin):
    """The address of an extension of which an administrator has said what phone it has."""
    provisioning = {"phone_model": "Desk 7", "phone_mac_address": "00:00:5E:00:53:01"}
    admin.make_extension("1000", phone_provisioning=provisioning)
    return "1000@pbx.local"


def test_the_lists_follow_what_registers(admin, extension):
    assert shown(admin) == ("Desk 7", "00:00:5E:00:53:01")
    assert lines.set_lines({extension: Line(ONLINE, "Zoiper rv2.10")})
    assert shown(admin) == ("Desk 7", "00:00:5E:00:53:01")  # which says nothing of either
    assert lines.set_lines({extension: Line(ONLINE, "Yealink SIP-T46S 66.84.0.15 001565a1b2c3")})
    assert shown(admin) == ("Yealink SIP-T46S", MAC)
    assert not lines.set_lines({extension: Line(ONLINE, "Yealink SIP-T46S 66.84.0.15 001565a1b2c3")})
    assert lines.set_lines({extension: Line(OFFLINE)})
    assert shown(admin) == ("Yealink SIP-T46S", MAC)
    kept = admin.read("extensions/show", extension_number="1000")["phone_provisioning"]
    assert kept["phone_model"] == "Desk 7"


def test_an_address_that_is_written_otherwise_stays(admin, extension):
    lines.set_lines({extension: Line(ONLINE, "Yealink SIP-T46S 66.84.0.15 00005e005301")})
    assert shown(admin) == ("Yealink SIP-T46S", "00:00:5E:00:53:01")


def set_up(serial, model):
    """Make a phone with a line of the extension."""
    phone_id = phones.create(1, {"serial": serial, "model_id": model})
    phone_lines.add_internal(1, phone_id, ExtensionKey("1000"))


def test_the_phone_that_was_set_up_is_known_by_its_vendor(admin, extension):
    silent = "Yealink SIP-T46G 28.83.0.5"

    def instrument(agent):
        item = registration("1000", instrument="", agent=agent)
        (found,) = registrations.list_all(1, Engine(item))
        (same,) = registrations.list_serial(1, found.instrument, Engine(item)) if found.instrument else (found,)
        return same.instrument

    set_up("001565a1b2c3", "yealinkPhoneSIPT46G")
    set_up("000413a1b2c3", "snom370")
    assert instrument(silent) == "001565a1b2c3"
    assert instrument("snom370/8.7.5.35") == "000413a1b2c3"
    assert instrument("PolycomVVX-VVX_411-UA/5.9.0.9373") == instrument("Zoiper rv2.10") == ""
    assert instrument("Yealink SIP-T46S 66.84.0.15 0015650000FF") == "0015650000ff"
    lines.set_lines({extension: Line(ONLINE, silent)})
    assert shown(admin) == ("Yealink SIP-T46G", MAC)
    set_up("001565a1b2c4", "yealinkPhoneSIPT46G")
    assert instrument(silent) == ""  # which of the two it is


def test_several_lines_are_written_in_one_transaction(admin, extension, monkeypatch):
    admin.make_extension("1001")
    begun = []
    writing = database.writing
    monkeypatch.setattr(database, "writing", lambda: (begun.append(1), writing())[1])
    both = {extension: Line(ONLINE), "1001@PBX.local": Line(ON_CALL), "1002@pbx.local": Line(ONLINE)}
    assert (lines.set_lines(both), len(begun)) == (2, 1)
    rows = admin.read("extensions/status", extensions="1000,1001")["extension_status"]
    assert [row["status"] for row in rows] == ["ONLINE", "ON_CALL"]
    assert (lines.set_lines(both), len(begun)) == (0, 1)  # nothing is written where nothing has changed
    assert (lines.set_all({extension: Line(ONLINE)}), len(begun)) == (1, 2)
