"""What a sheet must be before it is issued: each fault with the line and the field it stands at."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from shared.assessments import packs
from shared.assessments.metrics import METRICS
from shared.events.kinds import KINDS
from shared.i18n import _
from shared.members.posts import POSTS

LINE_KINDS = ("count", "evidence", "rating", "must", "bonus", "veto")
RULES = ("deduct", "below", "tiers", "whole")
#: What a rule takes off, in marks.
RATES = ("per_missing", "per_made_up", "per_flaw", "line", "per_percent")
MOST_LINES = 120
MOST_MARKS = Decimal(1000)
_FORBIDDEN = Path(packs.__file__).parent / "forbidden.toml"


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One line as it is written; its place in the sheet is its ordinal, the first is 1."""

    heading: str
    name: str
    kind: str
    full: Decimal
    standard: str = ""
    metric: str | None = None
    rule: str = "deduct"
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def adds(self) -> bool:
        """Its marks are part of the sheet's total."""
        return self.kind not in ("bonus", "veto")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: of the line at `place` (0 is the first; None: the sheet itself), at its `field`."""

    place: int | None
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One thing that no line may measure, and the words that speak of it."""

    reason: str
    words: tuple[str, ...]


@cache
def forbidden_measures() -> tuple[Forbidden, ...]:
    """What packs/forbidden.toml names."""
    data = tomllib.loads(_FORBIDDEN.read_text("utf-8"))
    return tuple(
        Forbidden(each["reason"], tuple(word.casefold() for word in each["words"]))
        for each in data["measure"]
    )


def refused_for(*texts: str) -> str | None:
    """The sentence that says why these words are refused; None where they speak of nothing forbidden."""
    # Spaces between Chinese characters hide nothing.
    spoken = " ".join(texts).casefold()
    closed = "".join(spoken.split())
    for measure in forbidden_measures():
        if any(word in spoken or "".join(word.split()) in closed for word in measure.words):
            return _(measure.reason)
    return None


def faults_of(
    lines: Sequence[LineSpec], *, total: Decimal, bonus_cap: Decimal, applies: Mapping[str, Any]
) -> list[Fault]:
    """Everything that keeps a sheet from being issued, in the order of its lines; [] if nothing does."""
    found: list[Fault] = []
    if not applies.get("unit_kinds") or not applies.get("sectors"):
        found.append(Fault(None, "unit_kinds", _("Say which kinds of units and which sectors it measures.")))
    if not any(line.adds for line in lines):
        found.append(Fault(None, "total", _("Nothing is measured: the sheet has no line with marks.")))
    for place, line in enumerate(lines):
        found += [Fault(place, name, text) for name, text in line_faults(line)]
    had = sum((line.full for line in lines if line.adds), Decimal(0))
    if lines and had != total:
        by = abs(total - had).normalize()
        text = (
            _(
                "The lines come to %(had)s marks: %(by)s too few for %(total)s.",
                had=_n(had),
                by=_n(by),
                total=_n(total),
            )
            if had < total
            else _(
                "The lines come to %(had)s marks: %(by)s too many for %(total)s.",
                had=_n(had),
                by=_n(by),
                total=_n(total),
            )
        )
        found.append(Fault(None, "total", text))
    if bonus_cap > total:
        found.append(
            Fault(None, "bonus_cap", _("All bonus lines together never add more than the sheet has marks."))
        )
    for place, line in enumerate(lines):
        if line.kind == "bonus" and line.full > bonus_cap:
            found.append(
                Fault(
                    place, "full", _("More than all bonus lines together may add (%(n)s).", n=_n(bonus_cap))
                )
            )
    return found + circle_faults(lines)


