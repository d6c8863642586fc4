"""The members of a scope with what the figures ask of each, and those who came and left in its year."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from shared.members.models import Membership, Person
from shared.members.relations import COUNTING
from shared.members.statuses import COUNTED
from shared.statistics.figures import AGES, UNKNOWN
from shared.statistics.queries.scope import Scope, of_year

#: Standing of a union member or a full one before the day of confirmation.
_BEFORE = {"full": "probationary"}


def _text(column: Any) -> ColumnElement[str]:
    return cast(column, Text)


def _known(column: Any) -> ColumnElement[str]:
    return func.coalesce(column, UNKNOWN)


def _age(scope: Scope) -> ColumnElement[str]:
    """The age band on the day. Where only year or month of birth is known, the birthday counts as over."""
    born = _text(Person.born)
    later = func.substr(born, 6) > func.substr(scope.on.isoformat(), 6, func.length(func.substr(born, 6)))
    years = scope.on.year - cast(func.substr(born, 1, 4), Integer) - case((later, 1), else_=0)
    return case(
        (born.is_(None), UNKNOWN),
        *((years <= most, key) for key, _least, most in AGES),
        else_=UNKNOWN,
    )


def _status(scope: Scope) -> ColumnElement[str]:
    """The standing on the day: who was confirmed later was on probation then."""
    later = _text(Membership.confirmed) > scope.on.isoformat()
    return case(
        *((and_(Membership.status == now, later), before) for now, before in _BEFORE.items()),
        else_=Membership.status,
    )


def _columns(scope: Scope, here: CTE) -> list[Any]:
    stem = func.rtrim(func.btrim(Person.ethnic), "族")
    return [
        Membership.id.label("membership_id"),
        Person.id.label("person_id"),
        Person.name,
        Person.name_key,
        Person.born,
        Membership.joined,
        Membership.since,
        Membership.until,
        here.c.unit_id,
        here.c.name.label("unit_name"),
        _known(Person.sex).label("sex"),
        _age(scope).label("age"),
        _known(func.nullif(stem, "")).label("ethnic"),
        _known(Person.education).label("education"),
        _known(Person.political).label("political"),
        _known(Person.household).label("household"),
        _known(Person.employment).label("employment"),
        _status(scope).label("status"),
        here.c.kind.label("people_kind"),
        here.c.sector.label("people_sector"),
    ]


def _counts(membership: Any, scope: Scope) -> ColumnElement[bool]:
    """In the number of a unit: a member's standing, not a guest, admitted by the day, not entered by mistake."""
    return and_(
        membership.kind == scope.line,
        membership.status.in_(COUNTED),
        membership.relation.in_(COUNTING),
        or_(membership.end_reason.is_(None), membership.end_reason != "mistake"),
        or_(membership.joined.is_(None), _text(membership.joined) <= scope.on.isoformat()),
    )


def _rows(scope: Scope, here: CTE, flow: ColumnElement[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(*_columns(scope, here), flow.label("flow"))
        .select_from(Membership)
        .join(here, here.c.unit_id == Membership.unit_id)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .where(_counts(Membership, scope))
    )


def _admitted(scope: Scope) -> ColumnElement[bool]:
    return func.starts_with(_text(Membership.joined), str(scope.on.year))


def on_day(scope: Scope, here: CTE) -> Select[*tuple[Any, ...]]:
    """Everybody who was a member on the day; `flow` is 'admitted' for whoever was admitted in its year."""
    lasting = (
        Membership.until.is_(None)
        if scope.present
        else and_(Membership.since <= scope.on, or_(Membership.until.is_(None), Membership.until > scope.on))
    )
    admitted = case((_admitted(scope), "admitted"), else_="")
    return _rows(scope, here, admitted).where(lasting)


def _beside(here: CTE, scope: Scope, *when: Any) -> Any:
    """Whether the same person belonged to another unit of the scope at that time: no coming and no leaving then."""
    other = aliased(Membership)
    return exists(
        select(1)
        .select_from(other)
        .join(here, here.c.unit_id == other.unit_id)
        .where(
            other.tenant_id == Membership.tenant_id,
            other.person_id == Membership.person_id,
            other.id != Membership.id,
            _counts(other, scope),
            *(condition(other) for condition in when),
        )
    )


def came(scope: Scope, here: CTE) -> Select[*tuple[Any, ...]]:
    """Whoever came into the scope in the year up to the day, admitted elsewhere or before."""
    before = _beside(
        here,
        scope,
        lambda other: other.since < Membership.since,
        lambda other: or_(other.until.is_(None), other.until >= Membership.since),
    )
    return _rows(scope, here, case((true(), "came"), else_="")).where(
        of_year(scope, Membership.since), ~func.coalesce(_admitted(scope), False), ~before
    )


def left(scope: Scope, here: CTE) -> Select[*tuple[Any, ...]]:
    """Whoever left the scope in the year up to the day; `flow` is 'left:' and the reason."""
    after = _beside(
        here,
        scope,
        lambda other: other.since <= Membership.until,
        lambda other: or_(other.until.is_(None), other.until > Membership.until),
    )
    reason = func.concat("left:", func.coalesce(Membership.end_reason, ""))
    return _rows(scope, here, reason).where(of_year(scope, Membership.until), ~after)
