"""What goes to and fro between the engine and this server in a live run, kept for runs without an engine.

RECORD=1 writes it, a file for each test: what was asked of the APIs before, the look-ups with their documents, the
events, and what was shown. Of forms and events only what says something is kept, and no secret is among it.
"""

import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.switch.freeswitch.event_socket import Door, EventSocket
from portsip_api.switch.freeswitch.live import NAMES, SUBCLASSES
from tests.crm import VOICE_PIN
from tests.live import proxy
from tests.switch.alike import alike, anywhere

FOLDER = Path(__file__).parents[1] / "switch" / "recordings"
OF_FORMS = {
    *("section", "action", "purpose", "profile", "user", "domain", "ip", "sip_auth_method", "sip_user_agent"),
    *("Caller-Context", "Caller-Destination-Number", "Caller-Direction", "Unique-ID", "Caller-Username"),
    *("Caller-Caller-ID-Number", "Caller-RDNIS", "variable_sip_from_user", "variable_sip_auth_username"),
    *("variable_sip_auth_realm", "variable_pbx_caller", "variable_pbx_caller_id", "variable_dialed_user"),
    *("variable_dialed_domain", "variable_pbx_call", "Caller-Network-Addr", "variable_sip_acl_authed_by"),
    *("variable_sofia_profile_name", "variable_sip_gateway", "variable_sip_refer_to", "variable_last_bridge_to"),
    *("variable_originated_legs", "variable_pbx_topic", "variable_pbx_keys", "variable_pbx_node"),
    *(
        "variable_pbx_party",
        "variable_originating_leg_uuid",
        "variable_pbx_been",
        "key_value",
        "conference_name",
        "profile_name",
    ),
}
OF_EVENTS = {
    *("Event-Name", "Event-Subclass", "Unique-ID", "from-user", "from-host", "to-user", "to-host", "user", "host"),
    *("call-id", "user-agent", "network-ip", "variable_sip_auth_username", "variable_sip_auth_realm"),
    *("variable_dialed_user", "variable_dialed_domain", "Answer-State", "variable_sip_acl_authed_by"),
    *("Action", "Conference-Name", "Conference-Size", "Conference-Profile-Name", "Path"),
    *("auth-result", "username", "realm"),
}
OF_RECORDS = {
    *("uuid", "pbx_call", "pbx_caller", "pbx_called", "pbx_result", "pbx_status", "sip_auth_username"),
    *("sip_auth_realm", "effective_caller_id_name", "sip_contact_uri", "start_uepoch", "progress_uepoch"),
    *("progress_media_uepoch", "answer_uepoch", "bridge_uepoch", "end_uepoch", "last_bridge_to", "originated_legs"),
    *("originate_causes", "pbx_domain", "pbx_from", "pbx_did", "pbx_outside", "pbx_shown"),
    *("originating_leg_uuid", "pbx_party", "dialed_domain", "last_sent_callee_id_number", "last_sent_callee_id_name"),
    *("transfer_to", "refer_uuid"),
    *("endpoint_disposition", "sip_hangup_disposition", "originate_disposition", "hangup_cause", "sip_term_status"),
}
_NEVER = {"password", "web_access_password"}
_PINS = {"room_pin", "admin_pin"}


def compact(record: dict[str, Any]) -> dict[str, Any]:
    """Return what of a record of a call says something."""
    variables = {name: text for name, text in record["variables"].items() if name in OF_RECORDS}
    numbers = [flow["caller_profile"]["destination_number"] for flow in record["callflow"]]
    flows = [{"caller_profile": {"destination_number": number}} for number in numbers]
    return {"variables": variables, "callflow": flows}


class Recorder:
    """What has happened since the test began."""

    def __init__(self) -> None:
        self._steps: list[Any] = []
        self._lock = threading.Lock()

    def note(self, kind: str, *what: object) -> None:
        """Keep a step."""
        with self._lock:
            self._steps.append([kind, *what])

    def api(self, path: str, fields: Mapping[str, Any]) -> None:
        """Keep what is asked of an API."""
        said = {name: name.upper() if name in _PINS else value for name, value in fields.items() if name not in _NEVER}
        self.note("api", path, said)

    def begin(self) -> None:
        """Forget what was before."""
        with self._lock:
            self._steps[:] = [["at", time.time()]]

    def save(self, name: str) -> None:
        """Write what happened in a test."""
        with self._lock:
            text = ",\n".join(json.dumps(step, ensure_ascii=False) for step in self._steps)
            lines = anywhere(text.replace(VOICE_PIN, "<PIN>"))
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{re.sub(r'[^a-z0-9]+', '-', name).strip('-')}.json").write_text(
            f"[\n{lines}\n]\n", encoding="utf-8"
        )

    def before(self, url: str) -> AbstractContextManager[str]:
        """Stand between the engine and this server, and yield where."""
        return proxy.before(url, seen=self._keep)

    def _keep(self, path: str, body: bytes, status: int, content: bytes) -> None:
        if status == 200 and path.partition("?")[0].endswith("/cdr"):
            self.note("cdr", compact(json.loads(body)))
        elif status == 200 and not path.endswith("/configuration"):  # which has passwords in it
            form = {name: text for name, text in parse_qsl(body.decode()) if name in OF_FORMS}
            # What is asked for in advance is of any phone, those of other tests too.
            if not path.endswith("/directory") or "action" in form:
                self.note("ask", path, form, alike(content.decode()))

    @contextmanager
    def listening(self, door: Door) -> Iterator[None]:
        """Keep the events, as long as the engine lives."""
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    with EventSocket(door) as client:
                        client.subscribe(NAMES, SUBCLASSES)
                        while not ended.is_set():
                            event = client.event(0.2)
                            if event is not None:
                                self.note("event", {name: value for name, value in event.items() if name in OF_EVENTS})
                except SwitchUnavailable:
                    ended.wait(0.3)

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
