"""A fixed day each month: it makes the meetings of the months ahead, each once."""

import calendar
from datetime import date, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import SYSTEM, Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.actions.meetings import Planned, cancel_meeting, check_plan, invite, tell_invited
from shared.events.models import Meeting, Series
from shared.i18n import _
from shared.organisations.models import Unit

#: Months for which a fixed day makes its meetings, this one included.
MONTHS_AHEAD = 3
#: So long before its day the meeting of a fixed day is told.
NOTICE = timedelta(days=10)


def day_in(year: int, month: int, day: int) -> date:
    """The day in a month, or the month's last one."""
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def start_series(
    actor: Actor,
    *,
    unit: Unit,
    kind: str,
    day: int,
    given: Planned,
    form_key: str,
) -> Series:
    """Hold a kind of event on the same day each month from `given.on_date` on; the one before ends.

    Meetings stand MONTHS_AHEAD ahead at once, further ones come by night. Raises Invalid with the wrong fields.
    """
    known = db.session.execute(select(Series).where(Series.form_key == form_key)).scalar_one_or_none()
    if known is not None:
        return known
    if not 1 <= day <= 31:
        raise Invalid(_("A day from 1 to 31."), fields={"day": _("A day from 1 to 31.")})
    values = check_plan(unit, kind, given)
    for former in db.session.scalars(
        select(Series).where(Series.unit_id == unit.id, Series.kind == kind, Series.until.is_(None))
    ):
        stop_series(actor, series=former)
    db.session.flush()
    series = Series(
        unit_id=unit.id,
        kind=kind,
        title=values["title"],
        day=day,
        starts_at=values["starts_at"],
        ends_at=values["ends_at"],
        place=values["place"],
        chair_id=values["chair_id"],
        since=given.on_date,
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(series)
    db.session.flush()
    carry_on(series)
    record(
        actor,
        verb="meeting.series",
        object_type="unit",
        object_id=unit.id,
        unit_id=unit.id,
        detail={"kind": kind, "day": day},
    )
    return series


def stop_series(actor: Actor, *, series: Series) -> int:
    """End a fixed day: what it planned from tomorrow on is called off. Returns how many meetings."""
    if series.until is not None:
        raise Conflict(_("This fixed day has ended already."))
    on = today()
    series.until = max(on, series.since)
    off = 0
    for meeting in db.session.scalars(
        select(Meeting).where(
            Meeting.series_id == series.id, Meeting.state == "planned", Meeting.on_date > on
        )
    ).all():
        cancel_meeting(
            actor, meeting=meeting, reason=str(_("The fixed day was changed.")), version=meeting.version
        )
        off += 1
    record(
        actor,
        verb="meeting.series_end",
        object_type="unit",
        object_id=series.unit_id,
        unit_id=series.unit_id,
        detail={"kind": series.kind, "people": off},
    )
    return off


def carry_on(series: Series) -> int:
    """Make the meetings that a fixed day still owes for the months ahead; each month once, however often it runs."""
    on = today()
    made = 0
    year, month = on.year, on.month
    for _step in range(MONTHS_AHEAD):
        day = day_in(year, month, series.day)
        if day >= max(on, series.since):
            made += _month(series, day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return made


def _month(series: Series, day: date) -> int:
    statement = insert(Meeting).values(
        unit_id=series.unit_id,
        kind=series.kind,
        title=series.title,
        on_date=day,
        starts_at=series.starts_at,
        ends_at=series.ends_at,
        place=series.place,
        chair_id=series.chair_id,
        series_id=series.id,
        month=day.isoformat()[:7],
        created_by=series.created_by,
        form_key=f"series:{series.id}:{day.isoformat()[:7]}",
    )
    key = db.session.scalar(
        statement.on_conflict_do_nothing(index_elements=["tenant_id", "series_id", "month"]).returning(
            Meeting.id
        )
    )
    if key is None:
        return 0
    meeting = db.session.execute(select(Meeting).where(Meeting.id == key)).scalar_one()
    invite(meeting)
    _tell_in_time(meeting)
    return 1


def _tell_in_time(meeting: Meeting) -> None:
    """Invite by message once it is near: nobody wants three months of invitations in one morning."""
    if meeting.on_date <= today() + NOTICE:
        tell_invited(SYSTEM, meeting, "invited")


def carry_all_on() -> int:
    """The night's part: fixed days, newcomers, units that are no more. Returns how many meetings are new."""
    made = 0
    db.session.execute(
        update(Meeting)
        .where(
            Meeting.state == "planned",
            exists(
                select(1).where(
                    Unit.tenant_id == Meeting.tenant_id, Unit.id == Meeting.unit_id, Unit.state == "dissolved"
                )
            ),
        )
        .values(state="cancelled", cancel_reason=str(_("The unit was dissolved.")))
        .execution_options(synchronize_session=False)
    )
    living = db.session.scalars(
        select(Series)
        .join(Unit, (Unit.tenant_id == Series.tenant_id) & (Unit.id == Series.unit_id))
        .where(Series.until.is_(None), Unit.state == "active")
        .order_by(Series.id)
    ).all()
    for series in living:
        made += carry_on(series)
    for meeting in db.session.scalars(
        select(Meeting).where(Meeting.state == "planned", Meeting.on_date >= today()).order_by(Meeting.id)
    ).all():
        invite(meeting)
        _tell_in_time(meeting)
    return made
