"""`/rest/my/vmprefs`, `/rest/my/im/prefs`, `/rest/my/imbot/prefs` and `/rest/my/faxprefs`: what a user prefers.

Source: sipXcom REST API, "View or modify voicemail settings", "View or modify IM preferences", "View or modify My Buddy
preferences" and "View fax extensions and DID number"; contract `sipxcom-user.md`, sections 6.2 and 6.4.
"""

from collections.abc import Mapping
from typing import Any, Final

from portsip_api.pbx.personal import preferences as pbx_preferences
from portsip_api.pbx.personal import voicemail_preferences as pbx_voicemail
from portsip_api.pbx.personal.preferences import Part
from portsip_api.pbx.personal.voicemail_preferences import Notice
from portsip_api.sipxcom.core.authentication import Access, current_tenant, current_user
from portsip_api.sipxcom.core.blueprint import NOTHING, Resources
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import FLAG, TEXT, Kind, Leaf, Record
from portsip_api.sipxcom.core.styles import REST_JSON

preferences = Resources("preferences", __name__, REST_JSON, "What users prefer", managed=True)


def _choice(*options: str) -> Kind:
    """Return the kind of one of `options`, in whatever case."""

    def read(value: object) -> str | None:
        text = str(TEXT.read(value)).upper()
        if text and text not in options:
            raise ValueError(f"Must be one of {', '.join(options)}.")
        return text or None

    return Kind({"type": "string", "enum": list(options)}, read)


_ON: Final = _choice("NO", "YES")
_FORMAT: Final = _choice("FULL", "MEDIUM", "BRIEF")
_OFF: Final = "Null while nothing is sent."
_PARTIAL: Final = "What is absent or null stays."
# The wire's names of an address, and then of how it is told: ours.
_NOTICE: Final = {"emailAttachType": "notify", "emailFormat": "format", "emailIncludeAudioAttachment": "audio"}
_ALTERNATE: Final = {
    f"alt{name[:1].upper()}{name[1:]}": f"alternate_{own}" for name, own in {"email": "email", **_NOTICE}.items()
}
_VOICEMAIL_NAMES: Final = {"greeting": "greeting", "email": "email", **_NOTICE, **_ALTERNATE}
_GREETING: Final = (
    "What callers hear: the greeting that is active in the other API too, of which any other name counts as STANDARD. "
    "NONE is the system's, which is also heard while the kind that is chosen has no file."
)
_VOICEMAIL: Final = Record(
    "vmprefs",
    (
        Leaf("greeting", _choice("NONE", "STANDARD", "OUT_OF_OFFICE", "EXTENDED_ABSENCE"), _GREETING),
        Leaf("email", meaning=f"The user's own, wherever it is shown. {_OFF}"),
        Leaf("emailAttachType", _ON, f"Whether new messages are told by e-mail. {_OFF}"),
        Leaf("emailFormat", _FORMAT, _OFF),
        Leaf("emailIncludeAudioAttachment", FLAG, _OFF),
        Leaf("altEmail", meaning=f"The alternate address of the contact information. {_OFF}"),
        Leaf("altEmailAttachType", _ON, _OFF),
        Leaf("altEmailFormat", _FORMAT, _OFF),
        Leaf("altEmailIncludeAudioAttachment", FLAG, _OFF),
        Leaf("voicemailPermission", FLAG, "Whether the user has voicemail; shown only.", ignored=True),
        Leaf("voicemailFormat", meaning="Shown only.", ignored=True),
    ),
    "VoicemailPreferences",
)
_IM_NAMES: Final = {
    "statusPhonePresence": "status_phone_presence",
    "statusCallInfo": "status_call_info",
    "otpMessage": "otp_message",
    "voicemailOnDnd": "voicemail_on_dnd",
}
_IM: Final = Record(
    "im-prefs", tuple(Leaf(name, TEXT if name == "otpMessage" else FLAG) for name in _IM_NAMES), "ImPreferences"
)
_IMBOT_NAMES: Final = {
    "confEnter": "conf_enter",
    "confExit": "conf_exit",
    "vmBegin": "vm_begin",
    "vmEnd": "vm_end",
}
_IMBOT: Final = Record("imbot-prefs", tuple(Leaf(name, FLAG) for name in _IMBOT_NAMES), "ImbotPreferences")
_FAX: Final = Record("faxprefs", (Leaf("extension"), Leaf("did")), "FaxPreferences")


