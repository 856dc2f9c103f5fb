"""What the metrics tell of real phones and calls."""

import re

import pytest
import requests

from tests.contract.servers import wait_until
from tests.live.conftest import BOB, Pbx


def told(pbx: Pbx) -> dict[str, float]:
    """The numbers without labels that begin with `pbx_`."""
    text = requests.get(f"{pbx.server.url}/metrics", timeout=30).text
    return {name: float(number) for name, number in re.findall(r"^(pbx_\w+) (\S+)$", text, re.MULTILINE)}


@pytest.mark.unrecorded
def test_phones_and_who_is_on_a_call_are_counted(pbx: Pbx, line):
    pbx.engine.api("hupall")  # what other tests have left
    _, anns = line()
    bob, bobs = line(BOB)
    wait_until(lambda: told(pbx).get("pbx_registrations", 0) >= 2, "both phones", 20)
    assert told(pbx)["pbx_switch_connected"] == 1
    call = anns.call(bob)
    bobs.incoming().answer()
    call.wait("200")
    wait_until(lambda: told(pbx)["pbx_extensions_on_call"] == 2, "both are on a call", 20)
    call.hang_up()
    wait_until(lambda: told(pbx)["pbx_extensions_on_call"] == 0, "nobody is", 20)
    assert told(pbx)["pbx_switch_lag_seconds"] >= 0
    text = requests.get(f"{pbx.server.url}/metrics", timeout=30).text
    for section in ("directory", "dialplan", "configuration"):
        assert f'route="/engine/freeswitch/{section}"' in text
