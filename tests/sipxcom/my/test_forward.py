"""The numbers that ring besides or after a user's own phones, without schedules."""

import pytest

from portsip_api.pbx.hours import schedules
from tests.crm import Crm
from tests.pbx.features.call_features import TENANT
from tests.sipxcom.portal import JSON, XML, check_outcome, check_refused

PATH = "rest/my/forward"
XML_BODY = """<call-sequence>
  <rings>
    <ring>
      <expiration>30</expiration>
      <type>If no response</type>
      <enabled>true</enabled>
      <number>333</number>
    </ring>
    <ring>
      <expiration>30</expiration>
      <type>At the same time</type>
      <enabled>false</enabled>
      <number>232</number>
    </ring>
  </rings>
  <expiration>25</expiration>
  <withVoicemail>true</withVoicemail>
</call-sequence>"""


def test_it_has_the_contracts_bytes(user):
    reply = user.put(PATH, XML_BODY)
    assert (reply.status_code, reply.data) == (200, b"")
    assert user.get(PATH).text.strip() == XML_BODY
    assert user.read(PATH) == {
        "call-sequence": {
            "rings": [
                {"expiration": 30, "type": "If no response", "enabled": True, "number": "333"},
                {"expiration": 30, "type": "At the same time", "enabled": False, "number": "232"},
            ],
            "expiration": 25,
            "withVoicemail": True,
        }
    }


@pytest.mark.parametrize("accept", [XML, JSON])
def test_what_get_gives_put_takes(user, accept):
    user.put(PATH, XML_BODY)
    before = user.get(PATH, accept=accept)
    assert user.put(PATH, before.data, type=accept).status_code == 200
    assert user.get(PATH, accept=accept).data == before.data


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<call-sequence><rings/></call-sequence>", XML),
        ("<call-sequence/>", "application/x-www-form-urlencoded"),
        ('{"call-sequence": {"rings": []}}', JSON),
        ('{"rings": []}', "application/x-www-form-urlencoded"),
    ],
)
def test_no_rings_clear_it(user, body, kind):
    user.put(PATH, XML_BODY)
    assert user.put(PATH, body, type=kind).status_code == 200
    assert user.read(PATH)["call-sequence"] == {"rings": [], "expiration": 20, "withVoicemail": True}


def test_a_single_ring_stands_without_brackets(user):
    body = {"call-sequence": {"rings": {"ring": {"number": "7", "expiration": "30", "enabled": "true"}}}}
    assert user.put(PATH, body).status_code == 200
    (ring,) = user.read(PATH)["call-sequence"]["rings"]
    assert ring == {"expiration": 30, "type": "If no response", "enabled": True, "number": "7"}


def test_it_is_the_sequence_of_callfwd_and_drops_its_schedules(user, admin: Crm):
    lunch = schedules.create(TENANT, {"name": "Lunch"})
    user.put("rest/my/callfwd", {"rings": [{"number": "333", "enabled": True, "scheduleId": lunch}]})
    before = user.get(PATH)
    assert user.put(PATH, before.data).status_code == 200
    (ring,) = user.read("rest/my/callfwd")["rings"]
    assert (ring["number"], ring["scheduleId"]) == ("333", None)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (XML_BODY.replace("<number>232</number>", ""), "Number"),
        (XML_BODY.replace("At the same time", "later"), "type"),
        (XML_BODY.replace("<enabled>true", "<position>1</position><enabled>true"), "position"),
        (XML_BODY.replace("call-sequence", "callsequences"), "call-sequence"),
        (XML_BODY.replace("25", "0"), "expiration"),
    ],
)
def test_bad_ones_are_refused_and_nothing_changes(user, body, word):
    reply = user.put(PATH, body)
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert user.read(PATH)["call-sequence"]["rings"] == []


def test_callfwd_is_there_without_my(user):
    assert user.put("rest/callfwd", {"rings": [{"number": "333"}]}).status_code == 200
    assert user.read("rest/callfwd") == user.read("rest/my/callfwd")


def test_other_methods_and_others_are_refused(user, portal, stranger):
    for method in ("POST", "DELETE"):
        check_refused(user.ask(method, PATH), 405)
    check_refused(portal.get(PATH), 403)
    check_refused(stranger.get(PATH), 401)
