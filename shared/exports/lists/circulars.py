"""Who has read and answered a circular, as Excel."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.circulars.models import Circular
from shared.circulars.queries import ReceiptFilter, ReceiptRow, receipts
from shared.db import db
from shared.exports.lists.columns import CHUNK, Column, List
from shared.i18n import _, lazy_

_VIEWS = {
    "unread": lazy_("Not read"),
    "unanswered": lazy_("Read, not answered"),
    "read": lazy_("Read"),
    "replied": lazy_("Answered"),
    "gone": lazy_("Gone since"),
    "all": lazy_("All"),
}


def _columns(_actor: Actor, _given: ReceiptFilter) -> list[Column[ReceiptRow]]:
    return [
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Person"), lambda row: row.person, 14),
        Column(_("Read"), lambda row: row.read_at, 18),
        Column(_("Read by"), lambda row: row.reader, 14),
        Column(_("Answer"), lambda row: row.choice, 20),
        Column(_("Reply"), lambda row: row.reply_text, 40),
        Column(_("Answered"), lambda row: row.replied_at, 18),
        Column(_("Late"), lambda row: _("yes") if row.replied_at is not None and row.late else "", 8),
        Column(_("Gone since"), lambda row: "" if row.there else _("yes"), 10),
    ]


def _chunks(actor: Actor, given: ReceiptFilter) -> Iterator[Sequence[ReceiptRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = receipts(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(_actor: Actor, given: ReceiptFilter) -> list[tuple[str, str]]:
    title = db.session.scalar(select(Circular.title).where(Circular.id == (given.circular_id or 0)))
    return [(_("Circular"), title or ""), (_("Which recipients"), str(_VIEWS[given.view]))]


RECEIPTS: List[ReceiptFilter, ReceiptRow] = List(
    name="circulars.receipts",
    title=lazy_("Receipts of a circular"),
    permission=Permission.CIRCULAR_SEND,
    filter=ReceiptFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
