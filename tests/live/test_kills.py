"""Engine, listener and server are killed during calls: each call is one row in the history, no message is lost, and
what is shown of phones is right soon after.

`FAULTS=long make live` kills a hundred times.
"""

import os
import re
import signal
import time
from itertools import cycle, islice, product
from typing import Any

import pytest

from tests.contract.servers import wait_until
from tests.live.conftest import BOB, Pbx
from tests.live.test_voicemail import ANN, BEEP, tone_in

pytestmark = pytest.mark.unrecorded
ROUNDS = 100 if os.environ.get("FAULTS") == "long" else 9
WHO = ("engine", "listener", "server")
WHEN = ("it rings", "they talk", "a message is left")
_LISTENER = re.compile(r'"This process runs the jobs now\.","pid":(\d+)')


def kill(pbx: Pbx, who: str) -> None:
    """Kill one of the three without a word, and return when it is there again."""
    if who == "engine":
        pbx.engine.kill()
        pbx.engine.start()
    elif who == "server":
        pbx.kill_server()
    else:
        before = listener(pbx)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: listener(pbx) != before, "another process listens")


def listener(pbx: Pbx) -> int:
    """The process that listened last."""
    return int(_LISTENER.findall(pbx.server.log())[-1])


def rows(pbx: Pbx, caller: str) -> list[Any]:
    """The calls of a caller in the history."""
    return pbx.get("call_logs/list", caller=caller, tenant_id=1, pagesize=200)["items"]


def test_every_call_is_one_row_whoever_is_killed(pbx: Pbx, line):
    ann, anns = line()
    bob, bobs = line(BOB, {"no_answer_timeval": 30})
    box = pbx.extension()
    messages = 0
    for number, (who, when) in enumerate(islice(cycle(product(WHO, WHEN)), ROUNDS)):
        call = anns.call(box if when == "a message is left" else bob)
        rings = None
        if when == "a message is left":
            messages += 1
            assert call.stream.hears(BEEP, 15)
            time.sleep(5)
        else:
            rings = bobs.incoming()
            call.wait("180")
            if when == "they talk":
                rings.answer()
                call.wait("200")
        kill(pbx, who)
        if who == "engine":
            for one in filter(None, (call, rings)):
                one.stream.close()
        elif when == "it rings":
            call.cancel()
            call.wait("487")
        else:
            call.hang_up()
        for one in (anns, bobs):
            assert one.register() == 200, (number, who, when)
        pbx.wait_status(ann, "ONLINE")
        pbx.wait_status(bob, "ONLINE")
    wait_until(lambda: len(rows(pbx, ann)) >= ROUNDS, "a row of each call", 120)
    found = rows(pbx, ann)
    assert len(found) == ROUNDS
    assert len({row["call_id"] for row in found}) == ROUNDS
    wait_until(lambda: len(pbx.messages(box)) >= messages, "the messages", 120)
    kept = pbx.messages(box)
    assert len(kept) == messages
    assert all(tone_in(pbx.download(message["path"]), ANN) > 0.7 for message in kept)
