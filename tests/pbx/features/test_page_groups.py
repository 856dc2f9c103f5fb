"""Page groups."""

import pytest

from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.features import page_groups
from portsip_api.pbx.features.page_groups import Member
from portsip_api.pbx.settings.paging_prefix import PREFIX
from portsip_api.pbx.settings.values import service_settings
from portsip_api.store import database
from tests.pbx.features.call_features import TENANT, dialled, drop_user, make_tenant, make_user, make_users

pytestmark = pytest.mark.usefixtures("configure")


def set_prefix(prefix):
    service_settings(TENANT, "pagegroups").put(PREFIX, prefix)


def test_what_is_written_is_read():
    first = make_user("1001", profile={"first_name": "Ana", "last_name": "Pop"})
    second = make_user("1002")
    group_id = page_groups.create(TENANT, {"number": 5, "sound": "ding.wav", "users": [second, first, second]})
    shown = page_groups.show(TENANT, group_id)
    assert shown == page_groups.PageGroup(
        group_id, False, 5, 60, "ding.wav", "", [Member(second, "1002", "", ""), Member(first, "1001", "Ana", "Pop")]
    )
    assert page_groups.list_all(TENANT) == [shown]
    assert dialled("PAGE_GROUP") == ["*775"]


def test_replacing_and_deleting():
    first, second = make_users("1001", "1002")
    group_id = page_groups.create(TENANT, {"number": 5, "users": [first], "timeout": 9, "enabled": True})
    set_prefix("*99")
    page_groups.replace(TENANT, group_id, {"number": 6, "users": [second]})
    shown = page_groups.show(TENANT, group_id)
    assert (shown.number, shown.timeout, shown.enabled) == (6, 60, False)
    assert [user.number for user in shown.users] == ["1002"]
    assert dialled("PAGE_GROUP") == ["*996"]
    page_groups.destroy(TENANT, group_id)
    assert dialled("PAGE_GROUP") == []


def test_users_leave_with_their_extension():
    group_id = page_groups.create(TENANT, {"number": 5, "users": make_users("1001", "1002")})
    drop_user("1001")
    assert [user.number for user in page_groups.show(TENANT, group_id).users] == ["1002"]


def test_a_list_costs_two_statements(monkeypatch):
    for number in range(3):
        page_groups.create(TENANT, {"number": number, "users": make_users(f"100{number}")})
    seen, execute = [], database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    assert len(page_groups.list_all(TENANT)) == 3
    assert len(seen) == 2


def test_a_new_prefix_stands_before_every_number():
    set_prefix("")
    for number in (7, 77):
        page_groups.create(TENANT, {"number": number})
    set_prefix("7")  # the new number of the one is the old one of the other
    assert dialled("PAGE_GROUP") == ["77", "777"]
    make_user("*87")
    with pytest.raises(Duplicate):
        set_prefix("*8")
    with pytest.raises(Invalid):
        set_prefix("a b")
    assert service_settings(TENANT, "pagegroups").leaf(PREFIX).value == "7"
    assert dialled("PAGE_GROUP") == ["77", "777"]
    service_settings(TENANT, "pagegroups").reset("page-config")
    assert dialled("PAGE_GROUP") == ["*777", "*7777"]


def test_a_number_is_taken_once():
    page_groups.create(TENANT, {"number": 5})
    make_user("*776")
    for number in (5, 6):
        with pytest.raises(Duplicate):
            page_groups.create(TENANT, {"number": number})
    assert page_groups.create(make_tenant(), {"number": 5})


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": None}, "number"),
        ({"number": -1}, "number"),
        ({"number": "5"}, "number"),
        ({"timeout": -1}, "timeout"),
        ({"users": ["1001"]}, "users"),
        ({"users": "1001"}, "users"),
    ],
)
def test_bad_groups_are_refused(fields, field):
    with pytest.raises(Invalid) as refusal:
        page_groups.create(TENANT, {"number": 5} | fields)
    assert list(refusal.value.errors) == [field]


def test_what_is_not_there():
    other = make_tenant()
    stranger = make_user("1000", other)
    group_id = page_groups.create(TENANT, {"number": 5})
    for user in (99, 2**70, stranger):
        with pytest.raises(NotFound, match="User not found"):
            page_groups.create(TENANT, {"number": 6, "users": [user]})
    assert len(page_groups.list_all(TENANT)) == 1
    for tenant, wanted in ((TENANT, 99), (TENANT, 2**70), (other, group_id)):
        for ask in (page_groups.show, page_groups.destroy):
            with pytest.raises(NotFound, match=r"Paging group not found\."):
                ask(tenant, wanted)
        with pytest.raises(NotFound):
            page_groups.replace(tenant, wanted, {"number": 7})
