"""The statement of an export, in SQL: one yields all rows, with the groups of each as JSON made by the database."""

from collections.abc import Generator
from contextlib import closing
from typing import Any, Final

from portsip_api.pbx.numbers.numbers_sql import of_forward_rules
from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, json_list

_SELECT: Final = f"""
    SELECT e.number, e.profile, e.options, s.voice_mail, s.forward_rules, s.office_hours,
        (SELECT {json_list("group_id")} FROM (SELECT g.group_id FROM membership AS m
            JOIN extension_group AS g ON g.id = m.group_id WHERE m.extension_id = e.id ORDER BY g.name_key) AS o),
        s.password, s.web_access_password, s.voicemail_pin, {of_forward_rules("e.id")}, p.document, p.webpage_password
    FROM extension_order AS o {IN_ORDER} extension AS e ON e.id = o.extension_id
    {IN_ORDER} extension_settings AS s ON s.extension_id = e.id
    LEFT JOIN phone_provisioning AS p ON p.extension_id = e.id
    WHERE o.tenant_id = ? AND o.ordering = 'DEFAULT' ORDER BY o.key"""


def batches(tenant_id: int, size: int) -> Generator[list[tuple[Any, ...]]]:
    """Yield the extensions of a tenant in the order of lists, `size` at a time.

    A row is number, the five objects as JSON, the groups' ids as JSON, the three secrets, where the forward rules
    point as JSON, and what is said of the phone: as JSON, and the password of its page; both None where nothing is.
    """
    with closing(database.execute(_SELECT, (tenant_id,))) as cursor:
        while rows := cursor.fetchmany(size):
            yield rows
