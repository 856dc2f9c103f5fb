"""What the OpenAPI document of this API says first: from nothing to a first call."""

from typing import Final

INTRODUCTION: Final = """\
sipXcom's API for administrators and users, `/sipxconfig/rest` and `/sipxconfig/api`, in XML and in JSON.

**Here**: log in at the top of this page as `superadmin` with the administrator's password, open
`GET /sipxconfig/rest/user` below and press *Execute*.

**In a shell**: name and password go with every request, by HTTP Basic or Digest. There is no token.

```
PBX=http://127.0.0.1:8899
curl -u superadmin $PBX/sipxconfig/rest/user
curl -u superadmin --digest -H 'Accept: application/json' $PBX/sipxconfig/rest/user
curl -u superadmin -X PUT -H 'Content-Type: application/json' $PBX/sipxconfig/rest/user \\
  -d '{"user": {"userName": "200", "firstName": "Ada", "pin": "4711-web"}}'
```

- `superadmin` is the first administrator who can log in. A **user** logs in with number, alias or e-mail address and
  the web access password, which this API calls `pin`.
- What users do for themselves is below `my`, and most of it for administrators below `/rest/users/{user}` (ours).
- **XML** comes unless `Accept` asks for `application/json`. What is sent is read as `Content-Type` says.
- Below `/rest`, PUT makes an object and changes it; below `/api`, POST makes it and PUT changes it. `settings/{path}`
  takes the value itself, as plain text.
- Operations that are marked as deprecated are other spellings, for old clients.
"""
