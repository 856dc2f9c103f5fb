"""What a SIP engine keeps of accounts: it is told to ask again whatever of it changes, and whoever changes it."""

from collections.abc import Callable, Collection

import pytest

from portsip_api.pbx.access import tenants
from portsip_api.pbx.calls.kept import forgetting
from portsip_api.pbx.calls.kept.forgetting import AGAIN_SECONDS, EVERY, Account, Forgetting
from portsip_api.pbx.calls.kept.tables import AccountChange
from portsip_api.pbx.devices import groups as phone_groups
from portsip_api.pbx.devices import lines
from portsip_api.pbx.errors import SwitchUnavailable
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import branches, extensions, groups
from portsip_api.pbx.extensions.tables import Extension, ExtensionGroup
from portsip_api.pbx.media import hold_music, prompts
from portsip_api.pbx.people import user_settings
from portsip_api.pbx.settings.values import service_settings
from portsip_api.pbx.trunks import dial_plan, dialling_rules, gateways, locations
from portsip_api.store import database
from portsip_api.switch.none import NoSwitch
from tests.audio import wav
from tests.crm import SIP_PASSWORD, WEB_PASSWORD
from tests.pbx.devices.devices import HOME, gateway, other_tenant, phone, user

pytestmark = pytest.mark.usefixtures("app")

ANN, BOB = Account("1000", "pbx.local"), Account("1001", "pbx.local")
ALL = {EVERY}


class Keeping(NoSwitch):
    """An engine that keeps accounts."""

    def __init__(self) -> None:
        self.forgotten: list[set[Account]] = []
        self.there: list[Account] = []
        self.recalled: list[list[Account]] = []
        self.is_there = True
        self.meanwhile: Callable[[], object] = lambda: None

    def forget_accounts(self, accounts: Collection[Account]) -> None:
        """Be told."""
        assert not database.db.in_transaction()
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        if not self.is_there:
            raise SwitchUnavailable("The SIP engine cannot be reached.")
        self.forgotten.append(set(accounts))

    def accounts_there(self) -> Collection[Account]:
        """Return who is registered."""
        return self.there

    def recall_accounts(self, accounts: Collection[Account]) -> None:
        """Ask for accounts."""
        if not self.is_there:
            raise SwitchUnavailable("The SIP engine cannot be reached.")
        self.recalled.append([*accounts])


class Told:
    """What an engine is told, one turn after the other."""

    def __init__(self) -> None:
        self.engine, self.forgetting = Keeping(), Forgetting()

    def now(self) -> set[Account]:
        """Whose account the engine is told to ask for again at one turn."""
        self.engine.forgotten.clear()
        self.forgetting.tell(self.engine)
        return set().union(*self.engine.forgotten)


@pytest.fixture
def told(time) -> Told:
    """What is told after Ann and Bob were made."""
    user("1000")
    user("1001")
    made = Told()
    assert made.now() == {ANN, BOB}
    time.pass_seconds(AGAIN_SECONDS)
    made.now()
    made.engine.recalled.clear()
    return made


def id_of(number: str) -> int:
    return Extension.get(HOME, number=number).id


def change(number="1000", **fields):
    extensions.update(HOME, ExtensionKey(number), fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "another password"},
        {"profile": {"first_name": "Ann"}},
        {"options": {"enable_extension": False}},
        {"options": {"enable_audio_record_calls": True}},
        {"options": {"outbound_caller_id": "+49305551"}},
    ],
)
def test_who_is_changed_is_told_of(told, fields):
    change(**fields)
    assert told.now() == {ANN}


def test_what_is_not_kept_is_not_told_of(told):
    change(voice_mail={"enable_voicemail": False}, web_access_password="another password", presence="DND")
    change(forward_rules={"available": {"no_answer_timeval": 5}})
    Extension.update(HOME, {"line": "ONLINE", "user_agent": "Phone 1"}, number="1000")
    change(profile={"first_name": ""})  # which it was
    groups.create(HOME, {"group_name": "Sales", "members": ["1000"]})
    gateway()
    custom = dialling_rules.create(HOME, {"name": "Berlin", "patterns": [{"prefix": "030"}]})
    dialling_rules.destroy(HOME, custom)
    prompts.add(HOME, "orbits", "park.wav", wav())
    tenants.update(HOME, {"profile": {"company": "Firm"}})
    assert told.now() == set()


