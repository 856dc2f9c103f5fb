"""Rows: branches, permissions, users and user groups."""

from tests.contract.sipxcom.row import Row, unsupported

_BRANCH = {"branch": {"name": "Third", "address": {"city": "Bern"}}}

ROWS = [
    Row(5, "/rest/branch", "GET", "rest/branch", 200, has=("<branches>", "<name>Main</name>")),
    Row(5, "/rest/branch", "PUT", "rest/branch", 201, _BRANCH, has=("SUCCESS_CREATED",)),
    *unsupported(5, "/rest/branch", "rest/branch", "POST"),
    *unsupported(5, "/rest/branch", "rest/branch", "DELETE", status=400, why="ERROR_MISSING_ID, as the system said."),
    Row(6, "/rest/branch/{id}", "GET", "rest/branch/{branch}", 200, has=("<name>Main</name>",)),
    Row(6, "/rest/branch/{id}", "PUT", "rest/branch/{branch}", 200, "<branch><name>Main</name></branch>"),
    Row(6, "/rest/branch/{id}", "DELETE", "rest/branch/{branch2}", 200, has=("SUCCESS_DELETED",)),
    *unsupported(6, "/rest/branch/{id}", "rest/branch/{branch}", "POST"),
    Row(48, "/permission", "GET", "rest/permission", 200, has=("<name>LocalDialing</name>",)),
    Row(
        48, "/permission", "PUT", "rest/permission", 201, "<permission><label>Gate</label></permission>", has=("perm_",)
    ),
    *unsupported(48, "/permission", "rest/permission", "POST"),
    *unsupported(
        48, "/permission", "rest/permission", "DELETE", status=400, why="ERROR_MISSING_ID, as the system said."
    ),
    Row(49, "/permission/{name}", "GET", "rest/permission/{permission}", 200, has=("<label>Door</label>",)),
    Row(49, "/permission/{name}", "PUT", "rest/permission/{permission}", 200, {"permission": {"label": "Doors"}}),
    Row(49, "/permission/{name}", "DELETE", "rest/permission/{permission}", 200, has=("SUCCESS_DELETED",)),
    *unsupported(49, "/permission/{name}", "rest/permission/LocalDialing", "POST"),
    Row(90, "/user", "GET", "rest/user", 200, has=("<userName>200</userName>", "<pin></pin>")),
    Row(90, "/user", "PUT", "rest/user", 201, "<user><userName>290</userName><pin>4711</pin></user>"),
    *unsupported(90, "/user", "rest/user", "POST"),
    *unsupported(90, "/user", "rest/user", "DELETE", status=400, why="ERROR_MISSING_ID, as the system said."),
    Row(91, "/user/{id}", "GET", "rest/user/{user2}", 200, has=("<userName>201</userName>",)),
    Row(91, "/user/{id}", "PUT", "rest/user/{user2}", 200, {"user": {"userName": "201", "lastName": "Doe"}}),
    Row(91, "/user/{id}", "DELETE", "rest/user/{user3}", 200, has=("SUCCESS_DELETED",)),
    *unsupported(91, "/user/{id}", "rest/user/{user2}", "POST"),
    Row(92, "/user-permission", "GET", "rest/user-permission", 200, has=("<value>ENABLE</value>",)),
    *unsupported(92, "/user-permission", "rest/user-permission", "POST", "DELETE"),
    *unsupported(
        92, "/user-permission", "rest/user-permission", "PUT", status=400, why="ERROR_MISSING_ID, as the system."
    ),
    Row(93, "/user-permission{id}", "GET", "rest/user-permission/{user2}", 200, has=("<name>Voicemail</name>",)),
    Row(
        93,
        "/user-permission{id}",
        "PUT",
        "rest/user-permission/{user2}",
        200,
        "<user><permissions><setting><name>Voicemail</name><value>DISABLE</value></setting></permissions></user>",
        why="The page's URI lacks a slash.",
    ),
    *unsupported(93, "/user-permission{id}", "rest/user-permission/{user2}", "POST", "DELETE"),
    Row(94, "/user-group", "GET", "rest/user-group", 200, has=("<name>sales</name>",)),
    Row(94, "/user-group", "PUT", "rest/user-group", 201, "<group><name>third</name></group>"),
    *unsupported(94, "/user-group", "rest/user-group", "POST"),
    *unsupported(
        94, "/user-group", "rest/user-group", "DELETE", status=400, why="ERROR_MISSING_ID, as the system said."
    ),
    Row(95, "/user-group/{id}", "GET", "rest/user-group/{group}", 200, has=("<name>sales</name>",)),
    Row(
        95, "/user-group/{id}", "PUT", "rest/user-group/{group}", 200, {"group": {"name": "sales", "description": "x"}}
    ),
    Row(95, "/user-group/{id}", "DELETE", "rest/user-group/{group2}", 200, has=("SUCCESS_DELETED",)),
    *unsupported(95, "/user-group/{id}", "rest/user-group/{group}", "POST"),
    Row(96, "/user-group-permission", "GET", "rest/user-group-permission", 200, has=("<name>sales</name>",)),
    *unsupported(96, "/user-group-permission", "rest/user-group-permission", "POST", "DELETE"),
    *unsupported(
        96,
        "/user-group-permission",
        "rest/user-group-permission",
        "PUT",
        status=400,
        why="ERROR_MISSING_ID, as the system.",
    ),
    Row(97, "/user-group-permission/{id}", "GET", "rest/user-group-permission/{group}", 200, has=("<setting>",)),
    Row(
        97,
        "/user-group-permission/{id}",
        "PUT",
        "rest/user-group-permission/{group}",
        200,
        {"group": {"permissions": {"setting": [{"name": "Mobile", "value": "DISABLE"}]}}},
    ),
    *unsupported(97, "/user-group-permission/{id}", "rest/user-group-permission/{group}", "POST", "DELETE"),
]
