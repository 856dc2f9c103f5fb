"""The two clocks of the house, in one place so that tests can set them.

The wall clock can be stepped by an administrator or a time server; the boot clock cannot, but starts anew with the
machine. What must not live longer than it was given is measured on the boot clock while the machine has not been
restarted, and on the wall clock afterwards.
"""

import time
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _read_boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:  # no such file outside Linux: then only the wall clock is trusted over a process's life
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
    """An instant, kept on both clocks."""

    boot_id: str
    boot: float
    wall: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the instant `seconds` from now."""
        return cls(clock.boot_id, clock.boot() + seconds, clock.wall() + seconds)

    def remaining(self) -> float:
        """Return the seconds until the instant; zero or less when it has passed."""
        if self.boot_id and self.boot_id == clock.boot_id:
            return self.boot - clock.boot()
        return self.wall - clock.wall()


clock = Clock()
