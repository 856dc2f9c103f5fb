"""What can go wrong in the PBX. Each API says it in its own dialect; no message holds a secret."""

from collections.abc import Mapping, Sequence


class PbxError(Exception):
    """A request that the PBX refuses; the message is one sentence for a person."""


class NotFound(PbxError):
    """The object that a key names does not exist in this tenant."""


class Duplicate(PbxError):
    """Another object has this number or name already."""

    def __init__(self, message: str, field: str = "") -> None:
        """`field` is the name of the value that is taken."""
        super().__init__(message)
        self.field = field


class Forbidden(PbxError):
    """Whoever asks may not do this."""


class Conflict(PbxError):
    """The object is in a state in which this cannot be done."""


class SwitchUnavailable(PbxError):
    """No SIP engine is attached, or it does not answer."""


class Busy(PbxError):
    """Work of this kind is under way, and there is room for one at a time; trying again soon helps."""


class LoginRefused(PbxError):
    """The account does not exist or the password is wrong; nobody is told which."""


class TooManyFailures(PbxError):
    """Too many log-ins have failed; more are answered after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        """Keep the seconds to wait."""
        super().__init__("Too many failed log-ins; try again later.")
        self.retry_after = retry_after


class Invalid(PbxError):
    """Values that break a rule: `errors` names each field (dotted path) and says what its value must be."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Make the sentence from the first error."""
        self.errors = {field: list(messages) for field, messages in errors.items()}
        field, messages = next(iter(self.errors.items()))
        super().__init__(f"{field}: {messages[0]}")


class FileNotThere(NotFound):
    """There is no such file."""


class NoForm(NotFound):
    """There is an object, but no form in which what is asked of it could be written; the message says of what."""


class Unsupported(PbxError):
    """A file is of a kind that is not taken; the message says which kinds are."""


class TooLarge(PbxError):
    """A file or a body is more than is taken; the message says what the limit is."""
