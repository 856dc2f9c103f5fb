"""What people have of their own: messages in their mailboxes, phonebooks, speed dials, music, preferences."""

import tempfile
from collections.abc import Callable
from typing import Final

from tests.audio import wav
from tests.upgrade.client import Api

_OWNERS: Final = ("3000", "1001", "1031")
Command = Callable[..., str]


def make(command: Command, home: Api) -> None:
    """Make some of each kind for several people, one of whom is removed afterwards."""
    _leave_messages(command, home)
    for number in _OWNERS:
        _make_own(home, number)


def _leave_messages(command: Command, home: Api) -> None:
    with tempfile.NamedTemporaryFile(suffix=".wav") as sound:
        sound.write(wav(4.0))
        sound.flush()
        for number in _OWNERS:
            for caller, more in (("1002", ()), ("1031", ("--urgent", "--subject", "Grüße")), ("+33140000000", ())):
                command("mailbox", "deposit", number, sound.name, "--from", caller, *more)
    listed = command("mailbox", "list", "3000").splitlines()
    first, second, *_ = (line.partition("\t")[0] for line in listed)
    command("mailbox", "move", "3000", first, "saved")
    home.portal("PUT", f"rest/my/redirect/mailbox/3000/message/{second}/heard", user="3000")


def _make_own(home: Api, number: str) -> None:
    def put(path: str, body: object) -> None:
        home.portal("PUT", path, body, user=number)

    for at in range(3):
        entry = {"entry": {"firstName": "Zoë", "lastName": f"Müller {at}", "number": f"+4930{at}"}}
        home.portal("POST", "rest/my/phonebook/entry/-1", entry, user=number)
    buttons = [{"label": "Bo", "number": "1030", "blf": True}, {"label": "Away", "number": "1031", "blf": False}]
    put("rest/my/speeddial", {"groupSpeedDial": False, "updatePhones": False, "buttons": buttons})
    put("rest/my/vmprefs", {"greeting": "OUT_OF_OFFICE", "email": f"{number}@x.example", "emailFormat": "MEDIUM"})
    put("rest/my/contact-information", {"contact-information": {"firstName": "Ada", "jobTitle": "Löwe"}})
    files = {"file": ("waltz.wav", wav(0.5))}
    home.portal("POST", "api/my/moh/prompts", user=number, files=files)
    put("api/my/moh/settings/moh/audio-source", "PERSONAL_FILES_SRC")
    home.portal("POST", "api/my/greetings/standard/wav", user=number, files={"file": ("mine.wav", wav(0.5))})
