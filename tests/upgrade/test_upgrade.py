"""A store of the release before: whatever was answered then is answered now.

`record` says how a release is recorded. What is changed on purpose stands in `CHANGED`, with the reason.
"""

import difflib
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Final

from portsip_api import settings
from portsip_api.ops.check import findings
from portsip_api.pbx.upkeep import rekey
from portsip_api.store import backup, database, migrations
from portsip_api.store.restore import restore
from portsip_api.store.secrets import keyring
from tests.upgrade.ask import Answer, Asker, Question, opened, recorded, variables

# What is another one than before, and on purpose: whose answers, the part that is not compared, and why.
CHANGED: Final = (
    (r"/greeting_file/list", r"link=[\w.-]+", "A link is signed anew; what it names is not the client's to read."),
    (
        r"/greeting_file/list",
        r'"System default"[^}]*"duration": [\d.]+',
        "The system's greeting is spoken, and lasts longer than its two tones did.",
    ),
    (r"/greeting_file/show.*default\.wav", r"[0-9a-f]{64}", "The system's greeting is spoken."),
    (
        r"/extensions/group/(list|show)",
        r'(?<="group_name": ")__DEFAULT(_EXTENSION_GROUP)?__',
        "Clients with the token in a header know the default group by its later name.",
    ),
    (
        r"/extensions/show",
        r'(, "\w+_fwdto_(type|id)": "[^"]*")+|"phone_provisioning": \{[^}]*\}, ',
        "Forward rules are shown in the spelling of later clients too, and what is said of the phone.",
    ),
    (
        r"/ring_groups/list",
        r'"groups": \[.*?\], (?="ring_groups")|, "ring_group_name": "[^"]*", "status": "\w+"',
        "Ring groups are listed by the vendor's names too.",
    ),
    (
        r"/extensions/route",
        r'.*("There is no such extension\."|"rule": "ring_group", ).*',
        "The route of a call to a ring group is told too.",
    ),
    (
        r"/ring_groups/show",
        r', "no_answer_action": "DISCONNECT", "no_answer_action_value": ""',
        "Ring groups are shown with what follows where nobody answers: that calls are ended, as they were.",
    ),
    (
        r"/account/(list|show)",
        r'"tenants": \[.*?\], (?="accounts")|, "office_hours": \{[^}]*\}, "username".*?"max_concurrent_calls": \w+',
        "Tenants are shown by the words of consoles too, with the hours of their calendar.",
    ),
    (
        r"/account/show",
        r'.*("Your role may not do this\."|"A tenant may do this for itself only\."|"id": 2, "name": "acme").*',
        "A tenant may look at its own account.",
    ),
    (
        r"/extensions/route",
        r"that is no number to dial|the tenant does not allow that number to be dialled",
        "What is no number is told apart from what may not be dialled.",
    ),
    (r"/account/(list|show)", r', "denied_prefixes": \[\]', "Tenants have prefixes that are denied."),
    (r"/rest/avatar/(?!3000)", r"[0-9a-f]{64}", "Who has no picture gets one of the shape of all others."),
    (r"/profile/", r'"content": .*', "Files for phones are made of models and defaults, which are the program's."),
    (r"/extensions/export", r"(?<=,)'(?=[-=+@])", "A quote stands before what a spreadsheet would run."),
    (
        r"/extensions/export",
        r"(,phone_provisioning\.\w+)+|,+(?=,[^,\\]*\\r\\n)",
        "What is said of phones has columns of its own, which are blank where nothing is.",
    ),
)
_SHOWN: Final = 5  # differences in a message


def differences(app, questions: dict[Question, Answer]) -> list[str]:
    """Return what is answered otherwise than before, question by question."""
    asker = Asker(app)
    found = ((question, before, asker.ask(question)) for question, before in questions.items())
    return [
        _difference(question, before, now) for question, before, now in found if not _is_same(question, before, now)
    ]


def check_same(app, questions: dict[Question, Answer]) -> None:
    """All questions are answered as before."""
    found = differences(app, questions)
    assert not found, f"{len(found)} of {len(questions)} answers differ, for instance:\n\n" + "\n\n".join(
        found[:_SHOWN]
    )


def _is_same(question: Question, before: Answer, now: Answer) -> bool:
    return before == now or _compared(question, before) == _compared(question, now)


def _compared(question: Question, answer: Answer) -> str:
    text = json.dumps(asdict(answer), ensure_ascii=False)
    for path, part, _ in CHANGED:
        text = re.sub(part, "", text) if re.search(path, question.path) else text
    return text


def _difference(question: Question, before: Answer, now: Answer) -> str:
    diff = difflib.unified_diff(_lines(before), _lines(now), "before", "now", lineterm="", n=1)
    body = f" {question.body}" if question.body else ""
    return f"{question.who} asks {question.path}{body} ({question.accept})\n" + "\n".join(diff)[:4_000]


def _lines(answer: Answer) -> list[str]:
    text = answer.content
    shown = text.replace("><", ">\n<") if isinstance(text, str) else json.dumps(text, indent=1, ensure_ascii=False)
    return [f"{answer.status} {answer.type}", *shown.splitlines()]


def test_every_answer_is_as_before(template, place):
    with opened(place):
        check_same(template[0], recorded())


def test_a_change_is_told(template, place):
    questions = {question: answer for question, answer in recorded().items() if "/extensions/show" in question.path}
    with opened(place):
        database.execute("UPDATE extension SET number = '1930' WHERE tenant_id = 1 AND number = '1030'")
        found = differences(template[0], questions)
    assert found
    assert found[0].startswith("admin asks /api/extensions/show?")
    assert any("-200 application/json" in text for text in found)


def test_nothing_is_wrong_afterwards(template, place):
    with opened(place):
        assert [finding.sentence for finding in findings(variables(place)) if finding.is_error] == []
        assert database.fetch_row("PRAGMA user_version")[0] == migrations.known()[-1].number


def test_a_backup_of_it_is_restored(template, place):
    some = dict(list(recorded().items())[::40])
    with opened(place):
        where = backup.Place(settings.current().data_path, settings.current().database_path)
        backup.create(where, place / "backup", rekey.needed_keys)
        keys = keyring.key_ids()
    for path in where.folder.glob("pbx*"):
        path.unlink()
    restore(where, place / "backup", keys=keys, needed_keys=rekey.needed_keys)
    with opened(place):
        check_same(template[0], some)


def test_a_backup_of_before_is_restored(template, place):
    some = dict(list(recorded().items())[7::40])
    unpacked = place / "data"
    where = backup.Place(unpacked, unpacked / "pbx.sqlite3")
    with opened(place):
        keys = keyring.key_ids()
    archive = Path(__file__).with_name("before") / "store.backup"
    restore(where, archive, keys=keys, needed_keys=rekey.needed_keys)
    with opened(place):
        check_same(template[0], some)
