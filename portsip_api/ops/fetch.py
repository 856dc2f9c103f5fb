"""Fetching a file that a client named by its URL, without becoming that client's eyes inside our network.

A name is resolved once, every address that it has is judged, and the connection goes to one of those very addresses: a
name that points elsewhere a moment later changes nothing. The same holds for each redirect. Nothing comes from the
environment (no proxy), and nothing of ours is sent (no cookie, no credential).

What a failure may tell. The sentence reaches the client who chose the URL, so it must not answer whether a name exists
inside, or whether a port is open. Up to a status of 200 there is one sentence, and one answer to whether it is tried
again, for all of: no such name, a name at a forbidden address, no connection, a bad certificate, any other status,
silence. Only a forbidden address that stands in the URL itself is called so: who wrote it learns nothing. After a 200
"too large" and "too long" say no more than that the file is served, to those who may have it.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urljoin

from portsip_api.ops.fetch_network import Endpoint, Network, Wire
from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.media import audio
from portsip_api.pbx.media.fetch_urls import FetchUrl, parse
from portsip_api.pbx.public_addresses import are_allowed
from portsip_api.store.clock import Deadline

MAX_BYTES: Final = audio.MOST_BYTES  # more can become no greeting
SECONDS: Final = 30.0  # for all of it: names, connections, redirects, every byte
REDIRECTS: Final = 3
HEADER_BYTES: Final = 64 << 10  # of one reply

NOT_ALLOWED: Final = "The address is not allowed."
FAILED: Final = "The file could not be fetched."
TOO_LARGE: Final = "The file is too large."
TOO_SLOW: Final = "The file took too long."

_CONNECT_SECONDS: Final = 8.0  # for one address, so that one that is silent leaves time for the next
_ADDRESSES: Final = 4  # that are tried; a name with hundreds would make us knock at each
_PIECE: Final = 64 << 10
_REDIRECT: Final = (301, 302, 303, 307, 308)


class FetchFailed(Exception):
    """No file came. `reason` is for the client, `cause` for the operator's log; neither repeats what others sent."""

    def __init__(self, reason: str, cause: str) -> None:
        """`reason` is one of the four sentences."""
        super().__init__(cause)
        self.reason = reason
        self.cause = cause

    @property
    def is_transient(self) -> bool:
        """Whether another try may end otherwise. It follows from the reason alone, and so tells nothing beside it."""
        return self.reason in {FAILED, TOO_SLOW}


def fetch(text: str, network: Network | None = None) -> bytes:
    """Return the content behind the URL `text`, at most `MAX_BYTES`, within `SECONDS`. Raises FetchFailed."""
    network = network or Network()
    deadline = Deadline.after(SECONDS)
    url = _read_url(text)
    for _ in range(REDIRECTS + 1):
        with _exchange(url, network, deadline) as (response, wire):
            if response.status == 200:
                return _read_body(response, wire)
            location = response.getheader("Location") if response.status in _REDIRECT else None
        if location is None:
            raise FetchFailed(FAILED, "The status is not 200.")
        url = _follow(url, location)
    raise FetchFailed(FAILED, "There are too many redirects.")


def _read_url(text: str) -> FetchUrl:
    try:
        return parse(text)
    except Invalid:
        raise FetchFailed(FAILED, "The URL is not one to fetch.") from None


def _follow(url: FetchUrl, location: str) -> FetchUrl:
    try:
        text = urljoin(url.text, location)
    except ValueError:
        raise FetchFailed(FAILED, "The redirect is malformed.") from None
    target = _read_url(text)
    if (url.scheme, target.scheme) == ("https", "http"):
        raise FetchFailed(FAILED, "A redirect leads from https to http.")
    return target


@contextmanager
def _exchange(url: FetchUrl, network: Network, deadline: Deadline) -> Iterator[tuple[http.client.HTTPResponse, Wire]]:
    """Ask for `url` and yield the reply, its header read; the connection ends with the body. Raises FetchFailed."""
    try:
        with _connect(url, network, deadline) as plain, _secure(plain, url, network, deadline) as connection:
            wire = Wire(connection, deadline, HEADER_BYTES)
            wire.sendall(_request(url))
            response = wire.response()
            response.begin()
            yield response, wire
    except ssl.SSLError:
        raise FetchFailed(FAILED, "TLS failed.") from None
    except TimeoutError:
        raise FetchFailed(FAILED, "The time ran out before the file began.") from None
    except OSError:
        raise FetchFailed(FAILED, "The connection failed.") from None
    except http.client.HTTPException:
        raise FetchFailed(FAILED, "The reply is malformed.") from None


def _connect(url: FetchUrl, network: Network, deadline: Deadline) -> socket.socket:
    """Return a connection to one of the addresses of `url`, after all of them were judged.

    Raises FetchFailed when one of them is refused, and OSError.
    """
    if url.address and not are_allowed(url.host, [url.address]):
        raise FetchFailed(NOT_ALLOWED, "The address is not allowed.")
    endpoints = _resolve(url, network, deadline)
    if not are_allowed(url.host, [ipaddress.ip_address(endpoint.host) for endpoint in endpoints]):
        raise FetchFailed(FAILED, "The name is at an address that is not allowed.")
    failure: OSError = ConnectionError()
    for endpoint in endpoints[:_ADDRESSES]:
        seconds = deadline.remaining()
        if seconds <= 0:
            raise TimeoutError
        try:
            return network.connect(endpoint, min(seconds, _CONNECT_SECONDS))
        except OSError as error:
            failure = error
    raise failure


def _resolve(url: FetchUrl, network: Network, deadline: Deadline) -> list[Endpoint]:
    try:
        endpoints = network.resolve_within(url.host, url.port, deadline)
    except socket.gaierror:
        endpoints = []
    if not endpoints:
        raise FetchFailed(FAILED, "The name has no address.")
    return endpoints


def _secure(plain: socket.socket, url: FetchUrl, network: Network, deadline: Deadline) -> socket.socket:
    """Return the connection itself for http, and for https one that proved to be the host that the URL names."""
    if url.scheme == "http":
        return plain
    plain.settimeout(max(deadline.remaining(), 0.001))  # zero would mean not to wait at all
    return network.tls().wrap_socket(plain, server_hostname=url.host)


def _request(url: FetchUrl) -> bytes:
    lines = (
        f"GET {url.target} HTTP/1.1",
        f"Host: {url.host_header}",
        "User-Agent: portsip-api",
        "Accept: audio/wav, audio/*;q=0.9, */*;q=0.5",
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


def _read_body(response: http.client.HTTPResponse, wire: Wire) -> bytes:
    """Return the body. Raises FetchFailed when it is too large, too slow, packed or cut short."""
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise FetchFailed(FAILED, "The file came compressed.")
    if (response.length or 0) > MAX_BYTES:
        raise FetchFailed(TOO_LARGE, "The file is too large by its own account.")
    wire.allowance = 2 * MAX_BYTES  # a chunked body's framing has its bound too
    content = bytearray()
    try:
        while piece := response.read(_PIECE):
            content += piece
            if len(content) > MAX_BYTES:
                raise FetchFailed(TOO_LARGE, "The file is too large.")
    except TimeoutError:
        raise FetchFailed(TOO_SLOW, "The file took too long.") from None
    if response.length:
        raise FetchFailed(FAILED, "The file was cut short.")
    return bytes(content)
