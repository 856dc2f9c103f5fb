"""Fill a store of this release with every kind of target, through the command line and both APIs over a socket.

`python -m tests.upgrade.record` runs this; no test does. What an object of a tenant can be named by (number, id, name,
address) is named in every way that is taken today, and some of what is named is removed or renumbered afterwards.
"""

import io
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any, Final

from PIL import Image

from tests.audio import wav
from tests.contract.servers import start_server
from tests.ops.commands import run
from tests.upgrade import answering, belongings
from tests.upgrade.ask import ACME, HOME, PASSWORD, password_of
from tests.upgrade.client import Api
from tests.upgrade.targets import (
    AWAY,
    BAD_ROWS,
    CHAIN,
    COLUMNS,
    FALL_BACKS,
    FAN,
    FAN_TO,
    HOLDERS,
    RINGS,
    SETTINGS,
    TARGETS,
    UPSERTED,
)

_SEEDED: Final = 90
_SERIAL: Final = "0004f2aabb01"
TYPES: Final = {False: "If no response", True: "At the same time"}
LISTS: Final = {"pagegroups": "groups", "orbits": "orbits"}
_ANOTHER: Final = "CONNECT_TO_ANOTHER_EXTENSION"
Command = Callable[..., str]
_OPEN: Final = {"workingHours": [{"start": 28_800_000, "stop": 61_200_000, "scheduledDay": "Weekdays"}]}


def fill(data: Path, variables: dict[str, str]) -> None:
    """Make a store in `data` and fill it, under the settings `variables`, with a server of its own."""
    command = partial(_command, data, variables)
    command("init")
    command("seed", "--extensions", str(_SEEDED), "--groups", "5")
    server = start_server("gunicorn", data, **variables | {"PBX_DATA_DIR": str(data), "PBX_BIND": "127.0.0.1:0"})
    try:
        home = Api(server.url, HOME, 1)
        _make_tenants(home)
        _make_directory(home)
        _make_features(home)
        _make_attendants(command, home)
        _make_rules(home)
        _make_sequences(home)
        _make_devices(command, home)
        _make_services(home)
        answering.make(home)
        belongings.make(command, home)
        _make_acme(Api(server.url, ACME, 2))
        _remove_targets(command, home)
    finally:
        server.stop()
    with closing(sqlite3.connect(data / "pbx.sqlite3")) as store, store:  # what only a switch tells
        store.execute("UPDATE extension SET line = 'ONLINE' WHERE CAST(number AS INTEGER) % 3 = 0")
        store.execute("UPDATE extension SET line = 'ON_CALL' WHERE number = '1036'")


def _command(data: Path, variables: dict[str, str], *arguments: str) -> str:
    result = run(data, *arguments, **variables)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _make_tenants(home: Api) -> None:
    home.crm("account/update", id=1, allowed_prefixes=["+44", "00", "9"], profile={"company": "Home"})
    home.crm("office_hours/update", time_zone="Europe/Berlin", saturday_from="10:00", saturday_to="12:00")
    home.crm("holidays/create", name="Christmas", month=12, day=25)
    home.crm("holidays/create", name="Stocktaking", month=6, day=16, year=2027, **{"from": "12:00", "to": "24:00"})
    tenant = {"domain": ACME, "allowed_prefixes": ["+1"], "capability": {"calls": 4}, "quota": {"extensions": 100}}
    home.crm("account/create", name="acme", password=PASSWORD, **tenant)
    odd = {"quota": {"extensions": "many", "x": [1, {}]}, "capability": {"calls": -1, "": None}}
    home.crm("account/create", name="Öl&Co", domain="localhost", password=PASSWORD, enabled=False, **odd)


