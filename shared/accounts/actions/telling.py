"""One message a person and way about one thing that happened; the worker composes and sends it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.access.actor import Actor
from shared.access.roles import ANSWERING
from shared.accounts.models import RoleGrant
from shared.accounts.queries.roster import POST
from shared.accounts.queries.ways import reached
from shared.clock import now, today
from shared.db import after_commit, db
from shared.jobs import nudge
from shared.members.posts import LEADING
from shared.messages.actions import SEND, FannedOut, fan_out, open_occasion
from shared.messages.topics import TOPICS, is_urgent, topic_of
from shared.workdays.queries import open_hours


def answering_for(*unit_ids: int) -> set[int]:
    """Who answers for these units today: secretaries and keepers, and whoever leads one by office. Two queries."""
    on = today()
    units = literal(list(unit_ids), ARRAY(BigInteger))
    by_role = select(RoleGrant.person_id).where(
        RoleGrant.unit_id == any_(units),
        RoleGrant.role.in_(ANSWERING),
        RoleGrant.ended_at.is_(None),
        RoleGrant.since <= on,
        or_(RoleGrant.until.is_(None), RoleGrant.until >= on),
    )
    by_post = select(POST.c.person_id).where(
        POST.c.unit_id == any_(units), POST.c.code.in_(LEADING), POST.c.until.is_(None)
    )
    return {*db.session.scalars(by_role), *db.session.scalars(by_post)}


def tell(
    actor: Actor,
    *,
    kind: str,
    key: str,
    detail: dict[str, Any],
    person_ids: Iterable[int | None],
    not_before: datetime | None = None,
) -> int:
    """Have these people told; the same key again tells only who was not told before. Returns the number of messages.

    `kind` names the composer in services/worker/messages.py, which gets `detail`: keys, never a personal datum.
    """
    people = sorted({person_id for person_id in person_ids if person_id is not None})
    if not people:
        return 0
    given = select(func.unnest(literal(people, ARRAY(BigInteger))))
    return tell_all(
        actor, kind=kind, key=key, detail=detail, people=given, not_before=not_before, many=False
    ).pending


def tell_all(
    actor: Actor,
    *,
    kind: str,
    key: str,
    detail: dict[str, Any],
    people: Select[Any],
    not_before: datetime | None = None,
    many: bool = True,
) -> FannedOut:
    """Have everybody of a select of person ids told, by one statement, however many: by every way that is open to them.

    Who gets nothing is written down too, with the reason. Above some ten thousand people: in a job. Without
    `not_before`, what is not urgent waits for the end of the tenant's quiet hours (two queries).
    """
    occasion_id, _new = open_occasion(actor, kind=kind, key=key, detail=detail)
    topic = topic_of(kind)
    told = fan_out(
        occasion_id=occasion_id,
        ways=reached(people, topic=topic),
        topic=topic if topic is not None and TOPICS[topic].may_opt_out else None,
        not_before=not_before,
        quiet_until=None if not_before is not None or is_urgent(kind) else open_hours().opens(now()),
        many=many,
    )
    if told.pending:
        after_commit(nudge(SEND))
    return told
