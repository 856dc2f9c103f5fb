"""FreeSWITCH as `pbx.calls` sees an engine: calls, registrations, and what is done with these."""

import html
import logging
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from portsip_api.pbx.calls.active import ActiveCall
from portsip_api.pbx.calls.conferencing import Command, LiveConference
from portsip_api.pbx.calls.kept.forgetting import EVERY, Account
from portsip_api.pbx.calls.placing import PlacedCall
from portsip_api.pbx.calls.registrations import Registration
from portsip_api.pbx.errors import Invalid, SwitchUnavailable
from portsip_api.pbx.mailboxes.messages import Counts
from portsip_api.pbx.trunks.states import TrunkState
from portsip_api.store.clock import clock
from portsip_api.switch.freeswitch import access, conferences, message_waiting, trunks
from portsip_api.switch.freeswitch.calls import active, leg_of
from portsip_api.switch.freeswitch.event_socket import Event, EventSocket
from portsip_api.switch.freeswitch.sofia import PROFILE

# It is not parsed as the XML that it looks like: a Call-ID, which is a phone's own, may make it none. But no value has
# a line break.
_PHONE: Final = re.compile(
    r"<registration>\n *<call-id>(?P<call_id>.*)</call-id>\n *<user>(?P<user>.*)</user>\n"
    r" *<contact>(?P<contact>.*)</contact>\n *<agent>(?P<agent>.*)</agent>\n"
    r" *<status>.* expsecs\((?P<seconds>-?\d+)\)</status>\n(?: .*\n)*? *<network-ip>(?P<ip>.*)</network-ip>\n"
)
_IN_BRACKETS: Final = re.compile(r"<([^<>]+)>")
# What stands in variables of a call's origin must be nothing that FreeSWITCH reads as the end of one.
_PLAIN: Final = re.compile(r"[A-Za-z0-9+*#_.@:-]{1,128}", re.ASCII)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9+*#_.-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)

_log = logging.getLogger("pbx.switch")


class FreeSwitch:
    """The engine whose event socket the settings name; each function opens a connection of its own."""

    is_attached = True

    def call(self, call: PlacedCall) -> None:
        """Ring the phones of an extension, without its forwards, and connect who answers to the number.

        Raises Invalid, for numbers that FreeSWITCH cannot be told, and SwitchUnavailable.
        """
        if len(call.to) > 1:
            raise Invalid({"to": ["Must be one number for this SIP engine."]})
        (to,) = call.to
        pin = call.conference_pin or "0"
        _require_plain(to=to, extension=call.extension, caller_id=call.caller_id or "0", conference_pin=pin)
        id_, address = leg_of(call.session_id), f"{call.extension}@{call.domain}"
        variables = {
            "origination_uuid": id_,
            "origination_caller_id_number": to,
            "origination_caller_id_name": to,
            "pbx_caller": address,
            "pbx_caller_id": call.caller_id,
            "pbx_called": to,
            "sip_auto_answer": "true",
            "ignore_early_media": "true",
            "originate_timeout": str(call.ring_seconds),
            "hangup_after_bridge": "true",
            "supplied_pin": call.conference_pin,
        }
        told = ",".join(f"{name}={value}" for name, value in variables.items() if value)
        with EventSocket(access.door()) as client:
            client.background(id_, "originate", f"{{{told}}}user/{address}", to, "XML", call.domain)

    # Active calls.

    def active_calls(self, domain: str) -> Sequence[ActiveCall]:
        """Return the calls of a SIP domain. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            legs = [leg_called(client, str(row.get("uuid", ""))) for row in table(client, "channels")]
        return active([leg for leg in legs if leg], domain)

    def hang_up(self, domain: str, call_id: str) -> None:
        """End a call, by its first leg. Raises Invalid and SwitchUnavailable."""
        del domain
        _require_plain(call_id=call_id)
        with EventSocket(access.door()) as client:
            client.api("uuid_kill", call_id)

    def transfer(self, domain: str, call_id: str, by: str, target: str) -> None:
        """Let whom `by` talks to dial `target`: the second leg where `by` is the caller, else the first one.

        Raises Invalid and SwitchUnavailable.
        """
        _require_plain(call_id=call_id, target=target)
        with EventSocket(access.door()) as client:
            call = next(iter(active([leg_called(client, call_id)], domain)), None)
            other = ["-bleg"] if call is not None and call.caller.number == by else []
            client.api("uuid_transfer", call_id, *other, target, "XML", domain)

    # Registrations.

    def registrations(self, domain: str) -> Sequence[Registration]:
        """Return every registration of a SIP domain. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            known = [phone.registration for phone in phones(client)]
        return [registration for registration in known if registration.server == domain]

    def drop(self, registration: Registration) -> None:
        """End one registration, by its Call-ID; there may be none any more. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            client.api("sofia", "profile", PROFILE, "flush_inbound_reg", registration.call_id)

    # Accounts.

    def forget_accounts(self, accounts: Collection[Account]) -> None:
        """Let FreeSWITCH ask again for accounts, for all where EVERY is among them. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            forget(client, accounts)

    def accounts_there(self) -> Collection[Account]:
        """Return the accounts with which phones are registered. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            known = {one.registration.identity for one in phones(client)}
        return [Account(*identity.split("@")) for identity in known if _ADDRESS.fullmatch(identity)]

    def recall_accounts(self, accounts: Collection[Account]) -> None:
        """Let FreeSWITCH ask for accounts now, and keep what it is told. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            for account in accounts:
                client.api("user_data", f"{account.number}@{account.domain}", "attr", "id")

    # Mailboxes.

    def message_waiting(self, domain: str, number: str, counts: Counts) -> None:
        """Tell the phones of an extension what waits for it. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            message_waiting.tell(client, f"{number}@{domain}", counts)

    # Conferences.

    def conferences(self, domain: str) -> Sequence[LiveConference]:
        """Return the conferences of a SIP domain in which somebody is. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            return conferences.listed(client, domain)

    def command(self, domain: str, conference: str, command: Command) -> str:
        """Do what is asked in a conference and return FreeSWITCH's words.

        Raises Invalid, for what FreeSWITCH cannot be told, Conflict (it does not do it) and SwitchUnavailable.
        """
        told = {"number": command.number, "caller_id": command.caller_id, "conference": conference}
        _require_plain(**{name: text for name, text in told.items() if text})
        with EventSocket(access.door()) as client:
            return conferences.do(client, domain, conference, command)

    # Gateways.

    def trunk_states(self, tenant_id: int) -> Sequence[TrunkState]:
        """Return what is known of the gateways of a tenant. Raises SwitchUnavailable."""
        with EventSocket(access.door()) as client:
            return trunks.states(client, tenant_id)

    def trunks_changed(self) -> None:
        """Let FreeSWITCH use all gateways as they are now; one that is away is told when it is back."""
        try:
            with EventSocket(access.door()) as client:
                trunks.apply(client)
        except SwitchUnavailable as error:
            _log.warning("The SIP engine is told later of changed gateways: %s", error)


