"""Two tenants on sipXcom's API: one that has an object of every kind, and one from which it is attacked."""

import io
from types import SimpleNamespace
from typing import Any

from flask.testing import FlaskClient
from PIL import Image

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import history
from portsip_api.pbx.calls.records import CallRecord, Party
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.features import attendants
from portsip_api.pbx.mailboxes import mailboxes, service
from portsip_api.pbx.media import hold_music, prompts
from portsip_api.pbx.phonebooks import phonebooks
from portsip_api.pbx.trunks import dialling_rules
from tests.audio import wav
from tests.contract.sipxcom.world import MAKERS, Portal, World
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD

VICTIM, VICTIMS_HOST = 1, "pbx.local"
ATTACKERS_HOST = "acme.example"
ATTACKER = "900"
TRACE = "victims-own-words"  # in what the victim has, so that a reply that holds it has told something
ELIN = "2025550143"
_FXO = "audiocodesMP1X4_4_FXO"


class Local(Portal):
    """A portal over Flask's test client, asked under one host's name."""

    def __init__(self, http: FlaskClient, host: str, name: str = "superadmin", password: str = ADMIN_PASSWORD) -> None:
        super().__init__("", name, password)
        self._http, self._host, self._auth = http, host, (name, password)

    def of(self, name: str, password: str) -> "Local":
        """Return the same for somebody else."""
        return Local(self._http, self._host, name, password)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send a request: text is XML unless a type is given, a dictionary of files a form, anything else JSON."""
        headers = {"Host": self._host, **options.pop("headers", {})}
        if isinstance(body, str):
            headers.setdefault("Content-Type", "text/xml")
            options["data"] = body
        elif isinstance(body, Upload):
            options["data"] = {"file": (io.BytesIO(body.content), body.name)}
        elif body is not None:
            options["json"] = body
        reply = self._http.open(f"/sipxconfig/{path}", method=method, auth=self._auth, headers=headers, **options)
        text = reply.get_data().decode(errors="replace")
        reply.close()
        return SimpleNamespace(status_code=reply.status_code, text=text, json=lambda: reply.json, headers=reply.headers)

    def ask_other(self, path: str, token: str, **fields: Any) -> Any:
        """POST what must succeed to the other API, and return what it answers."""
        headers = {"Host": self._host} | ({"access_token": token} if token else {})
        reply = self._http.post(f"/api/{path}", json=fields, headers=headers)
        assert reply.status_code == 200, reply.text
        return reply.json

    def upload(self, path: str, name: str, content: bytes) -> Any:
        """POST a form with a file."""
        return self.ask("POST", path, Upload(name, content))


class Upload:
    """A file that is sent in a form."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.content = name, content


def build(http: FlaskClient) -> World:
    """Make everything and return the keys: the victim's under the contract's names, the attacker's with `own_`."""
    world = World()
    world["acme"] = str(tenants.create({"name": "acme", "domain": ATTACKERS_HOST, "password": WEB_PASSWORD}))
    victim = Local(http, VICTIMS_HOST)
    for make in (*MAKERS, _make_the_rest):
        make(victim, world)
    _make_own(Local(http, ATTACKERS_HOST), world)
    return world


def picture() -> Upload:
    """A picture."""
    written = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(written, "PNG")
    return Upload("me.png", written.getvalue())


def sound() -> Upload:
    """A prompt."""
    return Upload(f"{TRACE}.wav", wav())


