"""Giving 16 items to 1,000 units in one act ≤ 2 × bare: the same 16,000 tasks by one statement as superuser."""

import os

import psycopg
from sqlalchemy import select

from shared.access.actor import Actor, Grant
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.plans.actions.assigning import Audience, assign, count_assignment
from shared.plans.models import Plan, PlanItem
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

UNITS = int(os.environ.get("BENCH_UNITS", "1000"))
ITEMS = 16
#: The same rows, written down for exactly this data, where no policy applies.
BARE = """
insert into task (tenant_id, plan_id, plan_item_id, unit_id, by_unit_id, title, content, deliverable, proof, standard,
    begins_on, due_on, duty_kind)
select item.tenant_id, item.plan_id, item.id, unit.id, %(root)s, item.heading, item.content, item.deliverable,
    item.proof, item.standard, %(on)s, %(last)s, item.duty_kind
from plan_item item join unit on unit.tenant_id = item.tenant_id and unit.kind = 'party_branch'
where item.tenant_id = %(tenant)s and item.plan_id = %(plan)s
"""


def stage(connection: psycopg.Connection, tenant_id: int) -> tuple[int, int]:
    """A plan of 16 items above 1,000 branches; (root unit, plan)."""
    root = many_units(connection, tenant_id, branches=UNITS)
    row = connection.execute(
        "insert into plan (tenant_id, unit_id, title, kind, year_from, year_to, source_text, source_form, form_key)"
        " values (%s, %s, 'work points', 'work_points', %s, %s, 'text', 'pasted', 'bench') returning id",
        [tenant_id, root, today().year, today().year],
    ).fetchone()
    assert row is not None
    connection.execute(
        "insert into plan_item (tenant_id, plan_id, path, label, style, heading, content, begins, ends, proof)"
        " select %s, %s, lpad(n::text, 4, '0') || '.', '（' || n || '）', 'bracket', 'item ' || n,"
        " repeat('抓好队伍建设。', 20), 0, 1, '会议记录' from generate_series(1, %s) n",
        [tenant_id, row[0], ITEMS],
    )
    connection.execute("analyze")
    return root, int(row[0])


def main() -> None:
    app = bare_app(settings())
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        root, plan_id = stage(connection, tenant_id)
        actor = Actor(name="bench", tenant_id=tenant_id, grants=(Grant("admin"),))
        with tenant(tenant_id):
            items = list(db.session.scalars(select(PlanItem.id)))
            given = Audience(kinds=("party_branch",))
            db.session.rollback()

            def ours() -> None:
                with transaction():
                    plan = db.session.scalars(select(Plan)).one()
                    count, _items, _units = count_assignment(actor, plan=plan, item_ids=items, given=given)
                    assert count == ITEMS * UNITS
                    assign(actor, plan=plan, item_ids=items, given=given, due_on=None, seen=count)

            def bare() -> None:
                connection.execute(
                    BARE,
                    {
                        "tenant": tenant_id,
                        "plan": plan_id,
                        "root": root,
                        "on": today(),
                        "last": today().replace(month=12, day=31),
                    },
                )

            written: set[tuple[object, ...]] = set()

            def empty() -> None:
                """Note what the round before has written, then take it away."""
                row = connection.execute(
                    "select count(*), count(distinct (plan_item_id, unit_id)), min(due_on), max(begins_on) from task"
                ).fetchone()
                assert row is not None
                written.add(tuple(row))
                connection.execute("truncate task cascade")

            mine, theirs = alternate(ours, bare, rounds=5, between=empty)
            empty()
            if len(written) != 2:
                raise SystemExit(f"not the same rows: {written}")
        db.engine.dispose()
    report(measure("assign", ours=mine, reference=theirs, unit=f"s for {ITEMS} × {UNITS} tasks", goal="≤ 2"))


if __name__ == "__main__":
    assert os.environ["BENCH_SUPERUSER_URL"]
    main()
