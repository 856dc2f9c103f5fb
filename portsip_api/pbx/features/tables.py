"""The tables of features."""

import peewee

from portsip_api.pbx.tables import Flag, Link, Table, TenantTable, default


class RingGroup(TenantTable):
    """Ring groups."""

    missing = "There is no such ring group."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    number = peewee.TextField()
    name = peewee.TextField()
    ring_time = peewee.IntegerField()  # seconds
    strategy = peewee.TextField()
    no_answer_action = peewee.TextField(constraints=default("'DISCONNECT'"))
    no_answer_target = peewee.TextField(constraints=default("''"))  # a number outside; in the tenant it is a reference

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "number"), True),)


class RingGroupMember(TenantTable):
    """Extensions of a ring group, in order."""

    owning_link = "ring_group_id"

    ring_group_id = Link("ring_group")
    position = peewee.IntegerField()
    extension_id = Link("extension")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("ring_group_id", "position")


class CallQueue(TenantTable):
    """Call queues."""

    missing = "There is no such call queue."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    number = peewee.TextField()
    name = peewee.TextField()
    strategy = peewee.TextField()
    ring_time = peewee.IntegerField()  # seconds
    music_on_hold = peewee.TextField()  # the name of a prompt; empty: the usual one
    no_answer_action = peewee.TextField()
    no_answer_target = peewee.TextField()  # a number outside; what is in the tenant is a reference
    intro_is_on = Flag()
    intro_is_whole = Flag()  # it is played to its end, though somebody could answer
    intro_prompt = peewee.TextField()  # the name of a prompt; empty: none
    max_wait = peewee.IntegerField()  # seconds; 0: no limit
    max_callers = peewee.IntegerField()  # 0: no limit
    announces = Flag()  # callers are told which place they have
    announce_interval = peewee.IntegerField()  # seconds

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "number"), True),)


class CallQueueMember(TenantTable):
    """Extensions of a call queue, in order."""

    owning_link = "call_queue_id"

    call_queue_id = Link("call_queue")
    position = peewee.IntegerField()
    extension_id = Link("extension")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("call_queue_id", "position")


class HuntGroup(TenantTable):
    """Hunt groups."""

    missing = "There is no such hunt group."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    enabled = Flag()
    name = peewee.TextField()
    name_key = peewee.TextField()
    extension = peewee.TextField()
    did = peewee.TextField(null=True)  # a number that callers from outside dial
    description = peewee.TextField()
    fallback_destination = peewee.TextField()  # empty: none
    voicemail_fallback = Flag()
    user_forward = Flag()
    use_fwd_timers = Flag()

    class Meta:
        """Its keys."""

        indexes = (
            (("tenant_id", "did"), True),
            (("tenant_id", "extension"), True),
            (("tenant_id", "name_key"), True),
        )


class HuntGroupRing(TenantTable):
    """What a hunt group rings, in order."""

    owning_link = "hunt_group_id"

    hunt_group_id = Link("hunt_group")
    position = peewee.IntegerField()
    extension_id = Link("extension")
    together = Flag()  # rings at the same time as the one before
    enabled = Flag()
    expiration = peewee.IntegerField()  # seconds

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("hunt_group_id", "position")


class ParkOrbit(TenantTable):
    """Numbers at which calls are parked."""

    missing = "There is no such park orbit."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    name = peewee.TextField()
    name_key = peewee.TextField()
    enabled = Flag()
    extension = peewee.TextField()
    description = peewee.TextField()
    music = peewee.TextField()  # the name of a prompt
    server = peewee.TextField()

    class Meta:
        """Its keys."""

        indexes = (
            (("tenant_id", "extension"), True),
            (("tenant_id", "name_key"), True),
        )


class PageGroup(TenantTable):
    """Numbers at which phones are called out to."""

    missing = "Paging group not found."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    enabled = Flag()
    number = peewee.IntegerField()
    dialled = peewee.TextField()  # the prefix and the number
    timeout = peewee.IntegerField()  # seconds
    sound = peewee.TextField()  # the name of a prompt
    description = peewee.TextField()

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "number"), True),)


class PageGroupMember(TenantTable):
    """Extensions of a page group, in order."""

    owning_link = "page_group_id"

    page_group_id = Link("page_group")
    position = peewee.IntegerField()
    extension_id = Link("extension")

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("page_group_id", "position")


class Attendant(TenantTable):
    """Auto attendants."""

    missing = "There is no such attendant."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    system_id = peewee.TextField(null=True)  # of a built-in one
    name = peewee.TextField()
    name_key = peewee.TextField()
    number = peewee.TextField(null=True)
    live_code = peewee.TextField(null=True)
    live = Flag()
    live_again_at = peewee.FloatField(null=True)  # seconds since 1970
    expire_hours = peewee.IntegerField(null=True)
    schedule_id = Link("schedule", "SET NULL", null=True)
    prompt = peewee.TextField(constraints=default("''"))  # the name of a prompt; empty: none
    language = peewee.TextField(constraints=default("'en_US'"))
    gap_time = peewee.IntegerField(constraints=default("3"))  # seconds
    menu = peewee.TextField(constraints=default("'{}'"))  # JSON; what is not there has its default
    kept = peewee.TextField(constraints=default("'{}'"))  # JSON; what is shown as it was sent

    class Meta:
        """Its keys."""

        indexes = (
            (("tenant_id", "live_code"), True),
            (("tenant_id", "name_key"), True),
            (("tenant_id", "number"), True),
            (("tenant_id", "system_id"), True),
        )


class SpecialAttendant(TenantTable):
    """The attendant that stands in the place of all, where it is on."""

    tenant_id = Link("tenant", primary_key=True)
    attendant_id = Link("attendant", "SET NULL", null=True)
    is_on = Flag(constraints=default("0"))


class Conference(TenantTable):
    """Conferences: rooms that callers enter."""

    missing = "There is no such conference."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    number = peewee.TextField()
    name = peewee.TextField()
    name_key = peewee.TextField()
    description = peewee.TextField()
    owner_id = Link("extension", "SET NULL", null=True)
    enabled = Flag()
    participant_pin = peewee.BlobField(null=True)  # encrypted, like the next one; NULL: none is asked for
    moderator_pin = peewee.BlobField(null=True)
    settings = peewee.TextField()  # JSON; what is not there has its default

    class Meta:
        """Its keys."""

        indexes = (
            (("tenant_id", "name_key"), True),
            (("tenant_id", "number"), True),
        )


class ConferenceServer(Table):
    """Servers of conferences, which are of no tenant."""

    id = peewee.AutoField()
    type = peewee.TextField()  # INTERNAL: this server; EXTERNAL
    name = peewee.TextField()
    name_key = peewee.TextField()
    ipv4 = peewee.TextField()
    ipv6 = peewee.TextField()
    port = peewee.IntegerField()
    max_rooms = peewee.IntegerField()  # 0: no limit
    max_participants = peewee.IntegerField()  # 0: no limit

    class Meta:
        """Its keys."""

        indexes = ((("name_key",), True),)
