"""Lists that are not short are written as they come: what arrives is what it would be in one piece."""

from xml.etree.ElementTree import canonicalize

import pytest

from portsip_api.sipxcom.core import records
from tests.contract.sipxcom.world import World
from tests.security.conftest import estates_template, world  # noqa: F401 — fixtures
from tests.security.estates import VICTIMS_HOST, Local

SHORT_ONES = 10**9
MEDIA_TYPES = ("application/json", "text/xml")


def lists(app, keys: World) -> list[str]:
    """The paths under which something is read, with the keys of what there is in their places."""
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/sipxconfig/") and "GET" in (rule.methods or ()) and "/call/" not in rule.rule:
            arguments = {name: keys.get(name, keys.get(f"{name}_id", "1")) for name in rule.arguments}
            path = app.url_map.bind("localhost").build(rule.endpoint, arguments, method="GET")
            found.add(path.removeprefix("/sipxconfig/"))
    return sorted(found)


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_list_in_pieces_is_the_list(template, world: World, monkeypatch, media_type: str):  # noqa: F811
    app = template[0]
    portal = Local(app.test_client(), VICTIMS_HOST)

    def read(path: str, short: int) -> tuple[int, object]:
        monkeypatch.setattr(records, "SHORT", short)
        reply = portal.ask("GET", path, headers={"Accept": media_type})
        is_list = reply.status_code == 200 and reply.headers["Content-Type"].startswith(media_type)
        if not is_list:
            return reply.status_code, ""
        return 200, reply.json() if media_type == "application/json" else canonicalize(reply.text, strip_text=True)

    compared = 0
    for path in lists(app, world):
        whole, pieces = read(path, SHORT_ONES), read(path, 1)
        assert pieces == whole, path
        compared += whole[0] == 200 and bool(whole[1])
    assert compared > 40
