"""Rows: auto attendants, page groups, park orbits, registrations, schedules, calls and hunt groups."""

from tests.contract.sipxcom.row import Row, unsupported

_TEXT = "text/plain"
_BY_PATH = "With a setting's path, as on the system; the page says it of all settings at once."
_TWICE = "The page lists it among both the supported and the unsupported methods; the system had it."
_NO_CODE = "Live codes are given on the command line only, so that none is known here."
_NO_SWITCH = "No SIP engine is attached."
_HOURS = {"start": 32_400_000, "stop": 64_800_000, "scheduledDay": "Weekdays"}
_TIMES = {"workingTime": {"workingHours": [_HOURS]}}


def _attendants() -> list[Row]:
    special, live = "/rest/auto-attendant/{attendant}/special", "/rest/auto-attendant/livemode/{code}"
    mode = "/rest/auto-attendant/specialmode"
    sent = {"specialMode": "true"}
    return [
        Row(1, "/rest/auto-attendant", "GET", "rest/auto-attendant/", 200, has=("<systemId>afterhour</systemId>",)),
        *unsupported(1, "/rest/auto-attendant", "rest/auto-attendant", "PUT", "POST", "DELETE"),
        Row(3, special, "PUT", "rest/auto-attendant/operator/special", 204, sent),
        Row(2, mode, "PUT", "rest/auto-attendant/specialmode", 204, sent),
        Row(2, mode, "GET", "rest/auto-attendant/specialmode", 200, has=("<specialMode>true</specialMode>",)),
        Row(3, special, "DELETE", "rest/auto-attendant/operator/special", 409, why="As the page says of special mode."),
        Row(2, mode, "DELETE", "rest/auto-attendant/specialmode", 204, sent),
        Row(3, special, "DELETE", "rest/auto-attendant/operator/special", 204),
        *unsupported(2, mode, "rest/auto-attendant/specialmode", "POST"),
        *unsupported(3, special, "rest/auto-attendant/operator/special", "GET", "POST"),
        Row(4, live, "PUT", "rest/auto-attendant/livemode/81", 404, why=_NO_CODE),
        Row(4, live, "DELETE", "rest/auto-attendant/livemode/81", 404, why=_NO_CODE),
        *unsupported(4, live, "rest/auto-attendant/livemode/81", "GET", "POST"),
    ]


def _page_groups() -> list[Row]:
    one = "/pagegroups/{pagegroupId}"
    group = {"pageGroupNumber": 11, "enabled": True, "users": [{"userName": "200"}]}
    return [
        Row(35, "/pagegroups", "GET", "api/pagegroups", 200, has=('"pageGroupNumber":9', '"userName":"200"')),
        Row(35, "/pagegroups", "POST", "api/pagegroups", 200, {"pageGroupNumber": 10, "users": []}),
        *unsupported(35, "/pagegroups", "api/pagegroups", "PUT", "DELETE"),
        Row(36, one, "PUT", "api/pagegroups/{page_group}", 200, group, why=_TWICE),
        Row(36, one, "GET", "api/pagegroups/{page_group}", 200, has=('"pageGroupNumber":11,"timeout":60',)),
        Row(36, one, "DELETE", "api/pagegroups/{page_group}", 200),
        *unsupported(36, one, "api/pagegroups/{page_group}", "POST"),
    ]


def _orbits() -> list[Row]:
    one, settings = "/orbits/{orbitId}", "/orbits/{orbitId}/settings"
    base = "api/orbits/{orbit}/settings"
    rows = [
        Row(41, "/orbits", "GET", "api/orbits", 200, has=('"name":"lobby"', '"music":"default.wav"')),
        Row(41, "/orbits", "POST", "api/orbits", 200, {"name": "hall", "extension": "401", "server": "1"}),
        *unsupported(41, "/orbits", "api/orbits", "PUT", "DELETE"),
        Row(42, one, "PUT", "api/orbits/{orbit}", 200, {"name": "lobby", "extension": "402", "server": 1}, why=_TWICE),
        Row(42, one, "GET", "api/orbits/{orbit}", 200, has=('"extension":"402"',)),
        *unsupported(42, one, "api/orbits/{orbit}", "POST"),
    ]
    for number, path, value in ((43, "general/parkTimeout", "60"), (44, "general/transferKey", "*")):
        single = f"{base}/{path}"
        rows += [
            Row(number, settings, "GET", base, 200, has=('{"settings":[{"path":"general/enableTimeout"',)),
            *unsupported(number, settings, base, "POST"),
            Row(number, settings, "PUT", single, 200, value, content_type=_TEXT, why=_BY_PATH),
            Row(number, settings, "GET", single, 200, has=(f'"value":"{value}"',)),
            Row(number, settings, "DELETE", single, 200, why=_BY_PATH),
        ]
    return [*rows, Row(42, one, "DELETE", "api/orbits/{orbit}", 200)]


