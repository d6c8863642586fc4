"""How the units of a round stand, and the yearly reports with their appraisal, as Excel: units, never persons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.assessments.actions.appraising import ladder
from shared.assessments.composition import PARTS
from shared.assessments.models import Round
from shared.assessments.queries.appraisals import AppraisalFilter, AppraisalRow, appraisals
from shared.assessments.queries.entries import EntryFilter, EntryRow, entries
from shared.clock import local
from shared.db import db
from shared.exports.lists.columns import CHUNK, Column, List
from shared.i18n import _, lazy_
from shared.organisations.models import Unit

_STATES = {
    "open": lazy_("To be handed in"),
    "handed_in": lazy_("Handed in"),
    "returned": lazy_("Returned"),
    "reviewed": lazy_("Reviewed"),
}
_VIEWS = {
    "all": lazy_("All"),
    "waiting": lazy_("To be handed in"),
    "late": lazy_("Late"),
    "returned": lazy_("Returned"),
    "handed_in": lazy_("Handed in"),
    "reviewed": lazy_("Reviewed"),
}
_REPORTS = {
    "open": lazy_("Report is being written"),
    "handed_in": lazy_("Report handed in"),
    "graded": lazy_("Graded, not published"),
    "published": lazy_("Published"),
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """A round, by which right its rows are read, and whether what it comes to may be seen."""

    lap: Round
    may: Permission
    totals: bool


def _seen(actor: Actor, given: EntryFilter) -> _Seen | None:
    row = db.session.execute(
        select(Round, Unit.path)
        .join(Unit, (Unit.tenant_id == Round.tenant_id) & (Unit.id == Round.unit_id))
        .where(Round.id == given.round_id)
    ).one_or_none()
    if row is None:
        return None
    runs = actor.can(Permission.ROUND_RUN, row[1])
    return _Seen(
        row[0],
        Permission.ROUND_RUN if runs else Permission.ROUND_ENTER,
        runs or row[0].state in ("published", "final"),
    )


def _columns(actor: Actor, given: EntryFilter) -> list[Column[EntryRow]]:
    seen = _seen(actor, given)
    found: list[Column[EntryRow]] = [
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("State"), lambda row: str(_STATES[row.state]), 14),
        Column(_("Handed in"), lambda row: local(row.handed_in_at).date() if row.handed_in_at else None, 12),
    ]
    if seen is not None and seen.totals:
        found += [
            Column(_("Marks"), lambda row: row.earned, 8),
            Column(_("Of"), lambda row: row.possible, 8),
            Column(_("Rate, per cent"), lambda row: None if row.rate is None else round(row.rate, 1), 10),
            Column(_("Waits for review"), lambda row: row.waits or None, 10),
            Column(_("Veto"), lambda row: _("Yes") if row.vetoed else "", 8),
        ]
    return found


def _chunks(actor: Actor, given: EntryFilter) -> Iterator[Sequence[EntryRow]]:
    seen = _seen(actor, given)
    if seen is None:
        return
    given = replace(given, after=None)
    while True:
        rows, after = entries(actor, seen.lap, given, permission=seen.may, limit=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(actor: Actor, given: EntryFilter) -> list[tuple[str, str]]:
    seen = _seen(actor, given)
    return [
        (_("Round of assessment"), "" if seen is None else seen.lap.name),
        (_("Which units"), str(_VIEWS[given.view])),
    ]


ROUND_UNITS: List[EntryFilter, EntryRow] = List(
    name="rounds.units",
    title=lazy_("Units of a round"),
    permission=Permission.SCORE_VIEW,
    filter=EntryFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)


def _appraisal_columns(_actor: Actor, _given: AppraisalFilter) -> list[Column[AppraisalRow]]:
    grades = ladder()
    return [
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("State"), lambda row: str(_REPORTS[row.state]), 18),
        Column(_("Reports until"), lambda row: row.report_until, 12),
        Column(str(PARTS["superior"]), lambda row: row.superior if row.may_see else None, 12),
        Column(_("Together, per cent"), lambda row: row.total if row.may_see else None, 12),
        Column(_("Grade"), lambda row: grades.word(row.grade) if row.may_see and row.grade else "", 12),
    ]


def _appraisal_chunks(actor: Actor, given: AppraisalFilter) -> Iterator[Sequence[AppraisalRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = appraisals(actor, given)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _appraisal_said(_actor: Actor, given: AppraisalFilter) -> list[tuple[str, str]]:
    said = [(_("Year"), str(given.year))]
    if given.missing:
        said.append((_("State"), _("Something is missing")))
    return said


APPRAISALS: List[AppraisalFilter, AppraisalRow] = List(
    name="rounds.appraisals",
    title=lazy_("Reports and appraisal"),
    permission=Permission.SCORE_VIEW,
    filter=AppraisalFilter,
    columns=_appraisal_columns,
    chunks=_appraisal_chunks,
    said=_appraisal_said,
)
