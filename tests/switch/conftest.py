"""What many tests of the engine's side begin with."""

import pytest

from portsip_api.switch.freeswitch import recorded

ID = "0b0a7c1e-3c6f-4b5e-9a51-0123456789ab"  # of a call
DOMAIN = "pbx.local"


@pytest.fixture
def engine(admin, configure):
    """Three extensions, and the folder of the engine."""
    for number in ("1000", "1001", "1002"):
        admin.make_extension(number)
    configure(PBX_SWITCH="freeswitch")
    recorded.make_folder()
