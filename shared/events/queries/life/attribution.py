"""Who gave a lecture, where the record names the lecturer in words.

The chair, where the record names the chair (or nobody) as lecturer; else whoever of the unit bears the name, if it is
one person's only; else, where nobody of the unit bears it, the one holder of such an office in the tenant who does.
A name that two bear counts for nobody (docs/adr/0022).
"""

from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import aliased

from shared.members.models import Membership, Person, Post


def _of_unit(lecture: CTE, name: Any, *, person_id: Any = None, but: Any = None) -> ColumnElement[bool]:
    """Somebody of the lecture's unit bears the name: that person, or another one."""
    person, belongs, post = aliased(Person), aliased(Membership), aliased(Post)
    conditions = [person.name == name, person.state != "removed"]
    if person_id is not None:
        conditions.append(person.id == person_id)
    if but is not None:
        conditions.append(person.id != but)

    def on_the_day(held: Any) -> ColumnElement[bool]:
        return exists(
            select(1)
            .select_from(held)
            .join(person, and_(person.tenant_id == held.tenant_id, person.id == held.person_id))
            .where(
                held.tenant_id == lecture.c.tenant_id,
                held.unit_id == lecture.c.unit_id,
                held.since <= lecture.c.held_on,
                or_(held.until.is_(None), held.until >= lecture.c.held_on),
                *conditions,
            )
        )

    return or_(on_the_day(belongs), on_the_day(post))


def attributed_lectures(lecture: CTE, holder: CTE) -> CTE:
    """(person, lecture, how), each lecture once at most."""
    chair = aliased(Person)
    by_chair = (
        select(holder.c.person_id, lecture.c.id.label("event_id"), literal("chair").label("how"))
        .join(holder, holder.c.person_id == lecture.c.chair_id)
        .where(or_(lecture.c.lecturer == "", lecture.c.lecturer == holder.c.name))
    )
    namesakes = (
        select(holder.c.name.label("name"), func.count().label("n")).group_by(holder.c.name).cte("namesakes")
    )
    # The chair's own name means the chair, whoever else bears it.
    the_chair = exists(
        select(1).where(
            chair.tenant_id == lecture.c.tenant_id,
            chair.id == lecture.c.chair_id,
            chair.name == lecture.c.lecturer,
        )
    )
    another = _of_unit(lecture, lecture.c.lecturer, but=holder.c.person_id)
    own = _of_unit(lecture, lecture.c.lecturer, person_id=holder.c.person_id)
    by_name = (
        select(
            holder.c.person_id,
            lecture.c.id,
            case((own, literal("name")), else_=literal("guest")),
        )
        .join(holder, holder.c.name == lecture.c.lecturer)
        .join(namesakes, namesakes.c.name == holder.c.name)
        .where(
            lecture.c.lecturer != "",
            not_(the_chair),
            not_(another),
            or_(own, namesakes.c.n == 1),
        )
    )
    return union_all(by_chair, by_name).cte("attributed")
