"""Extensions: create, show, update, destroy, status, voicemail settings, calls."""

import pytest

from portsip_api.pbx.trunks import gateways
from portsip_api.store import database
from tests.crm import PIN, SIP_PASSWORD, WEB_PASSWORD, check_refused

DEFAULT_GROUP = "__DEFAULT_EXTENSION_GROUP__"
PHONE = (
    "phone_model",
    "phone_mac_address",
    "phone_webpage_password",
    "time_zone",
    "phone_display_language",
    "phone_provisioning_method",
    "network_interface",
    "first_preferred_codec",
    "second_preferred_codec",
    "third_preferred_codec",
    "fourth_preferred_codec",
)


def check_unsent_values_survive(admin, **change):
    before = admin.read("extensions/show", extension_number="1000")
    admin.do("extensions/update", extension_number="1000", **change)
    after = admin.read("extensions/show", extension_number="1000")
    assert after == merged(before, change)


def merged(before, change):
    result = dict(before)
    for name, value in change.items():
        result[name] = merged(before[name], value) if isinstance(value, dict) else value
    return result


def test_a_new_extension_has_the_defaults_of_the_contract(admin):
    extension_id = admin.make_extension("1000")
    by_hours = {
        "office_hours_action": "CONNECT_TO_VOICE",
        "office_hours_action_value": "",
        "outside_office_hours_action": "CONNECT_TO_VOICE",
        "outside_office_hours_action_value": "",
        "office_hours_fwdto_type": "CONNECT_TO_VOICE",
        "office_hours_fwdto_id": "",
        "outside_office_hours_fwdto_type": "CONNECT_TO_VOICE",
        "outside_office_hours_fwdto_id": "",
    }
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    texts = (
        "first_name last_name email mobile_phone work_phone home_phone twitter facebook linkedin instagram description "
        "company_name company_website"
    )
    assert admin.read("extensions/show", id=extension_id) == {
        "id": extension_id,
        "extension_number": "1000",
        "status": "OFFLINE",
        "password": SIP_PASSWORD,
        "web_access_password": WEB_PASSWORD,
        "profile": {"gender": "UNSPECIFIED"} | dict.fromkeys(texts.split(), ""),
        "options": {
            "enable_audio_record_calls": False,
            "enable_video_record_calls": False,
            "enable_extension": True,
            "outbound_caller_id": "",
        },
        "voice_mail": {
            "enable_voicemail": True,
            "prompt_language": "en-us",
            "enable_vm_pin_auth": True,
            "voicemail_pin": "",
            "enable_play_caller_id": False,
            "msg_read_out_datetime": "DO_NOT_READ",
        },
        "forward_rules": {
            "available": {
                "no_answer_timeval": 20,
                "no_answer_action": "CONNECT_TO_VOICE_MAIL",
                "no_answer_action_value": "",
                "busy_action": "CONNECT_TO_VOICE",
                "busy_action_value": "",
                "no_answer_fwdto_type": "CONNECT_TO_VOICE_MAIL",
                "no_answer_fwdto_id": "",
                "busy_fwdto_type": "CONNECT_TO_VOICE",
                "busy_fwdto_id": "",
            },
            "offline": by_hours,
            "dnd": by_hours,
            "away": by_hours,
        },
        "office_hours": {"office_hours_mode": "GLOBAL"}
        | {f"{day}_from": "09:00" for day in days}
        | {f"{day}_to": "17:00" for day in days}
        | {"time_zone": ""},
        "phone_provisioning": dict.fromkeys(PHONE, ""),
        "belong_groups": [DEFAULT_GROUP],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"profile": {"first_name": "Žofie"}},
        {"profile": {"description": "two\nlines"}},
        {"options": {"enable_video_record_calls": True}},
        {"voice_mail": {"voicemail_pin": "0042"}},
        {"voice_mail": {"msg_read_out_datetime": "READ_24_HOUR"}},
        {"forward_rules": {"available": {"no_answer_timeval": 600}}},
        {
            "forward_rules": {
                "away": {f"outside_office_hours_{name}": "DISCONNECT" for name in ("action", "fwdto_type")}
            }
        },
        {"office_hours": {"office_hours_mode": "CUSTOM", "sunday_to": "24:00"}},
        {"password": "a new secret"},
        {"web_access_password": "p" * 128},
        {"profile": {"email": "new@example.com"}, "options": {"outbound_caller_id": "+4930"}},
        {},
    ],
)
def test_unsent_values_survive(admin, change):
    admin.make_extension("1000", profile={"email": "old@example.com", "last_name": "Old"})
    check_unsent_values_survive(admin, **change)