def test_a_number_that_was_and_one_that_is_are_told_of(told):
    extensions.update(HOME, ExtensionKey(id=id_of("1000")), {"extension_number": "1005"})
    assert told.now() == {ANN, Account("1005", "pbx.local")}


def test_who_is_gone_is_told_of_and_who_comes_again(told):
    extensions.destroy(HOME, ExtensionKey("1000"))
    assert told.now() == {ANN}
    user("1000")
    assert told.now() == {ANN}


def test_a_tenant_that_changes_its_domain_or_is_disabled_or_goes_is_told_of(told):
    other = other_tenant()
    user("1000", other)
    told.now()
    for fields in ({"enabled": False}, {"enabled": True}, {"domain": "moved.example"}):
        tenants.update(other, fields)
        assert told.now() == ALL
    tenants.destroy(other)
    assert told.now() == ALL


def test_music_on_hold_is_told_of(told):
    own = user_settings.music_of(HOME, id_of("1000"))
    own.put(user_settings.MUSIC, user_settings.OWN_MUSIC)
    assert told.now() == {ANN}
    own.put(user_settings.MUSIC, user_settings.NO_MUSIC)
    assert told.now() == {ANN}
    own.reset(user_settings.MUSIC)
    assert told.now() == {ANN}
    hold_music.add(HOME, id_of("1000"), "calm.wav", wav())
    assert told.now() == {ANN}
    hold_music.destroy(HOME, id_of("1000"), "calm.wav")
    assert told.now() == {ANN}
    prompts.add(HOME, prompts.MUSIC, "calm.wav", wav())
    assert told.now() == ALL
    prompts.destroy(HOME, prompts.MUSIC, "calm.wav")
    assert told.now() == ALL
    services = service_settings(HOME, "moh")
    services.put("moh-config/MOH_SOURCE", "NONE")
    assert told.now() == ALL
    services.reset("moh-config/MOH_SOURCE")
    assert told.now() == ALL


def rule(**fields):
    return {"name": "help", "enabled": True, "kind": "EMERGENCY", "emergency_number": "112", **fields}


def test_emergency_numbers_and_the_gateways_of_them_are_told_of(told):
    id_ = dial_plan.create(HOME, rule(), lambda *_: 0)
    assert told.now() == ALL
    way = gateway()
    assert told.now() == set()
    dialling_rules.join(HOME, id_, way)
    assert told.now() == ALL
    gateways.replace(HOME, way, {"name": "trunk", "model_id": "sipTrunkStandard", "prefix": "7"})
    assert told.now() == ALL
    dial_plan.replace(HOME, id_, rule(emergency_number="911"), lambda *_: 0)
    assert told.now() == ALL
    dial_plan.replace(HOME, id_, rule(enabled=False), lambda *_: 0)
    assert told.now() == ALL
    dialling_rules.leave(HOME, id_, way)
    assert told.now() == ALL
    dialling_rules.join(HOME, id_, way)
    assert told.now() == ALL
    gateways.destroy(HOME, way)
    assert told.now() == ALL
    dialling_rules.destroy(HOME, id_)
    assert told.now() == ALL


def test_where_somebody_calls_from_is_told_of(told):
    locations.save_all(HOME, [{"elin": f"+493055511{n}"} for n in range(2)])
    assert told.now() == set()
    for elin in ("+4930555110", "+4930555111"):
        locations.assign(HOME, "user", id_of("1000"), elin)
        assert told.now() == {ANN}
    locations.clear(HOME, "user", id_of("1000"))
    assert told.now() == {ANN}
    groups.create(HOME, {"group_name": "Roof"})
    group_id = ExtensionGroup.get_named(HOME, "Roof").id
    locations.assign(HOME, "group", group_id, "+4930555110")
    assert told.now() == ALL
    groups.set_groups_of(HOME, id_of("1000"), ["Roof"])
    assert told.now() == {ANN}
    groups.set_groups_of(HOME, id_of("1000"), [])
    assert told.now() == {ANN}
    locations.destroy(HOME, "+4930555110")
    assert told.now() == ALL