def forget(client: EventSocket, accounts: Collection[Account]) -> None:
    """Let FreeSWITCH ask again for what it keeps of accounts. Raises SwitchUnavailable."""
    if EVERY in accounts:
        client.api("xml_flush_cache")
        return
    for account in accounts:
        client.api("xml_flush_cache", "id", account.number, account.domain)


@dataclass(frozen=True)
class Phone:
    """A registration, and what the phone says it is."""

    registration: Registration
    agent: str


def phones(client: EventSocket) -> Iterator[Phone]:
    """Yield all registrations of all domains. Raises SwitchUnavailable."""
    # `show registrations` would be JSON, but tells of a phone a second after it has registered.
    for found in _PHONE.finditer(client.api("sofia", "xmlstatus", "profile", PROFILE, "reg")):
        told = {name: html.unescape(value) for name, value in found.groupdict().items()}
        contact = _IN_BRACKETS.search(told["contact"])
        registration = Registration(
            uri=f"sip:{told['user']}",
            contact=contact[1] if contact else told["contact"],
            call_id=told["call_id"],
            instrument="",
            server=told["user"].partition("@")[2],
            ip=told["ip"],
            expires=clock.wall() + int(told["seconds"]),
            identity=told["user"],
            agent=told["agent"],
        )
        yield Phone(registration, told["agent"])


def table(client: EventSocket, name: str) -> list[dict[str, Any]]:
    """Return the rows of one of FreeSWITCH's own tables, such as `channels`. Raises SwitchUnavailable."""
    text = client.api("show", name, "as", "json")
    try:
        rows: list[dict[str, Any]] = orjson.loads(text).get("rows", [])
    except (orjson.JSONDecodeError, AttributeError) as error:
        raise SwitchUnavailable("The SIP engine does not tell what it has.") from error
    return rows


def leg_called(client: EventSocket, uuid: str) -> Event:
    """Return what is known of a leg; nothing of one that has ended meanwhile. Raises SwitchUnavailable."""
    try:
        leg: Event = orjson.loads(client.api("uuid_dump", uuid, "json"))
    except orjson.JSONDecodeError:
        return {}
    return leg


def _require_plain(**values: str) -> None:
    errors = {
        name: ["Has a character that the SIP engine does not take."]
        for name, value in values.items()
        if not _PLAIN.fullmatch(value)
    }
    if errors:
        raise Invalid(errors)
