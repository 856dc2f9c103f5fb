"""Every route × method × identity: who may call is declared, and held."""

import pytest

from portsip_api.pbx.devices import credentials
from portsip_api.sipxcom.core.authentication import PRIVATE_KEY, Access
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD, Crm
from tests.pbx.devices import devices
from tests.sipxcom.portal import Portal

PREFIX = "/sipxconfig/"
MAY = {
    Access.ADMINISTRATION: {"superadmin", "rest"},
    Access.PROMPTS: {"superadmin", "rest", "prompts"},
    Access.USER: {"user", "rest", "prompts"},
    Access.OWNER: {"superadmin", "rest"},  # for what is the user 0's
    Access.ANYBODY: {"nobody", "superadmin", "user", "rest", "prompts", "phone"},
}

# What nobody may do, as the page says: the list is addressed where one schedule is meant.
REFUSED = {(method, "/sipxconfig/rest/my/callfwdsched"): "Name the schedule." for method in ("PUT", "DELETE")}
REFUSED |= {(method, path.replace("/my", "")): words for (method, path), words in REFUSED.items()}
REFUSED |= {(method, f"{path}ule"): words for (method, path), words in REFUSED.items() if "/my/" in path}

_MAILBOX = "/sipxconfig/rest/my/redirect/mailbox/<name:user>"
REFUSED |= dict.fromkeys(
    (
        ("GET", f"{_MAILBOX}/messages"),
        ("GET", f"{_MAILBOX}/<name('messages', 'message', 'mwi'):folder>"),
        ("GET", f"{_MAILBOX}/<name('message'):folder>/<name:id>"),
        ("GET", f"{_MAILBOX}/mwi"),
        ("PUT", f"{_MAILBOX}/mwi"),
        *((method, f"{_MAILBOX}/message/<name:id>/heard") for method in ("GET", "PUT", "DELETE")),
        *(("PUT", f"{_MAILBOX}/message/<name:id>/{what}") for what in ("delete", "subject", "move/<name:folder>")),
        ("GET", "/sipxconfig/rest/my/redirect/media/<name:user>/<name:folder>/<name:id>"),
        ("PUT", "/sipxconfig/rest/my/mailbox/<name:user>/preferences/activegreeting/<name:greeting>"),
    ),
    "Another user's mailbox.",
)
_OWN = "/sipxconfig/api/my/user"
REFUSED |= dict.fromkeys(
    (
        ("PUT", _OWN),
        ("PUT", f"{_OWN}/settings/<setting:path>"),
        ("DELETE", f"{_OWN}/settings/<setting:path>"),
    ),
    "Ask an administrator",
)
REFUSED["GET", "/sipxconfig/rest/my/redirect/cdr/<name:user>"] = "Another user's calls."
REFUSED |= {
    (method, "/sipxconfig/rest/my/redirect/callcontroller/<name:calling>/<name:called>"): "Another user's phone."
    for method in ("GET", "POST")
}


def routes(app):
    """Yield every rule of the API with its method and declared access."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX):
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                yield rule, method, app.view_functions[rule.endpoint].declared.access


def test_every_route_declares_who_may_call_it(app):
    assert [rule.rule for rule, _, access in routes(app) if access not in MAY] == []
    assert len(list(routes(app))) > 100


@pytest.fixture
def identities(app, admin: Crm, portal: Portal, configure):
    """Everybody there can be, by name."""
    configure(
        PBX_LOGIN_FAILURES="10000", PBX_LOGIN_FAILURES_ADDRESS="10000"
    )  # a phone is nobody here, at every address
    http = app.test_client()
    known = {"nobody": Portal(http), "superadmin": Portal(http, "superadmin", ADMIN_PASSWORD)}
    admin.make_extension("0")  # whom everybody may call
    for number, (name, permission) in enumerate(
        (("user", None), ("rest", "rest"), ("prompts", "RecordSystemPrompts")), start=700
    ):
        id_ = admin.make_extension(str(number))
        if permission:
            body = {"permissions": [{"name": permission, "value": "ENABLE"}]}
            assert portal.put(f"rest/user-permission/{id_}", body).status_code == 200
        known[name] = Portal(http, str(number), WEB_PASSWORD)
    phone = credentials.show(devices.HOME, devices.phone())
    known["phone"] = Portal(http, phone.user, phone.password)
    return known


def test_nobody_passes_who_may_not_and_nobody_is_stopped_who_may(app, identities):
    """What is asked of is not there, so that who passes meets anything but 401 and 403."""
    adapter = app.url_map.bind("localhost")
    for rule, method, access in routes(app):
        named = "9" if rule.rule.startswith(f"{PREFIX}api/users") else "0"  # the user 0 is to stay
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, named), method=method)
        for name, client in identities.items():
            may = name in MAY[access] and PRIVATE_KEY not in rule.arguments  # where the key is nobody's
            reply = client.ask(method, path.removeprefix(PREFIX))
            passes = reply.status_code not in {401, 403} or (REFUSED.get((method, rule.rule)) or "\0") in reply.text
            assert passes is may, (method, rule.rule, name, reply.status_code, reply.text)
            if not passes:
                assert reply.status_code == (
                    401 if name in {"nobody", "phone"} or PRIVATE_KEY in rule.arguments else 403
                )
            if (method, rule.rule) in REFUSED:
                assert reply.status_code in {401, 403}
            assert reply.status_code < 500 or reply.status_code == 503, (method, rule.rule, reply.text)
