"""What the OpenAPI document of this API says first: from nothing to a first call."""

from typing import Final

INTRODUCTION: Final = """\
The REST API of PortSIP PBX v9, with what clients of v12 add. Requests and replies are JSON.

**Here**: log in at the top of this page, open `GET /api/extensions/list` below and press *Execute*.

**In a shell**, with `jq`: a log-in answers with a token, which every other call needs.

```
PBX=http://127.0.0.1:8899
TOKEN=$(curl -s $PBX/api/account/credentials/verify \\
  -d '{"username": "admin", "password": "PASSWORD"}' | jq -r .access_token)
curl -H "Authorization: Bearer $TOKEN" $PBX/api/extensions/list
curl -H "Authorization: Bearer $TOKEN" $PBX/api/extensions/create \\
  -d '{"extension_number": "1000", "password": "sip-secret", "web_access_password": "web-secret"}'
```

- An **administrator** logs in with a name, a **tenant** with its name, an **extension** as `number@domain` with its web
  access password; what each may do, an operation answers with 403 to the others. An administrator acts in the default
  tenant unless `tenant_id` names another.
- A **token** lives for as many seconds as the log-in says in `expires` (30 unless the server is set otherwise).
  `POST /api/account/token/refresh` gives it that life anew, `POST /api/account/sign_out` ends it.
- It stands in the header `Authorization: Bearer TOKEN`, in the header `access_token: TOKEN`, or as a field
  `access_token` of query or body: in one of them.
- **Values** are best sent as they are documented. A number or a flag is also read as text (`"20"`, `"true"`), a text as
  a whole number, the names of an enumeration and of the query's fields in any case.
- An **error** is `{"err_code": "400.1", "msg": "..."}`; the status of HTTP is the number before the point.
- Operations that are marked as deprecated are other spellings, for old clients.
"""
