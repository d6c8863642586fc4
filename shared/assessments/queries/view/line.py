"""One line of a sheet for one unit: its marks, why some are lost, what brings them back, its rule in words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.assessments.metrics import METRICS, Lack
from shared.assessments.queries.view.evidence import Evidence
from shared.assessments.queries.view.marks import NOTHING, number, points_by
from shared.i18n import _

#: Lines on top of the sheet or against it: they are in no denominator.
BESIDE = ("bonus", "veto")


@dataclass(frozen=True, slots=True)
class Said:
    """What people say of a line in a round: the unit itself, then the reviewer."""

    self_points: Decimal | None = None
    self_text: str = ""
    points: Decimal | None = None
    not_applicable: bool = False
    #: Of a veto line.
    raised: bool = False
    remark: str = ""
    #: A ballot gave the points.
    from_ballot: bool = False


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the sheet for one unit. points None: nothing was asked yet, or nothing can be counted."""

    id: int
    name: str
    kind: str
    full: Decimal
    metric: str | None
    params: dict[str, Any]
    rule_key: str = "deduct"
    standard: str = ""
    ordinal: int = 0
    points: Decimal | None = None
    due: int = 0
    done: int = 0
    made_up: int = 0
    flawed: int = 0
    rows: tuple[Evidence, ...] = ()
    #: What is missing behind a line that is not counted from due items.
    lacks: tuple[Lack, ...] = ()
    #: Mean points of all units measured by this sheet.
    mean: Decimal | None = None
    #: The year can still be mended.
    mendable: bool = True
    #: Of a line of a round that people mark; None: of the running sheet, or nothing was said yet.
    said: Said | None = None
    in_round: bool = False

    def rate(self, name: str) -> Decimal:
        """per_missing, per_made_up or per_flaw, in marks."""
        return number(self.params, name)

    def points_at(self, *, due: int, done: int, made_up: int = 0, flawed: int = 0) -> Decimal:
        """What the line comes to with these counts."""
        return points_by(
            self.rule_key, self.params, full=self.full, due=due, done=done, made_up=made_up, flawed=flawed
        )

    @property
    def plain(self) -> bool:
        """The line is part of what the sheet adds up to."""
        return self.kind not in BESIDE

    @property
    def entered_later(self) -> int:
        """Done, and not counted, because it came in from an old ledger and the tenant does not score that."""
        return sum(1 for row in self.rows if row.state == "later")

    @property
    def missing(self) -> int:
        return max(self.due - self.done - self.entered_later, 0)

    @property
    def lost(self) -> Decimal:
        return NOTHING if self.points is None or not self.plain else self.full - self.points

    @property
    def measured(self) -> bool:
        """There is something in the ledger that this line counts."""
        return self.metric is not None

    @property
    def late(self) -> bool:
        """What is missing may still be done, late."""
        return self.metric is not None and METRICS[self.metric].late

    @property
    def gain(self) -> Decimal:
        """What comes back when all that is missing is made up."""
        if self.points is None or not self.mendable or not self.missing:
            return NOTHING
        assert self.metric is not None
        late = self.missing if METRICS[self.metric].late else 0
        mended = self.points_at(
            due=self.due,
            done=self.done + self.missing,
            made_up=self.made_up + late,
            flawed=self.flawed,
        )
        return mended - self.points

    @property
    def reasons(self) -> list[str]:
        """Why marks are lost, or why there are none; one sentence each."""
        if self.metric is None or self.points is None:
            return self._why_given()
        metric = METRICS[self.metric]
        name = _(self.name)
        said = []
        if not metric.from_duties:
            if self.missing and self.due == 1:
                said.append(str(metric.lost))
            elif self.missing:
                said.append(
                    _("%(what)s: %(n)s of %(due)s", what=str(metric.lost), n=self.missing, due=self.due)
                )
        elif self.missing:
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
            said.append(
                _("%(name)s: %(n)s made up", name=name, n=self.made_up)
                if metric.from_duties
                else _("%(name)s: %(n)s late", name=name, n=self.made_up)
            )
        if self.flawed:
            said.append(_("%(name)s: %(n)s incomplete", name=name, n=self.flawed))
        return said

    def _why_given(self) -> list[str]:
        """Of a line that people mark, the reviewer's word; of one without marks, why."""
        if self.said is not None and self.said.not_applicable:
            return [_("Not applicable: %(why)s", why=self.said.remark)]
        if self.said is not None and self.kind == "veto":
            return [_("Veto raised: %(why)s", why=self.said.remark)] if self.said.raised else []
        if self.points is not None:
            remark = self.said.remark if self.said is not None else ""
            return [remark or _("The reviewer gave less")] if self.lost else [remark] if remark else []
        return [] if self.kind == "veto" else [self._why_none()]

    def _why_none(self) -> str:
        if self.metric is None:
            return {
                "evidence": _("Not counted: waits for evidence"),
                "rating": _("Not counted: waits for the rating"),
                "must": _("Not counted: waits for the reviewer"),
                "bonus": _("No bonus given"),
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
        if self.metric is None:
            return ""
        if not self.gain:
            return _("Cannot be regained") if self.lost and not self.missing else ""
        how = METRICS[self.metric].regain
        if how is not None:
            return _("%(what)s: %(n)s back", what=how, n=f"{self.gain:.1f}")
        return _("Make up %(times)s: %(n)s back", times=self.missing, n=f"{self.gain:.1f}")

    @property
    def rule(self) -> str:
        """How a count becomes marks, in one sentence; '' where the reviewer marks."""
        if self.kind == "must":
            return _("all or nothing")
        if self.metric is None:
            return ""
        if self.rule_key == "whole":
            return _("all done, or no marks")
        if self.rule_key == "below":
            return _(
                "each per cent below %(line)s%% −%(n)s", line=self.rate("line"), n=self.rate("per_percent")
            )
        if self.rule_key == "tiers":
            steps = sorted(
                ((Decimal(str(least)), Decimal(str(marks))) for least, marks in self.params["tiers"]),
                reverse=True,
            )
            return _(", ").join(
                _("from %(least)s%% %(marks)s marks", least=least, marks=marks) for least, marks in steps
            )
        metric = METRICS[self.metric]
        if not metric.from_duties and not metric.late and self.due <= 1:
            return _("otherwise −%(n)s", n=self.rate("per_missing"))
        late = (
            _("each made up −%(n)s", n=self.rate("per_made_up"))
            if metric.from_duties
            else _("each late −%(n)s", n=self.rate("per_made_up"))
        )
        said = [
            text
            for rate, text in (
                ("per_missing", _("each missing −%(n)s", n=self.rate("per_missing"))),
                ("per_made_up", late),
                ("per_flaw", _("each incomplete −%(n)s", n=self.rate("per_flaw"))),
            )
            if self.rate(rate)
        ]
        return _(", ").join(said)
