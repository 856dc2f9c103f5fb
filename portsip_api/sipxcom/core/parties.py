"""Sides of a call as this API writes them. Source: contract `sipxcom-user.md`, sections 6.1 and 7."""

from portsip_api.pbx.calls.records import Party


def aor(party: Party, domain: str) -> str:
    """Return the address of a side of a call, with its name and in brackets; empty when its number is withheld."""
    if not party.number:
        return ""
    address = f"<sip:{party.number}@{party.domain or domain}>"
    name = party.name.replace("\\", "").replace('"', "")
    return f'"{name}" {address}' if name else address
