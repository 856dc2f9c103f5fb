"""Fetching over https: the certificate has to be that of the name in the URL, wherever the name is."""

import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from portsip_api.ops import fetch as fetching
from portsip_api.ops.fetch import FAILED, FetchFailed, fetch
from portsip_api.ops.fetch_network import Network
from tests.authority import Authority
from tests.ops.test_fetch import FILE, Names
from tests.web import Handler, Web, ok, redirect, serving

NAME = "media.example"


class Trusting(Names):
    """A network in which the authority is trusted and `NAME` is a public address, which is this machine's."""

    def __init__(self, authority: Authority) -> None:
        super().__init__({NAME: ["8.8.8.8"]}, {"8.8.8.8": "127.0.0.1"})
        self._trusted = authority.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def tls(self) -> ssl.SSLContext:
        """Return the context that fetches have, with the authority instead of the system's."""
        context = super().tls()
        context.load_verify_locations(cadata=self._trusted)
        return context


@pytest.fixture(scope="module")
def authority() -> Authority:
    """One for all tests."""
    return Authority()


@pytest.fixture
def serve(authority: Authority, tmp_path: Path, allow):
    """A function that starts a server with a certificate of some names."""
    allow("127.0.0.1")
    return lambda *names, days=1: serving(authority.server(tmp_path, *names, days=days))


@pytest.fixture
def web(serve) -> Iterator[Web]:
    """A server that is what it says."""
    with serve(x509.DNSName(NAME)) as web:
        web.answers["/a"] = ok(FILE)
        yield web


def check_fails(url: str, network: Network) -> None:
    """Nothing is fetched, for the reason that all have."""
    with pytest.raises(FetchFailed) as caught:
        fetch(url, network)
    assert (caught.value.reason, caught.value.is_transient) == (FAILED, True)


def test_the_certificate_of_the_name_is_taken_at_the_address_that_was_judged(web: Web, authority: Authority) -> None:
    seen: list[str | None] = []
    assert isinstance(web.socket, ssl.SSLSocket)
    web.socket.context.sni_callback = lambda _, name, __: seen.append(name)
    network = Trusting(authority)
    assert fetch(web.url("/a", NAME, "https"), network) == FILE
    assert (seen, network.reached) == ([NAME], ["8.8.8.8"])
    assert web.requests[0][1]["Host"] == f"{NAME}:{web.port}"


def test_a_certificate_of_an_address_is_taken(serve, authority: Authority) -> None:
    with serve(x509.IPAddress(ipaddress.ip_address("127.0.0.1"))) as web:
        web.answers["/a"] = ok(FILE)
        assert fetch(web.url("/a", scheme="https"), Trusting(authority)) == FILE


@pytest.mark.parametrize(
    "names",
    [
        [x509.DNSName("other.example")],
        [x509.DNSName("8.8.8.8"), x509.IPAddress(ipaddress.ip_address("8.8.8.8"))],
        [x509.DNSName("127.0.0.1"), x509.DNSName("localhost"), x509.DNSName("*.media.example")],
    ],
)
def test_a_certificate_of_another_name_is_refused(serve, authority: Authority, names: list[x509.GeneralName]) -> None:
    with serve(*names) as web:
        check_fails(web.url("/a", NAME, "https"), Trusting(authority))
        assert web.requests == []


def test_an_expired_certificate_is_refused(serve, authority: Authority) -> None:
    with serve(x509.DNSName(NAME), days=-1) as web:
        check_fails(web.url("/a", NAME, "https"), Trusting(authority))
        assert web.requests == []


def test_an_authority_that_nobody_knows_is_refused(web: Web) -> None:
    check_fails(web.url("/a", NAME, "https"), Names({NAME: ["127.0.0.1"]}))
    assert web.requests == []


def test_a_server_without_tls_is_refused(authority: Authority, allow) -> None:
    allow("127.0.0.1")
    with serving() as web:
        check_fails(web.url("/a", NAME, "https"), Trusting(authority))


def test_a_handshake_without_an_end_comes_to_the_deadline(
    authority: Authority, allow, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow("127.0.0.1")
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    monkeypatch.setattr(Handler, "handle", Handler.wait_for_end)
    with serving() as web:
        check_fails(web.url("/a", NAME, "https"), Trusting(authority))


def test_a_redirect_may_lead_to_https_but_not_back(web: Web, authority: Authority) -> None:
    with serving() as plain:
        plain.answers["/up"] = redirect(web.url("/a", NAME, "https"))
        plain.answers["/a"] = ok(FILE)
        web.answers["/down"] = redirect(plain.url("/a"))
        web.answers["/on"] = redirect("a")
        network = Trusting(authority)
        assert fetch(plain.url("/up"), network) == FILE
        assert fetch(web.url("/on", NAME, "https"), network) == FILE
        check_fails(web.url("/down", NAME, "https"), network)
        assert [path for path, _ in plain.requests] == ["/up"]
