"""The password and the PIN that users set themselves."""

import pytest

from portsip_api.pbx.access.secret_purposes import PIN, WEB_PASSWORD
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.personal import secrets
from tests.pbx.features.call_features import TENANT, make_user


@pytest.fixture
def user(app):
    return make_user("200")


def stored(user, purpose):
    return extensions.show(TENANT, ExtensionKey(id=user)).secret(purpose)


def test_they_are_kept(user):
    secrets.set_portal_password(TENANT, user, "pässwörd")
    secrets.set_voicemail_pin(TENANT, user, "0042")
    assert (stored(user, WEB_PASSWORD), stored(user, PIN)) == ("pässwörd", "0042")


@pytest.mark.parametrize(
    ("password", "words"),
    [("1234567", "at least 8 characters"), ("", "at least 8"), ("x" * 129, "128"), ("passwor\ufffd", "UTF-8")],
)
def test_passwords_that_are_none_are_refused_without_being_repeated(user, password, words):
    before = stored(user, WEB_PASSWORD)
    with pytest.raises(Invalid, match=words) as refusal:
        secrets.set_portal_password(TENANT, user, password)
    assert set(refusal.value.errors) == {"password"}
    assert not password or password not in str(refusal.value)
    assert stored(user, WEB_PASSWORD) == before


def test_the_strict_policy_holds_for_them(user, configure):
    configure(PBX_PASSWORD_POLICY="strict")
    number = make_user("20000000", web_access_password="good-enough", password="good-enough")
    with pytest.raises(Invalid, match="password: "):
        secrets.set_portal_password(TENANT, number, "20000000")


@pytest.mark.parametrize(
    ("pin", "words"), [("123", "at least 4"), ("abcd", "digits"), ("1" * 21, "20"), ("", "at least")]
)
def test_pins_that_are_none_are_refused(user, pin, words):
    with pytest.raises(Invalid, match=words) as refusal:
        secrets.set_voicemail_pin(TENANT, user, pin)
    assert set(refusal.value.errors) == {"pin"}
