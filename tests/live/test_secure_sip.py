"""Phones over TLS and in browsers over WSS, and gateways over TCP and TLS: they are believed by their certificates."""

import base64
import hashlib
import os
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import sync_playwright

from tests.authority import Authority
from tests.contract.servers import wait_until
from tests.crm import SIP_PASSWORD
from tests.live.browser import CHROMIUM, FLAGS, HAS_JSSIP, OF_SOUND, PAGE, Softphone
from tests.live.carrier import Carrier
from tests.live.conftest import ANN, BOB, HOME, RULES, Pbx
from tests.live.test_trunks import gateway, gateway_to, known, rules, shown_as  # noqa: F401
from tests.live.wire import Streams, wait_failure
from tests.web import serving


def trusting(authority: Authority, folder) -> ssl.SSLContext:
    """How a client believes whom an authority has signed for."""
    return ssl.create_default_context(cafile=str(authority.own_file(folder)))


@pytest.fixture
def secure_phone(pbx: Pbx, phone, tmp_path):
    """A function that makes an extension with a phone over TLS, not registered yet."""

    def make(hertz, authority=pbx.engine.authority):
        calling = trusting(authority, tmp_path)
        wire = Streams("127.0.0.1", ("127.0.0.1", pbx.engine.ports["tls"]), None, calling)
        number = pbx.extension()
        return number, phone(number, hertz=hertz, wire=wire)

    return make


def test_a_phone_over_tls_registers_calls_and_is_called(pbx: Pbx, line, secure_phone):
    bob, bobs = line(BOB)
    ann, anns = secure_phone(ANN)
    anns.wire.connect()
    assert anns.register() == 200
    pbx.wait_status(ann, "ONLINE")
    (registration,) = pbx.registrations(f"user/{ann}")
    assert "transport=tls" in registration["contact"]
    call = anns.call(bob)
    rings = bobs.incoming()
    assert shown_as(rings) == ann
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    assert rings.stream.hears(ANN)
    call.hang_up()
    pbx.wait_status(bob, "ONLINE")
    call = bobs.call(ann)
    rings = anns.incoming()
    rings.answer()
    call.wait("200")
    assert call.stream.hears(ANN)
    assert rings.stream.hears(BOB)
    call.hang_up()
    rings.wait("BYE")
    assert anns.register(0) == 200
    pbx.wait_status(ann, "OFFLINE")


@pytest.mark.unrecorded  # what is asked is that of any call
def test_a_phone_that_encrypts_its_sound_is_answered_so(line, secure_phone):
    bob, bobs = line(BOB)
    _, anns = secure_phone(ANN)
    anns.encrypts = True
    anns.wire.connect()
    assert anns.register() == 200
    call = anns.call(bob)
    rings = bobs.incoming()
    rings.answer()
    call.wait("200")
    assert "RTP/SAVP" in call.last.body
    assert call.stream.hears(BOB)
    assert rings.stream.hears(ANN)
    call.hang_up()


@pytest.mark.unrecorded  # nothing is asked
def test_a_phone_that_does_not_believe_the_certificate_goes(secure_phone):
    _, anns = secure_phone(ANN, Authority())
    with pytest.raises(ssl.SSLCertVerificationError):
        anns.wire.connect()


@pytest.fixture
def over(pbx: Pbx, tmp_path):
    """A function that returns a carrier over TCP or TLS, with a certificate for its address, or for another name."""
    made: list[Carrier] = []

    def make(transport, hertz=440, authority=pbx.engine.authority, name=""):
        def wire(host):
            if transport == "tcp":
                return Streams(host, pbx.engine.trunks, None, None)
            listening = authority.server(tmp_path, x509.DNSName(name or host))
            there = ("127.0.0.1", pbx.engine.ports["gateways over tls"])
            return Streams(host, there, listening, trusting(pbx.engine.authority, tmp_path))

        made.append(Carrier(pbx.engine.trunks, hertz, wire))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_calls_go_out_and_come_in_over_a_gateways_transport(pbx: Pbx, line, over, gateway, rules, transport):  # noqa: F811
    ann, anns = line(ANN)
    there = over(transport, BOB)
    rules.prefix("+4950", gateway(there, addressTransport=transport))
    call = anns.call("+49501234")
    rings = there.incoming()
    assert rings.invite.get("via").startswith(f"SIP/2.0/{transport.upper()}")
    rings.answer()
    call.wait("200")
    assert call.stream.hears(BOB)
    assert rings.stream.hears(ANN)
    call.hang_up()
    rings.wait("BYE")
    pbx.wait_status(ann, "ONLINE")
    call = there.call_in(ann)
    anns.incoming().answer()
    call.wait("200")
    assert call.stream.hears(ANN)
    call.hang_up()


