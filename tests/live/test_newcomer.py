"""The README's path to two phones that call each other, as it is printed, with phones of the tests for softphones."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.contract.newcomer import Clone, blocks, clone, first_run, password_in
from tests.contract.servers import wait_until
from tests.contract.test_newcomer import CONFIGURED, LOOKED, MADE, PHONES, PORT, SERVED, STARTED
from tests.live.conftest import ANN, BOB, PROGRAM
from tests.live.phone import Phone
from tests.live.ports import free


@pytest.fixture
def newcomer(servers: None, tmp_path: Path) -> Iterator[Clone]:
    """A clone; an engine that was started in it is ended."""
    folder = tmp_path / "newcomer"
    folder.mkdir()
    with clone(folder, f"127.0.0.1:{free('http')['http']}") as one:
        try:
            yield one
        finally:
            with suppress(FileNotFoundError, ProcessLookupError):
                os.kill(int((one.path / "db/freeswitch/freeswitch.pid").read_text()), signal.SIGKILL)


def softphone(row: int, sip: int, hertz: float) -> Phone:
    """A phone that was told what stands in a column of the README's table, but for the port."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    told = {
        name: cells[row] for name, *cells in re.findall(r"^\| (\w+)[^|]* \| `(.+)` \| `(.+)` \|$", text, re.MULTILINE)
    }
    host, _, port = told["Server"].partition(":")
    assert port == "5060"
    return Phone((host, sip), told["User"], told["Domain"], told["Password"], hertz)


@pytest.mark.unrecorded
def test_two_phones_call_each_other_as_the_readme_says(newcomer: Clone) -> None:
    sip, trunks, commands = free("phones", "gateways", "commands").values()
    ports = {
        "PBX_SWITCH_URL": f"tcp://127.0.0.1:{commands}",
        "PBX_SIP_TRANSPORTS": f"UDP:{sip},TCP:{sip}",
        "PBX_TRUNK_PORT": str(trunks),
    }
    port = newcomer.address.rpartition(":")[2]
    *_, lines, _ = blocks("## Start")
    with newcomer.serving(first_run(newcomer), **ports) as said:
        typed = f"{password_in(said)}\n"
        terminal = lines + PHONES[CONFIGURED]
        newcomer.run(terminal.replace(PORT, port), typed, **ports)
    functions, made = re.split(r"^(?=log_in; )", lines, maxsplit=1, flags=re.MULTILINE)[0], PHONES[MADE]
    terminal = functions + PHONES[CONFIGURED].splitlines(keepends=True)[0]
    path = f"{Path(PROGRAM).parent}:{os.environ['PATH']}"
    with newcomer.serving(PHONES[SERVED], **ports), ExitStack() as stack:
        told = newcomer.run((terminal + PHONES[STARTED] + made).replace(PORT, port), typed, PATH=path, **ports)
        assert "No errors." in told
        first, second = (softphone(row, sip, hertz) for row, hertz in ((0, ANN), (1, BOB)))
        for one in (first, second):
            stack.callback(one.close)
            assert one.register() == 200
        call = first.call(second.user)
        rings = second.incoming()
        assert call.wait("180", "183") == "180"
        rings.answer()
        call.wait("200")
        assert call.stream.hears(BOB)
        assert rings.stream.hears(ANN)
        looked = (terminal + PHONES[LOOKED]).replace(PORT, port)
        wait_until(lambda: newcomer.run(looked, typed, **ports).count('"ON_CALL"') == 2, "both talk", 20)
        call.hang_up()
        wait_until(lambda: '"ANSWERED"' in newcomer.run(looked, typed, **ports), "the call is in the history", 20)
        assert "sip:1001@pbx.local" in newcomer.run(looked, typed, **ports)
