"""A round is reviewed: reviewers mark what was shown, and return what is not enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.assessments.actions.appointing import OCCASION
from shared.assessments.actions.opening import note
from shared.assessments.models import Entry, Line, Mark, Proof, Round
from shared.assessments.queries.reviews import may_mark, review_lines
from shared.assessments.queries.rounds import totals
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Forbidden, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _

MAX_REMARK = 1000
#: Marks are written with two places ("0e-20000" is a zero that no column can read).
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Given:
    """What a reviewer says of one line of one unit; `revision` is what was shown (0: nothing was said of it yet)."""

    unit_id: int
    line_id: int
    points: Decimal | None = None
    not_applicable: bool = False
    raised: bool = False
    remark: str = ""
    #: Of a veto: what proves it.
    proof: str = ""
    revision: int = 0

    @property
    def key(self) -> str:
        return f"{self.unit_id}-{self.line_id}"


class Overtaken(Conflict):
    """Others changed some of the lines meanwhile; `keys` says which, unit-line."""

    def __init__(self, text: str, keys: set[str]) -> None:
        super().__init__(text)
        self.keys = keys


def give_marks(actor: Actor, *, lap: Round, given: Sequence[Given]) -> int:
    """Write what a reviewer says of lines; all or nothing. Returns how many were written.

    The round is locked by the caller. Raises Invalid with `points-<unit>-<line>` or `remark-<unit>-<line>` as fields,
    Overtaken when somebody else changed one of the lines since it was shown, Forbidden for what was not given to the
    actor: the own unit never is.
    """
    if lap.state != "review":
        raise Conflict(_("This round is not under review."))
    if not given:
        return 0
    pairs = [(one.unit_id, one.line_id) for one in given]
    if may_mark(actor, lap, pairs) != set(pairs):
        raise Forbidden(_("You were not given this to review; nobody reviews the own unit."))
    lines = {line.id: line for line in review_lines(lap.scheme_id)}
    marks = _held(lap, given)
    late = {
        one.key
        for one in given
        if (held.revision if (held := marks.get((one.unit_id, one.line_id))) else 0) != one.revision
    }
    if late:
        raise Overtaken(
            _(
                "Somebody changed these lines meanwhile; what stands there now is shown beside what you typed."
            ),
            late,
        )
    _check(lap, given, lines, marks)
    _write(actor, lap, given, lines)
    _prove(actor, lap, given)
    db.session.flush()
    settle_entries(lap, sorted({one.unit_id for one in given}))
    _note_units(actor, lap, given)
    return len(given)


def _held(lap: Round, given: Sequence[Given]) -> dict[tuple[int, int], Mark]:
    rows = db.session.scalars(
        select(Mark)
        .where(
            Mark.round_id == lap.id,
            Mark.unit_id.in_({one.unit_id for one in given}),
            Mark.line_id.in_({one.line_id for one in given}),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(mark.unit_id, mark.line_id): mark for mark in rows}


def _check(
    lap: Round, given: Sequence[Given], lines: dict[int, Line], marks: dict[tuple[int, int], Mark]
) -> None:
    wrong: dict[str, object] = {}
    rows = db.session.execute(
        select(Proof.unit_id, Proof.line_id).where(
            Proof.round_id == lap.id, Proof.unit_id.in_({one.unit_id for one in given})
        )
    )
    shown = {(row.unit_id, row.line_id) for row in rows}
    for one in given:
        line = lines[one.line_id]
        mark = marks.get((one.unit_id, one.line_id))
        problem = points_problem(line, one.points)
        if problem:
            wrong[f"points-{one.key}"] = problem
        elif one.not_applicable and one.points is not None:
            wrong[f"points-{one.key}"] = _("What does not apply gets no marks.")
        said = one.remark.strip()
        own = mark.self_points if mark is not None else None
        if len(said) > MAX_REMARK or len(one.proof) > MAX_REMARK:
            wrong[f"remark-{one.key}"] = _("At most %(n)s characters.", n=MAX_REMARK)
        elif not said and (
            one.not_applicable
            or one.raised
            or (one.points is not None and own is not None and own != one.points)
        ):
            wrong[f"remark-{one.key}"] = _("Say why.")
        if one.raised and not one.proof.strip() and (one.unit_id, one.line_id) not in shown:
            wrong[f"proof-{one.key}"] = _("A veto is raised with what proves it only.")
        refuse_marks(one.remark, one.proof)
    if wrong:
        raise Invalid(_("Some lines need another look; nothing was written yet."), fields=wrong)


def points_problem(line: Line, points: Decimal | None) -> str:
    """Why a line cannot have these marks; '' where it can."""
    if points is None:
        return ""
    if line.kind == "veto":
        return _("A veto has no marks; it is raised or not.")
    if points < 0:
        return _("Marks are never below 0.")
    if points > line.full_marks:
        return _("At most %(n)s marks.", n=f"{line.full_marks.normalize():f}")
    if points != points.quantize(CENT):
        return _("At most two places after the point.")
    if line.kind == "must" and points not in (0, line.full_marks):
        return _("A must has full marks or none.")
    return ""


def _write(actor: Actor, lap: Round, given: Sequence[Given], lines: dict[int, Line]) -> None:
    """All lines by one statement."""
    on = now()
    statement = insert(Mark).values(
        [
            {
                "round_id": lap.id,
                "unit_id": one.unit_id,
                "line_id": one.line_id,
                "most": lines[one.line_id].full_marks,
                "points": None if one.points is None else one.points.quantize(CENT),
                "not_applicable": one.not_applicable,
                "raised": one.raised and lines[one.line_id].kind == "veto",
                "remark": one.remark.strip(),
                "given_by": actor.person_id,
                "given_at": on,
            }
            for one in given
        ]
    )
    changed = {
        name: statement.excluded[name]
        for name in ("points", "not_applicable", "raised", "remark", "given_by", "given_at")
    }
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "round_id", "unit_id", "line_id"],
            # A mark typed over what a ballot gave is no ballot's any more.
            set_={**changed, "poll_id": None, "revision": Mark.revision + 1},
        )
    )
    db.session.expire_all()


def _prove(actor: Actor, lap: Round, given: Sequence[Given]) -> None:
    rows = [
        {
            "round_id": lap.id,
            "unit_id": one.unit_id,
            "line_id": one.line_id,
            "note": one.proof.strip(),
            "added_by": actor.person_id,
            "form_key": f"veto:{lap.id}:{one.key}:{one.revision}",
        }
        for one in given
        if one.raised and one.proof.strip()
    ]
    if rows:
        db.session.execute(
            insert(Proof).values(rows).on_conflict_do_nothing(index_elements=["tenant_id", "form_key"])
        )


def settle_entries(lap: Round, unit_ids: Sequence[int]) -> None:
    """What was handed in is reviewed when no line of it waits any more, and is not when one waits again."""
    sums = totals(lap, unit_ids=unit_ids)
    for had, has, ready in (
        ("handed_in", "reviewed", sums.c.waits == 0),
        ("reviewed", "handed_in", sums.c.waits > 0),
    ):
        db.session.execute(
            update(Entry)
            .where(
                Entry.round_id == lap.id,
                Entry.state == had,
                Entry.unit_id.in_(select(sums.c.unit_id).where(ready)),
            )
            .values(state=has),
            execution_options={"synchronize_session": False},
        )


def _note_units(actor: Actor, lap: Round, given: Sequence[Given]) -> None:
    for unit_id in sorted({one.unit_id for one in given}):
        of = [one for one in given if one.unit_id == unit_id]
        record(
            actor,
            verb="round.mark",
            object_type="round",
            object_id=lap.id,
            unit_id=unit_id,
            detail={"lines": len(of), "raised": sum(one.raised for one in of)},
        )


def return_entry(actor: Actor, *, lap: Round, entry: Entry, remark: str, revision: int) -> None:
    """Give what a unit handed in back to it, with what is missing; the unit is told. Locked by the caller.

    Who may: whoever was given a line of the unit. Marks given so far stand until they are given anew.
    """
    if lap.state != "review":
        raise Conflict(_("This round is not under review."))
    mine = [(entry.unit_id, line.id) for line in review_lines(lap.scheme_id)]
    if not may_mark(actor, lap, mine):
        raise Forbidden(_("You were not given this to review; nobody reviews the own unit."))
    if entry.revision != revision or entry.state not in ("handed_in", "reviewed"):
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    remark = remark.strip()
    if not remark:
        raise Invalid(_("Say what is missing."), fields={"remark": _("Say what is missing.")})
    if len(remark) > MAX_REMARK:
        problem = _("At most %(n)s characters.", n=MAX_REMARK)
        raise Invalid(problem, fields={"remark": problem})
    refuse_marks(remark)
    entry.state, entry.remark = "returned", remark
    entry.revision += 1
    db.session.flush()
    note(actor, lap, "round.return", unit_id=entry.unit_id)
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{lap.id}:return:{entry.id}:{entry.revision}",
        detail={"round_id": lap.id, "act": "return", "entry_id": entry.id},
        person_ids=answering_for(entry.unit_id) - {actor.person_id},
    )
