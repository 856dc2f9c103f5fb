"""Who may make phones answer by themselves: whose groups allow `enable_intercom`. Source: `portsip-more.md`, row 20."""

import pytest

from portsip_api.pbx.calls.plans import planning
from portsip_api.pbx.calls.plans.kinds import Refuse
from portsip_api.pbx.calls.plans.paging import Page
from portsip_api.pbx.extensions import groups
from portsip_api.pbx.features import page_groups, ring_groups
from portsip_api.pbx.settings.paging_prefix import prefix
from tests.pbx.features.call_features import TENANT, make_user

pytestmark = pytest.mark.usefixtures("configure")


@pytest.fixture
def numbers(app):
    """The numbers of a page group and of a ring group that pages, both with 1001 and 1002."""
    ids = [make_user(number) for number in ("1000", "1001", "1002")]
    page_groups.create(TENANT, {"number": 81, "enabled": True, "users": ids[1:]})
    fields = {"ring_group_number": "600", "name": "All", "members": ["1001", "1002"], "ring_strategy": "PAGING"}
    ring_groups.create(TENANT, fields)
    return [f"{prefix(TENANT)}81", "600"]


def plans(numbers, caller):
    return [planning.plan(TENANT, number, caller=caller) for number in numbers]


def join(*, allowed):
    fields = {"group_name": f"Group {allowed}", "enable_intercom": allowed, "members": ["1000"]}
    groups.create(TENANT, fields)


def test_the_default_group_may(numbers):
    for plan in plans(numbers, "1000"):
        assert isinstance(plan, Page)
        assert plan.numbers == ("1001", "1002")


def test_who_is_in_no_group_that_allows_it_may_not(numbers):
    join(allowed=False)
    assert plans(numbers, "1000") == [Refuse(403, "no group of 1000 allows it to page")] * 2
    assert all(isinstance(plan, Page) for plan in plans(numbers, "1001"))
    join(allowed=True)
    assert all(isinstance(plan, Page) for plan in plans(numbers, "1000"))


def test_who_calls_from_outside_is_let_where_the_tenant_lets_it(numbers):
    join(allowed=False)
    assert all(isinstance(plan, Page) for plan in plans(numbers, ""))
