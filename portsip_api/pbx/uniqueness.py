"""What is unique is left to the constraint; here its violation becomes what a client is told."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from portsip_api.pbx.errors import PbxError
from portsip_api.store.violations import Violated

Refusals = Mapping[str, Callable[[], PbxError]]  # by the constraint's name


@contextmanager
def refusing(refusals: Refusals) -> Iterator[None]:
    """Raise the error of the constraint that the body violates; one that has none goes on as Violated."""
    try:
        yield
    except Violated as violated:
        refuse = refusals.get(violated.constraint)
        if refuse is None:
            raise
        raise refuse() from violated
