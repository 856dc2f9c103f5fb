"""The comparisons with what triggers keep, in SQL: they ask the whole PBX, each in one statement, so that it sees one
state of the database however many requests write meanwhile.
"""

from typing import Final

from portsip_api.store import database
from portsip_api.store.dialect import IN_ORDER

_EXPECTED_ORDER: Final = """
    SELECT tenant_id, 'DEFAULT' AS ordering, number_key AS key, id FROM extension
    UNION ALL SELECT tenant_id, 'NAME', name_key || char(31) || number_key, id FROM extension
    UNION ALL SELECT tenant_id, 'EMAIL', email_key || char(31) || number_key, id FROM extension
    UNION ALL SELECT tenant_id, 'STATUS', status || char(31) || number_key, id FROM extension
    UNION ALL SELECT tenant_id, 'FIRST_NAME', first_name_key || char(31) || number_key, id FROM extension
"""
_KEY: Final = "substr('000000000000000' || started, -15) || '.' || id AS key"
_EXPECTED_HISTORY: Final = f"""
    SELECT tenant_id, 'CALLS' AS ordering, {_KEY}, id FROM call WHERE ended IS NOT NULL
    UNION SELECT tenant_id, 'CALLS ' || caller_extension, {_KEY}, id FROM call
        WHERE ended IS NOT NULL AND caller_extension IS NOT NULL
    UNION SELECT tenant_id, 'CALLS ' || callee_extension, {_KEY}, id FROM call
        WHERE ended IS NOT NULL AND callee_extension IS NOT NULL
    UNION SELECT tenant_id, 'CALLS ' || recipient_extension, {_KEY}, id FROM call
        WHERE ended IS NOT NULL AND recipient_extension IS NOT NULL
    UNION SELECT tenant_id, 'RECORDINGS', {_KEY}, id FROM recording
    UNION SELECT tenant_id, 'RECORDINGS ' || extension, {_KEY}, id FROM recording
"""
_HISTORY: Final = "SELECT tenant_id, ordering, key, row_id FROM history_order"

