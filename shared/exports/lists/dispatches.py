"""Official documents and the register of their numbers, as Excel."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.db import db
from shared.dispatches.kinds import KINDS, RETENTIONS, URGENCIES
from shared.dispatches.models import NumberSeries
from shared.dispatches.queries import (
    DispatchFilter,
    DispatchRow,
    RegisterFilter,
    RegisterRow,
    dispatches,
    register,
)
from shared.exports.lists.columns import CHUNK, Column, List
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

_STATES = {
    "draft": lazy_("Draft"),
    "review": lazy_("Being reviewed"),
    "countersign": lazy_("Being countersigned"),
    "signing": lazy_("Waits for signature"),
    "signed": lazy_("Signed, not issued"),
    "issued": lazy_("Issued"),
    "archived": lazy_("Filed away"),
    "void": lazy_("Void"),
}
_VIEWS = {
    "mine": lazy_("Mine to do"),
    "running": lazy_("Running"),
    "signed": lazy_("Signed and numbered"),
    "archived": lazy_("Filed away"),
    "void": lazy_("Void"),
    "all": lazy_("All"),
}


def _columns(_actor: Actor, _given: DispatchFilter) -> list[Column[DispatchRow]]:
    return [
        Column(_("Document number"), lambda row: row.number_text, 22),
        Column(_("Title"), lambda row: row.title, 48),
        Column(_("Kind of document"), lambda row: str(KINDS[row.kind].name), 14),
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Addressees"), lambda row: row.addressees, 32),
        Column(_("Urgency"), lambda row: str(URGENCIES[row.urgency]) if row.urgency else "", 10),
        Column(_("State"), lambda row: str(_STATES[row.state]), 14),
        Column(_("Day of signature"), lambda row: row.signed_on, 12),
        Column(_("Replied"), lambda row: _("yes") if row.answered else "", 8),
        Column(_("Year of the file"), lambda row: row.archive_year, 10),
        Column(_("Number in the file"), lambda row: row.case_no or "", 14),
        Column(
            _("Kept for so long"),
            lambda row: str(RETENTIONS[row.retention]) if row.retention is not None else "",
            12,
        ),
        Column(_("Why it is void"), lambda row: row.reason if row.state == "void" else "", 32),
    ]


def _chunks(actor: Actor, given: DispatchFilter) -> Iterator[Sequence[DispatchRow]]:
    given = replace(given, before=None)
    while True:
        rows, before = dispatches(actor, given, limit=CHUNK)
        yield rows
        if before is None:
            return
        given = replace(given, before=before)


def _said(_actor: Actor, given: DispatchFilter) -> list[tuple[str, str]]:
    found = [(_("Which"), str(_VIEWS[given.view]))]
    if given.kind:
        found.append((_("Kind of document"), str(KINDS[given.kind].name)))
    if given.unit_id is not None:
        found.append((_("Unit"), db.session.scalar(select(Unit.name).where(Unit.id == given.unit_id)) or ""))
    if given.year is not None:
        found.append((_("Year"), str(given.year)))
    if given.q:
        found.append((_("Search documents"), given.q))
    return found


DISPATCHES: List[DispatchFilter, DispatchRow] = List(
    name="dispatches.list",
    title=lazy_("Official documents"),
    permission=Permission.DISPATCH_VIEW,
    filter=DispatchFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)


def _number_columns(_actor: Actor, _given: RegisterFilter) -> list[Column[RegisterRow]]:
    return [
        Column(_("Prefix"), lambda row: row.prefix, 12),
        Column(_("Year"), lambda row: row.year, 8),
        Column(_("Number"), lambda row: row.number, 8),
        Column(_("Document number"), lambda row: row.number_text, 22),
        Column(_("Title"), lambda row: row.title, 48),
        Column(_("Kind of document"), lambda row: str(KINDS[row.kind].name), 14),
        Column(_("Unit"), lambda row: row.unit_name, 28),
        Column(_("Signed by"), lambda row: row.signer, 12),
        Column(_("Day of signature"), lambda row: row.signed_on, 12),
        Column(_("State"), lambda row: str(_STATES[row.state]), 14),
        Column(_("Why it is void"), lambda row: row.reason if row.state == "void" else "", 32),
    ]


def _number_chunks(actor: Actor, given: RegisterFilter) -> Iterator[Sequence[RegisterRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = register(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _number_said(_actor: Actor, given: RegisterFilter) -> list[tuple[str, str]]:
    found = [(_("Year"), str(given.year))]
    if given.series_id is not None:
        prefix = db.session.scalar(select(NumberSeries.prefix).where(NumberSeries.id == given.series_id))
        found.append((_("Prefix"), prefix or ""))
    if given.state:
        found.append((_("State"), _("Void") if given.state == "void" else _("Valid")))
    return found


NUMBERS: List[RegisterFilter, RegisterRow] = List(
    name="dispatches.numbers",
    title=lazy_("Register of numbers"),
    permission=Permission.DISPATCH_VIEW,
    filter=RegisterFilter,
    columns=_number_columns,
    chunks=_number_chunks,
    said=_number_said,
)
