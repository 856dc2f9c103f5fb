"""What a phone says of itself."""

import pytest

from portsip_api.pbx.settings import agents
from portsip_api.pbx.settings.agents import Agent

MAC = "001565A1B2C3"
FORMS = [
    ("Yealink SIP-T46S 66.84.0.15", "Yealink", "SIP-T46S", ""),
    ("Yealink SIP-T46S 66.84.0.15 001565a1b2c3", "Yealink", "SIP-T46S", MAC),
    ("Yealink SIP-T46S 66.84.0.15 00:15:65:a1:b2:c3", "Yealink", "SIP-T46S", MAC),
    ("Yealink W70B 146.85.0.20", "Yealink", "W70B", ""),
    ("PolycomVVX-VVX_411-UA/5.9.0.9373", "Polycom", "VVX 411", ""),
    ("PolycomVVX-VVX_411-UA/6.3.1.8427_001565a1b2c3", "Polycom", "VVX 411", MAC),
    ("PolycomSoundPointIP-SPIP_550-UA/4.0.1.13681", "Polycom", "SPIP 550", ""),
    ("Grandstream GXP2160 1.0.9.132", "Grandstream", "GXP2160", ""),
    ("Grandstream HT814 1.0.27.2 001565a1b2c3", "Grandstream", "HT814", MAC),
    ("snom370/8.7.5.35", "snom", "370", ""),
    ("snomD785/10.1.54.13", "snom", "D785", ""),
    ("Cisco/SPA504G-7.6.2f", "Cisco", "SPA504G", ""),
    ("Cisco-CP-7841-3PCC/11.3.1", "Cisco", "7841", ""),
    ("Linksys/SPA942-6.1.5(a)", "Linksys", "SPA942", ""),
    ("Aastra 6757i/3.3.1.4358", "Aastra", "6757i", ""),
    ("Mitel 6867i/5.1.0.2051", "Mitel", "6867i", ""),
    ("Panasonic_KX-UT136/01.221 (001565a1b2c3)", "Panasonic", "KX-UT136", MAC),
    ("Fanvil X6U 2.4.0.1 001565a1b2c3", "Fanvil", "X6U", MAC),
    ("Htek UC926 V2.0.4.4.60 00-15-65-A1-B2-C3", "Htek", "UC926", MAC),
]


@pytest.mark.parametrize(("text", "vendor", "model", "mac"), FORMS)
def test_a_phone_says_what_it_is(text, vendor, model, mac):
    assert agents.read(text) == Agent(vendor, f"{vendor} {model}", mac)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "Zoiper rv2.10", "Test phone 1.0 001565a1b2c3", "yealink SIP-T46S", "Yealink", "Yealink ", "snom/1"),
        *("xYealink SIP-T46S", "Yealink SIP-T46S\n001565a1b2c3", "Yealink SIP-T46S$${x}", "Yealink SIP-<b>"),
        *("Polycom", "PolycomVVX-VVX_411", "Grandstream \u0661", "\x00Yealink T46S", "Cisco/SPA504G'--"),
    ],
)
def test_what_is_no_known_form_says_nothing(text):
    assert agents.read(text) == Agent()


@pytest.mark.parametrize(
    "text",
    ["000000000000", "ffffffffffff", "001565a1b2c", "001565a1b2c34", "00156:5a1b2c3", "001565a1b2cg", "00:15:65"],
)
def test_what_is_no_address_of_a_phone_is_none(text):
    assert agents.read(f"Yealink SIP-T46S 66.84.0.15 {text}") == Agent("Yealink", "Yealink SIP-T46S")


@pytest.mark.parametrize("text", ["Yealink SIP-T46S" + " -_" * 40_000, "Polycom" + "a" * 100_000, "-" * 100_000])
def test_what_is_long_is_read_at_once(text):
    assert agents.read(text).mac == ""