def _make_directory(home: Api) -> None:
    """Known passwords, states, aliases, branches, groups, permissions and pictures."""
    for seeded in range(1000, 1000 + _SEEDED):
        home.crm("extensions/update", extension_number=str(seeded), web_access_password=password_of(str(seeded)))
    for number, state in AWAY.items():
        home.crm("extensions/status/update", extension_number=number, status=state)
    home.crm("extensions/update", extension_number="1037", options={"enable_extension": False})
    home.crm("extensions/update", extension_number="1038", voice_mail={"enable_voicemail": False})
    hours = {"office_hours_mode": "CUSTOM", "monday_from": "22:00", "monday_to": "06:00", "time_zone": "Asia/Kolkata"}
    home.crm("extensions/update", extension_number="1039", office_hours=hours)
    branch = home.made("rest/branch", {"branch": {"name": "Main", "address": {"city": "Bern"}, "phoneNumber": "1030"}})
    spare = home.made("rest/branch", {"branch": {"name": "Closed soon"}})
    here = {"name": "night shift", "description": "by night", "branch": {"id": branch}}
    group = home.made("rest/user-group", {"group": here})
    home.made("rest/user-group", {"group": {"name": "emptied", "branch": {"id": spare}}})
    home.portal("PUT", "rest/permission", {"label": "Door", "description": "Opens it", "defaultValue": True})
    for number, aliases in (("3000", ["5551", "front.desk"]), ("3001", ["5552"]), ("3002", []), ("3003", ["5553"])):
        user = {"userName": number, "pin": PASSWORD, "lastName": f"Löwe {number}", "groups": [{"id": group}]}
        place = branch if number != "3002" else spare
        body = user | {"branch": {"id": place}, "aliases": [{"alias": alias} for alias in aliases]}
        id_ = home.made("rest/user", body)
    denied = [{"name": "Voicemail", "value": "DISABLE"}, {"name": "perm_1", "value": "DISABLE"}]
    home.portal("PUT", f"rest/user-permission/{id_}", {"permissions": denied})
    home.portal("PUT", f"rest/user-group-permission/{group}", {"group": {"permissions": {"setting": denied[1:]}}})
    home.portal("DELETE", f"rest/branch/{spare}")
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    home.portal("POST", "rest/avatar/3000", user="3000", files={"file": ("me.png", picture.getvalue())})


def _make_features(home: Api) -> None:
    """Ring groups, hunt groups, page groups and park orbits."""
    for number, members in (("600", ["1001", "1002", "1031"]), ("601", ["1003"]), ("603", []), ("604", ["1004"])):
        home.crm("ring_groups/create", ring_group_number=number, name=f"Ring {number}", members=members)
    home.crm("ring_groups/update", ring_group_number="604", ring_strategy="CYCLIC_HUNT", ring_time=7)
    rings = [
        {"userName": "1001", "enabled": True},
        {"userName": "1031", "enabled": True, "typeStr": "At the same time", "expiration": 12},
        {"userName": "1032", "enabled": True, "expiration": 9},
        {"userName": "3000"},
    ]
    kinds = cycle(({"voicemailFallback": True}, {"userForward": False}, {"useFwdTimers": True}))
    for at, (fall_back, kind) in enumerate(zip(FALL_BACKS, kinds, strict=False), 610):
        given = {"enabled": at != 613, "voicemailFallback": False, "fallbackDestination": fall_back, **kind}
        given |= {"ringBeans": rings if at % 2 else [], "did": f"+4930{at}" if at < 614 else None}
        home.made("api/callgroups", {"name": f"Hunt {at}", "extension": str(at), **given})
    home.portal("POST", "api/callgroups/611/duplicate/660")
    for name in ("bell.wav", "chime.wav"):
        home.portal("POST", "api/pagegroups/prompts", files={"file": (name, wav())})
        home.portal("POST", "api/orbits/prompts", files={"file": (name, wav(0.1))})
    users = [{"userName": name} for name in ("1001", "1031", "3001")]
    for at, sound in ((81, "bell.wav"), (82, None), (83, "chime.wav")):
        body = {"pageGroupNumber": at, "enabled": True, "users": users, "sound": sound, "timeout": at}
        home.portal("POST", "api/pagegroups", body)
    for number, music in (("700", "bell.wav"), ("701", "default.wav"), ("702", "chime.wav")):
        orbit = home.made("api/orbits", {"name": f"Orbit {number}", "extension": number, "music": music, "server": "1"})
        home.portal("PUT", f"api/orbits/{orbit}/settings/general/parkTimeout", "60")


def _make_attendants(command: Command, home: Api) -> None:
    """Schedules of everybody, of a group and of users, attendants that come back by them, and the special mode."""
    home.made("api/schedules", {"name": "Office", "description": "All", "workingTime": _OPEN})
    home.made("api/schedules", {"name": "Gone soon", "workingTime": _OPEN})
    groups = home.portal("GET", "rest/user-group")["user-group"]["groups"]
    group = next(one["id"] for one in groups if one["name"] == "night shift")
    home.made("api/schedules", {"name": "Shift", "type": "G", "groupId": group, "workingTime": _OPEN})
    home.made("api/schedules", {"name": "Lunch", "type": "U", "userId": _user_id(home, "3000"), "workingTime": _OPEN})
    said = command("attendant", "add", "Reception", "--number", "800", "--live-code", "81", "--schedule", "Office")
    reception = said.split()[-1].rstrip(".")
    command("attendant", "add", "Leaving", "--number", "801", "--live-code", "82", "--schedule", "Gone soon")
    command("attendant", "add", "Night", "--number", "802", "--live-code", "83", "--expire-hours", "8")
    home.portal("DELETE", "rest/auto-attendant/livemode/83")
    home.portal("PUT", f"rest/auto-attendant/{reception}/special")
    home.portal("PUT", "rest/auto-attendant/specialmode")


