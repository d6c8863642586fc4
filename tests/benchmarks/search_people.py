"""Search as you type over a million people in one tenant, against the same indexed SQL with no policy applied.

Ours: shared.members.queries.find and find_by_number for a tenant's admin, as the app role: scope, walls, statements,
ranking. Reference: hand-written SQL that reads the same rows off the same indexes as superuser, with the tenant written
out. Before anything is measured every plan of ours is looked at: none may read a whole table.
"""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg
import psycopg.sql
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.access.actor import Actor, Grant
from shared.db import bare_app, db
from shared.hanzi import chinese
from shared.members.numbers import number_sought, seal_identity, seal_phone
from shared.members.queries.finding import TERMS, find, find_by_number
from shared.members.terms import name_key, terms
from shared.sealing import Keys, unwrap
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser
from tests.factories.rosters import identity

PEOPLE = 1_000_000
#: Different names; each is borne by as many people as the others.
NAMES = 20_000
BRANCHES = 2_000
#: Shown under the field.
LIMIT = 8
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕单解仇查"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂珍华建国志海燕雪梅凤云乐行"
#: One letter, a surname in both scripts and in pinyin, a whole name, a given name, initials, a beginning.
WORDS = ("w", "王", "劉", "wang", "zhangwei", "王伟", "weiguo", "ws", "lix")
#: Two numbers that somebody has; an area that does not exist.
IDENTITY, PHONE = identity(777, date(1980, 5, 6), "男"), "13912345678"

BY_WORDS = """
select p.id, p.name, p.name_key, u.id, u.name, m.status from (
  select distinct person_id from (
    select person_id from person_term where tenant_id = %(tenant)s and term >= %(typed)s and term < %(behind)s
    order by term, person_id limit %(terms)s) a
) c
join person p on p.tenant_id = %(tenant)s and p.id = c.person_id
join membership m on m.tenant_id = %(tenant)s and m.person_id = p.id and m.until is null
join unit u on u.tenant_id = %(tenant)s and u.id = m.unit_id
"""
BY_LETTERS = """
select p.id, p.name, p.name_key, u.id, u.name, m.status from (
  (select person_id from person_term where tenant_id = %(tenant)s and term >= %(typed)s and term < %(behind)s
   order by term, person_id limit %(terms)s)
  union
  (select id from person where tenant_id = %(tenant)s and name_key >= %(typed)s and name_key < %(behind)s
   order by name_key, id limit %(terms)s)
) c
join person p on p.tenant_id = %(tenant)s and p.id = c.person_id
join membership m on m.tenant_id = %(tenant)s and m.person_id = p.id and m.until is null
join unit u on u.tenant_id = %(tenant)s and u.id = m.unit_id
"""
BY_NUMBER = """
select p.id, p.name, p.name_key, u.id, u.name, m.status from (
  select id from person where tenant_id = %(tenant)s and identity_hash = any(%(identity)s)
    and identity_hash is not null and state <> 'removed'
  union all
  select id from person where tenant_id = %(tenant)s and identity_tail = any(%(identity_tail)s)
    and identity_tail is not null and state <> 'removed'
  union all
  select id from person where tenant_id = %(tenant)s and phone_hash = any(%(phone)s)
    and phone_hash is not null and state <> 'removed'
  union all
  select id from person where tenant_id = %(tenant)s and phone_tail = any(%(phone_tail)s)
    and phone_tail is not null and state <> 'removed'
) c
join person p on p.tenant_id = %(tenant)s and p.id = c.id
join membership m on m.tenant_id = %(tenant)s and m.person_id = p.id and m.until is null
join unit u on u.tenant_id = %(tenant)s and u.id = m.unit_id
order by p.name_key, p.id limit 16
"""


def invented_names() -> list[str]:
    luck = random.Random(7)
    found: dict[str, None] = dict.fromkeys(("王伟", "张伟", "李国伟", "王帅", "李秀英"))
    while len(found) < NAMES:
        found[luck.choice(SURNAMES) + "".join(luck.choices(GIVEN, k=luck.choice((1, 2, 2))))] = None
    return list(found)


def stage(connection: psycopg.Connection, tenant_id: int, opened: Keys) -> None:
    """A million people with names, terms, memberships and hashes; four numbers are real ones."""
    many_units(connection, tenant_id, branches=BRANCHES)
    connection.execute("create temporary table a_name (n int, name text, name_key text, terms text[])")
    with connection.cursor().copy("copy a_name (n, name, name_key, terms) from stdin") as copy:
        for number, name in enumerate(invented_names()):
            copy.write_row((number, name, name_key(name), terms(name)))
    connection.execute("set session_replication_role = replica")
    with _without_indexes(connection, "person", "person_term", "membership"):
        connection.execute(
            "insert into person (tenant_id, name, name_key, identity_sealed, identity_hash, identity_tail,"
            " phone_sealed, phone_hash, phone_tail)"
            " select %(t)s, a.name, a.name_key, '\\x00', substr(sha256(('i' || s.n)::bytea), 1, 16),"
            " substr(sha256(('it' || s.n %% 10000)::bytea), 1, 16), '\\x00',"
            " substr(sha256(('p' || s.n)::bytea), 1, 16),"
            " substr(sha256(('pt' || s.n %% 10000)::bytea), 1, 16)"
            " from generate_series(0, %(people)s - 1) as s(n) join a_name a on a.n = s.n %% %(names)s",
            {"t": tenant_id, "people": PEOPLE, "names": NAMES},
        )
        connection.execute(
            "insert into membership (tenant_id, person_id, unit_id, kind, status, since)"
            " select p.tenant_id, p.id, b.id, 'party', 'full', '2020-01-01' from person p"
            " join (select id, row_number() over (order by id) - 1 as k from unit"
            " where tenant_id = %(t)s and kind = 'party_branch') b on b.k = p.id %% %(branches)s"
            " where p.tenant_id = %(t)s",
            {"t": tenant_id, "branches": BRANCHES},
        )
        connection.execute(
            "insert into person_term (tenant_id, person_id, term)"
            " select p.tenant_id, p.id, t from person p join a_name a on a.name = p.name, unnest(a.terms) t"
            " where p.tenant_id = %s",
            [tenant_id],
        )
    connection.execute("set session_replication_role = origin")
    real, phone = seal_identity(opened, IDENTITY), seal_phone(opened, PHONE)
    for statement, values in (
        ("identity_hash = %s where id = (select min(id) + 777 from person)", [real.hash]),
        ("phone_hash = %s where id = (select min(id) + 778 from person)", [phone.hash]),
        ("identity_tail = %s where id %% 10000 = 17", [real.tail]),
        ("phone_tail = %s where id %% 10000 = 18", [phone.tail]),
    ):
        connection.execute(
            psycopg.sql.SQL("update person set ") + psycopg.sql.SQL(statement),
            values,
        )
    for table in ("person", "person_term", "membership", "unit"):
        connection.execute(psycopg.sql.SQL("vacuum analyze {}").format(psycopg.sql.Identifier(table)))


