"""Bodies that are made to hurt, over a socket, under gunicorn and uWSGI: refused quickly, in bounded memory."""

import contextlib
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.contract.servers import Server
from tests.crm import ADMIN_PASSWORD

AUTH = ("superadmin", ADMIN_PASSWORD)
DEEP = 100_000
BIG = 50 << 20
GROWTH = 64 << 10  # KiB

LAUGHS = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 10))
XML = {
    "billion laughs": f'<!DOCTYPE b [<!ENTITY l0 "ha">{LAUGHS}]><branch><name>&l9;</name></branch>',
    "quadratic blow-up": '<!DOCTYPE b [<!ENTITY a "'
    + "a" * 50_000
    + '">]><branch><name>'
    + "&a;" * 5_000
    + "</name></branch>",
    "external entity": '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><branch><name>&x;</name></branch>',
    "parameter entity": '<!DOCTYPE b [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><branch/>',
    "external DTD": '<!DOCTYPE branch SYSTEM "http://127.0.0.1:9/branch.dtd"><branch><name>a</name></branch>',
    "empty DTD": "<!DOCTYPE branch><branch><name>a</name></branch>",
    "undefined entity": "<branch><name>&nbsp;</name></branch>",
    "deep nesting": "<branch>" * DEEP + "</branch>" * DEEP,
    "unclosed nesting": "<branch>" * DEEP,
    "many attributes": "<branch " + " ".join(f'a{n}="b"' for n in range(20_000)) + "/>",
    "many elements": f"<branch>{'<name/>' * 100_000}</branch>",
    "XInclude": '<branch xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></branch>',
    "stylesheet": '<?xml-stylesheet href="file:///etc/passwd"?><bra/>',
    "NUL": "<branch><name>a\0b</name></branch>",
    "two roots": "<branch/><branch/>",
    "no root": "<!-- -->",
}
ENCODED = {
    "lone byte": b"<branch><name>\xff</name></branch>",
    "overlong": b"<branch><name>\xc0\xaf</name></branch>",
    "truncated UTF-16": "<branch/>".encode("utf-16")[:-1],
    "unknown encoding": b'<?xml version="1.0" encoding="x-no-such"?><branch/>',
    "multi-byte encoding": b'<?xml version="1.0" encoding="shift_jis"?><branch><name>\x83\x5c</name></branch>',
    "UTF-7": b'<?xml version="1.0" encoding="utf-7"?>+ADw-branch+AD4-',
    "encoding that is not": b'<?xml version="1.0" encoding="utf-16"?><branch/>',
    "EBCDIC": "<branch/>".encode("cp037"),
}
JSON = {
    "deep arrays": "[" * DEEP + "]" * DEEP,
    "deep objects": '{"branch":' * DEEP + "1" + "}" * DEEP,
    "unclosed": '{"branch":' * DEEP,
    "deep but short": '{"branch":' * 500 + "1" + "}" * 500,
    "huge number": f'{{"branch": {{"name": {"9" * 100_000}}}}}',
    "huge exponent": '{"branch": {"name": 1e999999}}',
    "NaN": '{"branch": {"name": NaN}}',
    "lone surrogate": '{"branch": {"name": "\\ud800"}}',
    "twice": '{"branch": {"name": "a", "Name": "b"}}',
    "prototype": '{"branch": {"__proto__": {"name": "a"}}}',
    "not an object": '"branch"',
    "BOM and nothing": "\ufeff",
}


def send(server: Server, body: str | bytes, media_type: str) -> requests.Response:
    """PUT a branch."""
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    headers = {"Content-Type": media_type}
    return requests.put(f"{server.url}/sipxconfig/rest/branch", content, headers=headers, auth=AUTH, timeout=20)


def memory(server: Server) -> int:
    """Return the resident memory of all workers in KiB."""
    total = 0
    for pid in server.worker_pids():
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            total += int(line.split()[1]) if line.startswith("VmRSS") else 0
    return total


@pytest.mark.parametrize("attacks", [XML, ENCODED, JSON], ids=["xml", "encodings", "json"])
def test_attacks_are_refused(server: Server, attacks: dict[str, str | bytes]):
    media_type = "application/json" if attacks is JSON else "text/xml"
    assert send(server, "<branch><name>warm</name></branch>", "text/xml").status_code in {201, 400}
    before = memory(server)
    answers = {name: send(server, body, media_type) for name, body in attacks.items()}
    assert {name: reply.status_code for name, reply in answers.items() if reply.status_code not in {400, 413}} == {}
    for reply in answers.values():
        assert "root:" not in reply.text
        assert len(reply.content) < 2_000
        assert reply.text.startswith('<?xml version="1.0" encoding="UTF-8"?><response><code>ERROR_')
    assert memory(server) - before < GROWTH


@pytest.mark.parametrize("media_type", ["text/xml", "application/json"])
@pytest.mark.parametrize("chunked", [False, True])
def test_fifty_megabytes_are_refused_before_they_are_read(server: Server, media_type: str, chunked: bool):
    piece = (b"<branch>" if media_type == "text/xml" else b'{"a":"b"') + b" " * (64 << 10)
    before = memory(server)
    status = _send_until_refused(server, media_type, piece, chunked)
    assert status == 413
    assert memory(server) - before < GROWTH


def _send_until_refused(server: Server, media_type: str, piece: bytes, chunked: bool) -> int:
    """Send 50 MiB like a client that looks at the answer when it can send no more, and return the status."""
    address = urlsplit(server.url)
    credentials = requests.auth._basic_auth_str(*AUTH)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {BIG}"
    head = (
        f"PUT /sipxconfig/rest/branch HTTP/1.1\r\nHost: localhost\r\nAuthorization: {credentials}\r\n"
        f"Content-Type: {media_type}\r\n{length}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
        connection.sendall(head.encode())
        with contextlib.suppress(ConnectionError):
            for _ in range(BIG // len(piece)):
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        answer = b""
        with contextlib.suppress(ConnectionError):
            answer = connection.recv(200)
    return int(answer.split()[1]) if answer else 0


def test_the_server_is_well_afterwards(server: Server):
    for body, media_type in ((XML["billion laughs"], "text/xml"), (JSON["deep arrays"], "application/json")):
        send(server, body, media_type)
    assert requests.get(f"{server.url}/healthz", timeout=20).status_code == 200
    reply = requests.get(f"{server.url}/sipxconfig/rest/branch", auth=AUTH, timeout=20)
    assert reply.status_code == 200
    assert "<name>warm</name>" in reply.text or "<branches/>" in reply.text