@pytest.mark.unrecorded  # what is configured has passwords in it
@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_gateway_registers_over_its_transport(pbx: Pbx, over, gateway, transport):  # noqa: F811
    there = over(transport)
    there.accounts = {"firm": "right"}
    id_ = gateway(there, user="firm", password="right", addressTransport=transport)
    assert there.registrations.get(timeout=15) == ("firm", 600)
    assert f"transport={transport}" in there.contacts["firm"]
    wait_until(lambda: known(pbx).get(f"t1-g{id_}") == "REGED", "registered")


@pytest.mark.unrecorded
def test_calls_go_over_the_proxy_of_a_gateway_by_its_transport(pbx: Pbx, line, over, gateway, rules):  # noqa: F811
    _, anns = line(ANN)
    proxy = over("tls", BOB)
    there = {"outboundAddress": proxy.host, "outboundPort": proxy.port, "address": "127.0.0.250"}
    rules.prefix("+4951", gateway(proxy, addressTransport="tls", **there))
    call = anns.call("+49511234")
    rings = proxy.incoming()
    rings.answer()
    call.wait("200")
    call.hang_up()


@pytest.mark.unrecorded
@pytest.mark.parametrize("who", ["signed by nobody", "somebody else"])
def test_a_gateway_that_is_not_who_it_should_be_gets_no_call(pbx: Pbx, line, over, gateway, rules, who):  # noqa: F811
    _, anns = line(ANN)
    there = over("tls", authority=Authority()) if who == "signed by nobody" else over("tls", name="other.example")
    rules.prefix("+4952", gateway(there, addressTransport="tls"))
    call = anns.call("+49521234")
    assert call.wait("200", "503", "480", within=40) == "503"
    assert wait_failure(there.wire)
    assert there.is_left_alone(0.3)


@pytest.fixture
def browser(pbx: Pbx):
    """A browser that believes the engine's certificate by its key, and no other one."""
    if CHROMIUM is None or not HAS_JSSIP:
        pytest.skip("needs `chromium`, a package of Debian, and JsSIP, which `make test` installs")
    shown = ssl.get_server_certificate(("127.0.0.1", pbx.engine.ports["wss"]))
    key = x509.load_pem_x509_certificate(shown.encode()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    believed = f"ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"
    flags = [f"--{flag}" for flag in (*FLAGS, *OF_SOUND, believed, *("no-sandbox",) * (os.geteuid() == 0))]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


@pytest.fixture
def softphone(pbx: Pbx, browser):
    """A function that makes an extension and a browser's phone of it, and returns both."""

    def make(hertz):
        number = pbx.extension(forward_rules={"available": RULES})
        url = f"wss://127.0.0.1:{pbx.engine.ports['wss']}"
        return number, Softphone(browser.new_page(), web, url, f"{number}@{HOME}", SIP_PASSWORD, hertz)

    with serving() as web:
        web.answers |= {"/": PAGE, "/favicon.ico": PAGE}
        yield make


@pytest.mark.unrecorded  # a browser names itself and its addresses otherwise each time
def test_a_browser_registers_calls_and_is_called(pbx: Pbx, line, softphone):
    bob, bobs = line(BOB)
    ann, anns = softphone(ANN)
    assert anns.wait("registered", "registrationFailed") == "registered"
    pbx.wait_status(ann, "ONLINE")
    anns.call(bob)
    rings = bobs.incoming()
    assert shown_as(rings) == ann
    rings.answer()
    assert anns.wait("accepted", "failed") == "accepted"
    assert rings.stream.hears(ANN)
    assert anns.hears(BOB)
    anns.hang_up()
    rings.wait("BYE")
    pbx.wait_status(bob, "ONLINE")
    anns.forget()
    call = bobs.call(ann)
    anns.wait("rings")
    anns.answer()
    call.wait("200")
    assert call.stream.hears(ANN)
    assert anns.hears(BOB)
    call.hang_up()
    anns.wait("ended")
    anns.page.close()
    pbx.wait_status(ann, "OFFLINE")
