"""`voice_mail` without an extension: the tenant's voicemail service."""

import pytest

from portsip_api.ops import jobs
from portsip_api.pbx.mailboxes import mailboxes, service
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database
from tests.audio import wav
from tests.crm import WEB_PASSWORD, check_refused
from tests.pbx.mailboxes.boxes import ANA, BO, HOME, check_whole, folder, leave, make

DAY = 86_400
SERVICE = {
    "voice_mail_number": "*97",
    "voice_mail_not_save_if_less_seconds": 3,
    "auto_cleaning_voicemail_days": 0,
    "used_voicemail_quota": 0,
}


@pytest.fixture
def pbx(admin):
    """The default tenant with an extension; sound when the test is over."""
    admin.make_extension("1000")
    yield admin
    assert consistency.find_inconsistencies() == []


def forwarded_to(pbx):
    return pbx.read("extensions/show", extension_number="1000")["forward_rules"]["available"]["busy_action_value"]


def test_every_tenant_has_one(pbx):
    assert pbx.read("voice_mail/show") == pbx.read("voice_mail/show", voice_mail_number="*97") == SERVICE
    other = pbx.do("account/create", name="other", password="other x-secret")["id"]
    assert pbx.read("voice_mail/show", tenant_id=other) == SERVICE
    pbx.do("voice_mail/update", tenant_id=other, voice_mail_number="999")
    assert pbx.read("voice_mail/show") == SERVICE
    pbx.do("account/destroy", id=other)
    check_refused(pbx.get("voice_mail/show", tenant_id=other), "404.1")


def test_it_is_changed_in_part(pbx):
    pbx.do("voice_mail/update", auto_cleaning_voicemail_days="30")
    pbx.do("voice_mail/update", voice_mail_not_save_if_less_seconds=0)
    changed = {"auto_cleaning_voicemail_days": 30, "voice_mail_not_save_if_less_seconds": 0}
    assert pbx.read("voice_mail/show") == SERVICE | changed
    pbx.do("voice_mail/update", **pbx.read("voice_mail/show"))  # as it was shown
    assert pbx.read("voice_mail/show") == SERVICE | changed


def test_its_number_is_one_of_the_tenants(pbx):
    check_refused(pbx.post("extensions/create", extension_number="*97", password="x", web_access_password="x"), "403.3")
    rule = {"busy_action": "CONNECT_TO_NUMBER", "busy_action_value": "*97"}
    pbx.do("extensions/update", extension_number="1000", forward_rules={"available": rule})
    pbx.do("ring_groups/create", ring_group_number="600", name="R")
    check_refused(pbx.post("voice_mail/update", voice_mail_number="600"), "403.3")
    pbx.do("voice_mail/update", voice_mail_number="998")
    assert (pbx.read("voice_mail/show")["voice_mail_number"], forwarded_to(pbx)) == ("998", "998")
    rows = pbx.read("system_extensions/list")["extensions"]
    assert [(row["extension_number"], row["first_name"], row["type"]) for row in rows] == [
        *(("600", "R", "RING_GROUP"), ("998", "Voicemail", "VOICE_MAIL"))
    ]
    pbx.make_extension("*97")


def test_an_extensions_number_means_the_extension(pbx):
    assert pbx.read("voice_mail/show", voice_mail_number="1000")["extension_number"] == "1000"
    pbx.do("voice_mail/update", voice_mail_number="1000", enable_voicemail=False)
    assert not pbx.read("voice_mail/show", voice_mail_number="1000")["enable_voicemail"]
    check_refused(pbx.get("voice_mail/show", voice_mail_number="9999"), "404.1")
    check_refused(pbx.get("voice_mail/show", extension_number="*97"), "404.1")
    check_refused(pbx.post("voice_mail/update", voice_mail_number="9999", enable_voicemail=False), "404.1")
    check_refused(pbx.post("voice_mail/update", enable_voicemail=False), "400.1", "extension_number")
    check_refused(pbx.post("voice_mail/update"), "400.1", "extension_number")
    assert pbx.read("voice_mail/show") == SERVICE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("voice_mail_not_save_if_less_seconds", 61),
        ("auto_cleaning_voicemail_days", -1),
        ("auto_cleaning_voicemail_days", 3651),
        ("voice_mail_number", ""),
        ("voice_mail_number", "a b"),
    ],
)
def test_bad_values(pbx, field, value):
    check_refused(pbx.post("voice_mail/update", **{field: value}), "400.1", field)


def test_an_extension_sees_it_and_changes_nothing(pbx):
    me = pbx.log_in("1000@pbx.local", WEB_PASSWORD)
    assert me.read("voice_mail/show") == SERVICE
    check_refused(me.post("voice_mail/update", auto_cleaning_voicemail_days=1), "403.1")
    check_refused(me.post("voice_mail/update", voice_mail_number="998"), "403.1")
    me.do("voice_mail/update", voice_mail_number="1000", voicemail_pin="11")
    assert pbx.read("voice_mail/show") == SERVICE


def test_a_store_of_before_in_which_something_has_the_usual_number(pbx):
    database.execute("UPDATE voice_mail_service SET number = NULL")  # as the migration leaves it
    database.execute("DELETE FROM dialled_number WHERE kind = 'VOICE_MAIL'")
    pbx.make_extension("*97")
    assert pbx.read("voice_mail/show")["voice_mail_number"] == ""
    pbx.do("voice_mail/update", voice_mail_number="998")
    assert pbx.read("voice_mail/show", voice_mail_number="998")["voice_mail_number"] == "998"


def test_past_messages_are_removed_for_good(configure, time):
    make(HOME, ANA)
    make(HOME, BO)
    leave(received=time.wall_now - 31 * DAY)
    leave(received=time.wall_now - 31 * DAY, key=BO)
    kept = leave(received=time.wall_now - 29 * DAY)
    assert service.clean() == 0  # nobody has said so
    assert service.show(HOME).used_bytes > 0
    service.update(HOME, {"auto_cleaning_voicemail_days": 30})
    assert service.clean() == 2
    assert [message.id for message in folder()] == [kept.id]
    check_whole(1)
    assert "clean_voicemail" in {job.name for job in jobs.JOBS}


@pytest.mark.parametrize(("service_days", "quota_days"), [(30, 60), (60, 30), (0, "30"), (30, 0), (30, 30)])
def test_the_fewer_days_of_service_and_quota_decide(admin, time, service_days, quota_days):
    for key in (ANA, BO):
        make(HOME, key)
    leave(received=time.wall_now - 31 * DAY)
    kept = leave(received=time.wall_now - 29 * DAY)
    admin.do("account/update", id=HOME, quota={"auto_clean_voicemail_days": quota_days})
    service.update(HOME, {"auto_cleaning_voicemail_days": service_days})
    assert service.clean() == 1
    assert [message.id for message in folder()] == [kept.id]
    assert admin.read("voice_mail/show")["auto_cleaning_voicemail_days"] == service_days


def test_a_message_that_is_too_short_is_not_saved(admin):
    make(HOME, ANA)
    admin.do("voice_mail/update", voice_mail_not_save_if_less_seconds=2)
    with pytest.raises(mailboxes.TooShort, match=r"1\.9 seconds is not saved: voice_mail_not_save_if_less_seconds"):
        leave(1.9)
    check_whole(0)
    leave(2.0)
    mailboxes.deposit(HOME, ANA, wav(0.2), "", folder="conference")  # which no caller left
    check_whole(2)
