"""An e-mail address belongs to nobody: whom a log-in by it means, and what it tells and costs others."""

from time import perf_counter

import pytest

from portsip_api.pbx.access import candidates, candidates_sql, login_limits
from portsip_api.store import database, volatile
from portsip_api.store.secrets import keyring
from tests.bulk import fill
from tests.crm import Crm, check_refused

EMAIL = "office@example.com"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
CEO = "the password of the ceo"


def verify(client: Crm, password: str, email: str = EMAIL, address: str = HERE, **fields: str):
    body = {"email": email, "password": password, **fields}
    return client.http.post("/api/account/email/verify", json=body, environ_base={"REMOTE_ADDR": address})


def check_is(reply, extension_id: int) -> None:
    assert (reply.status_code, reply.json.get("id")) == (200, extension_id), reply.text


def make(client: Crm, number: str, password: str, email: str = EMAIL, **fields) -> int:
    return client.make_extension(number, web_access_password=password, profile={"email": email}, **fields)


def make_tenant(client: Crm, name: str) -> int:
    return client.do("account/create", name=name, domain=f"{name}.example", password="a tenant's secret")["id"]


def test_two_extensions_may_have_one_address_and_each_logs_in_with_its_own_password(admin):
    first, second = make(admin, "1000", "first-secret"), make(admin, "1001", "second-secret", email=EMAIL.upper())
    check_is(verify(admin, "first-secret"), first)
    check_is(verify(admin, "second-secret"), second)
    check_refused(verify(admin, "third-secret"), "401.2")


def test_a_password_of_several_lets_nobody_in_unless_the_domain_tells(admin):
    here, there = (
        make(admin, "1000", "shared-secret"),
        make(admin, "1", "shared-secret", tenant_id=make_tenant(admin, "a")),
    )
    check_refused(verify(admin, "shared-secret"), "401.2")
    check_is(verify(admin, "shared-secret", domain="PBX.local"), here)
    check_is(verify(admin, "shared-secret", domain="a.example"), there)
    check_refused(verify(admin, "shared-secret", domain="b.example"), "401.2")
    make(admin, "1001", "shared-secret")
    check_refused(verify(admin, "shared-secret", domain="pbx.local"), "401.2")


def test_whoever_cannot_log_in_is_not_meant(admin):
    make(admin, "1000", "shared-secret", options={"enable_extension": False})
    make(admin, "1", "shared-secret", tenant_id=make_tenant(admin, "gone"))
    admin.do("account/update", id=2, enabled=False)
    able = make(admin, "1001", "shared-secret")
    check_is(verify(admin, "shared-secret"), able)


def test_tenants_take_turns_the_oldest_extensions_first(admin):
    """However many extensions one tenant gives an address, it crowds out nobody's of another tenant."""
    names = [make_tenant(admin, name) for name in ("a", "b")]
    for number in range(100, 130):
        make(admin, str(number), f"home-{number}")
    for number in range(100, 104):
        make(admin, str(number), f"a-{number}", tenant_id=names[0])
    make(admin, "100", "b-100", tenant_id=names[1])
    found = [row[3] for row in candidates_sql.by_address(EMAIL) if row[0]]
    assert found == [
        *("100@pbx.local", "100@a.example", "100@b.example", "101@pbx.local", "101@a.example", "102@pbx.local"),
        *("102@a.example", "103@pbx.local", "103@a.example", *(f"{number}@pbx.local" for number in range(104, 115))),
    ]
    assert len(found) == candidates_sql.ADDRESSED == 20
    assert verify(admin, "b-100").status_code == 200
    check_refused(verify(admin, "home-120"), "401.2")
    check_refused(verify(admin, "home-120", domain="pbx.local"), "401.2")
    for number in range(100, 102):
        admin.do("extensions/update", extension_number=str(number), options={"enable_extension": False})
    assert [row[3] for row in candidates_sql.by_address_in(1, EMAIL)][-1] == "121@pbx.local"
    assert verify(admin, "home-120", domain="pbx.local").status_code == 200


def test_of_more_tenants_than_are_tried_the_oldest_are(admin):
    for number in range(2, 25):
        database.execute(
            "INSERT INTO tenant (id, name, name_key, domain) VALUES (?, ?, ?, ?)",
            (number, *[f"t{number}"] * 2, f"{number}.example"),
        )
        make(admin, "1", "x", tenant_id=number)
    assert [row[2] for row in candidates_sql.by_address(EMAIL)] == list(range(2, 22))


@pytest.mark.parametrize("has_victim", [True, False])
def test_an_extension_that_takes_anothers_address_learns_nothing_and_keeps_nobody_out(admin, configure, has_victim):
    """A hundred guesses of the attackers', with all passwords that their own extension can have, and 20 wrong ones."""
    configure(PBX_LOGIN_FAILURES_ADDRESS="1000")
    victim = make(admin, "1000", CEO) if has_victim else 0
    tenant_id = make_tenant(admin, "evil")
    evil = make(admin, "1", "evil-secret", tenant_id=tenant_id)
    answers = []
    for guess in range(100):
        password = CEO if guess == 50 else f"guess-{guess}"
        admin.do("extensions/update", tenant_id=tenant_id, extension_number="1", web_access_password=password)
        reply = verify(admin, password, address=HERE)
        answers.append((reply.status_code, reply.json["id"]))
        if guess % 5 == 0:
            answers.append(verify(admin, f"wrong-{guess}", address=HERE).json["err_code"])
    assert answers == [
        part for guess in range(100) for part in ([(200, evil), "401.2"] if guess % 5 == 0 else [(200, evil)])
    ]
    if has_victim:
        check_is(verify(admin, CEO, address=ELSEWHERE), victim)
        check_is(verify(admin, CEO, address=ELSEWHERE, domain="pbx.local"), victim)


