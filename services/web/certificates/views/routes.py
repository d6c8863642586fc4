"""The blueprint, and what its pages read from the address."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for
from sqlalchemy import select

from services.web.edge import actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.certificates.models import CertificateTemplate
from shared.certificates.queries import CertificateFilter
from shared.certificates.queries.lists import VIEWS
from shared.db import db
from shared.errors import Invalid, NotFound
from shared.i18n import _
from shared.organisations.models import Unit

blueprint = Blueprint("certificates", __name__, url_prefix="/certificates")


def number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


@dataclass(frozen=True)
class Asked:
    unit: Unit | None
    given: CertificateFilter

    def values(self, **changes: Any) -> dict[str, Any]:
        given = self.given
        values: dict[str, Any] = {
            "view": given.view,
            "unit_id": self.unit.id if self.unit else None,
            "template_id": given.template_id,
            "year": given.year,
        }
        values.update(changes)
        return {key: value for key, value in values.items() if value is not None}

    def address(self, **changes: Any) -> str:
        return url_for("certificates.index", **self.values(**changes))


def asked(may: Permission = Permission.DOCUMENT_VIEW) -> Asked:
    """The filter of the address; the unit comes through the door."""
    unit_id, year = number("unit_id"), number("year")
    unit = fetch(Unit, unit_id, actor=actor(), may=may) if unit_id is not None else None
    view = request.args.get("view", "waiting")
    return Asked(
        unit,
        CertificateFilter(
            view=view if view in VIEWS else "waiting",
            template_id=number("template_id"),
            year=year if year is not None and 1900 < year < 2200 else None,
            path=unit.path if unit else None,
        ),
    )


def filter_asked() -> CertificateFilter:
    return asked().given


def seal_sent() -> int:
    """The seal that a form names. Raises Invalid."""
    key = request.form.get("seal_id", "")
    if not (key.isascii() and key.isdigit() and len(key) < 16):
        raise Invalid(_("Choose a seal."))
    return int(key)


def template_of(template_id: int, *, lock: bool = False) -> CertificateTemplate:
    """A template of the tenant. Raises NotFound."""
    statement = select(CertificateTemplate).where(CertificateTemplate.id == template_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found
