"""The tables of trunks."""

import peewee

from portsip_api.pbx.tables import Flag, Link, TenantTable, default


class Gateway(TenantTable):
    """Ways out of the PBX."""

    missing = "There is no such gateway."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    name = peewee.TextField()
    name_key = peewee.TextField()
    model_id = peewee.TextField()
    device_version = peewee.TextField(null=True)
    description = peewee.TextField(null=True)
    enabled = Flag()
    address = peewee.TextField(null=True)
    address_port = peewee.IntegerField()
    outbound_address = peewee.TextField(null=True)
    outbound_port = peewee.IntegerField()
    address_transport = peewee.TextField(null=True)
    prefix = peewee.TextField(null=True)
    shared = Flag()
    use_internal_bridge = Flag()
    branch_id = Link("branch", "SET NULL", null=True)
    default_caller_alias = peewee.TextField(null=True)
    anonymous = Flag()
    ignore_user_info = Flag()
    transform_user_extension = Flag()
    add_prefix = peewee.TextField(null=True)
    keep_digits = peewee.IntegerField()
    display_name = peewee.TextField(null=True)
    url_parameters = peewee.TextField(null=True)

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "name_key"), True),)


class GatewayPort(TenantTable):
    """Ports of a gateway."""

    missing = "There is no such port of a gateway."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    gateway_id = Link("gateway")


class DiallingRule(TenantTable):
    """Kinds of calls to the outside."""

    missing = "There is no such dialling rule."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    name = peewee.TextField()
    name_key = peewee.TextField()
    description = peewee.TextField(null=True)
    kind = peewee.TextField()
    enabled = Flag()
    schedule_id = Link("schedule", "SET NULL", null=True)  # in which alone it holds
    members = peewee.TextField(constraints=default("'{}'"))  # what rules of its kind have, as JSON

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "name_key"), True),)


class DiallingPattern(TenantTable):
    """Numbers that a rule is for."""

    owning_link = "rule_id"

    rule_id = Link("dialling_rule")
    position = peewee.IntegerField()
    prefix = peewee.TextField()
    digits = peewee.IntegerField()  # how many more follow; below 0: any number of them

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("rule_id", "position")


class DiallingRuleGateway(TenantTable):
    """Gateways that carry a rule's calls."""

    owning_link = "rule_id"

    rule_id = Link("dialling_rule")
    gateway_id = Link("gateway")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("rule_id", "gateway_id")


class DiallingRulePermission(TenantTable):
    """Permissions that a rule asks of who calls."""

    owning_link = "rule_id"

    rule_id = Link("dialling_rule")
    permission = peewee.TextField()

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("rule_id", "permission")


class DiallingRuleNumber(TenantTable):
    """Numbers at which attendants answer by a rule."""

    tenant_id = Link("tenant")
    number = peewee.TextField()
    rule_id = Link("dialling_rule")
    position = peewee.IntegerField()  # 0: the extension; -1: the DID; above 0: an alias

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("tenant_id", "number")


class DiallingRuleAttendant(TenantTable):
    """The attendants that answer by a rule."""

    owning_link = "rule_id"

    rule_id = Link("dialling_rule")
    place = peewee.TextField()  # when: after_hours, holiday, working_time
    attendant_id = Link("attendant")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("rule_id", "place")


class Location(TenantTable):
    """Emergency response locations."""

    missing = "There is no such emergency location."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    elin = peewee.TextField()
    location = peewee.TextField()
    address_info = peewee.TextField()
    description = peewee.TextField()

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "elin"), True),)


class LocationAssignment(TenantTable):
    """Who calls from which location."""

    tenant_id = Link("tenant")
    kind = peewee.TextField()
    key_id = peewee.IntegerField()
    location_id = Link("location")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("tenant_id", "kind", "key_id")
