"""`python -m tests.faults.depositing STORE`: leave, forward, copy and delete messages until killed.

Prints the id of each message when it is left, and with a minus before it when it is removed for good: what stands in a
line that was ended has happened.
"""

import random
import sys
from pathlib import Path

from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.mailboxes import mailboxes, messages, service
from tests.audio import wav
from tests.stores import use_store

ANA, BO = ExtensionKey("1000"), ExtensionKey("1001")
HOME = 1


def main(store: Path) -> None:
    """Do it."""
    use_store(store, PBX_MAILBOX_MESSAGES="100000")
    chance, recording = random.Random(), wav(0.1)
    service.update(HOME, {"voice_mail_not_save_if_less_seconds": 0})
    mine: list[int] = []
    while True:
        step = chance.random()
        if step < 0.4 or not mine:
            mine.append(mailboxes.deposit(HOME, ANA, recording, "1001").id)
            print(mine[-1], flush=True)
        elif step < 0.6:
            for one in mailboxes.forward(HOME, ANA, chance.choice(mine), [ANA, BO]):
                print(one.id, flush=True)
        elif step < 0.7:
            print(mailboxes.copy(HOME, ANA, chance.choice(mine), "saved").id, flush=True)
        else:
            gone = mine.pop(chance.randrange(len(mine)))
            print(f"~{gone}", flush=True)  # from here on it may be there or not
            messages.delete(HOME, ANA, gone)
            messages.delete(HOME, ANA, gone)
            print(f"-{gone}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
