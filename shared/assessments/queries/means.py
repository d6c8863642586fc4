"""A result's lines put together by heading, for page, picture and paper. Pure arithmetic, no query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from shared.assessments.queries.lines import ResultLine
from shared.assessments.queries.results import Mean
from shared.i18n import _


@dataclass(frozen=True, slots=True)
class ResultHeading:
    """Lines that stand together, with what they came to. share in per cent of what could be had."""

    name: str
    lines: tuple[ResultLine, ...]

    @property
    def _plain(self) -> list[ResultLine]:
        return [line for line in self.lines if line.kind not in ("bonus", "veto") and line.points is not None]

    @property
    def full(self) -> Decimal:
        return sum((line.full for line in self._plain), Decimal(0))

    @property
    def points(self) -> Decimal:
        return sum((line.points or Decimal(0) for line in self._plain), Decimal(0))

    @property
    def share(self) -> Decimal | None:
        return self.points * 100 / self.full if self.full else None


def headings_of(lines: Sequence[ResultLine]) -> list[ResultHeading]:
    return [
        ResultHeading(name, tuple(group)) for name, group in groupby(lines, key=lambda line: line.heading)
    ]


def _rounded(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 1)


def chart_rows(headings: Sequence[ResultHeading], beside: Mapping[str, Decimal | None]) -> list[list[Any]]:
    """Rows of the lying bars: name, own per cent, the other per cent."""
    return [
        [_(each.name), _rounded(each.share), _rounded(beside.get(each.name))]
        for each in headings
        if any(line.kind not in ("bonus", "veto") for line in each.lines)
    ]


@dataclass(frozen=True, slots=True)
class MeanTable:
    """Means by heading (rows) and sector (columns), the mean over all first."""

    sectors: tuple[str, ...]
    rows: tuple[tuple[str, Decimal | None, tuple[Decimal | None, ...]], ...]


def by_heading(means: Sequence[Mean]) -> MeanTable:
    sectors = tuple(sorted({mean.sector for mean in means if mean.sector}))
    cells = {(mean.heading, mean.sector): mean.rate for mean in means}
    names = list(dict.fromkeys(mean.heading for mean in means))
    return MeanTable(
        sectors,
        tuple(
            (name, cells.get((name, None)), tuple(cells.get((name, sector)) for sector in sectors))
            for name in names
        ),
    )