@contextmanager
def _without_indexes(connection: psycopg.Connection, *tables: str) -> Iterator[None]:
    """Indexes that are no constraint are built afterwards, at once."""
    found = connection.execute(
        "select indexname, indexdef from pg_indexes where schemaname = 'public' and tablename = any(%s)"
        " and indexname not in (select conname from pg_constraint)",
        [list(tables)],
    ).fetchall()
    for name, _definition in found:
        connection.execute(psycopg.sql.SQL("drop index {}").format(psycopg.sql.Identifier(name)))
    yield
    connection.execute("set maintenance_work_mem = '256MB'")
    for _name, definition in found:
        connection.execute(definition)


def plans(app: Flask, searches: dict[str, Callable[[], object]]) -> None:
    """Refuse to measure a search that reads a whole table."""
    seen: list[tuple[str, Any]] = []

    def note(conn: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "from person" in statement.lower():
            seen.append((statement, parameters))

    for name, search in searches.items():
        seen.clear()
        event.listen(Engine, "before_cursor_execute", note)
        search()
        event.remove(Engine, "before_cursor_execute", note)
        assert seen, name
        for statement, parameters in seen:
            rows = db.session.connection().exec_driver_sql("explain " + statement, parameters).scalars()
            plan = "\n".join(rows)
            for table in ("person", "person_term", "membership"):
                assert f"Seq Scan on {table} " not in plan, f"{name}\n{plan}"


def main() -> None:
    with superuser() as connection:
        tenant_id = new_tenant(connection)
        row = connection.execute(
            "select wrapped_key from platform.tenant where id = %s", [tenant_id]
        ).fetchone()
        assert row is not None
        opened = unwrap(settings().instance_key, bytes(row[0]))
        stage(connection, tenant_id, opened)
        admin = Actor(name="bench", tenant_id=tenant_id, person_id=1, grants=(Grant("admin"),))
        app = bare_app(settings())

        def by_words(words: str) -> Callable[[], object]:
            return lambda: _some(find(admin, words, limit=LIMIT))

        def by_number(typed: str) -> Callable[[], object]:
            return lambda: _some(find_by_number(admin, typed, limit=LIMIT))

        def bare_words(words: str) -> Callable[[], object]:
            typed = _simplified(words)
            values = {
                "tenant": tenant_id,
                "typed": typed,
                "behind": typed + "\U0010ffff",
                "terms": TERMS * LIMIT,
            }
            statement = BY_WORDS if chinese(words) else BY_LETTERS
            return lambda: _some(connection.execute(statement, values).fetchall())

        def bare_number(typed: str) -> Callable[[], object]:
            sought = number_sought(opened, typed)
            values = {"tenant": tenant_id} | {
                name: list(getattr(sought, name))
                for name in ("identity", "identity_tail", "phone", "phone_tail")
            }
            return lambda: _some(connection.execute(BY_NUMBER, values).fetchall())

        numbers = (IDENTITY, PHONE, IDENTITY[-4:], PHONE[-4:])
        ours = {words: by_words(words) for words in WORDS} | {typed: by_number(typed) for typed in numbers}
        bare = {words: bare_words(words) for words in WORDS} | {
            typed: bare_number(typed) for typed in numbers
        }
        with app.app_context(), tenant(tenant_id):
            plans(app, ours)
            db.session.rollback()

            def begin() -> None:
                """A request opens its scope once, for all that it asks."""
                db.session.rollback()
                db.session.connection()

            taken = {}
            for name, search in ours.items():
                for _warm in range(3):
                    search()
                    bare[name]()
                taken[name] = alternate(search, bare[name], rounds=15, between=begin)
            db.session.remove()
    for name, (mine_, theirs) in taken.items():
        print(f"{name:<20}{mine_ * 1000:8.2f} ms{theirs * 1000:8.2f} ms", file=sys.stderr)
    report(
        measure(
            "search_people",
            ours=sum(one for one, _other in taken.values()) / len(taken),
            reference=sum(other for _one, other in taken.values()) / len(taken),
            unit="s per search (≤)",
            goal="≤ 2",
        )
    )


def _some(found: list[Any]) -> list[Any]:
    assert found, "nothing found"
    return found


def _simplified(words: str) -> str:
    return words.replace("劉", "刘")


if __name__ == "__main__":
    main()
