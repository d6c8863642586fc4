"""Units of a round get their grades: by the rule of its scheme, or by hand with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Text, and_, case, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.access.actor import Actor
from shared.assessments.grades import LEVELS, Grading, Standing, grade_units, grading_of
from shared.assessments.models import Entry, Honour, Round, Scheme
from shared.assessments.queries.reviews import belongs_to
from shared.assessments.queries.rounds import totals
from shared.audit import record
from shared.db import db
from shared.duties.periods import months_after
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _

#: A round in these states has grades that may still change.
GRADED = ("confirmed", "published")
MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Regraded:
    """A unit whose grade is another one than before."""

    unit_id: int
    before: str | None
    after: str | None


def grading_of_round(lap: Round) -> Grading | None:
    """The ladder of the version of the scheme that the round began with; None: its scheme gives no grades."""
    return grading_of(db.session.scalar(select(Scheme.grading).where(Scheme.id == lap.scheme_id)) or {})


def standings(lap: Round, grading: Grading) -> list[Standing]:
    """What every unit of a confirmed round brings: rate and veto as they were confirmed, its highest honour of the
    ladder's years, its bonus. One query."""
    since = months_after(lap.ends_on, -12 * grading.honour_years)
    place = case({level: number for number, level in enumerate(LEVELS)}, value=Honour.level)
    highest = (
        select(Honour.level)
        .where(
            Honour.tenant_id == Entry.tenant_id,
            Honour.unit_id == Entry.unit_id,
            Honour.granted_on > since,
            Honour.granted_on <= lap.ends_on,
            Honour.level.in_(list(grading.honours or {})),
        )
        .order_by(place)
        .limit(1)
        .scalar_subquery()
    )
    statement = select(
        Entry.unit_id,
        Entry.rate,
        Entry.vetoed,
        highest,
        literal(0),
        case((Entry.graded_by.is_not(None), Entry.grade)),
    ).where(Entry.round_id == lap.id)
    if any(step.needs == "bonus" for step in grading.steps):
        sums = totals(lap)
        statement = statement.join(sums, sums.c.unit_id == Entry.unit_id, isouter=True).with_only_columns(
            *statement.selected_columns[:4], func.coalesce(sums.c.bonus, 0), statement.selected_columns[5]
        )
    return [Standing(*row) for row in db.session.execute(statement)]


def grade_round(lap: Round) -> Sequence[Regraded]:
    """Give every unit of a round its grade by the scheme's ladder; returns those whose grade is another than before.

    Called where a round is confirmed and after an appeal was upheld, inside that transaction, when the entries hold
    their rates. What was given by hand stays and takes its place of the quota. Twice changes nothing the second time.
    """
    grading = grading_of_round(lap)
    if grading is None:
        return []
    given = standings(lap, grading)
    grades = grade_units(given, grading)
    by_hand = {each.unit_id for each in given if each.by_hand is not None}
    keys = [unit_id for unit_id in grades if unit_id not in by_hand]
    rows = select(
        _column(keys, BigInteger, "unit_id"),
        _column([grades[key].key for key in keys], Text, "grade"),
        _column([grades[key].why for key in keys], JSONB, "why"),
    ).subquery("given")
    before = {
        row.unit_id: row.grade
        for row in db.session.execute(select(Entry.unit_id, Entry.grade).where(Entry.round_id == lap.id))
    }
    db.session.execute(
        update(Entry)
        .where(
            Entry.round_id == lap.id,
            Entry.unit_id == rows.c.unit_id,
            # What stays as it is is not written.
            (Entry.grade.is_distinct_from(rows.c.grade)) | (Entry.grade_why != rows.c.why),
        )
        .values(grade=rows.c.grade, grade_why=rows.c.why, grade_reason="", revision=Entry.revision + 1)
        .execution_options(synchronize_session="fetch")
    )
    return [
        Regraded(key, before.get(key), grades[key].key) for key in keys if before.get(key) != grades[key].key
    ]


def _column(values: list[Any], type_: Any, name: str) -> Any:
    """One column of rows that are sent along as arrays."""
    return func.unnest(cast(literal(values, ARRAY(type_)), ARRAY(type_))).label(name)


def grade_by_hand(
    actor: Actor, *, lap: Round, unit_id: int, grade: str, reason: str, revision: int
) -> Sequence[Regraded]:
    """One unit's grade, other than the rule gives it, for a reason that the unit reads; '' gives it back to the rule.

    The rule then runs again for all: a place taken or freed by hand counts for the others. Raises Conflict before the
    round is confirmed, once it is final and where somebody else changed the entry since; Invalid for a grade that the
    ladder does not have, or without a reason. `lap` is locked by the caller.
    """
    grading = grading_of_round(lap)
    if lap.state not in GRADED:
        raise Conflict(_("A grade is given between confirming a round and its end."))
    if grading is None:
        raise Conflict(_("The scheme of this round gives no grades."))
    if belongs_to(actor.person_id, unit_id):
        raise Conflict(_("You belong to this unit; somebody else gives it a grade."))
    entry = db.session.scalars(
        select(Entry)
        .where(and_(Entry.round_id == lap.id, Entry.unit_id == unit_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if entry.revision != revision:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    reason = reason.strip()
    wrong: dict[str, object] = {}
    if grade and grading.step(grade) is None:
        wrong["grade"] = _("Choose one of the list.")
    if not reason:
        wrong["reason"] = _("Fill this in.")
    elif len(reason) > MAX_REASON:
        wrong["reason"] = _("At most %(n)s characters.", n=MAX_REASON)
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(reason)
    before = entry.grade
    entry.grade_reason = reason if grade else ""
    entry.graded_by = actor.person_id if grade else None
    entry.grade_why = {"code": "by_hand"} if grade else {}
    entry.grade = grade or entry.grade
    entry.revision += 1
    db.session.flush()
    others = [each for each in grade_round(lap) if each.unit_id != unit_id]
    db.session.refresh(entry)
    record(
        actor,
        verb="round.grade",
        object_type="round",
        object_id=lap.id,
        unit_id=unit_id,
        detail={"before": before or "", "after": entry.grade or "", "by_hand": bool(grade)},
    )
    return [Regraded(unit_id, before, entry.grade), *others]
