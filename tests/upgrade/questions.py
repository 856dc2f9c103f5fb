"""What is asked: every GET that either API declares, with every value that its parameters can have in the store."""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final
from urllib.parse import quote, urlencode

from flask import Flask

from tests.upgrade.ask import ACME, HOME, Asker, Question
from tests.upgrade.targets import AWAY, RINGS

# What acts, what asks a name server, and what is the program's or the machine's and not the store's.
_LEFT_OUT: Final = (
    *("/extensions/call", "/apiextensions/call", "/rest/call/{to}", "/rest/my/call/{to}", "/dns/advisor/"),
    *("/time_zones/", "/models"),
    # What needs a link that was given, a key that is shown once, or calls that there were; what is only of a moment.
    *(
        "/export/show",
        "/export/template",
        "/import/template",
        "{filepath}",
        "/private/",
        "/call_reports/show",
        "logout",
    ),
    *("/my/time", "/rest/callfwd", "/my/keepalive", "/my/conference/{conference}", "/redirect/callcontroller/"),
)
_TENANTS: Final = {1: HOME, 2: ACME}
_TIMES: Final = ("2027-06-15T10:30", "2027-06-16T13:00+02:00", "2027-06-19T23:15:00Z")  # open, a holiday, a Saturday
_WORDS: Final = ("10", "löwe", "Ada son", "0113", "nobody at all")
_COMMANDS: Final = ("attendant list", "rule list", "phonebook list")

# Of whom not everyone is asked about: nothing there names another object.
_FEW: Final = (
    *("user-permission/{id", "erl/user/{user", "avatar/{user", "schedules/user/{user_id", "cdrs/user/{user"),
    *("api/users/{user", "users/name/{user", "users/id/{id", "rest/users/{of_user"),
)
# Who asks for what is their own, and where the values of the parameters of such a path are found: a list of their own
# and the member of its rows; or the values themselves, where "" is who asks.
_OWNERS: Final = {HOME: (*RINGS, "1002", "1003"), ACME: ("1000",)}
_OWN: Final[dict[str, tuple[str, str] | list[str]]] = {
    "callfwdsched/{id}": ("rest/my/callfwdsched", "scheduleId"),
    "user/settings/{path}": ("api/my/user/settings", "path"),
    "moh/prompts/{name}": ("api/my/moh/prompts", "name"),
    "conferences/{name}": ("rest/my/conferences", "name"),
    "{name}": ["standard", "outofoffice"],
    "{ext}": ["wav"],
    "entry/{entry}": ("rest/my/phonebook", "id"),
    "{conference}": ("rest/my/conferences", "name"),
    "{user}": [""],
    "{folder}": ["inbox", "saved", "deleted", "conference"],
    "{id}": ["00000001", "00000002", "00000003"],
}

# Where the values of the last parameter of a path are found: a list below `/sipxconfig/` and the member of its rows; or
# the values themselves. The first that the path begins with.
_FOUND: Final[dict[str, tuple[str, str] | list[str]]] = {
    "rest/branch/{id}": ("rest/branch", "id"),
    "rest/permission/{name}": ("rest/permission", "name"),
    "rest/user/{id}": ("rest/user", "id"),
    "rest/user-permission/{id}": ("rest/user", "id"),
    "rest/user-group/{id}": ("rest/user-group", "id"),
    "rest/user-group-permission/{id}": ("rest/user-group", "id"),
    "rest/erl/elin/{elin}": ("rest/erls", "elin"),
    "rest/erl/user/{user}": ("rest/user", "userName"),
    "rest/erl/group/{group}": ("rest/user-group", "name"),
    "rest/erl/phone/{serial}": ("api/phones", "serialNo"),
    "rest/erl/phonegroup/{group}": ("api/phoneGroups", "name"),
    "rest/users/{of_user}": ("rest/user", "userName"),
    "cdrs/user/{user}": ("rest/user", "userName"),
    "cdrs/prefix/{prefix}": ["10"],
    "rest/activecdrs/{user}": ["3000"],
    "users/group/{group}": ("rest/user-group", "name"),
    "users/name/{user}": ("rest/user", "userName"),
    "users/id/{id}": ("rest/user", "id"),
    "api/users/{user}": ("rest/user", "userName"),
    "api/rules/{id}": ("api/rules", "id"),
    "rest/avatar/{user}": ("rest/user", "userName"),
    "rest/phonebook/{name}": ["Office"],
    "api/gateways/{id}": ("api/gateways", "id"),
    "api/phones/{id}": ("api/phones", "id"),
    "api/phoneGroups/{id}": ("api/phoneGroups", "id"),
    "model/{model_id}": ["polycomVVX500"],
    "/{serial}": ("api/phones", "serialNo"),
    "profile/{name}": ["0004f2aabb01.cfg", "0004f2aabb02.cfg"],
    "api/pagegroups/{id}": ("api/pagegroups", "id"),
    "api/orbits/{id}": ("api/orbits", "id"),
    "servers/{server}": ["1"],
    "schedules/group/{group_id}": ("rest/user-group", "id"),
    "schedules/user/{user_id}": ("rest/user", "id"),
    "api/schedules/{id}": ("api/schedules/general", "id"),
    "callgroups/prefix/{prefix}": ["6", "61"],
    "callgroups/{extension}": ("api/callgroups", "extension"),
    "registrations/user/{key}": ["1001"],
    "registrations/group/{key}": ("rest/user-group", "id"),
    "registrations/serialNo/{key}": ("api/phones", "serialNo"),
    "{key}": ["1"],
}