def test_what_show_gives_update_takes(admin):
    admin.make_extension("1000", profile={"email": "a@b"})
    before = admin.read("extensions/show", extension_number="1000")
    admin.do("extensions/update", **before)
    assert admin.read("extensions/show", extension_number="1000") == before


def test_id_and_number_are_both_keys_and_with_both_the_number_is_new(admin):
    extension_id = admin.make_extension("1000")
    admin.do("extensions/update", id=extension_id, extension_number="2000")
    check_refused(admin.get("extensions/show", extension_number="1000"), "404.1")
    assert admin.read("extensions/show", extension_number="2000")["id"] == extension_id
    assert admin.read("extensions/search", condition="2000")["count"] == 1
    assert admin.read("extensions/search", condition="1000")["count"] == 0
    admin.make_extension("1000")
    check_refused(
        admin.post("extensions/update", id=extension_id, extension_number="1000"), "403.3", "extension_number"
    )


def test_a_number_is_taken_once_in_a_tenant_and_free_in_another(admin):
    admin.make_extension("1000")
    fields = {"extension_number": "1000", "password": "x", "web_access_password": "x"}
    check_refused(admin.post("extensions/create", **fields), "403.3", "extension_number")
    admin.do("account/create", name="acme", domain="acme.example", password="acme secret-1")
    admin.make_extension("1000", tenant_id=2)


def test_ids_are_never_used_again(admin):
    first = admin.make_extension("1000")
    admin.do("extensions/destroy", id=first)
    assert admin.make_extension("1000") > first


@pytest.mark.parametrize("verb", ["destroy", "remove"])
def test_destroy_leaves_nothing_behind(admin, verb):
    kept = admin.make_extension("1001", profile={"email": "kept@example.com"})
    snapshot = every_row()
    extension_id = admin.make_extension("1000", profile={"email": "gone@example.com", "mobile_phone": "555"})
    group = admin.make_group("Sales", members=["1000"])
    admin.log_in("1000@pbx.local", WEB_PASSWORD)
    admin.do(f"extensions/{verb}", extension_number="1000")
    assert admin.read("extensions/group/show", id=group["id"])["members"] == []
    admin.do("extensions/group/destroy", id=group["id"])
    assert every_row() == snapshot
    check_refused(admin.get("extensions/show", id=extension_id), "404.1")
    assert admin.read("extensions/show", id=kept)


def every_row():
    """Everything that lasts: no counters, no revisions of tenants, none of the index's own pages, and not whose account
    the SIP engine is yet to ask for again, which it is of who is gone as well.
    """
    tables = [
        row[0]
        for row in database.fetch_all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'extension_fts%'"
            " AND name NOT IN ('sqlite_sequence', 'account_change')"
        )
    ]
    rows = {table: sorted(map(repr, database.fetch_all(f"SELECT * FROM {table}"))) for table in tables}
    columns = [row[0] for row in database.fetch_all("SELECT name FROM pragma_table_info('tenant')")]
    kept = ", ".join(column for column in columns if column != "revision")
    return rows | {"tenant": sorted(map(repr, database.fetch_all(f"SELECT {kept} FROM tenant")))}


