"""The licence: what a fresh PBX says, and the number that is kept."""

from dataclasses import asdict

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extensions import licence

HOME = tenants.DEFAULT_TENANT_ID

pytestmark = pytest.mark.usefixtures("app")


def test_a_fresh_pbx_has_no_licence_and_no_limits() -> None:
    shown = asdict(licence.show(HOME, "1.2.3"))
    assert shown.pop("domain") == "pbx.local"
    assert shown.pop("version") == "1.2.3"
    assert (shown.pop("users"), shown.pop("mobile_devices")) == (-1, -1)
    assert set(shown.values()) == {""}


def test_the_number_is_kept_for_the_tenant() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    for uid in ("123456789012345", "A-1"):
        assert licence.set_uid(HOME, uid, "1") == licence.show(HOME, "1")
        assert licence.show(HOME, "1").uid == uid
    assert (licence.show(other, "1").uid, licence.show(other, "1").domain) == ("", "other.example")


@pytest.mark.parametrize("uid", ["", "x" * 65, "a b", "a/b", "\ud800", "1\n"])
def test_a_bad_number_is_refused(uid: str) -> None:
    with pytest.raises(Invalid) as caught:
        licence.set_uid(HOME, uid, "1")
    assert list(caught.value.errors) == ["uid"]
    assert licence.show(HOME, "1").uid == ""


def test_there_is_no_licence_without_a_tenant() -> None:
    with pytest.raises(NotFound):
        licence.show(99, "1")
    with pytest.raises(NotFound):
        licence.set_uid(99, "1", "1")
