"""After an appraisal the committee gives each person a grade, and tells each the own one. Nobody is ranked."""

from collections.abc import Mapping
from fractions import Fraction

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.accounts.actions.telling import tell
from shared.audit import record
from shared.ballots.kinds import ballot_kinds
from shared.ballots.models import Poll, PollGrade
from shared.ballots.queries.grades import grades_of, to_grade
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _

#: The kind of occasion, for the composers of the worker.
OCCASION = "grade"
MAX_REMARK = 200


def _graded(poll: Poll) -> None:
    if not ballot_kinds()[poll.kind].cap or poll.kind != "appraisal":
        raise Conflict(_("After this vote nobody is graded."))
    if poll.state not in ("closed", "published"):
        raise Conflict(_("This vote is not closed."))


def most_of_the_best(poll: Poll, people: int) -> int:
    """At most so many of `people` may get the best grade: the kind's part of them, rounded down (domain facts §6)."""
    return int(Fraction(ballot_kinds()[poll.kind].cap) * people)


def put_grades(actor: Actor, *, poll: Poll, given: Mapping[int, tuple[str, str]]) -> int:
    """Keep what the committee decided: person → (grade, remark); '' takes a grade back. Returns how many changed.

    What a person was told stands. Raises Invalid for a grade that is none, for somebody who was not appraised, and for
    more of the best grade than the rule allows; Conflict while the vote is open.
    """
    _graded(poll)
    kind = ballot_kinds()[poll.kind]
    people = {person_id for person_id, _name in to_grade(poll)}
    known = grades_of(poll.id)
    if not set(given) <= people or any(
        grade and grade not in kind.choices for grade, _text in given.values()
    ):
        raise Invalid(_("Choose one of the list."))
    after = {person_id: row.grade for person_id, row in known.items()}
    after |= {person_id: grade for person_id, (grade, _text) in given.items() if not _told(known, person_id)}
    for _grade, remark in given.values():
        if len(remark.strip()) > MAX_REMARK:
            raise Invalid(_("At most %(n)s characters.", n=MAX_REMARK))
        refuse_marks(remark)
    best = sum(1 for grade in after.values() if grade == kind.choices[0])
    most = most_of_the_best(poll, len(people))
    if best > most:
        raise Invalid(
            _(
                "%(n)s are given the best grade; of %(people)s members at most %(most)s may be.",
                n=best,
                people=len(people),
                most=most,
            )
        )
    changed = 0
    for person_id, (grade, remark) in sorted(given.items()):
        before = known.get(person_id)
        text = " ".join(remark.split())
        if _told(known, person_id) or (before.grade if before else "", before.remark if before else "") == (
            grade,
            text,
        ):
            continue
        if not grade:
            if before is None:
                continue
            db.session.delete(before)
        else:
            values = {
                "grade": grade,
                "remark": text,
                "decided_by": actor.person_id,
                "decided_on": today(),
            }
            db.session.execute(
                insert(PollGrade)
                .values(poll_id=poll.id, person_id=person_id, **values)
                .on_conflict_do_update(
                    index_elements=["tenant_id", "poll_id", "person_id"],
                    set_=values,
                    where=PollGrade.told_on.is_(None),
                )
            )
        changed += 1
    if changed:
        db.session.flush()
        record(
            actor,
            verb="ballot.grade",
            object_type="poll",
            object_id=poll.id,
            unit_id=poll.unit_id,
            detail={"count": changed},
        )
    return changed


def _told(known: Mapping[int, PollGrade], person_id: int) -> bool:
    return person_id in known and known[person_id].told_on is not None


def tell_grades(actor: Actor, *, poll: Poll) -> int:
    """Tell each person the own grade, once; returns how many. Raises Conflict while somebody has none."""
    _graded(poll)
    known = grades_of(poll.id)
    missing = [name for person_id, name in to_grade(poll) if person_id not in known]
    if missing:
        raise Conflict(
            _("%(n)s have no grade yet: %(names)s", n=len(missing), names=_(", ").join(missing[:10]))
        )
    fresh = [person_id for person_id, row in known.items() if row.told_on is None]
    if not fresh:
        return 0
    db.session.execute(
        update(PollGrade)
        .where(PollGrade.poll_id == poll.id, PollGrade.person_id.in_(fresh))
        .values(told_on=today())
        .execution_options(synchronize_session=False)
    )
    tell(
        actor,
        kind=OCCASION,
        key=f"{OCCASION}:{poll.id}",
        detail={"poll_id": poll.id},
        person_ids=fresh,
    )
    record(
        actor,
        verb="ballot.grades_told",
        object_type="poll",
        object_id=poll.id,
        unit_id=poll.unit_id,
        detail={"count": len(fresh)},
    )
    return len(fresh)
