"""marshmallow fields and schemas made from the rules of the PBX, so that a rule is written once.

The same schemas read requests and document them.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Final

from marshmallow import EXCLUDE, Schema, ValidationError, missing, validates_schema
from marshmallow import fields as ma

from portsip_api.pbx.values import Checked, Choice, Flag, Kind, Rules, Text, TimeOfDay, Whole
from portsip_api.portsip.core.codes import codes_of, spellings_of
from portsip_api.portsip.core.reading import reader
from portsip_api.portsip.core.wire import WireText

MOST_ID: Final = 2**63 - 1
ID: Final = Whole(1, MOST_ID, 1)


class Ruled(ma.Field[Any]):
    """A value that a kind checks."""

    default_error_messages = {"required": "Missing.", "null": "Must not be null."}  # noqa: RUF012 — marshmallow's own form

    def __init__(self, kind: Kind, *, codes: Sequence[str] = (), **options: Any) -> None:
        """Keep the kind; `codes` are the names for which whole numbers from 1 stand, where `codes_of` has others.

        `options` are marshmallow's.
        """
        super().__init__(**options)
        self.rule = kind
        self._read = reader(kind, codes or codes_of(kind), spellings_of(kind))

    def _deserialize(self, value: object, *_: object, **__: object) -> Any:
        value = self._read(value)
        if value is missing:
            return missing
        try:
            return self.rule.check(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class RuledObject(ma.Nested):
    """An object whose values kinds check."""

    def __init__(self, nested: type[Schema], rules: Rules, *, required: bool = False) -> None:
        """Keep the rules that the fields of `nested` are made of."""
        words: dict[str, Any] = {"null": "Must not be null.", "required": "Missing."}
        super().__init__(nested, required=required, error_messages=words)
        self.rule = rules


class Strings(ma.Field[list[str]]):
    """An array of strings; in a query also repeated or separated by commas."""

    default_error_messages = {"required": "Missing.", "null": "Must not be null."}  # noqa: RUF012 — marshmallow's own form

    def _deserialize(self, value: object, *_: object, **__: object) -> list[str]:
        if isinstance(value, WireText):
            value = [item.strip() for item in value.split(",") if item.strip()]
        if not isinstance(value, list) or not all(isinstance(item, str) or type(item) is int for item in value):
            raise ValidationError("Must be an array of strings.")
        return [str(item) for item in value]


class FreeObject(ma.Field[dict[str, Any]]):
    """An object that is kept as it was sent."""

    default_error_messages = {"null": "Must not be null."}  # noqa: RUF012 — marshmallow's own form

    def _deserialize(self, value: object, *_: object, **__: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("Must be an object.")
        return value


class Request(Schema):
    """The base of what comes in: fields that nobody declared are ignored."""

    keys: ClassVar[tuple[str, ...]] = ()  # fields one of which names the object; the first is the one that is missing

    class Meta:
        """marshmallow's options."""

        unknown = EXCLUDE

    def load(self, data: Any, **options: Any) -> Any:
        """Return the values of `data`, checked. Raises ValidationError.

        marshmallow looks for every field that is declared, which is most of what a short call costs. Here only those
        that were sent are read, since none has a default; whatever is wrong with them is left to marshmallow to say.
        """
        try:
            return self._read(data)
        except ValidationError:
            return super().load(data, **options)

    def check(self, values: Mapping[str, object]) -> None:
        """Raise ValidationError when the values, each of them good, do not do together."""
        if self.keys and not any(key in values for key in self.keys):
            raise ValidationError({self.keys[0]: ["Missing."]})

    @validates_schema
    def _check(self, data: Mapping[str, object], **_: object) -> None:
        self.check(data)

    def _read(self, data: object) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise ValidationError("")
        values, rules = {}, {}
        for name, field in self.load_fields.items():
            sent_as = field.data_key or name
            if sent_as in data:
                value = field.deserialize(data[sent_as], sent_as, data)
                if value is missing:
                    continue
                values[name] = value
                if isinstance(field, Ruled | RuledObject):
                    rules[name] = field.rule
            elif field.required:
                raise ValidationError("")
        self.check(values)
        return Checked(values, rules)


class TenantRequest(Request):
    """A request about objects of a tenant."""

    tenant_id = Ruled(
        ID,
        metadata={
            "description": "Ours: the tenant that an administrator acts in, the default tenant when absent. "
            "A tenant's or an extension's token always acts in its own."
        },
    )


def described(kind: Kind, description: str, *, required: bool = False) -> Ruled:
    """Return a field with a sentence for the documentation."""
    return Ruled(kind, required=required, metadata={"description": description})


def schema_of(name: str, rules: Rules, base: type[Schema] = Request, *, required: Collection[str] = ()) -> type[Schema]:
    """Return a schema class called `name` with a field for each rule, nested where the rules are."""
    return type(name, (base,), {key: _field(key, rule, required=key in required) for key, rule in rules.items()})


_nested: dict[str, type[Schema]] = {}


def _field(path: str, rule: Kind | Rules, *, required: bool = False) -> ma.Field[Any]:
    if not isinstance(rule, Mapping):
        return Ruled(rule, required=required)
    if path not in _nested:  # one class an object, so that the documentation names it once
        fields = {key: _field(f"{path}_{key}", below) for key, below in rule.items()}
        _nested[path] = type(path.title().replace("_", ""), (Request,), fields)
    return RuledObject(_nested[path], rule, required=required)


class ExtensionKeyRequest(TenantRequest):
    """Names an extension by its number or its id."""

    extension_number = Ruled(Text(64, 1), metadata={"description": "The extension's number (v9 clients)."})
    id = Ruled(ID, metadata={"description": "The extension's numeric id (v12 clients); it decides when both are sent."})

    keys = ("extension_number", "id")


def openapi_properties(_: object, field: ma.Field[Any], **__: object) -> dict[str, Any]:
    """Return the OpenAPI properties of our fields; registered with apispec as an attribute function."""
    if isinstance(field, Strings):
        return {"type": "array", "items": {"type": "string"}}
    if isinstance(field, FreeObject):
        return {"type": "object"}
    return _properties(field.rule) if isinstance(field, Ruled) else {}


def _properties(kind: Kind) -> dict[str, Any]:
    match kind:
        case Flag():
            return {"type": "boolean"}
        case Whole(least=least, most=most):
            return {"type": "integer", "minimum": least, **({"maximum": most} if most < MOST_ID else {})}
        case Choice(options=options):
            return {"type": "string", "enum": list(options)}
        case TimeOfDay(end=end):
            return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" + ("|^24:00$" if end else "")}
        case Text(longest=longest, shortest=shortest, pattern=pattern):
            matching = {"pattern": f"^({pattern})$"} if pattern else {}
            return {"type": "string", "minLength": shortest, "maxLength": longest, **matching}
    return {"type": "string"}
