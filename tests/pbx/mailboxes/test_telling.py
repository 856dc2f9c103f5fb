"""What the SIP engine is told when something changes in an inbox: once, afterwards, and whoever changed it."""

from collections.abc import Callable

import pytest

from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.mailboxes import mailboxes, messages, service, telling
from portsip_api.pbx.mailboxes.messages import Counts, Message
from portsip_api.store import database
from portsip_api.switch.none import NoSwitch
from tests.audio import wav
from tests.pbx.mailboxes.boxes import ANA, BO, HOME, leave

ANAS, BOS = ("pbx.local", "1000"), ("pbx.local", "1001")
Told = tuple[str, str, str]


class Phones(NoSwitch):
    """An engine that is told what waits."""

    is_attached = True

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.is_there = True
        self.meanwhile: Callable[[], object] = lambda: None

    def message_waiting(self, domain: str, number: str, counts: Counts) -> None:
        """Be told."""
        assert not database.db.in_transaction()
        if not self.is_there:
            raise SwitchUnavailable("The SIP engine cannot be reached.")
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        self.told.append((domain, number, f"{counts.new}/{counts.old} ({counts.new_urgent}/{counts.old_urgent})"))


@pytest.fixture
def phones(configure: Callable[..., object]) -> Phones:
    configure(PBX_SWITCH="freeswitch")
    return Phones()


@pytest.fixture
def left(phones: Phones) -> Message:
    """A message of Bo's in Ana's inbox, of which her phones know."""
    made = leave(caller="1001")
    assert told(phones) == [(*ANAS, "1/0 (0/0)")]
    return made


def told(phones: Phones) -> list[Told]:
    """What is told now, and was not before."""
    phones.told.clear()
    telling.tell(phones)
    return phones.told


def waiting() -> int:
    return database.fetch_row("SELECT count(*) FROM waiting_change")[0]


CHANGES: dict[str, tuple[Callable[[int], object], list[Told]]] = {
    "heard": (lambda id_: messages.mark(HOME, ANA, id_, {"heard": True}), [(*ANAS, "0/1 (0/0)")]),
    "downloaded": (lambda id_: messages.hear(HOME, ANA, id_), [(*ANAS, "0/1 (0/0)")]),
    "urgent": (lambda id_: messages.mark(HOME, ANA, id_, {"urgent": True}), [(*ANAS, "1/0 (1/0)")]),
    "moved": (lambda id_: messages.move(HOME, ANA, id_, "saved"), [(*ANAS, "0/0 (0/0)")]),
    "deleted": (lambda id_: messages.delete(HOME, ANA, id_), [(*ANAS, "0/0 (0/0)")]),
    "copied": (lambda id_: mailboxes.copy(HOME, ANA, id_, "inbox"), [(*ANAS, "2/0 (0/0)")]),
    "answered": (lambda id_: mailboxes.reply(HOME, ANA, id_, wav()), [(*BOS, "1/0 (0/0)")]),
    "sent on": (
        lambda id_: mailboxes.forward(HOME, ANA, id_, [ANA, BO]), [(*ANAS, "2/0 (0/0)"), (*BOS, "1/0 (0/0)")]
    ),
    "not changed": (lambda id_: messages.mark(HOME, ANA, id_, {"heard": False, "subject": "x"}), []),
    "not moved": (lambda id_: messages.move(HOME, ANA, id_, "inbox"), []),
    "copied elsewhere": (lambda id_: mailboxes.copy(HOME, ANA, id_, "saved"), []),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_told_once(phones: Phones, left: Message, change: str) -> None:
    do, expected = CHANGES[change]
    do(left.id)
    assert told(phones) == expected
    assert (told(phones), waiting()) == ([], 0)


def test_what_is_not_in_the_inbox_is_not_shown_by_phones(phones: Phones, left: Message) -> None:
    messages.move(HOME, ANA, left.id, "saved")
    assert told(phones) == [(*ANAS, "0/0 (0/0)")]
    messages.mark(HOME, ANA, left.id, {"heard": True})
    messages.delete(HOME, ANA, left.id)
    messages.delete(HOME, ANA, left.id)  # for good
    assert told(phones) == []


def test_what_is_kept_no_longer_is_told(phones: Phones, left: Message, time) -> None:
    leave(key=BO, caller="1000", folder="conference")
    service.update(HOME, {"auto_cleaning_voicemail_days": 1})
    time.pass_seconds(2 * 86_400)
    assert service.clean() == 2
    assert told(phones) == [(*ANAS, "0/0 (0/0)")]


def test_many_changes_are_told_at_once_as_they_are_in_the_end(phones: Phones, left: Message) -> None:
    leave(urgent=True)
    messages.mark(HOME, ANA, left.id, {"heard": True})
    leave(key=BO)
    assert told(phones) == [(*ANAS, "1/1 (1/0)"), (*BOS, "1/0 (0/0)")]


def test_what_changes_while_it_is_told_is_told_again(phones: Phones, left: Message) -> None:
    messages.mark(HOME, ANA, left.id, {"heard": True})
    phones.meanwhile = lambda: messages.delete(HOME, ANA, left.id)
    assert told(phones) == [(*ANAS, "0/1 (0/0)")]
    assert told(phones) == [(*ANAS, "0/0 (0/0)")]


def test_an_engine_that_is_not_there_is_told_later(phones: Phones, left: Message) -> None:
    messages.delete(HOME, ANA, left.id)
    leave(key=BO)
    phones.is_there = False
    with pytest.raises(SwitchUnavailable):
        telling.tell(phones)
    phones.is_there = True
    assert told(phones) == [(*ANAS, "0/0 (0/0)"), (*BOS, "1/0 (0/0)")]


def test_of_who_is_gone_nothing_is_told(phones: Phones, left: Message) -> None:
    messages.delete(HOME, ANA, left.id)
    extensions.destroy(HOME, ANA)
    assert (told(phones), waiting()) == ([], 0)


def test_whose_number_changes_is_told_of_by_the_new_one(phones: Phones, left: Message) -> None:
    messages.delete(HOME, ANA, left.id)
    extensions.update(HOME, ExtensionKey(id=find_id(HOME, ANA)), {"extension_number": "1009"})
    assert told(phones) == [("pbx.local", "1009", "0/0 (0/0)")]


def test_each_tenant_s_phones_are_told(phones: Phones, elsewhere: int) -> None:
    mailboxes.deposit(elsewhere, ExtensionKey("1000"), wav(), "+1")
    assert told(phones) == [("acme.example", "1000", "1/0 (0/0)")]


def test_without_an_engine_nothing_is_written(app: object, statements: list[str]) -> None:
    made = leave()
    messages.mark(HOME, ANA, made.id, {"heard": True})
    messages.delete(HOME, ANA, made.id)
    assert not [text for text in statements if "waiting_change" in text]
