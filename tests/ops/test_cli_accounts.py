"""`admin …` and `tenant …`: accounts made and changed on the command line, and what is never said there."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from portsip_api.pbx.access import administrators, tenants
from tests.crm import ADMIN_PASSWORD, Crm, check_refused
from tests.ops.commands import check_sentence, run
from tests.sipxcom.portal import Portal

PASSWORD = "a new pässphrase"
GUESSED = "password: Must not be a common password, nor one that is easily guessed."


class Operator:
    """Types commands, which must succeed unless they are said to be refused."""

    def __init__(self, app: Flask) -> None:
        self._runner = app.test_cli_runner()

    def attempt(self, *arguments: str, stdin: str = "") -> Result:
        """Run a command, whatever comes of it."""
        return self._runner.invoke(args=["pbx", *arguments], input=stdin)

    def does(self, *arguments: str, stdin: str = "") -> str:
        """Run a command and return what it printed."""
        result = self.attempt(*arguments, stdin=stdin)
        assert (result.exit_code, result.stderr) == (0, "")
        return str(result.stdout)

    def is_refused(self, *arguments: str, sentence: str, stdin: str = "") -> None:
        """Run a command that must fail with that sentence."""
        result = self.attempt(*arguments, stdin=stdin)
        assert result.exit_code in {1, 2}
        assert f"Error: {sentence}\n" in result.stderr
        assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.fixture
def operator(app: Flask) -> Operator:
    return Operator(app)


def test_an_administrator_is_made(operator: Operator, crm: Crm) -> None:
    printed = operator.does("admin", "create", "ada", "--password-stdin", stdin=PASSWORD + "\n")
    assert printed == "Made the administrator ada.\n"
    assert crm.log_in("ada", PASSWORD).token


def test_a_typed_password_is_asked_for_twice_and_not_shown(operator: Operator, crm: Crm) -> None:
    printed = operator.does("admin", "create", "ada", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in printed
    assert crm.log_in("ada", PASSWORD).token


def test_a_password_that_is_typed_differently_is_asked_for_again(operator: Operator, crm: Crm) -> None:
    operator.attempt("admin", "create", "ada", stdin=f"{PASSWORD}\nsomething else\n{PASSWORD}\n{PASSWORD}\n")
    assert crm.log_in("ada", PASSWORD).token


def test_a_generated_password_is_printed_once(operator: Operator, crm: Crm) -> None:
    *_, sentence, password = operator.does("admin", "create", "ada", "--generate").splitlines()
    assert sentence == "The password of ada is shown only now:"
    assert crm.log_in("ada", password).token


def test_a_new_password_ends_the_administrators_tokens(operator: Operator, admin: Crm) -> None:
    password = operator.does("admin", "passwd", "ADMIN", "--generate").splitlines()[-1]
    check_refused(admin.get("extensions/list"), "403.4")
    check_refused(admin.post("account/credentials/verify", username="admin", password=ADMIN_PASSWORD), "401.2")
    assert Crm(admin.http).log_in("admin", password).token


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (("admin", "passwd", "nobody", "--generate"), "", "There is no such administrator."),
        (("admin", "create", "admin", "--generate"), "", "Another account has this name."),
        (("admin", "create", "a b", "--generate"), "", "name: Must be a name without blanks and without @."),
        (("admin", "create", "ada", "--password-stdin"), "\n", "password: Must have 1 to 128 characters."),
        (
            ("admin", "create", "ada", "--password-stdin", "--generate"),
            "",
            "A password is either generated or read from standard input.",
        ),
        (("admin", "disable", "nobody"), "", "There is no such administrator."),
        (("admin", "enable", "nobody"), "", "There is no such administrator."),
        (("admin", "destroy", "nobody", "--yes"), "", "There is no such administrator."),
        (("admin", "disable", "ADMIN"), "", "The last administrator who can log in stays."),
        (("admin", "destroy", "admin", "--yes"), "", "The last administrator who can log in stays."),
        (("admin", "create", "ada", "--password-stdin"), "nine char", "password: Must have 10 to 128 characters."),
        (("admin", "passwd", "admin", "--password-stdin"), "Password123!", GUESSED),
        (("tenant", "create", "acme", "a.example", "--password-stdin"), "1234567890", GUESSED),
        (("tenant", "update", "default", "--password-stdin"), "nine char", "password: Must have 10 to 128 characters."),
        (("tenant", "create", "acme", "pbx.local", "--generate"), "", "Another tenant has this domain."),
        (("tenant", "create", "acme", "a b", "--generate"), "", "domain: Must be a domain name."),
        (("tenant", "update", "nobody", "--enable"), "", "There is no such tenant."),
        (("tenant", "update", "default"), "", "Nothing to change was named."),
        (("tenant", "update", "default", "--disable"), "", "The default tenant cannot be disabled."),
        (("tenant", "destroy", "default", "--yes"), "", "The default tenant cannot be removed."),
        (("tenant", "destroy", "nobody", "--yes"), "", "There is no such tenant."),
    ],
)
def test_what_is_refused_is_said_in_a_sentence(
    operator: Operator, arguments: tuple[str, ...], stdin: str, sentence: str
) -> None:
    operator.is_refused(*arguments, stdin=stdin, sentence=sentence)


def test_an_administrator_is_kept_out_and_let_in_again(operator: Operator, admin: Crm, app: Flask) -> None:
    """By both APIs; `superadmin` is then the first of those who can log in."""
    operator.does("admin", "create", "ada", "--password-stdin", stdin=PASSWORD)
    assert operator.does("admin", "disable", "ADMIN") == "Disabled the administrator ADMIN.\n"
    assert operator.does("admin", "list").splitlines() == ["1\tadmin\tdisabled", "2\tada\tenabled"]
    check_refused(admin.get("extensions/list"), "403.4")
    check_refused(admin.post("account/credentials/verify", username="admin", password=ADMIN_PASSWORD), "401.2")
    portals = [Portal(app.test_client(), *who) for who in (("admin", ADMIN_PASSWORD), ("superadmin", ADMIN_PASSWORD))]
    assert [portal.get("rest/branch").status_code for portal in portals] == [401, 401]
    assert Portal(app.test_client(), "superadmin", PASSWORD).get("rest/branch").status_code == 200
    operator.is_refused("admin", "disable", "ada", sentence="The last administrator who can log in stays.")
    assert operator.does("admin", "enable", "admin") == "Enabled the administrator admin.\n"
    assert [portal.get("rest/branch").status_code for portal in portals] == [200, 200]
    assert Crm(admin.http).log_in("admin", ADMIN_PASSWORD).token


def test_an_administrator_is_removed_only_after_a_yes(operator: Operator, admin: Crm, app: Flask) -> None:
    operator.does("admin", "create", "ada", "--password-stdin", stdin=PASSWORD)
    assert operator.attempt("admin", "destroy", "admin", stdin="n\n").exit_code == 1
    assert admin.get("extensions/list").status_code == 200
    operator.does("admin", "destroy", "admin", stdin="y\n")
    check_refused(admin.get("extensions/list"), "403.4")
    assert operator.does("admin", "list") == "2\tada\tenabled\n"
    assert Portal(app.test_client(), "superadmin", PASSWORD).get("rest/branch").status_code == 200


def test_a_disabled_administrator_is_removed_although_it_is_not_the_last(operator: Operator) -> None:
    operator.does("admin", "create", "ada", "--password-stdin", stdin=PASSWORD)
    operator.does("admin", "disable", "ada")
    operator.does("admin", "destroy", "ada", "--yes")
    assert operator.does("admin", "list") == "1\tadmin\tenabled\n"


def test_a_password_is_never_an_argument(operator: Operator, crm: Crm) -> None:
    assert operator.attempt("admin", "create", "ada", PASSWORD).exit_code == 2
    assert operator.attempt("tenant", "update", "default", "--password", PASSWORD).exit_code == 2
    for name in ("ada", "default"):
        check_refused(crm.post("account/credentials/verify", username=name, password=PASSWORD), "401.2")


def test_a_password_that_is_not_text_is_refused(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["pbx", "admin", "create", "ada", "--password-stdin"], input=b"\xff\xfe")
    assert (result.exit_code, "must be text in UTF-8" in result.stderr) == (2, True)


def test_a_tenant_is_made_and_listed(operator: Operator, crm: Crm) -> None:
    operator.does("tenant", "create", "acme", "acme.example", "--password-stdin", stdin=PASSWORD)
    crm.log_in("acme", PASSWORD).make_extension("1000")
    assert operator.does("tenant", "list").splitlines() == [
        "1\tdefault\tpbx.local\t0\tenabled",
        "2\tacme\tacme.example\t1\tenabled",
    ]


def test_what_is_not_named_stays(operator: Operator, crm: Crm) -> None:
    operator.does("tenant", "create", "acme", "acme.example", "--password-stdin", stdin=PASSWORD)
    operator.does("tenant", "update", "ACME", "--name", "apex")
    assert tenants.show(2).domain == "acme.example"
    assert crm.log_in("apex", PASSWORD).token
    operator.does("tenant", "update", "apex", "--domain", "apex.example")
    assert (tenants.show(2).name, tenants.show(2).domain) == ("apex", "apex.example")


def test_a_disabled_tenant_is_locked_out_until_it_is_enabled(operator: Operator, crm: Crm) -> None:
    operator.does("tenant", "create", "acme", "acme.example", "--password-stdin", stdin=PASSWORD)
    tenant = crm.log_in("acme", PASSWORD)
    operator.does("tenant", "update", "acme", "--disable")
    check_refused(tenant.get("extensions/list"), "403.4")
    operator.does("tenant", "update", "acme", "--enable")
    assert crm.log_in("acme", PASSWORD).token


@pytest.mark.parametrize("way", [["--ask-password"], ["--password-stdin"]])
def test_the_default_tenant_is_given_a_password(operator: Operator, crm: Crm, way: list[str]) -> None:
    stdin = f"{PASSWORD}\n" * (2 if way == ["--ask-password"] else 1)
    operator.does("tenant", "update", "default", *way, stdin=stdin)
    assert crm.log_in("default", PASSWORD).token


def test_a_generated_password_is_that_of_the_new_name(operator: Operator, crm: Crm) -> None:
    printed = operator.does("tenant", "update", "default", "--name", "main", "--generate").splitlines()
    assert printed[1] == "The password of main is shown only now:"
    assert crm.log_in("main", printed[2]).token


def test_a_tenant_is_removed_only_after_a_yes(operator: Operator, crm: Crm) -> None:
    operator.does("tenant", "create", "acme", "acme.example", "--password-stdin", stdin=PASSWORD)
    crm.log_in("acme", PASSWORD).make_extension("1000")
    for answer in ("n\n", ""):
        result = operator.attempt("tenant", "destroy", "acme", stdin=answer)
        assert (result.exit_code, "acme and its 1 extensions" in result.output) == (1, True)
    assert tenants.show(2)
    operator.does("tenant", "destroy", "acme", stdin="y\n")
    assert tenants.id_of_domain("acme.example") is None


def test_without_a_terminal_nothing_hangs(tmp_path) -> None:
    run(tmp_path, "init")
    check_sentence(run(tmp_path, "admin", "create", "ada"), "Aborted!")


def test_the_policy_of_the_server_holds(operator: Operator, configure: Callable[..., object]) -> None:
    configure(PBX_PASSWORD_POLICY="strict")
    sentence = "password: Must have at least 8 characters and not be the extension number."
    operator.is_refused("admin", "create", "ada", "--password-stdin", stdin="short", sentence=sentence)
    operator.does("admin", "create", "ada", "--generate")
    assert administrators.exists()
