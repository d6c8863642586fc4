"""The ladder: which open items have reached which step, and whom that step reaches.

Only the latest step an item has reached is planned: what an outage swallowed is not sent after it. Nothing is chosen by
"exactly today": a step is reached on its day and stays so until the next.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, Date, Text, case, exists, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.clock import local
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.duties.periods import TERM
from shared.events.kinds import TERM_KINDS
from shared.messages.channels import NOWHERE
from shared.organisations.models import Unit
from shared.reminders.models import Reminder
from shared.reminders.queries.ladder import Ladder
from shared.reminders.queries.recipients import among, answering, superiors, ways
from shared.reminders.stages import step_of
from shared.reminders.stages.terms import ABOVE, latest_step

#: Rows of one INSERT.
CHUNK = 20_000
#: The steps at which those responsible above are told.
_ABOVE = ("superior", "leader", *ABOVE)
#: Days off in a row, at most, by which a step before the last day may move further before it.
_DAYS_OFF = 14


class Reached(NamedTuple):
    """An open item at its latest step."""

    due_item_id: int
    unit_id: int
    stage: str


def _reached(on: date, ladder: Ladder, unit_id: int | None = None) -> tuple[list[Reached], dict[int, str]]:
    """Open items whose window has begun and whose step the tenant and the unit are answerable for; paths of units."""
    items = db.session.execute(
        select(
            DueItem.id, DueItem.unit_id, DueItem.kind, DueItem.rule_id, DueItem.opens_on, DueItem.due_on
        ).where(
            DueItem.state == "open",
            or_(
                DueItem.due_on <= on + timedelta(days=ladder.farthest + _DAYS_OFF),
                DueItem.kind.in_(TERM_KINDS),
            ),
            DueItem.opens_on <= on,
            true() if unit_id is None else DueItem.unit_id == unit_id,
        )
    ).all()
    notice = _notice()
    units = {
        row.id: row
        for row in db.session.execute(
            select(Unit.id, Unit.path, Unit.duties_since).where(
                among(Unit.id, {item.unit_id for item in items}), Unit.state == "active"
            )
        )
    }
    reopened = local(ladder.reopened_at).date() if ladder.reopened_at else date.min
    found = []
    for item in items:
        unit = units.get(item.unit_id)
        if unit is None or item.due_on < unit.duties_since:
            continue
        reached: tuple[str, date] | None = None
        if item.kind not in TERM_KINDS:
            reached = ladder.of(item.kind).latest(item.due_on, on, ladder.hours.days)
        else:
            reached = latest_step(
                item.kind,
                opens_on=item.opens_on,
                due_on=item.due_on,
                on=on,
                notice=notice.get(item.rule_id, ()),
            )
        if reached is not None and reached[1] >= reopened:
            found.append(Reached(item.id, item.unit_id, reached[0]))
    return found, {unit_id: row.path for unit_id, row in units.items()}


def _notice() -> dict[int, list[int]]:
    """The months before the end of a term at which is reminded, by rule."""
    rows = db.session.execute(select(Rule.id, Rule.notice_months).where(Rule.cadence == TERM))
    return {rule_id: months or [] for rule_id, months in rows}


def _rows(reached: list[Reached], paths: dict[int, str], on: date) -> Iterator[tuple[int, int, str, str]]:
    """(item, person, channel, stage) of everybody a step reaches."""
    own = answering({item.unit_id for item in reached}, on=on)
    told_above = {item.unit_id for item in reached if step_of(item.stage) in _ABOVE}
    above = superiors({unit_id: paths[unit_id] for unit_id in told_above}, on=on)
    led = {item.unit_id for item in reached if item.stage == "leader"}
    leaders = superiors({unit_id: paths[unit_id] for unit_id in led}, on=on, roles=("leader",)) if led else {}
    by_way = ways(set().union(*own.values(), *above.values(), *leaders.values()))
    for item in reached:
        people = own[item.unit_id]
        if step_of(item.stage) in _ABOVE:
            people = people | above[item.unit_id]
        if item.stage == "leader":
            people = people | leaders[item.unit_id]
        for person_id in sorted(people):
            for channel in by_way.get(person_id, ()):
                yield item.due_item_id, person_id, channel, item.stage


def plan_reminders(*, on: date, ladder: Ladder, unit_id: int | None = None) -> int:
    """Note, for every open due item (of one unit), its latest step and whom it reaches. Returns how many are new.

    Steps reached before the tenant was reopened are left out, and items due before the unit's duties began.
    Doing it twice adds nothing: a step is one row an item, person and channel.
    """
    reached, paths = _reached(on, ladder, unit_id)
    rows = sorted(_rows(reached, paths, on))
    return sum(_insert(rows[start : start + CHUNK], on) for start in range(0, len(rows), CHUNK))


def _insert(rows: list[tuple[int, int, str, str]], on: date) -> int:
    columns = [list(column) for column in zip(*rows, strict=True)]
    types = (BigInteger, BigInteger, Text, Text)
    names = ("due_item_id", "person_id", "channel", "stage")
    new = select(
        *(
            func.unnest(literal(column, ARRAY(kind))).label(name)
            for column, kind, name in zip(columns, types, names, strict=True)
        )
    ).subquery("new")
    known = exists(
        select(1).where(
            Reminder.due_item_id == new.c.due_item_id,
            Reminder.person_id == new.c.person_id,
            Reminder.channel == new.c.channel,
            Reminder.stage == new.c.stage,
        )
    )
    fresh = select(
        *(new.c[name] for name in names),
        literal(on, Date),
        case((new.c.channel == NOWHERE, "no_address")),
    ).where(~known)
    return len(
        db.session.execute(
            insert(Reminder)
            .from_select([*names, "on_date", "reason"], fresh)
            .on_conflict_do_nothing(
                index_elements=["tenant_id", "due_item_id", "person_id", "channel", "stage"]
            )
            .returning(Reminder.id)
        ).all()
    )
