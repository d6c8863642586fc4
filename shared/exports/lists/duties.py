"""The plan of a year, and exempt periods, as Excel."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.clock import today
from shared.duties.queries import PlanFilter, PlanItem, plan_page
from shared.duties.queries.exemptions import ExemptionFilter, Spared, exemption_counts, exemption_page
from shared.events.kinds import KINDS
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import unit_said, year_said
from shared.i18n import _, lazy_


def _states() -> dict[str, str]:
    return {
        "late": _("Overdue"),
        "due": _("due within seven days"),
        "plan": _("not yet due"),
        "ok": _("Is recorded"),
        "fix": _("Made up for"),
        "na": _("Not asked"),
        "withdrawn": _("Withdrawn"),
    }


def _columns(_actor: Actor, _given: PlanFilter) -> list[Column[PlanItem]]:
    words = _states()
    return [
        Column(_("State"), lambda row: words[row.state], 14),
        Column(_("Period"), lambda row: row.period_label, 12),
        Column(_("Kind"), lambda row: row.kind_name, 24),
        Column(_("Which time"), lambda row: row.ordinal, 8),
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Begins"), lambda row: row.opens_on, 12),
        Column(_("Due day"), lambda row: row.due_on, 12),
    ]


def _chunks(actor: Actor, given: PlanFilter) -> Iterator[Sequence[PlanItem]]:
    after = None
    while True:
        rows, _counts, after = plan_page(actor, replace(given, after=after), size=CHUNK)
        yield rows
        if after is None:
            return


def _said(_actor: Actor, given: PlanFilter) -> list[tuple[str, str]]:
    said = year_said(given.year) + unit_said(given.unit_id)
    if given.kind is not None:
        said.append((_("Kind"), str(KINDS[given.kind].name)))
    shows = {
        "missing": _("missing"),
        "coming": _("still to come"),
        "done": _("done"),
        "withdrawn": _("withdrawn"),
        "all": _("all"),
    }
    said.append((_("Shown"), shows[given.show]))
    return said


def _count(actor: Actor, given: PlanFilter) -> int:
    _rows, counts, _after = plan_page(actor, replace(given, after=None), size=1)
    return int(getattr(counts, given.show))


PLAN: List[PlanFilter, PlanItem] = List(
    name="duties.plan",
    title=lazy_("Plan"),
    permission=Permission.DUTY_VIEW,
    filter=PlanFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
    count=_count,
)


def _periods(_actor: Actor, _given: ExemptionFilter) -> list[Column[Spared]]:
    on = today()
    words = {
        "running": _("runs now"),
        "coming": _("still to begin"),
        "over": _("is over"),
        "ended": _("taken back"),
    }
    return [
        Column(_("State"), lambda row: words[row.stands(on)], 10),
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Begins"), lambda row: row.since, 12),
        Column(_("Until"), lambda row: row.until, 12),
        Column(_("Spared"), lambda row: row.kind_names, 30),
        Column(_("Reason"), lambda row: row.reason, 36),
        Column(_("Document"), lambda row: row.document, 24),
        Column(_("Granted by"), lambda row: row.granted_by, 14),
        Column(_("Due items"), lambda row: row.items, 10),
        Column(_("Why it is taken back"), lambda row: row.end_reason or "", 24),
    ]


def _period_chunks(actor: Actor, given: ExemptionFilter) -> Iterator[Sequence[Spared]]:
    after = None
    while True:
        rows, after = exemption_page(actor, replace(given, after=after), size=CHUNK)
        yield rows
        if after is None:
            return


def _periods_said(_actor: Actor, given: ExemptionFilter) -> list[tuple[str, str]]:
    said = unit_said(given.unit_id)
    if given.kind is not None:
        said.append((_("Kind"), str(KINDS[given.kind].name)))
    shows = {"running": _("run now"), "coming": _("still to begin"), "over": _("is over"), "all": _("all")}
    return [*said, (_("Shown"), shows[given.show])]


EXEMPTIONS: List[ExemptionFilter, Spared] = List(
    name="duties.exemptions",
    title=lazy_("Exempt periods"),
    permission=Permission.DUTY_VIEW,
    filter=ExemptionFilter,
    columns=_periods,
    chunks=_period_chunks,
    said=_periods_said,
    count=lambda actor, given: exemption_counts(actor, given)[given.show],
)
