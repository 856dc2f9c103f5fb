"""The two clocks of the house, in one place so that tests can set them.

The wall clock can be stepped by an administrator or a time server; the boot clock cannot, but starts anew with the
machine. What must not live longer than it was given is measured on the boot clock, and ends with the machine.
"""

import time
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _read_boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:  # no such file outside Linux: then nothing is known to be of this boot
        return ""


class Clock:
    """The clocks of this machine."""

    def __init__(self) -> None:
        """Read which boot of the machine this is."""
        self.boot_id = _read_boot_id()

    def wall(self) -> float:
        """Return the seconds since 1970 (UTC)."""
        return time.time()

    def boot(self) -> float:
        """Return the seconds since the machine started, its sleep included where the system tells."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True)
class Deadline:
    """An instant of the boot clock, in seconds."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the instant `seconds` from now."""
        return cls(clock.boot() + seconds)

    def remaining(self) -> float:
        """Return the seconds until the instant; zero or less when it has passed."""
        return self.at - clock.boot()


clock = Clock()
