"""Transfers as Excel: to be received, on their way, past their day, decided."""

from collections.abc import Iterator, Sequence

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import local
from shared.exports.lists.columns import CHUNK, Column, List
from shared.i18n import _, lazy_
from shared.transfers.queries import TransferFilter, TransferRow, counts, transfer_rows


def _columns(_actor: Actor, _given: TransferFilter) -> list[Column[TransferRow]]:
    return [
        Column(_("State"), lambda row: row.state_name, 10),
        Column(_("Person"), lambda row: row.person_name or _("not readable any more"), 14),
        Column(_("Transferred from"), lambda row: row.from_name, 36),
        Column(_("Transferred to"), lambda row: row.to_name or _("unit to be chosen"), 36),
        Column(_("Way"), lambda row: row.route_name, 22),
        Column(_("Letter no."), lambda row: row.letter_number, 12),
        Column(_("Begun on"), lambda row: local(row.created_at).date(), 12),
        Column(_("In force from"), lambda row: row.effective_on, 12),
        Column(_("To be accepted by"), lambda row: row.expires_on, 12),
        Column(_("Days overdue"), lambda row: -row.days_left if row.late else None, 10),
        Column(_("Decided on"), lambda row: local(row.decided_at).date() if row.decided_at else None, 12),
        Column(_("Answer"), lambda row: row.reply, 30),
    ]


def _chunks(actor: Actor, given: TransferFilter) -> Iterator[Sequence[TransferRow]]:
    after = None
    while True:
        rows = transfer_rows(actor, given, limit=CHUNK, after=after)
        shown = rows[:CHUNK]
        yield shown
        if len(rows) <= CHUNK:
            return
        after = shown[-1].expires_on, shown[-1].id


def _said(_actor: Actor, given: TransferFilter) -> list[tuple[str, str]]:
    shows = {
        "receive": _("to be received here"),
        "late": _("past their day"),
        "sent": _("on their way from here"),
        "closed": _("decided"),
    }
    return [(_("Shown"), shows[given.show])]


TRANSFERS: List[TransferFilter, TransferRow] = List(
    name="transfers.list",
    title=lazy_("Transfers"),
    permission=Permission.TRANSFER_VIEW,
    filter=TransferFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
    count=lambda actor, given: counts(actor)[given.show],
)
