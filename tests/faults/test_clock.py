"""The wall clock steps by an hour, back and forth: nothing lives longer than it was given, and nothing dies of it."""

import pytest

from portsip_api.pbx.access import login_limits, tokens
from portsip_api.pbx.access.login_limits import Attempt
from portsip_api.pbx.errors import TooManyFailures
from portsip_api.store.clock import clock
from tests.crm import ADMIN_PASSWORD, Crm, check_refused
from tests.stores import start_again

HOUR = 3600
STEPS = ([-HOUR], [HOUR], [HOUR, -HOUR], [-HOUR, HOUR, -HOUR])


def lives(client: Crm) -> bool:
    reply = client.get("extensions/list")
    if reply.status_code == 200:
        return True
    check_refused(reply, "403.4")
    return False


@pytest.mark.parametrize("steps", STEPS)
def test_the_job_deletes_what_has_expired_and_nothing_else(time, crm, steps) -> None:
    old = crm.log_in("admin", ADMIN_PASSWORD)
    time.pass_seconds(20)
    young = crm.log_in("admin", ADMIN_PASSWORD)
    for step in steps:
        time.step_wall(step)
        assert tokens.delete_expired() == 0
    time.pass_seconds(15)
    assert tokens.delete_expired() == 1
    assert (lives(old), lives(young)) == (False, True)


@pytest.mark.parametrize("steps", STEPS)
def test_a_refreshed_token_lives_its_life_anew_and_no_longer(time, admin, steps) -> None:
    for step in steps:
        time.pass_seconds(20)
        time.step_wall(step)
        admin.do("account/token/refresh")
    time.pass_seconds(29)
    assert lives(admin)
    time.pass_seconds(1)
    assert not lives(admin)


@pytest.mark.parametrize("steps", STEPS)
def test_a_sliding_token_lives_as_long_as_it_is_used(time, configure, crm, steps) -> None:
    configure(PBX_TOKEN_RENEWAL="sliding")
    client = crm.log_in("admin", ADMIN_PASSWORD)
    for step in steps:
        time.pass_seconds(20)
        time.step_wall(step)
        assert lives(client)
    time.step_wall(HOUR)
    time.pass_seconds(30)
    assert not lives(client)


@pytest.mark.parametrize("steps", STEPS)
def test_failed_log_ins_are_held_back_for_their_window(time, configure, steps) -> None:
    configure(PBX_LOGIN_FAILURES="1", PBX_LOGIN_WINDOW="300")
    attempt = Attempt("admin", "192.0.2.1")
    attempt.failed()
    for step in steps:
        time.step_wall(step)
        assert login_limits.delete_past() == 0
        with pytest.raises(TooManyFailures):
            attempt.check()
    time.pass_seconds(300)
    attempt.check()


@pytest.mark.parametrize("step", [-HOUR, HOUR, -10, 10, 0])
def test_whatever_the_clock_says_after_a_restart_of_the_machine_nothing_of_before_lives(
    time, admin, configure, monkeypatch, step
) -> None:
    configuration = configure(PBX_LOGIN_FAILURES="1")
    Attempt("admin", "192.0.2.1").failed()
    monkeypatch.setattr(clock, "boot_id", "another boot")
    time.boot_now = 1.0
    time.step_wall(step)
    start_again(configuration.database_path)
    assert not lives(admin)
    Attempt("admin", "192.0.2.1").check()