@pytest.mark.parametrize("name", ["password", "web_access_password", "voicemail_pin"])
def test_secrets_are_encrypted_in_the_store(admin, configure, name):
    secret = PIN
    fields = {"voice_mail": {name: secret}} if name == "voicemail_pin" else {name: secret}
    admin.make_extension("1000", **fields)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert secret.encode() not in configure().database_path.read_bytes()


def test_the_switch_of_exposure_hides_secrets_from_everyone(configure, admin):
    admin.make_extension("1000")
    configure(PBX_EXPOSE_PASSWORDS="false")
    shown = admin.read("extensions/show", extension_number="1000")
    assert "password" not in shown
    assert "web_access_password" not in shown
    assert "voicemail_pin" not in shown["voice_mail"]
    assert "voicemail_pin" not in admin.read("voice_mail/show", extension_number="1000")
    admin.do("extensions/update", **shown)


def test_strict_policy_wants_good_passwords(configure, admin):
    configure(PBX_PASSWORD_POLICY="strict")
    fields = {"extension_number": "10001000", "password": "short", "web_access_password": "10001000"}
    check_refused(admin.post("extensions/create", **fields), "400.1", "password", "web_access_password")
    admin.make_extension("10001000")
    check_refused(
        admin.post("extensions/update", extension_number="10001000", password="10001000"), "400.1", "password"
    )


def test_an_extension_changes_itself_but_not_what_is_its_tenants(admin):
    admin.make_extension("1000")
    admin.make_extension("1001")
    group = admin.make_group("Sales", members=["1000"])
    me = admin.log_in("1000@pbx.local", WEB_PASSWORD)
    shown = me.read("extensions/show", extension_number="1000")
    assert "password" not in shown
    assert "voicemail_pin" not in shown["voice_mail"]
    me.do("extensions/update", **shown | {"profile": {"first_name": "Ada"}})
    me.do("voice_mail/update", extension_number="1000", voicemail_pin="11")
    me.do("extensions/status/update", extension_number="1000", status="DND")
    changes: list[dict[str, object]] = [
        {"password": "mine"},
        {"web_access_password": "mine"},
        {"options": {"enable_extension": False}},
        {"belong_groups": []},
    ]
    for change in changes:
        check_refused(me.post("extensions/update", extension_number="1000", **change), "403.1")
    check_refused(me.post("extensions/update", id=shown["id"], extension_number="5"), "403.1")
    for path in ("extensions/show", "voice_mail/show"):
        check_refused(me.get(path, extension_number="1001"), "403.1")
    for path in ("extensions/update", "voice_mail/update"):
        check_refused(me.post(path, extension_number="1001"), "403.1")
    check_refused(me.post("extensions/status/update", extension_number="1001", status="DND"), "403.1")
    assert admin.read("extensions/show", extension_number="1000")["belong_groups"] == [group["group_id"]]


def test_targets_written_anew_must_exist(admin):
    admin.make_extension("1001")
    rule = {"no_answer_action": "CONNECT_TO_ANOTHER_EXTENSION", "no_answer_action_value": "1001"}
    admin.make_extension("1000", forward_rules={"available": rule})
    field = "forward_rules.available.no_answer_action_value"
    for target in ("1002", "1000", ""):
        check_refused(
            admin.post(
                "extensions/update",
                extension_number="1000",
                forward_rules={"available": {"no_answer_action_value": target}},
            ),
            "400.1",
            field,
        )
    admin.do("extensions/destroy", extension_number="1001")
    shown = admin.read("extensions/show", extension_number="1000")["forward_rules"]
    assert shown["available"]["no_answer_action_value"] == ""
    admin.do("extensions/update", extension_number="1000", forward_rules=shown)  # unchanged: left alone
    check_refused(admin.post("extensions/update", extension_number="1000", forward_rules={"available": rule}), "400.1")
    check_refused(
        admin.post(
            "extensions/update",
            extension_number="1000",
            forward_rules={"dnd": {"office_hours_action": "CONNECT_TO_NUMBER", "office_hours_action_value": "no!"}},
        ),
        "400.1",
        "forward_rules.dnd.office_hours_action_value",
    )


