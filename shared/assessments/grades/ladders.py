"""The ladders of grades shipped with the product, and what a scheme holds of one: checked when read."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from shared.errors import Invalid
from shared.i18n import _, lazy_

_FOLDER = Path(__file__).parent
#: Who may award an honour, the highest first, in words.
LEVELS: dict[str, lazy_] = {
    "national": lazy_("National honour"),
    "province": lazy_("Honour of the province"),
    "city": lazy_("Honour of the city"),
    "county": lazy_("Honour of the county"),
    "unit": lazy_("Honour of the superior unit"),
}
ROUNDINGS = ("down", "half_up")
TIES = ("below", "in")
#: What a step may ask besides the rate: a bonus mark, which an innovation project is worth.
NEEDS = ("bonus",)
MOST_STEPS = 12
_KEY = re.compile(r"[a-z][a-z0-9_]{0,19}")
#: Places before and after the point that a number of a ladder may have, and letters of a quota.
_PLACES = 9
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Step:
    """One grade of a ladder.

    `at_least`: the least rate in per cent; None asks for none. `quota`: no more units than this share of the round, in
    per cent ("10") or as a fraction ("1/3"); None: no limit. `about`: the share that is usual; shown beside, limits
    nothing. `needs`: what it asks besides the rate.
    """

    key: str
    name: str
    at_least: Decimal | None = None
    quota: str | None = None
    about: str | None = None
    needs: str | None = None

    @property
    def share(self) -> Fraction | None:
        """The quota as a part of one."""
        return None if self.quota is None else share_of(self.quota)


@dataclass(frozen=True, slots=True)
class Grading:
    """A ladder, the best grade first.

    `rounding`: of quota × units: down, or half_up. `ties`: where more units tie for the last place than there are
    places left, all of them stay below ("below") or all go in ("in"). `veto`: the best grade a vetoed unit can have;
    None: the lowest. `honours`: the grade an award of that level gives directly, if it was granted within
    `honour_years` years before the round's last day.
    """

    key: str
    name: str
    source: str
    level: str
    grade: str
    steps: tuple[Step, ...]
    rounding: str = "down"
    ties: str = "below"
    veto: str | None = None
    honours: Mapping[str, str] | None = None
    honour_years: int = 1

    @property
    def lowest(self) -> Step:
        return self.steps[-1]

    def step(self, key: str | None) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    def rank(self, key: str | None) -> int | None:
        """0 is the best; None where the ladder does not know the grade."""
        return next((rank for rank, step in enumerate(self.steps) if step.key == key), None)

    def word(self, key: str | None) -> str:
        """The grade's name in the reader's language; what is no step of this ladder is said as it is."""
        step = self.step(key)
        return (key or "") if step is None else _(step.name)


def _plain(number: Decimal) -> Decimal:
    """The number, if it can be written out; "1e999999999" is a few letters and a billion digits."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or not -_PLACES <= exponent <= _PLACES or number.adjusted() > _PLACES:
        raise ValueError(number)
    return number


def share_of(quota: str) -> Fraction:
    """Per cent ("10", "33.3") or a fraction ("1/3") as a part of one. Raises Invalid outside 0 to 1."""
    try:
        if len(quota) > _LONGEST:
            raise ValueError(quota[:_LONGEST])
        share = Fraction(quota) if "/" in quota else Fraction(_plain(Decimal(quota))) / 100
    except (ValueError, InvalidOperation, ZeroDivisionError, OverflowError):
        raise Invalid(_("A quota is a number of per cent, or a fraction such as 1/3")) from None
    if not 0 <= share <= 1:
        raise Invalid(_("A quota is between 0 and 100 per cent"))
    return share


