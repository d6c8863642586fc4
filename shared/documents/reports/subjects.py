"""What a paper can be of: rows of a kind, each at a unit and with a name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from shared.assessments.models import Round
from shared.ballots.models import Poll
from shared.certificates.models import Certificate
from shared.db import TenantOwned, db
from shared.events.models import Event, Meeting
from shared.findings.models import Inspection
from shared.i18n import lazy_
from shared.members.models import Membership, Person
from shared.organisations.models import Unit
from shared.plans.models import Plan


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """`rows` selects (id, unit_id, title) of the rows with the given ids."""

    name: lazy_
    model: type[TenantOwned]
    rows: Callable[[Sequence[int]], Select[Any, Any, Any]]
    #: The title is a person's name: it is shown from the person's row and kept nowhere else.
    private: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """One subject: its unit and how it is called."""

    id: int
    unit_id: int
    title: str


def _of(model: type[Any], title: Any) -> Callable[[Sequence[int]], Select[Any, Any, Any]]:
    return lambda ids: select(model.id, model.unit_id.label("unit_id"), title.label("title")).where(
        model.id.in_(ids)
    )


def _people(ids: Sequence[int]) -> Select[Any, Any, Any]:
    """A person stands at the unit of the first membership that goes on, the full ones before the others."""
    home = (
        select(Membership.unit_id)
        .where(
            Membership.tenant_id == Person.tenant_id,
            Membership.person_id == Person.id,
            Membership.until.is_(None),
        )
        .order_by(Membership.kind, Membership.id)
        .limit(1)
        .scalar_subquery()
    )
    return select(Person.id, home.label("unit_id"), Person.name.label("title")).where(Person.id.in_(ids))


SUBJECTS: dict[str, SubjectKind] = {
    "unit": SubjectKind(
        lazy_("a unit"),
        Unit,
        lambda ids: select(Unit.id, Unit.id.label("unit_id"), Unit.name.label("title")).where(
            Unit.id.in_(ids)
        ),
    ),
    "event": SubjectKind(lazy_("a record"), Event, _of(Event, Event.title)),
    "meeting": SubjectKind(lazy_("a planned meeting"), Meeting, _of(Meeting, Meeting.title)),
    "person": SubjectKind(lazy_("a person"), Person, _people, private=True),
    "certificate": SubjectKind(
        lazy_("a certificate"), Certificate, _of(Certificate, Certificate.recipient), private=True
    ),
    "poll": SubjectKind(lazy_("a ballot"), Poll, _of(Poll, Poll.title)),
    "plan": SubjectKind(lazy_("a plan"), Plan, _of(Plan, Plan.title)),
    "inspection": SubjectKind(lazy_("an inspection"), Inspection, _of(Inspection, Inspection.title)),
    "round": SubjectKind(lazy_("an assessment round"), Round, _of(Round, Round.name)),
}


def named(of: str, ids: Sequence[int]) -> dict[int, Named]:
    """The subjects that are there, by id. One query; those of no unit are left out."""
    rows = db.session.execute(SUBJECTS[of].rows(list(ids))).all()
    return {row.id: Named(row.id, row.unit_id, row.title) for row in rows if row.unit_id is not None}


__all__ = ["SUBJECTS", "Named", "SubjectKind", "named"]
