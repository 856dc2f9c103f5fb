"""What one API writes the other reads: random changes on either, compared on both after each."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from portsip_api.store import database
from tests.crm import ADMIN_PASSWORD, WEB_PASSWORD
from tests.sipxcom.own_rules import FRESH, OwnRules

NUMBERS = st.sampled_from(["100", "101", "102", "2000", "ann", "bob.b"])
NAMES = st.sampled_from(["", "Doe", "Ünal", "O'Neil & Söhne <x>"])
GROUPS = st.sampled_from(["sales", "support", "Ops & <Dev>"])
PASSWORDS = st.sampled_from([f"{WEB_PASSWORD}{suffix}" for suffix in ("", "-a", "-b")])


class Apis(OwnRules):
    """A model: numbers with their names, alias, groups and password, and what users have of their own; and groups."""

    def __init__(self) -> None:
        super().__init__()
        for table in ("extension", "extension_group WHERE NOT is_default"):
            database.execute(f"DELETE FROM {table}")
        self.users: dict[str, dict[str, Any]] = {}
        self.groups: set[str] = set()

    def _is_taken(self, number: str, but: str | None = None) -> bool:
        others = {name: user for name, user in self.users.items() if name != but}
        return number in others or any(number in user["aliases"] for user in others.values())

    def _ids(self) -> dict[str, int]:
        users = self.portal.read("rest/user")["user"]["users"]
        return {user["userName"]: user["id"] for user in users}

    def _group_ids(self) -> dict[str, int]:
        return {row["name"]: row["id"] for row in self.portal.read("rest/user-group")["user-group"]["groups"]}

    @rule(number=NUMBERS, last=NAMES, password=PASSWORDS, here=st.booleans())
    def create(self, number, last, password, here):
        if here:
            reply = self.portal.put("rest/user", {"userName": number, "lastName": last, "pin": password})
        else:
            reply = self.crm.post(
                "extensions/create",
                extension_number=number,
                password="x",
                web_access_password=password,
                profile={"last_name": last},
            )
        assert (reply.status_code in {200, 201}) is not self._is_taken(number), reply.text
        if not self._is_taken(number):
            self.users[number] = {"last": last, "password": password, "aliases": set(), "groups": set(), **FRESH}

    @precondition(lambda self: self.users)
    @rule(data=st.data(), number=NUMBERS, last=NAMES, password=st.none() | PASSWORDS, here=st.booleans())
    def change(self, data, number, last, password, here):
        old = data.draw(st.sampled_from(sorted(self.users)))
        user, id_ = self.users[old], self._ids()[old]
        aliases = set(user["aliases"])
        if here:
            body = self.portal.read(f"rest/user/{id_}")
            body["user"] |= {"userName": number, "lastName": last, "pin": password or ""}
            reply = self.portal.put(f"rest/user/{id_}", body)
        else:
            fields = {"web_access_password": password} if password else {}
            reply = self.crm.post(
                "extensions/update", id=id_, extension_number=number, profile={"last_name": last}, **fields
            )
        is_taken = self._is_taken(number, old) or number in aliases
        assert (reply.status_code == 200) is not is_taken, reply.text
        if not is_taken:
            del self.users[old]
            self.users[number] = user | {"last": last, "password": password or user["password"]}

    @precondition(lambda self: self.users)
    @rule(data=st.data(), alias=NUMBERS)
    def alias(self, data, alias):
        number = data.draw(st.sampled_from(sorted(self.users)))
        id_ = self._ids()[number]
        body = self.portal.read(f"rest/user/{id_}")
        body["user"]["aliases"] = [{"alias": alias}]
        is_taken = self._is_taken(alias, number) or alias == number
        assert (self.portal.put(f"rest/user/{id_}", body).status_code == 200) is not is_taken
        if not is_taken:
            self.users[number]["aliases"] = {alias}

    @precondition(lambda self: self.users)
    @rule(data=st.data(), here=st.booleans())
    def delete(self, data, here):
        number = data.draw(st.sampled_from(sorted(self.users)))
        if here:
            assert self.portal.delete(f"rest/user/{self._ids()[number]}").status_code == 200
        else:
            self.crm.do("extensions/destroy", extension_number=number)
        del self.users[number]

    @rule(name=GROUPS, here=st.booleans())
    def create_group(self, name, here):
        if here:
            reply = self.portal.put("rest/user-group", {"group": {"name": name}})
        else:
            permissions = dict.fromkeys(
                ("enable_intercom", "enable_external_call", "enable_management_console_access"), False
            )
            reply = self.crm.post("extensions/group/create", group_name=name, **permissions)
        assert (reply.status_code in {200, 201}) is (name not in self.groups), reply.text
        self.groups.add(name)

    @precondition(lambda self: self.groups)
    @rule(data=st.data(), here=st.booleans())
    def delete_group(self, data, here):
        name = data.draw(st.sampled_from(sorted(self.groups)))
        id_ = self._group_ids()[name]
        if here:
            assert self.portal.delete(f"rest/user-group/{id_}").status_code == 200
        else:
            self.crm.do("extensions/group/destroy", id=id_)
        self.groups.discard(name)
        for user in self.users.values():
            user["groups"].discard(name)

    @precondition(lambda self: self.groups and self.users)
    @rule(data=st.data(), here=st.booleans())
    def join(self, data, here):
        number = data.draw(st.sampled_from(sorted(self.users)))
        names = data.draw(st.sets(st.sampled_from(sorted(self.groups))))
        id_, group_ids = self._ids()[number], self._group_ids()
        if here:
            body = self.portal.read(f"rest/user/{id_}")
            body["user"]["groups"] = [{"id": group_ids[name]} for name in names]
            assert self.portal.put(f"rest/user/{id_}", body).status_code == 200
        else:
            self.crm.do("extensions/update", id=id_, belong_groups=[str(group_ids[name]) for name in names])
        self.users[number]["groups"] = names

    @invariant()
    def both_apis_show_the_model(self):
        mine = {
            user["userName"]: {
                "last": user.get("lastName", ""),
                "aliases": {alias["alias"] for alias in user["aliases"]},
                "groups": {group["name"] for group in user["groups"]},
            }
            for user in self.portal.read("rest/user")["user"]["users"]
        }
        assert mine == {
            number: {name: user[name] for name in ("last", "aliases", "groups")} for number, user in self.users.items()
        }
        listed = self.crm.read("extensions/list", pagesize=50)
        assert {row["extension_number"]: row["last_name"] for row in listed["extensions"]} == {
            number: user["last"] for number, user in self.users.items()
        }
        for number, user in self.users.items():
            shown = self.crm.read("extensions/show", extension_number=number)
            assert shown["web_access_password"] == user["password"]
            self.check_own(number, shown)
        groups = self.crm.read("extensions/group/list", pagesize=50)["groups"]
        counts = {row["group_name"]: row["members_count"] for row in groups}
        assert {name: count for name, count in counts.items() if name in self.groups} == {
            name: sum(name in user["groups"] for user in self.users.values()) for name in self.groups
        }


def test_both_apis_agree(app, configure, portal, admin):
    configure(PBX_TOKEN_TTL="86400")
    Apis.portal = portal
    Apis.crm = admin.log_in("admin", ADMIN_PASSWORD)
    run_state_machine_as_test(
        Apis,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
