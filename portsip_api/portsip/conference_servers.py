"""`/api/conference_server`: the server that holds the conferences, and what administrators note of others.

Source: contract `portsip-more.md`, section 3.
"""

from typing import Any, Final

from marshmallow import Schema
from marshmallow import fields as ma

from portsip_api.pbx.features import conference_servers as pbx_servers
from portsip_api.pbx.features.conference_servers import SERVER, Server
from portsip_api.pbx.identity import Role
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint
from portsip_api.portsip.core.fields import ID, Request, described, schema_of
from portsip_api.portsip.core.lists import GlobalListRequest, Listing
from portsip_api.portsip.core.replies import SUCCESS, Success

conference_servers = ResourceBlueprint(
    "conference servers", __name__, url_prefix="/api/conference_server", description="Conference servers"
)


class ServerKeyRequest(Request):
    """Names a server by its id or its name."""

    id = described(ID, "The numeric id; it decides when both are sent.")
    name = described(pbx_servers.NAME, "The name; with `id` as the key, the new one.")

    keys = ("id", "name")


class ServerCreate(schema_of("ServerFields", SERVER, Request, required=("name",))):  # type: ignore[misc]
    """A server to be noted."""


class ServerChange(ServerKeyRequest, schema_of("ServerFields", SERVER, Request)):  # type: ignore[misc]
    """What changes in what is noted of a server."""


class ServerReply(schema_of("ServerFields", SERVER, Schema)):  # type: ignore[misc]
    """A server; limits are 0 where there is none."""

    id = ma.String(required=True, metadata={"description": "A number, as text."})


class ServerKeys(Schema):
    """What names a new server."""

    id = ma.String(required=True, metadata={"description": "A number, as text."})
    name = ma.String(required=True)


_LISTING: Final = Listing("servers")
_EXAMPLE: Final = {"name": "West", "ipv4": "192.0.2.20", "port": 5060, "max_rooms": 100, "max_participants": 1000}


@conference_servers.route("/list")
@conference_servers.arguments(GlobalListRequest)
@conference_servers.allowed(*MANAGERS)
@conference_servers.answers(_LISTING.schema("ConferenceServerList", ServerReply))
def list_conference_servers(given: dict[str, Any]) -> dict[str, Any]:
    """List conference servers, the built-in one first. Only that one is used; the others are noted."""
    page = pbx_servers.page(_LISTING.asked(given)[1])
    return _LISTING.reply(given, page, [_shown(server) for server in page.rows])


@conference_servers.route("/show")
@conference_servers.arguments(ServerKeyRequest)
@conference_servers.allowed(*MANAGERS)
@conference_servers.answers(ServerReply, errors=("404.1",))
def show_conference_server(given: dict[str, Any]) -> dict[str, Any]:
    """Show a conference server."""
    return _shown(pbx_servers.show(given.get("id"), given.get("name", "")))


@conference_servers.route("/create", methods=["POST"])
@conference_servers.arguments(ServerCreate, example=_EXAMPLE)
@conference_servers.allowed(Role.ADMINISTRATOR)
@conference_servers.answers(ServerKeys, example={"id": "2", "name": "West"}, errors=("403.3",))
def create_conference_server(given: dict[str, Any]) -> dict[str, Any]:
    """Note another conference server, which this one does not use."""
    server_id = pbx_servers.create(given)
    return {"id": str(server_id), "name": given["name"]}


@conference_servers.route("/update", methods=["POST"])
@conference_servers.arguments(ServerChange, example={"name": "West", "port": 5080})
@conference_servers.allowed(Role.ADMINISTRATOR)
@conference_servers.answers(Success, example=SUCCESS, errors=("403.3", "404.1", "409.1"))
def update_conference_server(given: dict[str, Any]) -> dict[str, str]:
    """Change what is noted of a conference server; what is not sent stays. The built-in one cannot be changed."""
    pbx_servers.update(given.get("id"), given.get("name", ""), given)
    return SUCCESS


@conference_servers.route("/destroy", methods=["POST"], aliases=["/remove"])
@conference_servers.arguments(ServerKeyRequest, example={"name": "West"})
@conference_servers.allowed(Role.ADMINISTRATOR)
@conference_servers.answers(Success, example=SUCCESS, errors=("404.1", "409.1"))
def destroy_conference_server(given: dict[str, Any]) -> dict[str, str]:
    """Forget a conference server. The built-in one stays."""
    pbx_servers.destroy(given.get("id"), given.get("name", ""))
    return SUCCESS


def _shown(server: Server) -> dict[str, Any]:
    return {**vars(server), "id": str(server.id)}
