"""Who a user is."""

import pytest

from tests.crm import Crm
from tests.sipxcom.portal import JSON, XML, check_outcome, check_refused

PATH = "rest/my/contact-information"
FULL = {
    "jobTitle": "Clerk",
    "jobDept": "Data",
    "companyName": "Museum",
    "assistantName": "Bo",
    "location": "Hall",
    "homeAddress": {"city": "Oslo"},
    "officeAddress": {
        "street": "1 Park",
        "city": "Boston",
        "country": "US",
        "state": "MA",
        "zip": "02114",
        "officeDesignation": "3rd floor",
    },
    "cellPhoneNumber": "+47 1",
    "homePhoneNumber": "2",
    "assistantPhoneNumber": "3",
    "faxNumber": "4",
    "didNumber": "5",
    "imDisplayName": "The Clerk",
    "alternateImId": "other",
    "emailAddress": "ana@example.org",
    "alternateEmailAddress": "b@example.org",
    "useBranchAddress": False,
    "twiterName": "t",
    "linkedinName": "l",
    "facebookName": "f",
    "xingName": "x",
    "custom1": "1",
    "custom2": "2",
    "custom3": "3",
    "firstName": "Ana",
    "lastName": "Pop",
}
MINIMAL = {
    "homeAddress": {},
    "officeAddress": {},
    "branchAddress": {},
    "imId": "",
    "useBranchAddress": False,
    "salutation": "None",
    "timestamp": 0,
    "avatar": "http://localhost/sipxconfig/rest/avatar/200",
    "enabled": True,
    "ldapManaged": False,
}


def read(user):
    return user.read(PATH)["contact-information"]


def test_a_fresh_one_has_the_contracts_members(user):
    assert read(user) == MINIMAL
    assert user.get(PATH).text.startswith("<contact-information>\n  <homeAddress/>\n  <officeAddress/>")


def test_everything_is_kept_in_the_contracts_order(user):
    reply = user.put(PATH, {"contact-information": FULL})
    assert (reply.status_code, reply.data) == (200, b"")
    found = read(user)
    assert found == MINIMAL | FULL
    order = [child.tag for child in user.read_xml(PATH)]
    assert order == [name for name in _ORDER if name in order]
    assert set(order) == set(found)


_ORDER = [
    "jobTitle",
    "jobDept",
    "companyName",
    "assistantName",
    "location",
    "homeAddress",
    "officeAddress",
    "branchAddress",
    "cellPhoneNumber",
    "homePhoneNumber",
    "assistantPhoneNumber",
    "faxNumber",
    "didNumber",
    "imId",
    "imDisplayName",
    "alternateImId",
    "emailAddress",
    "alternateEmailAddress",
    "useBranchAddress",
    "branchName",
    "manager",
    "employeeId",
    "salutation",
    "twiterName",
    "linkedinName",
    "facebookName",
    "xingName",
    "timestamp",
    "avatar",
    "enabled",
    "ldapManaged",
    "lastImportedDate",
    "disabledDate",
    "custom1",
    "custom2",
    "custom3",
    "firstName",
    "lastName",
]


@pytest.mark.parametrize("accept", [XML, JSON])
@pytest.mark.parametrize("body", [FULL, {}, {"firstName": "Ana", "lastName": "<Pop> & Ö"}])
def test_what_get_gives_put_takes(user, accept, body):
    user.put(PATH, {"contact-information": body})
    before = user.get(PATH, accept=accept)
    assert user.put(PATH, before.data, type=accept).status_code == 200
    assert user.get(PATH, accept=accept).data == before.data


def test_what_is_not_sent_is_cleared(user):
    user.put(PATH, {"contact-information": FULL})
    assert user.put(PATH, "<contact-information/>").status_code == 200
    assert read(user) == MINIMAL


def test_it_is_the_profile_of_the_other_api(user, admin: Crm):
    user.put(PATH, {"contact-information": FULL})
    profile = admin.read("extensions/show", extension_number="200")["profile"]
    shown = {
        "first_name": "Ana",
        "last_name": "Pop",
        "email": "ana@example.org",
        "mobile_phone": "+47 1",
        "home_phone": "2",
        "company_name": "Museum",
        "twitter": "t",
        "linkedin": "l",
        "facebook": "f",
    }
    assert {name: profile[name] for name in shown} == shown
    admin.do("extensions/update", extension_number="200", profile={"first_name": "Bo", "work_phone": "9"})
    assert read(user)["firstName"] == "Bo"
    user.put(PATH, {"contact-information": {}})
    assert admin.read("extensions/show", extension_number="200")["profile"]["work_phone"] == "9"


def test_the_name_for_messages_follows_the_names(user, admin: Crm):
    user.put(PATH, {"firstName": "Ana", "lastName": "Pop"})
    sent = read(user)
    assert sent["imDisplayName"] == "Ana Pop"
    user.put(PATH, sent | {"lastName": "Lind"})
    assert read(user)["imDisplayName"] == "Ana Lind"
    user.put(PATH, read(user) | {"imDisplayName": "Boss"})
    admin.do("extensions/update", extension_number="200", profile={"first_name": "Bo"})
    assert read(user)["imDisplayName"] == "Boss"


def test_the_branchs_address_stands_for_that_of_the_office(user, portal, admin: Crm):
    branch = portal.make("rest/branch", {"branch": {"name": "Main", "address": {"city": "Rome", "zip": "1"}}})
    user.put(PATH, {"officeAddress": {"city": "Oslo"}})
    (one,) = portal.read("rest/user")["user"]["users"]
    body = {"user": {"userName": "200", "branch": {"id": branch}}}
    assert portal.put(f"rest/user/{one['id']}", body).status_code == 200
    found = read(user)
    assert (found["branchName"], found["branchAddress"], found["officeAddress"]) == (
        "Main",
        {"city": "Rome", "zip": "1"},
        {"city": "Oslo"},
    )
    user.put(PATH, found | {"useBranchAddress": True})
    assert read(user)["officeAddress"] == {"city": "Rome", "zip": "1"}
    user.put(PATH, read(user) | {"useBranchAddress": False, "officeAddress": {"city": "Oslo"}})
    assert read(user)["officeAddress"] == {"city": "Oslo"}


def test_what_is_shown_only_is_not_set(user):
    body = {"salutation": "Dr", "imId": "me", "enabled": False, "ldapManaged": True, "manager": "x", "avatar": "y"}
    assert user.put(PATH, body).status_code == 200
    assert read(user) == MINIMAL


def test_the_pages_spelling_is_taken(user):
    assert user.put(PATH, "<contactinformation><twitterName>t</twitterName></contactinformation>").status_code == 200
    assert read(user)["twiterName"] == "t"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"emailAddress": "nobody"}, "emailAddress"),
        ({"alternateEmailAddress": "a b"}, "alternateEmailAddress"),
        ({"homeAddress": {"city": "x" * 256}}, "homeAddress.city"),
        ({"firstName": "x" * 65}, "firstName"),
        ({"shoeSize": 1}, "shoeSize"),
        ({"homeAddress": "Oslo"}, "homeAddress"),
    ],
)
def test_bad_values_are_refused_and_nothing_changes(user, body, word):
    reply = user.put(PATH, {"contact-information": body})
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert read(user) == MINIMAL


def test_other_methods_and_others_are_refused(user, portal, stranger):
    for method in ("POST", "DELETE"):
        check_refused(user.ask(method, PATH), 405)
    check_refused(portal.get(PATH), 403)
    check_refused(stranger.get(PATH), 401)
