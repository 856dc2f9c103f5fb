"""The thread that tells the engine of changes."""

import threading

import pytest

from portsip_api import switch
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import mailboxes, service
from portsip_api.switch import teller
from portsip_api.switch.none import NoSwitch
from portsip_api.switch.teller import Teller
from tests.audio import wav


class Slow(NoSwitch):
    """An engine that fails in two ways at first, and then is told."""

    def __init__(self):
        self.failures = [SwitchUnavailable("The SIP engine cannot be reached."), ValueError("What is this?")]
        self.told, self.forgotten = threading.Event(), threading.Event()

    def forget_accounts(self, accounts):
        assert set(accounts) == {("1000", "pbx.local")}
        if self.failures:
            raise self.failures.pop(0)
        self.forgotten.set()

    def message_waiting(self, domain, number, counts):
        assert (domain, number, counts.new) == ("pbx.local", "1000", 1)
        self.told.set()


@pytest.fixture
def message(admin, configure):
    configure(PBX_SWITCH="freeswitch")
    service.update(1, {"voice_mail_not_save_if_less_seconds": 0})
    admin.make_extension("1000")
    mailboxes.deposit(1, ExtensionKey("1000"), wav(), "+1")


def test_it_goes_on_whatever_happens(message, monkeypatch):
    monkeypatch.setattr(teller, "TURN", 0.01)
    monkeypatch.setattr(teller, "LONGEST_WAIT", 0.01)
    engine, stopping = Slow(), threading.Event()
    thread = threading.Thread(target=Teller(lambda: engine).run, args=(stopping,))
    thread.start()
    try:
        assert engine.told.wait(20)
        assert engine.forgotten.is_set()
    finally:
        stopping.set()
        thread.join()
    assert engine.failures == []


def test_one_process_tells_for_each_engine_and_none_without():
    assert [len(switch.listeners(name)) for name in ("none", "demo", "freeswitch")] == [0, 1, 3]
