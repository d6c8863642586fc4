"""A person chooses which topics come by which channels."""

from collections.abc import Iterable

from sqlalchemy import Text, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from shared.access.actor import Actor
from shared.accounts.queries.choices import open_channels
from shared.audit import record
from shared.db import db
from shared.errors import Forbidden
from shared.i18n import _
from shared.messages.channels import SPECS
from shared.messages.models import Preference
from shared.messages.topics import TOPICS


def choose_messages(actor: Actor, *, wanted: Iterable[tuple[str, str]]) -> int:
    """Keep what the acting person wants: (topic, channel) of all that may be declined; what is missing is declined.

    Topics that nobody may decline and channels that are off stay as they are, whatever is sent. Returns how many
    changed; the same again changes nothing. Messages planned before keep what held then.
    """
    if actor.person_id is None:
        raise Forbidden(_("This belongs to somebody else."))
    chosen = set(wanted)
    free = [
        (topic, channel)
        for channel, topics in open_channels().items()
        if not SPECS[channel].fixed
        for topic in sorted(topics)
        if TOPICS[topic].may_opt_out
    ]
    # No row says the same as a row that wants it: only what was declined before needs one.
    kept = _put(actor.person_id, [pair for pair in free if pair not in chosen], wanted=False)
    kept += _put(actor.person_id, [pair for pair in free if pair in chosen], wanted=True)
    if kept:
        record(
            actor,
            verb="message.choose",
            object_type="person",
            object_id=actor.person_id,
            detail={"count": kept},
        )
    return kept


def _put(person_id: int, pairs: list[tuple[str, str]], *, wanted: bool) -> int:
    if not pairs:
        return 0
    if wanted:
        taken_back = (
            update(Preference)
            .where(
                Preference.person_id == person_id,
                Preference.wanted.is_(False),
                tuple_(Preference.topic, Preference.channel).in_(pairs),
            )
            .values(wanted=True)
            .returning(Preference.id)
            .execution_options(synchronize_session=False)
        )
        return len(db.session.execute(taken_back).all())
    rows = select(
        literal(person_id),
        func.unnest(literal([topic for topic, _channel in pairs], ARRAY(Text))),
        func.unnest(literal([channel for _topic, channel in pairs], ARRAY(Text))),
        literal(False),
    )
    changed = (
        insert(Preference)
        .from_select(["person_id", "topic", "channel", "wanted"], rows)
        .on_conflict_do_update(
            index_elements=["tenant_id", "person_id", "topic", "channel"],
            set_={"wanted": False},
            where=Preference.wanted.is_(True),
        )
        .returning(Preference.id)
    )
    return len(db.session.execute(changed).all())
