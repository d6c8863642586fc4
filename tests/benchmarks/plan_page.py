"""A plan's page over 16,000 assignments ≤ 3 × its bare SQL and the same template rendered from the same rows in memory.

Ours: GET /plans/<id> as a tenant's admin, in process: session, rights, walls, queries, shell, page. Reference: the
page's own questions as superuser with the tenant written out, so with no policy applied, and the same template.
"""

import psycopg
from flask import g, get_flashed_messages, request, session

from services.web.app import create_app
from shared.clock import today
from tests.benchmarks.assign import BARE, stage
from tests.benchmarks.list_page import admin, catch_context
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_people, new_tenant, superuser

PLAN = "select * from plan where tenant_id = %(tenant)s and id = %(plan)s"
UNIT = "select * from unit where tenant_id = %(tenant)s and id = %(root)s"
TREE = """
select i.*, c.tasks, c.done, c.late
from plan_item i left join (
    select plan_item_id, count(*) as tasks, count(*) filter (where state in ('done', 'confirmed')) as done,
        count(*) filter (where state in ('assigned', 'accepted', 'returned') and due_on < %(on)s) as late
    from task where tenant_id = %(tenant)s and plan_id = %(plan)s and state <> 'withdrawn' group by plan_item_id
) c on c.plan_item_id = i.id
where i.tenant_id = %(tenant)s and i.plan_id = %(plan)s order by i.path
"""
VERSIONS = (
    "select * from plan_version where tenant_id = %(tenant)s and plan_id = %(plan)s order by number desc"
)
REMARKS = """
select count(*), count(*) filter (where answer is null) from plan_comment
where tenant_id = %(tenant)s and plan_id = %(plan)s
"""


def given(connection: psycopg.Connection, values: dict[str, object]) -> None:
    """Every item to every branch, a part of it done."""
    connection.execute(BARE, {**values, "last": today().replace(month=12, day=31)})
    connection.execute("update task set state = 'done' where id % 3 = 0")
    connection.execute("update plan set state = 'issued', issued_on = %(on)s", {"on": today()})
    connection.execute("vacuum analyze task")


def main() -> None:
    with superuser() as connection:
        tenant_id = new_tenant(connection)
        root, plan_id = stage(connection, tenant_id)
        many_people(connection, tenant_id, count=100)
        values: dict[str, object] = {"tenant": tenant_id, "plan": plan_id, "root": root, "on": today()}
        given(connection, values)
        login_id = admin(connection, tenant_id)
        app = create_app()
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(
                login_id=login_id,
                epoch=1,
                tenant_id=tenant_id,
                session_id="bench",
                fresh_at=0,
                locale="zh_Hans",
            )
        address = f"/plans/{plan_id}"
        context = catch_context(app, client, address)
        tasks = sum(one.tasks for one in context["branches"])
        assert tasks > 1_000, tasks
        template = app.jinja_env.get_template("plans/show.html")

        def ours() -> None:
            answer = client.get(address)
            assert answer.status_code == 200
            assert b"item 16" in answer.data

        with app.test_request_context(address):
            g.actor = context["actor"]
            together = {
                **context,
                "request": request,
                "session": session,
                "g": g,
                "get_flashed_messages": get_flashed_messages,
            }

            def reference() -> None:
                for question in (PLAN, UNIT, TREE, VERSIONS, REMARKS):
                    connection.execute(question, values).fetchall()
                assert "item 16" in template.render(together)

            for _warm in range(3):
                ours()
                reference()
            mine, theirs = alternate(ours, reference, rounds=21)
    report(measure("plan_page", ours=mine, reference=theirs, unit=f"s with {tasks:,} tasks", goal="≤ 3"))


if __name__ == "__main__":
    main()
