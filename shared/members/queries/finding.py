"""Search of people: by name in every way it is written or read, and by number through its keyed hash."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    LargeBinary,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    select,
    union,
    union_all,
)

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.hanzi import chinese, fold
from shared.members.models import Membership, Person, PersonTerm
from shared.members.numbers import number_sought
from shared.members.statuses import status_name
from shared.organisations.models import Unit
from shared.tenants.queries import keys

#: Terms looked at for each row shown, in the order of the index; a letter may begin half of a million names.
TERMS = 8
#: The same where most of what is found lies outside the reach.
TERMS_OUTSIDE = 20_000
#: A reach of fewer people is looked through person by person instead.
FEW = 5_000
#: Sorts behind everything that a name is written with.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Found:
    """A person as the search shows them."""

    person_id: int
    name: str
    unit_id: int
    unit_name: str
    status: str

    @property
    def status_name(self) -> str:
        return status_name(self.status)


def find(
    actor: Actor, words: str, *, limit: int = 20, permission: Permission = Permission.MEMBER_VIEW
) -> list[Found]:
    """People in reach whose name begins with what was typed: either script, pinyin in every reading of the surname,
    initials, the given name alone. Whole names first, then by surname. By index only; one query where the reach is
    the tenant, three at most.
    """
    typed = fold(words)
    if not typed:
        return []
    values = {"typed": typed, "behind": typed + _LAST, "terms": TERMS * limit}
    candidates = _BY_WORDS if chinese(typed) else _BY_LETTERS
    reached = _reach(actor, permission)
    if _whole_tenant(actor, permission):
        rows = db.session.execute(candidates, values).all()
    elif _is_small(reached):
        rows = db.session.execute(_REACHED.where(reached), values).all()
    else:
        rows = db.session.execute(candidates.where(reached), values).all()
        if len(rows) < limit:
            rows = db.session.execute(candidates.where(reached), values | {"terms": TERMS_OUTSIDE}).all()
    ranked = sorted(_once(rows), key=lambda row: (_rank(row.name_key, typed), row.name_key, row.id))
    return [_found(row) for row in ranked[:limit]]


def find_by_number(
    actor: Actor, typed: str, *, limit: int = 20, permission: Permission = Permission.MEMBER_VIEW
) -> list[Found]:
    """People in reach with this identity or telephone number, or with these last four characters of either.

    What was typed is hashed before the database is asked; it must not stand in an address or a log either.
    """
    sought = number_sought(keys(), typed)
    if not sought:
        return []
    statement = (
        _BY_NUMBER if _whole_tenant(actor, permission) else _BY_NUMBER.where(_reach(actor, permission))
    )
    values = {name: list(hashes) for name, hashes in asdict(sought).items()}
    rows = db.session.execute(statement, values | {"most": 2 * limit})
    return [_found(row) for row in _once(rows)][:limit]


def _reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    return reach_filter(actor, permission, Unit.path)


def _whole_tenant(actor: Actor, permission: Permission) -> bool:
    return any(reached.path is None for reached in actor.reaches(permission))


def _is_small(reached: ColumnElement[bool]) -> bool:
    living = (
        select(Membership.id)
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(Membership.until.is_(None), reached)
        .limit(FEW + 1)
        .subquery()
    )
    return (db.session.scalar(select(func.count()).select_from(living)) or 0) <= FEW


def _living(candidates: Subquery) -> Select[int, str, str, int, str, str]:
    """The living memberships of these people."""
    return (
        select(Person.id, Person.name, Person.name_key, *_WHERE)
        .select_from(candidates)
        .join(Person, Person.id == candidates.c.person_id)
        .join(Membership, and_(*_LIVING))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
    )


_WHERE = (Unit.id.label("unit_id"), Unit.name.label("unit_name"), Membership.status)
_LIVING = (
    Membership.tenant_id == Person.tenant_id,
    Membership.person_id == Person.id,
    Membership.until.is_(None),
)


def _begins(column: Any) -> ColumnElement[bool]:
    """A range of the index, also for a plan that was made before it was known what would be typed."""
    return and_(column >= bindparam("typed"), column < bindparam("behind"))


_BY_TERM = (
    select(PersonTerm.person_id.label("person_id"))
    .where(_begins(PersonTerm.term))
    .order_by(PersonTerm.term, PersonTerm.person_id)
    .limit(bindparam("terms"))
    .subquery()
)
_BY_NAME = (
    select(Person.id.label("person_id"))
    .where(_begins(Person.name_key))
    .order_by(Person.name_key, Person.id)
    .limit(bindparam("terms"))
    .subquery()
)
#: Off the beginning of an index: people with a term that begins so. Typed in letters, also those whose name sorts so: a
#: common given name of the same sound would push out all of that surname.
_BY_WORDS = _living(select(_BY_TERM.c.person_id).distinct().subquery())
_BY_LETTERS = _living(union(select(_BY_TERM.c.person_id), select(_BY_NAME.c.person_id)).subquery())
#: People with one of these hashes, each column by its own index.
_BY_NUMBER = (
    _living(
        union_all(
            *(
                select(Person.id.label("person_id")).where(
                    column == func.any(bindparam(name, type_=ARRAY(LargeBinary))),
                    column.is_not(None),
                    Person.state != "removed",
                )
                for name, column in (
                    ("identity", Person.identity_hash),
                    ("identity_tail", Person.identity_tail),
                    ("phone", Person.phone_hash),
                    ("phone_tail", Person.phone_tail),
                )
            )
        ).subquery()
    )
    .order_by(Person.name_key, Person.id)
    .limit(bindparam("most"))
)
#: Person by person, where the reach holds few.
_REACHED = (
    select(Person.id, Person.name, Person.name_key, *_WHERE)
    .select_from(Unit)
    .join(Membership, and_(Membership.tenant_id == Unit.tenant_id, Membership.unit_id == Unit.id))
    .join(Person, and_(*_LIVING))
    .where(
        select(1)
        .where(
            PersonTerm.tenant_id == Person.tenant_id,
            PersonTerm.person_id == Person.id,
            _begins(PersonTerm.term),
        )
        .exists()
    )
)


def _once(rows: Iterable[Any]) -> list[Any]:
    """Who belongs to two lines is shown once, with the first."""
    found: dict[int, Any] = {}
    for row in rows:
        found.setdefault(row.id, row)
    return list(found.values())


def _rank(key: str, typed: str) -> int:
    """0: the whole name, its pinyin or its initials; 1: their beginning; 2: the given name or another reading."""
    *syllables, written = key.split(" ")
    if not chinese(written):
        syllables, written = [*syllables, written], ""
    ways = (written, "".join(syllables), "".join(syllable[:1] for syllable in syllables))
    if typed in ways:
        return 0
    return 1 if any(way.startswith(typed) for way in ways) else 2


def _found(row: Any) -> Found:
    return Found(row.id, row.name, row.unit_id, row.unit_name, row.status)
