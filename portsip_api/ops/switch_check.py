"""What is wrong between this server and its SIP engine, found from this side."""

import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from portsip_api import settings
from portsip_api.pbx.calls import sip_accounts
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.trunks import sip_trunks
from portsip_api.store.clock import clock
from portsip_api.store.files import OTHERS
from portsip_api.switch import FREESWITCH
from portsip_api.switch.freeswitch import access, certificates, recorded, static, trunks
from portsip_api.switch.freeswitch.event_socket import EventSocket
from portsip_api.switch.freeswitch.sofia import PROFILE, TRUNKS, name_of

_MOST_SECONDS: Final = 5  # between the two clocks
_VERSION: Final = re.compile(r"FreeSWITCH Version 1\.10\.")


def findings() -> Iterator[str]:
    """Yield a sentence for each thing that is wrong."""
    if settings.current().switch != FREESWITCH:
        yield "PBX_SWITCH is not freeswitch, so that no engine is asked or answered."
        return
    for path in (settings.current().switch_password_path, settings.current().switch_secret_path):
        yield from _file(path)
    yield from _transports()
    try:
        with EventSocket(access.door()) as client:
            yield from _engine(client)
    except SwitchUnavailable as error:
        yield str(error)


def _file(path: Path) -> Iterator[str]:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield f"{path} cannot be read ({error.strerror}): `pbx switch config` makes it."
        return
    if stat.S_IMODE(mode) & OTHERS:
        yield f"{path} can be read by others: give it the mode 0600."


def _transports() -> Iterator[str]:
    """Yield what is wrong with the transports of SIP that need a certificate."""
    if why := certificates.why_not():
        yield why
    for name, port in settings.current().sip_transports:
        if (name, port) not in settings.current().offered_transports:
            yield f"PBX_SIP_TRANSPORTS names {name}, which is not served without PBX_SIP_CERTIFICATE_FILE."


def _certificates(client: EventSocket) -> Iterator[str]:
    """Yield what is wrong with the certificate as the engine has it."""
    names = [*certificates.OWN, certificates.AUTHORITIES] if settings.current().sip_certificate_path else []
    if {"WS", "WSS"} & dict(settings.current().offered_transports).keys():
        names.append(certificates.SOUND)
    folder = client.api("global_getvar", "certs_dir") if names else ""
    for name in names:
        if client.api("file_exists", f"{folder}/{name}") != "true":
            yield (
                f"The engine does not find {name} in {folder}: start it with -certs and the folder "
                f"{certificates.FOLDER} that `pbx switch config` writes."
            )


def _profile(client: EventSocket, name: str) -> str:
    """Return the line about one of our profiles of SIP."""
    lines = client.api("sofia", "status").splitlines()
    return next((line for line in lines if line.split()[:2] == [name, "profile"]), "")


def _gateways(client: EventSocket) -> Iterator[str]:
    """Yield what is wrong with gateways, each by its id."""
    for gateway_id, why in sip_trunks.problems():
        yield f"Gateway {gateway_id} is not used, since {why}."
    found = {gateway.name: gateway for gateway in trunks.known(client)}
    for trunk in sip_trunks.all_of_pbx():
        gateway = found.get(name_of(trunk.tenant_id, trunk.gateway_id))
        if gateway is None:
            yield f"The engine does not know gateway {trunk.gateway_id}: it could not read this server's answer."
        elif gateway.status != "UP":
            yield f"Gateway {trunk.gateway_id} does not answer the engine."
        elif gateway.state not in {"NOREG", *trunks.REGISTERED}:
            yield f"Gateway {trunk.gateway_id} does not let the engine register."


def _folder(client: EventSocket) -> Iterator[str]:
    """Yield what keeps the engine from the folder that both share: it plays from there, and records into it."""
    folder = settings.current().switch_path
    if client.api("file_exists", str(recorded.default_music())) != "true":
        yield (
            f"The engine does not get at {folder}: it and its user need to (PBX_SWITCH_DIR, PBX_MEDIA_GROUP), and "
            "`pbx switch config` makes what it plays from there."
        )
    elif client.api("system", "test", "-w", shlex.quote(str(folder)), "||", "echo", "no") == "no":
        yield f"The engine may not write to {folder}, so that nobody leaves a message: its user needs PBX_MEDIA_GROUP."


def _engine(client: EventSocket) -> Iterator[str]:
    if not _VERSION.match(client.api("version")):
        yield "The engine is not FreeSWITCH 1.10, for which its answers are written."
    for name in static.MODULES:
        if client.api("module_exists", f"mod_{name}") != "true":
            yield f"The engine has not loaded mod_{name}."
    for name in (PROFILE, TRUNKS):
        if "RUNNING" not in _profile(client, name):
            yield f"The engine's SIP profile {name} does not run: perhaps its port is taken."
    yield from _certificates(client)
    yield from _gateways(client)
    yield from _folder(client)
    told = client.api("strepoch")
    if not told.isdigit() or abs(int(told) - clock.wall()) > _MOST_SECONDS:
        yield "The clocks of this server and of the engine differ."
    known = sip_accounts.anyone()
    if known is not None and client.api("user_exists", "id", *known) != "true":
        yield "The engine does not reach this server, or asks with another secret: write its configuration again."
