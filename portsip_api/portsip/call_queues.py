"""`/api/call_queues`: numbers at which callers wait in order for one of several extensions.

Source: contract `portsip-more.md`, section 3.
"""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import Schema, ValidationError
from marshmallow import fields as ma

from portsip_api.pbx.extensions.fields import NUMBER
from portsip_api.pbx.features import call_queues as pbx_call_queues
from portsip_api.pbx.features.call_queues import LONGEST_WAIT, MOST_CALLERS, NAME, QUEUE, Queue, QueueKey
from portsip_api.pbx.features.members import MOST
from portsip_api.pbx.features.no_answer import AFTER
from portsip_api.pbx.features.played_prompts import PromptName
from portsip_api.pbx.media import prompts
from portsip_api.portsip import laid_prompts
from portsip_api.portsip.core.blueprint import MANAGERS, ResourceBlueprint, current_tenant
from portsip_api.portsip.core.bodies import MOST_WITH_MEMBERS
from portsip_api.portsip.core.fields import ID, Strings, TenantRequest, described, schema_of
from portsip_api.portsip.core.lists import Listing, ListRequest
from portsip_api.portsip.core.replies import SUCCESS, Success

call_queues = ResourceBlueprint("call queues", __name__, url_prefix="/api/call_queues", description="Call queues")

_SPELLINGS: Final = {"queue_number": ("queue_number", "queue_extension"), "name": ("name", "queue_name")}
_PLAYED: Final = {"music_on_hold": prompts.MUSIC, "intro_prompt_file": prompts.ATTENDANTS}  # and their families
_FILE: Final = "one that is there, or one in the tenant's folder `prompts` of `PBX_UPLOAD_DIR`; empty for none."


class QueueKeyRequest(TenantRequest):
    """Names a call queue by its number or its id."""

    queue_number = described(NUMBER, "The queue's number; with `id` as the key, the new one.")
    queue_extension = described(NUMBER, "The same as `queue_number`.")
    id = described(ID, "The queue's numeric id; it decides when both are sent.")

    keys = (*_SPELLINGS["queue_number"], "id")

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError where two spellings of one thing say different things."""
        super().check(values)
        for first, second in _SPELLINGS.values():
            if first in values and second in values and values[first] != values[second]:
                raise ValidationError({first: [f"Must be the same as {second}."]})


_Ruled: Final = schema_of("CallQueueFields", QUEUE, QueueKeyRequest)


class _Fields(_Ruled):  # type: ignore[misc,valid-type]
    queue_number = described(NUMBER, "The queue's number; with `id` as the key, the new one.")
    queue_name = described(NAME, "The same as `name`.")
    members = Strings(
        metadata={"description": f"Extension numbers in the order in which they are tried, at most {MOST}."}
    )
    music_on_hold = described(PromptName(), f"The name of a file of music on hold: {_FILE}")
    intro_prompt_file = described(PromptName(), f"The name of a file that callers hear first: {_FILE}")
    no_answer_action = described(
        AFTER, "What follows when a limit is reached; `DISCONNECT` when absent. `REPEAT` lets the caller wait anew."
    )
    max_wait_time = described(LONGEST_WAIT, "Seconds; 0 for no limit.")
    max_callers = described(MOST_CALLERS, "0 for no limit.")


class QueueCreate(_Fields):
    """A new call queue."""

    keys = _SPELLINGS["queue_number"]

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError for a queue without a name."""
        super().check(values)
        if not any(name in values for name in _SPELLINGS["name"]):
            raise ValidationError({"name": ["Missing."]})


class QueueChange(_Fields):
    """What changes in a call queue."""


class QueueKeys(Schema):
    """What names a call queue."""

    id = ma.String(required=True, metadata={"description": "A number, as text."})
    queue_number = ma.String(required=True)
    queue_extension = ma.String(required=True, metadata={"description": "The same number."})


class QueueRow(QueueKeys):
    """A call queue as lists show it."""

    name = ma.String(required=True)
    queue_name = ma.String(required=True, metadata={"description": "The same as `name`."})
    polling_strategy = ma.String(required=True)
    status = ma.String(
        required=True,
        metadata={
            "enum": ["ONLINE", "OFFLINE"],
            "description": "`ONLINE` where a member is registered and wants calls.",
        },
    )


class QueueReply(schema_of("CallQueueFields", QUEUE, QueueKeys)):  # type: ignore[misc]
    """A call queue with its members; times are in seconds."""

    queue_name = ma.String(required=True, metadata={"description": "The same as `name`."})
    members = ma.List(ma.String(), required=True)


