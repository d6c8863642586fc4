"""200 unit ledgers on one core: the factory against a loop of `HTML(string).write_pdf()`, the same text in both.

Both begin with the same rows and end with 200 PDFs in memory. Theirs: the ledger's template as it was before there was
a factory, one call a ledger, as found in tutorials. Ours: the product's own template and press. Reading the rows is in
neither, since it is the same for both.
"""

import io
import json
import os
import random
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pypdf
from jinja2 import Environment, FileSystemLoader
from sqlalchemy import select
from weasyprint import HTML

from services.worker.pdf import Press, fill
from shared import clock
from shared.access.actor import SYSTEM
from shared.assessments.actions import adopt_sheets, score_units
from shared.clock import today
from shared.db import bare_app, db, transaction
from shared.documents.reports import REPORTS, Subject
from shared.i18n import _
from shared.organisations.models import Unit
from shared.settings import settings
from shared.tenancy import tenant
from tests.benchmarks.measure import alternate, measure, report
from tests.benchmarks.stage import many_people, many_units, new_tenant, superuser

UNITS, PEOPLE = 200, 3_000
#: Meetings of a branch in a year: two kinds a month, two a quarter.
KINDS = {
    "theme_day": "month",
    "branch_committee_meeting": "month",
    "branch_assembly": "quarter",
    "party_lecture": "quarter",
}

DUE = """
insert into due_item (tenant_id, rule_id, unit_id, kind, year, period, ordinal, opens_on, due_on, state)
select %(tenant)s, r.id, u.id, r.kind, %(year)s,
    case r.cadence when 'month' then to_char(day, 'YYYY-MM') else to_char(day, 'YYYY-"Q"Q') end, 1, day::date,
    (day + case r.cadence when 'month' then interval '1 month' else interval '3 months' end
        - interval '1 day')::date, 'open'
from unit u, duty_rule r,
    generate_series(make_date(%(year)s, 1, 1), make_date(%(year)s, 12, 1), interval '1 month') day
where u.tenant_id = %(tenant)s and r.tenant_id = %(tenant)s and u.kind = 'party_branch'
    and (r.cadence = 'month' or extract(month from day)::int %% 3 = 1)
"""
DUE_DONE = """
select id, unit_id, kind, opens_on from due_item where tenant_id = %(tenant)s and id %% 15 > 0 order by id
"""
HELD = """
insert into event (tenant_id, unit_id, kind, title, held_on, starts_at, place, content, fields, due_count,
    present_count, form_key)
select %(tenant)s, unit_id, kind, title, held_on, '14:30', '三楼会议室', content, fields, 15, 14, 'due-' || id
from unnest(%(ids)s::bigint[], %(titles)s::text[], %(contents)s::text[], %(fields)s::jsonb[])
    as given (due_id, title, content, fields)
join (select id, unit_id, kind, opens_on + 10 as held_on from due_item where tenant_id = %(tenant)s) d
    on d.id = given.due_id
"""
LINKED = """
update due_item d set state = 'done', event_id = e.id, held_on = e.held_on from event e
where d.tenant_id = %(tenant)s and e.tenant_id = %(tenant)s and e.form_key = 'due-' || d.id
"""
#: What minutes are written with.
WORDS = (
    "传达学习上级会议精神",
    "研究部署近期重点工作",
    "讨论发展对象考察情况",
    "通报党费收缴与使用",
    "开展批评与自我批评",
    "交流学习心得体会",
    "分析存在问题及原因",
    "制定整改措施并明确责任人",
    "走访慰问困难职工",
    "组织志愿服务活动",
    "听取支部书记工作汇报",
    "审议年度工作计划",
)


#: The 3,755 ideographs of everyday use.
COMMON = [
    bytes([high, low]).decode("gb2312")
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF)
    if (high, low) < (0xD7, 0xFA)
]


def sentence(chance: random.Random, length: int) -> str:
    """Ordinary words, and between them any of the signs of everyday use."""
    said = ""
    while len(said) < length:
        said += chance.choice(WORDS) + chance.choice(COMMON) + chance.choice("，；、")
    return said[:length] + "。"


