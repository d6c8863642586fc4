"""A unit's year and one of its records over a million attendance rows, against their bare SQL and the same templates.

Ours: GET /ledger/<unit> and GET /events/<event> as a tenant's admin, in process: session, rights, walls, queries, the
shell, the page. Reference: each page's own questions as superuser with the tenant written out, so with no policy
applied, and the same template rendered from the same rows and shell in memory.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
from flask import Flask, g, get_flashed_messages, request, session
from flask.testing import FlaskClient

from services.web.app import create_app
from shared.clock import today
from tests.benchmarks.list_page import admin, catch_context
from tests.benchmarks.measure import Measure, alternate, measure, report
from tests.benchmarks.stage import many_people, many_units, new_tenant, superuser

#: A county: 1,000 branches of 21 members, four kinds of meetings a month.
UNITS, PEOPLE = 1_000, 21_000
KINDS = ("theme_day", "branch_committee_meeting", "branch_assembly", "party_lecture")
ATTENDED = 1_000_000

DUE = """
insert into due_item (tenant_id, rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on, state)
select %(tenant)s, r.id, u.id, r.kind, %(year)s, to_char(day, 'YYYY-MM'), 1, day::date,
    (day + interval '1 month' - interval '1 day')::date, 'open'
from unit u, duty_rule r, generate_series(make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 1), interval '1 month') day
where u.tenant_id = %(tenant)s and r.tenant_id = %(tenant)s and u.kind = 'party_branch'
"""
HELD = """
with held as (
    insert into event (tenant_id, unit_id, kind, title, held_on, place, content, due_count, present_count, form_key)
    select %(tenant)s, unit_id, kind, '学习讨论 ' || id, opens_on + 10, '会议室', repeat('研究部署近期工作。', 20),
        21, 19, 'due-' || id
    from due_item where tenant_id = %(tenant)s and id %% 20 > 0
    returning id, form_key, held_on
)
update due_item d set state = 'done', event_id = h.id, held_on = h.held_on
from held h where d.tenant_id = %(tenant)s and h.form_key = 'due-' || d.id
"""
PRESENT = """
insert into attendance (tenant_id, event_id, person_id, present, reason)
select %(tenant)s, e.id, m.person_id, (m.person_id + e.id) %% 11 > 0,
    case when (m.person_id + e.id) %% 11 > 0 then null else 'duty' end
