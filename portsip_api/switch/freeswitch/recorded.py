"""What FreeSWITCH records, in a folder that this server and it share, and what becomes of it.

The name of a file says all that there is to know of it, so that none is lost whose end we were not told.
"""

import logging
import re
import uuid
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from portsip_api import settings
from portsip_api.pbx.errors import PbxError
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import mailboxes, messages
from portsip_api.pbx.media import audio, voice
from portsip_api.store.clock import clock
from portsip_api.store.files import create_folders, share_folder, write_atomically

SWEPT_SECONDS: Final = 300.0  # without a change, after which a file is taken whose end nobody told
ENDED_SECONDS: Final = 10.0  # the same for one whose call is not there any more
_MESSAGE: Final = re.compile(r"message~(\d+)~(\d+)~([0-9A-Za-z+*#_.]*)~[0-9a-f-]{36}\.wav", re.ASCII)
_OF_CALLS: Final = ("message~*.wav", "call~*.wav")  # whose names end with the uuid of a call
_VOICE: Final = "voice"  # the folder of the PBX's own voice, and of others
_LINK: Final = "audio~"
_SOUND: Final = "sound~"
_NAMES_SECONDS: Final = 86_400.0  # for which who enters a conference may be in it
_NOT_OF_NUMBERS: Final = re.compile(r"[^0-9A-Za-z+*#_.]", re.ASCII)

_log = logging.getLogger("pbx.switch")


def make_folder() -> None:
    """Make the folder, for both, and put the PBX's own voice into it."""
    folder, group = settings.current().switch_path, settings.current().media_group
    create_folders(folder)
    write_atomically(default_music(), audio.default_music(), 0o640)
    if group is not None:
        share_folder(folder, group)
        folder.chmod(0o2770)
    _make_voice(folder / _VOICE / voice.ENGLISH, group)


def sounds(tenant_id: int, language: str, *parts: Path | str) -> list[str]:
    """Return the paths of what is played for files of the store, and for sounds of the PBX's voice by their names."""
    folder = settings.current().switch_path
    found = voice.find(f"{folder}/{_VOICE}", tenant_id, language)
    paths: list[str] = []
    for part in parts:
        if isinstance(part, str):
            paths += found.paths(part)
        else:
            paths.append(str(part if part.parent == folder else playable(part)))
    return paths


def _make_voice(folder: Path, group: int | None) -> None:
    create_folders(folder.parent)
    create_folders(folder)
    if group is not None:
        share_folder(folder.parent, group)
        share_folder(folder, group)
    for name in voice.names():
        file, content = folder / f"{name}.wav", voice.own(name)
        if not file.is_file() or file.read_bytes() != content:
            write_atomically(file, content, 0o640)


def default_music() -> Path:
    """Return the file of the system's music."""
    return settings.current().switch_path / "music.wav"


def playable(file: Path) -> Path:
    """Return a name for an audio file of the store by which FreeSWITCH knows what it is, a link in the folder."""
    kind = "wav"
    with suppress(FileNotFoundError), file.open("rb") as audio_file:  # it may have been replaced meanwhile
        kind = "wav" if audio_file.read(4) == b"RIFF" else "mp3"
    link = settings.current().switch_path / f"{_LINK}{file.name}.{kind}"
    with suppress(FileExistsError):
        if not link.is_symlink():
            link.symlink_to(file.resolve())
    return link


def message_file(tenant_id: int, extension_id: int, caller: str, call_id: str) -> Path:
    """Return where a message for a mailbox is recorded; `caller` is a number, `call_id` the uuid of the call."""
    name = f"message~{tenant_id}~{extension_id}~{_NOT_OF_NUMBERS.sub('', caller)}~{call_id or uuid.uuid4()}.wav"
    return settings.current().switch_path / name


def sound_file(call_id: str) -> Path:
    """Return where a sound is recorded in a call, which is asked what is to become of it then."""
    return settings.current().switch_path / f"{_SOUND}{call_id or uuid.uuid4()}.wav"


def spoken_name(call_id: str) -> Path:
    """Return where a caller says who it is; the file is removed when it is old."""
    return settings.current().switch_path / f"name~{call_id or uuid.uuid4()}.wav"


class Kind(NamedTuple):
    """A kind of recording: what it is called in the log, how its files are named, and what keeps one of them.

    That is given what the name says, the content, and when the file was changed last, in seconds since 1970. It keeps
    a file once, and may be given it again: where we were killed before the file was removed.
    """

    called: str
    names: re.Pattern[str]
    keep: Callable[[re.Match[str], bytes, float], object]


def take(path: Path, kinds: Iterable[Kind]) -> bool:
    """Keep a recording that is whole, and return whether the file's name is one of some kinds.

    A file that is there no more is left alone; one that nobody takes is removed.
    """
    for kind in kinds:
        named = kind.names.fullmatch(path.name)
        if named is not None and path.parent == settings.current().switch_path:
            _keep(path, kind, named)
            return True
    return False


def _keep(path: Path, kind: Kind, named: re.Match[str]) -> None:
    try:
        changed, content = path.stat().st_mtime, path.read_bytes()
        kind.keep(named, content, changed)
    except FileNotFoundError:
        return
    except PbxError as error:
        _log.info("%s was not kept.", kind.called, extra={"fields": {"cause": str(error)}})
    path.unlink(missing_ok=True)


def _keep_message(named: re.Match[str], content: bytes, changed: float) -> None:
    tenant_id, key = int(named[1]), ExtensionKey(id=int(named[2]))
    if not messages.has_come(tenant_id, key, changed):
        mailboxes.deposit(tenant_id, key, content, named[3], received=changed)


MESSAGES: Final = Kind("A message", _MESSAGE, _keep_message)


def remove_dead_links() -> None:
    """Remove the links to files that are gone, and names that were spoken long ago."""
    for name in unchanged("name~*.wav", _NAMES_SECONDS):
        name.unlink(missing_ok=True)
    for link in settings.current().switch_path.glob(f"{_LINK}*"):
        if link.is_symlink() and not link.exists():
            link.unlink(missing_ok=True)


def remove_left_sounds() -> None:
    """Remove the sounds of calls that have ended before anybody said what was to become of them."""
    for path in unchanged(f"{_SOUND}*.wav", SWEPT_SECONDS):
        path.unlink(missing_ok=True)


def left_over() -> list[Path]:
    """Return the messages and recordings whose end nobody told."""
    return [path for names in (*_OF_CALLS, "room~*.wav") for path in unchanged(names, SWEPT_SECONDS)]


def without_call(legs: Collection[str]) -> list[Path]:
    """Return the messages and talks whose end nobody told and nobody will, since their calls are not there."""
    files = (path for names in _OF_CALLS for path in unchanged(names, ENDED_SECONDS))
    return [path for path in files if path.stem[-36:] not in legs]


def unchanged(pattern: str, seconds: float) -> list[Path]:
    """Return the files of the folder with such names that were not changed for so long."""
    found = []
    for path in settings.current().switch_path.glob(pattern):
        with suppress(FileNotFoundError):  # somebody else has taken it
            if clock.wall() - path.stat().st_mtime > seconds:
                found.append(path)
    return found
