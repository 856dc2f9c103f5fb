"""What a look-up of the SIP engine costs in SQL statements, however many extensions there are."""

import pytest

from portsip_api import settings
from portsip_api.pbx.trunks import dial_plan, dialling_rules, gateways
from portsip_api.store import database
from portsip_api.switch.freeswitch import access, recorded
from tests.bulk import fill

ID = "0b0a7c1e-3c6f-4b5e-9a51-0123456789ab"
CALLER = {"variable_sip_auth_username": "2000", "variable_sip_auth_realm": "pbx.local", "Caller-Direction": "inbound"}
LOOK_UPS = {
    "who registers": ("directory", {"user": "2000", "domain": "pbx.local", "action": "sip_auth", "ip": "192.0.2.1"}, 7),
    "an extension": ("dialplan", {"Caller-Destination-Number": "2001"}, 7),
    "a number outside": ("dialplan", {"Caller-Destination-Number": "+49301234567"}, 13),
    "nobody": ("dialplan", {"Caller-Destination-Number": "2999"}, 9),
}


@pytest.fixture
def ask(app, configure, admin):
    """A function that asks as the engine does."""
    configure(PBX_SWITCH="freeswitch")
    access.make()
    recorded.make_folder()
    secret = settings.current().switch_secret_path.read_text().strip()
    admin.do("account/update", id=1, allowed_prefixes=["+49"])
    trunk = {"name": "trunk", "model_id": "sipTrunkStandard", "enabled": True, "address": "192.0.2.7"}
    gateway_id = gateways.create(1, trunk)
    rule = {"name": "Germany", "kind": "CUSTOM", "enabled": True, "call_prefix": "", "call_digits": "digits"}
    rule_id = dial_plan.create(1, {**rule, "patterns": [{"prefix": "+49", "digits": -1}]}, lambda *_: 0)
    dialling_rules.join(1, rule_id, gateway_id)

    def post(section, form):
        given = {"Caller-Context": "pbx.local", "Unique-ID": ID, **CALLER, **form}
        reply = app.test_client().post(f"/engine/freeswitch/{section}", data=given, auth=("freeswitch", secret))
        assert reply.status_code == 200
        return reply.text

    return post


@pytest.mark.parametrize("kind", LOOK_UPS)
def test_look_ups_cost_a_constant_number_of_statements(ask, admin, statements, kind):
    section, form, most = LOOK_UPS[kind]

    def count():
        for number in ("2000", "2001"):
            admin.make_extension(number)
        statements.clear()
        assert "not found" not in ask(section, form)
        return len(statements)

    few = count()
    database.execute("DELETE FROM extension")
    fill(3_000)
    assert count() == few <= most


def test_what_callers_meet_in_a_mailbox_is_one_statement(ask, admin, statements):
    for number in ("2000", "2001"):
        admin.make_extension(number)
    statements.clear()
    assert "pbx_result=voicemail" in ask(*LOOK_UPS["an extension"][:2])
    assert len([text for text in statements if "user_preferences" in text]) == 1
    assert not [text for text in statements if '"t1"' in text]  # none is built anew for each call
