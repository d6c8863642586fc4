"""A round of 2,500 units is opened by as many statements as one of ten, within seconds, and costs no more a unit."""

from datetime import date
from decimal import Decimal

import psycopg
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from shared.access.actor import Actor, Grant
from shared.assessments.actions.opening import Opening, count_units, open_round
from shared.assessments.models import Line, Scheme
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.organisations.models import Unit
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import measure, report, seconds
from tests.benchmarks.stage import many_units, new_tenant, superuser

FEW, MANY = 10, 2_500


def opened(connection: psycopg.Connection, units: int) -> tuple[float, int]:
    """(seconds, statements) of opening a round of so many units, their scores counted in the same act."""
    tenant_id = new_tenant(connection, name=f"open {units}")
    many_units(connection, tenant_id, branches=units, committees=1)
    connection.execute("update unit set sector = 'organ' where tenant_id = %s", [tenant_id])
    connection.execute("analyze")
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("select set_config"):
            seen.append(statement)

    with tenant(tenant_id):
        root = db.session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
        with transaction():
            scheme = Scheme(
                key="bench",
                name="bench",
                applies={"unit_kinds": ["party_branch"], "sectors": ["organ"]},
                source="bench",
            )
            db.session.add(scheme)
            db.session.flush()
            for turn in range(12):
                db.session.add(
                    Line(
                        scheme_id=scheme.id,
                        ordinal=turn + 1,
                        heading="bench",
                        name=f"line {turn}",
                        kind="count",
                        full_marks=Decimal(5),
                        metric="duties.held",
                        params={"kinds": ["theme_day"], "per_missing": 1},
                    )
                )
        actor = Actor(
            name="bench",
            tenant_id=tenant_id,
            grants=(Grant(role="admin"),),
        )
        expected = count_units(actor, scheme=scheme, unit=root)
        if expected != units:
            raise SystemExit(f"{expected} units instead of {units}")
        year = today().year
        given = Opening(
            name="bench",
            period="year",
            starts_on=date(year, 1, 1),
            ends_on=date(year, 12, 31),
            self_until=date(2199, 1, 1),
            review_until=date(2199, 2, 1),
            appeal_until=date(2199, 3, 1),
        )

        def act() -> None:
            with transaction():
                open_round(actor, scheme=scheme, unit=root, words=given, seen=expected, form_key="bench")

        event.listen(Engine, "before_cursor_execute", note)
        try:
            taken = seconds(act)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        db.session.remove()
    return taken, len(seen)


def main() -> None:
    app = bare_app(settings())
    with superuser() as connection, app.app_context():
        few, many = opened(connection, FEW), opened(connection, MANY)
        db.engine.dispose()
    report(
        measure("open_round", ours=float(many[1]), reference=float(few[1]), unit="statements", goal="≤ 1.0"),
        measure("open_round_2500", ours=many[0], reference=10.0, unit="s for 2,500 units", goal="≤ 1"),
    )


if __name__ == "__main__":
    main()
