"""What a unit's facts must hold before they are written; each refusal names its field."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from shared.clock import today
from shared.db import db
from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.codes import credit_code_is_sound, plain_code
from shared.organisations.kinds import KINDS, SECTORS, kind_name, may_stand_under
from shared.organisations.models import Unit

MAX_NAME = 120
#: Years a founding or a term's end may lie in.
YEARS = range(1900, 2100)
MAX_LEGAL_NUMBER = 60
STAFF = range(10_000_000)


def clean_name(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise Invalid(fields={"name": _("Give the unit a name.")})
    if len(plain) > MAX_NAME:
        raise Invalid(fields={"name": _("A unit's name has at most %(n)s characters.", n=MAX_NAME)})
    return plain


def check_dates(founded_on: date | None, term_ends_on: date | None) -> None:
    if founded_on is not None and (founded_on.year not in YEARS or founded_on > today()):
        raise Invalid(
            fields={"founded_on": _("The day of founding cannot be right: %(day)s", day=founded_on)}
        )
    if term_ends_on is not None and term_ends_on.year not in YEARS:
        raise Invalid(
            fields={"term_ends_on": _("The end of the term cannot be right: %(day)s", day=term_ends_on)}
        )
    if founded_on is not None and term_ends_on is not None and term_ends_on <= founded_on:
        raise Invalid(fields={"term_ends_on": _("The term cannot end before the unit was founded.")})


def check_place(kind: str, parent: Unit | None) -> None:
    if kind not in KINDS:
        raise Invalid(fields={"kind": _("There is no such kind of unit.")})
    if parent is not None and parent.state != "active":
        raise Invalid(fields={"parent_id": _("%(name)s is dissolved.", name=parent.name)})
    if not may_stand_under(kind, parent.kind if parent else None):
        raise Invalid(
            fields={
                "kind": _(
                    "%(kind)s cannot stand directly below %(parent)s.",
                    kind=kind_name(kind),
                    parent=kind_name(parent.kind) if parent else _("the top of the tree"),
                )
            }
        )


def check_name_is_free(name: str, parent_id: int | None, *, but: int | None = None) -> None:
    taken = db.session.scalar(
        select(Unit.id).where(
            Unit.parent_id.is_not_distinct_from(parent_id),
            Unit.name == name,
            Unit.state == "active",
            Unit.id != (but or 0),
        )
    )
    if taken is not None:
        raise Invalid(fields={"name": _("There is already a unit of this name in the same place.")})


@dataclass(frozen=True, slots=True)
class Register:
    """What the real-name register asks of a unit (domain facts §11); None where nothing is known."""

    credit_code: str | None = None
    legal_number: str | None = None
    staff_count: int | None = None


def clean_register(given: Register) -> Register:
    """The register's facts as they are kept. Raises Invalid with the field where one cannot be right."""
    code = plain_code(given.credit_code or "")
    if code and not credit_code_is_sound(code):
        raise Invalid(
            fields={
                "credit_code": _(
                    "The credit code has 18 digits and capital letters, the last checks the others: %(code)s",
                    code=code[:30],
                )
            }
        )
    number = " ".join((given.legal_number or "").split())
    if len(number) > MAX_LEGAL_NUMBER:
        raise Invalid(fields={"legal_number": _("At most %(n)s characters.", n=MAX_LEGAL_NUMBER)})
    if given.staff_count is not None and given.staff_count not in STAFF:
        raise Invalid(fields={"staff_count": _("The number of employees cannot be right.")})
    return Register(code or None, number or None, given.staff_count)


def check_sector(sector: str) -> None:
    if sector not in SECTORS:
        raise Invalid(fields={"sector": _("There is no such sector.")})