def _decimal(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = _plain(Decimal(str(value)))
    except (ValueError, InvalidOperation):
        raise Invalid(_("A threshold is a number of per cent")) from None
    if not 0 <= number <= 200:
        raise Invalid(_("A threshold is between 0 and 200 per cent"))
    return number


def _step(data: Mapping[str, Any]) -> Step:
    quota = data.get("quota")
    step = Step(
        key=str(data.get("key", "")),
        name=str(data.get("name", "")).strip(),
        at_least=_decimal(data.get("at_least")),
        quota=None if quota in (None, "") else str(quota),
        about=None if data.get("about") in (None, "") else str(data["about"]),
        needs=data.get("needs") or None,
    )
    if not _KEY.fullmatch(step.key) or not step.name:
        raise Invalid(_("Each grade has a name"))
    if step.needs is not None and step.needs not in NEEDS:
        raise Invalid(_("This grading is incomplete"))
    for text in (step.quota, step.about):
        if text is not None:
            share_of(text)
    return step


def _check_steps(steps: tuple[Step, ...]) -> None:
    if not 2 <= len(steps) <= MOST_STEPS:
        raise Invalid(_("A grading has between 2 and %(most)s grades", most=MOST_STEPS))
    keys = [step.key for step in steps]
    if len(set(keys)) != len(keys):
        raise Invalid(_("Two grades of a grading are the same"))
    above: Decimal | None = None
    for step in steps:
        if step.at_least is None:
            continue
        if above is not None and step.at_least >= above:
            raise Invalid(_("The thresholds go down from the best grade to the lowest"))
        above = step.at_least
    lowest = steps[-1]
    if lowest.at_least is not None or lowest.quota is not None or lowest.needs is not None:
        raise Invalid(_("The lowest grade asks for nothing: whoever reaches no other gets it"))
    if sum((step.share or Fraction(0) for step in steps), Fraction(0)) > 1:
        raise Invalid(_("The quotas together are more than 100 per cent"))


def grading_of(data: Mapping[str, Any]) -> Grading | None:
    """The ladder a scheme holds (Scheme.grading); None for {}: no grades. Raises Invalid where it does not add up."""
    if not data:
        return None
    steps = tuple(_step(step) for step in data.get("steps", ()))
    _check_steps(steps)
    keys = {step.key for step in steps}
    honours = {str(level): str(key) for level, key in (data.get("honours") or {}).items() if key}
    years = data.get("honour_years", 1)
    grading = Grading(
        key=str(data.get("key", "own")),
        name=str(data.get("name", "")),
        source=str(data.get("source", "")),
        level=str(data.get("level", "unit")),
        grade=str(data.get("grade", "C")),
        steps=steps,
        rounding=data.get("rounding", "down"),
        ties=data.get("ties", "below"),
        veto=data.get("veto") or None,
        honours=honours,
        honour_years=years if isinstance(years, int) else 1,
    )
    if grading.rounding not in ROUNDINGS or grading.ties not in TIES or not 1 <= grading.honour_years <= 10:
        raise Invalid(_("This grading is incomplete"))
    if not set(honours) <= set(LEVELS) or not {*honours.values(), grading.veto or steps[-1].key} <= keys:
        raise Invalid(_("This grading names a grade that it does not have"))
    return grading


def to_json(grading: Grading) -> dict[str, Any]:
    """What a scheme keeps of a ladder; grading_of reads it back."""
    return {
        "key": grading.key,
        "name": grading.name,
        "source": grading.source,
        "level": grading.level,
        "grade": grading.grade,
        "rounding": grading.rounding,
        "ties": grading.ties,
        "veto": grading.veto,
        "honours": dict(grading.honours or {}),
        "honour_years": grading.honour_years,
        "steps": [
            {
                "key": step.key,
                "name": step.name,
                "at_least": None if step.at_least is None else str(step.at_least),
                "quota": step.quota,
                "about": step.about,
                "needs": step.needs,
            }
            for step in grading.steps
        ],
    }


@cache
def shipped_gradings() -> tuple[Grading, ...]:
    """The ladders of the data files, in the files' order. Raises ValueError naming the file that does not add up."""
    found = []
    for path in sorted(_FOLDER.glob("*.toml")):
        try:
            grading = grading_of(tomllib.loads(path.read_text("utf-8")))
        except Invalid as wrong:
            raise ValueError(f"{path.name}: {wrong}") from wrong
        if grading is None or not grading.source:
            raise ValueError(f"{path.name}: a ladder says where it comes from")
        found.append(grading)
    return tuple(found)


def shipped_grading(key: str) -> Grading | None:
    return next((grading for grading in shipped_gradings() if grading.key == key), None)