def _registrations() -> list[Row]:
    rows = [
        Row(73, "/registrations", "GET", "api/registrations?start=0&limit=9", 200, has=('{"registrations":[]}',)),
        *unsupported(73, "/registrations", "api/registrations", "PUT", "POST", "DELETE"),
    ]
    for number, uri, path in (
        (74, "/registrations/user/{userId}", "user/200"),
        (75, "/registrations/serialNo/{serialId}", "serialNo/0004f2aabb95"),
        (76, "/registrations/ip/{ip}", "ip/192.0.2.1"),
        (77, "/registrations/callId/{callId}", "callId/x@y"),
        (78, "/registrations/server/{serverId}", "server/1"),
    ):
        rows += [
            Row(number, uri, "GET", f"api/registrations/{path}", 200, has=('{"registrations":[]}',)),
            Row(number, uri, "DELETE", f"api/registrations/{path}", 200),
            *unsupported(number, uri, f"api/registrations/{path}", "PUT", "POST"),
        ]
    return rows


def _schedules() -> list[Row]:
    personal, one = "/schedules/user/{userId}/personal", "/schedules/{scheduleId}"
    period, of_all = "/schedules/{scheduleId}/period/{index}", "/schedules/user/{userId}/all"
    own = "api/schedules/user/{user}/personal"
    rows = [
        Row(84, personal, "POST", own, 200, {"name": "Lunch", **_TIMES}),
        Row(84, personal, "GET", own, 200, has=('"name":"Lunch"', '"type":"U"')),
        *unsupported(84, personal, own, "PUT", "DELETE"),
    ]
    for number, uri, path, has in (
        (81, "/schedules/general", "general", ("Office", '"type":"S"')),
        (82, "/schedules/group/{groupId}", "group/{group}", ("Sales hours", '"type":"G"')),
        (83, of_all, "user/{user}/all", ('"name":"Lunch"',)),
    ):
        rows += [
            Row(number, uri, "GET", f"api/schedules/{path}", 200, has=has),
            *unsupported(number, uri, f"api/schedules/{path}", "PUT", "POST", "DELETE"),
        ]
    index = "api/schedules/{schedule}/period/0"
    return [
        *rows,
        Row(85, one, "PUT", "api/schedules/{schedule}", 200, {"name": "Office", "description": "x", **_TIMES}),
        Row(86, period, "POST", index, 200, _HOURS | {"scheduledDay": "Sunday"}),
        Row(86, period, "DELETE", index, 200),
        *unsupported(86, period, index, "GET", "PUT"),
        Row(85, one, "GET", "api/schedules/{schedule}", 200, has=('"scheduledDay":"Sunday"', '"description":"x"')),
        *unsupported(85, one, "api/schedules/{schedule}", "POST"),
        Row(85, one, "DELETE", "api/schedules/{schedule}", 200),
    ]


def _calls() -> list[Row]:
    uri = "/my/call/{to} or /call/{to}"
    said = ("No SIP engine is attached",)
    return [
        Row(98, uri, "PUT", "rest/my/call/200", 503, "x", has=said, user=True, why=_NO_SWITCH),
        Row(98, uri, "PUT", "rest/call/200", 503, has=said, user=True, why=_NO_SWITCH),
        Row(98, uri, "GET", "rest/call/200", 503, has=said, user=True, why=f"{_NO_SWITCH} The page has GET both ways."),
        *(Row(98, uri, method, "rest/call/200", 405, supported=False, user=True) for method in ("POST", "DELETE")),
    ]


def _hunt_groups() -> list[Row]:
    prefix, one = "/callgroups/prefix/{prefix}", "/callgroups/{extension}"
    duplicate = "/callgroups/{extension}/duplicate/{newExtension}"
    rotate = "/callgroups/{extension}/rotate/{ringExtension}"
    made: dict[str, object] = {"name": "ppp1", "extension": "4444", "did": None, "ringBeans": [], "useFwdTimers": False}
    return [
        Row(201, "/callgroups", "POST", "api/callgroups", 200, made),
        Row(201, "/callgroups", "GET", "api/callgroups", 200, has=('"extension":"3399"', '"extension":"4444"')),
        *unsupported(201, "/callgroups", "api/callgroups", "PUT", "DELETE"),
        Row(202, prefix, "GET", "api/callgroups/prefix/33", 200, has=('{"callGroups":[{', '"extension":"3399"')),
        *unsupported(202, prefix, "api/callgroups/prefix/33", "PUT", "POST", "DELETE"),
        Row(204, duplicate, "POST", "api/callgroups/3399/duplicate/55665", 200, has=("{hunt_group}",)),
        *unsupported(204, duplicate, "api/callgroups/3399/duplicate/55665", "GET", "PUT", "DELETE"),
        Row(205, rotate, "POST", "api/callgroups/3399/rotate/200", 200, has=("{hunt_group}",)),
        *unsupported(205, rotate, "api/callgroups/3399/rotate/200", "GET", "PUT", "DELETE"),
        Row(203, one, "GET", "api/callgroups/3399", 200, has=('"ringBeans":[{"typeStr":null,"userName":"201"',)),
        Row(203, one, "PUT", "api/callgroups/4444", 200, made | {"description": "kkkkk"}),
        Row(203, one, "DELETE", "api/callgroups/4444", 200),
        Row(203, one, "GET", "api/callgroups/4444", 404, why="The system answered 204; 404 is what it means."),
        *unsupported(203, one, "api/callgroups/3399", "POST"),
    ]


ROWS = [
    *_attendants(),
    *_page_groups(),
    *_orbits(),
    *_registrations(),
    *_schedules(),
    *_calls(),
    *_hunt_groups(),
]
