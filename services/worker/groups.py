"""What a unit's group chat is told: what the unit owes as it stands then, by kind and day, and of no person."""

from datetime import timedelta

from sqlalchemy import and_, select

from services.worker.channels.addressed import Addressed, Said, addressed, compose_each
from services.worker.channels.outgoing import Composed
from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.messages.actions import Parcel
from shared.messages.models import MessageGroup
from shared.organisations.models import Unit
from shared.reminders.actions.groups import tell_groups
from shared.reminders.queries.ladder import ladder

#: A chat's message names at most so many; the page holds all.
LINES = 20


def remind_groups() -> None:
    """The sweep's part."""
    with transaction():
        tell_groups(SYSTEM, steps=ladder())


def compose_group_dues(parcels: list[Parcel]) -> dict[int, Composed | str]:
    """What each group's unit owes; a unit that owes nothing by now is left in peace. Four queries."""
    on, steps = today(), ladder()
    group_of = {parcel.id: parcel.group_id for parcel in parcels}
    owed: dict[int, list[tuple[DueItem, str]]] = {}
    for group_id, item, unit_name in db.session.execute(
        select(MessageGroup.id, DueItem, Unit.name)
        .join(
            DueItem,
            and_(DueItem.tenant_id == MessageGroup.tenant_id, DueItem.unit_id == MessageGroup.unit_id),
        )
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(
            MessageGroup.id.in_({key for key in group_of.values() if key is not None}),
            Unit.state == "active",
            DueItem.state == "open",
            DueItem.opens_on <= on,
            DueItem.due_on <= on + timedelta(days=steps.coming),
        )
        .order_by(DueItem.due_on, DueItem.id)
    ):
        owed.setdefault(group_id, []).append((item, unit_name))

    def write(one: Addressed) -> Said | None:
        items = owed.get(group_of[one.delivery_id] or 0, [])
        if not items:
            return None
        late = sum(item.due_on < on for item, _name in items)
        lines = []
        for item, _name in items[:LINES]:
            what = period_label(item.period, with_year=False) + str(KINDS[item.kind].name)
            overdue = (on - item.due_on).days
            lines.append(
                _("%(what)s, %(n)s days overdue", what=what, n=overdue)
                if overdue > 0
                else _("%(what)s, last day %(day)s", what=what, day=item.due_on)
            )
        if len(items) > LINES:
            lines.append(_("and %(n)s more", n=len(items) - LINES))
        return Said(
            _("%(unit)s: %(n)s due, %(late)s of them overdue", unit=items[0][1], n=len(items), late=late),
            "\n".join(lines),
            "/",
            {"unit": items[0][1], "count": str(len(items)), "late": str(late)},
        )

    return compose_each(addressed(parcels), write)
