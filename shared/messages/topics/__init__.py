"""What messages are about, as people choose among them: a topic holds kinds of occasion."""

from dataclasses import dataclass

from shared.i18n import lazy_


@dataclass(frozen=True, slots=True)
class Topic:
    """`may_opt_out`: a person may decline it by a channel other than the notices in the product."""

    label: lazy_
    kinds: tuple[str, ...]
    may_opt_out: bool = True


TOPICS: dict[str, Topic] = {
    "duties": Topic(lazy_("Due items and reminders"), ("digest", "press"), may_opt_out=False),
    "meetings": Topic(
        lazy_("Meetings and records"), ("meeting", "review", "minutes", "joint", "resolutions")
    ),
    "tasks": Topic(
        lazy_("Plans and tasks"), ("plan", "task", "task_late", "resolution_late"), may_opt_out=False
    ),
    "findings": Topic(
        lazy_("Findings"), ("finding", "findings", "finding_late", "watch", "watch_late"), may_opt_out=False
    ),
    "deeds": Topic(lazy_("Deeds and contact points"), ("deed", "deed_late", "contact"), may_opt_out=False),
    "returns": Topic(lazy_("Returns"), ("return", "filling", "return_late"), may_opt_out=False),
    "people": Topic(lazy_("Transfers and hand-overs"), ("transfer", "handover"), may_opt_out=False),
    "dues": Topic(lazy_("Dues"), ("dues",)),
}

#: About something that has its own hour: told at once, at night and on days off too.
AT_ONCE = frozenset({"meeting", "joint"})

_OF = {kind: key for key, topic in TOPICS.items() for kind in topic.kinds}


def topic_of(kind: str) -> str | None:
    """The topic of a kind of occasion; None for what belongs to none, such as a trial message."""
    return _OF.get(kind)


def is_urgent(kind: str) -> bool:
    """Whether messages of this kind go out in quiet hours too: what belongs to no topic (accounts, ballots, trials)
    somebody waits for or must not miss, and what has its own hour."""
    return kind in AT_ONCE or topic_of(kind) is None
