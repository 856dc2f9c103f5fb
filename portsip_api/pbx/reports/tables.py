"""The table of the mail that brings reports; these, whose files the sweep must know of, are a table of media."""

import peewee

from portsip_api.pbx.tables import Link, TenantTable, default


class ReportMail(TenantTable):
    """Mail that is still to bring a report to somebody."""

    owning_link = "report_id"

    id = peewee.AutoField()
    report_id = Link("call_report")
    address = peewee.TextField()
    attempts = peewee.IntegerField(constraints=default("0"))  # that were begun
    next_attempt = peewee.FloatField()  # seconds since 1970
