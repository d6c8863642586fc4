"""An act on everybody of a filter: the set is fixed when it is confirmed, then done chunk by chunk."""

from typing import Any

from sqlalchemy import case, func, insert, literal, select, update

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict
from shared.i18n import _
from shared.jobs import Job, enqueue
from shared.members.actions.acts import ACTS, LEFT_OUT
from shared.members.jobs import BULK
from shared.members.models import BulkTarget, Membership, Person
from shared.members.queries.roster import RosterFilter, matching

#: Up to so many are done while the page waits; above it is a job.
AT_ONCE = 2_000
CHUNK = 2_000


class CountChanged(Conflict):
    """The filter holds another number of people than the one confirmed. `now` is the present number."""

    def __init__(self, seen: int, now: int) -> None:
        super().__init__(
            _("The filter held %(seen)s people when you looked and holds %(now)s now.", seen=seen, now=now)
        )
        self.now = now


def act_on_all(
    actor: Actor,
    given: RosterFilter,
    *,
    act: str,
    args: dict[str, Any],
    seen: int,
    form_key: str,
    subject: str = "",
    unit_id: int | None = None,
) -> Job:
    """Do one of ACTS to everybody of the filter in whose units the actor may edit people.

    `seen` is the number that the actor confirmed; another number now raises CountChanged and does nothing. The same
    form again gives its job. Up to AT_ONCE people it is done when this returns; above, a worker does it.
    """
    asked = db.session.execute(select(Job).where(Job.form_key == form_key)).scalar_one_or_none()
    if asked is not None:
        return asked
    job = enqueue(actor, BULK, args={"act": act, **args}, subject=subject, unit_id=unit_id, form_key=form_key)
    who = matching(actor, given, permission=Permission.MEMBER_EDIT).subquery()
    db.session.execute(
        insert(BulkTarget).from_select(
            ["job_id", "membership_id", "person_id"], select(literal(job.id), who.c.id, who.c.person_id)
        )
    )
    total = _count(job.id)
    if total != seen:
        raise CountChanged(seen, total)
    job.total_count = total
    record(
        actor,
        verb="member.bulk",
        object_type="job",
        object_id=job.id,
        unit_id=unit_id,
        detail={"what": act, "people": total},
    )
    if total <= AT_ONCE:
        while do_chunk(job.id, act, args):
            pass
        job.result = finish(actor, job.id)
        job.state, job.done_count, job.started_at, job.finished_at = "done", total, now(), now()
    return job


def _count(job_id: int) -> int:
    return int(
        db.session.scalar(select(func.count()).select_from(BulkTarget).where(BulkTarget.job_id == job_id))
        or 0
    )


def do_chunk(job_id: int, act: str, args: dict[str, Any]) -> int:
    """Do the act to the next targets without an outcome, in the running transaction; returns how many it took.

    Whatever was done before a worker died has its outcome with it, so nothing is done twice. Memberships are held
    meanwhile: who changes one of these people waits.
    """
    spec = ACTS[act]
    taken = list(
        db.session.execute(
            select(BulkTarget.id, BulkTarget.membership_id)
            .where(BulkTarget.job_id == job_id, BulkTarget.outcome.is_(None))
            .order_by(BulkTarget.id)
            .limit(CHUNK)
        )
    )
    if not taken:
        return 0
    ids = [row.id for row in taken]
    db.session.execute(
        select(Membership.id)
        .where(Membership.id.in_([row.membership_id for row in taken]))
        .order_by(Membership.id)
        .with_for_update()
    )
    rules = [("ended", Membership.until.is_not(None)), *spec.rules(args)]
    db.session.execute(
        update(BulkTarget)
        .where(
            BulkTarget.id.in_(ids),
            Membership.tenant_id == BulkTarget.tenant_id,
            Membership.id == BulkTarget.membership_id,
            Person.tenant_id == BulkTarget.tenant_id,
            Person.id == BulkTarget.person_id,
        )
        .values(outcome=case(*((condition, literal(outcome)) for outcome, condition in rules), else_="done"))
        .execution_options(synchronize_session=False)
    )
    doing = select(BulkTarget.id).where(BulkTarget.id.in_(ids), BulkTarget.outcome == "done")
    wanted = int(db.session.scalar(select(func.count()).select_from(doing.subquery())) or 0)
    if wanted and spec.do(args, doing) != wanted:
        raise RuntimeError(f"act {act} of job {job_id} did not change what it counted")
    return len(ids)


def outcomes(job_id: int) -> dict[str, int]:
    """How many targets have which outcome; '' is still to do. One query."""
    rows = db.session.execute(
        select(func.coalesce(BulkTarget.outcome, ""), func.count())
        .where(BulkTarget.job_id == job_id)
        .group_by(BulkTarget.outcome)
    )
    return {outcome: int(number) for outcome, number in rows}


def finish(actor: Actor, job_id: int) -> dict[str, Any]:
    """The result of an act that is through, and its row in the trail."""
    counted = outcomes(job_id)
    left = {key: counted[key] for key in LEFT_OUT if key in counted}
    result = {
        "asked": sum(counted.values()),
        "done": counted.get("done", 0),
        "same": counted.get("same", 0),
        "left": sum(left.values()),
        "reasons": left,
        # Some of it needs a look.
        "failed": sum(left.values()),
    }
    record(
        actor,
        verb="member.bulk_done",
        object_type="job",
        object_id=job_id,
        detail={"done": result["done"], "unchanged": result["same"], "left_out": result["left"]},
    )
    return result
