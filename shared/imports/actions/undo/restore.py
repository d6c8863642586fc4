"""Carrying an undo out."""

import json

from sqlalchemy import Table, delete, select, text, update

from shared.clock import today
from shared.db import Base, db
from shared.imports.actions.reading import CHUNK, Beat
from shared.imports.actions.undo.plan import Plan, among
from shared.imports.actions.writing import rewrite_terms
from shared.organisations.actions.history import write_versions


def remove(plan: Plan, beat: Beat, total: int) -> None:
    tables = Base.metadata.tables
    reminder = tables["reminder"]
    people = plan.removed("person")
    if people:
        db.session.execute(delete(reminder).where(among(reminder.c.person_id, people)))
    units = plan.removed("unit")
    if units:
        due, score = tables["due_item"], tables["assessment_score"]
        items = select(due.c.id).where(among(due.c.unit_id, units))
        db.session.execute(delete(reminder).where(reminder.c.due_item_id.in_(items)))
        db.session.execute(delete(due).where(among(due.c.unit_id, units)))
        db.session.execute(delete(score).where(among(score.c.unit_id, units)))
    for kind in ("post", "membership", "person", "unit"):
        table = tables[kind]
        removed = plan.removed(kind)
        # The units go in one statement: the keys among them are looked at when it ends.
        size = max(len(removed), 1) if kind == "unit" else CHUNK
        for start in range(0, len(removed), size):
            db.session.execute(delete(table).where(among(table.c.id, removed[start : start + size])))
            beat(start if kind == "person" else 0, total)


#: Where the earlier values say nothing about a column, it stays as it is.
_RESTORE = {
    "unit": text(
        "update unit o set"
        " kind = case when b.v ? 'kind' then b.v ->> 'kind' else o.kind end,"
        " sector = case when b.v ? 'sector' then b.v ->> 'sector' else o.sector end,"
        " founded_on = case when b.v ? 'founded_on' then cast(b.v ->> 'founded_on' as date) else o.founded_on end,"
        " term_ends_on = case when b.v ? 'term_ends_on' then cast(b.v ->> 'term_ends_on' as date)"
        " else o.term_ends_on end,"
        " credit_code = case when b.v ? 'credit_code' then b.v ->> 'credit_code' else o.credit_code end,"
        " legal_number = case when b.v ? 'legal_number' then b.v ->> 'legal_number' else o.legal_number end,"
        " staff_count = case when b.v ? 'staff_count' then cast(b.v ->> 'staff_count' as int)"
        " else o.staff_count end"
        " from unnest(cast(:ids as bigint[]), cast(:before as text[])::jsonb[]) as b(id, v) where o.id = b.id"
    ),
    "membership": text(
        "update membership o set"
        " status = case when b.v ? 'status' then b.v ->> 'status' else o.status end,"
        " relation = case when b.v ? 'relation' then b.v ->> 'relation' else o.relation end,"
        " card_number = case when b.v ? 'card_number' then b.v ->> 'card_number' else o.card_number end,"
        " joined = case when b.v ? 'joined' then b.v ->> 'joined' else o.joined end,"
        " confirmed = case when b.v ? 'confirmed' then b.v ->> 'confirmed' else o.confirmed end"
        " from unnest(cast(:ids as bigint[]), cast(:before as text[])::jsonb[]) as b(id, v) where o.id = b.id"
    ),
    "person": text(
        "update person o set"
        " name = case when b.v ? 'name' then b.v ->> 'name' else o.name end,"
        " name_key = case when b.v ? 'name_key' then b.v ->> 'name_key' else o.name_key end,"
        " sex = case when b.v ? 'sex' then b.v ->> 'sex' else o.sex end,"
        " ethnic = case when b.v ? 'ethnic' then b.v ->> 'ethnic' else o.ethnic end,"
        " born = case when b.v ? 'born' then b.v ->> 'born' else o.born end,"
        " email = case when b.v ? 'email' then b.v ->> 'email' else o.email end,"
        " education = case when b.v ? 'education' then b.v ->> 'education' else o.education end,"
        " political = case when b.v ? 'political' then b.v ->> 'political' else o.political end,"
        " household = case when b.v ? 'household' then b.v ->> 'household' else o.household end,"
        " employment = case when b.v ? 'employment' then b.v ->> 'employment' else o.employment end,"
        " job_title = case when b.v ? 'job_title' then b.v ->> 'job_title' else o.job_title end,"
        " note = case when b.v ? 'note' then b.v ->> 'note' else o.note end,"
        " identity_sealed = case when b.v ? 'identity_sealed'"
        " then decode(b.v -> 'identity_sealed' ->> 'hex', 'hex') else o.identity_sealed end,"
        " identity_hash = case when b.v ? 'identity_hash'"
        " then decode(b.v -> 'identity_hash' ->> 'hex', 'hex') else o.identity_hash end,"
        " identity_tail = case when b.v ? 'identity_tail'"
        " then decode(b.v -> 'identity_tail' ->> 'hex', 'hex') else o.identity_tail end,"
        " phone_sealed = case when b.v ? 'phone_sealed'"
        " then decode(b.v -> 'phone_sealed' ->> 'hex', 'hex') else o.phone_sealed end,"
        " phone_hash = case when b.v ? 'phone_hash'"
        " then decode(b.v -> 'phone_hash' ->> 'hex', 'hex') else o.phone_hash end,"
        " phone_tail = case when b.v ? 'phone_tail'"
        " then decode(b.v -> 'phone_tail' ->> 'hex', 'hex') else o.phone_tail end"
        " from unnest(cast(:ids as bigint[]), cast(:before as text[])::jsonb[]) as b(id, v) where o.id = b.id"
    ),
}


def restore(plan: Plan) -> None:
    """Put the earlier values back, and let go on what the import had ended."""
    tables = Base.metadata.tables
    for part in ("membership", "post"):
        ended = [key for key in plan.restored(part) if plan.changed[part][key].act == "ended"]
        _go_on(tables[part], ended, "kind" if part == "membership" else "code")
    for kind, statement in _RESTORE.items():
        before = {key: plan.changed[kind][key].before for key in plan.restored(kind)}
        if before:
            db.session.execute(
                statement, {"ids": list(before), "before": [json.dumps(values) for values in before.values()]}
            )
        if kind == "unit":
            write_versions(list(before), on=today())
        if kind == "person":
            renamed = {key: str(values["name"]) for key, values in before.items() if "name" in values}
            rewrite_terms(list(renamed), list(renamed.values()))


def _go_on(table: Table, ids: list[int], unique: str) -> None:
    """End dates are taken away where nobody has filled the place since."""
    if not ids:
        return
    other = table.alias("other")
    taken = (
        select(1)
        .where(
            other.c.tenant_id == table.c.tenant_id,
            other.c.person_id == table.c.person_id,
            other.c[unique] == table.c[unique],
            other.c.until.is_(None),
            other.c.id != table.c.id,
        )
        .exists()
    )
    db.session.execute(update(table).where(among(table.c.id, ids), ~taken).values(until=None))
