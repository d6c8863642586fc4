"""A task given to a post is led by whoever holds the post."""

from sqlalchemy import text

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import today
from shared.db import db


def follow_posts(actor: Actor) -> int:
    """Pass open tasks of posts to today's holders, where the one who led them holds the post no more. One statement.

    Where nobody holds it, nobody leads it until somebody does. Of several holders the one who has held it longest.
    """
    changed = db.session.scalars(_FOLLOW, {"on": today()}).all()
    if changed:
        record(
            actor,
            verb="task.follow",
            object_type="task",
            object_id=changed[0],
            unit_id=None,
            detail={"count": len(changed)},
        )
    return len(changed)


_FOLLOW = text(
    "with stale as (select task.tenant_id, task.id, (select post.person_id from post"
    " where post.tenant_id = task.tenant_id and post.unit_id = task.unit_id and post.code = task.post"
    " and post.since <= :on and (post.until is null or post.until > :on)"
    " order by post.since, post.id limit 1) as holder from task where task.post <> ''"
    " and task.state in ('assigned', 'accepted', 'returned')"
    " and (task.owner_id is null or not exists (select 1 from post where post.tenant_id = task.tenant_id"
    " and post.unit_id = task.unit_id and post.code = task.post and post.person_id = task.owner_id"
    " and post.since <= :on and (post.until is null or post.until > :on))))"
    " update task set owner_id = stale.holder from stale where task.tenant_id = stale.tenant_id and task.id = stale.id"
    " and task.owner_id is distinct from stale.holder returning task.id"
)
