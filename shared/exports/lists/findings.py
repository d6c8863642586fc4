"""Findings as Excel: the ledger of the rectification, by the query of their own page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.door import reach_filter
from shared.access.permissions import Permission
from shared.db import db
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said
from shared.findings.models import Inspection
from shared.findings.queries.lists import FindingFilter, FindingRow, findings
from shared.findings.queries.words import STATES
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

_VIEWS = {
    "late": lazy_("Late"),
    "open": lazy_("Being put right"),
    "applied": lazy_("To be checked"),
    "closed": lazy_("Closed off"),
    "reopened": lazy_("Found again"),
    "check": lazy_("To be looked at again"),
    "all": lazy_("All"),
}


def _flags(row: FindingRow) -> str:
    flags = (
        (row.late, _("Late")),
        (row.again, _("Rebound")),
        (row.long_term, _("Kept up for long")),
    )
    return "、".join(word for holds, word in flags if holds)


def _columns(_actor: Actor, _given: FindingFilter) -> list[Column[FindingRow]]:
    return [
        Column(_("Inspection"), lambda row: row.inspection_title, 30),
        Column(_("No."), lambda row: row.number, 8),
        Column(_("Problem"), lambda row: row.content, 60),
        Column(_("Category of the problem"), lambda row: row.category, 16),
        Column(_("Unit that puts it right"), lambda row: row.unit_name, 28),
        Column(_("Found on"), lambda row: row.found_on, 12),
        Column(_("To be put right by"), lambda row: row.due_on, 12),
        Column(_("State"), lambda row: str(STATES[row.state]), 12),
        Column(_("Flags"), _flags, 20),
        Column(_("Closed on"), lambda row: row.closed_on, 12),
        Column(_("Look at it again on"), lambda row: row.check_on, 12),
    ]


def _chunks(actor: Actor, given: FindingFilter) -> Iterator[Sequence[FindingRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = findings(actor, given, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(actor: Actor, given: FindingFilter) -> list[tuple[str, str]]:
    said = [(_("Which findings"), str(_VIEWS[given.view])), *unit_said(given.unit_id)]
    if given.inspection_id is not None:
        title = db.session.scalar(
            select(Inspection.title)
            .join(Unit, (Unit.tenant_id == Inspection.tenant_id) & (Unit.id == Inspection.unit_id))
            .where(
                Inspection.id == given.inspection_id,
                reach_filter(actor, Permission.FINDING_VIEW, Unit.path),
            )
        )
        said.append((_("Inspection"), title or ""))
    return said


FINDINGS: List[FindingFilter, FindingRow] = List(
    name="findings.list",
    title=lazy_("Ledger of the rectification"),
    permission=Permission.FINDING_VIEW,
    filter=FindingFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)
