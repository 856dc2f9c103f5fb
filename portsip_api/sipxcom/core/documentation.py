"""What the OpenAPI document says of this API's operations, made from their declarations and records."""

import json
from dataclasses import replace
from typing import Any, Final

from portsip_api.sipxcom.core import json_form, other_ports, styles, xml_form
from portsip_api.sipxcom.core.authentication import PRIVATE_KEY, Access, schemes
from portsip_api.sipxcom.core.declaration import Declaration, Form
from portsip_api.sipxcom.core.examples import RECORDS, text_of
from portsip_api.sipxcom.core.outcomes import RECORD as OUTCOME_RECORD
from portsip_api.sipxcom.core.records import Field, Leaf, Many, Nested, Record, element_of

_ALWAYS: Final = (400, 503)
_WITH_BODY: Final = (413, 415)
_WITH_LOGIN: Final = (401, 403, 429)
_LAST_STATUS: Final = 599  # that a document may name; the page has others
_NUMBER: Final = "<number:"  # the part of a path that is an id; with another word there it is no address
# How one client writes an empty list. Makers of clients stumble over an enumeration of the empty text.
_EMPTY: Final = {"type": "string", "maxLength": 0}
_PLAIN_TYPES: Final = {Form.BARE_ID: "integer", Form.FLAG: "boolean"}  # of bodies that are no texts
_MEANINGS: Final = {
    400: "What was sent is malformed, or names something that does not exist.",
    401: "Nobody has logged in; the challenges say how to.",
    403: "The role may not do this.",
    404: "There is no such object.",
    406: "No acceptable media type.",
    409: "A number or name is taken, or the object is in a state in which this cannot be done.",
    413: "The body is too large, or holds more than {values:,} values, elements and attributes.",
    415: "The media type of the body is not read.",
    416: "The range lies outside the file.",
    417: "Not exactly one file was sent.",
    422: "What was sent is well-formed, but breaks a rule that the vendor's page names.",
    429: "Too many failed log-ins; `Retry-After` says when to try again.",
    503: "The store or the switch is not available; try again later.",
    743: "The service refuses the account.",
    744: "The service cannot be used.",
    745: "The service cannot be reached.",
    747: "Another entry has these names and this number.",
}


def operation(name: str, declared: Declaration, method: str, path: str) -> dict[str, Any]:
    """Return the OpenAPI operation of a declaration."""
    document: dict[str, Any] = {"operationId": name, "responses": _responses(declared, method, path)}
    told = [text for text in (declared.description, other_ports.note(path)) if text]
    if told:
        document["description"] = " ".join(told)
    is_open = declared.access is Access.ANYBODY or f"<name:{PRIVATE_KEY}>" in path
    document["security"] = [] if is_open else [{scheme: []} for scheme in schemes()]
    if declared.query:
        document["parameters"] = [
            {"in": "query", "name": query.name, "description": query.meaning, "schema": dict(query.schema)}
            for query in declared.query
        ]
    if declared.body is not None:
        document["requestBody"] = _request_body(declared, name)
    return document


def schema(record: Record) -> dict[str, Any]:
    """Return the OpenAPI schema of a record in a reply, with the XML names that differ from the JSON names."""
    return {
        "title": record.title,
        "type": "object",
        "xml": {"name": record.root},
        "properties": {item.name: _property(item) for item in record.fields},
        "additionalProperties": False,
    }


def _property(item: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"nullable": True} | _described(item)
    if isinstance(item, Leaf):
        return described | item.kind.openapi
    if isinstance(item, Nested):
        return described | {key: value for key, value in schema(item.record).items() if key != "xml"}
    if isinstance(item, Many):
        items = schema(item.item) if isinstance(item.item, Record) else dict(item.item.kind.openapi)
        return described | {"type": "array", "items": items}
    return described | {"type": "object", "additionalProperties": {"type": "string", "nullable": True}}


def _taken_schema(record: Record) -> dict[str, Any]:
    """Return the OpenAPI schema of a record in a request, where more is taken than a reply gives."""
    required = [item.name for item in record.fields if isinstance(item, Leaf) and item.required]
    return {
        "title": f"{record.title}Request",
        "type": "object",
        "properties": {item.name: _taken_property(item) for item in record.fields},
        "additionalProperties": False,
    } | ({"required": required} if required else {})


