"""The true names of Polycom's parameters: most are the setting's path with dots, these rules name the others.

Source: the vendor's UC Software and SIP 3.2 administrators' guides; contract, section 9.
"""

import re
from functools import lru_cache
from typing import Final

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(pattern), name) for pattern, name in pairs)


# The first rule that fits a path names its parameter; an empty name is none: a mark of the PBX itself.
_PHONE: Final = _rules(
    (r"(?:e911|group\.version|custom)/.*", ""),
    (r"lcl/time/(.*)", r"lcl.datetime.time.\1"),
    (r"lcl/datetime/(.*)", r"lcl.datetime.\1"),
    (r"localization/language", "lcl.ml.lang"),
    (r"up/general/(.*)", r"up.\1"),
    (r"voice/vad/(.*)", r"voice.\1"),
    (r"qualityMonitoring/collector/server/(.*)", r"voice.qualityMonitoring.collector.server.1.\1"),
    (r"qualityMonitoring/(.*)", r"voice.qualityMonitoring.\1"),
    (r"(?:dir|directory|presence|bg)/(?:.*/)?([^/]*)", r"\1"),
    (r"(?:log|network)/(device\..*)", r"\1"),
    (r"auth/(.*)", r"device.auth.\1"),
    (r"feature/(.*\.enable)", r"feature.\1"),
    (r"feature/(.*)", r"feature.\1.enabled"),
    (r"voIpProt\.SIP/failover", "voIpProt.SIP.tcpFastFailover"),
    (r"voIpProt\.SIP/protocol/(.*)", r"voIpProt.SIP.\1"),
    (r"voIpProt\.SIP/cid/(.*)", r"voIpProt.SIP.CID.\1"),
    (r"voIpProt\.SIP/digest/(.*)", r"voIpProt.SIP.requestValidation.digest.\1"),
    (r"dialplan/digitmap/(digitmap.*)", r"dialplan.\1"),
    (r"dialplan/digitmap/routing\.1/(.*)", r"dialplan.routing.server.1.\1"),
    (r"(?:powerManagement|calendar)/(.*)", r"\1"),
    (r"ptt/(?:ptt-only|groupPaging)/(.*)", r"ptt.\1"),
    (r"prov/prov_login/(.*)", r"prov.\1"),
    (r"prov/prov_device/(.*)", r"device.prov.\1"),
    (r"softKey/efk/softKey\.(.*)", r"efk.softkey.\1"),
    (r"background/polycomVVX1500bg/(.*)", r"bg.VVX_1500.color.\1"),
    (r"background/polycomVVX\d+bg/(.*)", r"bg.color.\1"),
    (r"background/polycom450bg/(.*)", r"bg.medRes.gray.\1"),
    (r"background/polycom550bg/(.*)", r"bg.hiRes.gray.\1"),
    (r"background/polycom670bg/(.*)", r"bg.hiRes.color.\1"),
)
_UC_SOUNDS: Final = _rules(
    (r"se/patterns/MESSAGE_WAITING/(.*)", r"se.pat.misc.messageWaiting.inst.1.\1"),
    (r"se/CALL_WAITING/(.*)", r"se.pat.callProg.callWaiting.inst.1.\1"),
    (r"se/LONG_CALL_WAITING/(\d)-(.*)", r"se.pat.callProg.callWaitingLong.inst.\1.\2"),
    (r"se/ringType/RING_ANSWER/(.*)", r"se.rt.ringAutoAnswer.\1"),
    (r"se/ringType/RING_EXTERNAL/(.*)", r"se.rt.external.\1"),
    (r"se/ringType/RING_INTERNAL/(.*)", r"se.rt.internal.\1"),
)
_OLD_SOUNDS: Final = _rules(
    (r"se/patterns/MESSAGE_WAITING/(.*)", r"se.pat.misc.1.inst.1.\1"),
    (r"se/CALL_WAITING/(.*)", r"se.pat.callProg.6.inst.1.\1"),
    (r"se/LONG_CALL_WAITING/(\d)-(.*)", r"se.pat.callProg.7.inst.\1.\2"),
    (r"se/ringType/RING_ANSWER/(.*)", r"se.rt.4.\1"),
    (r"se/ringType/RING_EXTERNAL/(.*)", r"se.rt.6.\1"),
    (r"se/ringType/RING_INTERNAL/(.*)", r"se.rt.5.\1"),
)
# `#` stands for the number of the line.
_LINE: Final = _rules(
    (r"(?:call|divert)/fwd/(.*)", r"divert.fwd.#.\1"),
    (r"(call|divert)/(\w+)/(.*)", r"\1.\2.#.\3"),
    (r"(reg|divert)/(.*)", r"\1.#.\2"),
    (r"msg\.mwi/(.*)", r"msg.mwi.#.\1"),
    (r"line-dialplan/digitmap/(digitmap.*)", r"dialplan.#.\1"),
    (r"line-dialplan/digitmap/routing\.1/(.*)", r"dialplan.#.routing.server.1.\1"),
    (r"line-dialplan/(.*)", r"dialplan.#.\1"),
)
_HIDDEN_TWIN: Final = re.compile(r"_hidden\w*$")
_REPEATED: Final = re.compile(r"(?:(?<=\.)|^)([A-Za-z]\w*)\.(?=\1(?:\.|$))")

# fmt: off
_AUDIO: Final = (
    "G711_Mu", "G711_A", "G729_AB", "G722", "G7221.16kbps", "G7221.24kbps", "G7221.32kbps", "G7221_C.24kbps",
    "G7221_C.32kbps", "G7221_C.48kbps", "Lin16.8kbps", "Lin16.16kbps", "Lin16.32kbps", "Lin16.44kbps", "Lin16.48kbps",
    "Siren14.24kbps", "Siren14.32kbps", "Siren14.48kbps", "Siren22.32kbps", "Siren22.48kbps", "Siren22.64kbps",
    "iLBC.13_33kbps", "iLBC.15_2kbps",
)
# fmt: on
_VIDEO: Final = ("H261", "H263", "H2631998", "H264")


@lru_cache(maxsize=4096)
def phone_parameter(path: str, is_uc: bool) -> str:
    """Return the parameter of a phone's setting, empty when it is none; `is_uc` is firmware 4.0 or later."""
    return _named(path, (_UC_SOUNDS if is_uc else _OLD_SOUNDS) + _PHONE)


def line_parameter(path: str, number: int) -> str:
    """Return the parameter of a setting of the line `number`, counted from 1."""
    return _line_parameter(path).replace("#", str(number))


@lru_cache(maxsize=4)
def codec_names(group: str, is_uc: bool) -> tuple[str, ...]:
    """Return the codecs of a group, `voice` or `video`; earlier firmware writes them without underscores."""
    if group == "video":
        return _VIDEO
    return _AUDIO if is_uc else tuple(re.sub("_(?=[A-Z])", "", codec) for codec in _AUDIO)


@lru_cache(maxsize=1024)
def _line_parameter(path: str) -> str:
    return _named(path, _LINE)


def _named(path: str, rules: Rules) -> str:
    """Name a path; a name that a group repeats (`startHour/startHour.monday`) is written once."""
    for pattern, name in rules:
        if found := pattern.fullmatch(path):
            path = found.expand(name)
            break
    return _REPEATED.sub("", _HIDDEN_TWIN.sub("", path.replace("/", ".")))
