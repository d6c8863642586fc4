"""The effect of a change of rules on due items, before it is made: the planning's own SQL, nothing kept of it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.clock import today
from shared.db import db
from shared.duties.actions.plan import asked_of, years_ahead
from shared.duties.actions.terms.planning import WANTED_TERMS
from shared.duties.actions.wanted import CHANGES, WANTED
from shared.duties.periods import period_label
from shared.errors import Conflict
from shared.events.kinds import KINDS
from shared.i18n import _

#: What a due item does, in the order in which a page says it.
FATES = ("come", "spared", "moved", "same", "gone")
SAMPLE = 12

_COUNTED = """
    select what, kind, to_char(coalesce(due_on, was), 'YYYY-MM') as month, count(*) as items,
        (select count(distinct unit_id) from changes where kind <> 'term_date') as all_units
    from changes where kind <> 'term_date'
    group by what, kind, month order by kind, month, what
    """
_SAMPLE = """
    select changes.what, changes.unit_id, unit.name as unit_name, changes.kind, changes.period, changes.ordinal,
        changes.was, changes.due_on
    from (
        select *, row_number() over (partition by what order by coalesce(due_on, was), unit_id, ordinal) as place
        from changes where kind <> 'term_date' and what <> 'same'
    ) as changes
    join unit on unit.id = changes.unit_id
    where place <= 4 order by changes.what, changes.place
    """
_SEEN = """
    select coalesce(md5(string_agg(concat_ws(' ', what, unit_id, kind, period, ordinal, due_on), ',' order by
        what, unit_id, kind, period, ordinal)), '') from changes where kind <> 'term_date'
    """
_YEAR_COUNTED = text(WANTED + CHANGES + _COUNTED)
_YEAR_SAMPLE = text(WANTED + CHANGES + _SAMPLE)
_YEAR_SEEN = text(WANTED + CHANGES + _SEEN)
_TERMS_COUNTED = text(WANTED_TERMS + CHANGES + _COUNTED)
_TERMS_SAMPLE = text(WANTED_TERMS + CHANGES + _SAMPLE)
_TERMS_SEEN = text(WANTED_TERMS + CHANGES + _SEEN)
_COUNT = "select count(*) from wanted"
_ASKED_COUNT = text(WANTED + _COUNT)


@dataclass(frozen=True, slots=True)
class Changed:
    """How many due items of one kind, due in one month, have one fate."""

    what: str
    kind: str
    month: str
    items: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One due item whose fate changes: `was` and `becomes` are its last days."""

    what: str
    unit_id: int
    unit_name: str
    kind: str
    period: str
    ordinal: int
    was: date | None
    becomes: date | None

    @property
    def title(self) -> str:
        return period_label(self.period, with_year=True) + str(KINDS[self.kind].name)


@dataclass(slots=True)
class Effect:
    """What a change of rules does to the planned years, and how many duties a year not planned yet would hold."""

    rows: list[Changed] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    units: int = 0
    #: year → due items of the kinds under the rules as they stand, and as they would.
    later: dict[int, tuple[int, int]] = field(default_factory=dict)
    #: Names this very effect: confirmed is what was shown.
    seen: str = ""

    def count(self, what: str) -> int:
        return sum(row.items for row in self.rows if row.what == what)

    @property
    def any(self) -> bool:
        return bool(self.rows) or any(before != after for before, after in self.later.values())

    @property
    def kinds(self) -> list[str]:
        found = {row.kind for row in self.rows}
        return [kind for kind in KINDS if kind in found]

    def months(self, kind: str) -> list[tuple[str, dict[str, int]]]:
        """month → fate → how many, in order."""
        found: dict[str, dict[str, int]] = {}
        for row in self.rows:
            if row.kind == kind:
                found.setdefault(row.month, {})[row.what] = row.items
        return sorted(found.items())


class EffectChanged(Conflict):
    """The effect is another one than that which was confirmed; `effect` is the one of now."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(_("The effect has changed in the meantime; look at it again."))
        self.effect = effect


def _terms() -> dict[str, Any]:
    on = today()
    asked = asked_of(on.year, kinds=["term_election"])
    return {**asked, "on": on, "horizon": date(on.year, 12, 31), "year": None, "term_kinds": []}


def _measure(kinds: Sequence[str], later: dict[int, int]) -> Effect:
    """The changes that planning would write now, for some kinds of duty. `later`: unplanned years as they stood."""
    effect = Effect()
    passes = [
        (_YEAR_COUNTED, _YEAR_SAMPLE, _YEAR_SEEN, asked_of(year, kinds=kinds))
        for year in years_ahead(today())
    ]
    if "term_election" in kinds:
        passes = [(_TERMS_COUNTED, _TERMS_SAMPLE, _TERMS_SEEN, _terms())]
    marks = []
    for counted, sample, seen, values in passes:
        rows = db.session.execute(counted, values).all()
        effect.rows += [Changed(row.what, row.kind, row.month, row.items) for row in rows]
        effect.units = max([effect.units, *(row.all_units for row in rows[:1])])
        if rows:
            effect.samples += [Sample(*row) for row in db.session.execute(sample, values)]
            marks.append(str(db.session.scalar(seen, values)))
    effect.samples = effect.samples[:SAMPLE]
    for year, before in later.items():
        effect.later[year] = (before, _asked_count(kinds, year))
    marks += [f"{year}:{pair}" for year, pair in effect.later.items()]
    effect.seen = hashlib.sha256(" ".join(marks).encode()).hexdigest()[:16]
    return effect


def _asked_count(kinds: Sequence[str], year: int) -> int:
    return int(db.session.scalar(_ASKED_COUNT, asked_of(year, kinds=kinds)) or 0)


def _later(kinds: Sequence[str], begins: date | None) -> dict[int, int]:
    """The year a change begins in, if it is not planned yet, with its due items as they stand."""
    if begins is None or begins.year in years_ahead(today()) or "term_election" in kinds:
        return {}
    return {begins.year: _asked_count(kinds, begins.year)}


def effect_of(change: Callable[[], object], *, kinds: Sequence[str], begins: date | None = None) -> Effect:
    """What `change` would do to the due items of these kinds; it is made and undone, with all its checks in earnest.

    `begins`: the day it holds from, where that may lie in a year that is not planned yet.
    """
    later = _later(kinds, begins)
    trial = db.session.begin_nested()
    try:
        change()
        db.session.flush()
        return _measure(kinds, later)
    finally:
        trial.rollback()


def carry_out(
    change: Callable[[], object], *, kinds: Sequence[str], seen: str, begins: date | None = None
) -> None:
    """Make `change` if its effect is still the one that was seen; else EffectChanged, and the caller rolls back."""
    later = _later(kinds, begins)
    change()
    db.session.flush()
    effect = _measure(kinds, later)
    if effect.seen != seen:
        raise EffectChanged(effect)
