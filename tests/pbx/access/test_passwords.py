"""Hashes of passwords, and which ones accounts may be given."""

import pytest

from portsip_api.pbx.access.passwords import hash_password, is_password, require_account_policy
from portsip_api.pbx.errors import Invalid


def test_a_hash_takes_the_memory_and_the_passes_that_owasp_recommends():
    """Asked here, since the administrator of most tests has a cheaper one."""
    stored = hash_password("a password")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_password("a password", stored)
    assert not is_password("another", stored)


@pytest.mark.parametrize(
    "password",
    [
        "short one",
        "1234567890",
        "qwertyuiop",
        "Password123!",
        "P@ssw0rd2024",
        "aaaaaaaaaaaa",
        "letmeinletmein",
        "acme-hotel1",
    ],
)
def test_what_is_common_or_made_of_it_is_no_accounts_password(password):
    with pytest.raises(Invalid) as refused:
        require_account_policy(password, "acme-hotel", "acme.example")
    assert list(refused.value.errors) == ["password"]
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    ["ten chars!", "ключ от дома", "x" * 20 + "a word of 128 characters" * 4 + "end of it123", "correct horse"],
)
def test_what_a_million_guesses_do_not_find_is_one(password):
    require_account_policy(password, "acme-hotel", "acme.example")
