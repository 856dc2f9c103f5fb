"""Objects of another tenant, by every address of sipXcom's API that names one: refused, and nothing is changed.

The attacker is `superadmin` of a tenant of its own, so that its role would let it do everything. That the tenant is
what it is refused for is shown by the owner, who asks for the same and gets it.
"""

import shutil
from pathlib import Path
from typing import Any, cast

from flask import Flask
from werkzeug.routing import Rule

from portsip_api.pbx.settings.device_models import phone_model
from portsip_api.sipxcom.core.declaration import Declaration
from portsip_api.sipxcom.core.examples import RECORDS
from portsip_api.sipxcom.core.records import Record
from tests.contract.sipxcom.world import World
from tests.security import estates
from tests.security.estates import ELIN, TRACE
from tests.security.tables import dump
from tests.stores import close_store, use_world

PREFIX = "/sipxconfig/"

# What the arguments of a rule are, by the beginning of the rule; the longest one counts. In braces: keys of the world.
KEYS: dict[str, dict[str, str]] = {
    "api/callgroups": {"extension": "3399", "new_extension": "55665", "ring_extension": "200", "prefix": "33"},
    "api/cdrs": {"user": "201"},
    "api/gateways": {"id": "{fxo}", "port_id": "{port}", "rule_id": "{rule}", "path": "{port_setting}"},
    "api/gateways/<name:id>/settings": {"id": "{fxo}", "path": "{fxo_setting}"},
    "api/phones": {"id": "{phone}", "group": "sales", "line_id": "{line}", "path": "reg/displayName",
                   "serial": "0004f2aabb95", "name": "0004f2aabb95.cfg"},
    "api/phones/<name:id>/settings": {"id": "{phone}", "path": "{phone_setting}"},
    "api/phones/user/id": {"user": "{user}"},
    "api/phones/user/name": {"user": "200"},
    "api/phones/phoneGroup/id": {"group": "{phone_group}"},
    "api/phones/phoneGroup/name": {"group": "sales"},
    "api/phoneGroups": {"id": "{phone_group}", "model_id": "polycomVVX500", "path": "{phone_setting}",
                        "version": (phone_model("polycomVVX500").versions or ("",))[0]},
    "api/orbits": {"id": "{orbit}", "path": "general/transferKey", "name": f"{TRACE}.wav"},
    "api/pagegroups": {"id": "{page_group}", "name": f"{TRACE}.wav"},
    "api/moh": {"name": f"{TRACE}.wav"},
    "api/my/moh": {"name": f"{TRACE}.wav"},
    "api/rules": {"id": "{rule}"},
    "api/schedules": {"id": "{personal}", "user_id": "{user}", "group_id": "{group}", "index": "0"},
    "api/registrations/group": {"key": "sales"},
    "api/users": {"user": "201", "group": "sales", "path": "permission/call-handling/Mobile"},
    "api/users/id": {"id": "{user2}"},
    "rest/activecdrs": {"user": "200"},
    "rest/auto-attendant": {"attendant": "{attendant}", "code": "*81"},
    "rest/avatar": {"user": "200"},
    "rest/branch": {"id": "{branch}"},
    "rest/erl": {"elin": ELIN, "user": "200", "serial": "0004f2aabb95"},
    "rest/erl/group": {"group": "sales"},
    "rest/erl/phonegroup": {"group": "sales"},
    "rest/callfwdsched": {"id": "{personal}"},
    "rest/my/callfwdsched": {"id": "{personal}"},
    "rest/my/conferences": {"name": "{conference}"},
    "rest/my/conferencedetails": {"conference": "{conference}"},
    "rest/my/conference/": {"conference": "{conference}", "command": "lock"},
    "rest/my/mailbox": {"user": "200", "greeting": "outofoffice"},
    "rest/my/phonebook/entry": {"entry": "{own_entry}"},
    "rest/my/phonebookentry": {"key": "{own_entry}"},
    "rest/my/redirect/callcontroller": {"calling": "200", "called": "201"},
    "rest/my/redirect": {"user": "200", "folder": "inbox", "id": "{message}"},
    "rest/permission": {"name": "{permission}"},
    "rest/phone": {"serial": "0004f2aabb95", "name": "0004f2aabb95.cfg"},
    "rest/phones": {"serial": "0004f2aabb95", "name": "0004f2aabb95.cfg"},
    "rest/phonebook": {"name": "Office"},
    "rest/user": {"id": "{user2}"},
    "rest/user-group": {"id": "{group}"},
    "rest/user-group-permission": {"id": "{group}"},
    "rest/user-permission": {"id": "{user2}"},
    "rest/users": {"of_user": "200", "entry": "{own_entry}", "key": "{own_entry}", "operator": "201", "value": "true"},
}  # fmt: skip