_LISTING: Final = Listing("queues")
_KEY: Final = {"queue_number": "700"}
_EXAMPLE: Final = {
    **_KEY,
    "name": "Support",
    "polling_strategy": "RING_SIMULTANEOUSLY",
    "ring_time": 20,
    "members": ["105", "106"],
    "max_wait_time": 300,
    "no_answer_action": "CONNECT_TO_VOICE_MAIL",
    "no_answer_action_value": "105",
}
_CREATED: Final = {"id": "1", "queue_number": "700", "queue_extension": "700"}


@call_queues.route("/list")
@call_queues.arguments(ListRequest)
@call_queues.allowed(*MANAGERS)
@call_queues.answers(_LISTING.schema("CallQueueList", QueueRow))
def list_call_queues(given: dict[str, Any]) -> dict[str, Any]:
    """List call queues by number."""
    tenant_id = current_tenant()
    page = pbx_call_queues.page(tenant_id, _LISTING.asked(given)[1])
    reachable = pbx_call_queues.reachable(tenant_id, [row.id for row in page.rows])
    rows = [
        {
            **_keys(row.id, row.number),
            "name": row.name,
            "queue_name": row.name,
            "polling_strategy": row.strategy,
            "status": "ONLINE" if row.id in reachable else "OFFLINE",
        }
        for row in page.rows
    ]
    return _LISTING.reply(given, page, rows)


@call_queues.route("/show")
@call_queues.arguments(QueueKeyRequest)
@call_queues.allowed(*MANAGERS)
@call_queues.answers(QueueReply)
def show_call_queue(given: dict[str, Any]) -> dict[str, Any]:
    """Show a call queue with its members.

    Callers wait in order, and members ring by `polling_strategy`, every one that is reachable (ours: they do not log
    in). Without `enable_play_full_intro` members ring while the intro is heard. With `enable_announce_caller_position`
    callers hear their place at first and then every `announce_caller_position_interval` seconds, 0: once (ours).
    """
    found: Queue = pbx_call_queues.show(current_tenant(), _key_of(given))
    keys = _keys(found.id, found.values["queue_number"])
    return {**keys, **found.values, "queue_name": found.values["name"], "members": found.members}


@call_queues.route("/create", methods=["POST"])
@call_queues.arguments(QueueCreate, example=_EXAMPLE)
@call_queues.limits(unknown=MOST_WITH_MEMBERS)
@call_queues.allowed(*MANAGERS)
@call_queues.answers(QueueKeys, example=_CREATED, errors=("403.3", "404.3", "409.1"))
def create_call_queue(given: dict[str, Any]) -> dict[str, Any]:
    """Create a call queue."""
    tenant_id, fields = current_tenant(), _fields(given)
    with laid_prompts.taken(tenant_id, fields, _PLAYED):
        queue_id = pbx_call_queues.create(tenant_id, fields)
    return _keys(queue_id, fields["queue_number"])


@call_queues.route("/update", methods=["POST"])
@call_queues.arguments(QueueChange, example={**_KEY, "ring_time": 30})
@call_queues.limits(unknown=MOST_WITH_MEMBERS)
@call_queues.allowed(*MANAGERS)
@call_queues.answers(Success, example=SUCCESS, errors=("403.3", "404.3", "409.1"))
def update_call_queue(given: dict[str, Any]) -> dict[str, str]:
    """Change a call queue; what is not sent stays as it is."""
    tenant_id, fields = current_tenant(), _fields(given)
    with laid_prompts.taken(tenant_id, fields, _PLAYED):
        pbx_call_queues.update(tenant_id, _key_of(given), fields)
    return SUCCESS


@call_queues.route("/destroy", methods=["POST"], aliases=["/remove"])
@call_queues.arguments(QueueKeyRequest, example=_KEY)
@call_queues.allowed(*MANAGERS)
@call_queues.answers(Success, example=SUCCESS)
def destroy_call_queue(given: dict[str, Any]) -> dict[str, str]:
    """Remove a call queue; rules that point at it fall back to voicemail."""
    pbx_call_queues.destroy(current_tenant(), _key_of(given))
    return SUCCESS


def _key_of(given: Mapping[str, Any]) -> QueueKey:
    return QueueKey(given.get("queue_number", given.get("queue_extension")), given.get("id"))


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields by the names that the PBX has for them."""
    return dict(given) | {
        name: given[spelling] for name, spellings in _SPELLINGS.items() for spelling in spellings if spelling in given
    }


def _keys(queue_id: int, number: str) -> dict[str, str]:
    return {"id": str(queue_id), "queue_number": number, "queue_extension": number}
