"""What the menus of a mailbox are made of: whose it is, where in it a call is, and how it is asked there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.plans.asking import Ask, End, Say, Sounds
from portsip_api.pbx.calls.plans.kinds import Call, Plan
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import extensions

TOPIC: Final = "mailbox"
MOST_REPEATS: Final = 3  # of a question that nobody answers, or answers wrongly
_SECONDS: Final = 5  # in which a key is pressed


@dataclass(frozen=True)
class Mailbox:
    """A mailbox that was opened in a call; `number` is that of its extension."""

    call: Call
    number: str
    id: int
    language: str
    tells_caller: bool
    tells_time: str

    @property
    def key(self) -> ExtensionKey:
        """Its extension."""
        return ExtensionKey(id=self.id)

    def sounds(self, *parts: Path | str) -> Sounds:
        """Return what is said in it."""
        return Sounds(self.call.tenant_id, self.language, parts)

    def ask(
        self, place: str, *parts: Path | str, rest: tuple[str, ...] = (), most: int = 1, secret: bool = False
    ) -> Ask:
        """Return a question, to which the answer is heard at a place of the mailbox; `rest` is kept until then."""
        topic = (TOPIC, place, self.number, *rest)
        return Ask(self.sounds(*parts), topic, most, _SECONDS, is_secret=secret)

    def leave(self, *parts: Path | str) -> Plan:
        """Return that the call ends, after something was said."""
        return Say(self.sounds(*parts, "goodbye"), End())


def opened(call: Call, number: str) -> Mailbox:
    """Return a mailbox. Raises NotFound."""
    extension = extensions.show(call.tenant_id, ExtensionKey(number))
    settings = extension.objects["voice_mail"]
    return Mailbox(
        call,
        number,
        extension.id,
        settings["prompt_language"],
        settings["enable_play_caller_id"],
        settings["msg_read_out_datetime"],
    )
