"""Sheets to be read: the list, one with its lines, its versions, what the product offers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from shared.assessments.actions.schemes.drafts import shipped_key
from shared.assessments.models import Line, Round, Scheme
from shared.assessments.packs import ShippedSheet, shipped_sheets
from shared.db import db
from shared.errors import NotFound
from shared.i18n import _
from shared.tenants.queries import open_tenant

PAGE = 50


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """A sheet in the list: how many lines it has and how many rounds began with it."""

    scheme: Scheme
    lines: int
    rounds: int


def _rows() -> tuple[object, ...]:
    lines = select(func.count()).where(Line.scheme_id == Scheme.id).scalar_subquery()
    rounds = (
        select(func.count()).where(Round.scheme_id == Scheme.id, Round.state != "withdrawn").scalar_subquery()
    )
    return lines, rounds


def scheme_list(
    *, drafts: bool, view: str = "now", after: int | None = None, limit: int = PAGE
) -> tuple[list[SchemeRow], bool]:
    """The tenant's sheets, the newest first; whether more follow. `drafts`: the reader may edit sheets.

    view: now (what counts or is being written), all.
    """
    lines, rounds = _rows()
    statement = select(Scheme, lines, rounds).order_by(Scheme.id.desc()).limit(limit + 1)  # type: ignore[call-overload]
    if not drafts:
        statement = statement.where(Scheme.state != "draft")
    if view == "now":
        statement = statement.where(Scheme.enabled | (Scheme.state == "draft"))
    if after is not None:
        statement = statement.where(Scheme.id < after)
    found = [SchemeRow(*row) for row in db.session.execute(statement)]
    return found[:limit], len(found) > limit


def scheme_at(scheme_id: int, *, drafts: bool) -> Scheme:
    """One sheet; an issued one is everybody's who may see scores. Raises NotFound."""
    scheme = db.session.scalar(select(Scheme).where(Scheme.id == scheme_id))
    if scheme is None or (scheme.state == "draft" and not drafts):
        raise NotFound(_("There is nothing at this address."))
    return scheme


def lines_at(scheme_id: int) -> Sequence[Line]:
    """The lines of a sheet in their order."""
    return db.session.scalars(select(Line).where(Line.scheme_id == scheme_id).order_by(Line.ordinal)).all()


def versions_of(scheme: Scheme, *, drafts: bool) -> list[SchemeRow]:
    """Every version of a sheet, the newest first."""
    lines, rounds = _rows()
    statement = select(Scheme, lines, rounds).where(Scheme.key == scheme.key)  # type: ignore[call-overload]
    if not drafts:
        statement = statement.where(Scheme.state != "draft")
    return [SchemeRow(*row) for row in db.session.execute(statement.order_by(Scheme.version.desc()))]


def offered_sheets() -> list[ShippedSheet]:
    """What the product ships for this tenant's kind and the tenant has not taken yet."""
    kind = open_tenant().kind
    taken = db.session.execute(select(Scheme.key, Scheme.version, Scheme.form_key, Scheme.created_by)).all()
    keys = {row.form_key for row in taken}
    # Taken over before versions were marked.
    old = {(row.key, row.version) for row in taken if row.form_key is None and row.created_by is None}
    return [
        sheet
        for sheet in shipped_sheets()
        if sheet.tenant_kind == kind
        and shipped_key(sheet) not in keys
        and (sheet.key, sheet.version) not in old
    ]


def sheet_of(key: str) -> ShippedSheet:
    """A shipped sheet that is offered to this tenant. Raises NotFound."""
    for sheet in offered_sheets():
        if sheet.key == key:
            return sheet
    raise NotFound(_("There is nothing at this address."))