def test_a_guess_by_the_own_log_in_counts_for_each_other_once_a_window(time, admin, configure):
    configure(PBX_LOGIN_FAILURES="2", PBX_LOGIN_WINDOW="60")
    victim, other = make(admin, "1000", CEO), make(admin, "1001", "other-secret")
    for _ in range(5):  # always the same
        check_is(verify(admin, "other-secret"), other)
    check_is(verify(admin, CEO), victim)
    for password in ("changed-1", "changed-2"):
        admin.do("extensions/update", extension_number="1001", web_access_password=password)
        check_is(verify(admin, password), other)
    check_refused(verify(admin, CEO), "401.2")
    check_is(verify(admin, CEO, address=ELSEWHERE), victim)
    by_number = {"username": "1000@pbx.local", "password": CEO}
    check_refused(
        admin.http.post("/api/account/credentials/verify", json=by_number, environ_base={"REMOTE_ADDR": HERE}), "403.5"
    )
    time.pass_seconds(60)
    check_is(verify(admin, CEO), victim)


def test_what_was_tried_is_kept_as_a_keyed_hash(admin):
    make(admin, "1000", CEO), make(admin, "1001", "other-secret")
    verify(admin, "other-secret")
    keys = [row[0] for row in volatile.fetch_all("SELECT key FROM login_failure")]
    assert len(keys) == 3  # the guess at 1000, the failure of 1000, and that there was a log-in
    keyring.rotate()
    verify(admin, "other-secret")
    assert len(volatile.fetch_all("SELECT key FROM login_failure")) == 5


def test_a_success_forgives_its_own_account_only(admin, configure):
    configure(PBX_LOGIN_FAILURES="3")
    victim, other = make(admin, "1000", CEO), make(admin, "1001", "other-secret")
    for _ in range(2):
        check_refused(verify(admin, "wrong-1"), "401.2")
    check_is(verify(admin, "other-secret"), other)  # the third for 1000, and for 1001 none is left
    check_refused(verify(admin, CEO), "401.2")
    check_is(verify(admin, "other-secret"), other)
    check_is(verify(admin, CEO, address=ELSEWHERE), victim)


def test_when_all_who_are_meant_have_reached_the_limit_it_is_said(admin, configure):
    configure(PBX_LOGIN_FAILURES="2")
    make(admin, "1000", CEO), make(admin, "1001", "other-secret")
    for expected in ("401.2", "401.2", "403.5"):
        check_refused(verify(admin, "wrong"), expected)
    check_refused(verify(admin, CEO, domain="pbx.local"), "403.5")


@pytest.mark.parametrize("email", [EMAIL, "one@example.com", "nobody@example.com"])
@pytest.mark.parametrize("domain", [{}, {"domain": "pbx.local"}, {"domain": "nowhere.example"}])
def test_as_much_is_done_for_an_address_of_many_one_or_nobody(admin, statements, monkeypatch, email, domain):
    """The same statements, rows and decryptions, and the same writes of failures."""
    for number in range(100, 105):
        make(admin, str(number), f"secret-{number}")
    make(admin, "200", "one-secret", email="one@example.com")
    decrypted, rows = [], []
    decrypt, fetch_all = keyring.decrypt, database.fetch_all
    monkeypatch.setattr(keyring, "decrypt", lambda *given: (decrypted.append(1), decrypt(*given))[1])
    monkeypatch.setattr(database, "fetch_all", lambda *given: (rows.extend(found := fetch_all(*given)), found)[1])
    statements.clear()
    check_refused(verify(admin, "wrong", email=email, **domain), "401.2")
    writes = [text for text in statements if text.startswith("INSERT INTO login_failure")]
    assert (len(decrypted), len(rows), len(writes)) == (20, 20, 22)
    assert len(statements) - len(writes) == 2 + len(domain)  # the candidates, the failures, the domain


def test_a_success_lasts_a_whole_step_too(admin):
    """What others with the address cost does not show to the one who can try as often as he likes."""
    make(admin, "1000", "first-secret")
    for _ in range(3):
        began = perf_counter()
        assert verify(admin, "first-secret").status_code == 200
        assert perf_counter() - began >= login_limits.STEP


def test_an_address_of_thousands_is_read_no_further_than_its_candidates(admin):
    def count_steps() -> int:
        steps: list[None] = []
        database.db.connection().set_progress_handler(lambda: steps.append(None), 100)
        try:
            assert len(candidates.by_address(EMAIL)) == len(candidates.by_address_in(1, EMAIL)) == 20
        finally:
            database.db.connection().set_progress_handler(None, 0)
        return len(steps)

    fill(40)
    database.execute("UPDATE extension SET email_key = ?", (EMAIL,))
    few = count_steps()
    database.execute("DELETE FROM extension")
    fill(5_000)
    database.execute("UPDATE extension SET email_key = ?", (EMAIL,))
    assert count_steps() <= few + 5
    database.execute("UPDATE extension SET options = '{\"enable_extension\":false}'")
    assert count_steps() <= few + 5
