"""An OpenAPI document as a collection of Postman, with the server's address and a log-in that lasts.

Source of the form: Postman Collection Format v2.1.0.
"""

import json
from typing import Any, Final

_WHO: Final = {"username": "{{username}}", "password": "{{password}}"}
_SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
# Before each request, since a token lives for seconds: a log-in brings a new one when the last is past half its life.
_LOG_IN: Final = """\
if (Date.now() > Number(pm.collectionVariables.get("freshUntil") || 0)) {
  const { baseUrl, username, password } = Object.fromEntries(
    ["baseUrl", "username", "password"].map((name) => [name, pm.variables.get(name)])
  );
  pm.sendRequest({
    url: `${baseUrl}/api/account/credentials/verify`,
    method: "POST",
    header: { "Content-Type": "application/json" },
    body: { mode: "raw", raw: JSON.stringify({ username, password }) },
  }, (error, reply) => {
    if (error || reply.code !== 200) {
      console.error("The log-in was refused: set the variables username and password of the collection.");
      return;
    }
    pm.collectionVariables.set("token", reply.json().access_token);
    pm.collectionVariables.set("freshUntil", Date.now() + reply.json().expires * 500);
  });
}
"""


def collection(document: dict[str, Any], base_url: str) -> dict[str, Any]:
    """Return the collection of the operations in `document`, but for deprecated ones, at `base_url`.

    Who logs in, and with what, are variables of it: `username` and `password`.
    """
    has_tokens = "bearer" in document["components"]["securitySchemes"]
    name = "admin" if has_tokens else "superadmin"
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method, operation in item.items():
            if method != "parameters" and not operation.get("deprecated"):
                request = _request(document, method, path, operation, shared)
                folders.setdefault(operation["tags"][0], []).append(request)
    variables = {"baseUrl": base_url, "username": name, "password": ""} | ({"token": ""} if has_tokens else {})
    log_in = [{"listen": "prerequest", "script": {"type": "text/javascript", "exec": _LOG_IN.splitlines()}}]
    return {
        "info": {
            "name": document["info"]["title"],
            "description": document["info"].get("description", ""),
            "version": document["info"]["version"],
            "schema": _SCHEMA,
        },
        "auth": _auth("bearer", token="{{token}}") if has_tokens else _auth("basic", **_WHO),
        "event": log_in if has_tokens else [],
        "variable": [{"key": key, "value": value} for key, value in variables.items()],
        "item": [{"name": tag, "item": requests} for tag, requests in folders.items()],
    }


def _auth(kind: str, **values: str) -> dict[str, Any]:
    return {"type": kind, kind: [{"key": key, "value": value, "type": "string"} for key, value in values.items()]}


def _request(
    document: dict[str, Any], method: str, path: str, operation: dict[str, Any], shared: list[dict[str, Any]]
) -> dict[str, Any]:
    parameters = [*shared, *operation.get("parameters", [])]
    segments = [f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/")]
    url: dict[str, Any] = {"raw": "{{baseUrl}}/" + "/".join(segments), "host": ["{{baseUrl}}"], "path": segments}
    url["query"] = [_parameter(one) for one in parameters if one["in"] == "query"]
    url["variable"] = [_parameter(one) for one in parameters if one["in"] == "path"]
    body, media_type = _body(document, operation.get("requestBody"))
    request: dict[str, Any] = {
        "method": method.upper(),
        "url": url,
        "header": [{"key": "Content-Type", "value": media_type}] if body and body["mode"] == "raw" else [],
        "description": operation.get("description", ""),
    }
    if body is not None:
        request["body"] = body
    if operation.get("security") == []:
        request["auth"] = {"type": "noauth"}
    return {"name": operation["summary"], "request": request}


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    value = one.get("example", one.get("schema", {}).get("default", ""))
    is_left_out = {"disabled": not one.get("required", False)} if one["in"] == "query" else {}
    return {"key": one["name"], "value": str(value), "description": one.get("description", ""), **is_left_out}


def _body(document: dict[str, Any], sent: dict[str, Any] | None) -> tuple[dict[str, Any] | None, str]:
    """Return the body in its first media type, and that."""
    if sent is None:
        return None, ""
    media_type, content = next(iter(sent["content"].items()))
    if media_type == "multipart/form-data":
        fields = _resolved(document, content["schema"]).get("properties", {})
        return {"mode": "formdata", "formdata": [_form_field(name, kind) for name, kind in fields.items()]}, media_type
    example = content.get("example", "")
    if media_type == "application/json":
        text = json.dumps(_with_variables(example or {}), indent=2, ensure_ascii=False)
        return {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}, media_type
    return {"mode": "raw", "raw": str(example)}, media_type


def _with_variables(example: Any) -> Any:
    """Return an example in which the variables of the collection stand for a token, and for who logs in."""
    if not isinstance(example, dict):
        return example
    stand_in = {"access_token": "{{token}}"} | (_WHO if "username" in example else {})
    return {name: stand_in.get(name, value) for name, value in example.items()}


def _form_field(name: str, kind: dict[str, Any]) -> dict[str, Any]:
    return (
        {"key": name, "type": "file"} if kind.get("format") == "binary" else {"key": name, "value": "", "type": "text"}
    )


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found
