"""What the rows of the table need to be there, made over HTTP."""

from collections.abc import Callable
from typing import Any

import requests

from tests.audio import wav
from tests.contract.servers import Server
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD
from tests.ops.commands import finish, start

World = dict[str, str]


class Portal:
    """A client over a socket; paths are below `/sipxconfig/`."""

    def __init__(self, url: str, name: str = "superadmin", password: str = ADMIN_PASSWORD) -> None:
        self.url, self._url = url, f"{url}/sipxconfig"
        self._session = requests.Session()
        self._session.auth = (name, password)

    def of(self, name: str, password: str) -> "Portal":
        """Return the same for somebody else."""
        return Portal(self.url, name, password)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send a request: text is XML unless a type is given, anything else JSON."""
        headers: dict[str, str] = options.pop("headers", {})
        if isinstance(body, str | bytes):
            headers.setdefault("Content-Type", "text/xml")
            options["data"] = body.encode() if isinstance(body, str) else body
        elif body is not None:
            options["json"] = body
        return self._session.request(method, f"{self._url}/{path}", headers=headers, timeout=30, **options)

    def ask_other(self, path: str, token: str, **fields: Any) -> Any:
        """POST what must succeed to the other API, and return what it answers."""
        headers = {"access_token": token} if token else {}
        reply = requests.post(f"{self.url}/api/{path}", json=fields, headers=headers, timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """POST a form with a file."""
        return self.ask("POST", path, files={"file": (name, content)})

    def make(self, path: str, body: Any) -> str:
        """Create an object by PUT under `/rest` or POST under `/api`, and return its id."""
        reply = self.ask(
            "PUT" if path.startswith("rest/") else "POST", path, body, headers={"Accept": "application/json"}
        )
        assert reply.status_code in {200, 201}, reply.text
        return str(reply.json()["response"]["data"]["id"]) if path.startswith("rest/") else reply.text.strip()


def make_directory(portal: Portal, world: World) -> None:
    """Users, groups, branches, a permission."""
    world["branch"] = portal.make("rest/branch", {"branch": {"name": "Main"}})
    world["branch2"] = portal.make("rest/branch", {"branch": {"name": "Second"}})
    world["group"] = portal.make("rest/user-group", {"group": {"name": "sales"}})
    world["group2"] = portal.make("rest/user-group", {"group": {"name": "support"}})
    for key, name in (("user", "200"), ("user2", "201"), ("user3", "202")):
        groups = [{"id": world["group"]}]
        world[key] = portal.make("rest/user", {"userName": name, "pin": WEB_PASSWORD, "groups": groups})
    reply = portal.ask("PUT", "rest/permission", {"label": "Door"}, headers={"Accept": "application/json"})
    world["permission"] = reply.json()["response"]["data"]["additionalMessage"]


def make_services(portal: Portal, world: World) -> None:
    """A phone and a phone group for emergency locations."""
    world["erl_serial"], world["erl_phone_group"] = "0004f2e91100", "Erl floor"
    portal.make("api/phones", {"serialNo": world["erl_serial"], "model": {"modelId": "polycomVVX500"}})
    portal.make("api/phoneGroups", {"name": world["erl_phone_group"]})


def make_devices(portal: Portal, world: World) -> None:
    """Gateways with a port, phones with a line, phone groups, and the paths of flags among their settings."""
    for key, name, model in (
        ("gateway", "trunk", "sipTrunkStandard"),
        ("gateway2", "spare", "sipTrunkStandard"),
        ("fxo", "fxo", "audiocodesMP1X4_4_FXO"),
    ):
        world[key] = portal.make("api/gateways", {"name": name, "model": {"modelId": model}})
    world["port"] = portal.ask("POST", f"api/gateways/{world['fxo']}/ports").text
    for key, serial in (("phone", "0004f2aabb95"), ("phone2", "0004f2aabb96")):
        fields = {"model": {"modelId": "polycomVVX500"}, "groups": [{"name": "sales"}]}
        world[key] = portal.make("api/phones", {"serialNo": serial, **fields})
    portal.ask("POST", f"api/phones/{world['phone']}/lines", {"user": "200"})
    world["line"] = str(portal.ask("GET", f"api/phones/{world['phone']}/lines").json()["lines"][0]["id"])
    world["phone_group"] = str(portal.ask("GET", "api/phoneGroups/sales").json()["id"])
    world["phone_group2"] = portal.make("api/phoneGroups", {"name": "spare"})
    for key, kind, path in (
        ("phone_setting", "boolean", f"api/phones/{world['phone']}/settings"),
        ("port_setting", "string", f"api/gateways/{world['fxo']}/ports/{world['port']}/settings"),
    ):
        found = portal.ask("GET", path).json()["settings"]
        world[key] = next(setting["path"] for setting in found if setting["type"] == kind)


def make_calls(portal: Portal, world: World) -> None:
    """A page group, a park orbit, schedules and a hunt group."""
    portal.ask("POST", "api/pagegroups", {"pageGroupNumber": 9, "users": [{"id": int(world["user"])}]})
    world["page_group"] = str(portal.ask("GET", "api/pagegroups").json()["groups"][0]["id"])
    world["orbit"] = portal.make("api/orbits", {"name": "lobby", "extension": "400", "server": "1"})
    world["schedule"] = portal.make("api/schedules", {"name": "Office"})
    portal.make("api/schedules", {"name": "Sales hours", "type": "G", "groupId": int(world["group"])})
    noon = {"workingHours": [{"start": 43_200_000, "stop": 46_800_000, "scheduledDay": "Weekdays"}]}
    fields = {"name": "Noon", "workingTime": noon}
    world["own_schedule"] = portal.make(f"api/schedules/user/{world['user']}/personal", fields)
    user = portal.of("200", WEB_PASSWORD)
    user.ask("POST", "rest/my/phonebook/entry/-1", {"entry": {"firstName": "A", "lastName": "B", "number": "3001"}})
    listed = user.ask("GET", "rest/my/phonebook", headers={"Accept": "application/json"}).json()["phonebook"]
    world["own_entry"] = next(entry["id"] for entry in listed if entry["id"] != "-1")
    rings = [{"userName": "200"}, {"userName": "201"}]
    world["hunt_group"] = portal.make("api/callgroups", {"name": "hunt", "extension": "3399", "ringBeans": rings})


def make_conferences(portal: Portal, world: World) -> None:
    """Conferences of the users 200 and 201, which the other API makes, and a prompt to be played in one."""
    token = portal.ask_other("account/credentials/verify", "", username="admin", password=ADMIN_PASSWORD)
    for number, name, owner in (("7001", "Team / weekly", "200"), ("7002", "Spare", "200"), ("7003", "Theirs", "201")):
        fields = {"room_number": number, "name": name, "owner": owner, "room_pin": "1234"}
        portal.ask_other("conference_room/create", token["access_token"], **fields)
    world["conference"] = "Spare"
    profile = {"userName": "201", "userProfile": {"imId": "201im"}}
    assert portal.ask("PUT", "api/users/201", profile).status_code == 200
    assert portal.upload("api/moh/prompts", "waltz.wav", wav()).status_code == 200


def make_users(portal: Portal, world: World) -> None:
    """A user whom no row of the page removes."""
    portal.make("api/users", {"userName": "240", "pintoken": WEB_PASSWORD, "groups": [{"name": "sales"}]})
    del world


def make_rules(portal: Portal, world: World) -> None:
    """Rules of the dial plan."""
    call = {"prefix": "", "callDigits": "digits"}
    for key, name, prefix in (("rule", "Premium", "0190"), ("rule2", "Spare", "0191")):
        patterns = {"patterns": [{"prefix": prefix, "digits": -1}]}
        fields = {"type": "Custom", "dialPatterns": patterns, "callPattern": call}
        world[key] = portal.make("api/rules", {"name": name, **fields})


MAKERS: list[Callable[[Portal, World], None]] = [
    make_directory,
    make_services,
    make_devices,
    make_calls,
    make_rules,
    make_users,
    make_conferences,
]


def make_world(server: Server) -> World:
    """Make everything, in order, and return the keys that stand in braces in the rows.

    A phonebook and a message are made on the command line, since no operation makes one.
    """
    portal, world = Portal(server.url), World()
    for make in MAKERS:
        make(portal, world)
    assert finish(start(server.data_dir, "phonebook", "import", "Office", "--group", "sales")).returncode == 0
    sound = server.data_dir.with_name("message.wav")
    sound.write_bytes(wav(3.5))
    left = finish(start(server.data_dir, "mailbox", "deposit", "200", str(sound), "--from", "201"))
    assert left.returncode == 0, left.stderr
    world["message"] = f"{int(left.stdout.rpartition(' ')[2].strip().rstrip('.')):08}"
    return world


def filled(value: Any, world: World) -> Any:
    """Return `value` with the keys of the world in braces filled in."""
    if isinstance(value, str):
        for key, text in world.items():
            value = value.replace(f"{{{key}}}", text)
        return value
    if isinstance(value, dict):
        return {name: filled(below, world) for name, below in value.items()}
    return [filled(item, world) for item in value] if isinstance(value, list) else value