def _make_the_rest(portal: Portal, world: World) -> None:
    """What the victim has beside the contract's world; words of its own wherever there are descriptions."""
    for path, body in (
        (f"user/{world['user']}", _user("200", world)),
        (f"branch/{world['branch']}", {"branch": {"name": "Main", "description": TRACE}}),
        (f"user-group/{world['group']}", {"group": {"name": "sales", "description": TRACE}}),
        (f"erl/elin/{ELIN}", {"e911Location": {"location": TRACE}}),
    ):
        _done(portal.ask("PUT", f"rest/{path}", body))
    for kind in ("user/200", "group/sales", "phonegroup/sales"):
        _done(portal.ask("PUT", f"rest/erl/{kind}", ELIN, headers={"Content-Type": "text/plain"}))
    for family in ("moh", "pagegroups", "orbits"):
        prompts.add(VICTIM, family, f"{TRACE}.wav", wav())
    hold_music.add(VICTIM, int(world["user"]), f"{TRACE}.wav", wav())
    phonebooks.import_csv(VICTIM, "Office", f"First name,Last name,Number\nAnn,{TRACE},1".encode(), ["sales"])
    world["attendant"] = attendants.create(VICTIM, {"name": TRACE, "live_code": "*81"}).key
    world["rule"] = str(dialling_rules.create(VICTIM, {"name": TRACE}))
    _done(portal.ask("PUT", f"api/gateways/{world['fxo']}/rules/{world['rule']}"))
    for key in ("fxo", "gateway"):
        reply = portal.ask("GET", f"api/gateways/{world[key]}/settings")
        world[f"{key}_setting"] = reply.json()["settings"][0]["path"]
    hours = {"start": 32_400_000, "stop": 64_800_000, "scheduledDay": "Weekdays"}
    personal = {"name": TRACE, "workingTime": {"workingHours": [hours]}}
    world["personal"] = portal.make(f"api/schedules/user/{world['user']}/personal", personal)
    _done(portal.ask("POST", "rest/avatar/200", picture()))
    service.update(VICTIM, {"voice_mail_not_save_if_less_seconds": 0})
    call = CallRecord("call-1", "INTERNAL", Party("200", TRACE), Party("201", TRACE), 0, 1, 2, 3, "CALLER_HANGUP")
    history.write(VICTIM, call)
    world["message"] = str(mailboxes.deposit(VICTIM, ExtensionKey("200"), wav(), "+1", subject=TRACE).id)


def _make_own(portal: Portal, world: World) -> None:
    """What the attacker has: the user 900 with the permission `superadmin`, and things to lead others' ids through."""
    world["own_user"] = portal.make("rest/user", {"userName": ATTACKER, "pin": WEB_PASSWORD})
    granted = {"permissions": [{"name": "superadmin", "value": "ENABLE"}]}
    _done(portal.ask("PUT", f"rest/user-permission/{world['own_user']}", granted))
    world["own_gateway"] = portal.make("api/gateways", {"name": "own", "model": {"modelId": _FXO}})
    world["own_phone"] = portal.make("api/phones", {"serialNo": "0004f2000900", "model": {"modelId": "polycomVVX500"}})
    _done(portal.ask("POST", "api/pagegroups", {"pageGroupNumber": 3, "users": []}))
    world["own_page_group"] = str(portal.ask("GET", "api/pagegroups").json()["groups"][0]["id"])
    portal.make("api/callgroups", {"name": "own", "extension": "950", "ringBeans": [{"userName": ATTACKER}]})
    world["own_orbit"] = portal.make("api/orbits", {"name": "own", "extension": "960", "server": "1"})
    world["own_schedule"] = portal.make("api/schedules", {"name": "own"})


def _user(name: str, world: World) -> dict[str, Any]:
    groups = [{"id": int(world["group"])}]
    return {"user": {"userName": name, "lastName": TRACE, "groups": groups, "branch": {"id": int(world["branch"])}}}


def _done(reply: Any) -> None:
    assert 200 <= reply.status_code < 300, reply.text


def attacker(http: FlaskClient) -> Local:
    """The superadmin of the other tenant."""
    return Local(http, ATTACKERS_HOST, ATTACKER, WEB_PASSWORD)


def user(http: FlaskClient) -> Local:
    """The user 200 of the victim's tenant, who has what users have of their own."""
    return Local(http, VICTIMS_HOST, "200", WEB_PASSWORD)


def colleague(http: FlaskClient) -> Local:
    """Another user of that tenant."""
    return Local(http, VICTIMS_HOST, "201", WEB_PASSWORD)


def owner(http: FlaskClient) -> Local:
    """The administrator, in the victim's tenant."""
    return Local(http, VICTIMS_HOST)
