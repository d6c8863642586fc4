"""What several lists say alike: a unit of the filter by its name, a choice in words."""

from sqlalchemy import ColumnElement, select

from shared.db import db
from shared.i18n import _
from shared.organisations.models import Unit


def _named(condition: ColumnElement[bool]) -> list[tuple[str, str]]:
    name = db.session.execute(select(Unit.name).where(condition)).scalar_one_or_none()
    return [(_("Unit and all below"), name or "")]


def unit_said(unit_id: int | None) -> list[tuple[str, str]]:
    """The unit that the filter is narrowed to, if it is."""
    return [] if unit_id is None else _named(Unit.id == unit_id)


def path_said(path: str | None) -> list[tuple[str, str]]:
    return _named(Unit.path == path) if path else []


def year_said(year: int) -> list[tuple[str, str]]:
    return [(_("Year"), str(year))]
