"""`demo`: a server whose statuses and calls move, on a folder of its own."""

import os
import re
import signal
from collections import Counter
from pathlib import Path

import pytest
import requests
from flask import Flask

from portsip_api import switch
from portsip_api.pbx.access.tenants import DEFAULT_TENANT_ID
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.upkeep import demo, demo_life
from tests.contract.servers import wait_until
from tests.crm import Crm
from tests.ops.commands import check_sentence, run, start


@pytest.mark.usefixtures("servers")
def test_a_demonstration_moves(tmp_path: Path) -> None:
    data = tmp_path / "shown"
    server = start(
        tmp_path / "other", "demo", "--data", str(data), "--extensions", "20", PBX_BIND="127.0.0.1:0", PBX_WORKERS="1",
        DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3",
    )  # fmt: skip
    try:
        assert server.stdout is not None
        assert server.stderr is not None
        password = server.stdout.readline().rpartition(" ")[2].strip()
        url = next(found[0] for line in server.stderr if (found := re.findall(r"http://127\.0\.0\.1:\d+", line)))
        login = {"username": "admin", "password": password}
        wait_until(lambda: _answers(url), "the server answers")
        token = requests.post(f"{url}/api/account/credentials/verify", json=login, timeout=30).json()["access_token"]

        def statuses() -> dict[str, str]:
            listed = requests.get(f"{url}/api/extensions/list", headers={"access_token": token}, timeout=30).json()
            return {row["extension_number"]: row["status"] for row in listed["extensions"]}

        wait_until(lambda: "ONLINE" in statuses().values(), "phones come")
        before = statuses()
        assert len(before) == 20
        wait_until(lambda: statuses() != before, "something happens", 20)
        call = {"extension": "1000", "to": "1001"}
        placed = requests.post(f"{url}/api/extensions/call", json=call, headers={"access_token": token}, timeout=30)
        assert placed.json()["result"] == "success"
    finally:
        os.kill(server.pid, signal.SIGTERM)
        server.communicate(timeout=60)
    assert {path.name for path in tmp_path.iterdir()} == {"shown"}


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).ok
    except requests.ConnectionError:
        return False


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pbx.sqlite3").write_bytes(b"somebody's")
    check_sentence(
        run(tmp_path / "x", "demo", "--data", str(tmp_path)), f"The folder {tmp_path} has other things in it"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["pbx.sqlite3"]


@pytest.fixture
def shown(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with people in it, and the engine of a demonstration."""
    demo.make_extensions(DEFAULT_TENANT_ID, 20, [], lambda _: None)
    demo_life.equip(DEFAULT_TENANT_ID)
    monkeypatch.setattr(switch, "switch", switch.switch)
    switch.attach("demo")


def lines() -> Counter[str]:
    return Counter(one.line for one in demo_life.taking_part(DEFAULT_TENANT_ID))


@pytest.mark.usefixtures("shown")
def test_most_phones_come_and_some_always_do_something(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines() == {"OFFLINE": 20}
    demo_life.step()
    assert lines() == {"OFFLINE": 4, "ONLINE": 16}
    talking = set()
    for _ in range(40):
        demo_life.step()
        people = demo_life.taking_part(DEFAULT_TENANT_ID)
        talking.add(frozenset(one.number for one in people if one.line == "ON_CALL"))
        assert lines()["ON_CALL"] <= 12
        assert lines()["OFFLINE"] <= 8
    assert len(talking) > 10


@pytest.mark.usefixtures("shown")
def test_its_engine_says_what_the_extensions_show(admin: Crm) -> None:
    demo_life.step()
    registered = switch.switch.registrations("pbx.local")
    online = {one.number for one in demo_life.taking_part(DEFAULT_TENANT_ID) if one.line == "ONLINE"}
    assert {one.identity.partition("@")[0] for one in registered} == online
    switch.switch.drop(registered[0])
    assert len(switch.switch.registrations("pbx.local")) == len(registered) - 1
    reply = admin.do("extensions/call", extension="1000", to="1001")
    (call,) = (call for call in switch.switch.active_calls("pbx.local") if call.caller.number == "1000")
    assert (str(call.session_id), call.callee.number) == (reply["session_id"], "1001")
    assert {Extension.get(DEFAULT_TENANT_ID, number=number).line for number in ("1000", "1001")} == {"ON_CALL"}
    assert switch.switch.registrations("nowhere.example") == []
    assert switch.switch.active_calls("nowhere.example") == []
    switch.switch.transfer("pbx.local", call.call_id, "1001", "1002")
    (moved,) = (call for call in switch.switch.active_calls("pbx.local") if call.caller.number == "1000")
    assert (moved.callee.number, moved.recipient) == ("1002", "1002")
    switch.switch.hang_up("pbx.local", moved.call_id)
    assert "1000" not in {call.caller.number for call in switch.switch.active_calls("pbx.local")}
    logged = [(row["caller"], row["callee"], row["end_reason"]) for row in admin.read("call_logs/list")["items"]]
    assert logged == [("1000", "1002", "CALLER_HANGUP"), ("1000", "1001", "TRANSFERRED")]
