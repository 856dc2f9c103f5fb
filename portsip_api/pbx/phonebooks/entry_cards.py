"""An entry of a private phonebook as a vCard 3.0, written, and read of any version; pictures are passed over.

Source: contract sipxcom-user.md, section 6.3; RFC 2426. The extended address is the designation of an office.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from portsip_api.pbx.errors import Invalid
from portsip_api.pbx.phonebooks.vcard_lines import Property, cards, line, parts, unescaped
from portsip_api.pbx.phonebooks.vcards import names_of, number_of

LARGEST: Final = 256 << 10  # characters, most of them of a picture
_WANTED: Final = ("N", "FN", "ORG", "TITLE", "IMPP", "X-JABBER", "TEL", "EMAIL", "ADR", "AGENT")
_ADDRESS: Final = (None, "office_designation", "street", "city", "state", "zip", "country")
_KINDS: Final = (("CELL", "cell_phone"), ("HOME", "home_phone"))
_FORMATTED: Final = re.compile(r"(?:^|\\n|\n)\s*FN[^:]*:(.*?)(?=\\n|\n|$)", re.IGNORECASE)


def write(first_name: str, last_name: str, number: str, contact: Mapping[str, Any]) -> str:
    """Return the vCard of somebody; `contact` has what is known of `private_entries.CONTACT`. Empty without a name."""
    full = f"{first_name} {last_name}".strip()
    return "".join(_written(full, (last_name, first_name), number, contact)) if full else ""


def _written(full: str, names: tuple[str, str], number: str, contact: Mapping[str, Any]) -> Iterator[str]:
    yield line("BEGIN", ["VCARD"])
    yield line("VERSION", ["3.0"])
    yield line("FN", [full])
    yield line("N", [*names, "", "", ""])
    for name, value in (
        ("TEL;TYPE=WORK", number),
        ("TEL;TYPE=HOME", contact.get("home_phone")),
        ("TEL;TYPE=CELL", contact.get("cell_phone")),
        ("TEL;TYPE=FAX", contact.get("fax_number")),
        ("EMAIL;TYPE=INTERNET,PREF", contact.get("email")),
        ("EMAIL;TYPE=INTERNET", contact.get("alternate_email")),
        ("TITLE", contact.get("job_title")),
    ):
        if value:
            yield line(name, [value])
    for kind, place in (("WORK", "office_address"), ("HOME", "home_address")):
        if address := contact.get(place):
            yield line(f"ADR;TYPE={kind}", [address.get(part) or "" if part else "" for part in _ADDRESS])
    organisation = [contact.get(name) or "" for name in ("company_name", "job_dept")]
    if any(organisation):
        yield line("ORG", organisation)
    yield line("END", ["VCARD"])


def read(text: str) -> dict[str, Any]:
    """Return the fields of an entry that the first vCard in a text has: those of `private_entries.ENTRY`, `contact`.

    The number is the first that is no cell's, no home's and no fax's; without one it is the cell's, or the home's.
    Raises Invalid (field `vcard`).
    """
    if len(text) > LARGEST:
        raise Invalid({"vcard": [f"Must have at most {LARGEST} characters."]})
    try:
        card = next(cards(text, _WANTED), None)
    except Invalid as error:
        raise Invalid({"vcard": ["Is cut off: it has no end."]}) from error
    if card is None:
        raise Invalid({"vcard": ["Must be a vCard."]})
    own = [given for given in card if not given.inner]
    first_name, last_name = names_of(own)
    number, phones = _phones([given for given in own if given.name == "TEL"])
    contact = phones | _mails(own) | _accounts(own) | _addresses(own) | _work(own) | _assistant(card)
    return {
        "first_name": first_name,
        "last_name": last_name,
        "number": number,
        "contact": {name: value for name, value in contact.items() if value},
    }


def _phones(given: Sequence[Property]) -> tuple[str, dict[str, Any]]:
    found: dict[str, Any] = {}
    number = ""
    for tel in given:
        types = _types(tel)
        if not types & {"PAGER", "MODEM", "BBS", "TEXTPHONE"}:
            name = "fax_number" if "FAX" in types else next((own for kind, own in _KINDS if kind in types), "")
            if name:
                found.setdefault(name, number_of(tel))
            else:
                number = number or number_of(tel)
    return number or found.get("cell_phone") or found.get("home_phone") or "", found


def _mails(card: Sequence[Property]) -> dict[str, Any]:
    """Return the addresses: first those that are no home's."""
    mails = sorted((given for given in card if given.name == "EMAIL"), key=lambda given: "HOME" in _types(given))
    texts = [unescaped(given.value).strip() for given in mails]
    return dict(zip(("email", "alternate_email"), texts, strict=False))


def _accounts(card: Sequence[Property]) -> dict[str, Any]:
    """Return the accounts for instant messages: one's own first, and a personal one as the alternate."""
    found: dict[str, Any] = {}
    for given in card:
        if given.name in {"IMPP", "X-JABBER"}:
            is_personal = _types(given) & {"PERSONAL", "HOME"}
            account = unescaped(given.value).strip()
            found.setdefault("alternate_im_id" if is_personal else "im_id", account.rpartition(":")[2])
    return found


def _addresses(card: Sequence[Property]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for given in card:
        if given.name == "ADR":
            name = "home_address" if "HOME" in _types(given) else "office_address"
            values = dict(zip(_ADDRESS, parts(given.value), strict=False))
            found.setdefault(name, {part: text for part, text in values.items() if part and text})
    return found


def _work(card: Sequence[Property]) -> dict[str, Any]:
    values = {given.name: given.value for given in reversed(card)}
    company, department = (*parts(values.get("ORG", "")), "", "")[:2]
    return {"company_name": company, "job_dept": department, "job_title": _text(values.get("TITLE", ""))}


def _assistant(card: Sequence[Property]) -> dict[str, Any]:
    """Return the assistant's name: that of a card within, which stands in lines of its own or in an escaped text."""
    inner = next((given.value for given in card if given.inner and given.name == "FN"), "")
    agent = next((given.value for given in card if not given.inner and given.name == "AGENT"), "")
    within = _FORMATTED.search(agent)
    return {"assistant_name": _text(inner or (within[1] if within else agent))}


def _text(value: str) -> str:
    return " ".join(unescaped(value).split())


def _types(given: Property) -> set[str]:
    return set(re.split(r"[;,=\"]", given.parameters))
