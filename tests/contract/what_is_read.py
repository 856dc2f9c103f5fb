"""What the PortSIP API reads beside what its document promises, told to schemathesis before it makes what is wrong.

The document says how a value is written well, so that clients made from it write it so. Its introduction says that a
number or a flag may come as text, a text as a whole number, and a name in any case or as the whole number that an old
console sends for it, 0 where there is none; here the same is said in schemas, of requests and not of replies.
"""

from typing import Any, Final

import schemathesis

_PREFIX: Final = "Read"  # of the schemas of requests
_REFERENCE: Final = "#/components/schemas/"
_WHOLE: Final = r"^\s*-?[0-9]+\s*$"
_FLAG: Final = r"^\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])\s*$"


@schemathesis.hook
def before_load_schema(_context: object, raw_schema: dict[str, Any]) -> None:
    """Let the bodies of requests be what is read."""
    if "/api/extensions/list" not in raw_schema["paths"]:
        return
    schemas = raw_schema["components"]["schemas"]
    schemas |= {_PREFIX + name: _read(schema) for name, schema in schemas.items()}
    for described in raw_schema["paths"].values():
        operations = [described[name] for name in described if name != "parameters"]  # those are of all of them
        for operation in operations:
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"] = _read(content["schema"])


def _read(schema: Any) -> Any:
    """Return a schema of what is read where `schema` is documented."""
    if isinstance(schema, list):
        return [_read(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if str(schema.get("$ref", "")).startswith(_REFERENCE):
        return {"$ref": schema["$ref"].replace(_REFERENCE, _REFERENCE + _PREFIX, 1)}
    found = {name: part if name in {"enum", "required"} else _read(part) for name, part in schema.items()}
    also = _also(schema)
    return {"anyOf": [found, also]} if also else found


def _also(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Return a schema of the other spellings of a value, or None."""
    match schema.get("type"):
        case "string" if "enum" in schema:
            names = "|".join("".join(f"[{sign.upper()}{sign.lower()}]" for sign in name) for name in schema["enum"])
            return {"anyOf": [{"type": "string", "pattern": f"^({names}|[0-9]+)$"}, {"type": "integer"}]}
        case "string" if schema.get("format") != "binary":
            return {"type": "integer"}
        case "integer":
            return {"type": "string", "pattern": _WHOLE}
        case "boolean":
            return {"type": "string", "pattern": _FLAG}
    return None
