"""Target: multipart forms. An input is a byte that chooses the operation, the line of its type, and the body."""

from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.bodies import LOGIN, USER_LOGIN, log_in, portal_stage
from tests import audio as samples

_BOUNDARY = "fuzz"
_TYPE = f"multipart/form-data; boundary={_BOUNDARY}"
_PATHS = (
    "/api/extensions/greeting_file/create",
    "/api/extensions/import",
    "/sipxconfig/api/moh/prompts",
    "/sipxconfig/api/pagegroups/prompts",
    "/sipxconfig/rest/avatar/200",
    "/api/extensions/create",
    "/sipxconfig/api/my/moh/prompts",
    "/sipxconfig/api/my/greetings/standard/wav",
)
WORDS = (
    f"\r\n--{_BOUNDARY}\r\n", f"\r\n--{_BOUNDARY}--", "\r\n\r\n",
    "Content-Disposition: form-data; name=", "filename=", "filename*=UTF-8''", "Content-Type: text/csv",
    "Content-Transfer-Encoding: base64", "_charset_", "charset=utf-16", "multipart/mixed", '"', ";",
)  # fmt: skip


def forms(folder: Path) -> Callable[[bytes], None]:
    """Upload greetings, prompts, music, pictures and files of extensions."""
    stage, _ = portal_stage(folder)
    token = log_in(stage)

    def one(data: bytes) -> None:
        path = _PATHS[(data or b"\0")[0] % len(_PATHS)]
        label, _, body = data[1:].partition(b"\n")
        kind = "".join(character for character in label.decode("latin-1") if character.isprintable())
        login = USER_LOGIN if "/my/" in path else LOGIN
        stage.ask("POST", path, body, [login, ("access_token", token), ("Content-Type", kind)])
        if path.startswith("/api/"):  # a token is looked for in the form
            stage.ask("POST", path, body, [("Content-Type", kind)])

    return one


def seeds() -> Iterator[bytes]:
    """Forms as they should be, and some that should not."""
    sound, rows = samples.wav(0.01), b"extension_number,password,web_access_password\r\n2000,secret-1,secret-2\r\n"
    key = _field("extension_number", "200")
    for place, path in enumerate(_PATHS):
        content, name = (rows, "a.csv") if path.endswith("import") else (sound, "a.wav")
        yield _form(place, key, _file("file", name, content))
        yield _form(place, key, _file("file", "../\xe4\r.wav", content), _file("two", "b", b""))
        yield _form(place, key, _field("mode", "upsert"), _field("dry_run", "maybe"), _field("format", "json"))
        yield _form(place, _field("access_token", "0" * 32), key, _file("file", name, content))
        yield _form(place)
        yield bytes([place]) + b"multipart/form-data\n" + b"--\r\n\r\n--"
        yield bytes([place]) + f"{_TYPE}; charset=utf-7\n--{_BOUNDARY}\r\n\r\nno name\r\n".encode()


def _form(place: int, *parts: bytes) -> bytes:
    ends = f"--{_BOUNDARY}\r\n".encode(), f"--{_BOUNDARY}--\r\n".encode()
    return bytes([place]) + f"{_TYPE}\n".encode() + b"".join(ends[0] + part + b"\r\n" for part in parts) + ends[1]


def _field(name: str, text: str) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}'.encode()


def _file(name: str, file_name: str, content: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\nContent-Type: audio/wav\r\n\r\n'
    return head.encode() + content
