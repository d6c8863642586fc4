"""A branch of 5,000 units is put under another superior in a tree of 50,000.

Ours: the action with its lock, checks, history, version and audit row, under the walls, committed. Reference: the two
updates as superuser, so with no policy, committed.
"""

import psycopg
from sqlalchemy import select

from shared.access.actor import Actor, Grant
from shared.db import bare_app, db, transaction
from shared.organisations.actions import move_unit
from shared.organisations.models import Unit
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_units, new_tenant, superuser

UNITS = 50_000
#: Ten committees of nearly 5,000 branches each.
COMMITTEES = 10
REASON = "机关党委〔2026〕3号"


def stage(connection: psycopg.Connection, tenant_id: int) -> tuple[int, int, int]:
    """Returns the branch that moves, where it stands, and where it goes."""
    root = many_units(connection, tenant_id, branches=UNITS - COMMITTEES - 2, committees=COMMITTEES)
    connection.execute(
        "with other as (insert into unit (tenant_id, parent_id, path, kind, line, name, duties_since)"
        " values (%(t)s, %(root)s, 'o', 'organ_committee', 'party', 'other', '2020-01-01') returning id)"
        " select 1 from other",
        {"t": tenant_id, "root": root},
    )
    connection.execute(
        "update unit u set path = p.path || lpad(u.id::text, 10, '0') || '.' from unit p"
        " where u.tenant_id = %s and u.name = 'other' and p.tenant_id = u.tenant_id and p.id = u.parent_id",
        [tenant_id],
    )
    connection.execute(
        "insert into unit_version (tenant_id, unit_id, since, parent_id, name, kind)"
        " select tenant_id, id, '2020-01-01', parent_id, name, kind from unit where tenant_id = %s",
        [tenant_id],
    )
    connection.execute("vacuum analyze unit")
    rows = connection.execute(
        "select id from unit where tenant_id = %s and name in ('committee 1', 'other') order by name",
        [tenant_id],
    ).fetchall()
    return int(rows[0][0]), root, int(rows[1][0])


def main() -> None:
    app = bare_app(settings())
    actor = Actor(name="bench", grants=(Grant("admin"),))
    with superuser() as connection, app.app_context():
        tenant_id = new_tenant(connection)
        branch, root, other = stage(connection, tenant_id)
        moved: set[int] = set()

        def unit(key: int) -> Unit:
            found: Unit = db.session.execute(select(Unit).where(Unit.id == key)).scalar_one()
            return found

        def paths() -> tuple[str, str]:
            rows = connection.execute(
                "select id, path from unit where id = any(%s)", [[branch, other]]
            ).fetchall()
            known = {int(key): str(path) for key, path in rows}
            return known[branch], known[other]

        with tenant(tenant_id):

            def ours() -> None:
                with transaction():
                    moved.add(move_unit(actor, unit(branch), to=unit(other), reason=REASON))

            def bare() -> None:
                old, above = paths()
                with connection.transaction():
                    connection.execute(
                        "update unit set parent_id = %s where tenant_id = %s and id = %s",
                        [other, tenant_id, branch],
                    )
                    done = connection.execute(
                        "update unit set path = %(new)s || substr(path, %(from)s)"
                        " where tenant_id = %(t)s and path ^@ %(old)s returning id",
                        {"new": f"{above}{branch:010d}.", "from": len(old) + 1, "t": tenant_id, "old": old},
                    ).fetchall()
                moved.add(len(done))

            def back() -> None:
                """Where it stood before, without a trace, and without the dead rows of the round before."""
                db.session.rollback()
                old, _above = paths()
                row = connection.execute("select path from unit where id = %s", [root]).fetchone()
                assert row is not None
                connection.execute("update unit set parent_id = %s where id = %s", [root, branch])
                connection.execute(
                    "update unit set path = %(new)s || substr(path, %(from)s)"
                    " where tenant_id = %(t)s and path ^@ %(old)s",
                    {"new": f"{row[0]}{branch:010d}.", "from": len(old) + 1, "t": tenant_id, "old": old},
                )
                connection.execute("vacuum unit")

            mine, theirs = alternate(ours, bare, rounds=5, between=back)
            if len(moved) != 1 or not 4_900 <= next(iter(moved)) <= 5_100:
                raise SystemExit(f"not the same branch: {moved}")
        db.engine.dispose()
    report(measure("tree_move", ours=mine, reference=theirs, unit="s for 5,000 of 50,000 units", goal="≤ 2"))


if __name__ == "__main__":
    main()