from event e join membership m on m.tenant_id = %(tenant)s and m.unit_id = e.unit_id
where e.tenant_id = %(tenant)s
"""
#: The unit, its due items, its events, who was absent, corrections.
YEAR = [
    """select * from unit where tenant_id = %(tenant)s and id = %(unit)s""",
    """
    select * from due_item where tenant_id = %(tenant)s and unit_id = %(unit)s and year = %(year)s
    order by due_on, id
    """,
    """
    select * from event where tenant_id = %(tenant)s and unit_id = %(unit)s and state = 'filed'
        and held_on between make_date(%(year)s, 1, 1) and make_date(%(year)s, 12, 31) order by held_on, id
    """,
    """
    select a.event_id, p.name, a.reason, a.note from attendance a
    join person p on p.tenant_id = %(tenant)s and p.id = a.person_id
    where a.tenant_id = %(tenant)s and a.event_id = any(%(events)s) and not a.present order by p.name_key, p.id
    """,
    """
    select event_id, count(*) from correction where tenant_id = %(tenant)s and event_id = any(%(events)s)
    group by event_id
    """,
]
#: The record, its unit, everybody on its roll, what it fulfils, corrections, files.
RECORD = [
    """select * from event where tenant_id = %(tenant)s and id = %(event)s""",
    """select * from unit where tenant_id = %(tenant)s and id = %(unit)s""",
    """
    select p.id, p.name, a.present, a.reason, a.note from attendance a
    join person p on p.tenant_id = %(tenant)s and p.id = a.person_id
    where a.tenant_id = %(tenant)s and a.event_id = %(event)s order by a.present, p.name_key, p.id
    """,
    """select * from due_item where tenant_id = %(tenant)s and event_id = %(event)s""",
    """select * from correction where tenant_id = %(tenant)s and event_id = %(event)s order by id desc""",
    """
    select f.*, e.name from event_file e join file f on f.tenant_id = %(tenant)s and f.id = e.file_id
    where e.tenant_id = %(tenant)s and e.event_id = %(event)s
    """,
]


def stage(connection: psycopg.Connection, day: date) -> int:
    tenant_id = new_tenant(connection)
    connection.execute("set session_replication_role = replica")
    many_units(connection, tenant_id, branches=UNITS, committees=20)
    many_people(connection, tenant_id, count=PEOPLE)
    for kind in KINDS:
        connection.execute(
            "insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
            " values (%s, %s, %s, '{party_branch}', 'month', 'unit', 'bench', 'K', '2020-01-01')",
            [tenant_id, kind, kind],
        )
    values = {"tenant": tenant_id, "year": day.year}
    for statement in (DUE, HELD, PRESENT):
        connection.execute(statement, values)
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum analyze")
    count = connection.execute("select count(*) from attendance").fetchone()
    assert count is not None
    if count[0] < 0.95 * ATTENDED:
        raise SystemExit(f"only {count[0]} attendance rows")
    return tenant_id


@contextmanager
def remembered(app: Flask, kept: dict[str, Any]) -> Iterator[None]:
    """What the template asks the pages for by itself is asked once: the reference draws from memory alone."""
    before = dict(app.jinja_env.globals)

    def once(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*args: Any, **more: Any) -> Any:
            key = f"{name} {args!r} {more!r}"
            if key not in kept:
                kept[key] = call(*args, **more)
            return kept[key]

        return answer

    for name, call in before.items():
        if (
            callable(call)
            and str(getattr(call, "__module__", "")).startswith("services.web.")
            and name != "section_tabs"
        ):
            app.jinja_env.globals[name] = once(name, call)
    try:
        yield
    finally:
        app.jinja_env.globals.update(before)


def compared(
    name: str,
    app: Flask,
    client: FlaskClient,
    page: str,
    address: str,
    asked: Callable[[], object],
    said: str,
    goal: str,
) -> Measure:
    """One page against its bare questions and its template over the same values."""
    kept: dict[str, Any] = {}
    with remembered(app, kept):
        context = catch_context(app, client, address)
    template = app.jinja_env.get_template(page)

    def ours() -> None:
        answer = client.get(address)
        assert answer.status_code == 200
        assert said in answer.text

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
            asked()
            with remembered(app, kept):
                assert said in template.render(together)

        for _warm in range(5):
            reference()
            ours()
        mine, theirs = alternate(ours, reference, rounds=41)
    return measure(name, ours=mine, reference=theirs, unit="s", goal=goal)


def main() -> None:
    with superuser() as connection:
        tenant_id = stage(connection, today())
        login_id = admin(connection, tenant_id)
        row = connection.execute(
            "select unit_id, id from event where tenant_id = %s order by id offset 20000 limit 1", [tenant_id]
        ).fetchone()
        assert row is not None
        unit_id, event_id = row
        held = connection.execute(
            "select id from event where tenant_id = %s and unit_id = %s", [tenant_id, unit_id]
        ).fetchall()
        values = {
            "tenant": tenant_id,
            "unit": unit_id,
            "event": event_id,
            "year": today().year,
            "events": [one[0] for one in held],
        }
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

        def ask(statements: list[str]) -> Callable[[], object]:
            return lambda: [connection.execute(one, values).fetchall() for one in statements]

        report(
            compared(
                "unit_page",
                app,
                client,
                "ledger/show.html",
                f"/ledger/{unit_id}",
                ask(YEAR),
                "学习讨论",
                "≤ 3",
            ),
            compared(
                "event_page",
                app,
                client,
                "events/show.html",
                f"/events/{event_id}",
                ask(RECORD),
                "研究部署",
                "watched",
            ),
        )


if __name__ == "__main__":
    main()
