"""Results of a round and the register of honours as Excel: units, never persons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.grading import grading_of_round
from shared.assessments.grades import LEVELS, Grading, why_words
from shared.assessments.models import Round
from shared.assessments.queries.honours import HonourFilter, HonourRow, honours
from shared.assessments.queries.results import PUBLIC, RESULTS, ResultFilter, ResultRow, results
from shared.db import db
from shared.errors import Conflict
from shared.exports.lists.columns import CHUNK, Column, List
from shared.exports.lists.phrases import path_said
from shared.i18n import _, lazy_
from shared.organisations.kinds import SECTORS

_BANDS = {"top": lazy_("Top band"), "middle": lazy_("Middle band"), "tail": lazy_("Tail band")}
_VIEWS = {
    **_BANDS,
    "all": lazy_("All"),
    "up": lazy_("Better than last time"),
    "down": lazy_("Worse than last time"),
    "vetoed": lazy_("Vetoed"),
}


def _lap(actor: Actor, given: ResultFilter) -> Round | None:
    """The round, if its result may be seen still; rows are narrowed to the reach by their query. None: none named."""
    if not given.round_id:
        return None
    lap = db.session.execute(select(Round).where(Round.id == given.round_id)).scalar_one()
    if lap.state not in PUBLIC:
        lap = fetch(Round, lap.id, actor=actor, may=Permission.ROUND_RUN)
    if lap.state not in RESULTS:
        raise Conflict(_("There is a result once the round is confirmed."))
    return lap


@dataclass(frozen=True, slots=True)
class _Graded:
    """How a row's grade is said."""

    grading: Grading | None

    def word(self, row: ResultRow) -> str:
        return "" if self.grading is None else self.grading.word(row.grade)

    def why(self, row: ResultRow) -> str:
        if row.grade_reason or self.grading is None:
            return row.grade_reason
        return why_words(row.grade_why, self.grading)


def _columns(actor: Actor, given: ResultFilter) -> list[Column[ResultRow]]:
    lap = _lap(actor, given)
    said = _Graded(None if lap is None else grading_of_round(lap))
    return [
        Column(_("Unit"), lambda row: row.name, 36),
        Column(_("Superior"), lambda row: row.above, 32),
        Column(_("Sector"), lambda row: str(SECTORS[row.sector]) if row.sector else "", 14),
        Column(_("Marks"), lambda row: row.earned, 8),
        Column(_("Of"), lambda row: row.possible, 8),
        Column(_("Rate, per cent"), lambda row: None if row.rate is None else round(row.rate, 1), 10),
        Column(
            _("Rate last time, per cent"),
            lambda row: None if row.last_rate is None else round(row.last_rate, 1),
            10,
        ),
        Column(
            _("Compared with last time"), lambda row: None if row.moved is None else round(row.moved, 1), 8
        ),
        Column(_("Grade"), said.word, 10),
        Column(_("Why this grade"), said.why, 40),
        Column(_("Veto"), lambda row: _("Yes") if row.vetoed else "", 8),
        Column(_("Band"), lambda row: str(_BANDS[row.band]) if row.band else "", 12),
    ]


def _chunks(actor: Actor, given: ResultFilter) -> Iterator[Sequence[ResultRow]]:
    lap = _lap(actor, given)
    if lap is None:
        return
    given = replace(given, after=None)
    while True:
        rows, after = results(actor, lap, given, size=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _said(actor: Actor, given: ResultFilter) -> list[tuple[str, str]]:
    lap = _lap(actor, given)
    said = [
        (_("Round of assessment"), "" if lap is None else lap.name),
        (_("Which units"), str(_VIEWS[given.view])),
    ]
    grading = None if lap is None else grading_of_round(lap)
    if given.grade and grading is not None:
        said.append((_("Grade"), _("Without grade") if given.grade == "-" else grading.word(given.grade)))
    if given.sector:
        said.append((_("Sector"), str(SECTORS[given.sector])))
    return said


ROUND_RESULTS: List[ResultFilter, ResultRow] = List(
    name="rounds.results",
    title=lazy_("Results of a round"),
    permission=Permission.SCORE_VIEW,
    filter=ResultFilter,
    columns=_columns,
    chunks=_chunks,
    said=_said,
)


def _honour_columns(_actor: Actor, _given: HonourFilter) -> list[Column[HonourRow]]:
    return [
        Column(_("Honour"), lambda row: row.name, 36),
        Column(_("Unit"), lambda row: row.unit_name, 36),
        Column(_("Level"), lambda row: str(LEVELS[row.level]), 14),
        Column(_("Granted by"), lambda row: row.granted_by, 32),
        Column(_("Granted on"), lambda row: row.granted_on, 12),
    ]


def _honour_chunks(actor: Actor, given: HonourFilter) -> Iterator[Sequence[HonourRow]]:
    given = replace(given, after=None)
    while True:
        rows, after = honours(actor, given, size=CHUNK)
        yield rows
        if after is None:
            return
        given = replace(given, after=after)


def _honour_said(_actor: Actor, given: HonourFilter) -> list[tuple[str, str]]:
    said = path_said(given.below)
    if given.level:
        said.append((_("Level"), str(LEVELS[given.level])))
    if given.year:
        said.append((_("Year"), str(given.year)))
    return said


HONOURS: List[HonourFilter, HonourRow] = List(
    name="rounds.honours",
    title=lazy_("Honours"),
    permission=Permission.SCORE_VIEW,
    filter=HonourFilter,
    columns=_honour_columns,
    chunks=_honour_chunks,
    said=_honour_said,
)
