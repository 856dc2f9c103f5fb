"""What a conference is made of: every value, its rule and its default.

Source: contract `sipxcom-user.md`, section 6.5, and `portsip-more.md`, section 3, `conference_room`; where the two call
one thing by two names, it is one value here. Limits and defaults that neither names are ours.
"""

from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.values import Choice, Flag, Rules, Text, Whole

MODES: Final = ("AUDIO", "VIDEO")
MUSIC: Final = ("FILES_SRC", "SOUNDCARD_SRC", "NONE")
RESOLUTIONS: Final = ("QCIF", "CIF", "VGA", "SVGA", "XVGA", "720P", "QVGA")
LAYOUTS: Final = (1, 2, 3, 4, 6, 9)  # how many are seen at once


@dataclass(frozen=True)
class Layout(Whole):
    """How many participants are seen at once."""

    least: int = LAYOUTS[0]
    most: int = LAYOUTS[-1]
    default: int = LAYOUTS[0]

    def check(self, value: object) -> int:
        """Return `value` as an int."""
        number = super().check(value)
        if number not in LAYOUTS:
            raise ValueError(f"Must be one of {', '.join(map(str, LAYOUTS))}.")
        return number


PIN: Final = Text(20, pattern=r"[0-9]*", meaning="made of digits, or empty")
SETTINGS: Final[Rules] = {
    "autorecorded": Flag(False),
    "quickstart": Flag(True),  # it begins without a moderator
    "video": Flag(False),
    "send_active_video_only": Flag(False),
    "max_members": Whole(0, 500, 0),  # 0: no limit
    "moh": Choice(MUSIC, "FILES_SRC"),  # what who waits alone hears
    "play_entry_tone": Flag(True),
    "play_exit_tone": Flag(True),
    "name_on_entry": Flag(False),  # callers record their name, which is played when they come
    "name_on_exit": Flag(False),
    "language": Text(35, 1, default="en_US"),
    "outbound_caller_id": Text(64),
    "resolution": Choice(RESOLUTIONS, "VGA"),
    "framerate": Whole(5, 30, 15),  # pictures a second
    "bitrate": Whole(128, 2048, 512),  # kbit/s
    "layout": Layout(),
    "locked": Flag(False),  # nobody else gets in once it has begun
}
PINS: Final[Rules] = {"participant_pin": PIN, "moderator_pin": PIN}
CONFERENCE: Final[Rules] = {
    "number": NUMBER,
    "name": Text(64, 1),  # the number where it is not given
    "description": Text(1024, lines=True),
    "enabled": Flag(True),
    "owner": Text(64),  # an extension's number; empty: nobody's
    **PINS,
    **SETTINGS,
}
