"""The progress report of an inspection as PDF: what whoever asked may see, and nothing else."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from shared.access.actor import Actor, Grant
from shared.db import db
from shared.findings.models import Inspection
from shared.findings.queries.report import report
from shared.tenancy import tenant
from tests.web.findings.test_findings import act, entered, paper, pasted
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Work = Callable[[int], int]


@pytest.fixture
def inspection(world: World, enter: Enter, rows: Rows) -> int:
    """Of the root: two findings of the branch, one of the other branch; one applied for, one late."""
    organ = world.organ
    admin = enter(organ["admin"])
    key = entered(admin, organ.root)
    pasted(admin, key, "支委会记录不全\n党费收缴不及时", unit_id=organ.branch)
    pasted(admin, key, "别处的问题", key="other", unit_id=organ.other_branch, due_on="2026-01-06")
    [(first,)] = rows(organ, "select min(id) from finding")
    secretary = enter(organ["secretary"])
    step = {"form_key": "step", "content": "补齐会议记录", "owner_id": organ["keeper"].person_id}
    assert secretary.post(f"/findings/{first}/measures", data=step).status_code == 303
    act(secretary, first, "start")
    act(secretary, first, "apply", file=paper())
    return key


def words(client: FlaskClient, rows: Rows, world: World) -> str:
    [(file_id,)] = rows(
        world.organ, "select file_id from job where kind = 'findings.report' order by id desc limit 1"
    )
    got = client.get(f"/files/{file_id}")
    assert got.status_code == 200
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(got.data)).pages)


def test_the_report_has_its_lists_and_sums(
    world: World, enter: Enter, rows: Rows, work: Work, inspection: int
) -> None:
    organ = world.organ
    admin = enter(organ["admin"])
    asked = admin.post(f"/findings/inspections/{inspection}/report", data={"form_key": "r"})
    assert asked.status_code == 303
    assert work(organ.tenant_id) == 1
    text = words(admin, rows, world).replace("\n", "")
    for word in (
        "整改进展情况报告",
        "二、问题清单",
        "三、任务清单",
        "四、责任清单",
        "五、整改台账",
        "支委会记录不全",
        "党费收缴不及时",
        "别处的问题",
        "补齐会议记录",
        "第*轮",
    ):
        assert word in text, word
    assert "共反馈问题 3 个，已销号 0 个，待审核 1 个，整改中 2 个，其中超期 1 个" in text.replace("  ", " ")
    # The page of the job has it; nobody else does, and the neighbour least of all.
    assert f"/findings/inspections/{inspection}" in admin.get(asked.location).text
    [(file_id,)] = rows(organ, "select file_id from job where kind = 'findings.report'")
    assert enter(organ["officer"]).get(f"/files/{file_id}").status_code == 403
    assert enter(world.union["admin"]).get(f"/files/{file_id}").status_code == 404
    assert (
        enter(world.union["admin"])
        .post(f"/findings/inspections/{inspection}/report", data={"form_key": "u"})
        .status_code
        == 404
    )
    assert admin.post(f"/findings/inspections/{inspection}/report", data={}).status_code == 422


def test_the_report_reaches_as_far_as_whoever_asked(
    app: Flask, world: World, rows: Rows, inspection: int
) -> None:
    """An officer with the root itself and the middle below it: the other branch is not theirs to read."""
    organ = world.organ
    paths = dict(
        rows(
            organ,
            "select id, path from unit where id in (:root, :middle)",
            root=organ.root,
            middle=organ.middle,
        )
    )
    asker = Actor(
        name="x",
        tenant_id=organ.tenant_id,
        tenant_name="x",
        tenant_kind="bureau",
        person_id=organ["officer"].person_id,
        grants=(
            Grant("officer", organ.middle, paths[organ.middle], "x"),
            Grant("secretary", organ.root, paths[organ.root], "x"),
        ),
    )
    with app.app_context(), tenant(organ.tenant_id):
        row = db.session.get_one(Inspection, (organ.tenant_id, inspection))
        found = report(asker, row)
        db.session.remove()
    assert {one.content for one in found.rows} == {"支委会记录不全", "党费收缴不及时"}
    assert (found.total.found, found.total.applied, found.total.open, found.total.late) == (2, 1, 1, 0)
    assert [one.found for one in found.by_unit] == [2]
    assert (found.measures_found, found.measures_done) == (1, 0)
