"""What each row behind a line takes off, and what making it up brings back. Pure arithmetic."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shared.assessments.queries.view.evidence import Evidence
from shared.assessments.queries.view.line import LineView
from shared.assessments.queries.view.marks import NOTHING


def by_day(row: Evidence) -> tuple[date, int]:
    return row.due_on, row.due_item_id


def priced(rows: list[Evidence], line: LineView, wanted: tuple[str, ...]) -> list[Evidence]:
    """Each row with what it takes off, and what making it up brings back as the next one to be made up."""
    known = [_flawed(row, wanted) for row in rows]
    counts = _Counts.of(known)
    by_item = line.rule_key == "deduct"
    said = []
    for row in known:
        gain = NOTHING
        if row.state == "missing" and line.mendable:
            mended = counts.plus(done=1, made_up=1)
            gain, counts = mended.of_line(line) - counts.of_line(line), mended
        elif row.state == "open":
            gain = counts.plus(due=1, done=1).of_line(line) - counts.plus(due=1).of_line(line)
        said.append(replace(row, loss=_loss(row, line) if by_item else NOTHING, gain=gain))
    return said


class _Counts(NamedTuple):
    """The columns of a score, as the rows say them."""

    due: int
    done: int
    made_up: int
    flawed: int

    @classmethod
    def of(cls, rows: list[Evidence]) -> "_Counts":
        states = Counter(row.state for row in rows)
        done = states["done"] + states["made_up"]
        flawed = sum(1 for row in rows if row.lacking)
        return cls(done + states["missing"] + states["later"], done, states["made_up"], flawed)

    def plus(self, *, due: int = 0, done: int = 0, made_up: int = 0) -> "_Counts":
        return _Counts(self.due + due, self.done + done, self.made_up + made_up, self.flawed)

    def of_line(self, line: LineView) -> Decimal:
        """What the line comes to; full marks while nothing is asked."""
        return line.points_at(**self._asdict()) if self.due else line.full


def _flawed(row: Evidence, wanted: tuple[str, ...]) -> Evidence:
    """The row with the fields that the line wants and the record leaves empty."""
    held = row.state in ("done", "made_up")
    return replace(row, lacking=tuple(code for code in wanted if code not in row.given) if held else ())


def _loss(row: Evidence, line: LineView) -> Decimal:
    if row.state in ("missing", "later"):
        return line.rate("per_missing")
    late = line.rate("per_made_up") if row.state == "made_up" else NOTHING
    return late + (line.rate("per_flaw") if row.lacking else NOTHING)