def stage(connection: psycopg.Connection, *, units: int = UNITS) -> int:
    """Branches with a year of records, minutes and scores; returns the tenant."""
    year = today().year
    tenant_id = new_tenant(connection)
    connection.execute("set session_replication_role = replica")
    many_units(connection, tenant_id, branches=units)
    many_people(connection, tenant_id, count=units * 15)
    for kind, cadence in KINDS.items():
        connection.execute(
            "insert into duty_rule (tenant_id, key, kind, unit_kinds, cadence, level, source, grade, valid_from)"
            " values (%s, %s, %s, '{party_branch}', %s, 'unit', 'bench', 'K', '2020-01-01')",
            [tenant_id, kind, kind, cadence],
        )
    values: dict[str, Any] = {"tenant": tenant_id, "year": year}
    connection.execute(DUE, values)
    chance = random.Random(9704)
    rows = connection.execute(DUE_DONE, values).fetchall()
    fields = [
        json.dumps(
            {"agenda": f"{sentence(chance, 24)}\n{sentence(chance, 18)}", "decisions": sentence(chance, 50)}
        )
        for _row in rows
    ]
    connection.execute(
        HELD,
        values
        | {
            "ids": [row[0] for row in rows],
            "titles": [sentence(chance, 12)[:-1] for _row in rows],
            "contents": [sentence(chance, chance.randrange(60, 320)) for _row in rows],
            "fields": fields,
        },
    )
    connection.execute(LINKED, values)
    connection.execute("set session_replication_role = origin")
    connection.execute("vacuum analyze")
    return tenant_id


def scored(year: int) -> None:
    with transaction():
        adopt_sheets(SYSTEM, tenant_kind="bureau")
        score_units(SYSTEM, year=year)


def all_values(year: int) -> list[dict[str, Any]]:
    """What the paper of each branch shows."""
    units = db.session.scalars(select(Unit).where(Unit.kind == "party_branch").order_by(Unit.path)).all()
    read = REPORTS["ledger"].read
    return [read(Subject(unit, unit.id, SYSTEM, unit.name, year)) for unit in units]


@cache
def naive_templates() -> Environment:
    """The ledger as it was laid out before there was a factory: boxes, floats, tables that measure themselves."""
    made = Environment(loader=FileSystemLoader(Path(__file__).parent / "naive"), autoescape=True)
    made.globals.update(_=_, local=clock.local)
    return made


def naive_html(values: dict[str, Any]) -> str:
    return (
        naive_templates()
        .get_template("ledger.html")
        .render(
            values,
            lang="zh-Hans",
            page_words='"第 " counter(page) " 页，共 " counter(pages) " 页"',
        )
    )


def naive(values: list[dict[str, Any]]) -> list[bytes]:
    """As it is found in tutorials: one call a paper."""
    return [HTML(string=naive_html(each)).write_pdf() for each in values]


def factory(values: list[dict[str, Any]]) -> list[bytes]:
    """The product's own way: its template and its press, child process and all."""
    with Press() as press:
        return [press.set(fill("ledger", **each)) for each in values]


def words(data: bytes) -> str:
    """The text of a paper without what the layout adds: spaces, heads, page numbers."""
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    return re.sub(r"\s", "", text)


def one_core() -> None:
    """This process and all it starts use one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def same_text(ours: bytes, theirs: bytes) -> None:
    """Every sign of theirs is in ours as often, but for what heads repeat on more or fewer pages."""
    mine, reference = Counter(words(ours)), Counter(words(theirs))
    lacking = {sign: n - mine[sign] for sign, n in reference.items() if n > mine[sign]}
    if sum(lacking.values()) > 0.05 * sum(reference.values()):
        raise SystemExit(f"the texts differ: {lacking}")


def main() -> None:
    one_core()
    with superuser() as connection:
        tenant_id = stage(connection)
    year = today().year
    with bare_app(settings()).app_context(), tenant(tenant_id):
        scored(year)
        values = all_values(year)
        db.session.remove()
    same_text(factory(values[:1])[0], naive(values[:1])[0])
    # One turn each: a loop over 200 papers is its own average.
    ours, theirs = alternate(lambda: factory(values), lambda: naive(values), rounds=1)
    report(
        measure(
            "pdf_core",
            ours=theirs,
            reference=ours,
            unit=f"s for {len(values)} ledgers, the loop against the factory on one core",
            goal="≥ 2",
        )
    )


if __name__ == "__main__":
    main()
