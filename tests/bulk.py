"""Many extensions at once, by SQL alone: for tests of size, not of content."""

from portsip_api.store import database

_NEUTRAL = '{"first_name":"F\' || n || \'","last_name":"L","email":"","gender":"UNSPECIFIED"}'


def fill(rows: int, first: int = 100_000) -> None:
    """Insert `rows` extensions of the default tenant, numbered from `first`."""
    with database.writing():
        database.execute(
            "WITH RECURSIVE c(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM c WHERE n < ?)"
            " INSERT INTO extension (tenant_id, number, name_key, email_key, profile, options)"
            f" SELECT 1, n, 'l' || char(31) || 'f' || (n * 7919 % 1000), '', '{_NEUTRAL}',"
            " '{\"enable_extension\":true}' FROM c",
            (first, first + rows - 1),
        )
        database.execute(
            "INSERT INTO extension_settings (extension_id, voice_mail, forward_rules, office_hours, password,"
            " web_access_password, voicemail_pin) SELECT id, '{}', '{}', '{}', x'00', x'00', x'00' FROM extension"
            " WHERE id NOT IN (SELECT extension_id FROM extension_settings)"
        )
        database.execute(
            "INSERT INTO extension_search SELECT id, char(30) || '1' || char(31) || char(10) || number FROM extension"
            " WHERE id NOT IN (SELECT extension_id FROM extension_search)"
        )
