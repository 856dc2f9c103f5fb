"""Rotating a phone's credential: the new one stands in the next file, and the old one serves for a while."""

import shutil

import pytest

from portsip_api import settings
from portsip_api.ops import jobs
from portsip_api.pbx.access import tenants
from portsip_api.pbx.devices import credentials, credentials_sql
from portsip_api.pbx.devices.tables import PhoneCredential
from portsip_api.pbx.upkeep import rekey
from portsip_api.startup import open_store
from portsip_api.store import database, migrations, sqlite_file, volatile
from portsip_api.store.secrets import keyring
from tests.crm import WEB_PASSWORD, Crm
from tests.pbx.devices import devices
from tests.pbx.devices.devices import HOME, SERIAL, other_tenant
from tests.provision.phones import CFG, YEALINK, Fetching, parameters, rotate
from tests.security.tables import dump
from tests.sipxcom.portal import Portal, check_refused
from tests.stores import close_store, holding, start_again

DAY = 86_400.0
WAYS = [Fetching.by_url, Fetching.by_password]


def statuses(*phones: Fetching) -> list[tuple[int, int]]:
    """What HEAD says to each by its URL and by its password: asking so changes nothing."""
    return [(phone.by_url(method="HEAD").status_code, phone.by_password(method="HEAD").status_code) for phone in phones]


SERVES, ENDED = (200, 200), (404, 401)


@pytest.fixture
def rotated(phone: Fetching, portal: Portal) -> Fetching:
    """The phone with the credential that it does not know yet."""
    rotate(portal)
    return phone.learn()


def test_sending_a_profile_rotates_nothing(phone: Fetching, portal: Portal):
    for path in (f"{SERIAL}/sendProfile", "sendProfile/all", f"{SERIAL}/sendProfile/restart"):
        assert portal.put(f"api/phones/{path}").status_code == 200
    assert phone.learn().credential == phone.credential


@pytest.mark.parametrize("way", WAYS)
def test_the_next_file_tells_the_new_one(phone: Fetching, rotated: Fetching, way):
    assert phone.credential.secret != rotated.credential.secret
    assert phone.credential.password != rotated.credential.password
    found = parameters(way(phone))
    assert found["auto_provision.server.url"].endswith(f"/provision/{rotated.credential.secret}/")
    assert found["auto_provision.server.password"] == rotated.credential.password
    assert statuses(phone, rotated) == [SERVES, SERVES]


@pytest.mark.parametrize("way", WAYS)
def test_the_old_one_ends_when_the_phone_has_fetched_with_the_new_one(phone: Fetching, rotated: Fetching, way):
    for _ in range(3):
        assert phone.by_url().status_code == phone.by_password().status_code == 200
    assert way(rotated).status_code == 200
    assert statuses(phone, rotated) == [ENDED, SERVES]  # before any job has run
    assert credentials.end_earlier() == 1
    assert credentials_sql.noted(10) == []
    assert statuses(phone, rotated) == [ENDED, SERVES]
    assert credentials.end_earlier() == 0


