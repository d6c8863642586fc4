"""Search of people by name."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.hanzi import fold
from shared.members.models import Membership, Person, PersonTerm
from shared.members.statuses import status_name
from shared.organisations.models import Unit

#: A short prefix (one letter) may fit half the roster; so many candidates are looked at, those found first.
CANDIDATES = 2000


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
    """People in reach one of whose terms begins with what was typed: either script, pinyin in every reading of the
    surname, initials. Whole matches first. One query.
    """
    typed = fold(words)
    if not typed:
        return []
    best = func.bool_or(PersonTerm.term == typed).label("whole")
    matching = (
        select(PersonTerm.person_id, best)
        .join(
            Membership,
            and_(
                Membership.tenant_id == PersonTerm.tenant_id,
                Membership.person_id == PersonTerm.person_id,
                Membership.until.is_(None),
            ),
        )
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(func.starts_with(PersonTerm.term, typed), reach_filter(actor, permission, Unit.path))
        .group_by(PersonTerm.person_id)
        .limit(CANDIDATES)
        .subquery()
    )
    rows = db.session.execute(
        select(Person.id, Person.name, Unit.id, Unit.name, Membership.status)
        .join(matching, matching.c.person_id == Person.id)
        .join(
            Membership,
            and_(
                Membership.tenant_id == Person.tenant_id,
                Membership.person_id == Person.id,
                Membership.until.is_(None),
            ),
        )
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(reach_filter(actor, permission, Unit.path))
        .order_by(
            matching.c.whole.desc(),
            # Then those whose surname begins so, before those found by their given name.
            func.starts_with(func.replace(Person.name_key, " ", ""), typed).desc(),
            Person.name_key,
            Person.id,
        )
        .limit(limit)
    )
    return [Found(*row) for row in rows]
