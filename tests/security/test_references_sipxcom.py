"""Ids of another tenant in bodies, queries and below one's own objects; and ids that are guessed."""

from typing import Any

import pytest
from flask import Flask

from tests.contract.sipxcom.world import World
from tests.security import estates
from tests.security.estates import ELIN, TRACE
from tests.security.tables import dump
from tests.security.test_objects_sipxcom import MAKES_OWN, filled, is_users, requests

_HUNT = {"name": "x", "extension": "951"}
_TRUNK = {"name": "x", "model": {"modelId": "sipTrunkStandard"}}
_RULE = {
    "name": "x",
    "type": "Custom",
    "dialPatterns": {"patterns": []},
    "callPattern": {"prefix": "", "callDigits": "digits"},
}
_OWN = {"userName": "900"}
# Method, path, body: everything is the attacker's own but one id or name, which is the victim's.
ATTACKS: list[tuple[str, str, Any]] = [
    ("PUT", "rest/user/{own_user}", {"user": {**_OWN, "groups": [{"id": "{group}"}]}}),
    ("PUT", "rest/user/{own_user}", {"user": {**_OWN, "branch": {"id": "{branch}"}}}),
    ("PUT", "rest/user", {"user": {"userName": "901", "pin": "x-1234", "groups": [{"id": "{group}"}]}}),
    ("PUT", "rest/user-group", {"group": {"name": "x", "branch": {"id": "{branch}"}}}),
    (
        "PUT",
        "rest/user-permission/{own_user}",
        {"user": {"permissions": [{"name": "{permission}", "value": "ENABLE"}]}},
    ),
    ("PUT", "api/users/900", {"branchName": "Main"}),
    ("PUT", "api/users/900", {"permissions": ["{permission}"]}),
    ("GET", "rest/user?ids={own_user},{user}", None),
    ("GET", "rest/user?branch={branch}", None),
    ("GET", "rest/user-permission?ids={user}", None),
    ("GET", "rest/user-permission?branch={branch}", None),
    ("POST", "api/pagegroups", {"pageGroupNumber": 4, "users": [{"id": "{user}"}]}),
    ("PUT", "api/pagegroups/{own_page_group}", {"pageGroupNumber": 3, "users": [{"id": "{user}"}]}),
    ("PUT", "api/pagegroups/{own_page_group}", {"pageGroupNumber": 3, "users": [{"userName": "200"}]}),
    ("POST", "api/callgroups", {**_HUNT, "ringBeans": [{"userName": "200"}]}),
    ("POST", "api/callgroups/950/rotate/200", None),
    ("POST", "api/schedules", {"name": "x", "type": "G", "groupId": "{group}"}),
    ("POST", "api/schedules", {"name": "x", "type": "U", "userId": "{user}"}),
    ("POST", "api/gateways", {**_TRUNK, "branch": {"name": "Main"}}),
    ("PUT", "api/gateways/{own_gateway}", {"name": "x", "branch": {"name": "Main"}}),
    ("GET", "api/gateways/{own_gateway}/ports/{port}/settings", None),
    ("DELETE", "api/gateways/{own_gateway}/ports/{port}", None),
    ("PUT", "api/gateways/{own_gateway}/rules/{rule}", None),
    ("DELETE", "api/gateways/{own_gateway}/rules/{rule}", None),
    ("POST", "api/rules", {**_RULE, "scheduleId": "{schedule}"}),
    ("POST", "api/rules", {**_RULE, "permissions": {"names": ["{permission}"]}}),
    ("POST", "api/phones/{own_phone}/lines", {"user": "200"}),
    ("GET", "api/phones/{own_phone}/lines/{line}", None),
    ("DELETE", "api/phones/{own_phone}/lines/{line}", None),
    ("GET", "api/phones/0004f2000900/profile/0004f2aabb95.cfg", None),
    ("PUT", "api/phones/sendProfile", {"ids": ["{own_phone}", "{phone}"]}),
    ("PUT", "rest/erl/phones", {"phones": [{"serial": "0004f2aabb95", "elin": ELIN}]}),
    ("PUT", "rest/erl/user/900", f"<e911Location><elin>{ELIN}</elin></e911Location>"),
    ("PUT", "api/orbits/{own_orbit}", {"name": "x", "extension": "960", "server": "1", "music": f"{TRACE}.wav"}),
    ("GET", "rest/phonebook/Office", None),
]
GUESSES = (
    "0",
    "-1",
    "999999999",
    "9223372036854775807",
    "9223372036854775808",
    "1e3",
    "0x1",
    "1%20OR%201=1",
    "%2e%2e%2f1",
    "*",
)