def _n(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def line_faults(line: LineSpec) -> list[tuple[str, str]]:
    """(field, what is wrong) of one line by itself."""
    found: list[tuple[str, str]] = []
    if not line.name.strip():
        found.append(("name", _("Fill this in.")))
    if not line.heading.strip():
        found.append(("heading", _("Fill this in.")))
    if line.kind not in LINE_KINDS:
        found.append(("kind", _("Choose one from the list.")))
    if line.kind != "veto" and not 0 < line.full <= MOST_MARKS:
        found.append(("full", _("Marks are more than 0.")))
    reason = refused_for(line.heading, line.name, line.standard)
    if reason is not None:
        found.append(("name", reason))
    return found + (_count_faults(line) if line.kind == "count" else [])


def _count_faults(line: LineSpec) -> list[tuple[str, str]]:
    if line.metric is None:
        # Shown, and out of everybody's denominator until the ledger holds what it asks.
        return []
    if line.metric not in METRICS:
        return [("metric", _("Nobody counts this: choose what is counted from the list."))]
    found: list[tuple[str, str]] = []
    for name, known in (("kinds", KINDS), ("posts", POSTS)):
        given = list(line.params.get(name, ()))
        if name in needs_of(line.metric) and not given:
            found.append((name, _("Choose at least one.")))
        if any(each not in known for each in given):
            found.append((name, _("Choose one from the list.")))
    if "fields" in needs_of(line.metric):
        offered = {
            spec.code for kind in line.params.get("kinds", ()) if kind in KINDS for spec in KINDS[kind].fields
        }
        if not line.params.get("fields"):
            found.append(("fields", _("Choose at least one.")))
        elif not set(line.params["fields"]) <= offered:
            found.append(("fields", _("These kinds of records do not have this field.")))
    return found + _rule_faults(line)


def _rule_faults(line: LineSpec) -> list[tuple[str, str]]:
    """Numbers of a rule that cannot work."""
    numbers = {rate: Decimal(str(line.params.get(rate, 0))) for rate in RATES}
    found = [(rate, _("Not below 0.")) for rate, value in numbers.items() if value < 0]
    if line.rule not in RULES:
        found.append(("rule", _("Choose one from the list.")))
    if line.rule == "deduct":
        if not any(numbers[rate] > 0 for rate in RATES[:3]):
            found.append(("per_missing", _("Nothing is ever lost here: say what is taken off.")))
        if numbers["per_made_up"] > numbers["per_missing"]:
            found.append(("per_made_up", _("What is made up never costs more than what is missing.")))
    if line.rule == "below":
        if not 0 < numbers["line"] <= 100:
            found.append(("line", _("A line between 0 and 100 per cent.")))
        if not numbers["per_percent"] > 0:
            found.append(("per_percent", _("Nothing is ever lost here: say what is taken off.")))
    return found + (_tier_faults(line) if line.rule == "tiers" else [])


def _tier_faults(line: LineSpec) -> list[tuple[str, str]]:
    tiers = [(Decimal(str(least)), Decimal(str(marks))) for least, marks in line.params.get("tiers", ())]
    if not tiers:
        return [("tiers", _("Enter at least one tier."))]
    if any(not 0 <= least <= 100 for least, _marks in tiers):
        return [("tiers", _("A tier begins between 0 and 100 per cent."))]
    if any(not 0 <= marks <= line.full for _least, marks in tiers):
        return [("tiers", _("A tier gives between 0 and the full marks."))]
    for (least, marks), (lower, fewer) in pairwise(tiers):
        if lower >= least or fewer >= marks:
            return [("tiers", _("Tiers go down: each one asks less and gives less than the one above."))]
    return []


def needs_of(metric: str) -> set[str]:
    """The parameters by which a metric says what it counts: kinds, posts, fields, and numbers of its own."""
    return {each.name for each in METRICS[metric].params}


def _follows(lines: Sequence[LineSpec], place: int) -> list[int]:
    return [int(each) for each in lines[place].params.get("from", ()) if 1 <= int(each) <= len(lines)]


def circle_faults(lines: Sequence[LineSpec]) -> list[Fault]:
    """Vetoes that follow each other in a circle, and vetoes that follow what is not there."""
    found: list[Fault] = []
    told: set[int] = set()
    for place, line in enumerate(lines):
        if line.kind != "veto":
            continue
        given = list(line.params.get("from", ()))
        if len(_follows(lines, place)) != len(given):
            found.append(Fault(place, "from", _("It follows a line that is not there.")))
        if any(lines[each - 1].kind == "bonus" for each in _follows(lines, place)):
            found.append(
                Fault(place, "from", _("A veto cannot follow a bonus line: most units have no mark there."))
            )
        circle = None if place in told else _circle(lines, place)
        if circle:
            told.update(circle)
            names = " → ".join(lines[each].name for each in [*circle, circle[0]])
            found.append(
                Fault(place, "from", _("These vetoes follow each other in a circle: %(names)s", names=names))
            )
    return found


def _circle(lines: Sequence[LineSpec], start: int) -> list[int] | None:
    """The places on a way from a veto back to itself; walked without recursion, sheets may be long."""
    stack = [(start, [start])]
    seen = {start}
    while stack:
        place, way = stack.pop()
        for each in _follows(lines, place):
            following = each - 1
            if following == start:
                return way
            if lines[following].kind == "veto" and following not in seen:
                seen.add(following)
                stack.append((following, [*way, following]))
    return None


def sources_of(lines: Sequence[LineSpec], place: int) -> list[int]:
    """The ordinals of every line and veto that raises the veto at `place`, through however many vetoes."""
    found: set[int] = set()
    waiting = [place]
    while waiting:
        for each in _follows(lines, waiting.pop()):
            if each in found or each == place + 1:
                continue
            found.add(each)
            if lines[each - 1].kind == "veto":
                waiting.append(each - 1)
    return sorted(found)
