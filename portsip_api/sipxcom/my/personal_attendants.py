"""`/rest/my/voicemail/attendant` and `/rest/my/voicemail/operator`: what callers may press in one's voicemail.

Source: sipXcom REST API, "View or modify voicemail personal attendant" and the two sections behind it; contract
`sipxcom-user.md`, section 6.2.
"""

from typing import Any, Final

from portsip_api.pbx.personal import attendants as pbx_attendants
from portsip_api.sipxcom.core.authentication import Access, current_tenant, current_user
from portsip_api.sipxcom.core.blueprint import IGNORED, NOTHING, Resources
from portsip_api.sipxcom.core.field_names import wire_names
from portsip_api.sipxcom.core.records import FLAG, Leaf, Many, Pairs, Record
from portsip_api.sipxcom.core.styles import REST_JSON

personal_attendants = Resources(
    "personal attendants", __name__, REST_JSON, "What callers hear in one's voicemail and may press", managed=True
)

_VALUES: Final = {
    "depositVM": "deposit",
    "forwardDeleteVM": "forward_delete",
    "playVMDefaultOptions": "play_options",
    "language": "language",
    "overrideLanguage": "override_language",
}
_NAMES: Final = {**_VALUES, "operator": "operator", "menu": "menu"}
_ATTENDANT: Final = Record(
    "attendant",
    (
        Leaf("personalAttendantPermission", FLAG, "Whether one may have an attendant; shown only.", ignored=True),
        Leaf("depositVM", FLAG, "Whether callers may leave a message."),
        Leaf("forwardDeleteVM", FLAG, "Whether a message is deleted once it was sent by e-mail, with its audio."),
        Leaf("playVMDefaultOptions", FLAG, "Whether callers are told after the greeting how to leave a message."),
        Leaf("operator", meaning="Who is reached by the key 0, unless the menu has one. An empty one is none."),
        Pairs("menu", "The number that each key leads to, 0 to 9, * and #; empty: gone. Replaced as a whole."),
        Leaf("language", meaning="A language's code; an empty one is the system's."),
        Leaf("overrideLanguage", FLAG, "Whether callers hear this language, whatever theirs is."),
    ),
    "PersonalAttendant",
)
_LANGUAGES: Final = Record("languages", (Many("languages", Leaf("language")),), "Languages", array=True)
_NOTE: Final = (
    "What is absent or null stays as it is. A number of the tenant is followed when it changes; one outside is called "
    "by the user's own rights. Who may have no attendant may not: 403."
)


@personal_attendants.route("/rest/my/voicemail/attendant")
@personal_attendants.allowed(Access.USER)
@personal_attendants.answers(_ATTENDANT)
def show_personal_attendant() -> dict[str, Any]:
    """Show what callers hear in one's voicemail, and where keys lead."""
    found = pbx_attendants.show(current_tenant(), current_user())
    return {
        "personalAttendantPermission": found.permitted,
        **{name: found.values[own] for name, own in _VALUES.items()},
        "language": found.values["language"] or None,
        "operator": found.operator,
        "menu": found.menu,
    }


@personal_attendants.route("/rest/my/voicemail/attendant", methods=["PUT"])
@personal_attendants.reads(_ATTENDANT)
@personal_attendants.allowed(Access.USER)
@personal_attendants.answers(NOTHING, note=_NOTE)
def set_personal_attendant(given: dict[str, Any]) -> None:
    """Set some of what callers hear in one's voicemail, and where keys lead."""
    _update({own: given[name] for name, own in _NAMES.items() if name in given})


@personal_attendants.route("/rest/my/voicemail/attendant/lang")
@personal_attendants.allowed(Access.USER)
@personal_attendants.answers(_LANGUAGES, note="Those of the PBX's own voice; an attendant may have another.")
def list_languages() -> dict[str, Any]:
    """List the codes of the languages that are there."""
    return {"languages": list(pbx_attendants.LANGUAGES)}


@personal_attendants.route("/rest/my/voicemail/operator/<name:operator>", methods=["PUT"])
@personal_attendants.reads(IGNORED)
@personal_attendants.allowed(Access.USER)
@personal_attendants.answers(NOTHING, note="A body is not needed, and not looked at.")
def set_operator(operator: str) -> None:
    """Set who is reached by the key 0 in one's voicemail."""
    _update({"operator": operator})


@personal_attendants.route("/rest/my/voicemail/operator", methods=["PUT"])
@personal_attendants.reads(IGNORED)
@personal_attendants.allowed(Access.USER)
@personal_attendants.answers(NOTHING, note="A body is not needed, and not looked at.")
def reset_operator() -> None:
    """Let nobody be reached by the key 0 in one's voicemail, unless the menu has it."""
    _update({"operator": ""})


def _update(fields: dict[str, Any]) -> None:
    with wire_names(_NAMES):
        pbx_attendants.update(current_tenant(), current_user(), fields)
