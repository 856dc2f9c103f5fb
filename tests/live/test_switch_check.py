"""What `pbx switch check` asks of a real engine."""

import os
import subprocess
import sys

import pytest

from tests.contract.servers import ROOT
from tests.live.conftest import Pbx

pytestmark = pytest.mark.unrecorded


def test_nothing_is_wrong_with_an_engine_that_serves(pbx: Pbx):
    environment = os.environ | pbx.server.given | {"PBX_DATA_DIR": str(pbx.server.data_dir)}
    command = [sys.executable, "-m", "portsip_api", "switch", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "No errors.\n")


def test_the_engine_says_where_it_may_not_write(pbx: Pbx):
    assert pbx.engine.api("system", "test", "-w", str(pbx.recorded), "||", "echo", "no") != "no"
    assert pbx.engine.api("system", "test", "-w", str(pbx.recorded / "none"), "||", "echo", "no") == "no"
