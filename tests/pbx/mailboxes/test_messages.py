"""The messages of a mailbox: lists and counts, and what is done with one."""

from typing import Any

import pytest

from portsip_api.pbx.errors import Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import messages
from portsip_api.pbx.mailboxes.messages import Counts
from portsip_api.store.paging import Slice
from tests.pbx.mailboxes.boxes import ANA, BO, HOME, check_whole, folder, leave


def ids(page: Any) -> list[int]:
    return [one.id for one in page.rows]


def test_lists_are_in_the_order_in_which_messages_came() -> None:
    made = [leave(received=float(at)).id for at in (30, 10, 20, 20)]
    order = [made[1], made[2], made[3], made[0]]
    page = messages.page(HOME, ANA, ["inbox"], Slice(1, 2))
    assert (ids(page), page.total) == (order[1:3], 4)
    page = messages.page(HOME, ANA, ["inbox"], Slice(0, 3, descending=True))
    assert (ids(page), page.total) == (order[:0:-1], 4)
    messages.move(HOME, ANA, made[0], "saved")
    assert ids(messages.page(HOME, ANA, ["inbox", "saved"], Slice(0, 10))) == order
    assert ids(messages.page(HOME, BO, ["inbox"], Slice(0, 10))) == []


def test_a_list_costs_as_many_statements_however_long_it_is(statements: list[str]) -> None:
    for _ in range(3):
        leave(0.05, caller="1001")
    statements.clear()
    folder()
    few = len(statements)
    for _ in range(9):
        leave(0.05, caller="1001")
    statements.clear()
    assert len(folder()) == 12
    assert len(statements) == few == 4


def test_marks_are_set_one_by_one() -> None:
    made = leave(subject="a", urgent=True)
    messages.mark(HOME, ANA, made.id, {"heard": True})
    found = messages.show(HOME, ANA, made.id)
    assert (found.heard, found.urgent, found.subject) == (True, True, "a")
    messages.mark(HOME, ANA, made.id, {"heard": False, "urgent": False, "subject": "b"})
    found = messages.show(HOME, ANA, made.id)
    assert (found.heard, found.urgent, found.subject) == (False, False, "b")
    messages.mark(HOME, ANA, made.id, {})
    for bad in ({"heard": 1}, {"urgent": "yes"}, {"subject": "x" * 256}):
        with pytest.raises(Invalid):
            messages.mark(HOME, ANA, made.id, bad)


def test_what_waits_is_counted_in_the_inbox_alone() -> None:
    assert messages.counts(HOME, ANA) == Counts(0, 0, 0, 0)
    made = [leave(urgent=urgent).id for urgent in (True, True, False, False, False)]
    assert messages.counts(HOME, ANA) == Counts(5, 0, 2, 0)
    for message_id in (made[0], made[2], made[3]):
        messages.mark(HOME, ANA, message_id, {"heard": True})
    assert messages.counts(HOME, ANA) == Counts(2, 3, 1, 1)
    messages.move(HOME, ANA, made[3], "saved")
    messages.delete(HOME, ANA, made[1])
    assert messages.counts(HOME, ANA) == Counts(1, 2, 0, 1)
    assert messages.counts(HOME, BO) == Counts(0, 0, 0, 0)


def test_deleting_moves_and_deleting_again_removes() -> None:
    made = leave()
    messages.delete(HOME, ANA, made.id)
    assert (folder(), [one.id for one in folder("deleted")]) == ([], [made.id])
    messages.move(HOME, ANA, made.id, "inbox")
    messages.delete(HOME, ANA, made.id)
    check_whole(1)
    messages.delete(HOME, ANA, made.id)
    check_whole(0)
    with pytest.raises(NotFound):
        messages.delete(HOME, ANA, made.id)


@pytest.mark.parametrize("name", ["", "INBOX", "trash", "../inbox"])
def test_there_are_four_folders(name: str) -> None:
    made = leave()
    with pytest.raises(Invalid, match="inbox, saved, deleted, conference"):
        messages.move(HOME, ANA, made.id, name)
    with pytest.raises(Invalid, match="folder"):
        messages.page(HOME, ANA, [name], Slice(0, 1))
    assert [one.id for one in folder()] == [made.id]


@pytest.mark.parametrize(
    "use",
    [
        messages.show,
        messages.sound,
        lambda tenant_id, key, id_: messages.mark(tenant_id, key, id_, {"heard": True}),
        lambda tenant_id, key, id_: messages.move(tenant_id, key, id_, "deleted"),
        messages.delete,
    ],
)
def test_nobody_reaches_anothers_message(use: Any, elsewhere: int) -> None:
    made = leave()
    for whose in ((HOME, BO), (elsewhere, ANA), (HOME, ExtensionKey("1999"))):
        with pytest.raises(NotFound):
            use(*whose, made.id)
    assert folder() == [made]
