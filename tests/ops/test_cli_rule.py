"""`pbx rule …`."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.trunks import dialling_rules


@pytest.fixture
def run(app):
    """A function that runs a command and returns its outcome."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["pbx", "rule", *arguments])


def test_rules_are_listed_added_and_removed(run):
    assert run("list").output.splitlines()[0] == "1\tEmergency\tEMERGENCY\tenabled"
    outcome = run("add", "Fax", "--kind", "local", "--description", "To faxes", "--disabled")
    assert outcome.exit_code == 0, outcome.output
    rule = dialling_rules.find_by_name(tenants.DEFAULT_TENANT_ID, "fax")
    assert (rule.kind, rule.description, rule.enabled) == ("LOCAL", "To faxes", False)
    assert outcome.output == f"Made the dialling rule Fax with the id {rule.id}.\n"
    assert run("list").output.splitlines()[-1] == f"{rule.id}\tFax\tLOCAL\tdisabled"
    assert run("remove", "FAX").output == "Removed the dialling rule Fax.\n"
    assert "Fax" not in run("list").output


def test_each_tenant_has_its_own(run):
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    run("add", "Fax", "--tenant", "other.example")
    assert dialling_rules.find_by_name(other, "Fax").kind == "CUSTOM"
    assert "Fax" not in run("list").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("remove", "Fax"), "There is no such dialling rule."),
        (("add", "Local"), "Another dialling rule has this name."),
        (("add", " "), "name: Must be a name"),
        (("add", "Fax", "--kind", "none"), "is not one of"),
        (("list", "--tenant", "else.where"), "There is no tenant with this domain."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(run, arguments, sentence):
    outcome = run(*arguments)
    assert outcome.exit_code != 0
    assert sentence in outcome.output
    assert "Traceback" not in outcome.output


def test_a_rule_has_patterns(run):
    assert run("add", "Premium", "--pattern", "0900:6", "--pattern", "0190").exit_code == 0
    assert run("list").output.splitlines()[-1].endswith("\tPremium\tCUSTOM\tenabled\t0900:6\t0190")
    for pattern in ("0900:x", "abc", ":3", "0:99"):
        assert run("add", "Other", "--pattern", pattern).exit_code != 0