# What is asked where a path has such a parameter.
_QUERIES: Final = {
    "end": ["?start=0&end=20"],
    "query": ["?query=a"],
    "lineFilter": ["?lineFilter=1001", "?lineFilter=5551"],
}
# Lists of the PortSIP API, and the member of their rows that names an object elsewhere.
_KEYS: Final = {
    "call_queues": "queue_number",
    "virtual_receptionist": "vr_number",
    "virtual_receptionists": "vr_number",
    "conference_room": "room_number",
    "conference/room": "room_number",
}


def questions(app: Flask) -> list[Question]:
    """Return all questions that the store in use can be asked. Fails where a declared GET would not be asked."""
    asker, http = Asker(app), app.test_client()
    found = []
    for document, asked in (("/openapi.json", _portsip), ("/openapi-sipxcom.json", _sipxcom)):
        for path, operations in http.get(document).get_json()["paths"].items():
            if "get" not in operations or any(part in path for part in _LEFT_OUT):
                continue
            parameters = operations["get"].get("parameters", []) + operations.get("parameters", [])
            types = list(operations["get"]["responses"]["200"]["content"])
            several = list(asked(asker, path, {one["name"]: one for one in parameters if "name" in one}, types))
            assert several, f"nothing asks {path}"
            found += several
    found += _exports()
    found += [Question("pbx", f"{command} --tenant {name}") for command in _COMMANDS for name in (HOME, ACME)]
    return list(dict.fromkeys(found))


def _exports() -> Iterator[Question]:
    for format_, tenant_id in product(("csv", "json"), _TENANTS):
        body = f'{{"format": "{format_}", "secrets": true, "tenant_id": {tenant_id}}}'
        yield Question("admin", "/api/extensions/export", body=body)
        yield Question("acme", "/api/extensions/export", body=f'{{"format": "{format_}"}}')


def _portsip(asker: Asker, path: str, parameters: dict[str, Any], _: list[str]) -> Iterator[Question]:
    """Ask as the administrator in each tenant, as a tenant, and as an extension about itself."""
    for tenant_id in _TENANTS:
        values = _values(asker, path, parameters, tenant_id)
        for query in _queries(values):
            yield Question("admin", f"{path}?{urlencode(query)}")
            if tenant_id == 2 and "state" not in query:
                own = {name: value for name, value in query.items() if name != "tenant_id"}
                yield Question("acme", f"{path}?{urlencode(own)}")
    if "extension_number" in parameters:
        times = {"at": _TIMES[0]} if "at" in parameters else {}
        for who in (f"3000@{HOME}", f"1001@{HOME}", f"1002@{HOME}", f"1000@{ACME}"):
            own = {"extension_number": who.partition("@")[0], **times}
            yield Question(who, f"{path}?{urlencode(own)}")


def _values(asker: Asker, path: str, parameters: dict[str, Any], tenant_id: int) -> dict[str, list[Any]]:
    """Return the values of the parameters that have some; an empty text is one that is not sent."""
    numbers = _column(asker, "extensions/list", "extension_number", tenant_id)
    others = _column(asker, "ring_groups/list", "ring_group_number", tenant_id)
    hunted = _member(asker, _TENANTS[tenant_id], "api/callgroups", "extension")
    values: dict[str, list[Any]] = {
        "tenant_id": [tenant_id],
        "extension_number": numbers + hunted + others[:1] if "state" in parameters else numbers,
        "group_id": _column(asker, "extensions/group/list", "group_id", tenant_id),
        "ring_group_number": others,
        "at": list(_TIMES),
        "state": ["", *parameters.get("state", {}).get("schema", {}).get("enum", [])],
        "outcome": ["", "busy"],
        "sort_by": ["DEFAULT", "-NAME", "EMAIL", "STATUS"],
        "pagesize": [40],
        "pagination": [1, 3],
        "condition": list(_WORDS),
        "filename": ["default.wav", "hello.wav", "away.wav"],
        "extensions": [",".join([*list(AWAY), "1036", "1037", "4711"])],
    }
    if "greeting_file" in path:
        values["extension_number"] = ["1000", "1001", "3000"]
    if path.endswith("/office_hours"):
        values["extension_number"] = [
            *numbers[:3],
            *(number for number in numbers if number in AWAY or number == "1039"),
        ]
    if path == "/api/account/show":
        values["id"] = [1, 2, 3]
    if path == "/api/conference_server/show":
        values["name"] = _column(asker, "conference_server/list", "name", tenant_id)
    for list_, key in _KEYS.items():
        if path.startswith(f"/api/{list_}/"):
            del values["extension_number"]
            values[key] = _column(asker, f"{list_}/list", key, tenant_id)
    return {name: found for name, found in values.items() if name in parameters}


