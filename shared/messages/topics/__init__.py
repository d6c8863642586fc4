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
    "rounds": Topic(
        lazy_("Assessment rounds"),
        ("assessment_round", "assessment_late", "assessment_result"),
        may_opt_out=False,
    ),
    "people": Topic(lazy_("Transfers and hand-overs"), ("transfer", "handover"), may_opt_out=False),
    "circulars": Topic(lazy_("Circulars"), ("circular",), may_opt_out=False),
    "dispatches": Topic(lazy_("Official documents"), ("dispatch",), may_opt_out=False),
    "dues": Topic(lazy_("Dues"), ("dues",)),
}

#: About something that has its own hour: told at once, at night and on days off too.
AT_ONCE = frozenset({"meeting", "joint"})

#: What travels in the day's digest, where the recipient gets one; the keys of PARTS in services/worker/digests.py.
IN_DIGEST = frozenset(
    {
        "task_late",
        "resolution_late",
        "finding_late",
        "return_late",
        "assessment_late",
        "deed_late",
        "watch_late",
    }
)

_OF = {kind: key for key, topic in TOPICS.items() for kind in topic.kinds}


def topic_of(kind: str) -> str | None:
    """The topic of a kind of occasion; None for what belongs to none, such as a trial message."""
    return _OF.get(kind)


def is_urgent(kind: str) -> bool:
    """Whether messages of this kind go out in quiet hours too: what belongs to no topic (accounts, ballots, trials)
    somebody waits for or must not miss, and what has its own hour."""
    return kind in AT_ONCE or topic_of(kind) is None


#: A kind of occasion, as lists of what was sent name it. Every key of COMPOSERS in services/worker/messages.py.
KINDS: dict[str, lazy_] = {
    "digest": lazy_("Daily digest"),
    "press": lazy_("Reminded by hand"),
    "group_due": lazy_("Items still open, to groups"),
    "meeting": lazy_("Invitation to a meeting"),
    "review": lazy_("Record checked"),
    "minutes": lazy_("Minutes to sign"),
    "joint": lazy_("Joint event"),
    "resolutions": lazy_("Resolutions to carry out"),
    "resolution_late": lazy_("Resolution past its day"),
    "plan": lazy_("Plan issued"),
    "task": lazy_("Task given or changed"),
    "task_late": lazy_("Task past its day"),
    "finding": lazy_("Step of a rectification"),
    "findings": lazy_("Findings handed over"),
    "finding_late": lazy_("Finding past its day"),
    "watch": lazy_("Watch-list"),
    "watch_late": lazy_("Month of the watch-list missing"),
    "deed": lazy_("Deed for the people"),
    "deed_late": lazy_("Deed past its day"),
    "contact": lazy_("Contact point"),
    "return": lazy_("Return asked for"),
    "filling": lazy_("Answer to a return"),
    "return_late": lazy_("Return past its day"),
    "transfer": lazy_("Step of a transfer"),
    "handover": lazy_("Hand-over of an office"),
    "dues": lazy_("Dues and fees"),
    "circular": lazy_("Circular"),
    "dispatch": lazy_("Step of an official document"),
    "assessment_round": lazy_("Step of an assessment round"),
    "assessment_result": lazy_("Review and result of a round"),
    "assessment_late": lazy_("Self-score past its day"),
    "poll": lazy_("Secret vote"),
    "grade": lazy_("Grade after an appraisal"),
    "channel_test": lazy_("Trial message"),
}


def kind_name(kind: str) -> str:
    """A kind of occasion in the reader's language."""
    return str(KINDS.get(kind, kind))