@pytest.mark.parametrize("way", WAYS)
def test_what_gives_no_file_is_no_fetch(phone: Fetching, rotated: Fetching, way):
    assert way(rotated, method="HEAD").status_code == 200
    assert way(rotated, method="PUT").status_code == 405
    assert way(rotated, "none.cfg").status_code == 404
    assert way(rotated, environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 403
    credentials.end_earlier()
    assert statuses(phone, rotated) == [SERVES, SERVES]


def test_the_old_one_ends_after_a_week(time, phone: Fetching, portal: Portal):
    rotate(portal)
    rotated = phone.learn()
    assert rotated.credential.earlier_until == time.wall_now + 7 * DAY
    shown = portal.read(f"api/phones/{SERIAL}/provisioning")["previousUntil"]
    assert shown == "2027-01-22T08:00:00+00:00"
    time.pass_seconds(7 * DAY - 1)
    assert credentials.end_earlier() == 0
    assert statuses(phone, rotated) == [SERVES, SERVES]
    time.pass_seconds(1)
    assert statuses(phone, rotated) == [ENDED, SERVES]
    assert portal.read(f"api/phones/{SERIAL}/provisioning")["previousUntil"] is None
    assert credentials.end_earlier() == 1
    assert PhoneCredential.count(HOME) == 1


def test_a_fetch_after_a_rotation_writes_no_row_that_lasts(phone: Fetching, rotated: Fetching):
    before = dump()
    for one in (phone, rotated):
        assert one.by_url().status_code == 200
    assert phone.by_password().status_code == 401
    assert dump() == before


def test_a_note_that_is_lost_harms_nobody(phone: Fetching, rotated: Fetching):
    """With the machine goes what the volatile file holds: the old one serves again, until the next fetch."""
    rotated.by_url()
    volatile.remove(settings.current().database_path)
    start_again(settings.current().database_path)
    volatile.use(settings.current().database_path, settings.current().data_path / "migrate.lock")
    assert statuses(phone, rotated) == [SERVES, SERVES]
    rotated.by_url()
    assert statuses(phone, rotated) == [ENDED, SERVES]
    credentials.end_earlier()
    start_again(settings.current().database_path)
    assert statuses(phone, rotated) == [ENDED, SERVES]


def test_a_file_is_given_also_when_the_note_cannot_be_written(phone: Fetching, rotated: Fetching, monkeypatch):
    with holding(volatile), monkeypatch.context() as patch:
        patch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
        assert rotated.by_url().status_code == 200
    assert statuses(phone, rotated) == [SERVES, SERVES]
    rotated.by_url()
    assert statuses(phone, rotated) == [ENDED, SERVES]


def test_every_one_that_the_phone_may_know_serves_on(configure, phone: Fetching, portal: Portal):
    configure(PBX_LOGIN_FAILURES="1000")
    later = []
    for _ in range(credentials.MOST_EARLIER):
        rotate(portal)
        later.append(phone.learn())
    assert statuses(phone, *later) == [SERVES] * (credentials.MOST_EARLIER + 1)
    check_refused(portal.put(f"api/phones/{SERIAL}/provisioning/rotate"), 409, "has not fetched")
    told = parameters(phone.by_url())["auto_provision.server.password"]
    assert told == later[-1].credential.password
    later[0].by_url()  # the phone has the second: the first ends, the others do not
    assert statuses(phone, later[0], later[-1]) == [ENDED, SERVES, SERVES]
    rotate(portal)
    assert statuses(phone, later[0], later[-1]) == [ENDED, SERVES, SERVES]
    later[-1].by_password()
    assert statuses(phone, *later[:-1]) == [ENDED] * credentials.MOST_EARLIER
    credentials.end_earlier()
    assert PhoneCredential.count(HOME) == 2


def test_a_week_counts_from_the_rotation_that_replaced_it(time, phone: Fetching, portal: Portal):
    rotate(portal)
    time.pass_seconds(6 * DAY)
    rotate(portal)
    time.pass_seconds(2 * DAY)
    assert statuses(phone) == [ENDED]


def test_rotating_one_phone_leaves_the_others_alone(phone: Fetching, portal: Portal):
    devices.phone("0004f2aabb96", model_id=YEALINK)
    other = phone.learn("0004f2aabb96")
    rotate(portal)
    phone.learn().by_url()
    credentials.end_earlier()
    assert phone.learn("0004f2aabb96").credential == other.credential
    assert other.by_url("0004f2aabb96.cfg").status_code == 200


def test_the_job_writes_only_when_there_is_something(phone: Fetching, statements):
    assert [job.work for job in jobs.JOBS].count(credentials.end_earlier) == 1
    credentials.end_earlier()
    assert not [text for text in statements if not text.startswith("SELECT")]


@pytest.mark.parametrize("key", [SERIAL, "1", "00:04:F2:AA:BB:95"])
def test_a_phone_is_named_by_id_or_serial_number(phone: Fetching, portal: Portal, key):
    assert portal.read(f"api/phones/{key}/provisioning")["password"] == phone.credential.password
    rotate(portal, key)
    assert portal.read(f"api/phones/{key}/provisioning")["password"] != phone.credential.password


def test_phones_that_are_not_there_are_404(phone: Fetching, portal: Portal):
    theirs = devices.phone("0004f2aabb98", other_tenant())
    for key in ("none", "999", str(theirs), "0004f2aabb98"):
        check_refused(portal.get(f"api/phones/{key}/provisioning"), 404, "Phone not found")
        check_refused(portal.put(f"api/phones/{key}/provisioning/rotate"), 404, "Phone not found")
    for method in ("POST", "DELETE"):
        check_refused(portal.ask(method, f"api/phones/{SERIAL}/provisioning"), 405)
    check_refused(portal.get(f"api/phones/{SERIAL}/provisioning/rotate"), 405)


def test_it_is_shown_to_superadmins_at_any_time(app, phone: Fetching, portal: Portal, configure):
    id_ = portal.read("rest/user")["user"]["users"][0]["id"]
    path = f"api/phones/{SERIAL}/provisioning"
    user = Portal(app.test_client(), "200", WEB_PASSWORD)
    check_refused(Portal(app.test_client()).get(path), 401)
    check_refused(user.get(path), 403)
    for name, status in (("rest", 403), ("superadmin", 200)):
        body = {"permissions": [{"name": name, "value": "ENABLE"}]}
        assert portal.put(f"rest/user-permission/{id_}", body).status_code == 200
        configure(PBX_EXPOSE_PASSWORDS="false")
        reply = user.get(path)
        assert reply.status_code == status
        assert (phone.credential.secret in reply.text) is (status == 200)
        assert user.put(f"{path}/rotate").status_code == 200
        phone = phone.learn()
    assert reply.headers["Cache-Control"] == "no-store"


def test_phones_of_an_earlier_release_get_theirs_at_the_start(configure, app, tmp_path, admin: Crm):
    """By whichever process comes first, and once."""
    devices.user("200")
    ids = [devices.phone(f"0004f2aa{number:04x}", model_id=YEALINK) for number in range(12)]
    with database.writing():
        database.execute("DELETE FROM phone_credential WHERE phone_id > ?", (ids[1],))
    known = [credentials.show(HOME, id_) for id_ in ids[:2]]
    open_store()
    made = [credentials.show(HOME, id_) for id_ in ids]
    assert made[:2] == known
    assert len({one.secret for one in made}) == len({one.password for one in made}) == len(ids)
    open_store()
    assert [credentials.show(HOME, id_) for id_ in ids] == made
    own = Fetching(app.test_client(), made[-1])
    assert own.by_url(f"{own.credential.user}.cfg").status_code == 200


def test_a_phone_that_lost_its_credential_is_told_and_gets_one_by_rotating(phone: Fetching, portal: Portal):
    with database.writing():
        database.execute("DELETE FROM phone_credential")
    check_refused(portal.get(f"api/phones/{SERIAL}/provisioning"), 404, "rotating")
    rotate(portal)
    assert phone.learn().by_url().status_code == 200


def test_an_upgraded_store_has_its_phones_and_they_can_fetch(tmp_path, template):
    """From the schema before there were credentials."""
    folder, data = tmp_path / "migrations", tmp_path / "old"
    folder.mkdir()
    data.mkdir()
    numbers = [migration.path.name for migration in migrations.known()]
    for migration in migrations.known()[: numbers.index("0018_phone_credentials.sql")]:
        shutil.copy(migration.path, folder)
    settings.use(settings.load({"PBX_DATA_DIR": str(data)}))
    database.use(data / "pbx.sqlite3")
    migrations.migrate(data / "lock", folder)
    keyring.open(data / "secret.key", create=True)
    tenants.ensure_default("pbx.local")
    with database.writing():
        database.execute("INSERT INTO phone (tenant_id, serial, model_id) VALUES (?, ?, ?)", (HOME, SERIAL, YEALINK))
    close_store()
    open_store()
    own = Fetching(template[0].test_client(), credentials.show(HOME, SERIAL))
    assert own.by_url(CFG).status_code == own.by_password(CFG).status_code == 200
    close_store()


def test_a_new_key_keeps_them(phone: Fetching, rotated: Fetching):
    known = phone.learn().credential
    first = rekey.rotate(settings.current().secret_key_path)
    assert rekey.needed_keys() == {first.key_id}
    assert phone.learn().credential == known
    assert statuses(phone, rotated) == [SERVES, SERVES]


def test_secrets_are_encrypted(phone: Fetching, rotated: Fetching):
    close_store()
    kept = b"".join(path.read_bytes() for path in settings.current().data_path.iterdir() if path.is_file())
    for one in (phone, rotated):
        assert one.credential.secret.encode() not in kept
        assert one.credential.password.encode() not in kept
