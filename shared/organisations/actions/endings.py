"""A unit is dissolved (撤销): its record stays, its links end with it."""

from datetime import date

from sqlalchemy import column, func, select, table

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.i18n import _
from shared.organisations.actions.history import note_change, write_versions
from shared.organisations.actions.links import end_links
from shared.organisations.actions.units import lock_tree
from shared.organisations.models import Unit, UnitVersion

#: The members' table, of which this noun knows only who belongs to a unit now.
_membership = table("membership", column("unit_id"), column("until"))


def _check_nothing_after(unit: Unit, on: date) -> None:
    """A unit cannot have ended while people or units still stood below it, or before its last change."""
    first = select(func.min(UnitVersion.since)).where(UnitVersion.unit_id == unit.id).scalar_subquery()
    later = select(func.max(UnitVersion.since)).where(
        UnitVersion.unit_id == unit.id, UnitVersion.since > first
    )
    last = db.session.scalar(
        select(
            func.greatest(
                later.scalar_subquery(),
                select(func.max(UnitVersion.until)).where(UnitVersion.parent_id == unit.id).scalar_subquery(),
                select(func.max(_membership.c.until))
                .where(_membership.c.unit_id == unit.id)
                .scalar_subquery(),
            )
        )
    )
    if last is not None and on < last:
        raise Invalid(
            fields={
                "on": _("Until %(day)s people or units still belonged to it, or it was changed.", day=last)
            }
        )


def dissolve_unit(actor: Actor, unit: Unit, *, on: date, reason: str) -> None:
    """Dissolve a unit (撤销): a status with a reason, never a deletion.

    Raises Invalid with their number while people or units belong to it; Conflict when it was done already.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why, or name the approving document.")})
    if on > today() or (unit.founded_on is not None and on < unit.founded_on):
        raise Invalid(fields={"on": _("The day lies in the future or before the founding: %(day)s", day=on)})
    lock_tree()
    db.session.refresh(unit)
    if unit.state != "active":
        raise Conflict(_("%(name)s is dissolved already.", name=unit.name))
    people = db.session.scalar(
        select(func.count())
        .select_from(_membership)
        .where(_membership.c.unit_id == unit.id, _membership.c.until.is_(None))
    )
    units = db.session.scalar(
        select(func.count()).select_from(Unit).where(Unit.parent_id == unit.id, Unit.state == "active")
    )
    if people or units:
        raise Invalid(
            _(
                "%(name)s still has %(people)s people and %(units)s units below it. Move them first.",
                name=unit.name,
                people=people,
                units=units,
            )
        )
    _check_nothing_after(unit, on)
    unit.state, unit.ended_on = "dissolved", on
    note_change(unit, "dissolve", on=on, reason=reason)
    db.session.flush()
    write_versions([unit.id], on=on)
    end_links([unit.id], on=on)
    record(actor, verb="unit.dissolve", object_type="unit", object_id=unit.id, unit_id=unit.id)
