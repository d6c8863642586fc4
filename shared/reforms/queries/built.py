"""What was built on a reform since it was executed: as long as there is anything, it cannot be undone."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Table, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db import Base, db
from shared.i18n import lazy_
from shared.reforms.models import Reform

#: What was entered since, in words; %(name)s is its unit or person.
BUILT: dict[str, lazy_] = {
    "event": lazy_("A record was filed since: %(name)s"),
    "due_item": lazy_("A duty was fulfilled since: %(name)s"),
    "membership": lazy_("A membership was changed or entered since: %(name)s"),
    "post": lazy_("A post was given since: %(name)s"),
    "role": lazy_("A role was given since: %(name)s"),
    "reform": lazy_("A later reorganisation touches the same units: %(name)s"),
    "draft": lazy_("A draft names a unit that was set up: %(name)s"),
    "unit_change": lazy_("The unit was changed since: %(name)s"),
    "below": lazy_("A unit was put below one that was set up: %(name)s"),
    "name": lazy_("A unit of the former name stands in the former place: %(name)s"),
    "superior": lazy_("The former superior does not exist any more: %(name)s"),
    "other": lazy_("Something else refers to a unit that was set up: %(name)s"),
}
#: At most so many of one kind are named.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Built:
    """One thing in the way: a key of BUILT, whose it is in words, and the key of what its link opens."""

    kind: str
    name: str
    key: int


_EFFECT_UNITS = text(
    "select unit_id, act, before from reform_effect where reform_id = :reform_id order by unit_id"
)
_EVENTS = text(
    """
    select event.id as key, unit.name from event join unit on unit.id = event.unit_id
    where event.id > :event and event.unit_id = any(cast(:getting as bigint[]))
    order by event.id limit :named
    """
)
_DUTIES = text(
    """
    select item.unit_id as key, unit.name from due_item as item join unit on unit.id = item.unit_id
    where item.state in ('done', 'exempt')
        and (item.id in (select due_item_id from reform_item where reform_id = :reform_id)
            or (item.unit_id = any(cast(:made as bigint[])) and item.reform_id is distinct from :reform_id)
            or (item.unit_id = any(cast(:changed as bigint[])) and item.id > :due_before))
    order by item.id limit :named
    """
)
_MEMBERSHIPS = text(
    """
    select begun.person_id as key, person.name
    from membership as begun
    join membership as ended on ended.ended_by = :reform_id and ended.person_id = begun.person_id
        and ended.kind = begun.kind
    join person on person.id = begun.person_id
    where begun.began_by = :reform_id and (begun.until is not null
        or (begun.status, begun.relation, begun.card_number, begun.joined, begun.confirmed)
            is distinct from (ended.status, ended.relation, ended.card_number, ended.joined, ended.confirmed))
    union all
    select membership.person_id, person.name from membership join person on person.id = membership.person_id
    where membership.unit_id = any(cast(:made as bigint[])) and membership.began_by is distinct from :reform_id
    union all
    select living.person_id, person.name from membership as ended
    join membership as living on living.person_id = ended.person_id and living.kind = ended.kind
        and living.until is null
    join person on person.id = living.person_id
    where ended.ended_by = :reform_id and ended.end_reason = 'transferred'
    limit :named
    """
)
_POSTS = text(
    """
    select post.person_id as key, person.name from post join person on person.id = post.person_id
    where post.unit_id = any(cast(:made as bigint[]))
    union all
    select post.person_id, person.name from post join person on person.id = post.person_id
    join membership on membership.person_id = post.person_id and membership.began_by = :reform_id
        and membership.unit_id = post.unit_id
    where post.id > :post and not post.unit_id = any(cast(:made as bigint[]))
    union all
    select post.person_id, person.name from post join person on person.id = post.person_id
    join post as ended on ended.ended_by = :reform_id and ended.unit_id = post.unit_id and ended.code = post.code
    where post.id > :post
    limit :named
    """
)
_ROLES = text(
    "select role_grant.person_id as key, person.name from role_grant join person on person.id = role_grant.person_id"
    " where role_grant.unit_id = any(cast(:made as bigint[])) limit :named"
)
_REFORMS = text(
    """
    select reform.id as key, max(reform.title) as name
    from reform_effect as effect join reform on reform.id = effect.reform_id
    where effect.reform_id <> :reform_id and reform.state = 'executed'
        and effect.unit_id = any(cast(:touched as bigint[]))
        and effect.id > (select max(id) from reform_effect where reform_id = :reform_id)
    group by reform.id order by reform.id limit :named
    """
)
_DRAFTS = text(
    """
    select reform.id as key, max(reform.title) as name
    from reform_step as step join reform on reform.id = step.reform_id
    where step.reform_id <> :reform_id
        and (step.unit_id = any(cast(:made as bigint[])) or step.into_id = any(cast(:made as bigint[])))
    group by reform.id order by reform.id limit :named
    """
)
_CHANGES = text(
    """
    select unit.id as key, unit.name from unit_change as change join unit on unit.id = change.unit_id
    where change.unit_id = any(cast(:touched as bigint[])) and change.id > :unit_change
        and change.reform_id is null
    group by unit.id, unit.name order by unit.id limit :named
    """
)
_BELOW = text(
    "select id as key, name from unit where parent_id = any(cast(:made as bigint[]))"
    " and not id = any(cast(:touched as bigint[])) order by id limit :named"
)
_NAMES = text(
    """
    select taken.id as key, taken.name
    from unnest(cast(:old_names as text[]), cast(:old_parents as bigint[])) as former (name, parent_id)
    join unit as taken on taken.name = former.name and taken.parent_id is not distinct from former.parent_id
    where taken.state = 'active' and not taken.id = any(cast(:touched as bigint[]))
    order by taken.id limit :named
    """
)
_SUPERIORS = text(
    "select id as key, name from unit where id = any(cast(:old_parents as bigint[])) and state = 'dissolved'"
    " and not id = any(cast(:touched as bigint[])) order by id limit :named"
)
_ASKED = {
    "event": _EVENTS,
    "due_item": _DUTIES,
    "membership": _MEMBERSHIPS,
    "post": _POSTS,
    "role": _ROLES,
    "reform": _REFORMS,
    "draft": _DRAFTS,
    "unit_change": _CHANGES,
    "below": _BELOW,
    "name": _NAMES,
    "superior": _SUPERIORS,
}
#: Tables asked above, or whose rows go with their unit.
_KNOWN = frozenset(
    (
        "unit",
        "unit_term",
        "unit_version",
        "unit_change",
        "due_item",
        "event",
        "membership",
        "post",
        "role_grant",
        "reform_step",
        "reform_effect",
        "assessment_score",
        "import_effect",
    )
)


@dataclass
class Touched:
    """The units of an executed reform."""

    made: list[int]
    #: Unit → its row before.
    changed: dict[int, dict[str, Any]]

    @property
    def every(self) -> list[int]:
        return sorted({*self.made, *self.changed})


def touched(reform_id: int) -> Touched:
    rows = db.session.execute(_EFFECT_UNITS, {"reform_id": reform_id}).all()
    return Touched(
        [row.unit_id for row in rows if row.act == "made"],
        {row.unit_id: row.before for row in rows if row.act == "changed"},
    )


def built_on(reform: Reform) -> list[Built]:
    """Everything in the way of an undo; empty: it can be undone. A constant number of queries."""
    units = touched(reform.id)
    getting = db.session.scalars(
        text("select distinct unit_id from membership where began_by = :reform_id"), {"reform_id": reform.id}
    )
    stand = {key: row for key, row in units.changed.items() if row["state"] == "active"}
    values = {
        "reform_id": reform.id,
        "made": units.made,
        "changed": list(units.changed),
        "touched": units.every,
        "getting": sorted({*units.made, *getting}),
        "old_names": [row["name"] for row in stand.values()],
        "old_parents": [row["parent_id"] for row in stand.values()],
        "due_before": reform.kept["since"]["due_item"],
        "named": NAMED,
        **reform.kept["until"],
    }
    found = [
        Built(kind, row.name, row.key)
        for kind, statement in _ASKED.items()
        for row in db.session.execute(statement, values)
    ]
    if units.made:
        found.extend(_other(units.made))
    return found


def _references() -> list[tuple[Table, str]]:
    """Every other column that names a unit; a table added later is found without a word here."""
    return [
        (table, column.name)
        for table in Base.metadata.sorted_tables
        if table.name not in _KNOWN
        for key in table.foreign_key_constraints
        if key.referred_table.name == "unit"
        for column in key.columns
        if column.name != "tenant_id"
    ]


def _other(made: list[int]) -> list[Built]:
    unit = Base.metadata.tables["unit"]
    wanted = bindparam("made", made, type_=ARRAY(BigInteger))
    named = {
        row.id: row.name
        for table, column in _references()
        for row in db.session.execute(
            select(unit.c.id, unit.c.name)
            .join(table, (table.c.tenant_id == unit.c.tenant_id) & (table.c[column] == unit.c.id))
            .where(unit.c.id == func.any(wanted))
            .distinct()
        )
    }
    return [Built("other", name, key) for key, name in sorted(named.items())[:NAMED]]
