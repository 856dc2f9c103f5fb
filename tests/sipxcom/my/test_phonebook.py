"""A user's own phonebook, with all users."""

import pytest
from defusedxml import ElementTree

from portsip_api.store import database
from tests.bulk import fill
from tests.crm import WEB_PASSWORD, Crm
from tests.sipxcom.portal import JSON, XML, Portal, check_outcome, check_refused

BOOK, ONE = "rest/my/phonebook", "rest/my/phonebook/entry"
BO = {
    "first-name": "Bo",
    "last-name": "Lind",
    "number": "3001",
    "contact-information": {
        "jobTitle": "Clerk",
        "homeAddress": {"city": "Oslo"},
        "officeAddress": {},
        "branchAddress": {},
        "imDisplayName": "Bo L",
        "emailAddress": "bo@example.org",
    },
}


def entries(user, path=BOOK):
    return user.read(path)["phonebook"]


def own(user):
    return [entry for entry in entries(user) if entry["id"] != "-1"]


def add(user, **change) -> str:
    """Make an entry and find its id as clients do: in the list."""
    body = BO | change
    assert user.post(f"{ONE}/-1", {"entry": body}).status_code == 200
    return next(
        entry["id"]
        for entry in own(user)
        if (entry["number"], entry["first-name"]) == (body["number"], body["first-name"])
    )


def test_it_has_ones_own_entries_and_all_users(user, admin: Crm):
    admin.make_extension("101", profile={"first_name": "Ana", "last_name": "Pop", "email": "ana@example.org"})
    id_ = add(user)
    ana, _, mine = entries(user)
    assert [mine, ana] == [
        {"id": id_, **BO},
        {
            "id": "-1",
            "first-name": "Ana",
            "last-name": "Pop",
            "number": "101",
            "contact-information": {
                "homeAddress": {},
                "officeAddress": {},
                "branchAddress": {},
                "imDisplayName": "Ana Pop",
                "emailAddress": "ana@example.org",
                "avatar": "http://localhost/sipxconfig/rest/avatar/101",
            },
        },
    ]
    root = user.read_xml(BOOK)
    assert (root.tag, [child.tag for child in root]) == ("phonebook", ["entry"] * 3)
    assert [child.tag for child in root[0]] == ["id", "first-name", "last-name", "number", "contact-information"]


def test_an_entry_is_made_shown_replaced_and_removed(user):
    id_ = add(user, internalId="a1")
    shown = user.read(f"{ONE}/{id_}")["entry"]
    assert shown == BO | {"internalId": "a1"}
    changed = shown | {"last-name": "Lund", "contact-information": {}}
    reply = user.put(f"{ONE}/{id_}", {"entry": changed})
    assert (reply.status_code, reply.data) == (200, b"")
    found = user.read(f"{ONE}/{id_}")["entry"]
    assert (found["last-name"], found["contact-information"]["homeAddress"]) == ("Lund", {})
    assert user.delete(f"{ONE}/{id_}").status_code == 200
    for method, body in (("GET", None), ("PUT", BO), ("DELETE", None)):
        check_refused(user.ask(method, f"{ONE}/{id_}", body), 404)


@pytest.mark.parametrize("accept", [XML, JSON])
def test_what_get_gives_put_takes(user, accept):
    id_ = add(user, **{"first-name": "<Bö> & Co", "internalId": "x"})
    before = user.get(f"{ONE}/{id_}", accept=accept)
    assert user.put(f"{ONE}/{id_}", before.data, type=accept).status_code == 200
    assert user.get(f"{ONE}/{id_}", accept=accept).data == before.data


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"entry": {"firstName": "Bo", "lastName": "Lind", "number": 3001}}, None),
        (
            "<entry><firstname>Bo</firstname><lastname>Lind</lastname><number>3001</number><contactinformation/></entry>",
            XML,
        ),
        (b'{"first-name": "Bo", "last-name": "Lind", "number": "3001"}', "application/x-www-form-urlencoded"),
    ],
)
def test_an_entry_is_read_in_every_spelling(user, body, kind):
    assert user.post(f"{ONE}/7", body, **({"type": kind} if kind else {})).status_code == 200
    assert [(entry["first-name"], entry["last-name"], entry["number"]) for entry in own(user)] == [
        ("Bo", "Lind", "3001")
    ]