def _user_id(home: Api, number: str) -> int:
    users = home.portal("GET", "rest/user")["user"]["users"]
    return int(next(user["id"] for user in users if user["userName"] == number))


def _make_rules(home: Api) -> None:
    """Every target in every column, a chain that is longer than a call goes, a fan, and what an import lets in."""
    for turn, number in enumerate(HOLDERS):
        rules: dict[str, dict[str, Any]] = {}
        for place, (state, name) in enumerate(COLUMNS):
            action, target = TARGETS[(turn + place) % len(TARGETS)]
            rules.setdefault(state, {}).update({name: action, f"{name}_value": target})
        home.crm("extensions/update", extension_number=number, forward_rules=rules)
    links = [*pairwise(CHAIN), *((number, FAN_TO) for number in FAN)]
    for number, target in links:
        to = {"office_hours_action": _ANOTHER, "office_hours_action_value": target}
        to |= {"outside_office_hours_action": _ANOTHER, "outside_office_hours_action_value": target}
        available = {"no_answer_action": _ANOTHER, "no_answer_action_value": target, "no_answer_timeval": 9}
        rules = {"available": available, "offline": to, "dnd": to, "away": to}
        home.crm("extensions/update", extension_number=number, forward_rules=rules)
    report = home.crm("extensions/import", extensions=BAD_ROWS)
    assert (report["created"], len(report["warnings"]) > 10) == (len(BAD_ROWS), True), report
    home.upload("extensions/import", "more.csv", UPSERTED.encode(), mode="upsert")


def _make_sequences(home: Api) -> None:
    """Call sequences, greetings and the schedules that rings follow."""
    for user, rings in RINGS.items():
        found = home.portal("GET", "api/schedules/general")["schedules"]
        found += home.portal("GET", f"api/schedules/user/{_user_id(home, user)}/all")["schedules"]
        ids = {schedule["name"]: schedule["id"] for schedule in found} | {"": None}
        given = [
            {"number": number, "type": TYPES[together], "enabled": is_on, "scheduleId": ids[schedule], "expiration": 11}
            for number, together, is_on, schedule in rings
        ]
        home.portal("PUT", "rest/my/callfwd", {"rings": given, "expiration": 17}, user=user)
    for number, name in (("1001", "hello.wav"), ("1001", "away.wav"), ("3000", "hello.wav")):
        home.upload("extensions/greeting_file/create", name, wav(), extension_number=number, display_name="Grüße")
        home.crm("extensions/greeting_file/update", extension_number=number, filename=name)


def _make_devices(command: Command, home: Api) -> None:
    """Phones, their lines, groups and settings, gateways with ports, dialling rules, a phonebook."""
    groups = [{"name": "Front desk"}, {"name": "All"}]
    phone = home.made("api/phones", {"serialNo": _SERIAL, "model": {"modelId": "polycomVVX500"}, "groups": groups})
    home.made("api/phones", {"serialNo": "0004f2aabb02", "model": {"modelId": "polycom550"}, "groups": groups[:1]})
    lines = f"api/phones/{phone}/lines"
    for user in ("1001", "5551", "1031"):
        home.portal("POST", lines, {"user": user})
    external = {"userId": "outside", "displayName": "Trunk", "password": PASSWORD, "registrationServer": "192.0.2.9"}
    home.portal("POST", lines, external)
    line = home.portal("GET", lines)["lines"][0]["id"]
    home.portal("PUT", f"{lines}/{line}/settings/reg/displayName", "Reception")
    for settings in ("api/phoneGroups/All/model/polycomVVX500/settings", f"api/phones/{phone}/settings"):
        flag = next(one for one in home.portal("GET", settings)["settings"] if one["type"] == "boolean")
        home.portal("PUT", f"{settings}/{flag['path']}", "10"[int(flag["defaultValue"])])
    trunk = {"model": {"modelId": "sipTrunkStandard"}, "address": "192.0.2.14", "enabled": True, "shared": True}
    gateway = home.made("api/gateways", {"name": "trunk", **trunk, "callerAliasInfo": {"defaultCallerAlias": "1030"}})
    home.portal("PUT", f"api/gateways/{gateway}/settings/itsp-account/user-name", "5568")
    fxo = home.made(
        "api/gateways", {"name": "fxo", "model": {"modelId": "audiocodesMP1X4_4_FXO"}, "address": "192.0.2.2"}
    )
    port = home.portal("POST", f"api/gateways/{fxo}/ports")
    home.portal("PUT", f"api/gateways/{fxo}/ports/{port}/settings/Port/Extension", "1030")
    for name, kind in (("Nearby", "LOCAL"), ("Far away", "LONG_DISTANCE"), ("Our own", "CUSTOM")):
        command("rule", "add", name, "--kind", kind, "--description", name.upper())
    for rule in home.portal("GET", f"api/gateways/{gateway}/availablerules")["rules"][:2]:
        home.portal("PUT", f"api/gateways/{gateway}/rules/{rule['id']}")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".csv") as book:
        book.write("First name,Last name,Number\nZoë,Müller,1030\nAn,Other,+33140000000\n")
        book.flush()
        command("phonebook", "import", "Office", book.name, "--group", "night shift", "--group", "Sales")


