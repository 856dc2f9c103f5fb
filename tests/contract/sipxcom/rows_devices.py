"""Rows: gateways, phones and phone groups."""

from tests.contract.sipxcom.row import Row, unsupported

_TRUNK = {"name": "second", "model": {"modelId": "sipTrunkStandard"}, "address": "192.0.2.14"}
_NAME = "itsp-account/user-name"
_TEXT = "text/plain"
_GATEWAY = "/gateways/{gatewayId}"
_GATEWAY_SETTINGS = "/api/gateways/{gatewayId}/settings"
_PORT_SETTINGS = "/api/gateways/{gatewayId}/port/{portId}/settings"
_PROFILE = "/phones/{serialNumber}/profile/{name}"
_PHONE_GROUP = "/phones/{phoneId}/groups/{groupName}"
_PHONE_SETTING = "/phones/{phoneId}/settings/{settingPath}"
_LINE_SETTING = "/phones/{phoneId}/lines/{lineId}/settings/{settingPath}"
_MODEL_SETTINGS = "/{groupId}/model/{modelName}/settings"
_MODEL_SETTING = "/{groupId}/model/{modelName}/settings/{path:.*}"

GATEWAYS = [
    Row(17, "/api/gateways", "GET", "api/gateways", 200, has=('"name":"trunk"', '"callerAliasInfo":{')),
    Row(17, "/api/gateways", "POST", "api/gateways", 200, _TRUNK),
    *unsupported(17, "/api/gateways", "api/gateways", "PUT", "DELETE"),
    Row(18, "/api/gateways/models", "GET", "api/gateways/models", 200, has=('"modelId":"sipTrunkStandard"',)),
    *unsupported(18, "/api/gateways/models", "api/gateways/models", "PUT", "POST", "DELETE"),
    Row(19, _GATEWAY, "GET", "api/gateways/{gateway}", 200, has=('"name":"trunk"',)),
    Row(19, _GATEWAY, "PUT", "api/gateways/{gateway}", 200, {"name": "trunk", "address": "192.0.2.1"}),
    Row(
        19,
        _GATEWAY,
        "POST",
        "api/gateways/{gateway}",
        200,
        {**_TRUNK, "name": "third"},
        why="The page lets the client choose the id; here the server gives it.",
    ),
    Row(19, _GATEWAY, "DELETE", "api/gateways/{gateway2}", 200),
    Row(20, _GATEWAY_SETTINGS, "GET", "api/gateways/{gateway}/settings", 200, has=(f'"path":"{_NAME}"',)),
    *unsupported(20, _GATEWAY_SETTINGS, "api/gateways/{gateway}/settings", "PUT", "POST", "DELETE"),
    Row(
        21,
        "/api/gateways/{gatewayId}/settings/{path:.*}",
        "PUT",
        f"api/gateways/{{gateway}}/settings/{_NAME}",
        200,
        "5568",
        content_type=_TEXT,
    ),
    Row(
        21,
        "/api/gateways/{gatewayId}/settings/{path:.*}",
        "GET",
        f"api/gateways/{{gateway}}/settings/{_NAME}",
        200,
        has=('"value":"5568"',),
    ),
    Row(
        21,
        "/api/gateways/{gatewayId}/settings/{path:.*}",
        "DELETE",
        f"api/gateways/{{gateway}}/settings/{_NAME}",
        200,
    ),
    *unsupported(
        21, "/api/gateways/{gatewayId}/settings/{path:.*}", f"api/gateways/{{gateway}}/settings/{_NAME}", "POST"
    ),
    Row(22, _PORT_SETTINGS, "GET", "api/gateways/{fxo}/port/{port}/settings", 200, has=('{"settings":[{"path":"',)),
    *unsupported(
        22,
        _PORT_SETTINGS,
        "api/gateways/{fxo}/port/{port}/settings",
        "PUT",
        "DELETE",
        why="The page lists them; the system wrote single settings only.",
    ),
    *unsupported(22, _PORT_SETTINGS, "api/gateways/{fxo}/port/{port}/settings", "POST"),
]
_PORT_PATH = "api/gateways/{fxo}/port/{port}/settings/{port_setting}"
PORTS = [
    Row(23, f"{_PORT_SETTINGS}/{{path:.*}}", "PUT", _PORT_PATH, 200, "77", content_type=_TEXT),
    Row(23, f"{_PORT_SETTINGS}/{{path:.*}}", "GET", _PORT_PATH, 200, has=('"value":"77"',)),
    Row(23, f"{_PORT_SETTINGS}/{{path:.*}}", "DELETE", _PORT_PATH, 200),
    *unsupported(23, f"{_PORT_SETTINGS}/{{path:.*}}", _PORT_PATH, "POST"),
]
PHONES = [
    Row(50, "/phones", "GET", "rest/phones", 200, has=("<serialNumber>0004f2aabb95</serialNumber>",)),
    Row(
        50,
        "/phones",
        "POST",
        "rest/phones",
        200,
        "<phones><phone><serialNumber>0004f2000001</serialNumber><model>polycom550</model></phone></phones>",
    ),
    *unsupported(50, "/phones", "rest/phones", "PUT", "DELETE"),
    Row(51, _PROFILE, "GET", "rest/phones/0004f2aabb95/profile/0004f2aabb95.cfg", 200, has=("0004f2aabb95",)),
    *unsupported(51, _PROFILE, "rest/phones/0004f2aabb95/profile/0004f2aabb95.cfg", "PUT", "POST", "DELETE"),
    Row(52, "/phones/models", "GET", "api/phones/models?page=1&pagesize=5", 200, has=('"modelId":"polycom550"',)),
    *unsupported(
        52, "/phones/models", "api/phones/models", "PUT", "DELETE", why="The page lists them by mistake (gateways')."
    ),
    *unsupported(52, "/phones/models", "api/phones/models", "POST"),
    Row(53, "/phones", "GET", "api/phones?start=0&limit=10", 200, has=('"serialNo":"0004f2aabb95"',)),
    Row(
        53,
        "/phones",
        "POST",
        "api/phones",
        200,
        {"serialNo": "0004f2000002", "model": {"modelId": "polycomVVX500"}},
    ),
    *unsupported(53, "/phones", "api/phones", "PUT", "DELETE"),
    Row(54, "/phones/{phoneId}", "GET", "api/phones/{phone}", 200, has=('"user":"200"', '"name":"sales"')),
    Row(54, "/phones/{phoneId}", "PUT", "api/phones/0004f2aabb95", 200, {"serialNo": "0004f2aabb95"}),
    Row(54, "/phones/{phoneId}", "DELETE", "api/phones/{phone2}", 200),
    *unsupported(54, "/phones/{phoneId}", "api/phones/{phone}", "POST"),
    Row(56, _PHONE_GROUP, "POST", "api/phones/{phone}/groups/Front%20desk", 200),
    Row(55, "/phones/{phoneId}/groups", "GET", "api/phones/{phone}/groups", 200, has=('"name":"Front desk"',)),
    Row(56, _PHONE_GROUP, "DELETE", "api/phones/{phone}/groups/Front%20desk", 200),
    *unsupported(56, _PHONE_GROUP, "api/phones/{phone}/groups/sales", "GET", "PUT"),
    Row(55, "/phones/{phoneId}/groups", "DELETE", "api/phones/{phone}/groups", 200),
    *unsupported(55, "/phones/{phoneId}/groups", "api/phones/{phone}/groups", "PUT", "POST"),
    Row(57, _PHONE_SETTING, "PUT", "api/phones/{phone}/settings/{phone_setting}", 200, "1", content_type=_TEXT),
    Row(57, _PHONE_SETTING, "GET", "api/phones/{phone}/settings/{phone_setting}", 200, has=('"value":"1"',)),
    Row(57, _PHONE_SETTING, "DELETE", "api/phones/{phone}/settings/{phone_setting}", 200),
    *unsupported(57, _PHONE_SETTING, "api/phones/{phone}/settings/{phone_setting}", "POST"),
    Row(
        59,
        _LINE_SETTING,
        "PUT",
        "api/phones/{phone}/lines/{line}/settings/reg/displayName",
        200,
        "Reception",
        content_type="application/x-www-form-urlencoded",
    ),
    Row(
        59,
        _LINE_SETTING,
        "GET",
        "api/phones/{phone}/lines/{line}/settings/reg/displayName",
        200,
        has=('"value":"Reception"',),
    ),
    Row(59, _LINE_SETTING, "DELETE", "api/phones/{phone}/lines/{line}/settings/reg/displayName", 200),
    *unsupported(59, _LINE_SETTING, "api/phones/{phone}/lines/{line}/settings/reg/displayName", "POST"),
    Row(58, "/phones/{phoneId}/lines", "GET", "api/phones/{phone}/lines", 200, has=('"uri":"sip:200@',)),
    Row(58, "/phones/{phoneId}/lines", "POST", "api/phones/{phone}/lines", 200, {"user": "200"}),
    Row(58, "/phones/{phoneId}/lines", "DELETE", "api/phones/{phone}/lines", 200),
    *unsupported(58, "/phones/{phoneId}/lines", "api/phones/{phone}/lines", "PUT"),
]
_BASE = "api/phoneGroups"
_OF_MODEL = f"{_BASE}/sales/model/polycomVVX500/settings"
GROUPS = [
    Row(62, "/phoneGroups", "GET", _BASE, 200, has=('"name":"sales"',)),
    Row(62, "/phoneGroups", "POST", _BASE, 200, {"name": "third"}, why="The page says unsupported; the system had it."),
    *unsupported(62, "/phoneGroups", _BASE, "PUT", "DELETE"),
    Row(63, "/phoneGroups/{phoneGroupId}", "GET", f"{_BASE}/{{phone_group}}", 200, has=('"name":"sales"',)),
    Row(63, "/phoneGroups/{phoneGroupId}", "PUT", f"{_BASE}/sales", 200, {"name": "sales", "description": "All"}),
    Row(63, "/phoneGroups/{phoneGroupId}", "DELETE", f"{_BASE}/{{phone_group2}}", 200),
    *unsupported(63, "/phoneGroups/{phoneGroupId}", f"{_BASE}/sales", "POST"),
    Row(64, "/{groupId}/up", "PUT", f"{_BASE}/{{phone_group}}/up", 200),
    *unsupported(64, "/{groupId}/up", f"{_BASE}/{{phone_group}}/up", "GET", "POST", "DELETE"),
    Row(65, "/{groupId}/down", "PUT", f"{_BASE}/{{phone_group}}/down", 200, "x", content_type=_TEXT),
    *unsupported(65, "/{groupId}/down", f"{_BASE}/{{phone_group}}/down", "GET", "POST", "DELETE"),
    Row(66, "/{groupId}/models", "GET", f"{_BASE}/sales/models", 200, has=('"modelId":"polycom550"',)),
    *unsupported(66, "/{groupId}/models", f"{_BASE}/sales/models", "PUT", "POST", "DELETE"),
    Row(
        67,
        _MODEL_SETTINGS,
        "PUT",
        _OF_MODEL,
        200,
        {"settings": [{"path": "{phone_setting}", "value": "1"}]},
    ),
    Row(67, _MODEL_SETTINGS, "GET", _OF_MODEL, 200, has=('"path":"{phone_setting}"',)),
    *unsupported(67, _MODEL_SETTINGS, _OF_MODEL, "DELETE", why="The page lists it; the system took single settings."),
    *unsupported(67, _MODEL_SETTINGS, _OF_MODEL, "POST"),
    Row(68, _MODEL_SETTING, "GET", f"{_OF_MODEL}/{{phone_setting}}", 200, has=('"value":"1"',)),
    Row(68, _MODEL_SETTING, "PUT", f"{_OF_MODEL}/{{phone_setting}}", 200, "0", content_type=_TEXT),
    Row(68, _MODEL_SETTING, "DELETE", f"{_OF_MODEL}/{{phone_setting}}", 200),
    *unsupported(68, _MODEL_SETTING, f"{_OF_MODEL}/{{phone_setting}}", "POST"),
]
ROWS = [*GATEWAYS, *PORTS, *PHONES, *GROUPS]
