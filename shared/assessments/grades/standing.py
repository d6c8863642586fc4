"""Units are set on a ladder: thresholds, quotas, ties, vetoes, honours. Pure; the same units always get the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from shared.assessments.grades.ladders import LEVELS, Grading, Step
from shared.i18n import _


@dataclass(frozen=True, slots=True)
class Standing:
    """What a unit brings: its rate in per cent (None: nothing could be had), and what counts besides.

    `honoured`: the level of its highest award that still counts. `bonus`: its bonus marks. `by_hand`: a grade that
    somebody gave with a reason; it stays, and takes a place of the quota.
    """

    unit_id: int
    rate: Decimal | None
    vetoed: bool = False
    honoured: str | None = None
    bonus: Decimal = Decimal(0)
    by_hand: str | None = None


class Given(NamedTuple):
    """A grade and why, as data: why_words says it. key None: nothing could be had, so no grade."""

    key: str | None
    why: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Places:
    """One step of a ladder in one round: how many places it has (None: no limit), and who has them."""

    step: Step
    places: int | None
    taken: int
    #: Who reached the threshold, found no place and stands on the next step that had one; ties among them.
    kept_out: int

    @property
    def unfilled(self) -> int:
        """Places that nobody was good enough for; nobody lesser gets them."""
        return max(0, (self.places or 0) - self.taken)


def quota_places(step: Step, *, units: int, rounding: str) -> int | None:
    """How many units a step has room for among so many; None: no limit."""
    share = step.share
    if share is None:
        return None
    exact = share * units
    return int(exact + Fraction(1, 2)) if rounding == "half_up" else int(exact)


def _reaches(standing: Standing, step: Step) -> bool:
    assert standing.rate is not None
    return (step.at_least is None or standing.rate >= step.at_least) and (
        step.needs != "bonus" or standing.bonus > 0
    )


def _let_in(candidates: Sequence[Standing], room: int, ties: str) -> tuple[list[Standing], set[int]]:
    """Who of the candidates gets a place, and who tied for the last ones and was left out."""
    ordered = sorted(candidates, key=lambda each: (-(each.rate or Decimal(0)), each.unit_id))
    if len(ordered) <= room:
        return ordered, set()
    if room <= 0:
        return [], set()
    edge, first_out = ordered[room - 1].rate, ordered[room].rate
    if edge != first_out:
        return ordered[:room], set()
    tied = [each for each in ordered if each.rate == edge]
    before = [each for each in ordered if (each.rate or Decimal(0)) > (edge or Decimal(0))]
    return ([*before, *tied], set()) if ties == "in" else (before, {each.unit_id for each in tied})


def grade_units(given: Sequence[Standing], grading: Grading) -> dict[int, Given]:
    """The grade of every unit of a round.

    From the best grade down: first who has it directly by an honour, then by rate who reaches the threshold and still
    finds a place. A place that nobody reaches stays empty. Quotas are shares of the units that have a rate; grades by
    hand and by honour take places of them. The order in which the units are given does not matter.
    """
    graded: dict[int, Given] = {}
    running: list[Standing] = []
    for each in given:
        if each.by_hand is not None:
            graded[each.unit_id] = Given(each.by_hand, {"code": "by_hand"})
        elif each.rate is None:
            graded[each.unit_id] = Given(None, {"code": "nothing"})
        else:
            running.append(each)
    units = sum(1 for each in given if each.rate is not None)
    #: The last step that a unit did not get although it reached it, and why.
    passed: dict[int, dict[str, Any]] = {}
    cap = grading.rank(grading.veto or grading.lowest.key) or 0
    for rank, step in enumerate(grading.steps):
        last = rank == len(grading.steps) - 1
        open_to = [each for each in running if not each.vetoed or rank >= cap]
        by_honour = {
            each.unit_id: each.honoured
            for each in open_to
            if each.honoured and not each.vetoed and (grading.honours or {}).get(each.honoured) == step.key
        }
        reached = [
            each for each in open_to if each.unit_id not in by_honour and (last or _reaches(each, step))
        ]
        room = quota_places(step, units=units, rounding=grading.rounding)
        tied: set[int] = set()
        if room is None:
            chosen = reached
        else:
            taken = sum(1 for each in given if each.by_hand == step.key) + len(by_honour)
            chosen, tied = _let_in(reached, room - taken, grading.ties)
        for each in open_to:
            if each.unit_id in by_honour:
                graded[each.unit_id] = Given(step.key, {"code": "honour", "level": by_honour[each.unit_id]})
        for each in chosen:
            graded[each.unit_id] = Given(step.key, _why(each, step, passed.get(each.unit_id), grading))
        for each in reached:
            if each.unit_id not in graded:
                passed[each.unit_id] = {
                    "code": "tie" if each.unit_id in tied else "quota",
                    "missed": step.key,
                    "places": room,
                    "units": units,
                }
        running = [each for each in running if each.unit_id not in graded]
    return graded


def _why(
    standing: Standing, step: Step, passed: Mapping[str, Any] | None, grading: Grading
) -> dict[str, Any]:
    """Why this step and not a better one."""
    assert standing.rate is not None
    rate = str(standing.rate)
    if standing.vetoed:
        return {"code": "veto"}
    if passed is not None:
        return {**passed, "rate": rate}
    rank = grading.rank(step.key) or 0
    asked = next((each for each in grading.steps[:rank] if _lacks_only_need(standing, each)), None)
    if asked is not None:
        return {"code": "need", "missed": asked.key, "needs": asked.needs, "rate": rate}
    if step.at_least is None and rank == len(grading.steps) - 1:
        above = [each.at_least for each in grading.steps if each.at_least is not None]
        return {"code": "below", "rate": rate, "at_least": str(min(above)) if above else None}
    at_least = None if step.at_least is None else str(step.at_least)
    return {"code": "reached", "rate": rate, "at_least": at_least}


def _lacks_only_need(standing: Standing, step: Step) -> bool:
    assert standing.rate is not None
    return (
        step.needs is not None
        and not _reaches(standing, step)
        and (step.at_least is None or standing.rate >= step.at_least)
    )


def places(given: Sequence[Standing], grades: Mapping[int, Given], grading: Grading) -> list[Places]:
    """Each step with its places, who took them and how many were kept out: what the page says of the quota."""
    units = sum(1 for each in given if each.rate is not None)
    return [
        Places(
            step=step,
            places=quota_places(step, units=units, rounding=grading.rounding),
            taken=sum(1 for key, _why_not in grades.values() if key == step.key),
            kept_out=sum(1 for _key, why in grades.values() if why.get("missed") == step.key),
        )
        for step in grading.steps
    ]


def _number(text: str | None) -> str:
    """A rate with one decimal, as pages say it."""
    return "" if text is None else str(Decimal(text).quantize(Decimal("0.1"), ROUND_HALF_UP))


def why_words(why: Mapping[str, Any], grading: Grading) -> str:
    """Why a unit has its grade, in one sentence in the reader's language; '' for a grade nobody computed."""
    missed = grading.word(why.get("missed"))
    match why.get("code"):
        case "nothing":
            return _("Nothing could be had, so there is no grade")
        case "veto":
            return _("A veto is raised")
        case "honour":
            return _("Given directly for an honour: %(level)s", level=LEVELS.get(str(why.get("level")), ""))
        case "need":
            return _("Enough marks for %(grade)s, but no bonus mark, which it asks for too", grade=missed)
        case "quota":
            return _(
                "Reached %(grade)s; of %(units)s units %(places)s have a place, and all places were taken",
                grade=missed,
                units=why.get("units"),
                places=why.get("places"),
            )
        case "tie":
            return _(
                "Reached %(grade)s; tied for the last of %(places)s places, and all who tie stay below",
                grade=missed,
                places=why.get("places"),
            )
        case "below" if why.get("at_least"):
            return _(
                "%(rate)s %% is below %(least)s %%, the lowest threshold",
                rate=_number(why.get("rate")),
                least=_number(why.get("at_least")),
            )
        case "reached" if why.get("at_least"):
            return _(
                "%(rate)s %% is at least %(least)s %%",
                rate=_number(why.get("rate")),
                least=_number(why.get("at_least")),
            )
        case "reached" | "below":
            return _("By place in the round, with %(rate)s %%", rate=_number(why.get("rate")))
        case _:
            return ""
