"""Hostile URLs and names: none of them makes the server connect to anything."""

import socket

import pytest

from portsip_api.ops import fetch as fetching
from portsip_api.ops.fetch import FAILED, NOT_ALLOWED, FetchFailed, fetch
from portsip_api.ops.fetch_network import Endpoint, Network
from tests.pbx.media.test_fetch_urls import BAD
from tests.pbx.test_public_addresses import REFUSED
from tests.web import Web, redirect, serving


@pytest.fixture(autouse=True)
def nothing_is_allowed(allow) -> None:
    """Only public addresses."""
    allow("")


class Recorder(Network):
    """A network of names that the test made up, in which every connection is noted and refused."""

    def __init__(self, *answers: list[str]) -> None:
        """`answers` are what the resolver says when it is asked for the first time, the second, ..."""
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []
        self.connections: list[Endpoint] = []

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """Return the next answer. Without one the system's resolver reads the address that `host` is."""
        self.asked.append((host, port))
        if not self.answers:
            assert host.replace(".", "").isdigit() or ":" in host, "a name would leave the machine"
            return super().resolve(host, port)
        return [endpoint(address, port) for address in self.answers.pop(0)]

    def connect(self, endpoint: Endpoint, _seconds: float) -> socket.socket:
        """Note it."""
        self.connections.append(endpoint)
        raise ConnectionRefusedError


def endpoint(address: str, port: int) -> Endpoint:
    """Return where `address` is, as the system's resolver would."""
    return Endpoint(socket.AF_INET6, (address, port, 0, 0)) if ":" in address else Endpoint(
        socket.AF_INET, (address, port)
    )  # fmt: skip


def check_fails(url: str, reason: str, network: Network) -> FetchFailed:
    """The fetch fails for that reason, and says nothing of the URL."""
    with pytest.raises(FetchFailed) as caught:
        fetch(url, network)
    assert caught.value.reason == reason
    assert url not in f"{caught.value} {caught.value.reason}"
    return caught.value


def literal(address: str) -> str:
    """Return a URL of the address."""
    return f"http://[{address}]/a.wav" if ":" in address else f"http://{address}/a.wav"


@pytest.mark.parametrize("url", [url for urls in BAD.values() for url in urls])
def test_a_url_of_another_form_reaches_not_even_the_resolver(url: str) -> None:
    network = Recorder(["127.0.0.1"])
    with pytest.raises(FetchFailed) as caught:
        fetch(url, network)
    assert (caught.value.reason, network.asked, network.connections) == (FAILED, [], [])


@pytest.mark.parametrize("address", [text for text in REFUSED if "%" not in text])
def test_a_forbidden_address_in_the_url_is_called_so(address: str) -> None:
    network = Recorder()
    failure = check_fails(literal(address), NOT_ALLOWED, network)
    assert not failure.is_transient
    assert (network.asked, network.connections) == ([], [])


@pytest.mark.parametrize("address", REFUSED)
def test_a_name_at_a_forbidden_address_fails_like_one_that_does_not_exist(address: str) -> None:
    inside, outside = Recorder([address]), Recorder([])
    found = check_fails("http://intranet.example/", FAILED, inside)
    missing = check_fails("http://missing.example/", FAILED, outside)
    assert found.is_transient == missing.is_transient
    assert inside.connections == outside.connections == []


@pytest.mark.parametrize(
    "addresses", [["8.8.8.8", "127.0.0.1"], ["fd00::1", "8.8.8.8"], ["8.8.8.8"] * 9 + ["10.0.0.1"]]
)
def test_one_forbidden_address_among_good_ones_refuses_all(addresses: list[str]) -> None:
    network = Recorder(addresses)
    check_fails("http://mixed.example/", FAILED, network)
    assert network.connections == []


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    network = Recorder(["8.8.8.8"], ["127.0.0.1"])
    check_fails("http://rebinding.example/", FAILED, network)
    assert network.asked == [("rebinding.example", 80)]
    assert network.connections == [endpoint("8.8.8.8", 80)]


def test_a_second_fetch_judges_anew() -> None:
    network = Recorder(["8.8.8.8"], ["127.0.0.1"])
    for _ in range(2):
        check_fails("https://rebinding.example:8443/", FAILED, network)
    assert network.connections == [endpoint("8.8.8.8", 8443)]


def test_the_other_addresses_are_tried_but_not_hundreds() -> None:
    network = Recorder([f"8.8.8.{number}" for number in range(200)])
    check_fails("http://many.example/", FAILED, network)
    assert [tried.host for tried in network.connections] == ["8.8.8.0", "8.8.8.1", "8.8.8.2", "8.8.8.3"]


def test_a_name_that_does_not_exist_cannot_be_fetched() -> None:
    class Nameless(Recorder):
        def resolve(self, host: str, port: int) -> list[Endpoint]:
            raise socket.gaierror(socket.EAI_NONAME, f"{host}:{port} is unknown")

    check_fails("http://missing.example/", FAILED, Nameless())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/"]
)
def test_a_listener_on_the_loopback_sees_no_connection(url: str) -> None:
    with serving() as web:
        with pytest.raises(FetchFailed):
            fetch(url.format(port=web.port))
        assert web.connections == 0


class TestRedirects:
    """From an allowed server to places that are not."""

    @pytest.fixture
    def web(self, allow):
        allow("127.0.0.1")
        with serving() as web:
            yield web

    @pytest.mark.parametrize(
        "address", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
    )
    def test_to_a_forbidden_address(self, web: Web, address: str) -> None:
        web.answers["/a"] = redirect(f"http://{address}:{web.port}/b")
        check_fails(web.url("/a"), NOT_ALLOWED, Network())
        assert web.connections == 1

    @pytest.mark.parametrize(
        "location",
        [
            "file:///etc/passwd", "ftp://8.8.8.8/", "http://user:word@127.0.0.1:{port}/b", "http://2130706433:{port}/b",
            "http://127.1:{port}/b", "http://127.0.0.1:22/", "//user@127.0.0.1:{port}/b", "http://[::1", "http://\xe4.example/",
            "/a b", "\\\\127.0.0.1/b", "data:,x", "javascript:1", "https://", "/" + "a" * 2048,
        ],
    )  # fmt: skip
    def test_to_a_url_of_another_form(self, web: Web, location: str) -> None:
        web.answers["/a"] = redirect(location.format(port=web.port))
        check_fails(web.url("/a"), FAILED, Network())
        assert web.connections == 1

    def test_to_a_name_at_a_forbidden_address(self, web: Web) -> None:
        web.answers["/a"] = redirect("http://inside.example/b")

        class Inside(Network):
            def resolve(self, host: str, port: int) -> list[Endpoint]:
                return [endpoint("10.0.0.1", port)] if host == "inside.example" else super().resolve(host, port)

        check_fails(web.url("/a"), FAILED, Inside())
        assert web.connections == 1

    def test_too_many(self, web: Web) -> None:
        web.answers["/a"] = redirect("/a")
        check_fails(web.url("/a"), FAILED, Network())
        assert web.connections == fetching.REDIRECTS + 1

    def test_without_a_location(self, web: Web) -> None:
        web.answers["/a"] = lambda handler: handler.send(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")
        check_fails(web.url("/a"), FAILED, Network())
