"""The tables of calls: what calls there were, and the order of those that have ended.

Recordings, whose files the sweep must know of, are a table of media; they stand in the same order.
"""

import peewee

from portsip_api.pbx.tables import Flag, Link, TenantTable, default


class Call(TenantTable):
    """Calls, one row for each. An extension is named by its id alone, so that the row stays when the extension goes."""

    missing = "There is no such call."

    id = peewee.AutoField()
    tenant_id = Link("tenant")
    call_id = peewee.TextField()  # the engine's, by which a call is written once
    session_id = peewee.IntegerField()  # ours, below 2^53
    direction = peewee.TextField()
    caller = peewee.TextField(constraints=default("''"))  # numbers, as they were; empty: withheld
    caller_name = peewee.TextField(constraints=default("''"))
    caller_domain = peewee.TextField(constraints=default("''"))
    caller_contact = peewee.TextField(constraints=default("''"))
    caller_extension = peewee.IntegerField(null=True)
    callee = peewee.TextField()
    callee_name = peewee.TextField(constraints=default("''"))
    callee_domain = peewee.TextField(constraints=default("''"))
    callee_contact = peewee.TextField(constraints=default("''"))
    callee_extension = peewee.IntegerField(null=True)
    recipient = peewee.TextField(constraints=default("''"))  # who was talked to; empty: nobody
    recipient_extension = peewee.IntegerField(null=True)
    route = peewee.TextField(constraints=default("''"))
    outbound_caller_id = peewee.TextField(constraints=default("''"))
    did = peewee.TextField(constraints=default("''"))  # the outside number that was called
    related_call_id = peewee.TextField(constraints=default("''"))  # of the call that a transfer joined to this one
    started = peewee.IntegerField()  # milliseconds since 1970, as below
    ringing = peewee.IntegerField(null=True)
    answered = peewee.IntegerField(null=True)
    ended = peewee.IntegerField(null=True)  # NULL: it goes on
    is_answered = Flag(constraints=default("0"))
    end_reason = peewee.TextField(constraints=default("''"))
    fail_code = peewee.IntegerField(constraints=default("0"))  # a status of SIP; 0: none

    class Meta:
        """Its keys."""

        indexes = ((("tenant_id", "call_id"), True),)


class HistoryOrder(TenantTable):
    """The places of calls that have ended, and of recordings, in the order of time; kept by triggers."""

    tenant_id = peewee.IntegerField()
    ordering = peewee.TextField()  # CALLS or RECORDINGS; behind a blank the id of an extension
    key = peewee.TextField()
    row_id = peewee.IntegerField()

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("tenant_id", "ordering", "key")


class HistoryOrderBlock(TenantTable):
    """How many rows each block of such an order has; kept by triggers."""

    tenant_id = Link("tenant")
    ordering = peewee.TextField()
    first_key = peewee.TextField()
    rows = peewee.IntegerField()

    class Meta:
        """Its keys."""

        primary_key = peewee.CompositeKey("tenant_id", "ordering", "first_key")
