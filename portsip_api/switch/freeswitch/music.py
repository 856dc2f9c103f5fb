"""What callers hear while they wait, as FreeSWITCH plays it: the music of their tenant, else that of the system."""

from pathlib import Path
from typing import Final

from portsip_api.pbx.calls.sip_accounts import SipAccount
from portsip_api.pbx.errors import FileNotThere
from portsip_api.pbx.media import prompts
from portsip_api.pbx.settings.values import service_settings
from portsip_api.switch.freeswitch import recorded

SILENCE: Final = "silence_stream://-1"
_SOURCE: Final = "moh-config/MOH_SOURCE"
_NONE: Final = "NONE"
_MOST: Final = 50  # files that are played one after the other: FreeSWITCH takes 128


def of_tenant(tenant_id: int) -> str:
    """Return all music that a tenant has uploaded, one file after the other; silence where it wants none."""
    if service_settings(tenant_id, "moh").leaf(_SOURCE).value == _NONE:
        return SILENCE
    return _together([recorded.playable(file) for file in prompts.files(tenant_id, prompts.MUSIC)[:_MOST]])


def of_extension(account: SipAccount) -> str:
    """Return what is heard by whom an extension puts on hold: its own music, else its tenant's."""
    if account.is_silent:
        return SILENCE
    return (
        _together([recorded.playable(file) for file in account.music])
        if account.music
        else of_tenant(account.tenant_id)
    )


def named(tenant_id: int, family: str, name: str) -> str:
    """Return one prompt as music; where it is not there, or none is named, that of the tenant."""
    found = _file(tenant_id, family, name) if name and name != prompts.DEFAULT else None
    return _together([found]) if found else of_tenant(tenant_id)


def _file(tenant_id: int, family: str, name: str) -> Path | None:
    try:
        sound = prompts.sound(tenant_id, family, name)
    except FileNotThere:
        return None
    return recorded.playable(sound.audio) if isinstance(sound.audio, Path) else None


def _together(files: list[Path]) -> str:
    if not files:
        return str(recorded.default_music())
    return str(files[0]) if len(files) == 1 else f"file_string://{'!'.join(map(str, files))}"
