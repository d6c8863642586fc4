"""What goes into a unit's yearly ledger: the same rows as its ledger page, the facts of the unit, and the sheet."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select

from shared.assessments.queries import unit_sheet
from shared.clock import today
from shared.db import db
from shared.duties.queries import LedgerEvent, LedgerRow, UnitLedger, unit_ledger
from shared.events.kinds import KINDS
from shared.members.models import Membership, Person, Post
from shared.members.posts import POSTS
from shared.organisations.models import Unit

#: Answers this short stand side by side.
BRIEF = 16
#: Characters of a record that take up to a third of a page.
COMPACT = 600


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What stands on top of a paper about a unit."""

    name: str
    above: str | None
    members: int
    term_ends_on: date | None
    #: (office, names) of everybody who holds one now, in the order of the offices.
    officers: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class KindYear:
    """One kind of duty in the year: a row of the summary."""

    kind: str
    rows: tuple[LedgerRow, ...]

    @property
    def name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def done(self) -> int:
        return sum(row.event is not None and not row.made_up for row in self.rows)

    @property
    def made_up(self) -> int:
        return sum(row.event is not None and row.made_up for row in self.rows)

    @property
    def missing(self) -> tuple[LedgerRow, ...]:
        return tuple(row for row in self.rows if row.state == "late")

    @property
    def asked(self) -> int:
        """What fell due until today, or is done before its time."""
        return self.done + self.made_up + len(self.missing)

    @property
    def ahead(self) -> int:
        return sum(row.state in ("due", "plan") for row in self.rows)


@dataclass(frozen=True, slots=True)
class Record:
    """One event with the duties it counts for."""

    event: LedgerEvent
    counts_for: tuple[LedgerRow, ...]

    @property
    def brief(self) -> list[tuple[str, str]]:
        return [(label, text) for label, text in self.event.answers if len(text) <= BRIEF]

    @property
    def long(self) -> list[tuple[str, str]]:
        return [(label, text) for label, text in self.event.answers if len(text) > BRIEF]

    @property
    def compact(self) -> bool:
        """Short enough to stand on one page unbroken."""
        return len(self.event.content) + sum(len(text) for _label, text in self.event.answers) < COMPACT


def ledger_with_score(unit: Unit, year: int) -> dict[str, Any]:
    """The values of the report `ledger`."""
    ledger = unit_ledger(unit.id, year)
    return {
        "facts": unit_facts(unit),
        "ledger": ledger,
        "kinds": [KindYear(kind, tuple(rows)) for kind, rows in ledger.by_kind],
        "missing": sorted((row for row in ledger.rows if row.state == "late"), key=lambda row: row.due_on),
        "records": records(ledger),
        "sheet": unit_sheet(unit, year=year),
    }


def records(ledger: UnitLedger) -> list[Record]:
    """Every event of the ledger once, by day, whether it fulfils a duty or stands besides."""
    found: dict[int, LedgerEvent] = {event.id: event for event in ledger.besides}
    counts: dict[int, list[LedgerRow]] = {}
    for row in ledger.rows:
        if row.event is not None:
            found[row.event.id] = row.event
            counts.setdefault(row.event.id, []).append(row)
    ordered = sorted(found.values(), key=lambda event: (event.held_on, event.id))
    return [Record(event, tuple(counts.get(event.id, ()))) for event in ordered]


def unit_facts(unit: Unit) -> UnitFacts:
    """Two queries."""
    above = select(Unit.name).where(Unit.id == (unit.parent_id or 0)).scalar_subquery()
    members = (
        select(func.count())
        .select_from(Membership)
        .where(Membership.unit_id == unit.id, Membership.until.is_(None))
        .scalar_subquery()
    )
    row = db.session.execute(select(above.label("above"), members.label("members"))).one()
    return UnitFacts(
        name=unit.name,
        above=row.above,
        members=row.members,
        term_ends_on=unit.term_ends_on,
        officers=_officers(unit),
    )


def _officers(unit: Unit) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = db.session.execute(
        select(Post.code, Person.name)
        .join(Person, and_(Person.tenant_id == Post.tenant_id, Person.id == Post.person_id))
        .where(Post.unit_id == unit.id, or_(Post.until.is_(None), Post.until >= today()))
        .order_by(Person.name_key, Person.id)
    ).all()
    held: dict[str, list[str]] = {}
    for row in rows:
        held.setdefault(row.code, []).append(row.name)
    return tuple((str(POSTS[code].name), tuple(held[code])) for code in POSTS if code in held)
