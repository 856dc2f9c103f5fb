"""The ground floor: connection, migrations, transactions, paging, text search, secrets at rest.

Nothing here knows a word of telephony, and nothing here imports from the floors above.
"""
