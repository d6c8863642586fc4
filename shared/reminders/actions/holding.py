"""What is said in the day's digest: a delivery a person, way and thing, held until the digest takes it in.

The row is written with the stage of the thing, in one transaction, and is the proof of it; the digest that takes it in
is noted on it. A row no digest came for goes by itself in the end: nothing hangs on the digest alone.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from shared.access.actor import Actor
from shared.accounts.queries.ways import reached
from shared.clock import now
from shared.db import db
from shared.messages.actions import fan_out
from shared.messages.models import Occasion
from shared.messages.topics import TOPICS, topic_of
from shared.workdays.queries import open_hours

#: The reason of a row that waits for a digest, and of one that went in it.
HELD = "digest"
#: A digest comes each day; a row that none has come for after so long is sent by itself.
PATIENCE = timedelta(days=7)


class Late(NamedTuple):
    """One message that would be: what makes it the same again, the keys of what it says, and whom it is for."""

    key: str
    detail: dict[str, Any]
    person_ids: Iterable[int | None]


def hold(actor: Actor, *, kind: str, lates: Sequence[Late]) -> int:
    """Write these for the day's digest, by three statements however many; the same key again adds nothing.

    Whom no way reaches is noted with the reason. Returns how many rows wait for the digest.
    """
    if not lates:
        return 0
    ordered = sorted(lates, key=lambda late: late.key)
    new = select(
        literal(kind),
        func.unnest(literal([late.key for late in ordered], ARRAY(Text))),
        cast(func.unnest(literal([json.dumps(late.detail) for late in ordered], ARRAY(Text))), JSONB),
        literal(actor.person_id, BigInteger),
    )
    db.session.execute(
        insert(Occasion)
        .from_select(["kind", "key", "detail", "caused_by"], new)
        .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
    )
    occasions = {
        key: occasion_id
        for occasion_id, key in db.session.execute(
            select(Occasion.id, Occasion.key).where(
                Occasion.key == any_(literal([late.key for late in ordered], ARRAY(Text)))
            )
        )
    }
    pairs = sorted(
        {
            (occasions[late.key], person_id)
            for late in ordered
            for person_id in late.person_ids
            if person_id is not None
        }
    )
    if not pairs:
        return 0
    given = (
        func.unnest(
            literal([occasion_id for occasion_id, _person in pairs], ARRAY(BigInteger)),
            literal([person_id for _occasion, person_id in pairs], ARRAY(BigInteger)),
        )
        .table_valued("occasion_id", "person_id")
        .render_derived("given")
    )
    people = sorted({person_id for _occasion, person_id in pairs})
    topic = topic_of(kind)
    ways = reached(select(func.unnest(literal(people, ARRAY(BigInteger)))), topic=topic).subquery("reached")
    return fan_out(
        occasion_id=None,
        ways=select(given.c.occasion_id, ways.c.person_id, ways.c.channel, ways.c.reason).join(
            given, given.c.person_id == ways.c.person_id
        ),
        topic=topic if topic is not None and TOPICS[topic].may_opt_out else None,
        not_before=open_hours().opens(now() + PATIENCE),
        many=False,
        held_for=HELD,
    ).pending
