"""`/api/my/moh`: what is heard while one holds a call. Source: contract `sipxcom-user.md`, sections 2 and 8."""

from typing import Any, Final

from portsip_api.framework.blueprint import current_identity
from portsip_api.pbx.errors import Forbidden
from portsip_api.pbx.extensions import permission_values
from portsip_api.pbx.people import user_settings as pbx_settings
from portsip_api.pbx.people.user_settings import MUSIC, MUSIC_PERMISSION
from portsip_api.sipxcom.core.authentication import Access, current_tenant
from portsip_api.sipxcom.core.blueprint import FLAG, NOTHING, TEXT, Resources
from portsip_api.sipxcom.core.setting_records import SETTING, TEXT_NOTE, require_text, shown
from portsip_api.sipxcom.core.styles import API, JSON, PLAIN

music = Resources("own music", __name__, API, "What is heard while one holds a call")

_SOURCE: Final = f"/api/my/moh/settings/{MUSIC}"
PERMITTED: Final = f"Who has not the permission {MUSIC_PERMISSION} may not: 403."


@music.route("/api/my/moh/permission")
@music.allowed(Access.USER)
@music.answers(FLAG, media_types=(JSON, PLAIN))
def show_music_permission() -> str:
    """Tell whether one may have music of one's own: `true` or `false`."""
    return str(_is_permitted()).lower()


@music.route(_SOURCE)
@music.allowed(Access.USER)
@music.answers(SETTING)
def show_music_source() -> dict[str, Any]:
    """Show where the music comes from."""
    found = pbx_settings.music_of(current_tenant(), current_identity().account_id)
    return shown(found.leaf(MUSIC), clear=False)


@music.route(_SOURCE, methods=["PUT"])
@music.reads(TEXT)
@music.allowed(Access.USER)
@music.answers(NOTHING, note=f"{TEXT_NOTE}. {PERMITTED}")
def set_music_source(text: str) -> None:
    """Set where the music comes from."""
    require_text()
    require_permitted()
    pbx_settings.music_of(current_tenant(), current_identity().account_id).put(MUSIC, text.strip())


@music.route(_SOURCE, methods=["DELETE"])
@music.allowed(Access.USER)
@music.answers(NOTHING, note=PERMITTED)
def reset_music_source() -> None:
    """Let the music come from where the system says."""
    require_permitted()
    pbx_settings.music_of(current_tenant(), current_identity().account_id).reset(MUSIC)


def require_permitted() -> None:
    """Raise Forbidden for who may have no music of their own."""
    if not _is_permitted():
        raise Forbidden("You may have no music of your own.")


def _is_permitted() -> bool:
    return permission_values.has(current_tenant(), current_identity().account_id, MUSIC_PERMISSION)
