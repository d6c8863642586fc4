"""The ladder: which open items have reached which step, and whom that step reaches. One statement a tenant.

Only the latest step an item has reached is planned: what an outage swallowed is not sent after it. Nothing is chosen by
"exactly today": a step is reached on its day and stays so until the next.
"""

from datetime import date

from sqlalchemy import text

from shared.clock import local
from shared.db import db
from shared.members.posts import LEADING
from shared.reminders.queries.ladder import Ladder

_PLAN = text(
    """
    with reached as (
        select d.id, d.unit_id, u.path, d.due_on,
               case when d.due_on + cast(:superior as int) <= :on then 'superior'
                    when d.due_on + cast(:overdue as int) <= :on then 'overdue'
                    when d.due_on <= :on then 'due'
                    else 'coming' end as stage
        from due_item d
        join unit u on u.tenant_id = d.tenant_id and u.id = d.unit_id
        where d.state = 'open' and u.state = 'active'
          and d.due_on <= cast(:on as date) + cast(:coming as int)
          and d.opens_on <= :on and d.due_on >= u.duties_since
    ),
    item as (
        select * from reached
        where cast(:since as date) is null or :since <= due_on + case stage
            when 'superior' then cast(:superior as int) when 'overdue' then cast(:overdue as int)
            when 'due' then 0 else - cast(:coming as int) end
    ),
    place as (select distinct unit_id, path, stage from item),
    above as (
        -- Those responsible for the nearest unit above that has any; a grant without a unit is for the whole tenant.
        select unit_id, person_id from (
            select p.unit_id, g.person_id, step.depth, max(step.depth) over (partition by p.unit_id) as nearest
            from place p
            cross join lateral (
                select cast(key as bigint) as id, depth
                from unnest(string_to_array(rtrim(p.path, '.'), '.')) with ordinality as part(key, depth)
                union all select null, 0
            ) step
            join role_grant g on g.role in ('officer', 'leader') and g.ended_at is null
                and g.since <= :on and (g.until is null or g.until >= :on)
                and (g.unit_id = step.id or (step.id is null and g.unit_id is null))
            where p.stage = 'superior' and step.id is distinct from p.unit_id
        ) ranked where depth = nearest
    ),
    own as (
        select p.unit_id, g.person_id
        from (select distinct unit_id from place) p
        join role_grant g on g.unit_id = p.unit_id and g.role in ('secretary', 'keeper') and g.ended_at is null
            and g.since <= :on and (g.until is null or g.until >= :on)
        union
        select p.unit_id, o.person_id
        from (select distinct unit_id from place) p
        join post o on o.unit_id = p.unit_id and o.code = any(:leading)
            and o.since <= :on and (o.until is null or o.until >= :on)
    ),
    told as (
        select i.id, i.stage, own.person_id from item i join own on own.unit_id = i.unit_id
        union
        select i.id, i.stage, above.person_id from item i join above on above.unit_id = i.unit_id
        where i.stage = 'superior'
    ),
    way as (
        select q.person_id, c.channel
        from (select distinct person_id from told) q
        join person on person.id = q.person_id and person.state = 'active'
        left join platform.seat on seat.tenant_id = person.tenant_id and seat.person_id = person.id
            and seat.state = 'active'
        cross join lateral (values
            ('in_app', seat.id is not null),
            ('email', coalesce(person.email, '') <> ''),
            ('none', seat.id is null and coalesce(person.email, '') = '')
        ) as c(channel, open)
        where c.open
    )
    insert into reminder (due_item_id, person_id, channel, stage, on_date, reason)
    select t.id, t.person_id, w.channel, t.stage, :on, case when w.channel = 'none' then 'no_address' end
    from told t join way w on w.person_id = t.person_id
    where not exists (
        select 1 from reminder r
        where r.due_item_id = t.id and r.person_id = t.person_id and r.channel = w.channel and r.stage = t.stage
    )
    order by t.id, t.person_id, w.channel
    on conflict do nothing
    returning id
    """
)


def plan_reminders(*, on: date, ladder: Ladder) -> int:
    """Note, for every open due item, its latest step and whom it reaches. Returns how many are new.

    Steps reached before the tenant was reopened are left out, and items due before the unit's duties began.
    Doing it twice adds nothing: a step is one row an item, person and channel.
    """
    return len(
        db.session.execute(
            _PLAN,
            {
                "on": on,
                "coming": ladder.coming,
                "overdue": ladder.overdue,
                "superior": ladder.superior,
                "since": local(ladder.reopened_at).date() if ladder.reopened_at else None,
                "leading": list(LEADING),
            },
        ).all()
    )
