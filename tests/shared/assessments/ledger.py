"""A unit's ledger written by hand, for tests about what it scores."""

import secrets
from datetime import date, timedelta

from sqlalchemy import insert as into
from sqlalchemy import literal, select

from shared.clock import now
from shared.db import db
from shared.duties.models import DueItem, Rule
from shared.duties.periods import periods
from shared.events.models import Event, StudyHours
from shared.members.models import Membership

WHOLE = {"theme": "t", "lecturer": "l", "discussion": "d", "gains": "g"}


def _rule(kind: str) -> int:
    found = db.session.scalar(select(Rule.id).where(Rule.key == f"test {kind}"))
    if found is not None:
        return found
    rule = Rule(
        key=f"test {kind}",
        kind=kind,
        unit_kinds=["party_branch"],
        cadence="month",
        level="unit",
        source="a test's own",
        grade="K",
        valid_from=date(2020, 1, 1),
    )
    db.session.add(rule)
    db.session.flush()
    return rule.id


def ask(unit_id: int, kind: str, *labels: str) -> list[DueItem]:
    """Due items of these periods: '2026-03', '2026-Q1', '2026'."""
    rule_id = _rule(kind)
    made = []
    for label in labels:
        (period,) = [each for each in periods(int(label[:4])) if each.label == label]
        made.append(
            DueItem(
                rule_id=rule_id,
                unit_id=unit_id,
                kind=kind,
                year=int(label[:4]),
                period=label,
                opens_on=period.first,
                due_on=period.last,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    return made


def hold(
    item: DueItem, *, on: date | None = None, made_up: bool = False, fields: dict[str, str] | None = None
) -> Event:
    """File an event for a due item: in its last days, or a week after them where it is made up."""
    held_on = on or item.due_on + timedelta(days=7 if made_up else -1)
    event = Event(
        unit_id=item.unit_id,
        kind=item.kind,
        title=f"{item.kind} {item.period}",
        held_on=held_on,
        place="Room 301",
        due_count=20,
        present_count=18,
        fields=WHOLE if fields is None else fields,
        form_key=secrets.token_hex(8),
    )
    db.session.add(event)
    db.session.flush()
    item.state, item.event_id, item.held_on, item.made_up = "done", event.id, held_on, made_up
    db.session.flush()
    return event


def learn(unit_id: int, *, days: int = 3, year: int = 2026) -> None:
    """Everybody of a unit has signed 24 hours of study on each of so many days of January."""
    for day in range(1, days + 1):
        db.session.execute(
            into(StudyHours).from_select(
                [
                    "person_id",
                    "unit_id",
                    "on_date",
                    "form",
                    "hours",
                    "subject",
                    "state",
                    "decided_at",
                    "form_key",
                ],
                select(
                    Membership.person_id,
                    Membership.unit_id,
                    literal(date(year, 1, day)),
                    literal("central"),
                    literal(24),
                    literal("study"),
                    literal("signed"),
                    literal(now()),
                    literal(secrets.token_hex(8)),
                ).where(Membership.unit_id == unit_id, Membership.until.is_(None)),
                include_defaults=False,
            )
        )
    db.session.flush()
