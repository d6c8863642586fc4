"""The log of reminders and the proof of messages as Excel: who was told what, when, by which way, with what outcome."""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.i18n import _, lazy_
from shared.messages.channels import CHANNELS, NOWHERE
from shared.messages.reasons import reason_text
from shared.messages.topics import kind_name
from shared.reminders.queries.log import LogFilter, LogLine, reminder_log
from shared.reminders.queries.proof import DAYS, ProofFilter, ProofLine, message_count, messages


def _outcomes() -> dict[str, str]:
    return {
        "lost": _("Not delivered"),
        "waiting": _("Waits to be sent"),
        "sent": _("Sent"),
        "read": _("Read"),
        "joined": _("In the digest"),
        "spared": _("Not needed"),
    }


def _channel(channel: str) -> str:
    return _("No way") if channel == NOWHERE else str(CHANNELS.get(channel, channel))


def _columns(_actor: Actor, _given: LogFilter) -> list[Column[LogLine]]:
    words = _outcomes()
    return [
        Column(_("Day"), lambda row: row.on_date, 12),
        Column(_("Step"), lambda row: row.stage_name, 16),
        Column(_("What"), lambda row: row.what, 30),
        Column(_("Due day"), lambda row: row.due_on, 12),
        Column(_("Unit"), lambda row: row.unit_name, 32),
        Column(_("Whom"), lambda row: row.person_name, 12),
        Column(_("Way"), lambda row: _channel(row.channel), 10),
        Column(_("Outcome"), lambda row: words[row.outcome], 12),
        Column(_("Reason"), lambda row: reason_text(row.reason) if row.reason else None, 28),
        Column(_("When"), lambda row: row.at, 18),
    ]


def _chunks(actor: Actor, given: LogFilter) -> Iterator[Sequence[LogLine]]:
    before: int | None = None
    while True:
        rows = reminder_log(actor, given, before=before, size=CHUNK)
        shown = rows[:CHUNK]
        yield shown
        if len(rows) <= CHUNK:
            return
        before = shown[-1].id


def _said(_actor: Actor, given: LogFilter) -> list[tuple[str, str]]:
    said = [(_("Outcome"), _outcomes().get(given.outcome, _("Every outcome")))]
    if given.day is not None:
        said.append((_("Day"), given.day.isoformat()))
    if given.occasion_id is not None:
        said.append((_("Message"), str(given.occasion_id)))
    return said


LOG: List[LogFilter, LogLine] = List(
    name="reminders.log",
    title=lazy_("Reminders"),
    permission=Permission.REMINDER_VIEW,
    filter=LogFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)


def _proof_columns(_actor: Actor, _given: ProofFilter) -> list[Column[ProofLine]]:
    words = _outcomes()
    return [
        Column(_("Message number"), lambda row: row.occasion_id, 10),
        Column(_("About what"), lambda row: kind_name(row.kind), 24),
        Column(_("Written"), lambda row: row.created_at, 18),
        Column(_("Whom"), lambda row: row.whom, 14),
        Column(_("Unit"), lambda row: row.unit_name, 32),
        Column(_("Way"), lambda row: _channel(row.channel), 10),
        Column(_("Outcome"), lambda row: words[row.outcome], 12),
        Column(_("Reason"), lambda row: reason_text(row.reason) or None, 36),
        Column(_("Sent at"), lambda row: row.sent_at, 18),
        Column(_("Read at"), lambda row: row.read_at, 18),
    ]


def _proof_chunks(actor: Actor, given: ProofFilter) -> Iterator[Sequence[ProofLine]]:
    before: int | None = None
    while True:
        rows = messages(actor, given, before=before, size=CHUNK)
        shown = rows[:CHUNK]
        yield shown
        if len(rows) <= CHUNK:
            return
        before = shown[-1].id


def _proof_said(_actor: Actor, given: ProofFilter) -> list[tuple[str, str]]:
    said = [(_("Outcome"), _outcomes().get(given.outcome, _("Every outcome"))), *unit_said(given.unit_id)]
    if given.occasion_id is not None:
        return [(_("Message number"), str(given.occasion_id)), *said]
    if given.kind:
        said.append((_("About what"), kind_name(given.kind)))
    if given.channel:
        said.append((_("Way"), _channel(given.channel)))
    if given.since is not None:
        said.append((_("From"), given.since.isoformat()))
    if given.until is not None:
        said.append((_("To"), given.until.isoformat()))
    if given.since is None:
        said.append((_("Day"), _("the last %(n)s", n=DAYS)))
    return said


PROOF: List[ProofFilter, ProofLine] = List(
    name="reminders.proof",
    title=lazy_("Messages sent"),
    permission=Permission.REMINDER_VIEW,
    filter=ProofFilter,
    columns=_proof_columns,
    chunks=_proof_chunks,
    said=_proof_said,
    count=message_count,
)