@pytest.mark.parametrize(
    "body",
    [
        (
            "<phonebook><entry><first-name>A</first-name><last-name>B</last-name><number>1</number><contact-information>"
            "<imDisplayName>a</imDisplayName></contact-information></entry><entry><first-name>C</first-name>"
            "<last-name>D</last-name><number>2</number><contact-information><imDisplayName>c</imDisplayName>"
            "</contact-information></entry></phonebook>"
        ),
        {"phonebook": {"entry": [BO | {"number": "1"}, BO | {"number": "2"}]}},
        {"phonebook": [BO | {"number": "1"}, BO | {"number": "2", "id": "5"}]},
    ],
)
def test_several_are_added_at_once_and_all_removed(user, body):
    assert user.post(BOOK, body).status_code == 200
    assert [entry["number"] for entry in own(user)] == ["1", "2"]
    assert user.post(BOOK, {"phonebook": [BO, BO]}).status_code == 747
    assert len(own(user)) == 2
    assert user.delete(BOOK).status_code == 200
    assert own(user) == []
    assert user.delete(BOOK).status_code == 200


def test_the_same_names_and_number_are_747(user):
    id_, other = add(user), add(user, number="4")
    check_refused(user.post(f"{ONE}/-1", {"entry": BO}), 747, "Another entry")
    check_refused(user.put(f"{ONE}/{other}", {"entry": BO}), 747)
    assert user.put(f"{ONE}/{id_}", {"entry": BO}).status_code == 200


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"number": ""}, "Number"),
        ({"first-name": None}, "First-name"),
        ({"last-name": "x" * 256}, "last-name"),
        ({"contact-information": {"emailAddress": "nobody"}}, "contact-information.emailAddress"),
        ({"contact-information": {"homeAddress": {"zip": "x" * 256}}}, "contact-information.homeAddress.zip"),
        ({"contact-information": {"imPassword": "x"}}, "imPassword"),
        ({"shoe": 1}, "shoe"),
    ],
)
def test_bad_entries_are_refused_and_nothing_is_kept(user, change, word):
    reply = user.post(f"{ONE}/-1", {"entry": BO | change})
    check_outcome(reply, 400, "ERROR_VALIDATION_FAILED")
    assert word in reply.text
    assert own(user) == []


def test_nobody_elses_is_there(app, user, admin: Crm):
    admin.make_extension("201")
    other = Portal(app.test_client(), "201", WEB_PASSWORD)
    id_ = add(user)
    for method, body in (("GET", None), ("PUT", BO | {"last-name": "Mine"}), ("DELETE", None)):
        for key in (id_, "0", "-1", "x", "9" * 30):
            check_refused(other.ask(method, f"{ONE}/{key}", body), 404)
    assert own(other) == []
    assert entries(other, "rest/my/search/phonebook?query=Lind") == []
    other.delete(BOOK)
    assert user.read(f"{ONE}/{id_}")["entry"]["last-name"] == "Lind"


def page(user, query):
    return user.read(f"rest/my/pagedphonebook?{query}")["phonebook"]


def test_pages_go_through_own_entries_and_users_by_number(user, admin: Crm):
    for number in ("101", "102", "103"):
        admin.make_extension(number, profile={"first_name": f"u{number}"})
    for number in ("3001", "1015"):
        add(user, number=number)
    found = page(user, "start=1&end=4")
    assert [entry["number"] for entry in found.pop("entries")] == ["102", "103", "200"]
    assert found == {
        "size": 6,
        "filtered-size": 6,
        "start-row": 1,
        "end-row": 4,
        "show-on-phone": "true",
        "google-domain": "gmail.com",
    }
    numbers = [
        entry["number"] for first in range(8) for entry in page(user, f"start={first}&end={first + 1}")["entries"]
    ]
    assert numbers == ["101", "102", "103", "200", "1015", "3001"]
    last = page(user, "start=4&end=90")
    assert (len(last["entries"]), last["end-row"]) == (2, 6)
    assert len(page(user, "start=x&end=y")["entries"]) == 6
    assert page(user, "start=90&end=95")["entries"] == []
    root = user.read_xml("rest/my/pagedphonebook?start=0&end=2")
    assert [child.tag for child in root][-1] == "entries"
    assert [child.tag for child in root.find("entries")] == ["entry", "entry"]
    check_refused(user.get("rest/my/pagedphonebook?start=2&end=1"), 400, "start")


