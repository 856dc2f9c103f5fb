"""Errors that name fields as the wire does."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from portsip_api.pbx.errors import Invalid


@contextmanager
def wire_names(names: Mapping[str, str]) -> Iterator[None]:
    """Let Invalid name fields as the wire does: `names` gives the PBX's name of each of the wire's."""
    try:
        yield
    except Invalid as error:
        wire = {own: name for name, own in names.items()}
        raise Invalid({wire.get(field, field): texts for field, texts in error.errors.items()}) from None
