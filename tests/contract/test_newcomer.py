"""A newcomer's path: a clone, `make run`, and the README's lines in order, as they are printed, in a shell.

The port is one that is free. What needs an engine runs with one: `tests/live/test_newcomer.py`.
"""

import re
import socket
from collections.abc import Iterator

import pytest

from tests.contract.newcomer import Clone, blocks, clone, first_run, password_in

PORT = "8899"  # of the README
PHONES = blocks("### Two phones call each other")
CONFIGURED, SERVED, STARTED, MADE, LOOKED = range(5)  # what the blocks about them do


@pytest.fixture(scope="module")
def port(servers: None) -> int:
    """A free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture(scope="module")
def made(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clone, str]]:
    """A clone, and the password that `make run` in it has printed; the server runs until this module is done."""
    with clone(tmp_path_factory.mktemp("newcomer"), f"127.0.0.1:{port}") as one, one.serving(first_run(one)) as said:
        yield one, password_in(said)


def test_it_says_what_debian_needs() -> None:
    assert blocks("## Start")[0] == "apt-get install make curl python3 python3-venv\n"


def test_the_lines_of_the_readme_do_what_they_say(made: tuple[Clone, str], port: int) -> None:
    one, password = made
    lines = "".join(blocks("## Start")[2:])
    more = "".join(PHONES[number] for number in (CONFIGURED, MADE, LOOKED))
    printed = one.run((lines + "echo '|'\n" + more).replace(PORT, str(port)), f"{password}\n")
    first, _, second = printed.partition("|\n")
    created, listed, rest = re.split(r"(?<=\})(?=[{<])", first, maxsplit=2)
    assert '"extension_number":"1000"' in created
    assert '"count":1' in listed
    in_xml, in_json = rest.partition("{")[0], rest.partition("{")[2]
    assert "<userName>1000</userName>" in in_xml
    assert in_json.count('"1000"') >= 1
    assert "err_code" not in printed
    assert "ERROR" not in printed
    assert f"{one.path}/db/freeswitch/freeswitch.xml" in second.partition("\n")[0]
    assert f"http://127.0.0.1:{port}/engine/freeswitch" in (one.path / "db/freeswitch/freeswitch.xml").read_text()
    assert '"extension_number":"1001"' in second
    assert '"count":2' in second
    assert "PBX_SWITCH=freeswitch" in PHONES[SERVED]
    assert PHONES[STARTED].splitlines()[-1] == ".venv/bin/pbx switch check"
    assert len(PHONES) == 5
