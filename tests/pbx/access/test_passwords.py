"""Hashes of passwords."""

from portsip_api.pbx.access.passwords import hash_password, is_password


def test_a_hash_takes_the_memory_and_the_passes_that_owasp_recommends():
    """Asked here, since the administrator of most tests has a cheaper one."""
    stored = hash_password("a password")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_password("a password", stored)
    assert not is_password("another", stored)