def _make_services(home: Api) -> None:
    """Emergency locations of everything that can have one, a prompt to wait by, the licence and some settings."""
    for elin in ("2025550143", "2025550144"):
        home.portal("PUT", f"rest/erl/elin/{elin}", {"e911Location": {"location": f"Floor {elin[-1]}"}})
    for kind, name in (("user", "1001"), ("user", "1031"), ("group", "Sales"), ("phonegroup", "Front%20desk")):
        home.portal("PUT", f"rest/erl/{kind}/{name}", "2025550143")
    located = "<phones><phone><serial>0004f2aabb01</serial><elin>2025550144</elin></phone></phones>"
    home.portal("PUT", "rest/erl/phones", located, headers={"Content-Type": "text/xml"})
    home.portal("POST", "api/moh/prompts", files={"file": ("wait.wav", wav())})
    home.portal("POST", "api/license/123456789012345")
    for path, value in SETTINGS.items():
        home.portal("PUT", f"api/{path}", value)


def _make_acme(acme: Api) -> None:
    """The numbers of the other tenant's objects, at objects of other kinds or at none."""
    for number in ("1000", "1001", "600", "1932"):
        acme.crm("extensions/create", extension_number=number, password=PASSWORD, web_access_password=PASSWORD)
    acme.crm("ring_groups/create", ring_group_number="1030", name="Ring", members=["1000", "600"])
    rings = {"ringBeans": [{"userName": "600", "enabled": True}], "fallbackDestination": "sip:1030@acme.example"}
    acme.made("api/callgroups", {"name": "Hunt", "extension": "610", "enabled": True, "did": "+4930611", **rings})
    acme.crm(
        "extensions/import", extensions=[row | {"extension_number": f"a{row['extension_number']}"} for row in BAD_ROWS]
    )
    sequence = [{"number": number, "enabled": True} for number in ("600", "1030", "sip:1001@acme.example")]
    acme.portal("PUT", "rest/my/callfwd", {"rings": sequence}, user="1000")
    acme.made("api/orbits", {"name": "lobby", "extension": "700", "server": "1"})
    acme.crm("holidays/create", name="Independence", month=7, day=4)


def _remove_targets(command: Command, home: Api) -> None:
    """Remove and renumber what rules, sequences and fall-backs name; some numbers come to others."""
    ids = {user["userName"]: user["id"] for user in home.portal("GET", "rest/user")["user"]["users"]}
    for number in ("1031", "1034", "1048"):
        home.crm("extensions/destroy", extension_number=number)
    home.portal("DELETE", f"rest/user/{ids['3003']}")
    for number in ("601", "603"):
        home.crm("ring_groups/destroy", ring_group_number=number)
    home.portal("DELETE", "api/callgroups/612")
    command("attendant", "remove", "Leaving")
    for path, key, value in (("pagegroups", "pageGroupNumber", 82), ("orbits", "extension", "702")):
        found = next(one for one in home.portal("GET", f"api/{path}")[LISTS[path]] if one[key] == value)
        home.portal("DELETE", f"api/{path}/{found['id']}")
        home.portal("DELETE", f"api/{path}/prompts/chime.wav")
    gone = [one for one in home.portal("GET", "api/schedules/general")["schedules"] if one["name"] == "Gone soon"]
    home.portal("DELETE", f"api/schedules/{gone[0]['id']}")
    for number, renumbered in (("1032", "1932"), ("1049", "1949")):
        home.crm("extensions/update", id=ids[number], extension_number=renumbered)
    user = home.portal("GET", f"rest/user/{ids['3002']}")["user"]
    home.portal("PUT", f"rest/user/{ids['3002']}", {"user": user | {"userName": "3902"}})
    groups = home.portal("GET", "api/callgroups/611")
    home.portal("PUT", "api/callgroups/611", groups | {"extension": "651"})
    home.crm("ring_groups/create", ring_group_number="1034", name="At a number that an extension had")
    ring_group = home.shown("ring_groups/show", ring_group_number="604")
    home.crm("ring_groups/update", id=ring_group["id"], ring_group_number="605")
    for number in ("603", "1048", "1049"):
        home.crm("extensions/create", extension_number=number, password=PASSWORD, web_access_password=PASSWORD)
    no_calls = {"enable_external_call": False, "enable_intercom": True, "enable_management_console_access": True}
    home.crm("extensions/group/create", group_name="Inside", members=["1019", "1024", "1949"], **no_calls)
    home.crm("account/update", id=1, allowed_prefixes=["+44", "9"])
