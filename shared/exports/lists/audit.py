"""The audit trail as Excel, and its details in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.access.roles import ROLES
from shared.audit import DETAILS, AuditEntry, TrailFilter, object_text, trail, verb_text
from shared.ballots.kinds import CLASSES as BALLOT_CLASSES
from shared.ballots.kinds import NAMES as BALLOTS
from shared.clock import local
from shared.db import db
from shared.dues.classes import CATEGORIES, CLASSES, STREAMS
from shared.events.kinds import KINDS
from shared.exports.lists.columns import CHUNK, Column, List
from shared.i18n import NAMES as LANGUAGES
from shared.i18n import _, lazy_
from shared.jobs import DECLARED
from shared.members.actions.acts import ACTS
from shared.members.actions.revealing import PURPOSES
from shared.members.mobility import DIRECTIONS
from shared.members.mobility import REASONS as MOBILE_REASONS
from shared.members.mobility import WAYS as MOBILE_WAYS
from shared.members.posts import BASES, POSTS
from shared.members.relations import RELATIONS
from shared.members.statuses import ENDINGS, STATUSES
from shared.messages.topics import KINDS as MESSAGE_KINDS
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.reforms.operations import OPERATIONS
from shared.transfers.states import ROUTES


def _names(registry: Mapping[str, Any]) -> dict[str, object]:
    return {key: one.name for key, one in registry.items()}


#: Kinds of papers that become plans, and kinds of inspections.
PAPERS = {
    "work_points": lazy_("Work points"),
    "speech": lazy_("Speech"),
    "scheme": lazy_("Scheme or programme"),
    "other": lazy_("Other paper"),
    "supervision": lazy_("Supervision"),
    "inspection": lazy_("Inspection tour"),
    "patrol": lazy_("Patrol inspection"),
    "self_check": lazy_("Self-check"),
}
#: States of plans, tasks and findings.
STATES = {
    "draft": lazy_("Draft"),
    "comments": lazy_("Out for comments"),
    "issued": lazy_("Issued"),
    "closed": lazy_("Closed"),
    "void": lazy_("Void"),
    "assigned": lazy_("To be accepted"),
    "accepted": lazy_("Under way"),
    "returned": lazy_("Returned"),
    "done": lazy_("Handed in"),
    "confirmed": lazy_("Confirmed"),
    "withdrawn": lazy_("Withdrawn"),
    "working": lazy_("Being put right"),
    "mostly_done": lazy_("Mostly done"),
    "applied": lazy_("Applied for closing"),
    "reviewed": lazy_("Checked once"),
    "reopened": lazy_("Found again"),
    "listed": lazy_("On the list"),
    "off": lazy_("Off the list"),
}

#: The words of the keys that stand in a detail, by the detail's name.
WORDS: dict[str, Mapping[str, object]] = {
    "kind": {
        **BALLOTS,
        **_names(KINDS),
        **_names(UNIT_KINDS),
        **DIRECTIONS,
        **STREAMS,
        **_names(CATEGORIES),
        **_names(CLASSES),
        **PAPERS,
    },
    "class": BALLOT_CLASSES,
    "state": STATES,
    "message_kind": MESSAGE_KINDS,
    "language": LANGUAGES,
    "part": {
        "review": lazy_("Review"),
        "countersign": lazy_("Countersignature"),
        "sign": lazy_("Signature of the document"),
    },
    "how": {"seat": lazy_("In the product"), "paper": lazy_("On paper")},
    "kinds": _names(KINDS),
    "role": _names(ROLES),
    "code": _names(POSTS),
    "basis": BASES,
    "route": ROUTES,
    "purpose": PURPOSES,
    "status": _names(STATUSES),
    "from": _names(STATUSES) | _names(RELATIONS),
    "to": _names(STATUSES) | _names(RELATIONS),
    "what": _names(OPERATIONS) | _names(ACTS),
    "reason": {**ENDINGS, **MOBILE_REASONS},
    "by": {**MOBILE_WAYS, "mail": lazy_("By mail"), "slip": lazy_("slip of paper")},
    "answer": {"come": lazy_("Comes"), "leave": lazy_("On leave")},
    "fields": {
        "name": lazy_("Name"),
        "kind": lazy_("Kind of unit"),
        "sector": lazy_("Sector"),
        "phone": lazy_("Telephone"),
        "email": lazy_("E-mail"),
        "identity": lazy_("Identity number"),
        "place": lazy_("Place"),
        "title": lazy_("Title"),
        "agenda": lazy_("Agenda"),
        "on_date": lazy_("Date"),
        "held_on": lazy_("Held on"),
        "starts_at": lazy_("Begin"),
        "ends_at": lazy_("End"),
        "chair_id": lazy_("Chair"),
        "clerk_id": lazy_("Minutes kept by"),
        "heading": lazy_("Heading of the item"),
        "content": lazy_("What is to be done"),
        "cadence": lazy_("How often"),
        "times": lazy_("How many times"),
        "due_on": lazy_("Last day"),
        "audience": lazy_("For whom"),
        "duty_kind": lazy_("The ledger shows it as"),
        "deliverable": lazy_("What is to be delivered"),
        "proof": lazy_("What proves it"),
        "standard": lazy_("When it counts as done well"),
    },
}


def detail_text(entry: AuditEntry) -> str:
    """Counts, states and keys of the act, as they were noted."""
    return _("; ").join(
        _("%(name)s: %(value)s", name=DETAILS.get(key, key), value=_plain(key, value))
        for key, value in entry.detail.items()
    )


def _plain(key: str, value: object) -> str:
    if isinstance(value, list):
        return _(", ").join(_plain(key, one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "kind" and value in DECLARED:
        return str(DECLARED[str(value)].title)
    if value is None:
        return "—"
    return str(WORDS.get(key, {}).get(str(value), value))


def _columns(_actor: Actor, _given: TrailFilter) -> list[Column[AuditEntry]]:
    return [
        Column(_("When"), lambda row: row.at, 18),
        Column(_("Who"), lambda row: row.actor_name if row.person_id else _("System"), 14),
        Column(_("Act"), lambda row: verb_text(row.verb), 22),
        Column(_("Object"), lambda row: object_text(row.object_type), 16),
        Column(_("Object no."), lambda row: row.object_id, 12),
        Column(_("Unit no."), lambda row: row.unit_id, 12),
        Column(_("Session"), lambda row: row.session_id, 20),
        Column(_("Detail"), detail_text, 60),
    ]


def _chunks(_actor: Actor, given: TrailFilter) -> Iterator[Sequence[AuditEntry]]:
    before = None
    while True:
        rows = trail(given, limit=CHUNK, before=before)
        more = len(rows) == CHUNK
        if more:
            before = rows[-1].at, rows[-1].id
        yield rows
        db.session.expunge_all()
        if not more:
            return


def _said(_actor: Actor, given: TrailFilter) -> list[tuple[str, str]]:
    said = []
    if given.person_id is not None:
        said.append((_("Who"), _("No. %(n)s", n=given.person_id)))
    if given.object_type:
        number = _("No. %(n)s", n=given.object_id) if given.object_id is not None else ""
        said.append((_("Object"), f"{object_text(given.object_type)} {number}".strip()))
    if given.verb:
        said.append((_("Act"), verb_text(given.verb)))
    if given.since is not None:
        said.append((_("From day"), f"{local(given.since):%Y-%m-%d}"))
    if given.until is not None:
        said.append((_("Before the day"), f"{local(given.until):%Y-%m-%d}"))
    return said


TRAIL: List[TrailFilter, AuditEntry] = List(
    name="audit.trail",
    title=lazy_("Audit trail"),
    permission=Permission.AUDIT_VIEW,
    filter=TrailFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
