"""What an owner may ask of a conference in the words of the page: an allow-list of its 28 verbs with typed arguments.

What is none of them, or has an argument too many, too few or of another kind, is refused; what passes is a `Command`,
of which an engine's module makes what its engine understands.
Source: sipXcom REST API, "FreeSWITCH Conference Commands"; contract `sipxcom-user.md`, section 6.5; kinds are ours.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls import caller_ids, conferencing, placing, registrations_sql
from portsip_api.pbx.calls.conferencing import RING_SECONDS, Command, Conferencing, Group, Verb
from portsip_api.pbx.calls.plans import inviting
from portsip_api.pbx.errors import FileNotThere, Forbidden, Invalid
from portsip_api.pbx.extensions import dialling_rights
from portsip_api.pbx.extensions.tables import Extension
from portsip_api.pbx.features import conferences
from portsip_api.pbx.features.conference_fields import PIN
from portsip_api.pbx.features.conferences import Conference, ConferenceKey
from portsip_api.pbx.media import prompts
from portsip_api.pbx.numbers import references
from portsip_api.pbx.numbers.outside import without_punctuation
from portsip_api.pbx.people import im_ids

SEPARATOR: Final = "&"
NONE_GIVEN: Final = "No conference command specified"
INVITED: Final = "Invitation sent"
MOST_MOVED: Final = 20  # members who are moved at once
LOUDEST: Final = 4  # and as much below 0
_ID: Final = re.compile(r"[0-9]{1,9}")
_DTMF: Final = re.compile(r"[0-9A-D*#]{1,32}")
_PIN: Final = re.compile(rf"[0-9]{{1,{PIN.longest}}}")
_LEVEL: Final = re.compile(r"-?[0-9]{1,5}")
_ENDPOINT: Final = re.compile(r"(?:user|loopback|sofia/[\w.-]{1,64})/", re.ASCII)
_CALLER_ID: Final = re.compile(r"[\w.+*#@-]{1,64}", re.ASCII)
_CALLER_NAME: Final = re.compile(r"[\w .-]{1,64}")
_SPOKEN: Final = re.compile(r"[\w .,:!?()/%+’-]{1,500}")
_TO_DIAL: Final = "a user's number, one outside, or an address of this domain"
_Parts = dict[str, Any]


@dataclass(frozen=True)
class _Asker:
    """Who asks, and of which conference."""

    tenant_id: int
    owner_id: int
    conference: Conference


_Read = Callable[[_Asker, str], _Parts]  # what an argument says of a command; raises ValueError and what refuses it


@dataclass(frozen=True)
class _Form:
    """What a verb takes: arguments that it needs, and such as may be left off from behind; `more` of the last kind."""

    verb: Verb
    needs: tuple[_Read, ...] = ()
    may_have: tuple[_Read, ...] = ()
    more: int = 0
    fixed: Mapping[str, Any] | None = None

    def reader(self, place: int) -> _Read:
        """Return what reads the argument at a place."""
        every = self.needs + self.may_have
        return every[min(place, len(every) - 1)]


def _member(_: _Asker, text: str) -> _Parts:
    if text in {*Group}:
        return {"members": Group(text)}
    if not _ID.fullmatch(text):
        raise ValueError("the id of a member, all or last")
    return {"members": (int(text),)}


def _id(_: _Asker, text: str) -> _Parts:
    if not _ID.fullmatch(text):
        raise ValueError("the id of a member")
    return {"members": (int(text),)}


def _word(*words: str) -> _Read:
    def read(_: _Asker, text: str) -> _Parts:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return {"word": text}

    return read


def _level(least: int, most: int) -> _Read:
    def read(_: _Asker, text: str) -> _Parts:
        if not _LEVEL.fullmatch(text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return {"value": int(text)}

    return read


def _dtmf(_: _Asker, text: str) -> _Parts:
    if not _DTMF.fullmatch(text):
        raise ValueError("at most 32 of the digits and of A to D, * and #")
    return {"digits": text}


def _pin(_: _Asker, text: str) -> _Parts:
    if not _PIN.fullmatch(text):
        raise ValueError(f"at most {PIN.longest} digits")
    return {"digits": text}


def _text(_: _Asker, text: str) -> _Parts:
    spoken = unicodedata.normalize("NFC", text).replace("'", "’").strip()
    if not _SPOKEN.fullmatch(spoken) or not any(map(str.isalnum, spoken)):
        raise ValueError("at most 500 letters, digits, blanks and common marks")
    return {"text": spoken}


def _caller_name(_: _Asker, text: str) -> _Parts:
    if not _CALLER_NAME.fullmatch(text):
        raise ValueError("at most 64 letters, digits, blanks, dots and hyphens")
    return {"caller_name": text}


def _caller_id(asker: _Asker, text: str) -> _Parts:
    if not _CALLER_ID.fullmatch(text):
        raise ValueError("a number")
    shown, of = without_punctuation(text), asker.conference
    if shown not in {of.number, without_punctuation(of.settings["outbound_caller_id"])}:
        owner = Extension.get(asker.tenant_id, id=asker.owner_id)
        caller_ids.require(asker.tenant_id, owner, shown, by_manager=False)
    return {"caller_id": shown}


def _number(asker: _Asker, text: str) -> _Parts:
    """Read a number that the owner may call: that of an extension, or one outside."""
    try:
        number = placing.number_of(asker.tenant_id, text)
    except Invalid:
        raise ValueError(_TO_DIAL) from None
    found = references.named(asker.tenant_id, number)
    if found.kind == "ALIAS":
        number = registrations_sql.number_of(asker.tenant_id, number) or number
    elif found.kind not in {"EXTENSION", ""}:
        raise ValueError(_TO_DIAL)
    why_not = dialling_rights.why_not(asker.tenant_id, asker.owner_id, number)
    if why_not is not None:
        clause = why_not.clause("the owner")
        raise Forbidden(f"{clause[0].upper()}{clause[1:]}.")
    return {"number": number, "is_outside": not found.kind}


def _endpoint(asker: _Asker, text: str) -> _Parts:
    return _number(asker, _ENDPOINT.sub("", text, count=1) if _ENDPOINT.match(text) else text)


def _im_id(asker: _Asker, text: str) -> _Parts:
    return {"number": im_ids.number_of(asker.tenant_id, text)}


def _conference(asker: _Asker, text: str) -> _Parts:
    """Read the name of another conference of the same owner."""
    other = conferences.show(asker.tenant_id, ConferenceKey(name=text), asker.owner_id)
    if other.id == asker.conference.id:
        raise ValueError("another conference")
    return {"number": other.number}


def _sound(asker: _Asker, text: str) -> _Parts:
    """Read the name of a prompt of the tenant, perhaps behind that of its family and a slash."""
    family, _, name = text.rpartition("/")
    known = (prompts.ATTENDANTS, *prompts.FAMILIES)
    for one in known:
        if family in {"", one} and prompts.exists(asker.tenant_id, one, name):
            audio = prompts.sound(asker.tenant_id, one, name).audio
            if isinstance(audio, Path):  # the default one is no file, and nobody's own
                return {"sound": audio}
    raise FileNotThere("There is no such prompt.")


def _async_or_member(asker: _Asker, text: str) -> _Parts:
    return {"word": text} if text == "async" else _id(asker, text)


_ABOUT_MEMBERS: Final = (Verb.DEAF, Verb.UNDEAF, Verb.MUTE, Verb.UNMUTE, Verb.KICK, Verb.HUP)
_STATUS, _DURATION = "status", "duration"
_DELIMITERS: Final = (";", ",", ":", "|")
_FORMS: Final[Mapping[str, _Form]] = {
    **{str(verb): _Form(verb, (_member,)) for verb in _ABOUT_MEMBERS},
    **{str(verb): _Form(verb) for verb in (Verb.LOCK, Verb.UNLOCK, Verb.NO_PIN, Verb.XML_LIST)},
    "list": _Form(Verb.LIST, (), (_word("delim"), _word(*_DELIMITERS))),
    "dtmf": _Form(Verb.DTMF, (_member, _dtmf)),
    "energy": _Form(Verb.ENERGY, (_member,), (_level(0, 10_000),)),
    "volume_in": _Form(Verb.VOLUME_IN, (_member,), (_level(-LOUDEST, LOUDEST),)),
    "volume_out": _Form(Verb.VOLUME_OUT, (_member,), (_level(-LOUDEST, LOUDEST),)),
    "record": _Form(Verb.RECORD, (), (_word("start", "stop", _STATUS, _DURATION),)),
    "norecord": _Form(Verb.NO_RECORD, (), (_word("all"),)),
    "pin": _Form(Verb.PIN, (_pin,)),
    "play": _Form(Verb.PLAY, (_sound,), (_async_or_member,)),
    "stop": _Form(Verb.STOP, (_word("current", "all", "async", "last"),), (_id,)),
    "say": _Form(Verb.SAY, (_text,)),
    "saymember": _Form(Verb.SAY, (_id, _text)),
    "relate": _Form(Verb.RELATE, (_id, _id), (_word("nospeak", "nohear", "clear"),)),
    "transfer": _Form(Verb.TRANSFER, (_conference, _id), more=MOST_MOVED - 1),
    "dial": _Form(Verb.DIAL, (_endpoint,), (_caller_id, _caller_name)),
    "bgdial": _Form(Verb.DIAL, (_endpoint,), (_caller_id, _caller_name), fixed={"word": "background"}),
    "invite": _Form(Verb.INVITE, (_number,)),
    "inviteim": _Form(Verb.INVITE, (_im_id,)),
}
VERBS: Final = tuple(sorted(_FORMS))


def sets_a_secret(text: str) -> bool:
    """Tell whether what is asked for sets or removes a PIN."""
    return text.partition(SEPARATOR)[0] in {"pin", "nopin"}


def run(tenant_id: int, owner_id: int, conference: Conference, text: str, engine: Conferencing) -> str:
    """Do what `text`, a verb and its arguments with SEPARATOR between them, asks for, and return what there is to say.

    The conference is that of the extension `owner_id`. Raises Invalid (the field `command`), NotFound (a member, a user
    or another conference), FileNotThere (a prompt), Forbidden (a number that the owner may not call, a caller id that
    it may not show, another's conference), SwitchUnavailable and Conflict (nobody is in the conference, no gateway
    carries the call, or a limit was reached).
    """
    verb, *given = text.split(SEPARATOR)
    if not verb:
        raise Invalid({"command": [NONE_GIVEN]})
    command = _read(_Asker(tenant_id, owner_id, conference), verb, given)
    domain = tenants.domain_of(tenant_id)
    if command.verb is Verb.RECORD and command.word in {_STATUS, _DURATION}:
        recorded = conferencing.require_live(domain, conference.number, engine).recorded
        if command.word == _DURATION:
            return str(recorded or 0)
        return "NO_RECORDING" if recorded is None else "IN_PROGRESS"
    said = conferencing.ask(domain, conference.number, command, engine)
    return INVITED if command.verb is Verb.INVITE else said


def _read(asker: _Asker, verb: str, given: list[str]) -> Command:
    form = _FORMS.get(verb)
    if form is None:
        raise _refused(f"Must be one of {', '.join(VERBS)}.")
    most = len(form.needs) + len(form.may_have) + form.more
    if not len(form.needs) <= len(given) <= most or (form.verb is Verb.LIST and len(given) == 1):
        if form.verb is Verb.INVITE:
            raise _refused("Incorect invite command")  # as the original says it
        raise _refused(f"{verb} takes {_counted(len(form.needs), most)}.")
    parts: _Parts = dict(form.fixed or {})
    for place, text in enumerate(given):
        try:
            read = form.reader(place)(asker, text)
        except ValueError as error:
            raise _refused(f"Argument {place + 1} of {verb} must be {error}.") from None
        if isinstance(read.get("members"), tuple) and isinstance(parts.get("members"), tuple):
            read = {"members": parts["members"] + read["members"]}
        parts |= read
    if form.verb is Verb.RECORD and parts.get("word") == "stop":
        return Command(Verb.NO_RECORD)
    if parts.pop("is_outside", False):
        owner = Extension.get(asker.tenant_id, id=asker.owner_id).number
        shown = parts.get("caller_id") or without_punctuation(asker.conference.settings["outbound_caller_id"])
        parts["outside"] = inviting.call_in(asker.tenant_id, owner, parts["number"], shown, RING_SECONDS)
    return Command(form.verb, **parts)


def _counted(least: int, most: int) -> str:
    if most == 0:
        return "no arguments"
    how_many = str(most) if least == most else f"{least} to {most}"
    return f"{how_many} argument{'s' if how_many != '1' else ''}"


def _refused(sentence: str) -> Invalid:
    return Invalid({"command": [sentence]})