def test_pages_are_filtered(user, admin: Crm):
    admin.make_extension("101", profile={"first_name": "Ana", "last_name": "Pop", "email": "ana@example.org"})
    admin.make_extension("102", profile={"first_name": "Lindsay"})
    add(user)
    found = page(user, "start=0&end=10&filter=LIND")
    assert [entry["number"] for entry in found["entries"]] == ["102", "3001"]
    assert (found["size"], found["filtered-size"]) == (4, 2)
    assert [entry["number"] for entry in page(user, "start=1&end=2&filter=lind")["entries"]] == ["3001"]
    assert [entry["number"] for entry in page(user, "start=0&end=9&filter=bo@example")["entries"]] == ["3001"]
    assert page(user, "start=0&end=10&filter=null")["filtered-size"] == 4
    assert page(user, "start=0&end=10&filter=nobody")["entries"] == []


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("Pop", ["101"]),
        ("an", ["101"]),
        ("po", ["101"]),
        ("10", ["101", "102"]),
        ("1", ["101", "102", "3001"]),
        ("a p", ["101", "3001"]),
        ("zz", []),
        ("%25", []),
        ("lin", ["102", "3001"]),
        ("bo", ["3001"]),
        ("ana@example", ["101"]),
    ],
)
def test_search_finds_own_entries_and_users(user, admin: Crm, query, numbers):
    admin.make_extension("101", profile={"first_name": "Ana", "last_name": "Pop", "email": "ana@example.org"})
    admin.make_extension("102", profile={"first_name": "Lindsay", "last_name": "Q"})
    add(user)
    assert [entry["number"] for entry in entries(user, f"rest/my/search/phonebook?query={query}")] == numbers


def test_a_search_for_nothing_is_404(user):
    for query in ("", "?query=", "?query=%20"):
        check_refused(user.get(f"rest/my/search/phonebook{query}"), 404)


def among(app, admin, users: int) -> Portal:
    """The user 200 among so many others."""
    database.execute("DELETE FROM extension")
    fill(users)
    admin.make_extension("200")
    return Portal(app.test_client(), "200", WEB_PASSWORD)


@pytest.mark.parametrize(
    "path",
    [
        "rest/my/pagedphonebook?start=0&end=20",
        "rest/my/pagedphonebook?start=40&end=50&filter=e",
        "rest/my/search/phonebook?query=1",
        "rest/my/search/phonebook?query=100",
    ],
)
def test_it_costs_a_constant_number_of_statements(app, admin: Crm, statements, path):
    counts = []
    for users in (60, 2_000):
        user = among(app, admin, users)
        for number in ("7", "100020"):
            add(user, number=number)
        publish(app, admin, f"among {users}")
        statements.clear()
        assert user.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 24


def publish(app, admin: Crm, group="sales"):
    """Let the user 200 see a public phonebook of the members of its group."""
    flags = dict.fromkeys(("enable_intercom", "enable_external_call", "enable_management_console_access"), True)
    admin.do("extensions/group/create", group_name=group, members=["200"], **flags)
    for given in (("import", "Club", "--group", group), ("show-to", "Club", group)):
        assert app.test_cli_runner().invoke(args=["pbx", "phonebook", *given]).exit_code == 0


def test_users_may_be_left_out_but_for_those_of_phonebooks_that_the_groups_see(app, user, portal, admin: Crm):
    admin.make_extension("101")
    add(user)
    path = "api/phonebook/settings/phonebook/everyone"
    assert portal.put(path, "0", type="text/plain").status_code == 200
    assert [entry["number"] for entry in entries(user)] == ["3001"]
    publish(app, admin)
    assert [(entry["number"], entry["id"] == "-1") for entry in entries(user)] == [("200", True), ("3001", False)]
    assert entries(user)[0]["contact-information"]["avatar"].endswith("/avatar/200")
    assert portal.delete(path).status_code == 200
    assert [entry["number"] for entry in entries(user)] == ["101", "200", "3001"]
    check_refused(portal.put(path, "maybe", type="text/plain"), 400)


def test_the_domain_of_google_is_a_setting(user, portal):
    path = "api/phonebook/settings/phonebook/googleDomain"
    assert portal.put(path, "example.org", type="text/plain").status_code == 200
    assert page(user, "start=0&end=1")["google-domain"] == "example.org"


