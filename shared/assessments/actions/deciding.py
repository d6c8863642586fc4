"""A round comes to its result: confirmed, made known to the units, final."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import case, func, select, true, update

from shared.access.actor import Actor
from shared.accounts.actions.telling import answering_for, tell
from shared.assessments.actions.appointing import OCCASION
from shared.assessments.actions.counting import score_units
from shared.assessments.actions.grading import grade_round
from shared.assessments.actions.opening import note
from shared.assessments.models import Appeal, Entry, Round
from shared.assessments.queries.board import stale_since
from shared.assessments.queries.reviews import marked_by, returned_units, waiting_total
from shared.assessments.queries.rounds import totals
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit

_LAST = date(2199, 12, 31)


def _still(lap: Round, revision: int, state: str) -> None:
    if lap.revision != revision:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    if lap.state != state:
        raise Conflict(_("This step cannot follow; look at the round again."))


def confirm_round(actor: Actor, *, lap: Round, revision: int) -> bool:
    """Let the marks stand: what each unit had, could have, its rate and grade; counted no more. Locked by the caller.

    Raises Conflict while lines wait for a reviewer or a returned unit has time left, and where one person alone gave
    all marks and would confirm them too. Twice does nothing.
    """
    if lap.state == "confirmed":
        return False
    _still(lap, revision, "review")
    open_lines = waiting_total(lap)
    if open_lines:
        raise Conflict(_("%(n)s lines still wait for a reviewer.", n=open_lines))
    if today() <= lap.review_until and (back := returned_units(lap)):
        raise Conflict(
            _("These units were returned and have not handed in again: %(names)s", names="、".join(back[:8]))
        )
    if marked_by(lap) == {actor.person_id}:
        raise Conflict(_("You gave all the marks of this round yourself; somebody else confirms them."))
    # What changed in the ledger within the last minute counts too.
    changed = stale_since(lap.swept_at)
    if changed is None or changed:
        score_units(actor, year=lap.starts_on.year, unit_ids=changed, lap=lap)
    lap.swept_at = now()
    write_totals(lap)
    lap.state, lap.confirmed_by, lap.confirmed_at = "confirmed", actor.person_id, now()
    lap.revision += 1
    db.session.flush()
    grade_round(lap)
    note(actor, lap, "round.confirm")
    return True


def write_totals(lap: Round, *, unit_ids: list[int] | None = None) -> None:
    """Write down what units came to, by one statement: all of the round, or some.

    As it is confirmed a unit that was dissolved has no rate any more, and so no place in a quota; what is dissolved
    later keeps what it had.
    """
    db.session.flush()
    sums = totals(lap, unit_ids=unit_ids)
    standing = (
        true()
        if unit_ids is not None
        else select(Unit.id).where(Unit.id == Entry.unit_id, Unit.state == "active").exists()
    )
    db.session.execute(
        update(Entry)
        .where(Entry.round_id == lap.id, Entry.unit_id == sums.c.unit_id)
        .values(
            earned=case((standing, sums.c.earned)),
            possible=case((standing, sums.c.possible)),
            rate=case((standing, sums.c.rate)),
            vetoed=sums.c.vetoed,
            revision=Entry.revision + 1,
        ),
        execution_options={"synchronize_session": False},
    )
    db.session.expire_all()


def reopen_round(actor: Actor, *, lap: Round, revision: int) -> bool:
    """Back from confirmed to review, before anybody outside saw it; counted again. Twice does nothing."""
    if lap.state == "review":
        return False
    _still(lap, revision, "confirmed")
    lap.state, lap.confirmed_by, lap.confirmed_at, lap.swept_at = "review", None, None, None
    lap.revision += 1
    db.session.flush()
    note(actor, lap, "round.reopen")
    return True


def publish_round(actor: Actor, *, lap: Round, appeal_until: date | None, revision: int) -> bool:
    """Let the units see their results, and appeal until a day; they are told. Twice does nothing.

    Raises Invalid with the field `appeal_until`.
    """
    if lap.state == "published":
        return False
    _still(lap, revision, "confirmed")
    first = max(today(), lap.review_until)
    if appeal_until is None or not first <= appeal_until <= _LAST:
        problem = _(
            "Give the units time to appeal: this day cannot be before %(day)s.", day=first.isoformat()
        )
        raise Invalid(problem, fields={"appeal_until": problem})
    lap.state, lap.published_at, lap.appeal_until = "published", now(), appeal_until
    lap.revision += 1
    db.session.flush()
    note(actor, lap, "round.publish")
    tell_of(actor, lap, _units(lap), act="publish")
    return True


def _units(lap: Round) -> list[int]:
    return list(db.session.scalars(select(Entry.unit_id).where(Entry.round_id == lap.id)))


def tell_of(actor: Actor, lap: Round, unit_ids: Iterable[int], *, act: str, **detail: Any) -> int:
    """Whoever answers for the units is told of an act of the round, once for each act and `detail`."""
    return tell(
        actor,
        kind=OCCASION,
        key=":".join([OCCASION, str(lap.id), act, *(str(one) for one in detail.values())]),
        detail={"round_id": lap.id, "act": act, **detail},
        person_ids=answering_for(*unit_ids) - {actor.person_id},
    )


def open_appeals(lap: Round) -> int:
    return (
        db.session.scalar(select(func.count()).where(Appeal.round_id == lap.id, Appeal.state == "open")) or 0
    )


def finish_round(actor: Actor, *, lap: Round, revision: int) -> bool:
    """Nothing of the round changes any more. Raises Conflict while an appeal is open or may still come."""
    if lap.state == "final":
        return False
    _still(lap, revision, "published")
    if waiting := open_appeals(lap):
        raise Conflict(_("%(n)s appeals are not answered yet.", n=waiting))
    if today() <= lap.appeal_until:
        raise Conflict(_("Units may appeal until %(day)s.", day=lap.appeal_until.isoformat()))
    lap.state, lap.final_at = "final", now()
    lap.revision += 1
    db.session.flush()
    note(actor, lap, "round.final")
    return True
