"""The settings of a gateway stand for those of everything: all of them are served by one module."""

import pytest

from portsip_api.pbx.devices import settings as device_settings
from portsip_api.pbx.settings.definitions import definitions
from portsip_api.pbx.settings.device_models import phone_models
from tests.crm import SIP_PASSWORD, WEB_PASSWORD
from tests.pbx.devices.devices import HOME, gateway, other_tenant
from tests.sipxcom.devices import TEXT, TRUNK, make_phone, set_value
from tests.sipxcom.portal import JSON, Portal, check_refused

KEEPALIVE = "itsp-account/sip-keepalive-method"
INTERVAL = "itsp-account/registration-interval"
PASSWORD = "itsp-account/password"


@pytest.fixture
def settings(portal: Portal) -> str:
    """The address of a trunk's settings."""
    return f"api/gateways/{portal.make('api/gateways', TRUNK)}/settings"


def test_a_setting_is_shown_in_the_contracts_bytes(portal, settings):
    path = f"{settings}/{KEEPALIVE}"
    assert portal.get(path).text == (
        '{"path":"itsp-account/sip-keepalive-method","type":"enum","options":{"NONE":null,"CR-LF":null},'
        '"value":"CR-LF","defaultValue":"CR-LF","label":null,"description":null}'
    )
    assert portal.get(path, accept="text/xml").text == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Setting><path>itsp-account/sip-keepalive-method</path>'
        "<type>enum</type><options><entry><key>NONE</key></entry><entry><key>CR-LF</key></entry></options>"
        "<value>CR-LF</value><defaultValue>CR-LF</defaultValue></Setting>"
    )


def test_the_list_has_all_settings_that_are_shown(portal, settings):
    shown = [setting.path for setting in definitions("gateways:sipTrunk").visible()]
    for path in (settings, f"{settings}/", f"{settings}/itsp-account", f"{settings}/itsp-account/"):
        assert [setting["path"] for setting in portal.read(path)["settings"]] == shown, path
    root = portal.read_xml(settings)
    assert root.tag == "Settings"
    assert [(item.tag, item.findtext("path")) for item in root] == [("Setting", path) for path in shown]
    assert portal.read_xml(f"{settings}/itsp-account").tag == "Settings"


@pytest.mark.parametrize("content_type", [TEXT, "application/x-www-form-urlencoded", "application/octet-stream", None])
def test_a_value_is_set_as_text_and_reset(portal, settings, content_type):
    path = f"{settings}/{INTERVAL}"
    reply = portal.http.put(f"/sipxconfig/{path}", data=b"240", content_type=content_type, auth=portal.auth)
    assert (reply.status_code, reply.data) == (200, b"")
    assert (portal.read(path)["value"], portal.read(path)["defaultValue"]) == ("240", "600")
    reply = portal.delete(path)
    assert (reply.status_code, reply.data) == (200, b"")
    assert portal.read(path)["value"] == "600"


def test_a_slash_of_the_path_may_be_escaped(portal, settings):
    set_value(portal, f"{settings}/{INTERVAL.replace('/', '%2F')}", "240")
    assert portal.read(f"{settings}/{INTERVAL}/")["value"] == "240"


def test_a_group_is_reset_as_a_whole_and_has_no_value(portal, settings):
    set_value(portal, f"{settings}/{INTERVAL}", "240")
    check_refused(portal.put(f"{settings}/itsp-account", "x", type=TEXT), 400, "itsp-account: Names a group")
    assert portal.delete(f"{settings}/itsp-account").status_code == 200
    assert portal.read(f"{settings}/{INTERVAL}")["value"] == "600"


@pytest.mark.parametrize(
    ("path", "value"),
    [(INTERVAL, "often"), (KEEPALIVE, "OFTEN"), ("itsp-account/is-user-phone", "maybe"), (PASSWORD, "x" * 8_001)],
)
def test_a_bad_value_is_refused_with_its_path(portal, settings, path, value):
    before = portal.read(settings)
    check_refused(portal.put(f"{settings}/{path}", value, type=TEXT), 400, path)
    assert portal.read(settings) == before


