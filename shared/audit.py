"""The audit trail: who did what to which object, when, from which session. Append-only, no personal data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, Text, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.access.actor import Actor
from shared.db import Base, TenantOwned, db, owned_by_tenant
from shared.i18n import lazy_

#: Every verb in words; a test compares it with the verbs that the code records.
VERBS: dict[str, lazy_] = {
    "account.invite": lazy_("Invited to an account"),
    "account.invite_many": lazy_("Invited many to accounts"),
    "assessment.score": lazy_("Computed scores"),
    "audit.export": lazy_("Exported the audit trail"),
    "dues.adopt": lazy_("Took in rates of dues"),
    "dues.ask_relief": lazy_("Asked for a relief of dues"),
    "dues.base": lazy_("Entered bases of dues"),
    "dues.close": lazy_("Closed a month of dues"),
    "dues.collect": lazy_("Collected dues"),
    "dues.decide_relief": lazy_("Decided a relief of dues"),
    "dues.draw": lazy_("Drew up a month of dues"),
    "dues.employer_paid": lazy_("Recorded an employer's contribution"),
    "dues.enter": lazy_("Entered a line in the book of dues"),
    "dues.rate": lazy_("Set an amount of dues"),
    "dues.receive": lazy_("Confirmed dues from below"),
    "dues.reverse": lazy_("Took back a line of the book of dues"),
    "dues.split": lazy_("Set the share of dues that goes up"),
    "dues.take_back": lazy_("Took back a receipt of dues"),
    "dues.turn_over": lazy_("Handed dues over to the superior"),
    "dues.wages": lazy_("Entered an employer's total wages"),
    "dues.withdraw_relief": lazy_("Withdrew a request for a relief of dues"),
    "duty.plan": lazy_("Planned duties"),
    "duty.reopen": lazy_("Opened a due item again"),
    "duty.withdraw": lazy_("Withdrew due items"),
    "event.correct": lazy_("Corrected a record"),
    "event.file": lazy_("Filed a record"),
    "event.void": lazy_("Voided a record"),
    "feed.open": lazy_("Made a calendar address"),
    "feed.close": lazy_("Ended a calendar address"),
    "meeting.plan": lazy_("Planned a meeting"),
    "meeting.change": lazy_("Changed a meeting"),
    "meeting.cancel": lazy_("Called a meeting off"),
    "meeting.answer": lazy_("Answered an invitation"),
    "meeting.series": lazy_("Set a fixed day"),
    "meeting.series_end": lazy_("Ended a fixed day"),
    "event.accept": lazy_("Accepted a record"),
    "event.return": lazy_("Returned a record"),
    "event.attach": lazy_("Attached files to a record"),
    "event.detach": lazy_("Took a file off a record"),
    "file.download": lazy_("Downloaded a file"),
    "account.send_password": lazy_("Sent a link for a new password"),
    "handover.accept": lazy_("Took over an office"),
    "handover.offer": lazy_("Offered a hand-over"),
    "handover.withdraw": lazy_("Took a hand-over back"),
    "import.commit": lazy_("Began an import"),
    "import.committed": lazy_("Imported a roster"),
    "import.decide": lazy_("Decided a row of an import"),
    "import.undo": lazy_("Began to undo an import"),
    "import.undone": lazy_("Undid an import"),
    "import.download": lazy_("Downloaded rows of an import"),
    "member.doubled": lazy_("Found an identity number that two people have"),
    "import.map": lazy_("Assigned columns of an import"),
    "import.forget": lazy_("Deleted kept columns"),
    "keys.rotate": lazy_("Sealed all numbers with a new key"),
    "import.upload": lazy_("Uploaded an import"),
    "list.export": lazy_("Exported a list"),
    "job.cancel": lazy_("Cancelled a job"),
    "job.enqueue": lazy_("Started a job"),
    "job.retry": lazy_("Tried a job again"),
    "member.add": lazy_("Added a person"),
    "member.bulk": lazy_("Changed many people"),
    "member.bulk_done": lazy_("Ended a change of many people"),
    "member.contact": lazy_("Changed contact data"),
    "member.correct": lazy_("Corrected personal data"),
    "member.register": lazy_("Changed register data"),
    "member.return": lazy_("Took in a person again"),
    "member.reveal": lazy_("Saw a number in full"),
    "membership.end": lazy_("Ended a membership"),
    "membership.move": lazy_("Moved a membership"),
    "membership.relation": lazy_("Changed where a relationship stands"),
    "mobile.begin": lazy_("Registered a mobile member"),
    "mobile.change": lazy_("Changed a mobile member's stay"),
    "mobile.contact": lazy_("Noted contact with a mobile member"),
    "mobile.end": lazy_("Ended a mobile member's stay"),
    "membership.status": lazy_("Changed a membership's status"),
    "letter.issue": lazy_("Issued a letter of introduction"),
    "letter.receipt": lazy_("Noted the receipt of a letter"),
    "letter.void": lazy_("Voided a letter of introduction"),
    "notice.read_all": lazy_("Marked notices as read"),
    "post.end": lazy_("Ended a post"),
    "post.give": lazy_("Gave a post"),
    "reminder.plan": lazy_("Planned reminders"),
    "reminder.press": lazy_("Reminded by hand"),
    "role.end": lazy_("Ended a role"),
    "role.give": lazy_("Gave a role"),
    "rule.adopt": lazy_("Adopted rules"),
    "rule.end": lazy_("Ended a rule"),
    "rule.start": lazy_("Set a rule's start"),
    "rule.tighten": lazy_("Tightened a rule"),
    "scheme.adopt": lazy_("Adopted an assessment sheet"),
    "seat.begin": lazy_("Took a seat"),
    "seat.end": lazy_("Ended a seat"),
    "setting.change": lazy_("Changed a setting"),
    "receiver.publish": lazy_("Chose the units open to receive"),
    "transfer.accept": lazy_("Accepted a transfer"),
    "transfer.arrive": lazy_("Took in a transfer"),
    "transfer.number": lazy_("Noted the number of a transfer"),
    "transfer.refuse": lazy_("Sent a transfer back"),
    "transfer.send": lazy_("Sent a transfer"),
    "transfer.withdraw": lazy_("Took a transfer back"),
    "term.by_election": lazy_("Recorded a by-election or appointment"),
    "term.date": lazy_("Entered the dates of a term"),
    "term.postpone": lazy_("Postponed an election"),
    "term.renew": lazy_("Recorded an election"),
    "reform.change": lazy_("Changed a reorganisation's draft"),
    "reform.discard": lazy_("Discarded a reorganisation's draft"),
    "reform.draft": lazy_("Began a reorganisation"),
    "reform.execute": lazy_("Executed a reorganisation"),
    "reform.step": lazy_("Changed the steps of a reorganisation"),
    "reform.undo": lazy_("Undid a reorganisation"),
    "unit.add": lazy_("Added a unit"),
    "unit.change": lazy_("Changed a unit"),
    "unit.dissolve": lazy_("Dissolved a unit"),
    "unit.move": lazy_("Moved a unit"),
    "unit.link": lazy_("Linked a Party unit and a union unit"),
    "unit.unlink": lazy_("Ended the link of a Party unit and a union unit"),
}


#: Every kind of object in words.
OBJECTS: dict[str, lazy_] = {
    "assessment": lazy_("Assessment"),
    "assessment_scheme": lazy_("Assessment sheet"),
    "audit_entry": lazy_("Audit trail"),
    "delivery": lazy_("Notice"),
    "dues_employer_month": lazy_("Employer's contribution"),
    "dues_entry": lazy_("Line of the book of dues"),
    "dues_receipt": lazy_("Receipt of dues"),
    "dues_relief": lazy_("Relief of dues"),
    "dues_rule": lazy_("Rate of dues"),
    "dues_sheet": lazy_("Month of dues"),
    "dues_turnover": lazy_("Hand-over of dues"),
    "event": lazy_("Activity record"),
    "meeting": lazy_("Meeting"),
    "file": lazy_("File"),
    "handover": lazy_("Hand-over"),
    "import_batch": lazy_("Import"),
    "import_mapping": lazy_("Kept columns"),
    "job": lazy_("Background job"),
    "list": lazy_("List"),
    "occasion": lazy_("Message"),
    "person": lazy_("Natural person"),
    "reform": lazy_("Reorganisation"),
    "rule": lazy_("Rule"),
    "rule_pack": lazy_("Rule pack"),
    "setting": lazy_("Setting"),
    "unit": lazy_("Unit"),
    "year": lazy_("Year"),
    "letter": lazy_("Letter of introduction"),
    "transfer": lazy_("Transfer"),
}

#: What stands in the details, in words; what is not here is shown by its key.
DETAILS: dict[str, lazy_] = {
    "grants": lazy_("Roles ended"),
    "loans": lazy_("Loans ended"),
    "transfers": lazy_("Transfers"),
    "jobs": lazy_("Jobs"),
    "given": lazy_("Offices given"),
    "body": lazy_("Elected by"),
    "answer": lazy_("Answer"),
    "day": lazy_("Day"),
    "left_out": lazy_("Left out"),
    "added": lazy_("Added"),
    "basis": lazy_("Basis of the post"),
    "by": lazy_("By way of"),
    "bytes": lazy_("Bytes"),
    "cadence": lazy_("Cadence"),
    "code": lazy_("Post"),
    "count": lazy_("Count"),
    "due_items": lazy_("Due items"),
    "early_days": lazy_("Days earlier"),
    "ended": lazy_("Ended"),
    "fields": lazy_("Fields"),
    "from": lazy_("Before"),
    "held_on": lazy_("Held on"),
    "items": lazy_("Open items"),
    "key": lazy_("Key"),
    "kept": lazy_("Kept"),
    "kind": lazy_("Sort"),
    "lines": lazy_("Lines"),
    "links": lazy_("Links"),
    "mended": lazy_("Adjusted"),
    "messages": lazy_("Messages"),
    "name": lazy_("File name"),
    "on": lazy_("On the day"),
    "number": lazy_("Number"),
    "route": lazy_("Way"),
    "pack": lazy_("Rule pack"),
    "removed": lazy_("Removed"),
    "people_removed": lazy_("People removed"),
    "posts_ended": lazy_("Posts ended"),
    "note": lazy_("Remark"),
    "present": lazy_("Present"),
    "purpose": lazy_("Purpose"),
    "reason": lazy_("Reason"),
    "reminders": lazy_("Reminders"),
    "replace": lazy_("Replaces a lost account"),
    "replaces": lazy_("Replaces a lost account"),
    "restored": lazy_("Restored"),
    "role": lazy_("Role"),
    "rows": lazy_("Rows"),
    "rules": lazy_("Rules"),
    "since": lazy_("Begins"),
    "starts_on": lazy_("Counts from"),
    "status": lazy_("Status"),
    "times": lazy_("Times"),
    "to": lazy_("After"),
    "units": lazy_("Units"),
    "units_removed": lazy_("Units removed"),
    "until": lazy_("Until"),
    "version": lazy_("Version"),
    "what": lazy_("What"),
    "where": lazy_("Where"),
    "withdrawn": lazy_("Withdrawn"),
    "year": lazy_("Year"),
    "files": lazy_("Files"),
    "letter": lazy_("Letter"),
    "list": lazy_("List"),
    "letters": lazy_("Letters"),
    "merged": lazy_("Merged"),
    "people": lazy_("People"),
    "reopened": lazy_("Reopened"),
    "done": lazy_("Done"),
    "kinds": lazy_("Sort"),
    "ready": lazy_("Rows ready"),
    "taken": lazy_("Rows taken in"),
    "left": lazy_("Rows left out"),
    "undecided": lazy_("Rows undecided"),
    "unchanged": lazy_("Unchanged"),
    "units_new": lazy_("Units new"),
    "units_changed": lazy_("Units changed"),
    "people_new": lazy_("People new"),
    "people_changed": lazy_("People changed"),
    "moved": lazy_("People moved"),
    "same": lazy_("Rows unchanged"),
    "waiting": lazy_("Rows that wait"),
}


def object_text(object_type: str) -> str:
    return str(OBJECTS[object_type]) if object_type in OBJECTS else object_type


def verb_text(verb: str) -> str:
    """The act in words; an unknown one as it is."""
    return str(VERBS[verb]) if verb in VERBS else verb


class AuditEntry(TenantOwned, Base):
    """One act. (type, id) instead of a key, because it outlives its object."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        owned_by_tenant(),
        # The trail, newest first; by day.
        Index("ix_audit_entry_at", "tenant_id", "at", "id"),
        # By person, by object, by verb.
        Index("ix_audit_entry_person_id", "tenant_id", "person_id", "id"),
        Index("ix_audit_entry_object", "tenant_id", "object_type", "object_id", "id"),
        Index("ix_audit_entry_verb", "tenant_id", "verb", "id"),
    )

    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    #: The acting person; None: the schedule.
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    session_id: Mapped[str] = mapped_column(Text, server_default="")
    #: noun.verb: event.file, seat.end, import.commit …
    verb: Mapped[str] = mapped_column(Text)
    object_type: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


