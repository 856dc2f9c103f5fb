"""Targets that are headers: ranges of a file, and who asks. An input is one header a line."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.bodies import LOGIN, log_in
from fuzz.stage import Finding, Reply, Stage
from portsip_api.pbx.access import digest_nonces, portal_logins
from tests import audio as samples
from tests.crm import ADMIN_PASSWORD

_One = Callable[[bytes], None]
_RANGED = ("Range", "If-None-Match", "If-Range", "If-Modified-Since", "Accept")
_UNSENDABLE = re.compile("[\r\n\0]")  # no HTTP server hands them on
_CONTENT_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+)")
RANGE_WORDS = (
    "bytes=", "bytes=-1", "0-0", "-", ",", "W/", '"', "*", "99999999999999999999", "Sun, 22 Nov 2026 10:00:00 GMT",
)  # fmt: skip
LOGIN_WORDS = (
    "Basic ", "Digest ", "Bearer ", "username=", 'realm="PBX"', 'nonce="@nonce"', "nc=00000001", "cnonce=",
    "qop=auth", 'uri="@uri"', 'response="@response"', "algorithm=SHA-256", "algorithm=MD5-sess", "username*=UTF-8''",
)  # fmt: skip
_TARGETS = ("/sipxconfig/rest/branch", "/api/extensions/list", "/provision/0004f2aabb95.cfg")
_NAME, _COUNT, _CNONCE = "superadmin", "00000001", "c"


def ranges(folder: Path) -> _One:
    """Ask for a prompt and a greeting in part; what is told of a range must be what comes."""
    stage = Stage(folder)
    token, login = log_in(stage), [LOGIN]
    sound = samples.wav(0.02)
    form = (
        b'--f\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + sound + b"\r\n"
        b'--f\r\nContent-Disposition: form-data; name="extension_number"\r\n\r\n1000\r\n--f--\r\n'
    )
    multipart = ("Content-Type", "multipart/form-data; boundary=f")
    stage.do("PUT", "/sipxconfig/rest/user", b"<user><userName>1000</userName><pin>web-secret</pin></user>", login)
    stage.do("POST", "/sipxconfig/api/moh/prompts", form, [*login, multipart])
    stage.do("POST", "/api/extensions/greeting_file/create", form, [("access_token", token), multipart])
    stage.keep()
    files = (
        ("/sipxconfig/api/moh/prompts/a.wav/stream", login),
        ("/api/extensions/greeting_file/show?extension_number=1000&filename=a.wav", [("access_token", token)]),
    )
    wholes = [stage.do("GET", target, headers=known).content for target, known in files]

    def one(data: bytes) -> None:
        place, lines = (data or b"\0")[0] % len(files), data[1:].split(b"\n")
        target, known = files[place]
        given = [(name, _text(line)) for name, line in zip(_RANGED, lines, strict=False) if line]
        _check_range(stage.ask("GET", target, headers=[*known, *given]), wholes[place])

    return one


def _check_range(reply: Reply, whole: bytes) -> None:
    if reply.status_code == 200 and reply.content != whole:
        raise Finding("A whole file is not what was asked for.")
    if reply.status_code == 206:
        told = _CONTENT_RANGE.fullmatch(reply.headers.get("content-range", ""))
        if told is None or int(told[3]) != len(whole) or reply.content != whole[int(told[1]) : int(told[2]) + 1]:
            raise Finding(f"A range is not what is told of it: {reply.headers.get('content-range')}")
    if reply.status_code not in {200, 206, 304, 406, 416}:
        raise Finding(f"{reply.status_code} for a range")


def range_seeds() -> Iterator[bytes]:
    """Ranges as RFC 9110 has them, and as it has not."""
    for place in range(2):
        for given in ("0-9", "-1", "44-", "0-0,-1", "9-0", "-", "0-99999999999"):
            yield bytes([place]) + f"bytes={given}".encode()
        yield bytes([place]) + b"items=0-1"
        yield bytes([place]) + b'bytes=0-1\nW/"a", "b"\n"a"\nSun, 22 Nov 2026 10:00:00 GMT\naudio/wav;q=0.5, */*;q=x'
        yield bytes([place]) + b"bytes=0-1\n*\nSun, 22 Nov 2026 10:00:00 GMT"


def authorization(folder: Path) -> _One:
    """Log in on both APIs, and as a phone; only an input that holds what the right password gives gets in.

    `@nonce`, `@uri`, `@response` and `@basic` stand for what only a server or somebody with the password knows.
    """
    stage = Stage(folder)
    stage.keep()

    def one(data: bytes) -> None:
        target = _TARGETS[(data or b"\0")[0] % len(_TARGETS)]
        text = _text(data[1:])
        is_right = "@response" in text or "@basic" in text
        given = [("Authorization", _filled(text, target))] if text else []
        status = stage.ask("GET", target, headers=given).status_code
        if status not in {200, 400, 401, 403} or (status == 200 and not is_right):
            raise Finding(f"{status} for a log-in")

    return one


def authorization_seeds() -> Iterator[bytes]:
    """Every scheme, right and wrong."""
    digest = (
        f'Digest username="{_NAME}", realm="PBX", nonce="@nonce", uri="@uri", algorithm=MD5, qop=auth, nc={_COUNT}, '
        f'cnonce="{_CNONCE}", response="@response"'
    )
    lines = (
        "@basic", "Basic", "Basic !!!!", "Basic \xe9", "Basic YWRtaW4=", "Basic OjpgOg==", "basic YWRtaW46eA==",
        "Bearer x", "Bearer", digest, digest.replace("MD5", "SHA-256"), digest.replace("@response", "0" * 32),
        digest.replace("qop=auth, ", ""), digest.replace(f'username="{_NAME}"', "username*=UTF-8''super%61dmin"),
        'Digest username="\\"', "Digest a", "x",
    )  # fmt: skip
    return (bytes([place]) + line.encode("latin-1") for place in range(len(_TARGETS)) for line in lines)


def _text(line: bytes) -> str:
    return _UNSENDABLE.sub("", line.decode("latin-1"))


def _filled(text: str, target: str) -> str:
    """Return `text` with what it names in its place; a response is right for the rest of the first seed only."""
    nonce = digest_nonces.issue() if "@nonce" in text else ""
    algorithm = "SHA-256" if "SHA-256" in text else "MD5"
    ha1 = portal_logins.compute_ha1(_NAME, ADMIN_PASSWORD, algorithm)
    ha2 = _hash(algorithm, f"GET:{target}")
    response = _hash(algorithm, f"{ha1}:{nonce}:{_COUNT}:{_CNONCE}:auth:{ha2}")
    return (
        text.replace("@nonce", nonce).replace("@uri", target).replace("@response", response).replace("@basic", LOGIN[1])
    )


def _hash(algorithm: str, text: str) -> str:
    return hashlib.new(portal_logins.ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()