# Rules whose arguments name nothing that a tenant has: services and their settings are everybody's own.
NO_OBJECTS = (
    "dns",
    "imbot",
    "ivr",
    "moh/settings",
    "mwi",
    "pagegroups/settings",
    "phonebook",
    "proxy",
    "registrar",
    "restserver",
    "saa",
)
NOTHING_NAMED = {
    *(f"api/{service}" for service in NO_OBJECTS),
    "api/license/",
    "api/orbits/servers/",
    "api/gateways/models",
    # What phones have registered the switch says, asked for the tenant's own numbers only.
    *(f"api/registrations/{kind}/" for kind in ("callId", "callid", "ip", "serialNo", "server", "user")),
    # How numbers begin, or which are dialled, within the tenant.
    "api/cdrs/prefix/",
    "rest/call/",
    "rest/my/call/",
    # What is set, or a folder, kind or setting of one's own.
    "api/my/greetings/",
    "api/my/user/settings/",
    "rest/my/feed/voicemail/",
    "rest/my/phonebook/showContactsOnPhone/",
    "rest/my/portal/password/",
    "rest/my/voicemail/operator/",
    "rest/my/voicemail/pin/",
    # A key is a log-in, which opens what is asked for below rest/my.
    "rest/private/",
}

_TEXT = "text/plain"
_HOURS = {"start": 32_400_000, "stop": 64_800_000, "scheduledDay": "Sunday"}
_WORKING = {"workingTime": {"workingHours": [_HOURS]}}
_HUNT = {"name": "taken", "extension": "3399", "ringBeans": []}
_NOON = {"scheduledDay": -1, "start": {"hrs": 12, "min": 0}, "end": {"hrs": 13, "min": 0}}
_RINGS = {"name": "taken", "periods": [_NOON]}
_ENTRY = {"entry": {"firstName": "A", "lastName": "taken", "number": "3009"}}
_VALUES = {"permissions": [{"name": "Voicemail", "value": "DISABLE"}]}
# The body that is good for a method of a rule; a text in a setting's place is plain text.
BODIES: dict[tuple[str, str], Any] = {
    ("PUT", "api/callgroups/<name('rotate'):extension>"): _HUNT,
    ("POST", 'api/gateways/<name("models"):id>'): {"name": "taken", "model": {"modelId": "sipTrunkStandard"}},
    ("PUT", 'api/gateways/<name("models"):id>'): {"name": "taken"},
    ("PUT", 'api/phones/<name("models", "line", "sendProfile"):id>'): {"serialNo": "0004f2aabb95"},
    ("POST", "api/phones/<name:id>/lines"): {"user": "201"},
    ("PUT", "api/phoneGroups/<name:id>"): {"name": "sales", "description": "taken"},
    ("PUT", "api/phoneGroups/<name:id>/model/<name:model_id>/settings"): {
        "settings": [{"path": "{phone_setting}", "value": "1"}]
    },
    ("PUT", "api/orbits/<number:id>"): {"name": "taken", "extension": "402", "server": "1"},
    ("PUT", "api/pagegroups/<number:id>"): {"pageGroupNumber": 11, "users": []},
    ("PUT", "api/rules/<number:id>"): {"name": "taken"},
    ("PUT", "api/schedules/<number:id>"): {"name": "taken", **_WORKING},
    ("POST", "api/schedules/<number:id>/period"): _HOURS,
    ("POST", "api/schedules/<number:id>/period/<number:index>"): _HOURS,
    ("POST", "api/schedules/user/<number:user_id>/personal"): {"name": "taken", **_WORKING},
    ("PUT", 'api/users/<name("email"):user>'): {"lastName": "taken"},
    ("PUT", 'api/users/<name("upload"):user>/settings'): {"settings": []},
    ("PUT", 'api/users/<name("upload"):user>/settings/<setting:path>'): "DISABLE",
    ("PUT", "api/users/upload/settings/<setting:path>"): estates.Upload("values.csv", b"201,ENABLE"),
    ("POST", "rest/avatar/<name:user>"): estates.picture(),
    ("PUT", "rest/branch/<name:id>"): {"branch": {"name": "taken"}},
    ("PUT", "rest/erl/elin/<name:elin>"): {"e911Location": {"location": "taken"}},
    **{
        (method, f"rest/{my}callfwdsched/<number:id>"): {**_RINGS, "name": f"taken {my}"}
        for my in ("", "my/")
        for method in ("POST", "PUT")
    },
    **{(method, "rest/my/phonebook/entry/<name:entry>"): _ENTRY for method in ("POST", "PUT")},
    ("PUT", "rest/my/phonebookentry/<name:key>"): {"vcard": "BEGIN:VCARD\nN:taken;A\nTEL:3010\nEND:VCARD\n"},
    ("PUT", "rest/my/conferences/<name:name>"): {"setting": {"name": "taken", "description": "taken"}},
    ("PUT", "rest/permission/<name:name>"): {"permission": {"label": "taken"}},
    ("PUT", "rest/user/<name:id>"): {"user": {"userName": "201", "pin": "taken-0123"}},
    ("PUT", "rest/user-group/<name:id>"): {"group": {"name": "taken"}},
    ("PUT", "rest/user-group-permission/<name:id>"): {"group": _VALUES},
    ("PUT", "rest/user-permission/<name:id>"): {"user": _VALUES},
}
# Statuses for the owner beside success, where they depend on more than whose it is.
OWNERS = {
    ("PUT", "rest/auto-attendant/<name:attendant>/special"): 204,
    ("DELETE", "rest/auto-attendant/<name:attendant>/special"): 204,
    ("POST", "rest/users/<name:of_user>/phonebook/googleImport"): 744,
    ("GET", "rest/my/conferencedetails/<name:conference>"): 406,  # nobody is in it
    **{(method, "rest/my/conference/<name:conference>"): 400 for method in ("GET", "PUT")},  # there is no command
    **{(method, "rest/my/conference/<name:conference>/<name:command>"): 503 for method in ("GET", "PUT")},
    ("POST", "rest/my/redirect/callcontroller/<name:calling>/<name:called>"): 503,  # without an engine
    ("PUT", "rest/my/redirect/mailbox/<name:user>/mwi"): 503,
}
# Requests that make something of the attacker's own, whose name may be the one that another tenant uses.
MAKES_OWN = {
    ("PUT", "rest/erl/elin/<name:elin>"): "the location of an ELIN is made where it is not there",
    ("POST", 'api/gateways/<name("models"):id>'): "the id of the path is not looked at",
    ("GET", "rest/avatar/<name:user>"): "whoever has no picture has the default one",
    ("GET", "api/users/group/<name:group>"): "a list of those in the own group, which is not there",
    ("GET", "api/users/id/<number:id>/phones"): "a list of the phones of nobody, as the system had it",
    ("PUT", "api/users/upload/settings/<setting:path>"): "users that are not there are passed over",
    ("POST", "rest/callfwdsched/<number:id>"): "the id of the path is not looked at",
    ("POST", "rest/my/callfwdsched/<number:id>"): "the id of the path is not looked at",
    ("POST", "rest/my/phonebook/entry/<name:entry>"): "the id of the path is not looked at",
    ("PUT", "rest/my/phonebookentry/<name:key>"): "an entry of the own book is made where it is not there",
    ("GET", "api/callgroups/prefix/<name:prefix>"): "a list of the own hunt groups, which is empty",
}


