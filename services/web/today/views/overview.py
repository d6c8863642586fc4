"""What an officer, a leader, an admin sees: who has not, by kind and period, with one press a group."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for

from shared.access.actor import Actor
from shared.access.permissions import Permission
from shared.duties.queries import (
    DueFilter,
    Month,
    TodoGroup,
    UnitState,
    fulfilment_by_month,
    todo_groups,
    unit_states,
)
from shared.duties.queries.below import overdue_totals
from shared.duties.queries.filters import EVERY_YEAR
from shared.i18n import _
from shared.organisations.queries import ending_terms
from shared.reminders.queries.log import recent_receipts

#: Above so many units the strip shows words and numbers only.
STRIP = 60
#: A term's end is told this long before.
TERM_NOTICE = timedelta(days=183)
#: A week ahead, as the to-do list reaches.
WEEK = timedelta(days=8)
GROUPS = 50


@dataclass(frozen=True)
class Line:
    """One group of the to-do list with the filter that reminds exactly it."""

    group: TodoGroup
    days: int
    hidden: dict[str, str]
    address: str

    @property
    def title(self) -> str:
        if self.group.unit_count == 1:
            return _("%(what)s not recorded", what=self.group.title)
        return _("%(what)s, not recorded by %(n)s units", what=self.group.title, n=self.group.unit_count)

    @property
    def whom(self) -> str:
        names = _(", ").join(self.group.unit_names)
        if self.group.unit_count > len(self.group.unit_names):
            return _(
                "%(names)s and %(n)s more", names=names, n=self.group.unit_count - len(self.group.unit_names)
            )
        return names


def _line(group: TodoGroup, on: date) -> Line:
    late = group.due_on < on
    given = DueFilter(
        year=int(group.period[:4]) if group.period else EVERY_YEAR,
        kinds=(group.kind,),
        period=group.period or None,
        only="missing" if late else "all",
        due_before=None if late else on + WEEK,
        due_from=None if late or group.period else on,
    )
    fields = given.fields()
    return Line(
        group=group,
        days=(group.due_on - on).days,
        hidden={**fields, "expected": str(group.unit_count), "next": url_for("today.home")},
        address=url_for("ledger.index", year=fields["year"], kinds=fields["kinds"])
        if group.period
        else url_for("terms.index"),
    )


def _strip(states: list[UnitState]) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """Groups of units for macros/chart.html: overdue, due soon, fine; one cell a unit while they are few."""
    late = [one for one in states if one.overdue]
    soon = [one for one in states if not one.overdue and one.due_soon]
    fine = [one for one in states if not one.overdue and not one.due_soon]
    few = len(states) <= STRIP

    def cells(kind: str, some: list[UnitState]) -> list[tuple[str, str, str, str]]:
        if not few:
            return []
        return [
            (
                kind,
                str(one.overdue or one.due_soon or "✓"),
                url_for("organisations.show", unit_id=one.unit_id),
                _(
                    "%(name)s: %(late)s overdue, %(soon)s within a week",
                    name=one.name,
                    late=one.overdue,
                    soon=one.due_soon,
                ),
            )
            for one in some
        ]

    return [
        (word, cells(kind, some))
        for word, kind, some in (
            (_("%(n)s units overdue", n=len(late)), "late", late),
            (_("%(n)s due within a week", n=len(soon)), "due", soon),
            (_("%(n)s in order", n=len(fine)), "ok", fine),
        )
        if some
    ]


def _chart(months: list[Month], on: date) -> dict[str, Any]:
    cut = [month for month in months if month.month <= on.month]
    return {
        "x": [_("Month %(n)s", n=month.month) for month in cut],
        "series": [
            {"name": _("made up"), "state": "ok", "values": [month.made_up for month in cut]},
            {
                "name": _("missing"),
                "state": "late",
                "values": [month.missing for month in cut],
                "label": True,
            },
        ],
    }


def overview(actor: Actor, on: date) -> dict[str, Any]:
    """Everything the page shows; six queries, whatever the number of units."""
    groups = [_line(group, on) for group in todo_groups(actor, on=on, limit=GROUPS)]
    months = fulfilment_by_month(actor, on.year)
    past = [month for month in months if month.due]
    settled = sum(month.on_time + month.made_up + month.missing for month in past)
    on_time = sum(month.on_time for month in past)
    states = unit_states(actor, on)
    items, units = overdue_totals(actor, on)
    may_remind = actor.may(Permission.REMINDER_SEND)
    return {
        "late": [line for line in groups if line.days < 0],
        "due_today": [line for line in groups if line.days == 0],
        "week": [line for line in groups if line.days > 0],
        "cut": len(groups) >= GROUPS,
        "strip": _strip(states),
        "worst": [one for one in states if one.overdue][:5],
        "months": months,
        "chart": _chart(months, on),
        "rate": round(100 * on_time / settled, 1) if settled else None,
        "sums": {
            "settled": settled,
            "on_time": on_time,
            "made_up": sum(month.made_up for month in past),
            "missing": sum(month.missing for month in past),
        },
        "items": items,
        "units": units,
        "all_hidden": {
            **DueFilter(year=on.year).fields(),
            "expected": str(units),
            "next": url_for("today.home"),
        },
        "terms": [
            (unit_id, name, ends, (ends - on).days)
            for unit_id, name, ends in ending_terms(actor, until=on + TERM_NOTICE)
            if ends is not None
        ],
        "receipts": recent_receipts(actor, limit=3) if actor.may(Permission.REMINDER_VIEW) else [],
        "may_remind": may_remind,
    }
