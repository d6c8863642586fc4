"""Many people of one unit, written set-based."""

from flask import Flask
from sqlalchemy import text

from shared.db import db, transaction
from shared.tenancy import tenant
from tests.world import Side

PEOPLE = text(
    "with fresh as (insert into person (name, name_key, sex)"
    " select n, lower(n), 'f' from unnest(cast(:names as text[])) n returning id)"
    " insert into membership (person_id, unit_id, kind, status, since)"
    " select id, :unit_id, :line, :status, '2020-01-01' from fresh"
)


def people(app: Flask, side: Side, names: list[str], *, unit_id: int | None = None) -> None:
    """One living member of the unit (the first branch unless said) for each name."""
    party = side.kind == "bureau"
    values = {
        "names": names,
        "unit_id": unit_id or side.branch,
        "line": "party" if party else "union",
        "status": "full" if party else "member",
    }
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            db.session.execute(PEOPLE, values)
        db.session.remove()
