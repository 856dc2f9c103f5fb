"""What FreeSWITCH is told of SIP, its `sofia.conf`: a profile for phones, and one for gateways with these in it.

A gateway is called by its tenant and its id, `t1-g3`, since FreeSWITCH knows gateways of all tenants by their names
alone. What it was made of stands in the name of its context, so that it is seen whether it is still as it should be.
Source: FreeSWITCH 1.10.12, mod_sofia.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from portsip_api.pbx.trunks.sip_trunks import SipTrunk
from portsip_api.switch.freeswitch import recorded
from portsip_api.switch.freeswitch.documents import Xml, element, named_values

PROFILE: Final = "phones"  # where phones register
TRUNKS: Final = "trunks"  # the profile, and the list of the addresses that it takes calls from
CONTEXT: Final = "from-trunk"  # of calls that come in; behind it a point, and what the gateway is made of
_NAME: Final = re.compile(r"t([0-9]+)-g([0-9]+)", re.ASCII)
_RETRY_SECONDS: Final = "30"
_ASK_SECONDS: Final = "25"


def name_of(tenant_id: int, gateway_id: int) -> str:
    """Return how FreeSWITCH calls a gateway."""
    return f"t{tenant_id}-g{gateway_id}"


def gateway_of(name: str) -> tuple[int, int] | None:
    """Return the ids of the tenant and of the gateway that FreeSWITCH calls so, or None."""
    found = _NAME.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else None


def context_of(trunk: SipTrunk, secret: str) -> str:
    """Return the context of a gateway's calls, which tells with what it was made; `secret` is known to both sides."""
    parameters = repr(sorted(_parameters(trunk).items())).encode()
    return f"{CONTEXT}.{hmac.new(secret.encode(), parameters, hashlib.sha256).hexdigest()[:16]}"


@dataclass(frozen=True)
class Ports:
    """The ports of SIP for `phones` and for `gateways`, over UDP and TCP, and those of other transports; 0: none."""

    phones: int
    gateways: int
    phones_tls: int = 0
    gateways_tls: int = 0
    ws: int = 0
    wss: int = 0

    def of_phones(self, address: str) -> dict[str, str]:
        """Return the parameters of the profile for phones at an address (of IP), which is that of WebSockets too."""
        found = {"sip-port": str(self.phones)}
        # Where a browser says that its sound comes from; else FreeSWITCH believes no address of a private network.
        if self.ws or self.wss:
            found["apply-candidate-acl"] = "any_v6.auto" if ":" in address else "any_v4.auto"
        if self.phones_tls:
            found |= _TLS | {"tls-sip-port": str(self.phones_tls)}
        for name, port in (("ws-binding", self.ws), ("wss-binding", self.wss)):
            found |= {name: f":{port}"} if port else {}
        return found

    def of_gateways(self) -> dict[str, str]:
        """Return the parameters of the profile for gateways, whose certificates have to be theirs and not expired."""
        found = {"sip-port": str(self.gateways)}
        if self.gateways_tls:
            found |= _TLS | {"tls-sip-port": str(self.gateways_tls), "tls-verify-policy": "subjects_out"}
        return found


def profiles(address: str, ports: Ports, trunks: Iterable[SipTrunk], secret: str) -> tuple[Xml, Xml]:
    """Return what is in `sofia.conf`."""
    everywhere = {"log-level": "0", "max-reg-threads": "50"}
    common = {
        "sip-ip": address,
        "rtp-ip": address,
        "dialplan": "XML",
        "auth-calls": "true",
        "accept-blind-reg": "false",
        "accept-blind-auth": "false",
        "rfc2833-pt": "101",
        "rtp-timer-name": "soft",  # or whoever hears something waits for ever for a phone that sends no audio itself
        "dtmf-duration": "2000",
        "liberal-dtmf": "true",  # keys by INFO count too, where RFC 2833 was agreed on
        "inbound-codec-prefs": "PCMA,PCMU",
        "outbound-codec-prefs": "PCMA,PCMU",
        "inbound-codec-negotiation": "generous",
        "user-agent-string": "PBX",
        "hold-music": str(recorded.default_music()),
    }
    made = [_gateway(trunk, secret) for trunk in trunks]
    of_gateways = element("profile", {"name": TRUNKS}, element("gateways", None, *made), _settings(
        common | _OF_TRUNKS | ports.of_gateways()
    ))  # fmt: skip
    of_phones = element("profile", {"name": PROFILE}, _settings(common | _OF_PHONES | ports.of_phones(address)))
    return element("global_settings", None, *named_values("param", everywhere)), element(
        "profiles", None, of_phones, of_gateways
    )


_TLS: Final = {"tls": "true", "tls-version": "tlsv1.2"}  # at least; the certificate is where the engine looks for it
_OF_PHONES: Final = {
    "context": "public",
    "inbound-reg-force-matching-username": "true",
    "challenge-realm": "auto_from",  # many tenants in one profile, each with its own realm
    "multiple-registrations": "contact",  # without it a second phone would take the place of the first
    "inbound-reg-in-new-thread": "true",
    "manage-presence": "true",
    "log-auth-failures": "true",
    "manual-redirect": "true",  # a call goes on by a look-up, never straight to where a phone says
}
_OF_TRUNKS: Final = {
    "context": CONTEXT,
    "apply-inbound-acl": TRUNKS,
    "auth-calls-acl-only": "true",  # who is not in the list is refused, and never asked for a password
    "disable-register": "true",
    "disable-transfer": "true",  # a carrier has nobody to transfer to
    "manage-presence": "false",
}


def _settings(values: Mapping[str, str]) -> Xml:
    return element("settings", None, *named_values("param", values))


def _gateway(trunk: SipTrunk, secret: str) -> Xml:
    values = _parameters(trunk) | {"context": context_of(trunk, secret)}
    return element("gateway", {"name": name_of(trunk.tenant_id, trunk.gateway_id)}, *named_values("param", values))


def _parameters(trunk: SipTrunk) -> dict[str, str]:
    account = trunk.account
    values = {
        "proxy": trunk.at.text,
        "from-domain": trunk.at.host if ":" not in trunk.at.host else f"[{trunk.at.host}]",
        "register-transport": trunk.transport,
        "register": "true" if account is not None and account.registers else "false",
        "retry-seconds": _RETRY_SECONDS,
        "caller-id-in-from": "true",
        "extension": "auto_to_user",
    }
    over = "" if trunk.transport == "udp" else f";transport={trunk.transport}"
    if trunk.proxy is not None:
        values |= {"outbound-proxy": f"{trunk.proxy.text}{over}", "register-proxy": f"{trunk.proxy.text}{over}"}
    if trunk.registrar is not None:
        values["register-proxy"] = f"{trunk.registrar.text}{over}"
    if trunk.is_asked:
        values["ping"] = _ASK_SECONDS
    if account is not None:
        values |= {
            "username": account.user,
            "auth-username": account.login,
            "password": account.password,
            "expire-seconds": str(account.seconds),
        }
    return values
