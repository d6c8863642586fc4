"""决议: what was resolved, who does it until when. A correction changes the words and keeps what has become of it.

Source: domain facts §2, common minutes fields (责任人 and 时限).
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select

from shared.clock import today
from shared.db import db
from shared.db.types import key_of
from shared.errors import Invalid
from shared.events.marks import refuse_marks
from shared.events.models import Event, Resolution
from shared.events.parts.context import Context, Row
from shared.events.queries.records import names_of, people_on
from shared.i18n import _

#: `key`: the stored row that this one is, '' for a new one; it stands hidden in the form.
FIELDS = ("key", "content", "owner", "due_on")
MOST = 60
LONGEST = 1000
#: A day further away is a slip of the hand.
FARTHEST = timedelta(days=3660)


def check(context: Context, rows: Sequence[Row]) -> list[Row]:
    """Each with its text; who does it belongs to the unit, or was charged with it before; the day is not past."""
    wrong: dict[str, object] = {}
    clean: list[Row] = []
    owners = _owners(context, rows)
    for number, row in enumerate(rows):
        key, content, owner, due_on = (row.get(name, "").strip() for name in FIELDS)
        if not (content or owner or due_on):
            # A stored line emptied without script: it is taken out.
            continue
        here = f"resolutions-{number}-"
        if not content:
            wrong[here + "content"] = _("Say what was resolved.")
        elif len(content) > LONGEST:
            wrong[here + "content"] = _("At most %(n)s characters.", n=LONGEST)
        if owner and owner not in owners:
            wrong[here + "owner"] = _("Choose a member of this unit.")
        if due_on and (problem := _wrong_day(due_on, context.held_on)):
            wrong[here + "due_on"] = problem
        refuse_marks(content)
        key = key if key.isascii() and key.isdigit() and len(key) < 19 else ""
        clean.append({"key": key, "content": content, "owner": owner, "due_on": due_on})
    if len(rows) > MOST:
        wrong["resolutions"] = _("At most %(n)s lines.", n=MOST)
    if wrong:
        raise Invalid("", fields=wrong)
    return clean


def _owners(context: Context, rows: Sequence[Row]) -> set[str]:
    """Whom a row may name: people of the unit on that day or today, and whoever holds the stored row already."""
    named = {row.get("owner", "").strip() for row in rows} - {""}
    known = {str(person.id) for person in context.people}
    if named <= known:
        return known
    known |= {str(person.id) for person in people_on(context.unit.id, today())}
    keys = [key for row in rows if (key := key_of(row.get("key", "").strip())) is not None]
    if keys and not named <= known:
        held = select(Resolution.owner_id).where(
            Resolution.id.in_(keys), Resolution.unit_id == context.unit.id
        )
        known |= {str(owner_id) for owner_id in db.session.scalars(held)}
    return known


def _wrong_day(text: str, held_on: date) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _("This is not a date: %(text)s", text=text[:20])
    if day < held_on:
        return _("This day lies before the meeting.")
    return _("So far ahead? Check the year.") if day > held_on + FARTHEST else ""


def write(event: Event, rows: Sequence[Row]) -> None:
    """Rows with a key of this record change it and keep their state; what is left out goes, unless it was done."""
    stored = {
        one.id: one
        for one in db.session.scalars(
            select(Resolution).where(Resolution.event_id == event.id).with_for_update()
        )
    }
    kept = [stored.pop(int(row["key"] or 0), None) for row in rows]
    if any(one.state == "done" for one in stored.values()):
        raise Invalid(
            "",
            fields={"resolutions": _("One of the lines taken out is done already; it stays in the minutes.")},
        )
    db.session.execute(delete(Resolution).where(Resolution.id.in_(list(stored))))
    # Numbers may change places: first out of the way, then in order.
    for number, one in enumerate(kept, start=1):
        if one is not None:
            one.ordinal = -number
    db.session.flush()
    for number, (row, one) in enumerate(zip(rows, kept, strict=True), start=1):
        due_on = date.fromisoformat(row["due_on"]) if row["due_on"] else None
        owner_id = int(row["owner"]) if row["owner"] else None
        if one is None:
            one = Resolution(event_id=event.id, unit_id=event.unit_id)
            db.session.add(one)
        elif (one.due_on, one.owner_id) != (due_on, owner_id):
            one.told_on = None
        one.ordinal, one.content, one.owner_id, one.due_on = number, row["content"], owner_id, due_on
    db.session.flush()


def read(event_id: int) -> list[Row]:
    found = db.session.scalars(
        select(Resolution).where(Resolution.event_id == event_id).order_by(Resolution.ordinal)
    )
    return [
        {
            "key": str(one.id),
            "content": one.content,
            "owner": str(one.owner_id or ""),
            "due_on": one.due_on.isoformat() if one.due_on else "",
        }
        for one in found
    ]


def say(rows: Sequence[Row]) -> str:
    """The resolutions in words, one a line: what, who, until when."""
    names = names_of(owner for row in rows if (owner := key_of(row.get("owner", ""))) is not None)
    lines = []
    for row in rows:
        name = names.get(key_of(row.get("owner", "")) or 0, "")
        until = _("until %(day)s", day=row["due_on"]) if row.get("due_on") else ""
        lines.append(_(", ").join(text for text in (row.get("content", ""), name, until) if text))
    return "\n".join(lines)
