"""Lines of phones: users' and those of other SIP servers."""

import pytest

from portsip_api import settings
from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import lines, phones
from portsip_api.pbx.errors import Conflict, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.upkeep import rekey
from portsip_api.store import database
from portsip_api.store.secrets import keyring
from tests.crm import PIN, SIP_PASSWORD
from tests.pbx.devices.devices import HOME, SERIAL, other_tenant, phone, user

pytestmark = pytest.mark.usefixtures("app")

ACCOUNT = {"user_id": "jane", "registration_server": "sip.example.net"}


def test_a_users_line_is_made_of_the_user() -> None:
    owner = user("1000", first_name="Jane", last_name="Doe")
    line_id = lines.add_internal(HOME, phone(), ExtensionKey("1000"))
    line = lines.show(HOME, SERIAL, line_id)
    domain = tenants.domain_of(HOME)
    assert (line.id, line.extension_id, line.user, line.user_id, line.extension) == (line_id, owner, *["1000"] * 3)
    assert (line.uri, line.display_name, line.registration_server) == (f"sip:1000@{domain}", "Jane Doe", domain)
    assert (line.registration_server_port, line.voicemail, line.password()) == (None, None, SIP_PASSWORD)


def test_a_user_without_a_name_has_no_display_name() -> None:
    user("1000")
    line = lines.show(HOME, phone(), lines.add_internal(HOME, SERIAL, ExtensionKey("1000")))
    assert line.display_name is None


def test_an_external_line_is_made_of_what_was_sent() -> None:
    fields = {"display_name": "Jane", "extension": "7", "password": PIN, "voicemail": "*97"}
    line_id = lines.add_external(HOME, phone(), {**ACCOUNT, **fields, "registration_server_port": "5070"})
    (line,) = lines.page(HOME, SERIAL)
    assert (line.id, line.uri, line.extension_id, line.user) == (line_id, "sip:jane@sip.example.net", None, None)
    assert (line.user_id, line.extension, line.display_name, line.voicemail) == ("jane", "7", "Jane", "*97")
    assert (line.registration_server_port, line.password()) == (5070, PIN)
    assert PIN not in repr(line)


def test_what_was_not_sent_is_none() -> None:
    lines.add_external(HOME, phone(), {"user_id": "jane", "password": None, "registration_server_port": ""})
    (line,) = lines.page(HOME, SERIAL)
    assert (line.uri, line.password(), line.registration_server_port) == ("sip:jane", "", None)
    assert (line.display_name, line.extension, line.voicemail) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", None),
        ("user_id", ""),
        ("user_id", "a b"),
        ("user_id", "a>b"),
        ("registration_server", "a/b"),
        ("registration_server_port", 65_536),
        ("registration_server_port", "sip"),
        ("registration_server_port", True),
        ("password", "x\x00"),
        ("password", 7),
        ("display_name", "a\nb"),
    ],
)
def test_a_bad_account_is_refused(field: str, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        lines.add_external(HOME, phone(), {**ACCOUNT, field: value})
    assert list(caught.value.errors) == [field]
    assert lines.page(HOME, SERIAL) == []


def test_the_password_of_an_external_line_is_stored_encrypted_and_is_rotated() -> None:
    lines.add_external(HOME, phone(), {**ACCOUNT, "password": SIP_PASSWORD})
    before = database.fetch_row("SELECT password FROM external_line")[0]
    assert SIP_PASSWORD.encode() not in before
    rekey.rotate(settings.current().secret_key_path)
    after = database.fetch_row("SELECT password FROM external_line")[0]
    assert after[:4].hex() == keyring.key_ids()[0] != before[:4].hex()
    assert lines.page(HOME, SERIAL)[0].password() == SIP_PASSWORD


def test_lines_stand_in_the_order_in_which_they_were_added() -> None:
    phone()
    ids = [lines.add_internal(HOME, SERIAL, ExtensionKey(id=user(number))) for number in ("30", "10", "20")]
    lines.destroy(HOME, SERIAL, ids[1])
    ids.append(lines.add_external(HOME, SERIAL, ACCOUNT))
    assert [line.id for line in lines.page(HOME, SERIAL)] == [ids[0], ids[2], ids[3]]
    lines.destroy_all(HOME, SERIAL)
    assert lines.page(HOME, SERIAL) == []
    assert database.fetch_all("SELECT * FROM external_line") == []


def test_a_model_has_so_many_lines() -> None:
    small = phones.create(HOME, {"serial": SERIAL, "model_id": "SPA502G"})
    user("1000")
    for _ in range(2):
        lines.add_internal(HOME, small, ExtensionKey("1000"))
    with pytest.raises(Conflict, match="at most 2 lines"):
        lines.add_internal(HOME, small, ExtensionKey("1000"))
    with pytest.raises(Conflict):
        lines.add_external(HOME, small, ACCOUNT)
    assert len(lines.page(HOME, small)) == 2


def test_a_users_lines_go_with_the_user_and_what_was_set_on_them_too() -> None:
    user("1000")
    lines.add_internal(HOME, phone(), ExtensionKey("1000"))
    kept = lines.add_external(HOME, SERIAL, ACCOUNT)
    with database.writing():
        for line in lines.page(HOME, SERIAL):
            database.execute(
                "INSERT INTO setting_value (tenant_id, owner, path, value) VALUES (1, ?, 'a', '1')",
                (f"line:{line.id}",),
            )
    extensions.destroy(HOME, ExtensionKey("1000"))
    assert [line.id for line in lines.page(HOME, SERIAL)] == [kept]
    assert database.fetch_all("SELECT owner FROM setting_value") == [(f"line:{kept}",)]


def test_a_line_is_named_together_with_its_phone() -> None:
    first, second, other = phone(), phone("0004f2aabb96"), other_tenant()
    line = lines.add_external(HOME, first, ACCOUNT)
    strangers = phone(tenant=other)
    for tenant, key, line_id in (
        (HOME, second, line),
        (HOME, first, line + 1),
        (HOME, first, 2**64),
        (HOME, first, "x"),
        (HOME, "none", line),
        (other, strangers, line),
    ):
        with pytest.raises(NotFound):
            lines.show(tenant, key, line_id)
        with pytest.raises(NotFound):
            lines.destroy(tenant, key, line_id)
    assert lines.show(HOME, first, str(line)).id == line


def test_a_line_is_a_user_of_the_same_tenant() -> None:
    other = other_tenant()
    strangers = user("1000", other)
    for key in (ExtensionKey("1000"), ExtensionKey(id=strangers), ExtensionKey("")):
        with pytest.raises(NotFound):
            lines.add_internal(HOME, phone(f"{strangers:012x}"), key)
        phones.destroy(HOME, f"{strangers:012x}")
