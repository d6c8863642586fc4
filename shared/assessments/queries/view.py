"""A unit's sheet as page and paper show it: every number with the rows behind it. Pure arithmetic, no query."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shared.assessments.metrics import METRICS
from shared.duties.periods import period_label
from shared.events.kinds import KINDS
from shared.i18n import _

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One due item behind a line. state: done, made_up, flawed, missing, open (its window is now), ahead.

    later: entered from an old ledger, which this tenant does not score.
    """

    due_item_id: int
    kind: str
    period: str
    opens_on: date
    due_on: date
    state: str
    event_id: int | None = None
    held_on: date | None = None
    #: The kind's own fields that were given, and those of the line that were left empty.
    given: frozenset[str] = frozenset()
    lacking: tuple[str, ...] = ()
    #: What this item takes off, and what recording it now brings back (or, still open, keeps).
    loss: Decimal = NOTHING
    gain: Decimal = NOTHING

    @property
    def kind_name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def period_name(self) -> str:
        return period_label(self.period)

    @property
    def lacking_names(self) -> list[str]:
        return [str(each.label) for each in KINDS[self.kind].fields if each.code in self.lacking]


def points_of(*, full: Decimal, lost: Decimal) -> Decimal:
    """max(0, full − Σ deductions); the same rule as the SQL of score_units."""
    return max(NOTHING, full - lost)


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the sheet for one unit. points None: nothing was asked yet, or nothing can be counted."""

    id: int
    name: str
    kind: str
    full: Decimal
    metric: str | None
    params: dict[str, Any]
    points: Decimal | None = None
    due: int = 0
    done: int = 0
    made_up: int = 0
    flawed: int = 0
    rows: tuple[Evidence, ...] = ()
    #: Mean points of all units measured by this sheet.
    mean: Decimal | None = None
    #: The year can still be mended.
    mendable: bool = True

    def rate(self, name: str) -> Decimal:
        """per_missing, per_made_up or per_flaw, in marks."""
        return Decimal(str(self.params.get(name, 0)))

    @property
    def entered_later(self) -> int:
        """Done, and not counted, because it came in from an old ledger and the tenant does not score that."""
        return sum(1 for row in self.rows if row.state == "later")

    @property
    def missing(self) -> int:
        return max(self.due - self.done - self.entered_later, 0)

    @property
    def lost(self) -> Decimal:
        return NOTHING if self.points is None else self.full - self.points

    @property
    def measured(self) -> bool:
        """There is something in the ledger that this line counts."""
        return self.metric is not None

    @property
    def gain(self) -> Decimal:
        """What comes back when all that is missing is made up."""
        if self.points is None or not self.mendable or not self.missing:
            return NOTHING
        assert self.metric is not None
        price = self.rate("per_made_up") if METRICS[self.metric].from_duties else NOTHING
        lost = price * (self.made_up + self.missing) + self.rate("per_flaw") * self.flawed
        lost += self.rate("per_missing") * self.entered_later
        return points_of(full=self.full, lost=lost) - self.points

    @property
    def reasons(self) -> list[str]:
        """Why marks are lost, or why there are none; one sentence each."""
        name = _(self.name)
        if self.points is None:
            return [self._why_none()]
        if self.metric is not None and not METRICS[self.metric].from_duties:
            return [str(METRICS[self.metric].lost)] if self.missing else []
        said = []
        if self.missing:
            said.append(_("%(name)s: %(n)s missing", name=name, n=self.missing))
        if self.entered_later and self.rate("per_missing"):
            said.append(
                _(
                    "%(name)s: %(n)s entered later, not counted by your organisation's choice",
                    name=name,
                    n=self.entered_later,
                )
            )
        if self.made_up and self.rate("per_made_up"):
            said.append(_("%(name)s: %(n)s made up", name=name, n=self.made_up))
        if self.flawed:
            said.append(_("%(name)s: %(n)s incomplete", name=name, n=self.flawed))
        return said

    def _why_none(self) -> str:
        if self.metric is None:
            return {
                "evidence": _("Not counted: waits for evidence"),
                "rating": _("Not counted: waits for the rating"),
            }.get(self.kind, _("Not counted: not in the ledger yet"))
        unknown = METRICS[self.metric].unknown
        if unknown is not None:
            return str(unknown)
        coming = [row.due_on for row in self.rows if row.state in ("open", "ahead")]
        if coming:
            return _("Not yet due: until %(day)s", day=min(coming).isoformat())
        return _("Nothing of this is asked of the unit this year")

    @property
    def regain(self) -> str:
        """How the marks come back; '' where nothing is to be done."""
        if not self.gain:
            return _("Cannot be regained") if self.lost and not self.missing else ""
        assert self.metric is not None
        how = METRICS[self.metric].regain
        if how is not None:
            return _("%(what)s: %(n)s back", what=how, n=f"{self.gain:.1f}")
        return _("Make up %(times)s: %(n)s back", times=self.missing, n=f"{self.gain:.1f}")

    @property
    def rule(self) -> str:
        """The deductions in one sentence."""
        if self.metric is not None and not METRICS[self.metric].from_duties:
            return _("otherwise −%(n)s", n=self.rate("per_missing"))
        said = [
            text
            for rate, text in (
                ("per_missing", _("each missing −%(n)s", n=self.rate("per_missing"))),
                ("per_made_up", _("each made up −%(n)s", n=self.rate("per_made_up"))),
                ("per_flaw", _("each incomplete −%(n)s", n=self.rate("per_flaw"))),
            )
            if self.rate(rate)
        ]
        return _(", ").join(said)


def _total(values: list[Decimal]) -> Decimal:
    return sum(values, NOTHING)


@dataclass(frozen=True, slots=True)
class HeadingView:
    """Lines that stand together."""

    name: str
    lines: tuple[LineView, ...]

    @property
    def full(self) -> Decimal:
        return _total([line.full for line in self.lines])

    @property
    def points(self) -> Decimal | None:
        counted = [line.points for line in self.lines if line.points is not None]
        return _total(counted) if counted else None

    @property
    def counted_full(self) -> Decimal:
        return _total([line.full for line in self.lines if line.points is not None])

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
        return None if self.points is None else self.points * 100 / self.counted_full

    @property
    def mean_share(self) -> Decimal | None:
        lines = [line for line in self.lines if line.points is not None and line.mean is not None]
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
    lines: tuple[LineView, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(line for heading in self.headings for line in heading.lines))

    @property
    def full(self) -> Decimal:
        return _total([line.full for line in self.lines])

    @property
    def earned(self) -> Decimal:
        return _total([line.points for line in self.lines if line.points is not None])

    @property
    def counted_full(self) -> Decimal:
        return _total([line.full for line in self.lines if line.points is not None])

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
        return [line for line in self.lines if line.points is None and line.measured]

    @property
    def unmeasured(self) -> list[LineView]:
        """Lines that leave the denominator: evidence, ratings, what the ledger does not hold yet."""
        return [line for line in self.lines if not line.measured]

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
