"""The steps of a reform and the part of the tree they touch, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select, text

from shared.db import db
from shared.members.models import Membership, Person
from shared.organisations.models import Unit
from shared.reforms.models import Reform, Step, StepPerson
from shared.reforms.operations import Act, Node, Tree

#: Subjects with all below them, children of the other units named and of the superiors, the tops, and all above.
_UNITS = text(
    """
    with subject as materialized (
        select id, parent_id, path from unit where id = any(cast(:subjects as bigint[]))
    ), wanted as (
        select below.id from subject join unit as below
            on below.path >= subject.path and below.path < subject.path || '~'
        union
        select id from unit where parent_id = any(cast(:targets as bigint[]))
        union
        select beside.id from unit as beside join subject on subject.parent_id = beside.parent_id
        union
        select id from unit where parent_id is null
        union
        select cast(step as bigint)
        from unit as named cross join regexp_split_to_table(rtrim(named.path, '.'), '[.]') as step
        where named.id = any(cast(:named as bigint[]))
    )
    select unit.id, unit.parent_id, unit.path, unit.name, unit.kind, unit.line, unit.sector, unit.founded_on, unit.state
    from unit join wanted on wanted.id = unit.id
    """
)
_PEOPLE = text(
    "select unit_id, count(*) as n from membership where until is null and unit_id = any(cast(:ids as bigint[]))"
    " group by unit_id"
)
_DUTIES = text(
    "select item.unit_id, count(*) as n from due_item as item join duty_rule as rule on rule.id = item.rule_id"
    " where item.state = 'open' and rule.cadence <> 'term' and item.unit_id = any(cast(:ids as bigint[]))"
    " group by item.unit_id"
)
_HOMES = text(
    "select person_id, kind, unit_id from membership"
    " where until is null and person_id = any(cast(:people as bigint[]))"
)


def steps_of(reform_id: int) -> list[Step]:
    """The steps of a reform in their order."""
    return list(db.session.scalars(select(Step).where(Step.reform_id == reform_id).order_by(Step.ordinal)))


def acts_of(steps: Sequence[Step]) -> list[Act]:
    """The steps as the operations understand them."""
    chosen: dict[int, list[int]] = defaultdict(list)
    splits = [step.id for step in steps if step.operation == "split"]
    if splits:
        for step_id, person_id in db.session.execute(
            select(StepPerson.step_id, StepPerson.person_id).where(StepPerson.step_id.in_(splits))
        ):
            chosen[step_id].append(person_id)
    return [
        Act(
            id=step.id,
            operation=step.operation,
            unit=step.unit_id,
            into=-step.into_step_id if step.into_step_id is not None else step.into_id,
            name=step.name,
            kind=step.kind,
            sector=step.sector,
            receiver=step.receiver,
            people=tuple(sorted(chosen[step.id])),
        )
        for step in steps
    ]


def read_tree(acts: Sequence[Act]) -> Tree:
    """The units that these steps touch or look at, with the numbers of their people and open duties."""
    subjects = sorted({act.unit for act in acts if act.unit is not None})
    targets = sorted({act.into for act in acts if act.into is not None and act.into > 0})
    named = sorted({*subjects, *targets})
    rows = db.session.execute(_UNITS, {"subjects": subjects, "targets": named, "named": named}).all()
    ids = {"ids": [row.id for row in rows]}
    people = {row.unit_id: int(row.n) for row in db.session.execute(_PEOPLE, ids)}
    duties = {row.unit_id: int(row.n) for row in db.session.execute(_DUTIES, ids)}
    chosen = sorted({person for act in acts for person in act.people})
    homes = {}
    if chosen:
        homes = {
            (row.person_id, row.kind): row.unit_id for row in db.session.execute(_HOMES, {"people": chosen})
        }
    nodes = {
        row.id: Node(
            row.id, row.parent_id, row.name, row.kind, row.line, row.sector, row.founded_on, row.state
        )
        for row in rows
    }
    return Tree(nodes, people, duties, homes)


def reform_at(reform_id: int) -> Reform | None:
    """A reorganisation of the tenant. It belongs to no unit: whoever may see one may see all."""
    found: Reform | None = db.session.execute(
        select(Reform).where(Reform.id == reform_id)
    ).scalar_one_or_none()
    return found


def unit_names(ids: Iterable[int]) -> dict[int, str]:
    """Names by key, for a list of steps."""
    wanted = sorted(set(ids))
    rows = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted))) if wanted else ()
    return {row.id: row.name for row in rows}


def members_at(unit_id: int) -> list[tuple[int, str]]:
    """The living members of a unit by name, from whom a split chooses."""
    return [
        (row.id, row.name)
        for row in db.session.execute(
            select(Person.id, Person.name)
            .join(
                Membership, (Membership.tenant_id == Person.tenant_id) & (Membership.person_id == Person.id)
            )
            .where(Membership.unit_id == unit_id, Membership.until.is_(None))
            .order_by(Person.name_key, Person.id)
        )
    ]
