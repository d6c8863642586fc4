"""Who may vote by the roster of a day."""

from sqlalchemy import Select, and_, func, or_, select

from shared.ballots.kinds import ballot_kinds
from shared.clock import today
from shared.members.models import Membership, Person
from shared.members.relations import VOTING_HERE
from shared.members.statuses import ATTENDING, VOTING
from shared.organisations.models import Unit


def roster(unit: Unit, kind: str) -> Select[int]:
    """Who may vote today, each once: of the unit by itself where it elects or appraises, else of those below too."""
    on = today()
    spec = ballot_kinds()[kind]
    alone = spec.elects or spec.key == "appraisal"
    return (
        select(Membership.person_id)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .join(Unit, and_(Unit.tenant_id == Membership.tenant_id, Unit.id == Membership.unit_id))
        .where(
            Unit.id == unit.id if alone else func.starts_with(Unit.path, unit.path),
            Membership.status.in_(ATTENDING if spec.voters == "all_members" else VOTING),
            Membership.kind == unit.line,
            Membership.relation.in_(VOTING_HERE),
            Membership.since <= on,
            or_(Membership.until.is_(None), Membership.until >= on),
            Person.state == "active",
        )
        .distinct()
    )
