"""The statement of attendants by the rules that they answer by, in SQL: it names a table of a room beside this one."""

from typing import Any

from portsip_api.store import database


def attendants(tenant_id: int) -> list[Any]:
    """Return (rule, place, name of the attendant) of all rules of a tenant."""
    return database.fetch_all(
        "SELECT r.id, x.place, a.name FROM dialling_rule AS r JOIN dialling_rule_attendant AS x ON x.rule_id = r.id"
        " JOIN attendant AS a ON a.id = x.attendant_id WHERE r.tenant_id = ?",
        (tenant_id,),
    )
