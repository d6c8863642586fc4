"""How an execution writes people: memberships, stays, posts, roles, and what ends beside them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from shared.db import db
from shared.reforms.operations import Tree
from shared.reforms.queries.counting import Fates

#: Memberships end on the day and begin again in the unit that takes over (target 0: nowhere here).
_PEOPLE = text(
    """
    with flow as (
        select * from unnest(cast(:units as bigint[]), cast(:targets as bigint[])) as given (unit_id, target_id)
    ), picked as (
        select * from unnest(cast(:people as bigint[]), cast(:lines as text[]), cast(:homes as bigint[]),
            cast(:made as bigint[])) as given (person_id, kind, unit_id, target_id)
    ), moving as (
        select membership.id, picked.target_id from picked join membership
            on membership.person_id = picked.person_id and membership.kind = picked.kind
                and membership.unit_id = picked.unit_id and membership.until is null
        union all
        select membership.id, flow.target_id from flow join membership
            on membership.unit_id = flow.unit_id and membership.until is null
        where not exists (select from picked where picked.person_id = membership.person_id
            and picked.unit_id = membership.unit_id and picked.kind = membership.kind)
    ), closed as (
        update membership set until = greatest(membership.since, :on), ended_by = :reform_id,
            end_reason = case when moving.target_id = 0 then 'transferred' else 'reformed' end
        from moving where membership.id = moving.id
        returning membership.person_id, moving.target_id, membership.kind, membership.status, membership.relation,
            membership.card_number, membership.joined, membership.confirmed, membership.until
    )
    insert into membership (person_id, unit_id, kind, status, relation, card_number, joined, confirmed, since, began_by)
    select person_id, target_id, kind, status, relation, card_number, joined, confirmed, until, :reform_id
    from closed where target_id <> 0
    """
)
_LEFT = text(
    """
    update person set state = 'left'
    where state = 'active' and id in (
            select person_id from membership where ended_by = :reform_id and end_reason = 'transferred')
        and not exists (select from membership as other where other.person_id = person.id and other.until is null)
    returning id
    """
)
_STAYS = text(
    """
    select stay.id, stay.unit_id, begun.unit_id as target_id
    from membership as ended
    join mobile_stay as stay on stay.person_id = ended.person_id and stay.unit_id = ended.unit_id
        and stay.until is null
    left join membership as begun on begun.person_id = ended.person_id and begun.kind = ended.kind
        and begun.began_by = :reform_id
    where ended.ended_by = :reform_id
    """
)
_MOVE_STAYS = text(
    """
    update mobile_stay set unit_id = coalesce(given.target_id, mobile_stay.unit_id),
        until = case when given.target_id is null then greatest(mobile_stay.since, cast(:on as date)) end
    from unnest(cast(:ids as bigint[]), cast(:targets as bigint[])) as given (id, target_id)
    where mobile_stay.id = given.id
    """
)
_POSTS = text(
    "update post set until = greatest(since, :on), ended_by = :reform_id where id = any(cast(:ids as bigint[]))"
)
_ROLES = text(
    "update role_grant set ended_at = :at, ended_by = :reform_id"
    " where unit_id = any(cast(:ended as bigint[])) and ended_at is null and (until is null or until >= :today)"
)
_TENURES = text(
    "update tenure set closed_on = greatest(began_on, :on)"
    " where closed_on is null and unit_id = any(cast(:ended as bigint[])) returning id"
)
_LINKS = text(
    "update unit_link set until = greatest(since, :on) where until is null"
    " and (party_unit_id = any(cast(:ended as bigint[])) or union_unit_id = any(cast(:ended as bigint[])))"
    " returning id"
)
_HANDOVERS = text(
    "update handover set state = 'withdrawn', decided_at = :at"
    " where state = 'open' and unit_id = any(cast(:ended as bigint[])) returning id"
)


def write_people(reform_id: int, tree: Tree, ids: dict[int, int], *, on: date) -> dict[str, Any]:
    """Carry memberships over or end them; returns what the undo needs: people who left, stays that moved."""
    flows = {**dict.fromkeys(tree.handed(), 0), **{key: ids.get(to, to) for key, to in tree.moved().items()}}
    homes = {key: tree.homes[key] for key in tree.picked}
    values = {
        "reform_id": reform_id,
        "on": on,
        "units": list(flows),
        "targets": list(flows.values()),
        "people": [person for person, _line in homes],
        "lines": [line for _person, line in homes],
        "homes": list(homes.values()),
        "made": [ids[tree.picked[key]] for key in homes],
    }
    db.session.execute(_PEOPLE, values)
    key = {"reform_id": reform_id}
    left = list(db.session.scalars(_LEFT, key)) if tree.handed() else []
    stays = db.session.execute(_STAYS, key).all()
    if stays:
        moved = {"ids": [row.id for row in stays], "targets": [row.target_id for row in stays], "on": on}
        db.session.execute(_MOVE_STAYS, moved)
    return {"left": left, "stays": [[row.id, row.unit_id] for row in stays]}


def end_offices(
    reform_id: int, tree: Tree, fates: Fates, *, on: date, today: date, at: datetime
) -> dict[str, list[int]]:
    """End posts, roles, terms, links and open hand-overs; returns the keys that say no reform of their own."""
    ended = tree.ended()
    posts = sorted({post for ids in fates.posts.values() for post in ids})
    db.session.execute(_POSTS, {"reform_id": reform_id, "on": on, "ids": posts})
    given = {"ended": ended, "on": on}
    db.session.execute(_ROLES, {"reform_id": reform_id, "ended": ended, "at": at, "today": today})
    return {
        "tenures": list(db.session.scalars(_TENURES, given)),
        "links": list(db.session.scalars(_LINKS, given)),
        "handovers": list(db.session.scalars(_HANDOVERS, {"ended": ended, "at": at})),
    }
