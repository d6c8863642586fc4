"""The result of a round, or one unit's sheet of it, as PDF."""

from typing import Any

from sqlalchemy import select

from services.worker.alone import print_alone
from services.worker.pdf import fill
from shared.access.actor import Actor
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.assessments.actions.grading import grading_of_round
from shared.assessments.grades import Grading, why_words
from shared.assessments.models import Round, Scheme
from shared.assessments.queries.lines import result_lines
from shared.assessments.queries.means import by_heading, headings_of
from shared.assessments.queries.results import (
    PUBLIC,
    RESULTS,
    ResultFilter,
    earlier_of,
    means,
    result_of,
    results,
    summary,
)
from shared.clock import today
from shared.db import db
from shared.errors import Forbidden, NotFound
from shared.i18n import _
from shared.jobs import Claimed
from shared.organisations.kinds import SECTORS
from shared.organisations.models import Unit

#: Units on one paper; the Excel list has all.
MOST = 20_000


def print_result(job: Claimed) -> None:
    """Set the result of a round, or of one unit in it, as far as whoever asked may see it."""

    def compose(actor: Actor) -> tuple[str, str]:
        if not actor.may(Permission.SCORE_VIEW):
            raise Forbidden(_("Whoever asked for this list may not see it any more."))
        lap = _lap(actor, int(job.args["round_id"]))
        unit_id = job.args.get("unit_id")
        return _whole(actor, lap) if unit_id is None else _of_unit(actor, lap, int(unit_id))

    print_alone(job, compose, purpose="round_result")


def _lap(actor: Actor, round_id: int) -> Round:
    """The round, if it has a result that the actor may still see."""
    lap = db.session.execute(select(Round).where(Round.id == round_id)).scalar_one_or_none()
    if lap is None or lap.state not in RESULTS:
        raise NotFound(_("There is nothing at this address."))
    if lap.state not in PUBLIC and not actor.can(Permission.ROUND_RUN, _holder(lap).path):
        raise Forbidden(_("The result is not published yet."))
    return lap


def _holder(lap: Round) -> Unit:
    return db.session.execute(select(Unit).where(Unit.id == lap.unit_id)).scalar_one()


def _common(actor: Actor, lap: Round, grading: Grading | None) -> dict[str, Any]:
    return {
        "lap": lap,
        "holder": _holder(lap),
        "scheme": db.session.execute(select(Scheme).where(Scheme.id == lap.scheme_id)).scalar_one(),
        "grading": grading,
        "on": today(),
        "tenant": actor.tenant_name,
    }


def _why(row: Any, grading: Grading | None) -> str:
    if row.grade_reason:
        return str(row.grade_reason)
    return "" if grading is None else why_words(row.grade_why, grading)


def _whole(actor: Actor, lap: Round) -> tuple[str, str]:
    """The name and the text of the paper about all units in reach."""
    grading = grading_of_round(lap)
    rows, more = results(actor, lap, ResultFilter(round_id=lap.id), size=MOST)
    html = fill(
        "round",
        **_common(actor, lap, grading),
        summary=summary(actor, lap),
        means=by_heading(means(lap)),
        sectors=SECTORS,
        rows=[(row, _why(row, grading)) for row in rows],
        more=more,
    )
    return _("Result: %(name)s", name=lap.name), html


def _of_unit(actor: Actor, lap: Round, unit_id: int) -> tuple[str, str]:
    """The name and the text of one unit's paper."""
    unit = fetch(Unit, unit_id, actor=actor, may=Permission.SCORE_VIEW)
    row = result_of(actor, lap, unit.id)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    grading, earlier = grading_of_round(lap), earlier_of(lap, unit.id)
    before = headings_of(result_lines(earlier, unit.id)) if earlier else []
    html = fill(
        "round_unit",
        **_common(actor, lap, grading),
        unit=unit,
        row=row,
        why=_why(row, grading),
        headings=headings_of(result_lines(lap, unit.id)),
        before={each.name: each.share for each in before},
        of_sector={one.heading: one.rate for one in means(lap) if one.sector == (unit.sector or "")},
    )
    return _("Result: %(name)s", name=f"{unit.name} {lap.name}"), html
