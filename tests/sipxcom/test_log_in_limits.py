"""Failed log-ins are those of the account, by whatever name and API, and of what was typed where there is none."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.crm import ADMIN_PASSWORD, SIP_PASSWORD, WEB_PASSWORD, Crm
from tests.sipxcom.digests import Digest
from tests.sipxcom.portal import Portal

PATH = "/sipxconfig/rest/my/callfwd"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
REFUSED = {400, 401}
Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(crm: Crm) -> Ask:
    """Log in: on PortSIP's API with fields, on sipXcom's by Basic with a name."""

    def log_in(
        way: str, password: str = "wrong", address: str = HERE, host: str = "localhost", **fields: str
    ) -> TestResponse:
        environ = {"environ_base": {"REMOTE_ADDR": address}}
        if way == "basic":
            headers = {"Host": host}
            return crm.http.get(PATH, auth=(fields["name"], password), headers=headers, **environ)
        name = "sip_password" if way == "extension/sip" else "password"
        return crm.http.post(f"/api/account/{way}/verify", json={**fields, name: password}, **environ)

    return log_in


@pytest.fixture
def ann(admin: Crm, portal: Portal) -> None:
    """The user 200, who is also ann and has an address."""
    portal.make("rest/user", {"userName": "200", "pin": WEB_PASSWORD, "sipPassword": SIP_PASSWORD,
                              "emailAddress": "ann@example.com", "aliases": [{"alias": "ann"}]})  # fmt: skip


WAYS = [
    ("credentials", {"username": "200@pbx.local"}),
    ("credentials", {"username": "200", "domain": "pbx.local"}),
    ("email", {"email": "ann@example.com"}),
    ("email", {"email": "Ann@example.com", "domain": "pbx.local"}),
    ("extension/sip", {"domain": "pbx.local", "extension_number": "200"}),
    ("basic", {"name": "200"}),
    ("basic", {"name": "ann"}),
    ("basic", {"name": "ann@example.com"}),
]


@pytest.mark.parametrize(("way", "fields"), WAYS)
def test_number_alias_address_and_both_apis_count_together(ann, ask, configure, way, fields):
    configure(PBX_LOGIN_FAILURES="8")
    for other, names in WAYS:
        assert ask(other, **names).status_code in REFUSED
    password = SIP_PASSWORD if way == "extension/sip" else WEB_PASSWORD
    assert ask(way, password, **fields).status_code == 429
    assert ask(way, password, ELSEWHERE, **fields).status_code != 429


@pytest.mark.parametrize("name", ["admin", "default", "nobody"])
def test_another_domain_each_time_is_no_other_account(admin, ask, configure, name):
    """Nor does the limit tell whether there is an account."""
    admin.do("account/create", name="acme", domain="acme.example", password="a tenant's secret")
    configure(PBX_LOGIN_FAILURES="10")
    domains = ["pbx.local", "acme.example", *(f"{number}.example" for number in range(38))]
    statuses = [ask("credentials", username=name, domain=domain).status_code for domain in domains]
    assert statuses == [400] * 10 + [429] * 30
    assert ask("basic", name=name).status_code == 429
    assert ask("basic", name=name, host="acme.example").status_code == 429


# Names of which it can be known, without an account, that they mean the same.
SAME = [
    *(("credentials", {"username": "{}@pbx.local"}), ("credentials", {"username": "{}@PBX.local"})),
    *(("credentials", {"username": "{}", "domain": "pbx.local"}), ("basic", {"name": "{}"})),
    ("extension/sip", {"domain": "Pbx.Local", "extension_number": "{}"}),
]


@pytest.mark.parametrize("first", range(len(SAME)))
@pytest.mark.parametrize("number", ["200", "201"])
def test_a_number_that_nobody_has_is_limited_as_one_that_somebody_has(ann, ask, configure, first, number):
    configure(PBX_LOGIN_FAILURES="3")
    way, fields = SAME[first]
    for expected in (REFUSED, REFUSED, REFUSED, {429}):
        assert ask(way, **{name: text.format(number) for name, text in fields.items()}).status_code in expected
    for way, fields in SAME:
        assert ask(way, **{name: text.format(number) for name, text in fields.items()}).status_code == 429
    assert ask("credentials", username=f"{number}@acme.example").status_code == 400


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
def test_an_address_that_nobody_has_is_limited_as_one_that_somebody_has(ann, ask, configure, email):
    configure(PBX_LOGIN_FAILURES="3")
    ways = [
        ("email", {"email": email}),
        ("email", {"email": email.upper(), "domain": "x.example"}),
        ("basic", {"name": email}),
    ]
    for way, fields in ways:
        assert ask(way, **fields).status_code in REFUSED
    for way, fields in ways:
        assert ask(way, **fields).status_code == 429


def test_superadmin_is_the_account_of_the_first_administrator(admin, ask, configure):
    configure(PBX_LOGIN_FAILURES="2")
    for _ in range(2):
        assert ask("basic", name="superadmin").status_code == 401
    assert ask("credentials", ADMIN_PASSWORD, username="admin").status_code == 429
    assert ask("credentials", ADMIN_PASSWORD, ELSEWHERE, username="admin").status_code == 200


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_digest_counts_for_the_account_too(ann, ask, crm, configure, algorithm):
    configure(PBX_LOGIN_FAILURES="2")
    for _ in range(2):
        digest = Digest("ann", "wrong").challenged_by(crm.http.get(PATH), algorithm)
        reply = digest.send(crm.http, "GET", PATH, environ_base={"REMOTE_ADDR": HERE})
        assert reply.status_code == 401
    assert ask("email", WEB_PASSWORD, email="ann@example.com").status_code == 429


def v6(subnet: int, host: int = 1) -> str:
    """Return an address in one of the 65,536 networks of /64 of a /48; those from 256 n on are in one /56."""
    return f"2001:db8:1:{subnet:x}::{host:x}"


@pytest.mark.parametrize("number", ["200", "201"])
def test_the_networks_around_an_ipv6_client_have_wider_limits(ann, ask, configure, number):
    configure(PBX_LOGIN_FAILURES="2", PBX_LOGIN_FAILURES_ADDRESS="1000")

    def refused_of(subnets: range) -> list[int]:
        """Return how many of three guesses are answered from each subnet."""
        statuses = [
            [
                ask("credentials", username=f"{number}@pbx.local", address=v6(subnet, host)).status_code
                for host in range(3)
            ]
            for subnet in subnets
        ]
        return [row.count(400) for row in statuses]

    assert refused_of(range(6)) == [2, 2, 2, 2, 0, 0]  # four times as many from a /56
    assert [sum(refused_of(range(first, first + 5))) for first in (256, 512, 768, 1024)] == [
        8,
        8,
        8,
        0,
    ]  # 16 from a /48
    assert ask("credentials", username=f"{number}@pbx.local", address="2001:db8:2::1").status_code == 400


def test_so_have_they_over_all_accounts(ask, configure):
    configure(PBX_LOGIN_FAILURES_ADDRESS="1")
    statuses = [ask("email", email=f"{at}@example.com", address=v6(at)).status_code for at in range(6)]
    assert statuses == [400] * 4 + [429] * 2


def test_a_success_forgives_its_own_network_only(ann, ask, configure):
    """Somebody else in the wider one would have as many guesses as the account has log-ins."""
    configure(PBX_LOGIN_FAILURES="2")
    for subnet in range(4):
        assert ask("basic", name="ann", address=v6(subnet)).status_code == 401
        assert ask("basic", WEB_PASSWORD, name="ann", address=v6(subnet)).status_code != 401
    for subnet in range(4):
        assert ask("basic", name="ann", address=v6(subnet)).status_code == 401
    assert ask("basic", WEB_PASSWORD, name="ann", address=v6(0)).status_code == 429
    assert ask("basic", WEB_PASSWORD, name="ann", address=v6(256)).status_code != 429


def test_a_mapped_ipv4_client_is_one_of_ipv4(ask, configure):
    configure(PBX_LOGIN_FAILURES_ADDRESS="1")
    assert ask("email", email="a@example.com", address="::ffff:192.0.2.9").status_code == 400
    assert ask("email", email="b@example.com", address="192.0.2.9").status_code == 429
    assert ask("email", email="b@example.com", address="::ffff:192.0.2.8").status_code == 400