@preferences.route("/rest/my/vmprefs")
@preferences.allowed(Access.USER)
@preferences.answers(_VOICEMAIL)
def show_voicemail_preferences() -> dict[str, Any]:
    """Show which greeting one's voicemail plays, and how it tells of new messages."""
    found = pbx_voicemail.show(current_tenant(), current_user())
    return {
        "greeting": found.greeting,
        **_notice("email", found.notice),
        **_notice("altEmail", found.alternate),
        "voicemailPermission": found.permitted,
        "voicemailFormat": "wav",
    }


@preferences.route("/rest/my/vmprefs", methods=["PUT"])
@preferences.reads(_VOICEMAIL)
@preferences.allowed(Access.USER)
@preferences.answers(NOTHING, note=f"{_PARTIAL} Who has no voicemail may not: 403.")
def set_voicemail_preferences(given: dict[str, Any]) -> None:
    """Set some of one's voicemail preferences."""
    values = _own(_VOICEMAIL_NAMES, given)
    values |= {name: values[name] == "YES" for name in ("notify", "alternate_notify") if name in values}
    with wire_names(_VOICEMAIL_NAMES):
        pbx_voicemail.update(current_tenant(), current_user(), values)


@preferences.route("/rest/my/im/prefs")
@preferences.allowed(Access.USER)
@preferences.answers(_IM)
def show_im_preferences() -> dict[str, Any]:
    """Show what one's status for instant messages tells of calls."""
    return _shown(Part.IM, _IM_NAMES)


@preferences.route("/rest/my/im/prefs", methods=["PUT"])
@preferences.reads(_IM)
@preferences.allowed(Access.USER)
@preferences.answers(NOTHING, note=_PARTIAL)
def set_im_preferences(given: dict[str, Any]) -> None:
    """Set some of one's preferences of instant messages."""
    _set(Part.IM, _IM_NAMES, given)


@preferences.route("/rest/my/imbot/prefs")
@preferences.allowed(Access.USER)
@preferences.answers(_IMBOT)
def show_imbot_preferences() -> dict[str, Any]:
    """Show of what one is told by an instant message."""
    return _shown(Part.IMBOT, _IMBOT_NAMES)


@preferences.route("/rest/my/imbot/prefs", methods=["PUT"])
@preferences.reads(_IMBOT)
@preferences.allowed(Access.USER)
@preferences.answers(NOTHING, note=_PARTIAL)
def set_imbot_preferences(given: dict[str, Any]) -> None:
    """Set of what one is told by an instant message."""
    _set(Part.IMBOT, _IMBOT_NAMES, given)


@preferences.route("/rest/my/faxprefs")
@preferences.allowed(Access.USER)
@preferences.answers(_FAX, note="Empty: nobody has a fax here.")
def show_fax_preferences() -> dict[str, Any]:
    """Show the numbers of one's fax."""
    return {"extension": "", "did": ""}


def _notice(name: str, notice: Notice | None) -> dict[str, Any]:
    if notice is None:
        return {}
    return {
        name: notice.address or None,
        f"{name}AttachType": "YES",
        f"{name}Format": notice.form,
        f"{name}IncludeAudioAttachment": notice.audio,
    }


def _shown(part: Part, names: Mapping[str, str]) -> dict[str, Any]:
    found = pbx_preferences.show(current_tenant(), current_user(), part)
    return {name: found[own] for name, own in names.items()}


def _own(names: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    return {own: given[name] for name, own in names.items() if name in given}


def _set(part: Part, names: Mapping[str, str], given: Mapping[str, Any]) -> None:
    with wire_names(names):
        pbx_preferences.update(current_tenant(), current_user(), part, _own(names, given))
