"""The table of accounts of which a SIP engine may keep what is not so any more."""

import peewee

from portsip_api.pbx.tables import Table


class AccountChange(Table):
    """Accounts that the engine is to ask for again, by what it keeps them by; written by triggers, at most some 100."""

    id = peewee.AutoField()
    number = peewee.TextField()
    domain = peewee.TextField()  # both empty: all accounts
