"""Branches: places with an address, at which users and groups are."""

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import branches, user_directory, user_groups, users
from portsip_api.pbx.extensions.branches import Branch
from portsip_api.store.paging import Slice

HOME = tenants.DEFAULT_TENANT_ID
ALL = Slice(0, 100)
BERLIN = {
    "name": "Berlin",
    "description": "Head office",
    "street": "Unter den Linden 1",
    "city": "Berlin",
    "country": "DE",
    "state": "BE",
    "zip": "10117",
    "office_designation": "A 3",
    "phone_number": "+49301234",
    "fax_number": "+49301235",
}


@pytest.fixture(autouse=True)
def store(app: object) -> None:
    """An empty store."""


def names(ordering: str, part: Slice = ALL) -> list[str]:
    return [branch.name for branch in branches.page(HOME, ordering, part).rows]


def test_a_branch_is_shown_as_it_was_made() -> None:
    branch_id = branches.create(HOME, BERLIN)
    assert branches.show(HOME, branch_id) == Branch(branch_id, **BERLIN)
    assert list(branches.page(HOME, "name", ALL).rows) == [Branch(branch_id, **BERLIN)]


def test_what_was_not_given_is_none_and_not_empty() -> None:
    branch_id = branches.create(HOME, {"name": "A", "city": "", "street": None, "unknown": 1})
    assert branches.show(HOME, branch_id) == Branch(branch_id, "A", city="")


def test_replacing_leaves_nothing_of_the_old_one() -> None:
    branch_id = branches.create(HOME, BERLIN)
    branches.replace(HOME, branch_id, {"name": "berlin", "zip": "1"})
    assert branches.show(HOME, branch_id) == Branch(branch_id, "berlin", zip="1")


def test_lists_are_sorted_without_case_and_nothing_comes_first() -> None:
    for name, city in (("b", "Ulm"), ("C", None), ("A", "ulm"), ("Ä", "Aachen")):
        branches.create(HOME, {"name": name, "city": city})
    assert names("name") == ["A", "b", "C", "Ä"]
    assert names("city") == ["C", "Ä", "A", "b"]
    assert names("city", Slice(1, 2, descending=True)) == ["A", "Ä"]
    assert names("description") == names("office_designation") == names("name")
    assert branches.page(HOME, "name", Slice(4, 10)).total == 4
    assert names("name", Slice(4, 10)) == []


@pytest.mark.parametrize("fields", [{}, {"name": None}, {"name": ""}, {"name": " "}, {"name": 5}, {"name": "x" * 256}])
def test_a_branch_needs_a_name(fields: dict[str, object]) -> None:
    branch_id = branches.create(HOME, {"name": "A"})
    for call in (lambda: branches.create(HOME, fields), lambda: branches.replace(HOME, branch_id, fields)):
        with pytest.raises(Invalid) as caught:
            call()
        assert list(caught.value.errors) == ["name"]


def test_a_name_is_unique_without_case_in_its_tenant() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    branches.create(HOME, {"name": "STRASSE"})
    second = branches.create(HOME, {"name": "B"})
    for call in (
        lambda: branches.create(HOME, {"name": "straße"}),
        lambda: branches.replace(HOME, second, {"name": "Strasse"}),
    ):
        with pytest.raises(Duplicate) as caught:
            call()
        assert caught.value.field == "name"
    branches.create(other, {"name": "STRASSE"})


@pytest.mark.parametrize("branch_id", [0, -1, 99, 2**63, 10**30, -(10**30)])
def test_what_does_not_exist_is_not_found(branch_id: int) -> None:
    for call in (
        lambda: branches.show(HOME, branch_id),
        lambda: branches.replace(HOME, branch_id, BERLIN),
        lambda: branches.destroy(HOME, branch_id),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(Invalid, match="branch_id"):
        branches.require(HOME, branch_id)


def test_branches_of_other_tenants_are_not_found() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    branch_id = branches.create(HOME, BERLIN)
    assert branches.page(other, "name", ALL).total == 0
    with pytest.raises(NotFound):
        branches.show(other, branch_id)
    with pytest.raises(NotFound):
        branches.destroy(other, branch_id)
    with pytest.raises(Invalid):
        branches.require(other, branch_id)


def test_users_and_groups_lose_a_branch_that_is_removed() -> None:
    branch_id = branches.create(HOME, BERLIN)
    user_id = users.create(HOME, {"number": "200", "pin": "x", "branch_id": branch_id})
    group_id = user_groups.create(HOME, {"name": "sales", "branch_id": branch_id})
    branches.destroy(HOME, branch_id)
    assert user_directory.show(HOME, user_id).branch is None
    assert user_groups.show(HOME, group_id).branch is None
    with pytest.raises(NotFound):
        branches.show(HOME, branch_id)


def test_a_tenant_with_branches_can_be_removed() -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    branch_id = branches.create(other, BERLIN)
    users.create(other, {"number": "200", "pin": "x", "branch_id": branch_id, "aliases": ["bob"]})
    tenants.destroy(other)
    assert branches.page(other, "name", ALL).total == 0