def test_a_long_list_is_written_whole(app, admin: Crm):
    user = among(app, admin, 1_200)
    add(user)
    found = entries(user)
    assert len(found) == 1_202
    assert [entry["number"] for entry in found][:2] == ["200", "3001"]
    assert [entry["id"] for entry in found].count("-1") == 1_201
    assert len(user.read_xml(BOOK)) == 1_202


def test_phones_show_the_entries_while_they_are_to(user, portal):
    serial = "0004f2aabb01"
    id_ = portal.make("api/phones", {"serialNo": serial, "model": {"modelId": "polycomVVX500"}})
    portal.post(f"api/phones/{id_}/lines", {"user": "200"})
    check_refused(user.put(f"{BOOK}/showContactsOnPhone/true"), 404)
    assert page(user, "start=0&end=1")["show-on-phone"] == "n/a"
    add(user)

    def numbers():
        text = portal.get(f"rest/phone/{serial}/profile/{serial}-directory.xml").text
        return [item.findtext("ct") for item in ElementTree.fromstring(text).findall("item_list/item")]

    assert numbers() == ["3001", "200"]
    for value, shown in (("no", ["200"]), ("TRUE", ["3001", "200"])):
        assert user.put(f"{BOOK}/showContactsOnPhone/{value}").status_code == 200
        assert numbers() == shown
    assert page(user, "start=0&end=1")["show-on-phone"] == "true"


def test_a_book_has_an_end(user, monkeypatch):
    monkeypatch.setattr("portsip_api.pbx.personal.private_entries.MOST_ENTRIES", 2)
    check_refused(user.post(BOOK, {"phonebook": [BO | {"number": str(number)} for number in range(3)]}), 409)
    assert own(user) == []


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        (BOOK, ["PUT"]),
        ("rest/my/pagedphonebook", ["PUT", "POST", "DELETE"]),
        ("rest/my/search/phonebook", ["PUT", "POST", "DELETE"]),
        (f"{BOOK}/showContactsOnPhone/true", ["GET", "POST", "DELETE"]),
    ],
)
def test_other_methods_and_others_are_refused(user, portal, stranger, path, refused):
    for method in refused:
        check_refused(user.ask(method, path), 405)
    method = "PUT" if "GET" in refused else "GET"
    check_refused(portal.ask(method, path), 403)
    check_refused(stranger.ask(method, path), 401)


@pytest.mark.parametrize(
    "body",
    [
        {"credentials": {"account": "a", "password": "very-secret"}},
        "<credentials><account>a</account><password>very-secret</password></credentials>",
    ],
)
def test_contacts_of_google_are_refused_and_nothing_is_repeated(user, body, caplog):
    caplog.set_level("DEBUG")
    reply = user.post(f"{BOOK}/googleImport", body)
    check_refused(reply, 744, "no longer")
    assert "very-secret" not in reply.text + caplog.text
    check_outcome(user.post(f"{BOOK}/googleImport", {"credentials": {}}), 400, "ERROR_VALIDATION_FAILED")


def test_search_is_by_the_beginning_where_a_word_is_short(app, admin: Crm):
    """However many begin alike, as many are looked through."""
    user = among(app, admin, 1_500)
    assert len(entries(user, "rest/my/search/phonebook?query=1")) == 500
    assert [entry["number"] for entry in entries(user, "rest/my/search/phonebook?query=20")] == ["200"]
    assert entries(user, "rest/my/search/phonebook?query=00") == []


def test_what_the_page_has_a_status_of_its_own_for_is_no_failure_of_the_server(app, user, monkeypatch):
    """So that no log and no figure counts it as one, although the status is above 500."""
    failures: list[Exception] = []
    monkeypatch.setitem(app.extensions, "pbx-failures", lambda error, _: failures.append(error))
    entry = {"entry": {"first-name": "Bo", "last-name": "Lind", "number": "3001", "contact-information": {}}}
    assert user.post("rest/my/phonebook/entry/-1", entry).status_code == 200
    assert user.post("rest/my/phonebook/entry/-1", entry).status_code == 747
    account = {"credentials": {"account": "ana", "password": "secret"}}
    assert user.post("rest/my/phonebook/googleImport", account).status_code == 744
    assert failures == []
