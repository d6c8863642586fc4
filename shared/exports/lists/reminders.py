"""The log of reminders as Excel: who was told what, when, by which way, and what became of it."""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.exports.lists.columns import CHUNK, Column, List
from shared.i18n import _, lazy_
from shared.messages.channels import CHANNELS, NOWHERE
from shared.messages.reasons import reason_text
from shared.reminders.queries.log import LogFilter, LogLine, reminder_log


def _outcomes() -> dict[str, str]:
    return {
        "lost": _("Not delivered"),
        "waiting": _("Waits to be sent"),
        "sent": _("Sent"),
        "read": _("Read"),
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
