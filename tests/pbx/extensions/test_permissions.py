"""Permissions: those that are built in, those that a tenant adds, and who has which."""

from collections.abc import Callable

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.errors import Conflict, Duplicate, Invalid, NotFound
from portsip_api.pbx.extensions import extensions, groups, permission_values, permissions, user_groups, users
from portsip_api.pbx.extensions.permissions import BUILT_IN, Permission
from portsip_api.store import database
from portsip_api.store.paging import Slice

HOME = tenants.DEFAULT_TENANT_ID
ALL = Slice(0, 100)


@pytest.fixture(autouse=True)
def ann(app: object) -> int:
    """The id of the user 200."""
    return users.create(HOME, {"number": "200", "pin": "x"})


def join(user_id: int, *group_ids: int) -> None:
    with database.writing():
        groups.set_groups_of(HOME, user_id, [str(group_id) for group_id in group_ids])


def names(ordering: str, part: Slice = ALL) -> list[str]:
    return [permission.name for permission in permissions.page(HOME, ordering, part).rows]


def test_nineteen_are_built_in() -> None:
    assert len(BUILT_IN) == 19
    assert [name for name, item in BUILT_IN.items() if item.type == "VOICEMAIL_SERVER"] == [
        "FreeswitchVoicemailServer",
        "ExchangeUMVoicemailServer",
    ]
    assert {name for name, item in BUILT_IN.items() if not item.default_value} == {
        "superadmin",
        "rest",
        "dbauth-only",
        "group-music-on-hold",
        "900Dialing",
        "AutoAttendant",
        "RecordSystemPrompts",
        "ExchangeUMVoicemailServer",
    }
    assert permissions.show(HOME, "rest") == Permission("rest", "rest", None, False, "APPLICATION", True)


def test_a_permission_of_ones_own() -> None:
    name = permissions.create(HOME, {"label": "Lift", "description": None, "name": "x", "type": "APPLICATION"})
    assert name == "perm_1"
    assert permissions.show(HOME, name) == Permission(name, "Lift", None, False, "CALL", False)
    permissions.replace(HOME, name, {"label": "lift", "description": "Opens it", "default_value": True})
    assert permissions.show(HOME, name) == Permission(name, "lift", "Opens it", True, "CALL", False)
    permissions.replace(HOME, name, {"label": "Door"})
    assert permissions.show(HOME, name) == Permission(name, "Door", None, False, "CALL", False)
    permissions.destroy(HOME, name)
    with pytest.raises(NotFound):
        permissions.show(HOME, name)
    assert permissions.create(HOME, {"label": "Lift"}) == "perm_2"


def test_lists_are_sorted_without_case() -> None:
    name = permissions.create(HOME, {"label": "aaa", "description": "Ä", "default_value": True})
    assert names("name", Slice(0, 3)) == ["900Dialing", "AutoAttendant", "dbauth-only"]
    assert names("label", Slice(0, 2)) == ["900Dialing", name]
    assert names("description", Slice(0, 1, descending=True)) == [name]
    assert names("default_value", Slice(0, 8)) == [
        "900Dialing",
        "AutoAttendant",
        "dbauth-only",
        "ExchangeUMVoicemailServer",
        "group-music-on-hold",
        "RecordSystemPrompts",
        "rest",
        "superadmin",
    ]
    assert permissions.page(HOME, "name", Slice(19, 5)).total == 20


@pytest.mark.parametrize("label", [None, "", "  ", 5, "x" * 256, "a\x00"])
def test_a_permission_needs_a_label(label: object) -> None:
    with pytest.raises(Invalid) as caught:
        permissions.create(HOME, {"label": label})
    assert list(caught.value.errors) == ["label"]


def test_a_label_is_unique_without_case_among_those_that_were_added() -> None:
    permissions.create(HOME, {"label": "rest"})
    second = permissions.create(HOME, {"label": "Lift"})
    for call in (
        lambda: permissions.create(HOME, {"label": "LIFT"}),
        lambda: permissions.replace(HOME, second, {"label": "Rest"}),
    ):
        with pytest.raises(Duplicate) as caught:
            call()
        assert caught.value.field == "label"


def test_what_is_built_in_stays() -> None:
    for call in (
        lambda: permissions.replace(HOME, "rest", {"label": "x"}),
        lambda: permissions.destroy(HOME, "rest"),
    ):
        with pytest.raises(Conflict):
            call()


