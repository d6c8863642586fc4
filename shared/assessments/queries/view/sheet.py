"""Lines put together: headings and the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shared.assessments.metrics import METRICS
from shared.assessments.queries.view.evidence import Evidence
from shared.assessments.queries.view.line import LineView
from shared.assessments.queries.view.marks import NOTHING


def _total(values: list[Decimal]) -> Decimal:
    return sum(values, NOTHING)


def _plain(lines: Sequence[LineView]) -> list[LineView]:
    """The lines that the sheet adds up to: without bonus and veto."""
    return [line for line in lines if line.plain]


def _of_plain(lines: Sequence[LineView]) -> Decimal:
    return _total([line.points for line in _plain(lines) if line.points is not None])


@dataclass(frozen=True, slots=True)
class HeadingView:
    """Lines that stand together."""

    name: str
    lines: tuple[LineView, ...]

    @property
    def full(self) -> Decimal:
        return _total([line.full for line in _plain(self.lines)])

    @property
    def points(self) -> Decimal | None:
        counted = [line.points for line in self.lines if line.points is not None]
        return _total(counted) if counted else None

    @property
    def counted_full(self) -> Decimal:
        return _total([line.full for line in _plain(self.lines) if line.points is not None])

    @property
    def lost(self) -> Decimal:
        return _total([line.lost for line in self.lines])

    @property
    def gain(self) -> Decimal:
        return _total([line.gain for line in self.lines])

    @property
    def reasons(self) -> list[str]:
        """What was lost first; where nothing is counted, why. A heading in part counted says only the former."""
        lost = [reason for line in self.lines if line.points is not None for reason in line.reasons]
        if lost or self.points is not None:
            return lost
        return list(dict.fromkeys(reason for line in self.lines for reason in line.reasons))

    @property
    def regain(self) -> list[str]:
        return [line.regain for line in self.lines if line.regain]

    @property
    def share(self) -> Decimal | None:
        """Points of what could be had, in per cent."""
        full = self.counted_full
        return _of_plain(self.lines) * 100 / full if full else None

    @property
    def mean_share(self) -> Decimal | None:
        lines = [line for line in _plain(self.lines) if line.points is not None and line.mean is not None]
        full = _total([line.full for line in lines])
        return _total([line.mean for line in lines if line.mean is not None]) * 100 / full if full else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One unit's sheet of one year, as it was last counted."""

    name: str
    source: str
    year: int
    settles_on: date
    counted_at: datetime | None
    headings: tuple[HeadingView, ...]
    #: Mean rate of all units measured by this sheet, in per cent.
    mean_rate: Decimal | None = None
    #: How much all bonus lines together may add, in marks.
    bonus_cap: Decimal = NOTHING
    lines: tuple[LineView, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(line for heading in self.headings for line in heading.lines))

    @property
    def full(self) -> Decimal:
        return _total([line.full for line in _plain(self.lines)])

    @property
    def bonus(self) -> Decimal:
        """What bonus lines add, never more than the sheet's cap."""
        given = [line.points for line in self.lines if line.kind == "bonus" and line.points is not None]
        return min(_total(given), self.bonus_cap)

    @property
    def earned(self) -> Decimal:
        """With the bonus in it."""
        return _of_plain(self.lines) + self.bonus

    @property
    def vetoes(self) -> list[LineView]:
        """The vetoes raised by hand against the unit."""
        return [line for line in self.lines if line.said is not None and line.said.raised]

    @property
    def counted_full(self) -> Decimal:
        return _total([line.full for line in _plain(self.lines) if line.points is not None])

    @property
    def rate(self) -> Decimal | None:
        return self.earned * 100 / self.counted_full if self.counted_full else None

    @property
    def lost(self) -> Decimal:
        return _total([line.lost for line in self.lines])

    @property
    def gain(self) -> Decimal:
        return _total([line.gain for line in self.lines])

    @property
    def pending(self) -> list[LineView]:
        """Lines that will be counted once their time has come."""
        return [line for line in self.lines if line.points is None and line.measured and line.plain]

    @property
    def unmeasured(self) -> list[LineView]:
        """Lines that leave the denominator: evidence, ratings, what the ledger does not hold yet."""
        return [line for line in _plain(self.lines) if line.points is None and not line.measured]

    @property
    def pending_marks(self) -> Decimal:
        return _total([line.full for line in self.pending])

    @property
    def unmeasured_marks(self) -> Decimal:
        return _total([line.full for line in self.unmeasured])

    @property
    def at_most(self) -> Decimal:
        """What the unit can still have of the lines that are counted."""
        return self.earned + self.pending_marks + self.gain

    @property
    def to_regain(self) -> list[Evidence]:
        """What brings marks back when it is made up now, oldest first."""
        rows = [row for line in self.lines for row in line.rows if row.state == "missing" and row.gain]
        return sorted(rows, key=lambda row: (row.due_on, row.due_item_id))

    @property
    def to_keep(self) -> list[Evidence]:
        """What is open now and would be lost, the nearest first."""
        rows = [row for line in self.lines for row in line.rows if row.state == "open" and row.gain]
        return sorted(rows, key=lambda row: (row.due_on, row.due_item_id))

    @property
    def to_mend(self) -> list[LineView]:
        """Lines about the unit itself that a deed brings back."""
        return [
            line
            for line in self.lines
            if line.gain and line.metric is not None and not METRICS[line.metric].from_duties
        ]
