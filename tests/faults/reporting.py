"""`python -m tests.faults.reporting STORE`: make reports, in so little room that some go, and music, until killed.

Prints the id of each report when it is made: a line that was ended has happened.
"""

import random
import sys
from pathlib import Path

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.history import Wanted
from portsip_api.pbx.errors import PbxError
from portsip_api.pbx.extension_keys import ExtensionKey, find_id
from portsip_api.pbx.media import hold_music
from portsip_api.pbx.reports import reports
from tests.audio import wav
from tests.stores import use_store

HOME = 1


def main(store: Path) -> None:
    """Do it."""
    use_store(store, PBX_MUSIC_FILES="5")
    tenants.update(HOME, {"quota": {"max_call_report_quota": 400}})
    chance, sound, user = random.Random(), wav(0.2), find_id(HOME, ExtensionKey("1000"))
    while True:
        reports.create(HOME, chance.choice(("CSV", "XML")), Wanted(), [])
        while (made := reports.make_next()) is not None:
            print(made, flush=True)
        name = f"{chance.randrange(8)}.wav"
        try:
            hold_music.add(HOME, user, name, sound)
        except PbxError:
            for one in hold_music.all_of(HOME, user)[: chance.randrange(4)]:
                hold_music.destroy(HOME, user, one.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
