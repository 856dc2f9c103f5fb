"""The whole table: the rows of every part."""

from tests.contract.sipxcom import (
    rows_calls,
    rows_conferences,
    rows_devices,
    rows_directory,
    rows_history,
    rows_own,
    rows_own_api,
    rows_redirect,
    rows_rules,
    rows_services,
    rows_users,
)

PARTS = (
    rows_directory,
    rows_devices,
    rows_services,
    rows_calls,
    rows_history,
    rows_own,
    rows_conferences,
    rows_own_api,
    rows_redirect,
    rows_rules,
    rows_users,
)
ROWS = [row for part in PARTS for row in part.ROWS]
