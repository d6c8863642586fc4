"""Certificates in reach, latest first; the tenant's templates; seals and how often each was used."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, select, true

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.certificates.models import Certificate, CertificateTemplate, Seal
from shared.db import db
from shared.organisations.models import Unit

PAGE = 50
VIEWS = ("waiting", "sealed", "void", "all")


@dataclass(frozen=True, slots=True)
class CertificateFilter:
    """`view`: waiting (for a seal), sealed, void, all. `path`: a unit and all below it."""

    view: str = "waiting"
    template_id: int | None = None
    year: int | None = None
    path: str | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class CertificateRow:
    id: int
    number: str
    recipient: str
    person_id: int | None
    unit_id: int
    unit_name: str
    template_name: str
    granted_on: date
    state: str
    seal_name: str | None
    sealed_at: datetime | None
    void_reason: str


@dataclass(frozen=True, slots=True)
class SealRow:
    id: int
    name: str
    unit_id: int
    unit_name: str
    state: str
    uses: int
    last_used: datetime | None


_OF_VIEW: dict[str, ColumnElement[bool]] = {
    "waiting": and_(Certificate.seal_id.is_(None), Certificate.state == "issued"),
    "sealed": and_(Certificate.seal_id.is_not(None), Certificate.state == "issued"),
    "void": Certificate.state == "void",
    "all": true(),
}


def _conditions(
    actor: Actor, given: CertificateFilter, may: Permission = Permission.DOCUMENT_VIEW
) -> list[ColumnElement[bool]]:
    return [
        reach_filter(actor, may, Unit.path),
        func.starts_with(Unit.path, given.path) if given.path else true(),
        Certificate.template_id == given.template_id if given.template_id else true(),
        Certificate.year == given.year if given.year else true(),
        Certificate.person_id == given.person_id if given.person_id else true(),
    ]


def _of_unit() -> ColumnElement[bool]:
    return and_(Unit.tenant_id == Certificate.tenant_id, Unit.id == Certificate.unit_id)


def certificates_page(
    actor: Actor, given: CertificateFilter, *, before: int | None = None, size: int = PAGE
) -> tuple[list[CertificateRow], int | None]:
    """One page of the filter, and where the next begins. One query."""
    found = db.session.execute(
        select(Certificate, Unit.name, CertificateTemplate.name, Seal.name)
        .join(Unit, _of_unit())
        .join(
            CertificateTemplate,
            and_(
                CertificateTemplate.tenant_id == Certificate.tenant_id,
                CertificateTemplate.id == Certificate.template_id,
            ),
        )
        .outerjoin(Seal, and_(Seal.tenant_id == Certificate.tenant_id, Seal.id == Certificate.seal_id))
        .where(
            *_conditions(actor, given),
            _OF_VIEW[given.view],
            Certificate.id < before if before else true(),
        )
        .order_by(Certificate.id.desc())
        .limit(size + 1)
    ).all()
    rows = [
        CertificateRow(
            id=one.id,
            number=one.number,
            recipient=one.recipient,
            person_id=one.person_id,
            unit_id=one.unit_id,
            unit_name=unit_name,
            template_name=template_name,
            granted_on=one.granted_on,
            state=one.state,
            seal_name=seal_name,
            sealed_at=one.sealed_at,
            void_reason=one.void_reason,
        )
        for one, unit_name, template_name, seal_name in found[:size]
    ]
    return rows, rows[-1].id if len(found) > size else None


def counts(actor: Actor, given: CertificateFilter) -> dict[str, int]:
    """How many each view has under the other filters. One query."""
    row = db.session.execute(
        select(*(func.count().filter(condition).label(view) for view, condition in _OF_VIEW.items()))
        .select_from(Certificate)
        .join(Unit, _of_unit())
        .where(*_conditions(actor, given))
    ).one()
    return {view: int(getattr(row, view)) for view in VIEWS}


def matching(actor: Actor, given: CertificateFilter, *, may: Permission) -> Select[int, int]:
    """(id, unit_id) of the filter's certificates within a right, in the order of their numbers."""
    return (
        select(Certificate.id, Certificate.unit_id)
        .join(Unit, _of_unit())
        .where(*_conditions(actor, given, may), _OF_VIEW[given.view])
        .order_by(Certificate.template_id, Certificate.year, Certificate.serial)
    )


def templates(*, all_states: bool = False) -> list[CertificateTemplate]:
    """The tenant's templates by name; those out of use only where they are asked for."""
    return list(
        db.session.scalars(
            select(CertificateTemplate)
            .where(true() if all_states else CertificateTemplate.state == "active")
            .order_by(CertificateTemplate.state, CertificateTemplate.name, CertificateTemplate.id)
        )
    )


def seals(actor: Actor, *, may: Permission, active: bool = True) -> list[SealRow]:
    """The seals of units in reach, with the number of certificates that bear each. One query."""
    uses = (
        select(Certificate.seal_id, func.count().label("n"), func.max(Certificate.sealed_at).label("last"))
        .where(Certificate.seal_id.is_not(None))
        .group_by(Certificate.seal_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Seal, Unit.name, func.coalesce(uses.c.n, 0), uses.c.last)
        .join(Unit, and_(Unit.tenant_id == Seal.tenant_id, Unit.id == Seal.unit_id))
        .outerjoin(uses, uses.c.seal_id == Seal.id)
        .where(reach_filter(actor, may, Unit.path), Seal.state == "active" if active else true())
        .order_by(Seal.state, Unit.path, Seal.id)
    )
    return [
        SealRow(seal.id, seal.name, seal.unit_id, unit_name, seal.state, int(number), last)
        for seal, unit_name, number, last in rows
    ]
