"""What a commit of a ledger writes, set by set."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.clock import now
from shared.db import db
from shared.duties.actions import counting
from shared.imports.actions.ledger.settling import Settled

_EVENTS = text(
    "insert into event (unit_id, kind, title, held_on, starts_at, ends_at, place, chair_id, clerk_id, due_count,"
    " present_count, fields, content, filed_by, backfilled, batch_id, form_key)"
    " select u.unit_id, u.kind, u.title, u.held_on, u.starts_at, u.ends_at, u.place, u.chair_id, u.clerk_id, u.due,"
    " u.present, cast(u.fields as jsonb), u.content, :filed_by, true, :batch, u.form_key"
    " from unnest(cast(:unit_id as bigint[]), cast(:kind as text[]), cast(:title as text[]), cast(:held_on as date[]),"
    " cast(:starts_at as time[]), cast(:ends_at as time[]), cast(:place as text[]), cast(:chair_id as bigint[]),"
    " cast(:clerk_id as bigint[]), cast(:due as int[]), cast(:present as int[]), cast(:fields as text[]),"
    " cast(:content as text[]), cast(:form_key as text[])) as u(unit_id, kind, title, held_on, starts_at, ends_at,"
    " place, chair_id, clerk_id, due, present, fields, content, form_key)"
    " on conflict (tenant_id, form_key) do nothing returning id, form_key"
)
_ATTENDANCE = text(
    "insert into attendance (event_id, person_id, present, reason, note)"
    " select u.event_id, u.person_id, u.reason is null, u.reason, u.note"
    " from unnest(cast(:event_id as bigint[]), cast(:person_id as bigint[]), cast(:reason as text[]),"
    " cast(:note as text[])) as u(event_id, person_id, reason, note)"
)
#: What stands open because a record was returned waits for that record.
_OPEN = text(
    "select id, unit_id, kind, opens_on, due_on from due_item"
    " where unit_id = any(:units) and kind = any(:kinds) and state = 'open' and returned_event_id is null"
    " and opens_on <= :last and due_on >= :first order by due_on, ordinal, id for update"
)
_DONE = text(
    "update due_item d set state = 'done', reason = null, event_id = u.event_id, held_on = u.held_on,"
    " recorded_at = :now, made_up = false"
    " from unnest(cast(:item_id as bigint[]), cast(:event_id as bigint[]), cast(:held_on as date[]))"
    " as u(item_id, event_id, held_on) where d.id = u.item_id and d.state = 'open'"
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One row on its way to be a record; `values` as they were staged."""

    row_no: int
    form_key: str
    title: str
    values: dict[str, Any]
    means: Settled

    def columns(self) -> dict[str, Any]:
        means, values = self.means, self.values
        content = "\n".join([*filter(None, (values.get("content", ""),)), *means.unplaced])
        fields = dict(values.get("fields", {}))
        if partner := means.people.get("partner"):
            fields["partner"] = partner
        return {
            "unit_id": means.unit_id,
            "kind": means.kind,
            "title": self.title,
            "held_on": date.fromisoformat(means.day),
            "starts_at": values.get("starts"),
            "ends_at": values.get("ends"),
            "place": values.get("place", ""),
            "chair_id": means.people.get("chair"),
            "clerk_id": means.people.get("clerk"),
            "due": means.due,
            "present": means.present,
            "fields": json.dumps(fields, ensure_ascii=False),
            "content": content,
            "form_key": self.form_key,
        }


_COLUMNS = (
    "unit_id", "kind", "title", "held_on", "starts_at", "ends_at", "place", "chair_id", "clerk_id", "due", "present",
    "fields", "content", "form_key",
)  # fmt: skip


def add_events(batch_id: int, filed_by: int | None, rows: Sequence[NewEvent]) -> dict[str, int]:
    """Insert the records with their attendance; form key → record. One that stands already is not among them."""
    if not rows:
        return {}
    given = [row.columns() for row in rows]
    columns = {name: [row[name] for row in given] for name in _COLUMNS}
    ids = {
        key: event_id
        for event_id, key in db.session.execute(_EVENTS, {"batch": batch_id, "filed_by": filed_by, **columns})
    }
    roll = [
        (ids[row.form_key], person_id, reason, note)
        for row in rows
        if row.form_key in ids
        for person_id, (reason, note) in row.means.attendance.items()
    ]
    if roll:
        names = ("event_id", "person_id", "reason", "note")
        db.session.execute(_ATTENDANCE, dict(zip(names, map(list, zip(*roll, strict=True)), strict=True)))
    return ids


def fulfil_duties(rows: Sequence[NewEvent], ids: dict[str, int]) -> int:
    """Close the open due items in whose windows the records lie, the earliest due first; returns how many.

    As shared.duties.actions.record_event, for many at once: each record closes one item of its kind, and one of each
    kind that the tenant lets it count for.
    """
    made = sorted(
        ((row, ids[row.form_key]) for row in rows if row.form_key in ids),
        key=lambda pair: (pair[0].means.day, pair[1]),
    )
    if not made:
        return 0
    also = counting()
    kinds = {row.means.kind for row, _id in made}
    kinds |= {other for kind in kinds for other in also.get(kind, ())}
    days = [row.means.day for row, _id in made]
    found: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for item in db.session.execute(
        _OPEN,
        {
            "units": sorted({row.means.unit_id for row, _id in made}),
            "kinds": sorted(kinds),
            "first": date.fromisoformat(min(days)),
            "last": date.fromisoformat(max(days)),
        },
    ):
        found[item.unit_id, item.kind].append(item)
    closed: list[tuple[int, int, date]] = []
    for row, event_id in made:
        day = date.fromisoformat(row.means.day)
        for kind in (row.means.kind, *also.get(row.means.kind, ())):
            items = found.get((row.means.unit_id, kind), [])
            at = next((n for n, one in enumerate(items) if one.opens_on <= day <= one.due_on), None)
            if at is not None:
                closed.append((items.pop(at).id, event_id, day))
    if closed:
        names = ("item_id", "event_id", "held_on")
        columns = dict(zip(names, map(list, zip(*closed, strict=True)), strict=True))
        db.session.execute(_DONE, {"now": now(), **columns})
    return len(closed)
