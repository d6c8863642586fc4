"""What stands in a message when it is sent: the rows that are still open then, in the recipient's language."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import and_, select

from shared.accounts.models import Seat
from shared.clock import today
from shared.db import db
from shared.duties.models import DueItem
from shared.duties.periods import period_label
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.members.models import Person
from shared.messages.models import Delivery
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.reminders.queries.recipients import answering
from shared.reminders.stages import STAGES, step_of

#: The steps at which those responsible above are told too.
TOLD_ABOVE = ("superior", "leader", "term_over")
#: A message names at most so many items; the page holds all.
LINES = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One open item in a message."""

    stage: str
    kind: str
    period: str
    due_on: date
    unit_name: str
    #: Of a unit under the recipient's care: counted, and not read out one by one.
    below: bool = False


@dataclass(slots=True)
class Letter:
    """One message's recipient and rows. `reason`: why it is not sent, where it is not."""

    channel: str
    address: str
    locale: str
    reason: str | None = None
    lines: list[Line] = field(default_factory=list)


def letters(delivery_ids: list[int]) -> dict[int, Letter]:
    """The letters of these deliveries. Two queries, however many; where a superior is told of something, four."""
    found: dict[int, Letter] = {}
    whose: dict[int, int | None] = {}
    recipients = db.session.execute(
        select(
            Delivery.id,
            Delivery.channel,
            Delivery.person_id,
            Person.state,
            Person.email,
            Person.locale,
            Seat.id,
        )
        .join(Person, and_(Person.tenant_id == Delivery.tenant_id, Person.id == Delivery.person_id))
        .join(
            Seat,
            and_(Seat.tenant_id == Person.tenant_id, Seat.person_id == Person.id, Seat.state == "active"),
            isouter=True,
        )
        .where(Delivery.id.in_(delivery_ids))
    )
    for delivery_id, channel, person_id, state, email, locale, seat_id in recipients:
        whose[delivery_id] = person_id
        letter = found[delivery_id] = Letter(channel, email or "", locale)
        if state != "active":
            letter.reason = "left"
        elif (channel == "email" and not email) or (channel == "in_app" and seat_id is None):
            letter.reason = "no_address"
    rows = db.session.execute(
        select(
            Reminder.delivery_id,
            DueItem.id,
            Reminder.stage,
            DueItem.kind,
            DueItem.period,
            DueItem.due_on,
            Unit.id,
            Unit.name,
            DueItem.state,
            Unit.state,
        )
        .join(DueItem, and_(DueItem.tenant_id == Reminder.tenant_id, DueItem.id == Reminder.due_item_id))
        .join(Unit, and_(Unit.tenant_id == DueItem.tenant_id, Unit.id == DueItem.unit_id))
        .where(Reminder.delivery_id.in_(delivery_ids))
        .order_by(Reminder.delivery_id, DueItem.due_on, DueItem.id, Reminder.id)
    )
    # An item that waited a day may have climbed a step meanwhile: its last step counts.
    latest: dict[tuple[int, int], tuple[int, Line]] = {}
    # What is over is left out here and not by the query, whose joins so stay joins by key.
    for carrier, due_item_id, stage, kind, period, due_on, unit_id, unit_name, item_state, unit_state in rows:
        if item_state != "open" or unit_state != "active":
            continue
        latest[carrier or 0, due_item_id] = unit_id, Line(stage, kind, period, due_on, unit_name)
    above = {unit_id for unit_id, line in latest.values() if step_of(line.stage) in TOLD_ABOVE}
    own = answering(above, on=today()) if above else {}
    for (carrier, _item), (unit_id, line) in latest.items():
        below = unit_id in above and step_of(line.stage) in TOLD_ABOVE and whose[carrier] not in own[unit_id]
        found[carrier].lines.append(replace(line, below=below))
    for letter in found.values():
        if letter.reason is None and not letter.lines:
            letter.reason = "done"
    return found


def subject_of(letter: Letter, on: date) -> str:
    """One line: how many, and how many of them are late. In the open locale."""
    late = sum(line.due_on < on for line in letter.lines)
    if late == len(letter.lines):
        return _("Reminder: %(n)s overdue", n=late)
    if late:
        return _("Reminder: %(n)s duties, %(late)s overdue", n=len(letter.lines), late=late)
    return _("Reminder: %(n)s duties coming up", n=len(letter.lines))


def body_of(letter: Letter, on: date) -> str:
    """The rows by step, the latest step first. In the open locale."""
    parts: list[str] = []
    room = LINES
    for stage in (*reversed(STAGES), None):
        rows = [line for line in letter.lines if _step(line.stage) == stage and not line.below]
        if not rows or room <= 0:
            continue
        heading = STAGES[stage].name if stage else _("To be recorded")
        shown = rows[:room]
        room -= len(shown)
        parts.append("\n".join([f"{heading} ({len(rows)})", *(_line(line, on) for line in shown)]))
    one_by_one = sum(not line.below for line in letter.lines)
    if one_by_one > LINES:
        parts.append(_("and %(n)s more", n=one_by_one - LINES))
    if below := [line.unit_name for line in letter.lines if line.below]:
        parts.append("\n".join([f"{_('Units under your care')} ({len(below)})", *counted(below)]))
    return "\n\n".join(parts)


def counted(unit_names: Iterable[str]) -> list[str]:
    """How many things of each unit are overdue, the units in the order given. In the open locale."""
    counts = Counter(unit_names)
    lines = ["- " + _("%(unit)s: %(n)s overdue", unit=name, n=n) for name, n in counts.items()]
    return [*lines[:LINES], _("and %(n)s more", n=len(lines) - LINES)] if len(lines) > LINES else lines


def _step(stage: str) -> str | None:
    """The step of the ladder; None for a press."""
    step = step_of(stage)
    return step if step in STAGES else None


def _line(line: Line, on: date) -> str:
    what = period_label(line.period, with_year=line.period[:4] != str(on.year)) + str(KINDS[line.kind].name)
    days = (on - line.due_on).days
    if days > 0:
        return "- " + _(
            "%(unit)s: %(what)s, was due %(day)s, %(n)s days overdue",
            unit=line.unit_name,
            what=what,
            day=line.due_on,
            n=days,
        )
    return "- " + _("%(unit)s: %(what)s, due %(day)s", unit=line.unit_name, what=what, day=line.due_on)