def record(
    actor: Actor,
    *,
    verb: str,
    object_type: str,
    object_id: int | None = None,
    unit_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note the act in the running transaction. `detail` holds counts, states and keys, never a personal datum."""
    db.session.add(
        AuditEntry(
            person_id=actor.person_id,
            actor_name=actor.name,
            session_id=actor.session_id,
            verb=verb,
            object_type=object_type,
            object_id=object_id,
            unit_id=unit_id,
            detail=detail or {},
        )
    )


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which acts: by person, object, verb and days, both included."""

    person_id: int | None = None
    object_type: str = ""
    object_id: int | None = None
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def trail(given: TrailFilter, *, limit: int, before: tuple[datetime, int] | None = None) -> list[AuditEntry]:
    """A page of the trail, newest first, after the row (at, id). One query; the caller's right is AUDIT_VIEW."""
    statement = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    if before is not None:
        at, key = before
        # The first half lets the index begin at the right place.
        statement = statement.where(AuditEntry.at <= at, or_(AuditEntry.at < at, AuditEntry.id < key))
    if given.person_id is not None:
        statement = statement.where(AuditEntry.person_id == given.person_id)
    if given.object_type:
        statement = statement.where(AuditEntry.object_type == given.object_type)
    if given.object_id is not None:
        statement = statement.where(AuditEntry.object_id == given.object_id)
    if given.verb:
        statement = statement.where(AuditEntry.verb == given.verb)
    if given.since is not None:
        statement = statement.where(AuditEntry.at >= given.since)
    if given.until is not None:
        statement = statement.where(AuditEntry.at < given.until)
    return list(db.session.scalars(statement))


def actors_seen(*, latest: int = 20_000) -> list[tuple[int, str]]:
    """Who stands in the latest rows of the trail, for the filter: key and name. One query."""
    rows = (
        select(AuditEntry.person_id, AuditEntry.actor_name)
        .order_by(AuditEntry.id.desc())
        .limit(latest)
        .subquery()
    )
    found = db.session.execute(
        select(rows.c.person_id, func.max(rows.c.actor_name))
        .where(rows.c.person_id.is_not(None))
        .group_by(rows.c.person_id)
    )
    return sorted(((person_id, name) for person_id, name in found), key=lambda row: row[1])
