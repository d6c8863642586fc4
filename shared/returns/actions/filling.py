"""A unit fills its copy in: kept as often as it likes, handed in once everything fits; then it is locked."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.returns.columns import MAX_ROWS, Column, columns_of
from shared.returns.columns.checking import Row, check_rows
from shared.returns.columns.known import known_of
from shared.returns.models import Filling, FillingNote, ReturnTable

#: The kind of occasion, for the composers of the worker.
OCCASION = "filling"
MAX_NOTE = 500
MAX_REMARK = 500
#: States in which the unit may write.
WRITABLE = ("open", "returned")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form or the sheet: rows as typed, and the unit's note."""

    rows: list[Row]
    note: str = ""


def _refuse_locked(table: ReturnTable, filling: Filling, version: int) -> None:
    if table.state == "withdrawn":
        raise Conflict(_("This table has been withdrawn: %(reason)s", reason=table.reason))
    if table.state != "issued":
        raise Conflict(_("This table is closed; nothing more is handed in."))
    if filling.state not in WRITABLE:
        raise Conflict(_("It has been handed in and is locked until it is returned."))
    if filling.version != version:
        raise Conflict(
            _(
                "Somebody else saved this meanwhile. What you typed stands below; saving it takes the place of theirs."
            )
        )


def check(table: ReturnTable, typed: Typed) -> tuple[list[Row], dict[tuple[int, str], str]]:
    """The rows in canonical form and what is wrong with them. Raises Invalid where nothing of it can be kept."""
    columns = columns_of(table.columns)
    most = MAX_ROWS if table.layout == "list" else 1
    rows, wrong = check_rows(columns, typed.rows)
    if len(rows) > most:
        raise Invalid(_("At most %(n)s rows.", n=most), fields={"rows": _("At most %(n)s rows.", n=most)})
    if len(typed.note) > MAX_NOTE:
        problem = _("At most %(n)s characters.", n=MAX_NOTE)
        raise Invalid(problem, fields={"note": problem})
    refuse_marks(typed.note, *(text for row in rows for text in row.values() if "密" in text))
    return rows, wrong


def save(
    actor: Actor, *, table: ReturnTable, filling: Filling, typed: Typed, version: int
) -> dict[tuple[int, str], str]:
    """Keep what was typed, fitting or not; returns what does not fit. Locked by the caller.

    Raises Conflict when it is locked or somebody else saved meanwhile.
    """
    _refuse_locked(table, filling, version)
    rows, wrong = check(table, typed)
    _keep(actor, filling, rows, typed)
    return wrong


def _keep(actor: Actor, filling: Filling, rows: list[Row], typed: Typed) -> None:
    filling.rows, filling.note = rows, typed.note.strip()
    filling.saved_by, filling.saved_at = actor.person_id, now()
    filling.version += 1


def hand_in(
    actor: Actor, *, table: ReturnTable, filling: Filling, typed: Typed, version: int, form_key: str
) -> dict[tuple[int, str], str]:
    """Hand the copy in; what does not fit is returned and everything stays a draft. The same form again does nothing.

    What the product knows is written into it as it stands at this moment. A table of rows may be handed in empty:
    the unit has none.
    """
    if _again(filling, form_key):
        return {}
    _refuse_locked(table, filling, version)
    rows, wrong = check(table, typed)
    columns = columns_of(table.columns)
    if table.layout == "row" and not rows:
        rows, wrong = (
            [{}],
            {(0, one.key): _("Fill this in.") for one in columns if one.required and not one.known}
            or {(0, next(one.key for one in columns if not one.known)): _("Nothing has been filled in.")},
        )
    _keep(actor, filling, [row for row in rows if row], typed)
    if wrong:
        return wrong
    known = known_of(columns, [filling.unit_id])[filling.unit_id]
    own = {one.key: known.get(one.known, "") for one in columns if one.known}
    filling.rows = [own | row for row in rows]
    filling.state, filling.checked = "handed_in", False
    filling.handed_by, filling.handed_at = actor.person_id, now()
    _note(actor, filling, "hand_in", "", form_key)
    return {}