@pytest.mark.parametrize("path", ["none", "itsp-account/none", "itsp-account/user-name/none", "%2F", "%00"])
def test_an_unknown_path_is_404(portal, settings, path):
    check_refused(portal.get(f"{settings}/{path}"), 404)
    check_refused(portal.put(f"{settings}/{path}", "x", type=TEXT), 404)
    check_refused(portal.delete(f"{settings}/{path}"), 404)


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_the_list_cannot_be_written(portal, settings, method, end):
    reply = portal.ask(method, settings + end)
    check_refused(reply, 405)
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_setting_has_no_post(portal, settings):
    check_refused(portal.post(f"{settings}/{INTERVAL}", "240", type=TEXT), 405)


@pytest.mark.parametrize("content_type", [JSON, "text/xml", "application/xml", "multipart/form-data; boundary=x"])
def test_a_value_is_not_taken_as_anything_but_text(portal, settings, content_type):
    check_refused(portal.put(f"{settings}/{INTERVAL}", "240", type=content_type), 415)
    assert portal.read(f"{settings}/{INTERVAL}")["value"] == "600"


def test_a_value_is_utf_8(portal, settings):
    set_value(portal, f"{settings}/itsp-account/user-name", "Ünal & <co>")
    assert portal.read(f"{settings}/itsp-account/user-name")["value"] == "Ünal & <co>"
    assert portal.read_xml(f"{settings}/itsp-account/user-name").findtext("value") == "Ünal & <co>"
    check_refused(portal.put(f"{settings}/itsp-account/user-name", b"\xff", type=TEXT), 400, "UTF-8")


def test_settings_are_given_as_json_and_xml_only(portal, settings):
    check_refused(portal.get(settings, accept="image/png"), 406)
    check_refused(portal.get(f"{settings}/itsp-account", accept="image/png"), 406)


def test_passwords_are_shown_to_administrators_as_long_as_the_settings_let_them(portal, settings, configure):
    set_value(portal, f"{settings}/{PASSWORD}", SIP_PASSWORD)
    assert portal.read(f"{settings}/{PASSWORD}")["value"] == SIP_PASSWORD
    configure(PBX_EXPOSE_PASSWORDS="false")
    assert portal.read(f"{settings}/{PASSWORD}")["value"] is None
    assert SIP_PASSWORD not in portal.get(settings).text
    assert SIP_PASSWORD not in portal.get(f"{settings}/itsp-account").text


def test_the_permission_rest_alone_shows_no_password(app, portal, admin, settings):
    set_value(portal, f"{settings}/{PASSWORD}", SIP_PASSWORD)
    id_ = admin.make_extension("700")
    robot = Portal(app.test_client(), "700", WEB_PASSWORD)
    for name, shown in (("rest", None), ("superadmin", SIP_PASSWORD)):
        body = {"permissions": [{"name": name, "value": "ENABLE"}]}
        assert portal.put(f"rest/user-permission/{id_}", body).status_code == 200
        assert robot.read(f"{settings}/{PASSWORD}")["value"] == shown


def test_a_refused_value_is_not_echoed(portal, settings):
    assert SIP_PASSWORD not in portal.put(f"{settings}/{INTERVAL}", SIP_PASSWORD, type=TEXT).text


def test_hidden_settings_do_not_exist(portal, settings):
    hidden = [setting.path for setting in definitions("gateways:sipTrunk").settings if setting.hidden]
    assert hidden
    for path in hidden:
        check_refused(portal.get(f"{settings}/{path}"), 404)
        check_refused(portal.put(f"{settings}/{path}", "1", type=TEXT), 404)


def test_settings_of_another_tenant_do_not_exist(portal):
    other = other_tenant()
    id_ = gateway(tenant=other)
    for method, path in (("GET", ""), ("GET", f"/{INTERVAL}"), ("PUT", f"/{INTERVAL}"), ("DELETE", f"/{INTERVAL}")):
        check_refused(portal.ask(method, f"api/gateways/{id_}/settings{path}", b"1", type=TEXT), 404)
    assert device_settings.of_gateway(other, id_).leaf(INTERVAL).value == "600"


@pytest.mark.parametrize("model", {model.family: model.model_id for model in phone_models()}.values())
def test_settings_of_every_size_are_one_list(portal, model):
    id_ = make_phone(portal, model=model)
    shown = device_settings.of_phone(HOME, id_).definitions.visible()
    found = portal.read(f"api/phones/{id_}/settings")["settings"]
    assert [setting["path"] for setting in found] == [setting.path for setting in shown]
