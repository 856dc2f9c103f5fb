"""Rows: what the system had for users below `/api/my`, which the page does not tell of."""

from typing import Any

from tests.audio import wav
from tests.contract.sipxcom.row import Row, unsupported

_ALL = ("GET", "PUT", "POST", "DELETE")
_SHOWN_ONLY = "As the system answered."


def _rows(number: int, uri: str, path: str, *rows: tuple[str, int, dict[str, Any]]) -> list[Row]:
    """Return the rows of an address, and of the methods that have none, which are unsupported."""
    asked = [Row(number, uri, method, path, status, user=True, **more) for method, status, more in rows]
    rest = [method for method in _ALL if method not in {method for method, _, _ in rows}]
    return asked + unsupported(number, uri, path, *rest, user=True)


def _put(body: str) -> dict[str, Any]:
    return {"body": body, "content_type": "text/plain"}


_REFUSED: dict[str, Any] = {"why": _SHOWN_ONLY}
_ONE = "/my/greetings/{name}/{ext}"
_MUSIC = "/my/moh/prompts"
_GREETING = "api/my/greetings/standard/wav"
ROWS = [
    *_rows(240, "/my/user", "api/my/user", ("GET", 200, {"has": ('"userName":"200"',)}), ("PUT", 403, _REFUSED)),
    *_rows(241, "/my/user/settings", "api/my/user/settings", ("GET", 200, {"has": ('"path":"moh/audio-source"',)})),
    *_rows(
        242,
        "/my/user/settings/{path}",
        "api/my/user/settings/permission/application/rest",
        ("GET", 200, {"has": ('"value":"DISABLE"',)}),
        ("PUT", 403, _REFUSED),
        ("DELETE", 403, _REFUSED),
    ),
    *_rows(243, "/my/moh/permission", "api/my/moh/permission", ("GET", 200, {"has": ("true",)})),
    *_rows(
        244,
        "/my/moh/settings/moh/audio-source",
        "api/my/moh/settings/moh/audio-source",
        ("PUT", 200, _put("NONE")),
        ("GET", 200, {"has": ('"value":"NONE"',)}),
        ("DELETE", 200, {}),
    ),
    *_rows(270, "/my/moh/path", "api/my/moh/path", ("PUT", 200, {})),
    *_rows(
        271,
        _MUSIC,
        "api/my/moh/prompts",
        ("POST", 200, {"files": {"file": ("waltz.wav", wav(1.0))}}),
        ("GET", 200, {"has": ('"name":"waltz.wav"',)}),
    ),
    *_rows(273, f"{_MUSIC}/{{file}}/stream", "api/my/moh/prompts/waltz.wav/stream", ("GET", 200, {})),
    *_rows(272, f"{_MUSIC}/{{file}}", "api/my/moh/prompts/waltz.wav", ("GET", 200, {}), ("DELETE", 200, {})),
    Row(245, _ONE, "POST", _GREETING, 200, files={"file": ("hello.wav", wav(1.0))}, user=True),
    Row(245, _ONE, "GET", _GREETING, 200, user=True),
    *_rows(
        246,
        "/my/greetings/{name}/{ext}/newFilename",
        f"{_GREETING}/newFilename",
        ("GET", 200, {"has": ("hello.wav",)}),
        ("POST", 200, _put("bye.wav")),
    ),
    *_rows(
        247,
        "/my/greetings/custom/{name}/{ext}",
        "api/my/greetings/custom/standard/wav",
        ("GET", 200, {"has": ('{"exists":true}',)}),
    ),
    Row(245, _ONE, "DELETE", _GREETING, 200, user=True),
    *unsupported(245, _ONE, _GREETING, "PUT", user=True),
]