def rules(app: Flask) -> list[tuple[str, Rule]]:
    """Every method and rule of the API that names something."""
    return sorted(
        (
            (method, rule)
            for rule in app.url_map.iter_rules()
            if rule.rule.startswith(PREFIX) and rule.arguments and not is_nobodys(rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        ),
        key=lambda item: (item[1].rule, item[0]),
    )


def is_users(rule: str) -> bool:
    """Whether users are answered what is their own there, and administrators nothing."""
    return rule.startswith(("rest/my/", "api/my/", "rest/callfwdsched/"))


def is_nobodys(rule: Rule) -> bool:
    return rule.rule.removeprefix(PREFIX).startswith(tuple(NOTHING_NAMED))


def path_of(app: Flask, method: str, rule: Rule, world: World) -> str:
    """The address of the victim's object. Fails for a rule that no line of the table knows."""
    own = rule.rule.removeprefix(PREFIX)
    begins = [begin for begin in KEYS if own.startswith(begin)]
    assert begins, f"{own} names something, and no line of KEYS says what the victim's is called"
    names = KEYS[max(begins, key=len)]
    assert rule.arguments <= names.keys(), f"{own}: KEYS lacks {rule.arguments - names.keys()}"
    values: dict[str, Any] = {name: names[name].format(**world) for name in rule.arguments}
    if "<number:" in own:
        values = {name: int(text) if f"<number:{name}>" in own else text for name, text in values.items()}
    path = app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
    return path.removeprefix(PREFIX) + ("?query=2" if own.endswith("search/phonebook") else "")


def body_of(method: str, rule: Rule, world: World, declared: Declaration) -> tuple[Any, dict[str, str]]:
    own = rule.rule.removeprefix(PREFIX)
    if method == "PUT" and own.endswith("<setting:path>"):
        body = BODIES.get((method, own), "1")
        return body, {"Content-Type": _TEXT} if isinstance(body, str) else {}
    if method == "PUT" and own.startswith("rest/erl/") and "/elin/" not in own:
        return ELIN, {"Content-Type": _TEXT}
    if own.startswith("rest/users/") and isinstance(declared.body, Record):
        return RECORDS[declared.body.title], {}
    return filled(BODIES.get((method, own)), world), {}


def filled(value: Any, world: World) -> Any:
    if isinstance(value, str):
        return value.format(**world)
    if isinstance(value, dict):
        return {name: filled(below, world) for name, below in value.items()}
    return [filled(item, world) for item in value] if isinstance(value, list) else value


def test_every_rule_that_names_something_is_in_the_tables(app: Flask, world: World):
    """New rules included: one without a line fails here."""
    for method, rule in rules(app):
        path_of(app, method, rule, world)
    assert len(rules(app)) > 120


def requests(app: Flask, world: World):
    """Yield (method, the rule below the prefix, path, body, headers)."""
    for method, rule in rules(app):
        declared = cast("Any", app.view_functions[rule.endpoint]).declared
        body, headers = body_of(method, rule, world, declared)
        yield method, rule.rule.removeprefix(PREFIX), path_of(app, method, rule, world), body, headers


def test_no_object_of_a_colleague_can_be_had(app: Flask, world: World):
    """Of what users have of their own."""
    client, before = estates.colleague(app.test_client()), dump()
    for method, rule, path, body, headers in requests(app, world):
        if is_users(rule) and (method, rule) not in MAKES_OWN:
            reply = client.ask(method, path, body, headers=headers)
            assert reply.status_code in {403, 404}, (method, path, reply.text)
            assert TRACE not in reply.text, path
            assert dump() == before, (method, path)


def test_no_object_of_another_tenant_can_be_had(app: Flask, world: World):
    client, acme = estates.attacker(app.test_client()), [int(world["acme"])]
    before, foreign = dump(), dump(but_of=acme)
    problems: list[object] = []
    for method, rule, path, body, headers in requests(app, world):
        reply = client.ask(method, path, body, headers=headers)
        made_own = (method, rule) in MAKES_OWN
        if made_own != (reply.status_code < 300) or reply.status_code >= 500:
            problems.append((method, path, reply.status_code, reply.text[:300]))
        if TRACE not in path and TRACE in reply.text:
            problems.append((method, path, "told", reply.text[:300]))
        if (dump(but_of=acme) != foreign) if made_own else (dump() != before):
            problems.append((method, path, "changed something"))
        before, foreign = dump(), dump(but_of=acme)
    assert not problems, "\n".join(map(str, problems))


def test_the_owner_gets_what_the_attacker_does_not(app: Flask, world: World, estates_template, tmp_path: Path):
    """So that it is for the tenant that the attacker was refused, and not for a request that nobody could make."""
    owner, user = estates.owner(app.test_client()), estates.user(app.test_client())
    problems: list[object] = []
    for number, (method, rule, path, body, headers) in enumerate(requests(app, world)):
        close_store()
        use_world(shutil.copytree(estates_template[0], tmp_path / str(number)))
        reply = (user if is_users(rule) else owner).ask(method, path, body, headers=headers)
        if reply.status_code != OWNERS.get((method, rule), 200):
            problems.append((method, path, reply.status_code, reply.text[:300]))
    assert not problems, "\n".join(map(str, problems))
