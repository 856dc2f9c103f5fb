"""Prompts that requests name: those that are there, and those that lie on the server to be taken.

Source: contract `portsip-more.md`, section 1.3.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from portsip_api.pbx.errors import Conflict, Duplicate, NotFound, PbxError
from portsip_api.pbx.media import prompts, uploads
from portsip_api.pbx.media.audio import MOST_BYTES


@contextmanager
def taken(tenant_id: int, fields: dict[str, Any], families: Mapping[str, str]) -> Iterator[None]:
    """Store the prompts that `fields` name and that only lie in the folder of uploads; undo it when what follows fails.

    `families` are those of the fields that name one. Raises FileNotThere, Unsupported, TooLarge, Invalid and Conflict.
    """
    added: list[tuple[str, str]] = []
    try:
        for field, family in families.items():
            name = fields.get(field, "")
            if name and not prompts.exists(tenant_id, family, name):
                content = uploads.read(tenant_id, uploads.PROMPTS, name, MOST_BYTES + 1)
                fields[field] = add(tenant_id, family, name, content)
                added.append((family, fields[field]))
        yield
    except PbxError:
        for family, name in added:
            with suppress(NotFound):  # an update has let go of it
                prompts.destroy(tenant_id, family, name)
        raise


def add(tenant_id: int, family: str, name: str, content: bytes) -> str:
    """Store an audio file as a prompt, and return its name.

    Raises Conflict (there is one of this name, or no room), Invalid, Unsupported and TooLarge.
    """
    try:
        return prompts.add(tenant_id, family, name, content).name
    except Duplicate:
        raise Conflict("A prompt of this name is there: name it in the request, or send one of another name.") from None
