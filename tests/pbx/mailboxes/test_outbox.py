"""What stands in the outbox beside a new message, and for whom."""

from collections.abc import Callable
from typing import Any

import pytest

from portsip_api.pbx.errors import Conflict
from portsip_api.pbx.extensions import extensions
from portsip_api.pbx.mailboxes import mailboxes, messages
from portsip_api.store import database
from tests.audio import wav
from tests.pbx.mailboxes.boxes import ANA, BO, HOME, check_whole, leave, tell

OTHER_ADDRESS = "ana@phone.example"


def outbox() -> list[tuple[Any, ...]]:
    return database.fetch_all("SELECT message_id, address, format, with_audio FROM mail_outbox ORDER BY id")


@pytest.fixture(autouse=True)
def on(configure: Callable[..., object]) -> None:
    """There is a mail server, and Ana has an address."""
    configure(PBX_SMTP_URL="smtp://127.0.0.1:9", PBX_MAILBOX_MESSAGES="3")
    extensions.update(HOME, ANA, {"profile": {"email": "ana@home.example"}})


def test_each_address_has_a_row_beside_each_new_message() -> None:
    tell(ANA, audio=True)
    tell(ANA, alternate_email=OTHER_ADDRESS, alternate_notify=True, alternate_format="BRIEF")
    tell(BO)  # who has no address
    made = leave(caller="1001")
    assert outbox() == [(made.id, "ana@home.example", "FULL", 1), (made.id, OTHER_ADDRESS, "BRIEF", 0)]
    mailboxes.copy(HOME, ANA, made.id, "saved")  # is not new
    answer = mailboxes.reply(HOME, ANA, made.id, wav())
    assert len(outbox()) == 2
    sent_on = mailboxes.forward(HOME, BO, answer.id, [ANA])[0]
    assert [row[0] for row in outbox()] == [made.id, made.id, sent_on.id, sent_on.id]
    with pytest.raises(Conflict):  # a mailbox that is full is told of nothing
        leave()
    assert len(outbox()) == 4
    messages.delete(HOME, ANA, made.id)
    assert len(outbox()) == 4
    messages.delete(HOME, ANA, made.id)  # for good, and with it what would tell of it
    assert [row[0] for row in outbox()] == [sent_on.id, sent_on.id]
    extensions.destroy(HOME, ANA)
    assert outbox() == []
    check_whole(1)


def test_an_address_that_stands_twice_is_told_once() -> None:
    tell(ANA)
    tell(ANA, alternate_email="ana@home.example", alternate_notify=True, alternate_format="MEDIUM")
    leave()
    assert [row[1:3] for row in outbox()] == [("ana@home.example", "FULL")]


def test_without_a_mail_server_nobody_is_told(configure: Callable[..., object], statements: list[str]) -> None:
    tell(ANA)
    configure(PBX_SMTP_URL="")
    statements.clear()
    leave()
    assert outbox() == []
    assert not any("user_contact" in statement for statement in statements)