def _again(filling: Filling, form_key: str) -> bool:
    statement = select(FillingNote.id).where(
        FillingNote.filling_id == filling.id, FillingNote.form_key == form_key
    )
    return db.session.scalar(statement) is not None


def _note(actor: Actor, filling: Filling, act: str, remark: str, form_key: str) -> FillingNote:
    note = FillingNote(
        filling_id=filling.id, act=act, remark=remark, person_id=actor.person_id, form_key=form_key
    )
    db.session.add(note)
    db.session.flush()
    record(
        actor,
        verb=f"filling.{act}",
        object_type="filling",
        object_id=filling.id,
        unit_id=filling.unit_id,
    )
    return note


#: An act of whoever asked → the states it follows, and the state it leads to (None: the same).
ACTS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "check": (("handed_in",), None),
    "take": (("handed_in",), "taken"),
    "return": (("handed_in", "taken"), "returned"),
}


def decide(
    actor: Actor, *, table: ReturnTable, filling: Filling, act: str, remark: str, version: int, form_key: str
) -> bool:
    """Check, take in or return a handed-in copy, locked by the caller; the same form again does nothing."""
    if _again(filling, form_key):
        return False
    if filling.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    states, to = ACTS[act]
    if filling.state not in states:
        raise Conflict(_("This step cannot follow; look at the table again."))
    if act == "return" and table.state != "issued":
        raise Conflict(_("This table is closed; open it again before returning something."))
    remark = remark.strip()
    if act == "return" and not remark:
        raise Invalid(_("Say why."), fields={"remark": _("Say why.")})
    if len(remark) > MAX_REMARK:
        problem = _("At most %(n)s characters.", n=MAX_REMARK)
        raise Invalid(problem, fields={"remark": problem})
    refuse_marks(remark)
    filling.checked = act == "check" or (act != "return" and filling.checked)
    if to is not None:
        filling.state = to
    filling.version += 1
    note = _note(actor, filling, act, remark, form_key)
    if act == "return":
        tell(
            actor,
            kind=OCCASION,
            key=f"{OCCASION}:{note.id}",
            detail={"filling_id": filling.id, "act": act, "note_id": note.id},
            person_ids={filling.handed_by, *answering_for(filling.unit_id)} - {actor.person_id},
        )
    return True


def offered(table: ReturnTable, unit_id: int, columns: list[Column]) -> list[Row]:
    """What the unit gave last time in the table this one was started from, under the same keys. One query."""
    if table.from_id is None:
        return []
    found = db.session.execute(
        select(Filling.rows, ReturnTable.columns)
        .join(
            ReturnTable,
            (ReturnTable.tenant_id == Filling.tenant_id) & (ReturnTable.id == Filling.return_id),
        )
        .where(
            Filling.return_id == table.from_id,
            Filling.unit_id == unit_id,
            Filling.state.in_(("handed_in", "taken")),
        )
    ).one_or_none()
    if found is None:
        return []
    before = {one.key: one.kind for one in columns_of(found.columns)}
    asked = [one.key for one in columns if not one.known and before.get(one.key) == one.kind]
    return [{key: row[key] for key in asked if row.get(key)} for row in found.rows]


def take_all(actor: Actor, *, table: ReturnTable, form_key: str) -> int:
    """Take in every handed-in copy of the table; returns how many. Set-based; the same form again finds none left."""
    taken = (
        update(Filling)
        .where(Filling.return_id == table.id, Filling.state == "handed_in")
        .values(state="taken", version=Filling.version + 1)
        .returning(Filling.id)
        .execution_options(synchronize_session=False)
    )
    ids = list(db.session.scalars(taken))
    if not ids:
        return 0
    db.session.execute(
        insert(FillingNote)
        .from_select(
            ["filling_id", "act", "person_id", "form_key"],
            select(
                func.unnest(literal(ids, ARRAY(BigInteger))),
                literal("take"),
                literal(actor.person_id, BigInteger),
                literal(form_key),
            ),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "filling_id", "form_key"])
    )
    record(
        actor,
        verb="return.take",
        object_type="return",
        object_id=table.id,
        unit_id=table.unit_id,
        detail={"count": len(ids)},
    )
    return len(ids)
