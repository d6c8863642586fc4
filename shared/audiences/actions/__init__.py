"""Segments are kept, changed and deleted."""

from sqlalchemy import select

from shared.access.actor import Actor
from shared.audiences.models import Segment
from shared.audiences.recipients import Audience, to_json
from shared.audit import record
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.marks import refuse_marks
from shared.i18n import _
from shared.organisations.models import Unit

MAX_NAME = 60


def _checked(name: str, unit_id: int, but: int | None = None) -> str:
    name = name.strip()
    wrong = ""
    if not name:
        wrong = _("Give it a name.")
    elif len(name) > MAX_NAME:
        wrong = _("At most %(n)s characters.", n=MAX_NAME)
    else:
        taken = db.session.scalar(
            select(Segment.id).where(
                Segment.unit_id == unit_id, Segment.name == name, Segment.id != (but or 0)
            )
        )
        if taken is not None:
            wrong = _("A segment of this name exists already.")
    if wrong:
        raise Invalid(wrong, fields={"name": wrong})
    refuse_marks(name)
    return name


def keep_segment(actor: Actor, *, unit: Unit, name: str, audience: Audience, form_key: str) -> Segment:
    """Keep an audience under a name. The same form again gives the same segment. Raises Invalid."""
    # Two people at one unit, or one form twice: one after the other.
    db.session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())
    found = db.session.execute(select(Segment).where(Segment.form_key == form_key)).scalar_one_or_none()
    if found is not None:
        return found
    if unit.state != "active":
        raise Invalid(_("This unit exists no more."))
    row = Segment(
        unit_id=unit.id,
        name=_checked(name, unit.id),
        filter=to_json(audience),
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, verb="segment.keep", object_type="segment", object_id=row.id, unit_id=unit.id)
    return row


def change_segment(actor: Actor, *, segment: Segment, name: str, audience: Audience, version: int) -> bool:
    """Another name or choice; False: nothing is different. Raises Conflict where somebody was faster, Invalid."""
    if segment.version != version:
        raise Conflict(_("Somebody was faster; what stands there now is shown below."))
    db.session.execute(select(Unit.id).where(Unit.id == segment.unit_id).with_for_update())
    name, chosen = _checked(name, segment.unit_id, segment.id), to_json(audience)
    if (segment.name, segment.filter) == (name, chosen):
        return False
    segment.name, segment.filter = name, chosen
    segment.version += 1
    record(actor, verb="segment.change", object_type="segment", object_id=segment.id, unit_id=segment.unit_id)
    return True


def delete_segment(actor: Actor, *, segment: Segment) -> None:
    """What was sent to it stays as it was."""
    record(actor, verb="segment.delete", object_type="segment", object_id=segment.id, unit_id=segment.unit_id)
    db.session.delete(segment)
