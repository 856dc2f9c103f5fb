"""What imports and exports say of phones and groups, and values as JSON may have them."""

import pytest

from portsip_api.store import database
from tests.crm import SIP_PASSWORD, WEB_PASSWORD, check_refused
from tests.portsip.test_import_export import check_done, upload
from tests.portsip.test_phone_provisioning import PHONE

ROW = {"extension_number": "100", "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}


def shown(client, number="100"):
    return client.read("extensions/show", extension_number=number)


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_what_is_said_of_a_phone_comes_back(admin, format_):
    admin.make_extension("100", phone_provisioning=PHONE)
    admin.make_extension("101", phone_provisioning={"phone_model": "=Desk 8"})
    admin.make_extension("102")
    before = [shown(admin, number) for number in ("100", "101", "102")]
    file = admin.post("extensions/export", format=format_, secrets=True).data
    for number in ("100", "101", "102"):
        admin.do("extensions/destroy", extension_number=number)
    check_done(upload(admin, file, f"x.{format_}"), created=3)
    for was in before:
        assert {**shown(admin, was["extension_number"]), "id": was["id"]} == was
    listed = {row["extension_number"]: row["phone_model"] for row in admin.read("extensions/list")["extensions"]}
    assert listed == {"100": "Desk 7", "101": "=Desk 8", "102": ""}
    assert database.fetch_row("SELECT count(*) FROM phone_provisioning") == (2,)  # nothing is said of the third


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_without_secrets_the_password_of_its_page_is_not_in_the_file_and_stays(admin, format_):
    admin.make_extension("100", phone_provisioning=PHONE)
    file = admin.post("extensions/export", format=format_).data
    assert SIP_PASSWORD.encode() not in file
    assert b"phone_webpage_password" not in file
    admin.do("extensions/update", extension_number="100", phone_provisioning={"phone_model": "Desk 8"})
    check_done(upload(admin, file, f"x.{format_}", mode="upsert"), updated=1)
    assert shown(admin)["phone_provisioning"] == PHONE


def test_columns_of_phones(admin):
    titles = "extension_number,password,MAC,Phone Type,time_zone,phone_provisioning.time_zone,first_preferred_codec"
    file = f"{titles}\r\n100,{SIP_PASSWORD},00:15:65:AA:BB:01,T46,Europe/Berlin,GMT+1,PCMA\r\n"
    check_done(upload(admin, file), created=1)
    found = shown(admin)
    assert found["office_hours"]["time_zone"] == "Europe/Berlin"
    phone = {"phone_mac_address": "00:15:65:AA:BB:01", "phone_model": "T46", "time_zone": "GMT+1"}
    assert phone.items() <= found["phone_provisioning"].items()
    assert found["phone_provisioning"]["first_preferred_codec"] == "PCMA"
    bad = "extension_number,password,mac\r\n101,x,1.6E+11\r\n102,x,00:15\r\n"
    reply = upload(admin, bad)
    check_refused_rows(
        reply, "row 2.phone_provisioning.phone_mac_address", "row 3.phone_provisioning.phone_mac_address"
    )
    assert "with an exponent" in reply.json["errors"]["row 2.phone_provisioning.phone_mac_address"][0]


def check_refused_rows(reply, *fields):
    assert reply.status_code == 400, reply.text
    assert set(reply.json["errors"]) == set(fields)


@pytest.mark.parametrize(
    "named",
    [
        lambda group: [group["group_id"]],
        lambda group: [group["id"]],
        lambda group: [str(group["id"]), "SYSTEM", "DEFAULT", "__DEFAULT__"],
        lambda _: ["sales"],
        lambda group: [{"id": str(group["id"]), "group_name": "whatever"}],
        lambda group: [{"group_id": group["group_id"]}],
        lambda _: [{"group_name": "SALES"}, {"group_name": "__DEFAULT__"}, {"group_name": "sales"}],
    ],
)
def test_a_json_row_names_groups_as_a_create_does(admin, named):
    sales = admin.make_group("Sales")
    rows = [{**ROW, "extension_number": number, "belong_groups": named(sales)} for number in ("100", "101")]
    check_done(admin.post("extensions/import", extensions=rows[:1]), created=1)
    admin.do("extensions/create", **rows[1])
    assert shown(admin)["belong_groups"] == shown(admin, "101")["belong_groups"] == [sales["group_id"]]
    admin.do("extensions/update", extension_number="100", belong_groups=[])
    check_done(admin.post("extensions/import", extensions=rows[:1], mode="upsert"), updated=1)
    assert shown(admin)["belong_groups"] == [sales["group_id"]]


def test_a_csv_row_names_the_default_group_and_none(admin):
    admin.make_group("Sales")
    file = f"extension_number,password,groups\r\n100,{SIP_PASSWORD},DEFAULT|SYSTEM|sales\r\n"
    check_done(upload(admin, file), created=1)
    assert len(shown(admin)["belong_groups"]) == 1


@pytest.mark.parametrize(
    "groups",
    [
        *("Sales", 5, None, [None], [[]], [1.5], [True], [{}], [{"id": 0}], [{"id": "x"}], [{"id": True}]),
        *([{"group_id": ""}], [{"group_name": 7}], [{"group_name": "x" * 65}], [{"id": 2**63}], ["nobody"]),
        *([{"id": 99}], [{"group_name": "x"}]),
    ],
)
def test_what_names_no_group_is_refused_as_a_create_refuses_it(admin, groups):
    admin.make_group("99 bottles")
    row = {**ROW, "belong_groups": groups}
    check_refused(admin.post("extensions/create", **row), "400.1", "belong_groups")
    check_refused_rows(admin.post("extensions/import", extensions=[row]), "row 1.belong_groups")


def test_an_id_is_not_the_name_of_another_group(admin):
    admin.make_group("99")
    row = {**ROW, "belong_groups": [{"id": 99}]}
    check_refused_rows(admin.post("extensions/import", extensions=[row]), "row 1.belong_groups")
    check_done(admin.post("extensions/import", extensions=[{**row, "belong_groups": ["99"]}]), created=1)


def test_values_of_a_json_row_are_read_as_those_of_a_create(admin):
    row = {
        **ROW,
        "extension_number": 100,
        "profile": {"mobile_phone": 491701234567, "gender": "Female", "unknown": 1},
        "options": {"enable_audio_record_calls": "true"},
        "forward_rules": {"available": {"no_answer_timeval": "25", "no_answer_action": "disconnect"}},
        "voice_mail": {"voicemail_pin": 4711, "msg_read_out_datetime": "read_24_hour"},
        "phone_provisioning": {"phone_provisioning_method": "sbc", "phone_model": 46},
    }
    check_done(admin.post("extensions/import", extensions=[row]), created=1)
    admin.do("extensions/create", **row | {"extension_number": 101})
    imported, created = shown(admin), shown(admin, "101")
    same = {"id": 0, "extension_number": ""}
    assert {**imported, **same} == {**created, **same}
    assert imported["forward_rules"]["available"]["no_answer_timeval"] == 25
    bad = {
        **row,
        "extension_number": "102",
        "options": {"enable_extension": "perhaps"},
        "profile": {"first_name": True},
    }
    reply = admin.post("extensions/import", extensions=[bad])
    check_refused_rows(reply, "row 1.options.enable_extension", "row 1.profile.first_name")
