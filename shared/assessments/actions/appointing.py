"""Who reviews what in a round, and when the review begins."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.accounts.actions.telling import tell
from shared.assessments.actions.opening import note
from shared.assessments.models import Line, Reviewer, Round
from shared.assessments.queries.reviews import Candidate, review_lines
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _

#: The kind of occasion, for the composers of the worker.
OCCASION = "assessment_result"
#: Reviewers are appointed while nothing is confirmed.
APPOINTING = ("open", "review")


def appoint_for_units(
    actor: Actor, *, lap: Round, people: Sequence[Candidate], units: Sequence[tuple[int, str]]
) -> int:
    """Give whole units, (id, path), to reviewers in turn; nobody gets the own unit. Returns how many were given.

    Raises Invalid when nobody of `people` may take one of the units, with the reason. Twice gives nothing twice.
    """
    _appointing(lap)
    if not people:
        raise Invalid(_("Choose who reviews."), fields={"person_id": _("Choose who reviews.")})
    if not units:
        raise Invalid(_("No unit here is without a reviewer."))
    pairs: list[tuple[int, int]] = []
    turn = 0
    for unit_id, path in units:
        for step in range(len(people)):
            one = people[(turn + step) % len(people)]
            if one.reaches(path) and not one.owns(path):
                pairs.append((one.person_id, unit_id))
                turn = (turn + step + 1) % len(people)
                break
    if not pairs:
        raise Invalid(_refused(people, [path for _unit, path in units]))
    return _appoint(actor, lap, pairs, Reviewer.unit_id)


def appoint_for_line(actor: Actor, *, lap: Round, people: Sequence[Candidate], line: Line) -> int:
    """Give one line of all units to reviewers; own units and those outside their reach are left out as they mark."""
    _appointing(lap)
    if not people:
        raise Invalid(_("Choose who reviews."), fields={"person_id": _("Choose who reviews.")})
    if line.id not in {one.id for one in review_lines(lap.scheme_id)}:
        raise Invalid(_("This line is counted from the ledger; nobody marks it."))
    return _appoint(actor, lap, [(one.person_id, line.id) for one in people], Reviewer.line_id)


def _refused(people: Sequence[Candidate], paths: Sequence[str]) -> str:
    owners = [one.name for one in people if any(one.owns(path) for path in paths)]
    if owners:
        return _(
            "Nobody reviews the own unit: %(names)s belong to it, by membership, office or role.",
            names="、".join(owners),
        )
    return _("The right of these people to review does not reach these units.")


def _appointing(lap: Round) -> None:
    if lap.state not in APPOINTING:
        raise Conflict(_("The marks of this round stand; nobody reviews it any more."))


def _appoint(actor: Actor, lap: Round, pairs: list[tuple[int, int]], column: Any) -> int:
    made = db.session.scalars(
        insert(Reviewer)
        .from_select(
            ["round_id", "person_id", column.key],
            select(
                literal(lap.id),
                func.unnest(literal([one for one, _of in pairs], ARRAY(BigInteger))),
                func.unnest(literal([of for _one, of in pairs], ARRAY(BigInteger))),
            ),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "round_id", "person_id", "unit_id", "line_id"])
        .returning(Reviewer.person_id)
    ).all()
    if made:
        note(actor, lap, "round.appoint", people=len(set(made)), given=len(made))
        if lap.state == "review":
            _tell_reviewers(actor, lap, set(made))
    return len(made)


def dismiss(actor: Actor, *, lap: Round, person_id: int) -> int:
    """Take back everything that somebody was given in a round; marks given stand. Returns how much it was."""
    _appointing(lap)
    gone = db.session.scalars(
        delete(Reviewer)
        .where(Reviewer.round_id == lap.id, Reviewer.person_id == person_id)
        .returning(Reviewer.id)
    ).all()
    if gone:
        note(actor, lap, "round.dismiss", given=len(gone))
    return len(gone)


def _tell_reviewers(actor: Actor, lap: Round, people: set[int]) -> None:
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{lap.id}:review:{today().isoformat()}",
        detail={"round_id": lap.id, "act": "review"},
        person_ids=people,
    )


def begin_review(actor: Actor, *, lap: Round, revision: int) -> bool:
    """From now on reviewers mark; units may still hand in. The round is locked by the caller; twice does nothing."""
    if lap.state == "review":
        return False
    if lap.revision != revision:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if lap.state != "open":
        raise Conflict(_("This step cannot follow; look at the round again."))
    lap.state = "review"
    lap.revision += 1
    db.session.flush()
    note(actor, lap, "round.review")
    _tell_reviewers(
        actor,
        lap,
        set(db.session.scalars(select(Reviewer.person_id).where(Reviewer.round_id == lap.id).distinct())),
    )
    return True


def begin_due_reviews(actor: Actor) -> int:
    """Begin the review of the rounds whose days of handing in are over and that have reviewers; for the sweep."""
    due = db.session.scalars(
        select(Round)
        .where(
            Round.state == "open",
            Round.self_until < today(),
            select(literal(1)).where(Reviewer.round_id == Round.id).exists(),
        )
        .order_by(Round.id)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(begin_review(actor, lap=lap, revision=lap.revision) for lap in due)
