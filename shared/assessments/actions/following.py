"""Lost points of a round become findings: one inspection a round, a finding for each line that lost marks."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from shared.access.actor import Actor
from shared.assessments.models import Round
from shared.assessments.queries.losses import Loss, inspection_of, losses
from shared.assessments.queries.results import PUBLIC
from shared.audit import record
from shared.clock import today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.findings.actions.entering import Usual, enter_findings
from shared.findings.actions.inspections import Head, enter_inspection
from shared.findings.actions.lines import MAX_CATEGORY, MAX_CONTENT, MAX_POINT, Line
from shared.findings.models import Inspection
from shared.i18n import _
from shared.organisations.models import Unit

#: Findings made by one press; a larger round goes unit by unit.
MOST = 5_000
#: Days proposed for putting them right.
DAYS = 60


@dataclass(frozen=True, slots=True)
class ToFollow:
    """What one press would make: findings of units that have none of this round yet."""

    findings: int
    units: int


def to_follow(lap: Round, *, unit_id: int | None = None) -> ToFollow:
    """Counted before the press. Two queries."""
    found = _losses(lap, unit_id)
    return ToFollow(len(found), len({each.unit_id for each in found}))


def _losses(lap: Round, unit_id: int | None, inspection: Inspection | None = None) -> list[Loss]:
    held = inspection or inspection_of(lap)
    return losses(
        lap,
        inspection_id=None if held is None else held.id,
        unit_ids=None if unit_id is None else [unit_id],
    )


def lost_to_findings(
    actor: Actor,
    *,
    lap: Round,
    holder: Unit,
    unit_id: int | None,
    due_on: date | None,
    seen: int,
    form_key: str,
) -> tuple[Inspection, int]:
    """Make a finding of every line that lost marks: of one unit, or of all of the round; returns the inspection and how
    many are new.

    A unit that has findings of this round already gets none again, whoever presses and however often. `holder`, the
    unit that holds the round, leads the rectification; `lap` is locked by the caller. Raises Conflict before the result
    is known to the units and where the count is no longer the one that was seen, Invalid for the last day.
    """
    if lap.state not in PUBLIC:
        raise Conflict(_("Findings are made once the units know the result."))
    if due_on is None or not today() <= due_on <= today() + timedelta(days=3650):
        problem = _("The last day is missing, or lies in the past.")
        raise Invalid(problem, fields={"due_on": problem})
    inspection = inspection_of(lap, lock=True)
    found = _losses(lap, unit_id, inspection)
    if not found:
        if inspection is None:
            raise Conflict(_("No marks were lost here."))
        return inspection, 0
    if len(found) != seen:
        raise Conflict(_("It is %(n)s findings by now; look at it again and confirm.", n=len(found)))
    if len(found) > MOST:
        raise Invalid(_("At most %(n)s findings at once.", n=MOST))
    if inspection is None:
        inspection = enter_inspection(
            actor,
            unit=holder,
            given=Head("assessment", lap.name, holder.name, "", today(), None, None, None),
            form_key=f"assessment-round:{lap.id}",
        )
        inspection.round_id = lap.id
        db.session.flush()
    made, _again = enter_findings(
        actor,
        inspection=inspection,
        lines=[_line(place, each) for place, each in enumerate(found, start=1)],
        usual=Usual(None, _("Assessment"), today(), due_on),
        form_key=f"round:{form_key}"[:64],
    )
    record(
        actor,
        verb="round.findings",
        object_type="round",
        object_id=lap.id,
        unit_id=unit_id or lap.unit_id,
        detail={"count": made},
    )
    return inspection, made


def _line(place: int, lost: Loss) -> Line:
    said = _(
        "%(line)s: %(points)s of %(full)s marks",
        line=_(lost.name),
        points=_marks(lost.points),
        full=_marks(lost.full),
    )
    if lost.remark:
        said = f"{said}\n{lost.remark}"
    return Line(
        place,
        said[:MAX_CONTENT],
        category=_(lost.heading)[:MAX_CATEGORY],
        point=_(lost.name)[:MAX_POINT],
        unit_id=lost.unit_id,
    )


def _marks(value: Decimal) -> str:
    return f"{value:.1f}"