# What is wrong, with {} for the number of rows in which it is: the statement that counts them.
COMPARISONS: Final = {
    "{} extension groups do not have the members that are counted.": """
        SELECT count(*) FROM extension_group AS g
        WHERE members_count <> (SELECT count(*) FROM membership WHERE group_id = g.id)""",
    "{} extensions are not in as many groups as is counted.": """
        SELECT count(*) FROM extension AS e
        WHERE group_count <> (SELECT count(*) FROM membership WHERE extension_id = e.id)""",
    "{} memberships join an extension and a group of different tenants, or a default group.": """
        SELECT count(*) FROM membership AS m JOIN extension_group AS g ON g.id = m.group_id
        JOIN extension AS e ON e.id = m.extension_id WHERE e.tenant_id <> g.tenant_id OR g.is_default""",
    "{} memberships are not where their number puts them.": """
        SELECT count(*) FROM membership AS m JOIN extension AS e ON e.id = m.extension_id
        WHERE m.number_key <> e.number_key""",
    "{} extensions are not in lists as they are.": """
        SELECT count(*) FROM extension AS e LEFT JOIN extension_list_json AS l ON l.extension_id = e.id
        WHERE coalesce(l.json, '') <> e.list_json""",
    "{} tenants do not have the extensions without a group that are counted.": """
        SELECT count(*) FROM tenant AS t WHERE ungrouped <> (
            SELECT count(*) FROM extension AS e WHERE e.tenant_id = t.id
            AND NOT EXISTS (SELECT 1 FROM membership WHERE extension_id = e.id))""",
    "{} tenants do not have the bytes of greetings that are counted.": """
        SELECT count(*) FROM tenant AS t WHERE greeting_bytes <> (
            SELECT coalesce(sum(g.stored_size), 0) FROM greeting AS g JOIN extension AS e ON e.id = g.extension_id
            WHERE e.tenant_id = t.id)""",
    "{} tenants do not have the bytes of messages that are counted.": """
        SELECT count(*) FROM tenant AS t WHERE message_bytes <> (
            SELECT coalesce(sum(m.stored_size), 0) FROM voice_message AS m JOIN extension AS e ON e.id = m.extension_id
            WHERE e.tenant_id = t.id)""",
    "{} tenants do not have the bytes of music that are counted.": """
        SELECT count(*) FROM tenant AS t WHERE music_bytes <> (
            SELECT coalesce(sum(m.stored_size), 0) FROM hold_music AS m JOIN extension AS e ON e.id = m.extension_id
            WHERE e.tenant_id = t.id)""",
    "{} tenants do not have the bytes of recordings that are counted.": """
        SELECT count(*) FROM tenant AS t WHERE recording_bytes <> (
            SELECT coalesce(sum(stored_size), 0) FROM recording WHERE tenant_id = t.id)""",
    "{} places of calls and recordings in the order of time are missing.": f"""
        SELECT count(*) FROM (SELECT * FROM ({_EXPECTED_HISTORY}) EXCEPT {_HISTORY})""",
    "{} places in the order of time are of no call and no recording.": f"""
        SELECT count(*) FROM ({_HISTORY} EXCEPT SELECT * FROM ({_EXPECTED_HISTORY}))""",
    "{} blocks of the order of time do not have the rows that are counted.": """
        SELECT count(*) FROM (
            SELECT *, lead(first_key) OVER (PARTITION BY tenant_id, ordering ORDER BY first_key) AS next_key
            FROM history_order_block
        ) AS b WHERE rows <> (
            SELECT count(*) FROM history_order AS o WHERE o.tenant_id = b.tenant_id AND o.ordering = b.ordering
            AND o.key >= b.first_key AND (b.next_key IS NULL OR o.key < b.next_key))""",
    "{} orders of time have no first block.": """
        SELECT count(*) FROM (SELECT DISTINCT tenant_id, ordering FROM history_order
        EXCEPT SELECT tenant_id, ordering FROM history_order_block WHERE first_key = '')""",
    "{} places in the orders of lists are missing.": f"""
        SELECT count(*) FROM ({_EXPECTED_ORDER} EXCEPT SELECT tenant_id, ordering, key, extension_id
        FROM extension_order)""",
    "{} places in the orders of lists are nobody's.": f"""
        SELECT count(*) FROM (SELECT tenant_id, ordering, key, extension_id FROM extension_order
        EXCEPT {_EXPECTED_ORDER.replace("UNION ALL", "EXCEPT")})""",
    "{} blocks of the orders of lists do not have the rows that are counted.": """
        SELECT count(*) FROM (
            SELECT *, lead(first_key) OVER (PARTITION BY tenant_id, ordering ORDER BY first_key) AS next_key
            FROM extension_order_block
        ) AS b WHERE rows <> (
            SELECT count(*) FROM extension_order AS o WHERE o.tenant_id = b.tenant_id AND o.ordering = b.ordering
            AND o.key >= b.first_key AND (b.next_key IS NULL OR o.key < b.next_key))""",
    "{} orders of lists have no first block.": f"""
        SELECT count(*) FROM tenant AS t
        {IN_ORDER} (VALUES ('DEFAULT'), ('NAME'), ('EMAIL'), ('STATUS'), ('FIRST_NAME')) AS o
        WHERE NOT EXISTS (SELECT 1 FROM extension_order_block
                          WHERE tenant_id = t.id AND ordering = o.column1 AND first_key = '')""",
    "{} extension numbers are not dialled numbers.": """
        SELECT count(*) FROM (SELECT tenant_id, number FROM extension
        EXCEPT SELECT tenant_id, number FROM dialled_number WHERE kind = 'EXTENSION')""",
    "{} dialled numbers are those of extensions that do not exist.": """
        SELECT count(*) FROM (SELECT tenant_id, number FROM dialled_number
        WHERE kind = 'EXTENSION' AND number IS NOT NULL EXCEPT SELECT tenant_id, number FROM extension)""",
    "{} numbers of ring groups are not dialled numbers, or the other way round.": """
        SELECT count(*) FROM (
            SELECT tenant_id, number FROM (
                SELECT tenant_id, number FROM ring_group
                UNION ALL SELECT tenant_id, number FROM dialled_number WHERE kind = 'RING_GROUP' AND number IS NOT NULL)
            GROUP BY tenant_id, number HAVING count(*) <> 2)""",
    "{} aliases are not dialled numbers, or the other way round.": """
        SELECT count(*) FROM (
            SELECT tenant_id, number FROM (
                SELECT tenant_id, alias AS number FROM extension_alias
                UNION ALL SELECT tenant_id, number FROM dialled_number WHERE kind = 'ALIAS' AND number IS NOT NULL)
            GROUP BY tenant_id, number HAVING count(*) <> 2)""",
    "{} aliases, branches or phonebooks join objects of different tenants.": """
        SELECT (SELECT count(*) FROM extension_alias AS a JOIN extension AS e ON e.id = a.extension_id
                WHERE e.tenant_id <> a.tenant_id)
            + (SELECT count(*) FROM extension AS e JOIN branch AS b ON b.id = e.branch_id
                WHERE e.tenant_id <> b.tenant_id)
            + (SELECT count(*) FROM extension_group AS g JOIN branch AS b ON b.id = g.branch_id
                WHERE g.tenant_id <> b.tenant_id)
            + (SELECT count(*) FROM phonebook_group AS p JOIN phonebook AS b ON b.id = p.phonebook_id
                JOIN extension_group AS g ON g.id = p.group_id WHERE g.tenant_id <> b.tenant_id)
            + (SELECT count(*) FROM phonebook_grant AS p JOIN phonebook AS b ON b.id = p.phonebook_id
                JOIN extension_group AS g ON g.id = p.group_id WHERE g.tenant_id <> b.tenant_id)""",
    "{} conferences are of an extension of another tenant.": """
        SELECT count(*) FROM conference AS c JOIN extension AS e ON e.id = c.owner_id
        WHERE e.tenant_id <> c.tenant_id""",
    "{} messages are from an extension of another tenant.": """
        SELECT count(*) FROM voice_message AS m JOIN extension AS e ON e.id = m.extension_id
        JOIN extension AS s ON s.id = m.sender_id WHERE s.tenant_id <> e.tenant_id""",
    "{} phone groups do not have the phones that are counted.": """
        SELECT count(*) FROM phone_group AS g
        WHERE members_count <> (SELECT count(*) FROM phone_group_member WHERE group_id = g.id)""",
    "{} numbers of groups, queues, attendants, rooms and the like are not dialled numbers, or the other way round.": """
        SELECT count(*) FROM (
            SELECT tenant_id, number, kind FROM (
                SELECT tenant_id, extension AS number, 'HUNT_GROUP' AS kind FROM hunt_group
                UNION ALL SELECT tenant_id, did, 'HUNT_GROUP' FROM hunt_group WHERE did IS NOT NULL
                UNION ALL SELECT tenant_id, number, 'CALL_QUEUE' FROM call_queue
                UNION ALL SELECT tenant_id, extension, 'PARK_ORBIT' FROM park_orbit
                UNION ALL SELECT tenant_id, dialled, 'PAGE_GROUP' FROM page_group
                UNION ALL SELECT tenant_id, number, 'VIRTUAL_RECEPTIONIST' FROM attendant WHERE number IS NOT NULL
                UNION ALL SELECT tenant_id, number, 'DIALLING_RULE' FROM dialling_rule_number
                UNION ALL SELECT tenant_id, number, 'CONFERENCE_ROOM' FROM conference
                UNION ALL SELECT tenant_id, number, kind FROM dialled_number
                WHERE kind IN ('HUNT_GROUP', 'CALL_QUEUE', 'PARK_ORBIT', 'PAGE_GROUP', 'VIRTUAL_RECEPTIONIST',
                    'DIALLING_RULE', 'CONFERENCE_ROOM') AND number IS NOT NULL)
            GROUP BY tenant_id, number, kind HAVING count(*) <> 2)""",
    "{} references join objects of different tenants, or are nobody's.": """
        SELECT (SELECT count(*) FROM reference AS r JOIN dialled_number AS d ON d.id = r.target_id
                WHERE d.tenant_id <> r.tenant_id)
            + (SELECT count(*) FROM reference AS r LEFT JOIN extension AS e ON e.id = r.owner_id
                WHERE r.owner IN ('forward_rules', 'call_sequence', 'speed_dial', 'personal_attendant')
                AND e.tenant_id IS NOT r.tenant_id)
            + (SELECT count(*) FROM reference AS r LEFT JOIN hunt_group AS h ON h.id = r.owner_id
                WHERE r.owner = 'hunt_group' AND h.tenant_id IS NOT r.tenant_id)
            + (SELECT count(*) FROM reference AS r LEFT JOIN ring_group AS g ON g.id = r.owner_id
                WHERE r.owner = 'ring_group' AND g.tenant_id IS NOT r.tenant_id)
            + (SELECT count(*) FROM reference AS r LEFT JOIN call_queue AS q ON q.id = r.owner_id
                WHERE r.owner = 'call_queue' AND q.tenant_id IS NOT r.tenant_id)
            + (SELECT count(*) FROM reference AS r LEFT JOIN attendant AS a ON a.id = r.owner_id
                WHERE r.owner = 'attendant' AND a.tenant_id IS NOT r.tenant_id)""",
    "{} numbers are gone and nothing points at them.": """
        SELECT count(*) FROM dialled_number AS d
        WHERE number IS NULL AND NOT EXISTS (SELECT 1 FROM reference WHERE target_id = d.id)""",
    "{} references await a number that is there.": """
        SELECT count(*) FROM reference AS r
        JOIN dialled_number AS d ON d.tenant_id = r.tenant_id AND d.number = r.awaited
        WHERE r.kind IN ('', d.kind) OR (r.kind = 'RING_GROUP' AND d.kind = 'HUNT_GROUP')""",
    "{} rows belong to others that do not exist.": """
        SELECT count(*) FROM pragma_foreign_key_check""",
    "{} extensions have no settings.": """
        SELECT count(*) FROM (SELECT id FROM extension EXCEPT SELECT extension_id FROM extension_settings)""",
    "{} extensions cannot be searched.": """
        SELECT count(*) FROM (SELECT id FROM extension EXCEPT SELECT extension_id FROM extension_search)""",
}


def count(comparison: str) -> int:
    """Return the number of rows that one of COMPARISONS finds."""
    rows: int = database.fetch_row(comparison)[0]
    return rows


def check_search_index() -> None:
    """Let FTS5 look through its index, which needs a transaction that writes; raises DatabaseError (SQLITE_CORRUPT)."""
    # With rank 1 the index is compared with its content table too, and not only with itself.
    database.execute("INSERT INTO extension_fts (extension_fts, rank) VALUES ('integrity-check', 1)")
