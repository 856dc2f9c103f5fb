"""`python held_to_modes.py COMMAND …` runs a command for which the modes of files count, even when root runs it.

Root may write whatever the modes say, and listen on ports below 1024, by some of its capabilities, which this gives up.
"""

import ctypes
import os
import sys

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE = 24, 1, 2, 10

if __name__ == "__main__":
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE):
            if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
                sys.exit(f"The capability cannot be given up: {os.strerror(ctypes.get_errno())}.")
    os.execv(sys.argv[1], sys.argv[1:])