@pytest.mark.parametrize(("method", "path", "body"), ATTACKS, ids=[f"{row[0]} {row[1]}" for row in ATTACKS])
def test_what_another_tenant_has_cannot_be_named(app: Flask, world: World, method: str, path: str, body: Any):
    before = dump()
    reply = estates.attacker(app.test_client()).ask(method, path.format(**world), _numbered(filled(body, world)))
    assert reply.status_code in {400, 404}, reply.text
    assert TRACE not in reply.text
    assert dump() == before


def _numbered(value: Any) -> Any:
    """Return `value` with ids as the numbers that JSON has for them."""
    if isinstance(value, dict):
        return {
            name: int(below) if name in {"id", "groupId", "scheduleId", "userId"} else _numbered(below)
            for name, below in value.items()
        }
    if isinstance(value, list):
        return [int(item) if isinstance(item, str) and item.isdigit() else _numbered(item) for item in value]
    return value


def test_a_schedule_stays_whose_it_is(app: Flask, world: World):
    client, place = estates.attacker(app.test_client()), f"api/schedules/{world['own_schedule']}"
    assert client.ask("PUT", place, {"name": "x", "type": "G", "groupId": int(world["group"])}).status_code == 200
    assert client.ask("GET", place).json()["type"] == "S"


def test_the_attacker_may_do_the_same_with_its_own(app: Flask, world: World):
    client = estates.attacker(app.test_client())
    group = client.make("rest/user-group", {"group": {"name": "mine"}})
    for method, path, body in (
        ("POST", "api/pagegroups", {"pageGroupNumber": 4, "users": [{"id": int(world["own_user"])}]}),
        ("POST", "api/callgroups", {**_HUNT, "ringBeans": [{"userName": "900"}]}),
        ("POST", "api/schedules", {"name": "x", "type": "G", "groupId": int(group)}),
        ("POST", f"api/phones/{world['own_phone']}/lines", {"user": "900"}),
        ("PUT", "api/phones/sendProfile", {"ids": [int(world["own_phone"])]}),
        ("GET", f"rest/user?ids={world['own_user']}", None),
    ):
        assert client.ask(method, path, body).status_code == 200, path


def test_lists_hold_nothing_of_another_tenant(app: Flask, world: World):
    client = estates.attacker(app.test_client())
    owner = estates.owner(app.test_client())
    told = 0
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/sipxconfig/") and "GET" in (rule.methods or ()) and not rule.arguments:
            path = rule.rule.removeprefix("/sipxconfig/")
            told += TRACE in owner.ask("GET", path).text
            if path != "rest/my/callfwd":  # the attacker's own rules
                assert TRACE not in client.ask("GET", path).text, path
    assert told > 8


def test_guessed_ids_are_refused(app: Flask, world: World):
    owner, user, before = estates.owner(app.test_client()), estates.user(app.test_client()), dump()
    problems = []
    for method, rule, path, body, headers in requests(app, world):
        if (method, rule) in MAKES_OWN or rule.startswith(("rest/avatar", "rest/erl/elin")):
            continue  # what is asked for there has no id
        first = path.split("/")
        template = rule.split("/")
        place = next(number for number, part in enumerate(template) if part.startswith("<"))
        for guess in GUESSES:
            guessed = "/".join([*first[:place], guess, *first[place + 1 :]])
            reply = (user if is_users(rule) else owner).ask(method, guessed, body, headers=headers)
            # Whether there is a mailbox, or a phone, is nobody's to know but its own user's.
            is_owned = {"<name:user>", "<name:calling>"} & set(template) and is_users(rule)
            refusals = {403} if is_owned else {400, 404, 405}
            if reply.status_code not in refusals:
                problems.append((method, guessed, reply.status_code, reply.text[:200]))
    assert not problems, "\n".join(map(str, problems))
    assert dump() == before
