"""A unit's own sheet in a round: its marks and words are kept as they are typed, evidence is added, it is handed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import BigInteger, Boolean, Numeric, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.access.actor import Actor
from shared.assessments.actions.opening import RUNNING, TO_HAND_IN
from shared.assessments.metrics import METRICS
from shared.assessments.models import Entry, Line, Mark, Proof, Round
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict
from shared.events.marks import refuse_marks
from shared.i18n import _

MAX_WORDS = 2000
MAX_NOTE = 500

#: (line, field) → what is wrong with it.
Wrong = dict[tuple[int, str], str]


@dataclass(frozen=True, slots=True)
class TypedMark:
    """What a unit types about one line: marks as text, words, and whether it asks that the line be left out."""

    points: str = ""
    words: str = ""
    not_applicable: bool = False


def is_written(line: Line) -> bool:
    """Whether the unit says something about a line; what the ledger counts, nobody types."""
    return line.kind in ("evidence", "must", "bonus", "rating") or (
        line.kind == "count" and line.metric not in METRICS
    )


def takes_points(line: Line) -> bool:
    """Whether the unit gives itself marks; those of a rating come from its ballot."""
    return is_written(line) and line.kind != "rating"


def may_write(lap: Round, entry: Entry) -> bool:
    return lap.state in RUNNING and entry.state in TO_HAND_IN


def lines_of(lap: Round) -> Sequence[Line]:
    """The lines of a round's sheet in their order. One query."""
    return db.session.scalars(
        select(Line).where(Line.scheme_id == lap.scheme_id).order_by(Line.ordinal)
    ).all()


def note(actor: Actor, entry: Entry, verb: str, **detail: object) -> None:
    record(
        actor,
        verb=verb,
        object_type="round_entry",
        object_id=entry.id,
        unit_id=entry.unit_id,
        detail={"round_id": entry.round_id, **detail},
    )


def writable(lap: Round, entry: Entry) -> None:
    if lap.state not in RUNNING:
        raise Conflict(_("This round is over; nothing of it changes any more."))
    if entry.state not in TO_HAND_IN:
        raise Conflict(_("This sheet has been handed in; it changes again when it is returned."))


def save_marks(
    actor: Actor, *, lap: Round, entry: Entry, typed: Mapping[int, TypedMark], revision: int
) -> tuple[bool, Wrong]:
    """Keep what was typed, by line, of a locked entry. Returns whether something changed, and what is wrong.

    A field that does not fit keeps its former value; all others are kept. A line that is not among `typed` stays as it
    is. Raises Conflict when somebody was faster or the sheet is closed.
    """
    writable(lap, entry)
    if entry.revision != revision:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    had = {mark.line_id: mark for mark in _marks(entry)}
    rows: list[tuple[int, Decimal, Decimal | None, str, bool]] = []
    wrong: Wrong = {}
    for line in lines_of(lap):
        given = typed.get(line.id)
        if given is None or not is_written(line):
            continue
        before = had.get(line.id)
        points, problem = _points(line, given)
        if problem:
            wrong[line.id, "points"] = problem
            points = before.self_points if before else None
        words = given.words.strip()
        if len(words) > MAX_WORDS:
            wrong[line.id, "words"] = _("At most %(n)s characters.", n=MAX_WORDS)
            words = before.self_text if before else ""
        refuse_marks(words)
        row = (line.id, line.full_marks, points, words, given.not_applicable)
        now_there = (
            (before.self_points, before.self_text, before.self_not_applicable)
            if before
            else (None, "", False)
        )
        if now_there != row[2:]:
            rows.append(row)
    if rows:
        _keep(entry, rows)
        entry.revision += 1
        db.session.flush()
        note(actor, entry, "entry.save", lines=len(rows))
    return bool(rows), wrong


