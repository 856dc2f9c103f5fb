"""Gateways: they register, calls leave and come in over them, and nobody calls at somebody else's cost."""

import re

import pytest

from tests.contract.servers import wait_until
from tests.live.carrier import Carrier
from tests.live.conftest import HOME, Pbx


@pytest.fixture
def carrier(pbx: Pbx):
    """A function that returns a carrier, at an address of its own."""
    made: list[Carrier] = []

    def make(hertz=440):
        made.append(Carrier(pbx.engine.trunks, hertz))
        return made[-1]

    yield make
    for one in made:
        one.close()


def gateway_to(carrier, name, **fields):
    """What the API is told of a gateway."""
    there = {"address": carrier.host, "addressPort": carrier.port, "addressTransport": "udp"}
    return {"name": name, "enabled": True, "model": {"modelId": "sipTrunkStandard"}, **there, **fields}


@pytest.fixture
def gateway(pbx: Pbx):
    """A function that makes a gateway to a carrier and returns its id; the gateways go with the test."""
    made: list[tuple[int, str]] = []

    def make(carrier, domain=HOME, user="", password="", **fields):
        body = gateway_to(carrier, f"gateway {carrier.host} {len(made)}", **fields)
        id_ = pbx.sipxcom("POST", "gateways", body, domain)
        made.append((id_, domain))
        if user:
            for name, value in (("user-name", user), ("password", password), ("register-on-initialization", "true")):
                pbx.sipxcom("PUT", f"gateways/{id_}/settings/itsp-account/{name}", value, domain)
        return id_

    yield make
    for id_, domain in made:
        pbx.sipxcom("DELETE", f"gateways/{id_}", None, domain)


def known(pbx: Pbx) -> dict[str, str]:
    """The states of the engine's gateways, by their names."""
    text = pbx.engine.api("sofia", "xmlstatus", "gateway")
    return dict(re.findall(r"<name>([^<]*)</name>.*?<state>([^<]*)</state>", text, re.DOTALL))


@pytest.mark.unrecorded  # what is configured has passwords in it
def test_a_gateway_registers_with_what_it_is_set_to_at_once(pbx: Pbx, carrier, gateway):
    there = carrier()
    there.accounts = {"firm": "right", "other": "too"}
    id_ = gateway(there, user="firm", password="wrong")
    assert there.refused.get(timeout=10) == "firm"
    pbx.sipxcom("PUT", f"gateways/{id_}/settings/itsp-account/password", "right")
    assert there.registrations.get(timeout=10) == ("firm", 600)
    wait_until(lambda: known(pbx).get(f"t1-g{id_}") == "REGED", "registered")
    pbx.sipxcom("PUT", f"gateways/{id_}/settings/itsp-account/user-name", "other")
    assert there.registrations.get(timeout=10) == ("firm", 0)  # under the old name it is gone
    assert there.refused.get(timeout=10) == "other"
    pbx.sipxcom("PUT", f"gateways/{id_}/settings/itsp-account/password", "too")
    assert there.registrations.get(timeout=10) == ("other", 600)


@pytest.mark.unrecorded
def test_a_removed_gateway_is_gone_at_once_and_others_stay(pbx: Pbx, carrier, gateway):
    there = carrier()
    there.accounts = {"firm": "right"}
    id_, other = gateway(there, user="firm", password="right"), gateway(carrier())
    assert there.registrations.get(timeout=10) == ("firm", 600)
    assert set(known(pbx)) >= {f"t1-g{id_}", f"t1-g{other}"}
    pbx.sipxcom("PUT", f"gateways/{id_}", gateway_to(there, "off", enabled=False))
    assert there.registrations.get(timeout=10) == ("firm", 0)
    assert f"t1-g{id_}" not in known(pbx)
    assert f"t1-g{other}" in known(pbx)
