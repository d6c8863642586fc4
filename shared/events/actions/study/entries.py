"""Hours that somebody enters for themselves, and hours of several people from a list; signing what waits."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select, text, update

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.actions.study.checks import MOST, Signed, check
from shared.events.kinds import MAX_TEXT
from shared.events.marks import refuse_marks
from shared.events.models import StudyHours
from shared.events.study import MOST_A_DAY
from shared.i18n import _
from shared.members.models import Membership, Person
from shared.organisations.models import Unit


def unit_on(person_id: int, on: date) -> int | None:
    """The unit to which somebody belonged on that day, the Party's first."""
    return db.session.scalar(
        select(Membership.unit_id)
        .where(
            Membership.person_id == person_id,
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until >= on),
        )
        .order_by(Membership.kind, Membership.since.desc(), Membership.id.desc())
        .limit(1)
    )


def _taken(person_id: int, on: date) -> Decimal:
    """Hours of the day that stand already, signed or asked."""
    return db.session.scalar(
        select(func.coalesce(func.sum(StudyHours.hours), 0)).where(
            StudyHours.person_id == person_id, StudyHours.on_date == on, StudyHours.state != "refused"
        )
    ) or Decimal(0)


def enter_own(
    actor: Actor, *, on_date: date | None, form: str, hours: Decimal | None, subject: str, form_key: str
) -> StudyHours:
    """Somebody's own study; it counts once the organiser has signed. The same form again is the same entry."""
    if actor.person_id is None or not form_key:
        raise Invalid(_("This needs a place in an organisation."))
    # Two entries of one person at once come one after the other, so that the day's sum is true and a form sent twice
    # is seen.
    db.session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update(key_share=True))
    known = db.session.execute(
        select(StudyHours).where(StudyHours.form_key == form_key, StudyHours.person_id == actor.person_id)
    ).scalar_one_or_none()
    if known is not None:
        return known
    clean = check(form, hours, subject, on_date)
    day = on_date or today()
    unit_id = unit_on(actor.person_id, day)
    if unit_id is None:
        problem = _("You belonged to no unit on that day.")
        raise Invalid(problem, fields={"on_date": problem})
    taken = _taken(actor.person_id, day)
    if taken + clean > MOST_A_DAY:
        problem = _("%(taken)s hours stand on that day already; a day has 24.", taken=str(taken))
        raise Invalid(problem, fields={"hours": problem})
    entry = StudyHours(
        person_id=actor.person_id,
        unit_id=unit_id,
        on_date=day,
        form=form,
        hours=clean,
        subject=subject.strip(),
        entered_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(entry)
    db.session.flush()
    record(
        actor,
        verb="study.enter",
        object_type="study_hours",
        object_id=entry.id,
        unit_id=unit_id,
    )
    return entry


def withdraw_own(actor: Actor, *, entry: StudyHours) -> None:
    """Take back an own entry that nobody has signed yet."""
    if entry.state != "asked":
        raise Conflict(_("This entry has been decided; tell your secretary."))
    record(
        actor,
        verb="study.withdraw",
        object_type="study_hours",
        object_id=entry.id,
        unit_id=entry.unit_id,
    )
    db.session.delete(entry)
    db.session.flush()


_ENTER = text(
    "with named as (select p.person_id, coalesce((select sum(h.hours) from study_hours h"
    "  where h.person_id = p.person_id and h.on_date = :on and h.state <> 'refused' and h.form_key <> :key), 0)"
    "  as taken from unnest(cast(:people as bigint[])) as p (person_id)),"
    " written as (insert into study_hours (person_id, unit_id, on_date, form, hours, subject, state,"
    "  entered_by, decided_by, decided_at, form_key)"
    # Nobody signs their own hours: they wait for another keeper or the superior.
    "  select person_id, :unit_id, :on, :form, :hours, :subject, case when own then 'asked' else 'signed' end, :by,"
    "  case when not own then cast(:by as bigint) end, case when not own then cast(:at as timestamptz) end, :key"
    "  from (select *, person_id is not distinct from cast(:by as bigint) as own from named) as n"
    "  where taken + :hours <= 24"
    "  on conflict (tenant_id, form_key, person_id) do nothing returning state)"
    " select (select count(*) from written where state = 'signed'),"
    " (select count(*) from named where taken + :hours > 24),"
    " (select count(*) from written where state = 'asked')"
)


def enter_for(
    actor: Actor,
    *,
    unit: Unit,
    person_ids: Sequence[int],
    on_date: date | None,
    form: str,
    hours: Decimal | None,
    subject: str,
    form_key: str,
) -> Signed:
    """Hours of several people of a unit, studied without a record of the unit (a course of the superior); signed, but
    the acting person's own.

    Raises Invalid where somebody named did not belong to the unit on that day.
    """
    clean = check(form, hours, subject, on_date)
    day = on_date or today()
    wanted = sorted(set(person_ids))
    if not wanted:
        raise Invalid(_("Tick who took part."), fields={"person": _("Tick who took part.")})
    known = db.session.scalars(
        select(Membership.person_id)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .where(
            Membership.unit_id == unit.id,
            Membership.person_id.in_(wanted),
            Person.state != "removed",
            Membership.since <= day,
            or_(Membership.until.is_(None), Membership.until >= day),
        )
    ).all()
    if len(wanted) > MOST or set(known) != set(wanted):
        problem = _("Somebody ticked does not belong to this unit on that day.")
        raise Invalid(problem, fields={"person": problem})
    values: dict[str, Any] = {
        "people": wanted,
        "unit_id": unit.id,
        "on": day,
        "form": form,
        "hours": clean,
        "subject": subject.strip(),
        "by": actor.person_id,
        "at": now(),
        "key": form_key or f"list:{now().timestamp()}",
    }
    written, full, own = db.session.execute(_ENTER, values).one()
    if written or own:
        record(
            actor,
            verb="study.enter_for",
            object_type="unit",
            object_id=unit.id,
            unit_id=unit.id,
            detail={"people": written + own, "left_out": full},
        )
    return Signed(written, full, own)


def decide(actor: Actor, *, entry_ids: Sequence[int], sign: bool, remark: str = "") -> tuple[int, int]:
    """Sign or refuse entries that wait, many at once; returns how many, and how many own ones were left to another.

    Raises Invalid for a refusal without a reason, Conflict where something no longer waits or lies outside the reach.
    """
    wanted = sorted(set(entry_ids))[:MOST]
    if not wanted:
        raise Invalid(_("Tick at least one line."))
    if not sign and not remark.strip():
        raise Invalid(_("Say why it is refused."), fields={"remark": _("Say why it is refused.")})
    refuse_marks(remark)
    found = db.session.execute(
        select(StudyHours.id, StudyHours.unit_id, StudyHours.person_id)
        .join(Unit, and_(Unit.tenant_id == StudyHours.tenant_id, Unit.id == StudyHours.unit_id))
        .where(
            StudyHours.id.in_(wanted),
            StudyHours.state == "asked",
            reach_filter(actor, Permission.DUTY_RECORD, Unit.path),
        )
        .with_for_update(of=StudyHours.__table__)
    ).all()
    if len(found) != len(wanted):
        raise Conflict(_("Some of these were decided in the meantime; look at the list again."))
    mine = [row for row in found if row.person_id == actor.person_id]
    others = [row.id for row in found if row.person_id != actor.person_id]
    if not others:
        raise Conflict(_("Your own hours are signed by somebody else: another keeper or the superior."))
    db.session.execute(
        update(StudyHours)
        .where(StudyHours.id.in_(others))
        .values(
            state="signed" if sign else "refused",
            remark=None if sign else remark.strip()[:MAX_TEXT],
            decided_by=actor.person_id,
            decided_at=now(),
        )
        .execution_options(synchronize_session=False)
    )
    units = {row.unit_id for row in found}
    record(
        actor,
        verb="study.sign" if sign else "study.refuse",
        object_type="unit",
        object_id=next(iter(units)) if len(units) == 1 else None,
        unit_id=next(iter(units)) if len(units) == 1 else None,
        detail={"lines": len(others)},
    )
    return len(others), len(mine)