def test_statuses_come_in_the_order_of_the_request(admin):
    admin.make_extension("1000")
    admin.make_extension("1001", options={"enable_extension": False})
    admin.do("extensions/status/update", extension_number="1000", status="AWAY")
    admin.do("extensions/status/update", extension_number="1001", status="DND")
    expected = [
        {"extension_number": "1001", "status": "OFFLINE", "user_agent": ""},
        {"extension_number": "7", "status": "NOT_FOUND", "user_agent": ""},
        {"extension_number": "1000", "status": "AWAY", "user_agent": ""},
    ]
    assert admin.do("extensions/status", extensions=["1001", "7", "1000"])["extension_status"] == expected
    assert admin.read("extensions/status", extensions="1001,7,1000")["extension_status"] == expected
    assert admin.read("extensions/status", extensions=["1001", "7", "1000"])["extension_status"] == expected
    admin.do("extensions/status/update", extension_number="1000", status="AVAILABLE")
    assert admin.read("extensions/list")["extensions"][0]["status"] == "OFFLINE"


def test_voicemail_settings_are_read_and_changed_flat(admin):
    admin.make_extension("1000")
    admin.do("voice_mail/update", voice_mail_number="1000", enable_play_caller_id=True, voicemail_pin="123")
    shown = admin.read("voice_mail/show", extension_number="1000")
    assert shown["extension_number"] == shown["voice_mail_number"] == "1000"
    whole = admin.read("extensions/show", extension_number="1000")["voice_mail"]
    assert {name: shown[name] for name in whole} == whole
    assert (whole["enable_play_caller_id"], whole["voicemail_pin"]) == (True, "123")
    check_refused(admin.post("voice_mail/update", extension_number="9"), "404.1")


