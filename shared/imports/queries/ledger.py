"""Reads for importing an office's own ledger: units within reach, their people by day, what is recorded already."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, and_, cast, func, literal, or_, select, union_all

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.events.kinds import KINDS
from shared.events.models import Event
from shared.imports.judging.matching import UnitRecord
from shared.imports.judging.rolls import Belonging, Rolls
from shared.imports.judging.unit_names import Candidate, UnitNames, unit_name
from shared.imports.queries import units_on_hand
from shared.members.models import Membership, Person, Post
from shared.members.posts import POSTS
from shared.members.relations import EXPECTED
from shared.members.statuses import ATTENDING
from shared.organisations.models import Unit

COMMITTEE = tuple(code for code, post in POSTS.items() if post.committee)
#: The parts of the tree that a person may write to, as a job carries them: (path, and below); None: the whole tenant.
Reach = list[tuple[str, bool]] | None
#: Unit, kind and day; of a talk the two people too.
Key = tuple[int, str, str, int | None, int | None]


def reach_of(actor: Actor) -> Reach:
    """The actor's reach for importing a ledger."""
    found = [(one.path, one.below) for one in actor.reaches(Permission.IMPORT_LEDGER)]
    if any(path is None for path, _below in found):
        return None
    return [(path, below) for path, below in found if path is not None]


def within(reach: Reach, path: str) -> bool:
    return reach is None or any(path == held or (below and path.startswith(held)) for held, below in reach)


class Units:
    """The units of the tenant as one reader may name them."""

    def __init__(self, reach: Reach) -> None:
        _names, records = units_on_hand()
        self.names = UnitNames()
        self.records: dict[str, UnitRecord] = {}
        outside: set[str] = set()
        for record in records:
            if within(reach, record.path):
                ref = f"u:{record.id}"
                self.records[ref] = record
                self.names.add(Candidate(ref, record.name, record.line, record.parent_name))
            else:
                outside.add(unit_name(record.name))
        self.outside = frozenset(outside)


def rolls_of(unit_ids: Collection[int], days: Sequence[str]) -> Rolls:
    """Everybody who belonged to one of these units between the first and the last of the days. One query."""
    if not unit_ids or not days:
        return Rolls()
    first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
    ids = func.any(sorted(unit_ids))
    expected = and_(Membership.status.in_(ATTENDING), Membership.relation.in_(EXPECTED))
    parts = [
        select(
            model.unit_id,
            model.person_id,
            Person.name,
            literal(office).label("office"),
            (literal(True) if office else expected).label("expected"),
            model.since,
            model.until,
        )
        .join(Person, and_(Person.tenant_id == model.tenant_id, Person.id == model.person_id))
        .where(
            model.unit_id == ids,
            model.since <= last,
            or_(model.until.is_(None), model.until >= first),
            Person.state != "removed",
            *((Post.code.in_(COMMITTEE),) if office else ()),
        )
        for model, office in _KINDS_OF_BELONGING
    ]
    return Rolls.of(Belonging(*row) for row in db.session.execute(union_all(*parts)))


_KINDS_OF_BELONGING: tuple[tuple[Any, bool], ...] = ((Membership, False), (Post, True))


def key_of(unit_id: int, kind: str, day: str, pair: tuple[int | None, int | None] = (None, None)) -> Key:
    return unit_id, kind, day, *pair


def recorded(
    keys: Iterable[Key], pairs: Collection[str], *, besides: int | None = None
) -> dict[Key, list[int]]:
    """The records that stand already, by key, in order; `pairs` are the kinds held between two people.

    `besides` leaves out what that import has written itself. One query.
    """
    wanted = list(keys)
    if not wanted:
        return {}
    days = [day for _unit, _kind, day, *_pair in wanted]
    statement = (
        select(
            Event.id, Event.unit_id, Event.kind, Event.held_on, Event.chair_id, Event.fields["partner"].astext
        )
        .where(
            Event.unit_id == func.any(sorted({key[0] for key in wanted})),
            Event.kind == func.any(sorted({key[1] for key in wanted})),
            Event.held_on.between(cast(min(days), Date), cast(max(days), Date)),
            Event.state == "filed",
        )
        .order_by(Event.id)
    )
    if besides is not None:
        statement = statement.where(Event.batch_id.is_distinct_from(besides))
    found: dict[Key, list[int]] = defaultdict(list)
    for event_id, unit_id, kind, day, chair_id, partner in db.session.execute(statement):
        pair = (chair_id, int(partner) if partner else None) if kind in pairs else (None, None)
        found[key_of(unit_id, kind, day.isoformat(), pair)].append(event_id)
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """A record as a list names it."""

    id: int
    unit: str
    kind: str
    title: str
    held_on: date


def events_named(ids: Collection[int]) -> list[Named]:
    """Some records with the names of their units, by day."""
    rows = db.session.execute(
        select(Event.id, Unit.name, Event.kind, Event.title, Event.held_on)
        .join(Unit, and_(Unit.tenant_id == Event.tenant_id, Unit.id == Event.unit_id))
        .where(Event.id == func.any(list(ids)))
        .order_by(Event.held_on, Event.id)
    )
    return [Named(row[0], row[1], str(KINDS[row[2]].name), row[3], row[4]) for row in rows]
