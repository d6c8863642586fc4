"""The two lines led together (党建带工建): which Party unit leads which union unit, from one day to another."""

from datetime import date

from sqlalchemy import func, or_, select, update

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.models import Unit, UnitLink


def link_units(actor: Actor, unit: Unit, *, other: Unit, since: date) -> UnitLink:
    """Begin the link of a Party unit and a union unit, given in either order.

    Raises Invalid with the field: two units of one line, a dissolved one, a day in the future or before a founding or
    before the union unit's former link ended; Conflict where a Party unit leads the union unit already.
    """
    party, union = (unit, other) if unit.line == "party" else (other, unit)
    if party.line == union.line:
        raise Invalid(fields={"other_id": _("A link joins a Party unit and a union unit.")})
    # Two links begun at once for one union unit come one after the other.
    db.session.execute(
        select(Unit.id).where(Unit.id.in_([party.id, union.id])).order_by(Unit.id).with_for_update()
    )
    db.session.refresh(party)
    db.session.refresh(union)
    for one in (party, union):
        if one.state != "active":
            raise Invalid(fields={"other_id": _("%(name)s is dissolved.", name=one.name)})
        if since > today() or (one.founded_on is not None and since < one.founded_on):
            raise Invalid(
                fields={"since": _("The day lies in the future or before the founding: %(day)s", day=since)}
            )
    living = db.session.execute(
        select(Unit.name)
        .join(UnitLink, UnitLink.party_unit_id == Unit.id)
        .where(UnitLink.union_unit_id == union.id, UnitLink.until.is_(None))
    ).scalar_one_or_none()
    if living is not None:
        raise Conflict(
            _("%(union)s is led by %(party)s. End that link first.", union=union.name, party=living)
        )
    former = db.session.scalar(select(func.max(UnitLink.until)).where(UnitLink.union_unit_id == union.id))
    if former is not None and since < former:
        raise Invalid(fields={"since": _("The former link lasted until %(day)s.", day=former)})
    link = UnitLink(party_unit_id=party.id, union_unit_id=union.id, since=since)
    db.session.add(link)
    db.session.flush()
    record(
        actor,
        verb="unit.link",
        object_type="unit",
        object_id=union.id,
        unit_id=union.id,
        detail={"to": party.id, "since": since.isoformat()},
    )
    return link


def end_link(actor: Actor, link: UnitLink, *, on: date) -> bool:
    """End a link; False where it had ended. Raises Invalid for a day in the future or before it began."""
    db.session.refresh(link, with_for_update=True)
    if link.until is not None:
        return False
    if on > today() or on < link.since:
        raise Invalid(
            fields={"on": _("The day lies in the future or before the link began: %(day)s", day=on)}
        )
    link.until = on
    db.session.flush()
    record(
        actor,
        verb="unit.unlink",
        object_type="unit",
        object_id=link.union_unit_id,
        unit_id=link.union_unit_id,
        detail={"from": link.party_unit_id, "on": on.isoformat()},
    )
    return True


def end_links(unit_ids: list[int], *, on: date) -> None:
    """End every living link of units that are no more. One statement, however many."""
    db.session.execute(
        update(UnitLink)
        .where(
            UnitLink.until.is_(None),
            or_(UnitLink.party_unit_id.in_(unit_ids), UnitLink.union_unit_id.in_(unit_ids)),
        )
        .values(until=func.greatest(UnitLink.since, on))
        .execution_options(synchronize_session=False)
    )
