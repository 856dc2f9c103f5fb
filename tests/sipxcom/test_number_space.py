"""A number answers for one thing, whichever API made it."""

from itertools import permutations

import pytest

from portsip_api.pbx.errors import Duplicate
from portsip_api.pbx.features import attendants
from tests.crm import Crm
from tests.pbx.features.call_features import TENANT, make_tenant
from tests.sipxcom.portal import Portal, check_refused

NUMBER = "*771"


class Makers:
    """Makes one of each kind at `NUMBER`, and tells whether it was made; what is refused is refused as it should be."""

    def __init__(self, portal: Portal, admin: Crm) -> None:
        self.portal = portal
        self.admin = admin

    def make(self, kind: str) -> bool:
        """Make one of `kind`."""
        made: bool = getattr(self, kind)()
        return made

    def _made(self, reply, status):
        if reply.status_code in {200, 201}:
            return True
        check_refused(reply, status)
        return False

    def user(self):
        """A user, on sipXcom's API."""
        return self._made(self.portal.put("rest/user", {"userName": NUMBER, "pin": "1"}), 400)

    def extension(self):
        """An extension, on PortSIP's."""
        reply = self.admin.post("extensions/create", extension_number=NUMBER, password="x", web_access_password="x")
        return self._made(reply, 400)

    def alias(self):
        """An alias of a user."""
        reply = self.portal.put("rest/user", {"userName": "800", "pin": "1", "aliases": [{"alias": NUMBER}]})
        return self._made(reply, 400)

    def hunt_group(self):
        """A hunt group."""
        return self._made(self.portal.post("api/callgroups", {"name": "hunt", "extension": NUMBER}), 409)

    def did(self):
        """The DID of a hunt group."""
        body = {"name": "did", "extension": "801", "did": NUMBER}
        return self._made(self.portal.post("api/callgroups", body), 409)

    def park_orbit(self):
        """A park orbit."""
        body = {"name": "orbit", "extension": NUMBER, "server": "1"}
        return self._made(self.portal.post("api/orbits", body), 409)

    def page_group(self):
        """A page group behind the usual prefix."""
        return self._made(self.portal.post("api/pagegroups", {"pageGroupNumber": 1}), 409)

    def attendant(self):
        """An attendant, which is made on the command line."""
        try:
            attendants.create(TENANT, {"name": "menu", "number": NUMBER})
        except Duplicate:
            return False
        return True

    def ring_group(self):
        """A ring group, on PortSIP's API."""
        self.admin.post("extensions/create", extension_number="802", password="x", web_access_password="x")
        reply = self.admin.post("ring_groups/create", ring_group_number=NUMBER, name="ring", members=["802"])
        return self._made(reply, 400)

    def call_queue(self):
        """A call queue, on PortSIP's API."""
        return self._made(self.admin.post("call_queues/create", queue_number=NUMBER, name="queue"), 400)

    def conference(self):
        """A conference, on PortSIP's API."""
        return self._made(self.admin.post("conference_room/create", room_number=NUMBER), 400)


KINDS = [name for name in vars(Makers) if not name.startswith("_") and name != "make"]


@pytest.fixture
def makers(portal, admin):
    return Makers(portal, admin)


@pytest.mark.parametrize(("first", "second"), list(permutations(KINDS, 2)))
def test_a_number_is_taken_once(makers, first, second):
    assert makers.make(first)
    assert not makers.make(second)


@pytest.mark.parametrize("kind", KINDS)
def test_of_one_kind_as_well(makers, kind):
    assert makers.make(kind)
    assert not makers.make(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_can_be_renumbered_to_what_is_taken(makers, portal, kind):
    """Each kind is made at the number; then what is at others is to take it."""
    user = portal.make("rest/user", {"userName": "900", "pin": "1"})
    orbit = portal.make("api/orbits", {"name": "other", "extension": "901", "server": "1"})
    portal.make("api/callgroups", {"name": "other", "extension": "902"})
    assert portal.post("api/pagegroups", {"pageGroupNumber": 2}).status_code == 200
    page_group = portal.read("api/pagegroups")["groups"][0]["id"]
    assert makers.make(kind)
    for path, body, status in (
        (f"rest/user/{user}", {"userName": NUMBER}, 400),
        (f"rest/user/{user}", {"userName": "900", "aliases": [{"alias": NUMBER}]}, 400),
        (f"api/orbits/{orbit}", {"name": "other", "extension": NUMBER, "server": "1"}, 409),
        ("api/callgroups/902", {"name": "other", "extension": NUMBER}, 409),
        ("api/callgroups/902", {"name": "other", "extension": "902", "did": NUMBER}, 409),
        (f"api/pagegroups/{page_group}", {"pageGroupNumber": 1}, 409),
    ):
        check_refused(portal.put(path, body), status)


def test_another_tenant_has_numbers_of_its_own(makers, portal):
    assert makers.make("user")
    make_tenant()
    for path, body in (
        ("api/callgroups", {"name": "hunt", "extension": NUMBER}),
        ("api/pagegroups", {"pageGroupNumber": 2}),
    ):
        assert portal.post(path, body, base_url="http://other.example").status_code == 200