def _queries(values: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for combination in product(*values.values()):
        query = {name: value for name, value in zip(values, combination, strict=True) if value != ""}
        if query.get("state", "AVAILABLE") == "AVAILABLE" or "outcome" not in query:
            yield query


def _column(asker: Asker, path: str, member: str, tenant_id: int) -> list[str]:
    page = asker.read("admin", f"/api/{path}?tenant_id={tenant_id}&pagesize=500")
    return [row[member] for row in _first_list(page)]


def _sipxcom(asker: Asker, path: str, parameters: dict[str, Any], types: list[str]) -> Iterator[Question]:
    types = [type_ for type_ in types if type_ != "application/xml"]  # another name of `text/xml`
    if "/my/" in path:
        for who in (f"{user}@{host}" for host, users in _OWNERS.items() for user in users):
            for place, query in product(_own(asker, who, path), _queries_below(path, parameters)):
                yield Question(who, place + query, types[0])
        return
    if "/settings" in path:
        types = types[:1]  # JSON, of which `ask` knows what the store holds
    for host in _TENANTS.values():
        for place, query, type_ in product(_filled(asker, host, path), _queries_below(path, parameters), types):
            yield Question(f"superadmin@{host}", place + query, type_)


def _queries_below(path: str, parameters: dict[str, Any]) -> list[str]:
    for name, queries in _QUERIES.items():
        if name in parameters:
            return queries
    if path.endswith("/api/users/email"):
        return ["?emailFilter=x.example"]
    orders = [order for order in parameters["sortby"]["schema"]["enum"] if order] if "sortby" in parameters else []
    found = ["", *(f"?sortby={order}&sortdir=reverse&page=1&pagesize=30" for order in orders)]
    return [*found, "?start=1&limit=1"] if "start" in parameters else found


def _own(asker: Asker, who: str, path: str) -> Iterator[str]:
    """Yield `path` with every value in the place of its parameters that who asks has."""
    before, brace, after = path.partition("}")
    if not brace:
        yield path
        return
    parent, _, _ = before.rpartition("{")
    source = next(source for end, source in _OWN.items() if f"{before}}}".endswith(end))
    if isinstance(source, list):
        found = source
    else:
        found = [row[source[1]] for row in _first_list(asker.read(who, f"/sipxconfig/{source[0]}"))]
    for value in dict.fromkeys(found):
        safe = "/" if before.endswith("{path") else ""
        yield from _own(asker, who, f"{parent}{quote(str(value) or who.partition('@')[0], safe=safe)}{after}")


def _filled(asker: Asker, host: str, path: str) -> Iterator[str]:
    """Yield `path` with every value in the place of its parameters, the first one first."""
    before, brace, after = path.partition("}")
    if not brace:
        yield path
        return
    parent, _, _ = before.rpartition("/{")
    if before.endswith("/settings/{path"):
        found = _member(asker, host, parent.removeprefix("/sipxconfig/"), "path")  # those that are set
    elif before.endswith("/prompts/{name") or parent.endswith(("lines", "ports", "port")):
        found = _member(asker, host, parent.removeprefix("/sipxconfig/"), "name" if "prompts" in parent else "id")
    elif before.endswith("/entry/{entry"):
        found = _member(asker, host, parent.removeprefix("/sipxconfig/").removesuffix("/entry"), "id")
    else:
        source = next(source for end, source in _FOUND.items() if f"{before}}}".endswith(end))
        found = source if isinstance(source, list) else _member(asker, host, *source)
    if before.endswith(_FEW):
        found = list(dict.fromkeys([*found[:6], *found[-6:]]))
    for value in dict.fromkeys(found):
        yield from _filled(
            asker, host, f"{parent}/{quote(str(value), safe='/' if 'path' in before[-5:] else '')}{after}"
        )


def _member(asker: Asker, host: str, path: str, member: str) -> list[Any]:
    return [row[member] for row in _first_list(asker.read(f"superadmin@{host}", f"/sipxconfig/{path}"))]


def _first_list(content: Any) -> list[dict[str, Any]]:
    """Return the first list of objects in `content`, however deep, but no list in a row of another."""
    if isinstance(content, list):
        return content
    below = (_first_list(value) for value in content.values()) if isinstance(content, dict) else ()
    return next((found for found in below if found), [])
