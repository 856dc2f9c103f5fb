"""The statements of extensions themselves, in SQL: one is shown, or written, by requests that come by the thousand, and
by each row of an import, where building a query would cost more than running it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from portsip_api.pbx.extension_keys import ExtensionKey
from portsip_api.pbx.identity import SUPERADMIN
from portsip_api.pbx.numbers.numbers_sql import of_forward_rules
from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER, elements, json_list

_SHOW: Final = f"""
    SELECT e.id, e.number, e.status, e.profile, e.options, s.voice_mail, s.forward_rules, s.office_hours,
        s.password, s.web_access_password, s.voicemail_pin,
        (SELECT {json_list("group_id")} FROM (SELECT g.group_id FROM membership AS m
            JOIN extension_group AS g ON g.id = m.group_id WHERE m.extension_id = e.id ORDER BY g.name_key) AS o),
        {of_forward_rules("e.id")}, p.document, p.webpage_password
    FROM extension AS e JOIN extension_settings AS s ON s.extension_id = e.id
    LEFT JOIN phone_provisioning AS p ON p.extension_id = e.id
    WHERE e.tenant_id = ? AND e."""


def show(tenant_id: int, key: ExtensionKey) -> Any:
    """Return an extension: id, number, status, five objects, three secrets, and as JSON the ids of its groups, where
    its forward rules point and what is said of its phone, with the encrypted password of that; or None.
    """
    column, value = key.where()
    return database.fetch_row(f"{_SHOW}{column} = ?", (tenant_id, value))


def forward_rules(tenant_id: int, numbers: Iterable[str]) -> list[Any]:
    """Return of each of `numbers` that an extension has: it, the forward rules, and where they point; both as JSON."""
    return database.fetch_all(
        f"SELECT e.number, s.forward_rules, {of_forward_rules('e.id')} FROM {elements('j')}"
        f" {IN_ORDER} extension AS e ON e.tenant_id = ? AND e.number = j.value"
        f" {IN_ORDER} extension_settings AS s ON s.extension_id = e.id",
        (orjson.dumps(list(numbers)).decode(), tenant_id),
    )


def log_in_names(tenant_id: int) -> set[str]:
    """Return the names under which accounts log in with the tenant's domain, apart from its extensions."""
    rows = database.fetch_all(
        "SELECT name FROM administrator UNION ALL SELECT name FROM tenant WHERE id = ?", (tenant_id,)
    )
    return {SUPERADMIN, *(row[0] for row in rows)}


def insert(tenant_id: int, extension: Sequence[object]) -> int:
    """Write an extension and return its id: number, name_key, email_key, spelled_by_last, spelled_by_first, profile and
    options. Raises Violated.
    """
    return database.insert(
        "INSERT INTO extension (tenant_id, number, name_key, email_key, spelled_by_last, spelled_by_first, profile,"
        " options) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (tenant_id, *extension),
    )


def insert_beside(extension_id: int, settings: Sequence[object], search_text: str) -> None:
    """Write what else an extension has: the text that finds it, and as `settings` voice_mail, forward_rules,
    office_hours, the three secrets and the credential.
    """
    database.execute(
        "INSERT INTO extension_settings (extension_id, voice_mail, forward_rules, office_hours, password,"
        " web_access_password, voicemail_pin, credential) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (extension_id, *settings),
    )
    database.execute("INSERT INTO extension_search (extension_id, text) VALUES (?, ?)", (extension_id, search_text))


def assign(tenant_id: int, extension_id: int, columns: Mapping[str, object]) -> None:
    """Set columns of an extension, if there are any. Raises Violated."""
    if columns:
        database.execute(
            f"UPDATE extension SET {_assignments(columns)} WHERE tenant_id = ? AND id = ?",
            (*columns.values(), tenant_id, extension_id),
        )


def assign_beside(tenant_id: int, table: str, extension_id: int, columns: Mapping[str, object]) -> None:
    """Set columns of an extension's row in `table`, extension_settings or extension_search, if there are any."""
    if columns:
        database.execute(
            f"UPDATE {table} SET {_assignments(columns)}"
            " WHERE extension_id = (SELECT id FROM extension WHERE tenant_id = ? AND id = ?)",
            (*columns.values(), tenant_id, extension_id),
        )


def keep_phone(tenant_id: int, extension_id: int, document: str, password: bytes | None) -> None:
    """Write what is said of an extension's phone: a JSON object, and the encrypted password, None for that it has."""
    database.execute(
        "INSERT INTO phone_provisioning AS p (extension_id, document, webpage_password)"
        " SELECT e.id, ?, ? FROM extension AS e WHERE e.tenant_id = ? AND e.id = ?"
        " ON CONFLICT (extension_id) DO UPDATE SET document = excluded.document,"
        " webpage_password = coalesce(excluded.webpage_password, p.webpage_password)",
        (document, password, tenant_id, extension_id),
    )


def delete(tenant_id: int, extension_id: int) -> None:
    """Delete an extension and what belongs to it."""
    database.execute("DELETE FROM extension WHERE tenant_id = ? AND id = ?", (tenant_id, extension_id))


def _assignments(columns: Mapping[str, object]) -> str:
    return ", ".join(f"{column} = ?" for column in columns)
