"""All tables of a scope: each figure with its rows, those of whom it is not known last."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import CTE, func, literal, select, tuple_, union_all

from shared.access.actor import Actor
from shared.db import db
from shared.statistics.figures import UNKNOWN, Figure, figures_on, row_name
from shared.statistics.queries.people import came, left, on_day
from shared.statistics.queries.scope import Scope, places
from shared.statistics.queries.units import units_changed, units_on_day


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; `women` is None where units are counted."""

    figure: str
    key: str
    name: str
    number: int
    women: int | None
    #: Of the table's whole, in percent; None where the rows are no parts of one whole.
    share: float | None


@dataclass(frozen=True, slots=True)
class Table:
    figure: str
    name: str
    of: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a scope counts: members on the day, women among them, units on the day, and the tables."""

    scope: Scope
    members: int = 0
    women: int = 0
    units: int = 0
    people: tuple[Table, ...] = field(default=())
    places: tuple[Table, ...] = field(default=())

    @property
    def lines(self) -> list[Line]:
        return [line for table in (*self.people, *self.places) for line in table.lines]


def statistics(actor: Actor, scope: Scope) -> Statistics:
    """Every table of the scope in the actor's reach. Four queries."""
    here = places(actor, scope)
    counted = _people(scope, here)
    flow = _flow(scope, here)
    flow["admitted"] = counted["flow"].pop("admitted", (0, 0))
    counted["flow"] = flow
    stood = _units(scope, here)
    stood["change"] = _changes(scope, here)
    members = sum(number for number, _women in counted["sex"].values())
    return Statistics(
        scope,
        members=members,
        women=counted["sex"].get("f", (0, 0))[0],
        units=sum(number for number, _women in stood["kind"].values()),
        people=tuple(
            _table(figure, counted[figure.key]) for figure in figures_on(scope.line, "people", "flow")
        ),
        places=tuple(
            _table(figure, stood[figure.key]) for figure in figures_on(scope.line, "units", "change")
        ),
    )


Counted = dict[str, tuple[int, int | None]]


def _table(figure: Figure, found: Mapping[str, tuple[int, int | None]]) -> Table:
    whole = sum(number for number, _women in found.values()) if figure.of in ("people", "units") else 0
    keys = figure.keys or sorted(
        (key for key in found if key != UNKNOWN), key=lambda key: (-found[key][0], key)
    )
    # A row of nothing stands only where the table is short enough that its absence would be asked about.
    shown: Iterable[str] = [key for key in keys if key in found or figure.key in ("sex", "age", "change")]
    return Table(
        figure.key,
        str(figure.name),
        figure.of,
        tuple(
            Line(
                figure.key,
                key,
                row_name(figure.key, key),
                found.get(key, (0, 0))[0],
                found.get(key, (0, 0))[1] if figure.of in ("people", "flow") else None,
                round(100 * found.get(key, (0, 0))[0] / whole, 1) if whole else None,
            )
            for key in (*shown, *((UNKNOWN,) if UNKNOWN in found else ()))
        ),
    )


def _people(scope: Scope, here: CTE) -> dict[str, dict[str, tuple[int, int | None]]]:
    """One pass over the members of the day: each figure is a grouping of the same rows."""
    names = [figure.key for figure in figures_on(scope.line, "people")] + ["flow"]
    rows = on_day(scope, here).subquery()
    columns = [rows.c[name] for name in names]
    statement = select(
        func.grouping(*columns),
        *columns,
        func.count(),
        func.count().filter(rows.c.sex == "f"),
    ).group_by(func.grouping_sets(*(tuple_(column) for column in columns)))
    found: dict[str, dict[str, tuple[int, int | None]]] = {name: {} for name in names}
    for mask, *values, number, women in db.session.execute(statement):
        # The bit of the grouped column is clear; the first column has the highest bit.
        place = next(at for at in range(len(names)) if not mask >> (len(names) - 1 - at) & 1)
        found[names[place]][values[place]] = (number, women)
    return found


def _flow(scope: Scope, here: CTE) -> dict[str, tuple[int, int | None]]:
    moved = [one(scope, here).subquery() for one in (came, left)]
    statement = union_all(
        *(
            select(rows.c.flow, func.count(), func.count().filter(rows.c.sex == "f")).group_by(rows.c.flow)
            for rows in moved
        )
    )
    return {key: (number, women) for key, number, women in db.session.execute(statement)}


def _units(scope: Scope, here: CTE) -> dict[str, dict[str, tuple[int, int | None]]]:
    names = [figure.key for figure in figures_on(scope.line, "units")]
    rows = units_on_day(scope, here).subquery()
    columns = [rows.c[name] for name in names]
    statement = select(func.grouping(*columns), *columns, func.count()).group_by(
        func.grouping_sets(*(tuple_(column) for column in columns))
    )
    found: dict[str, dict[str, tuple[int, int | None]]] = {name: {} for name in names}
    for mask, *values, number in db.session.execute(statement):
        place = next(at for at in range(len(names)) if not mask >> (len(names) - 1 - at) & 1)
        found[names[place]][values[place]] = (number, None)
    return found


def _changes(scope: Scope, here: CTE) -> dict[str, tuple[int, int | None]]:
    counts = union_all(
        *(
            select(literal(change), func.count()).select_from(units_changed(scope, here, change).subquery())
            for change in ("set_up", "dissolved")
        )
    )
    return {key: (number, None) for key, number in db.session.execute(counts)}
