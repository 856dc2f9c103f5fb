"""How a worker uses memory. Source: mallopt(3) of glibc."""

import ctypes
from typing import Final

_ARENA_MAX: Final = -8  # M_ARENA_MAX
_ARENAS: Final = 2


def share_free_memory() -> None:
    """Let all threads take memory from two places, before there are threads; a libc that is not glibc stays as it is.

    glibc has up to eight places for each processor, in each of which some of what was given back lies idle: a worker
    had 136 MiB after the mixed load with them, and 128 with two.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