def _taken_property(item: Field) -> dict[str, Any]:
    choices: list[dict[str, Any]]
    if isinstance(item, Leaf):
        choices = [item.kind.openapi, *item.kind.taken]
    elif isinstance(item, Nested):
        choices = [_taken_schema(item.record)]
    elif isinstance(item, Many):
        one = _taken_schema(item.item) if isinstance(item.item, Record) else _taken_property(item.item)
        one.pop("title", None)  # makers of clients name a type by it, and here it stands three times
        name = item.item.root if isinstance(item.item, Record) else element_of(item.item)
        several = {"type": "array", "items": one}
        within = {"anyOf": [{**choice, "nullable": True} for choice in (several, one, _EMPTY)]}
        wrapped = {"type": "object", "properties": {name: within}, "additionalProperties": False}
        choices = [several, wrapped, _EMPTY]
    else:
        choices = [{"type": "object", "additionalProperties": {"type": "string", "nullable": True}}]
    nullable = [_or_null(choice) for choice in choices]
    return _described(item) | (nullable[0] if len(nullable) == 1 else {"anyOf": nullable})


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what may be null too; an enumeration must then name that."""
    return schema | {"nullable": True} | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})


def _described(item: Field) -> dict[str, Any]:
    described: dict[str, Any] = {"description": item.meaning} if item.meaning else {}
    return described | ({"xml": {"name": element_of(item)}} if element_of(item) != item.name else {})


def _rooted(record: Record, media_type: str, declared: Declaration) -> dict[str, Any]:
    if media_type == styles.JSON and declared.style.rooted and not record.is_list:
        return {"type": "object", "required": [record.root], "properties": {record.root: schema(record)}}
    if media_type == styles.JSON and record.array and not declared.style.rooted:
        return {name: value for name, value in _property(record.fields[0]).items() if name != "nullable"}
    return schema(record) if media_type == styles.JSON else {"type": "string"}


def _request_body(declared: Declaration, name: str) -> dict[str, Any]:
    if isinstance(declared.body, Record):
        in_json, in_xml = _examples(declared.body, declared.style)
        if declared.style.free:
            content = {"schema": _opened(_taken_schema(declared.body)), **in_json}
            return {"required": True, "content": {styles.JSON: content}}
        bare = _taken_schema(declared.body)
        root = declared.body.root
        rooted = {"type": "object", "properties": {root: bare}, "required": [root], "additionalProperties": False}
        return {
            "required": True,
            "content": {
                styles.JSON: {"schema": {"anyOf": [bare, rooted]}, **in_json},
                styles.XML: {"schema": {"type": "string"}, **in_xml},
            },
        }
    if declared.body is Form.UPLOAD:
        files = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        return {"required": True, "content": {"multipart/form-data": {"schema": files}}}
    text = {"schema": {"type": "string"}, "example": text_of(name)}
    return {"required": declared.body is Form.TEXT, "content": {styles.PLAIN: text}}


def _examples(record: Record, style: styles.Style) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the example of a record, as JSON and, made of that, as XML; nothing where there is none."""
    if record.title not in RECORDS:
        return {}, {}
    example = RECORDS[record.title]
    value = json_form.read(record, json.dumps(example).encode())
    named = {record.root: example} if style.rooted and not record.is_list else example
    return {"example": named}, {"example": "".join(xml_form.write(_only(record, value), value, pretty=True))}


def _only(record: Record, value: dict[str, Any]) -> Record:
    """Return the record with those of its fields that have a value, so that no other is written."""
    fields = tuple(_only_of(item, value[item.name]) for item in record.fields if value.get(item.name) is not None)
    return replace(record, fields=fields)


def _only_of(item: Field, value: Any) -> Field:
    if isinstance(item, Nested):
        return replace(item, record=_only(item.record, value))
    if isinstance(item, Many) and isinstance(item.item, Record) and value:
        return replace(item, item=_only(item.item, value[0]))
    return item


def _opened(schema: Any) -> Any:
    """Return a schema whose objects may have members that it does not name."""
    if isinstance(schema, list):
        return [_opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: True if name == "additionalProperties" else _opened(below) for name, below in schema.items()}


def _responses(declared: Declaration, method: str, path: str) -> dict[str, Any]:
    statuses = {*_ALWAYS, *declared.errors}
    statuses |= set(_WITH_BODY) if method != "GET" else set()
    statuses |= set(_WITH_LOGIN) if declared.access is not Access.ANYBODY else {403}
    statuses |= {406} if declared.offers else set()
    statuses |= {404} if _NUMBER in path else set()
    documented: dict[str, Any] = {str(declared.status): _success(declared)}
    for status in sorted(status for status in statuses if status <= _LAST_STATUS):
        meaning = _MEANINGS[status].format(values=declared.values())
        documented[str(status)] = {"description": meaning, "content": _error_content(path)}
    others = [f"{status}: {_MEANINGS[status]}" for status in sorted(statuses) if status > _LAST_STATUS]
    if others:  # a document has no other place for them
        documented["default"] = {"description": " ".join(others), "content": _error_content(path)}
    return documented


def _success(declared: Declaration) -> dict[str, Any]:
    # JSON first: makers of clients take the first, and can read it.
    reply, types = declared.reply, sorted(declared.offers or (styles.PLAIN,), key=lambda kind: kind != styles.JSON)
    if reply is Form.NOTHING:
        return {"description": "OK, with an empty body"}
    if reply is Form.OUTCOME:
        return {"description": "OK", "content": _outcome_content()}
    if isinstance(reply, Record):
        content = {media_type: {"schema": _rooted(reply, media_type, declared)} for media_type in types}
    else:
        plain = {"type": _PLAIN_TYPES.get(reply, "string")}
        content = {media_type: {"schema": plain} for media_type in types}
    return {"description": "OK", "content": content}


def _outcome_content() -> dict[str, Any]:
    return {styles.JSON: {"schema": _OUTCOME}, styles.XML: {"schema": {"type": "string"}}}


def _error_content(path: str) -> dict[str, Any]:
    return {styles.PLAIN: {"schema": {"type": "string"}}} if path.startswith("/api") else _outcome_content()


OUTCOME: Final = {
    "type": "object",
    "required": ["response"],
    "properties": {"response": schema(OUTCOME_RECORD)},
}
_OUTCOME: Final = {"$ref": "#/components/schemas/Outcome"}
