"""Who is told of an item by hand, and which ways are open to them."""

from sqlalchemy import BigInteger, Text, column, text

from shared.clock import today
from shared.members.posts import LEADING

#: One row an open item of :ids, person who answers for its unit today, and way; `none` for whoever has no way at all.
TOLD = text(
    """
    with item as (
        select d.id, d.unit_id from due_item d
        where d.id = any(cast(:ids as bigint[])) and d.state = 'open'
    ),
    place as (select distinct unit_id from item),
    own as (
        select p.unit_id, g.person_id
        from place p
        join role_grant g on g.unit_id = p.unit_id and g.role in ('secretary', 'keeper') and g.ended_at is null
            and g.since <= :on and (g.until is null or g.until >= :on)
        union
        select p.unit_id, o.person_id
        from place p
        join post o on o.unit_id = p.unit_id and o.code = any(:leading)
            and o.since <= :on and (o.until is null or o.until >= :on)
    ),
    way as (
        select q.person_id, c.channel
        from (select distinct person_id from own) q
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
    select i.id as due_item_id, i.unit_id, o.person_id, w.channel
    from item i join own o on o.unit_id = i.unit_id join way w on w.person_id = o.person_id
    """
).columns(
    column("due_item_id", BigInteger),
    column("unit_id", BigInteger),
    column("person_id", BigInteger),
    column("channel", Text),
)


def parameters(ids: list[int]) -> dict[str, object]:
    """What TOLD takes."""
    return {"ids": ids, "on": today(), "leading": list(LEADING)}
