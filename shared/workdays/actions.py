"""A tenant's corrections of the calendar of the state."""

from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from shared.access.actor import Actor
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.workdays.models import Workday

#: A remark is one line; a tenant corrects days, it does not write a calendar of its own.
REMARK, MOST = 100, 1000
#: Years that a correction may lie in.
YEARS = (2000, 2100)


def correct_day(actor: Actor, *, on: date, worked: bool, remark: str = "") -> int:
    """Say of one day that it is worked, or not; said again, the later word holds. Returns its key.

    Raises Invalid for a day far off or a remark too long, Conflict where there are MOST of them.
    """
    text = " ".join(remark.split())
    if not YEARS[0] <= on.year <= YEARS[1]:
        wrong = _("A day from %(first)s to %(last)s.", first=YEARS[0], last=YEARS[1])
        raise Invalid(wrong, fields={"on_date": wrong})
    if len(text) > REMARK:
        wrong = _("At most %(n)s characters.", n=REMARK)
        raise Invalid(wrong, fields={"remark": wrong})
    known = db.session.scalar(select(Workday.id).where(Workday.on_date == on))
    if known is None and (db.session.scalar(select(func.count(Workday.id))) or 0) >= MOST:
        raise Conflict(_("There are %(n)s corrections already; take away those of years past.", n=MOST))
    statement = insert(Workday).values(on_date=on, worked=worked, remark=text)
    key = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Workday.tenant_id, Workday.on_date],
            set_={"worked": statement.excluded.worked, "remark": statement.excluded.remark},
        ).returning(Workday.id)
    ).scalar_one()
    record(
        actor,
        verb="workday.correct",
        object_type="workday",
        object_id=key,
        detail={"day": on.isoformat(), "worked": worked},
    )
    return key


def drop_correction(actor: Actor, *, on: date) -> bool:
    """Take a correction away: the calendar of the state holds again. False where there is none (any more)."""
    key = db.session.execute(
        delete(Workday).where(Workday.on_date == on).returning(Workday.id)
    ).scalar_one_or_none()
    if key is None:
        return False
    record(
        actor,
        verb="workday.drop",
        object_type="workday",
        object_id=key,
        detail={"day": on.isoformat()},
    )
    return True