def test_which_phones_somebody_has_is_told_of_where_these_have_places(told):
    desk = phone()
    line = lines.add_internal(HOME, desk, ExtensionKey("1000"))
    assert told.now() == set()
    locations.save_all(HOME, [{"elin": "+4930555110"}])
    locations.assign(HOME, "phone", desk, "+4930555110")
    assert told.now() == ALL
    lines.destroy(HOME, desk, line)
    assert told.now() == {ANN}
    lines.add_internal(HOME, desk, ExtensionKey("1001"))
    assert told.now() == {BOB}
    group = phone_groups.create(HOME, {"name": "Roof"})
    phone_groups.add_phone(HOME, desk, "Roof")
    assert told.now() == set()
    locations.assign(HOME, "phonegroup", group, "+4930555110")
    assert told.now() == ALL
    phone_groups.remove_phone(HOME, desk, "Roof")
    assert told.now() == ALL
    phone_groups.add_phone(HOME, desk, "Roof")
    assert told.now() == ALL


def test_a_branch_that_goes_is_told_of(told):
    branch = branches.create(HOME, {"name": "Berlin"})
    Extension.update(HOME, {"branch_id": branch}, number="1000")
    assert told.now() == {ANN}
    branches.destroy(HOME, branch)
    assert told.now() == {ANN}


def test_it_is_told_again_since_an_answer_may_have_been_on_its_way(told, time):
    change(password="another password")
    assert told.now() == {ANN}
    time.pass_seconds(AGAIN_SECONDS - 0.1)
    assert told.now() == set()
    time.pass_seconds(0.1)
    assert told.now() == {ANN}
    time.pass_seconds(AGAIN_SECONDS)
    assert told.now() == set()


def test_what_could_not_be_told_is_told_later(told, time):
    told.engine.is_there = False
    for number in ("1000", "1001"):
        change(number, password="another password")
        with pytest.raises(SwitchUnavailable):
            told.now()
    told.engine.is_there = True
    assert told.now() == {ANN, BOB}
    told.engine.is_there = False
    time.pass_seconds(AGAIN_SECONDS)
    with pytest.raises(SwitchUnavailable):
        told.now()
    told.engine.is_there = True
    assert told.now() == {ANN, BOB}


def test_what_changes_while_it_is_told_is_told_the_next_time(told):
    change(password="another password")
    told.engine.meanwhile = lambda: change(password="yet another password")
    assert told.now() == {ANN}
    assert told.now() == {ANN}


def test_what_was_not_written_is_not_told(told):
    def give_up():
        with database.writing():
            change(password="another password")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        give_up()
    assert told.now() == set()


def test_where_very_many_change_all_are_told_of_and_few_rows_written(told, time):
    with database.writing():
        for number in range(2_000, 2_000 + 3 * forgetting.MOST):
            extensions.create(
                HOME, {"extension_number": str(number), "password": SIP_PASSWORD, "web_access_password": WEB_PASSWORD}
            )
    assert AccountChange.select().count() == forgetting.MOST + 1
    told.engine.meanwhile = lambda: change(password="another password")
    assert told.now() == ALL
    assert told.now() == {ANN}
    time.pass_seconds(AGAIN_SECONDS)
    assert told.now() == ALL


def test_a_server_without_an_engine_keeps_few_rows(told):
    for _ in range(2 * forgetting.MOST):
        change(password="another password")
    assert AccountChange.select().count() == forgetting.MOST + 1


def test_who_was_forgotten_is_asked_for_again(told, time):
    change(password="another password")
    assert told.now() == {ANN}
    assert told.engine.recalled == []  # not before it is told again
    time.pass_seconds(AGAIN_SECONDS)
    told.engine.is_there = False
    with pytest.raises(SwitchUnavailable):
        told.now()
    told.engine.is_there = True
    assert told.now() == {ANN}
    assert told.engine.recalled == []
    time.pass_seconds(AGAIN_SECONDS)
    assert told.now() == {ANN}
    assert told.engine.recalled == [[ANN]]
    assert told.now() == set()
    assert told.engine.recalled == [[ANN]]


def test_who_is_registered_is_asked_for_again_where_all_were_forgotten(told, time):
    told.engine.there = [Account(str(number), "pbx.local") for number in range(2 * forgetting.MOST + 1)]
    forgetting.note_all()
    assert told.now() == ALL
    assert told.engine.recalled == []  # not before it is told again
    time.pass_seconds(AGAIN_SECONDS)
    assert told.now() == ALL
    told.engine.is_there = False
    with pytest.raises(SwitchUnavailable):
        told.now()
    told.engine.is_there = True
    for _ in range(4):
        assert told.now() == set()
    assert [len(some) for some in told.engine.recalled] == [forgetting.MOST, forgetting.MOST, 1]
    assert [one for some in told.engine.recalled for one in some] == told.engine.there
