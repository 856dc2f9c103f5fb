"""Rows: users' conferences, and every command of the page; there is no engine, so that commands are 503."""

from typing import Any

from tests.contract.sipxcom.row import Row, unsupported

_TEAM = "Team%20%2F%20weekly"
_SETTING = {"setting": {"maxMembers": 5, "moh": "NONE", "description": "weekly"}}
_NO_ENGINE = "There is no engine here: as the decisions say."
# Each verb in the page's order, with arguments as the page has them.
COMMANDS = (
    ("bgdial", "&user%2F201&7001&Team"),
    ("deaf", "&1"),
    ("dial", "&sofia%2Fdefault%2F201&7001&Team"),
    ("dtmf", "&all&12"),
    ("energy", "&last&300"),
    ("hup", "&last"),
    ("kick", "&all"),
    ("list", "&delim&;"),
    ("lock", ""),
    ("mute", "&1"),
    ("norecord", "&all"),
    ("nopin", ""),
    ("pin", "&4711"),
    ("play", "&waltz.wav&async"),
    ("record", "&status"),
    ("relate", "&1&2&nospeak"),
    ("say", "&Hello"),
    ("saymember", "&1&Hello"),
    ("stop", "&all"),
    ("transfer", "&Spare&1"),
    ("unmute", "&1"),
    ("undeaf", "&1"),
    ("unlock", ""),
    ("volume_in", "&1&-2"),
    ("volume_out", "&all&2"),
    ("xml_list", ""),
    ("invite", "&201"),
    ("inviteim", "&201im"),
)


def _row(number: int, uri: str, method: str, path: str, status: int = 200, body: Any = None, **more: Any) -> Row:
    return Row(number, uri, method, path, status, body, user=True, **more)


def _refused(number: int, uri: str, path: str, *methods: str) -> list[Row]:
    return unsupported(number, uri, path, *methods, user=True)


def _conferences() -> list[Row]:
    every, details, one = "/my/conferences", "/my/conferencedetails/{confName}", "/my/conferences/{name}"
    path, who = f"rest/my/conferences/{_TEAM}", f"rest/my/conferencedetails/{_TEAM}"
    return [
        _row(122, every, "GET", "rest/my/conferences", has=("<extension>7001</extension>", "<accessCode>1234<")),
        *_refused(122, every, "rest/my/conferences", "PUT", "POST", "DELETE"),
        _row(123, details, "GET", who, 406, has=("Conference found, but not active",), why=_NO_ENGINE),
        _row(123, details, "GET", "rest/my/conferencedetails/Theirs", 403, has=("User is not owner",)),
        _row(123, details, "GET", "rest/my/conferencedetails/Nobodys", 404, has=("Conference not found",)),
        *_refused(123, details, who, "PUT", "POST", "DELETE"),
        _row(124, every, "GET", "rest/my/conferences/", has=("<name>Spare</name>",)),
        *_refused(124, every, "rest/my/conferences/", "PUT", "POST", "DELETE"),
        _row(125, one, "PUT", path, body=_SETTING),
        _row(125, one, "GET", path, has=("<maxMembers>5</maxMembers>", "<moh>NONE</moh>", "<accessCode>1234<")),
        _row(125, one, "GET", "rest/my/conferences/Theirs", 403, why="The system asked for no owner."),
        _row(125, one, "PUT", "rest/my/conferences/Theirs", 403, _SETTING, why="The system asked for no owner."),
        _row(125, one, "PUT", "rest/my/conferences/Nobodys", 404, _SETTING, why="The system said 500."),
        _row(125, one, "PUT", path, 400, {"setting": {"quickstart": False}}, has=("quickstart",)),
        *_refused(125, one, path, "POST", "DELETE"),
    ]


def _commands() -> list[Row]:
    rows = []
    for number, (verb, arguments) in enumerate(COMMANDS, 126):
        uri, path = f"/my/conference/{{conference-name}}/{verb}", f"rest/my/conference/{_TEAM}/{verb}"
        for method in ("GET", "PUT"):
            rows.append(_row(number, uri, method, path + arguments, 503, has=("No SIP engine",), why=_NO_ENGINE))
            theirs = f"rest/my/conference/Theirs/{verb}{arguments}"
            rows.append(_row(number, uri, method, theirs, 403, has=("User is not owner",)))
            nobodys = f"rest/my/conference/Nobodys/{verb}{arguments}"
            rows.append(_row(number, uri, method, nobodys, 404, has=("Conference not found",)))
            rows.append(_row(number, uri, method, f"{path}{arguments}&one&more&of&them", 400))
        rows += _refused(number, uri, path + arguments, "POST", "DELETE")
    lock, path = "/my/conference/{conference-name}/lock", f"rest/my/conference/{_TEAM}"
    for method in ("GET", "PUT"):
        rows.append(_row(134, lock, method, path, 400, has=("No conference command specified",)))
        rows.append(_row(134, lock, method, f"{path}/fly", 400, why="The system gave what the engine said, with 200."))
    return rows


ROWS = [*_conferences(), *_commands()]
