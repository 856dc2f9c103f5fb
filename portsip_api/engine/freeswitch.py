"""What FreeSWITCH looks up: each a form, answered with a document of its own words."""

from collections.abc import Mapping

from portsip_api.engine.blueprint import EngineOperations
from portsip_api.switch.freeswitch import directory

lookups = EngineOperations("FreeSWITCH", __name__)


@lookups.route("/engine/freeswitch/directory", methods=["POST"])
def find_user(form: Mapping[str, str]) -> str:
    """Say who a user is and with what it proves so."""
    return directory.answer(form)