@pytest.mark.parametrize("name", ["", "Rest", "perm_", "perm_9", "perm_01", "perm_٣", "perm_" + "9" * 19, "x" * 10_000])
def test_an_unknown_name_is_not_found(ann: int, name: str) -> None:
    for call in (
        lambda: permissions.show(HOME, name),
        lambda: permissions.replace(HOME, name, {"label": "x"}),
        lambda: permissions.destroy(HOME, name),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(Invalid, match="permissions"):
        permission_values.set_of_user(HOME, ann, {"rest": True, name: True})
    assert not permission_values.has(HOME, ann, name)
    assert not permission_values.has(HOME, ann, "rest")


def test_the_user_decides_then_the_groups_by_weight_then_the_default(ann: int) -> None:
    light = user_groups.create(HOME, {"name": "z", "weight": 3})
    heavy = user_groups.create(HOME, {"name": "a", "weight": 5})
    join(ann, heavy, light)

    def check(value: bool) -> None:
        assert permission_values.has(HOME, ann, "rest") is value
        assert permission_values.of_users(HOME, [ann], permissions.everything(HOME))[ann] == {
            **{name: item.default_value for name, item in BUILT_IN.items()},
            "rest": value,
        }

    check(False)
    permission_values.set_of_group(HOME, heavy, {"rest": True})
    check(True)
    permission_values.set_of_group(HOME, light, {"rest": False})
    check(False)
    permission_values.set_of_user(HOME, ann, {"rest": True})
    check(True)
    permission_values.set_of_user(HOME, ann, {"rest": False})
    permission_values.set_of_group(HOME, light, {"rest": True})
    check(False)


def test_of_groups_of_one_weight_the_older_one_decides(ann: int) -> None:
    older, newer = (user_groups.create(HOME, {"name": name, "weight": 3}) for name in ("z", "a"))
    join(ann, newer, older)
    permission_values.set_of_group(HOME, newer, {"Voicemail": True})
    permission_values.set_of_group(HOME, older, {"Voicemail": False})
    assert not permission_values.has(HOME, ann, "Voicemail")
    assert not permission_values.of_users(HOME, [ann], permissions.everything(HOME))[ann]["Voicemail"]


def test_what_is_not_named_stays(ann: int) -> None:
    group = user_groups.create(HOME, {"name": "a"})
    for set_, id_, of in (
        (permission_values.set_of_user, ann, permission_values.of_users),
        (permission_values.set_of_group, group, permission_values.of_groups),
    ):
        set_(HOME, id_, {"rest": True, "Voicemail": False})
        set_(HOME, id_, {"Voicemail": True})
        set_(HOME, id_, {})
        assert of(HOME, [id_], permissions.everything(HOME))[id_] == {
            **{name: item.default_value for name, item in BUILT_IN.items()},
            "rest": True,
        }


def test_a_permission_of_ones_own_has_values_too(ann: int) -> None:
    name = permissions.create(HOME, {"label": "Lift", "default_value": True})
    assert permission_values.has(HOME, ann, name)
    permission_values.set_of_user(HOME, ann, {name: False})
    assert not permission_values.has(HOME, ann, name)
    assert permission_values.of_users(HOME, [ann], permissions.everything(HOME))[ann][name] is False
    permissions.destroy(HOME, name)
    assert name not in permission_values.of_users(HOME, [ann], permissions.everything(HOME))[ann]
    assert database.fetch_row("SELECT count(*) FROM extension_permission")[0] == 0


def test_another_tenants_users_groups_and_permissions_are_not_found(ann: int) -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    group = user_groups.create(HOME, {"name": "a"})
    name = permissions.create(HOME, {"label": "Lift", "default_value": True})
    default_group = database.fetch_row("SELECT id FROM extension_group WHERE tenant_id = ? AND is_default", (HOME,))[0]
    calls: list[Callable[[], object]] = [
        lambda: permissions.show(other, name),
        lambda: permission_values.set_of_user(other, ann, {"rest": True}),
        lambda: permission_values.set_of_group(other, group, {"rest": True}),
        lambda: permission_values.set_of_group(HOME, default_group, {"rest": True}),
        lambda: permission_values.set_of_user(HOME, 2**63, {"rest": True}),
        lambda: permission_values.set_of_group(HOME, -1, {"rest": True}),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()
    permission_values.set_of_user(HOME, ann, {"rest": True})
    assert not permission_values.has(other, ann, "rest")
    assert not permission_values.has(other, ann, name)
    assert not permission_values.has(HOME, 2**63, "rest")


def test_the_values_of_many_cost_a_few_statements(ann: int, monkeypatch: pytest.MonkeyPatch) -> None:
    group = user_groups.create(HOME, {"name": "a"})
    secrets = {"password": "x", "web_access_password": "x"}
    others = [extensions.create(HOME, {"extension_number": str(300 + n), **secrets}) for n in range(20)]
    for user_id in others:
        join(user_id, group)
    permission_values.set_of_group(HOME, group, {"rest": True})
    seen: list[str] = []
    execute = database.db.execute_sql
    monkeypatch.setattr(database.db, "execute_sql", lambda sql, *values: (seen.append(sql), execute(sql, *values))[1])
    values = permission_values.of_users(HOME, [ann, *others], permissions.everything(HOME))
    assert [values[user_id]["rest"] for user_id in (ann, *others)] == [False] + [True] * 20
    assert len(seen) == 3
    seen.clear()
    permission_values.of_groups(HOME, [group], permissions.everything(HOME))
    permission_values.has(HOME, ann, "rest")
    assert len(seen) == 3
