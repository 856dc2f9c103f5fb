"""Aliases: further names of an extension, unlike any other that can be dialled or logged in with."""

import pytest

from portsip_api.pbx.access import administrators, tenants
from portsip_api.pbx.errors import Duplicate, Invalid, NotFound
from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.extensions import aliases, extensions
from portsip_api.pbx.features import ring_groups
from portsip_api.pbx.upkeep import consistency
from portsip_api.store import database

HOME = tenants.DEFAULT_TENANT_ID
SECRETS = {"password": "x", "web_access_password": "x"}


@pytest.fixture(autouse=True)
def ann(app: object) -> int:
    """The id of the extension 200."""
    return extensions.create(HOME, {"extension_number": "200", **SECRETS})


@pytest.fixture
def bob(ann: int) -> int:
    """The id of the extension 201."""
    return extensions.create(HOME, {"extension_number": "201", **SECRETS})


def test_a_list_replaces_the_one_before_it(ann: int, bob: int) -> None:
    aliases.set_aliases(HOME, ann, ["ann", "2000", "ann"])
    assert aliases.of(HOME, [bob, ann]) == {ann: ["2000", "ann"], bob: []}
    aliases.set_aliases(HOME, ann, ["ann.smith", "ann"])
    assert aliases.of(HOME, [ann]) == {ann: ["ann", "ann.smith"]}
    aliases.set_aliases(HOME, ann, [])
    assert aliases.of(HOME, [ann]) == {ann: []}
    assert consistency.find_inconsistencies() == []


def test_an_alias_is_unlike_everything_that_can_be_dialled(ann: int, bob: int) -> None:
    ring_groups.create(HOME, {"ring_group_number": "600", "name": "Sales"})
    aliases.set_aliases(HOME, bob, ["bob"])
    for taken in ("201", "200", "600", "bob"):
        with pytest.raises(Duplicate) as caught:
            aliases.set_aliases(HOME, ann, ["fresh", taken])
        assert caught.value.field == "aliases"
    assert aliases.of(HOME, [ann]) == {ann: []}
    with pytest.raises(Duplicate):
        extensions.create(HOME, {"extension_number": "bob", **SECRETS})
    with pytest.raises(Duplicate):
        extensions.update(HOME, ExtensionKey(id=ann), {"extension_number": "bob"})
    with pytest.raises(Duplicate):
        ring_groups.create(HOME, {"ring_group_number": "bob", "name": "Bob"})


def test_an_alias_is_unlike_every_name_that_logs_in(ann: int) -> None:
    for taken in ("admin", "superadmin", "default"):
        with pytest.raises(Invalid, match="log-in name"):
            aliases.set_aliases(HOME, ann, [taken])
    aliases.set_aliases(HOME, ann, ["ann"])
    with pytest.raises(Invalid, match="log-in it would be confused with"):
        administrators.create("ann", "a long enough passphrase")
    with pytest.raises(Invalid, match="log-in it would be confused with"):
        tenants.update(HOME, {"name": "ann"})


@pytest.mark.parametrize("alias", ["", "a b", "a@b", "a/b", ".a", "-a", "x" * 65, "a\n", "ä", 7, None])
def test_an_alias_is_made_like_a_number(ann: int, alias: str) -> None:
    with pytest.raises(Invalid) as caught:
        aliases.set_aliases(HOME, ann, [alias])
    assert list(caught.value.errors) == ["aliases"]


def test_so_many_aliases_and_no_more(ann: int) -> None:
    aliases.set_aliases(HOME, ann, [f"a{n}" for n in range(aliases.MOST)])
    with pytest.raises(Invalid, match="at most 100"):
        aliases.set_aliases(HOME, ann, [f"a{n}" for n in range(aliases.MOST + 1)])


def test_an_alias_is_free_again_when_its_extension_is_gone(ann: int, bob: int) -> None:
    aliases.set_aliases(HOME, ann, ["ann"])
    extensions.destroy(HOME, ExtensionKey(id=ann))
    aliases.set_aliases(HOME, bob, ["ann", "200"])
    assert aliases.of(HOME, [bob]) == {bob: ["200", "ann"]}
    assert consistency.find_inconsistencies() == []


def test_other_tenants_have_aliases_of_their_own(ann: int) -> None:
    other = tenants.create({"name": "other", "domain": "other.example", "password": "other's secret"})
    theirs = extensions.create(other, {"extension_number": "200", **SECRETS})
    aliases.set_aliases(HOME, ann, ["ann"])
    aliases.set_aliases(other, theirs, ["ann"])
    assert (aliases.of(HOME, [ann]), aliases.of(other, [theirs])) == ({ann: ["ann"]}, {theirs: ["ann"]})
    assert aliases.of(other, [ann]) == {ann: []}
    for extension_id in (ann, 99, 2**63, -1):
        with pytest.raises(NotFound):
            aliases.set_aliases(other, extension_id, ["x"])


def test_an_alias_that_is_no_dialled_number_is_an_inconsistency(ann: int) -> None:
    aliases.set_aliases(HOME, ann, ["ann"])
    database.execute("DELETE FROM dialled_number WHERE kind = 'ALIAS'")
    assert consistency.find_inconsistencies() == ["1 aliases are not dialled numbers, or the other way round."]