@pytest.mark.parametrize("path", ["/api/extensions/call", "/apiextensions/call"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_is_checked_and_then_needs_a_switch(admin, path, method):
    admin.make_extension("1000")
    admin.make_extension("1001")
    fields = {"extension": "1000", "auth": WEB_PASSWORD, "to": "1001", "domain": "pbx.local", "src": "crm"}
    place = {"query_string": fields} if method == "GET" else {"json": fields}
    reply = admin.http.open(path, method=method, **place)
    check_refused(reply, "503.1")
    assert "switch" in reply.json["msg"].lower() or "engine" in reply.json["msg"]


def test_who_may_call_for_an_extension(admin):
    admin.make_extension("1000")
    admin.make_extension("1001", options={"enable_extension": False})
    me = admin.log_in("1000@pbx.local", WEB_PASSWORD)
    anonymous = type(admin)(admin.http)
    admin.make_extension("2")
    call = {"extension": "1000", "to": "2"}
    check_refused(admin.post("extensions/call", **call), "503.1")
    check_refused(me.post("extensions/call", **call), "503.1")
    check_refused(me.post("extensions/call", extension="1001", to="2"), "403.1")
    check_refused(anonymous.post("extensions/call", **call), "403.4")
    check_refused(anonymous.post("extensions/call", **call, auth="wrong"), "401.2")
    check_refused(anonymous.post("extensions/call", **call, auth=SIP_PASSWORD), "401.2")
    check_refused(anonymous.post("extensions/call", **call, auth=WEB_PASSWORD, domain="else.where"), "401.2")
    check_refused(admin.post("extensions/call", extension="1001", to="2"), "409.1")
    check_refused(admin.post("extensions/call", extension="9", to="2"), "404.1")
    check_refused(admin.post("extensions/call", extension="1000", to="2 3"), "403.1")
    for to in (
        "two",
        "+4930123;maddr=203.0.113.9",
        "+49301%40evil.example",
        "+49?Replaces=abc",
        "+49,00900",
        "+4930１",
    ):
        check_refused(admin.post("extensions/call", extension="1000", to=to), "400.1", "to")


def test_calls_outside_need_a_group_that_allows_them(admin):
    for number in ("1000", "1001"):
        admin.make_extension(number)
    admin.do("account/update", id=1, allowed_prefixes=["+49"])
    admin.make_group("Internal", members=["1000"], enable_external_call=False)
    check_refused(admin.post("extensions/call", extension="1000", to="1001"), "503.1")
    check_refused(admin.post("extensions/call", extension="1000", to="+49301234"), "403.1")
    admin.make_group("Everybody", members=["1000"])
    check_refused(admin.post("extensions/call", extension="1000", to="+49301234"), "503.1")


def test_what_may_be_dialled_is_what_the_longest_prefix_says(admin):
    admin.make_extension("1000")
    admin.do("account/update", id=1, allowed_prefixes=["+49", "+49900900"], denied_prefixes=["+49900", "00", "+491"])
    for to, code in (
        ("+49 (30) 123-4", "503.1"),
        ("tel:+49301234", "503.1"),
        ("+49900123", "403.1"),
        ("+49900900123", "503.1"),
        ("+4917", "403.1"),
        ("0049301234", "403.1"),
    ):
        check_refused(admin.post("extensions/call", extension="1000", to=to), code)
    admin.do("account/update", id=1, denied_prefixes=["+49"])
    check_refused(admin.post("extensions/call", extension="1000", to="+49301234"), "403.1")  # a denial wins a tie
    check_refused(admin.post("account/update", id=1, denied_prefixes=["+49 "]), "400.1", "denied_prefixes")


def test_a_call_shows_no_number_of_somebody_else(admin):
    admin.make_extension("1000", options={"outbound_caller_id": "+49 (30) 1000"})
    admin.make_extension("1001", options={"outbound_caller_id": "+49 30 1001"})
    me, anonymous = admin.log_in("1000@pbx.local", WEB_PASSWORD), type(admin)(admin.http)

    def call(client, shown, **fields):
        return client.post("extensions/call", extension="1000", to="1001", outbound_caller_id=shown, **fields)

    with_password = {"auth": WEB_PASSWORD}
    for shown in ("1000", "+49301000", "+49-30-1000", ""):
        for client, fields in ((me, {}), (admin, {}), (anonymous, with_password)):
            check_refused(call(client, shown, **fields), "503.1")
    for client, fields in ((me, {}), (anonymous, with_password), (admin, with_password)):
        check_refused(call(client, "+49301001", **fields), "403.1")
    check_refused(call(admin, "+49301001"), "503.1")
    check_refused(call(admin, "+4930112"), "403.1")
    gateways.create(1, {"name": "G", "model_id": "sipTrunkStandard", "default_caller_alias": "+49 30 112"})
    check_refused(call(admin, "+4930112"), "503.1")
    check_refused(call(me, "+4930112"), "403.1")
    check_refused(me.post("extensions/update", extension_number="1000", options={"outbound_caller_id": "1"}), "403.1")


def test_wrong_call_passwords_count_as_failed_log_ins(configure, admin):
    configure(PBX_LOGIN_FAILURES="2")
    admin.make_extension("1000")
    anonymous = type(admin)(admin.http)
    call = {"extension": "1000", "to": "2", "domain": "pbx.local"}
    for _ in range(2):
        check_refused(anonymous.post("extensions/call", **call, auth="wrong"), "401.2")
    check_refused(anonymous.post("extensions/call", **call, auth=WEB_PASSWORD), "403.5")
    check_refused(
        anonymous.post("account/credentials/verify", username="1000@pbx.local", password=WEB_PASSWORD), "403.5"
    )
