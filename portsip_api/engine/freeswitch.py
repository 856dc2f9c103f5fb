"""What FreeSWITCH looks up: each a form, answered with a document of its own words."""

from collections.abc import Mapping
from typing import Final

from portsip_api.engine.blueprint import EngineOperations
from portsip_api.switch.freeswitch import cdr, configuration, dialplan, directory

LARGEST_RECORD: Final = 4 << 20  # bytes; a call that has pressed a hundred keys in menus has a part for each

lookups = EngineOperations("FreeSWITCH", __name__)


@lookups.route("/engine/freeswitch/directory", methods=["POST"])
def find_user(form: Mapping[str, str]) -> str:
    """Say who a user is and with what it proves so."""
    return directory.answer(form)


@lookups.route("/engine/freeswitch/dialplan", methods=["POST"])
def route_call(form: Mapping[str, str]) -> str:
    """Say what is to be done with a call."""
    return dialplan.answer(form)


@lookups.route("/engine/freeswitch/configuration", methods=["POST"])
def configure(form: Mapping[str, str]) -> str:
    """Say how the engine is to be set up."""
    return configuration.answer(form)


@lookups.route("/engine/freeswitch/cdr", methods=["POST"])
@lookups.limits(largest=lambda: LARGEST_RECORD)
@lookups.takes_whole()
def keep_call(content: bytes) -> str:
    """Keep what became of a call; it is sent again until it was kept."""
    cdr.take(content)
    return ""