def _points(line: Line, given: TypedMark) -> tuple[Decimal | None, str]:
    """The marks a unit gives itself, and what is wrong with them."""
    text = given.points.strip().replace("，", ".").replace("。", ".")
    if given.not_applicable or not takes_points(line) or not text:
        return None, ""
    try:
        points = Decimal(text)
    except InvalidOperation:
        return None, _("Type a number.")
    if not points.is_finite() or points < 0:
        return None, _("Marks cannot be below 0.")
    if points > line.full_marks:
        return None, _("At most %(n)s marks.", n=f"{line.full_marks.normalize():f}")
    if points != points.quantize(Decimal("0.01")):
        return None, _("At most two decimals.")
    if line.kind == "must" and points not in (Decimal(0), line.full_marks):
        return None, _("This line is met or not: %(n)s marks or 0.", n=f"{line.full_marks.normalize():f}")
    return points.quantize(Decimal("0.01")), ""


def _marks(entry: Entry) -> Sequence[Mark]:
    return db.session.scalars(
        select(Mark)
        .where(Mark.round_id == entry.round_id, Mark.unit_id == entry.unit_id)
        .execution_options(populate_existing=True)
    ).all()


def _keep(entry: Entry, rows: list[tuple[int, Decimal, Decimal | None, str, bool]]) -> None:
    """Write the unit's side of the marks; the reviewer's side stays. One statement."""
    types = (BigInteger, Numeric, Numeric, Text, Boolean)
    columns = [
        func.unnest(cast(literal([row[n] for row in rows], ARRAY(type_)), ARRAY(type_)))
        for n, type_ in enumerate(types)
    ]
    statement = upsert(Mark).from_select(
        ["round_id", "unit_id", "line_id", "most", "self_points", "self_text", "self_not_applicable"],
        select(literal(entry.round_id, BigInteger), literal(entry.unit_id, BigInteger), *columns),
        include_defaults=False,
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "round_id", "unit_id", "line_id"],
            set_={
                **{
                    name: statement.excluded[name]
                    for name in ("self_points", "self_text", "self_not_applicable")
                },
                "revision": Mark.revision + 1,
            },
        )
    )


def hand_in(
    actor: Actor, *, lap: Round, entry: Entry, typed: Mapping[int, TypedMark], revision: int
) -> Wrong:
    """Keep what was typed and hand the sheet in; what is missing comes back by line, and nothing is handed in.

    Handing in once more what has just been handed in does nothing. After the last day it is late, and still taken as
    long as the round is reviewed.
    """
    if entry.state == "handed_in" and entry.handed_in_by == actor.person_id and entry.revision > revision:
        return {}
    _changed, wrong = save_marks(actor, lap=lap, entry=entry, typed=typed, revision=revision)
    wrong = {**lacking(lap, entry), **wrong}
    if wrong:
        return wrong
    entry.state, entry.handed_in_by, entry.handed_in_at = "handed_in", actor.person_id, now()
    entry.revision += 1
    db.session.flush()
    note(actor, entry, "entry.hand_in", late=today() > lap.self_until)
    return {}


def lacking(lap: Round, entry: Entry) -> Wrong:
    """What keeps a sheet from being handed in, by line, in words. Three queries."""
    marks = {mark.line_id: mark for mark in _marks(entry)}
    proved = set(
        db.session.scalars(
            select(Proof.line_id).where(Proof.round_id == lap.id, Proof.unit_id == entry.unit_id).distinct()
        )
    )
    wrong: Wrong = {}
    for line in lines_of(lap):
        if not is_written(line):
            continue
        mark = marks.get(line.id)
        if mark is not None and mark.self_not_applicable:
            if not mark.self_text:
                wrong[line.id, "words"] = _("Say why this does not apply to the unit.")
        elif mark is None or mark.self_points is None:
            # A bonus is claimed or not; a rating's marks come from its ballot.
            if line.kind not in ("bonus", "rating"):
                wrong[line.id, "points"] = _("Give the unit's own marks, or ask that the line be left out.")
        elif mark.self_points > 0 and line.id not in proved and not mark.self_text:
            wrong[line.id, "proof"] = _("Show evidence for these marks, or say in words what they rest on.")
    return wrong
