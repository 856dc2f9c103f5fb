"""`python -m tests.faults.recording STORE`: keep and remove recordings until killed, in so little room that some go.

Prints the id of each recording when it is kept: a line that was ended has happened.
"""

import random
import sys
from pathlib import Path

from portsip_api.pbx.calls import recordings
from portsip_api.pbx.calls.keys import Times
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.store.paging import Slice
from tests.audio import wav
from tests.stores import use_store

HOME = 1


def main(store: Path) -> None:
    """Do it."""
    use_store(store, PBX_RECORDING_BYTES=str(1 << 20))
    chance, content = random.Random(), wav(6.0)
    while True:
        if chance.random() < 0.7:
            print(recordings.deposit(HOME, ExtensionKey("1000"), content).id, flush=True)
        for one in recordings.page(HOME, Times(), Slice(chance.randrange(20), 1)).rows:
            recordings.destroy(HOME, id=one.id)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
