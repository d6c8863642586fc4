"""What a commit writes of the tree."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.clock import today
from shared.db import db
from shared.imports.actions.writing import columns, earlier
from shared.organisations.actions.history import write_versions
from shared.organisations.terms import terms as unit_terms
from shared.sealing import Keys

UNIT_COLUMNS = ("kind", "sector", "founded_on", "term_ends_on", "credit_code", "legal_number", "staff_count")
_NEW_UNITS = text(
    "insert into unit (path, line, kind, name, sector, founded_on, term_ends_on, credit_code, legal_number,"
    " staff_count, duties_since)"
    # A path needs the id; until it is known a mark that no path looks like keeps it unique.
    " select '~' || :batch || '.' || u.place, u.line, u.kind, u.name, coalesce(u.sector, 'organ'), u.founded_on,"
    " u.term_ends_on, u.credit_code, u.legal_number, u.staff_count, greatest(cast(:since as date), u.founded_on)"
    " from unnest(cast(:line as text[]), cast(:kind as text[]), cast(:name as text[]), cast(:sector as text[]),"
    " cast(:founded as date[]), cast(:term_ends as date[]), cast(:credit_code as text[]),"
    " cast(:legal_number as text[]), cast(:staff_count as int[])) with ordinality"
    " as u(line, kind, name, sector, founded_on, term_ends_on, credit_code, legal_number, staff_count, place)"
    " order by u.place returning id"
)
_PLACE_UNITS = text(
    "update unit set parent_id = u.parent_id, path = u.path"
    " from unnest(cast(:ids as bigint[]), cast(:parents as bigint[]), cast(:paths as text[])) as u(id, parent_id, path)"
    " where unit.id = u.id"
)
_UNIT_TERMS = text(
    "insert into unit_term (unit_id, term) select * from unnest(cast(:ids as bigint[]), cast(:terms as text[]))"
)
_UNIT_EFFECTS = text(
    "insert into import_effect (batch_id, unit_id, act, digest)"
    " select :batch, unit.id, 'inserted', hash_record_extended(unit, 0) from unit where id = any(:ids)"
)
_CHANGED_UNITS = text(
    "with c as (update unit p set kind = coalesce(u.kind, p.kind), sector = coalesce(u.sector, p.sector),"
    " founded_on = coalesce(u.founded_on, p.founded_on), term_ends_on = coalesce(u.term_ends_on, p.term_ends_on),"
    " credit_code = coalesce(u.credit_code, p.credit_code), legal_number = coalesce(u.legal_number, p.legal_number),"
    " staff_count = coalesce(u.staff_count, p.staff_count)"
    " from unnest(cast(:id as bigint[]), cast(:before as bytea[]), cast(:kind as text[]), cast(:sector as text[]),"
    " cast(:founded_on as date[]), cast(:term_ends_on as date[]), cast(:credit_code as text[]),"
    " cast(:legal_number as text[]), cast(:staff_count as int[])) as u(id, before, kind, sector, founded_on,"
    " term_ends_on, credit_code, legal_number, staff_count)"
    " where p.id = u.id returning p.id, u.before, hash_record_extended(p, 0) as digest)"
    " insert into import_effect (batch_id, unit_id, act, before, digest)"
    " select :batch, c.id, 'changed', c.before, c.digest from c"
)


def add_units(batch_id: int, rows: Sequence[dict[str, Any]], since: date) -> list[int]:
    """Insert units, superiors before those below them, in the order given.

    `place` says which row before stands above; else `above_id` and `above_path` name a unit of the tree.
    """
    if not rows:
        return []
    names = (
        "line", "kind", "name", "sector", "founded", "term_ends", "credit_code", "legal_number", "staff_count",
    )  # fmt: skip
    given = [{name: row.get(name) for name in names} for row in rows]
    ids = sorted(db.session.scalars(_NEW_UNITS, {"batch": batch_id, "since": since, **columns(given, names)}))
    paths: list[str] = []
    parents: list[int | None] = []
    for unit_id, row in zip(ids, rows, strict=True):
        place: int | None = row.get("place")
        parents.append(row.get("above_id") if place is None else ids[place])
        paths.append((row.get("above_path", "") if place is None else paths[place]) + f"{unit_id:010d}.")
    db.session.execute(_PLACE_UNITS, {"ids": ids, "parents": parents, "paths": paths})
    pairs = [
        (unit_id, term) for unit_id, row in zip(ids, rows, strict=True) for term in unit_terms(row["name"])
    ]
    if pairs:
        owners, words = zip(*pairs, strict=True)
        db.session.execute(_UNIT_TERMS, {"ids": list(owners), "terms": list(words)})
    write_versions(ids, on=since)
    db.session.execute(_UNIT_EFFECTS, {"batch": batch_id, "ids": ids})
    return ids


def change_units(batch_id: int, rows: Sequence[dict[str, Any]], keys: Keys) -> None:
    """A row has its `id`, the columns to change (None: as it is) and `held`, the values now."""
    if not rows:
        return
    given = [
        row
        | {
            "before": earlier(
                keys, {name: row["held"][name] for name in UNIT_COLUMNS if row[name] is not None}
            )
        }
        for row in rows
    ]
    db.session.execute(_CHANGED_UNITS, {"batch": batch_id, **columns(given, ("id", "before", *UNIT_COLUMNS))})
    write_versions([row["id"] for row in given], on=today())
