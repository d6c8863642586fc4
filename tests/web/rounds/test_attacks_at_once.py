"""Rounds under attack: numbers beyond reason, everything at once, and what leaves the house."""

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader

from shared.assessments.actions.schemes.checks import LineSpec, faults_of
from tests.web.rounds.test_entering import sent
from tests.web.rounds.test_results import decided  # noqa: F401
from tests.web.rounds.test_to_the_end import Stage, appointed, reviewed, stage, state_of  # noqa: F401
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]
Sheet = dict[str, int]


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Every call in a thread of its own, begun in the same moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


# Numbers beyond reason.


WILD = (
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "1e999999",
    "-1",
    "-0.01",
    "1e-200000",
    "9" * 5000,
    "0x10",
    "٣٣٣",
)


@pytest.mark.parametrize("text", WILD)
def test_marks_beyond_reason_are_refused_beside_their_line(
    world: World,
    rows: Rows,
    stage: Stage,  # noqa: F811
    text: str,
) -> None:
    appointed(stage)
    assert stage.mark(points_evidence=text, remark_evidence="x").status_code == 422
    assert rows(world.organ, "select count(*) from assessment_mark where points is not null") == [(0,)]
    assert stage.unit_side.get(f"/rounds/entries/{stage.entry}").status_code == 200


@pytest.mark.parametrize("text", ["0e-200000", "0e200000", "1_0", "+5", " 5 ", "5．0"])
def test_strange_ways_to_write_a_mark_are_a_mark_or_refused(
    world: World,
    rows: Rows,
    stage: Stage,  # noqa: F811
    text: str,
) -> None:
    appointed(stage)
    answer = stage.mark(points_evidence=text, remark_evidence="x")
    assert answer.status_code in (303, 422)
    [(most,)] = rows(
        world.organ, "select coalesce(max(points), 0) from assessment_mark where points is not null"
    )
    assert 0 <= most <= 20


@pytest.mark.parametrize("text", [*WILD, "0e-200000"])
def test_own_marks_beyond_reason_never_stand(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int, text: str
) -> None:
    answer = sent(enter(world.organ["secretary"]), entry_id, "save", 1, sheet, points_evidence=text)
    assert answer.status_code < 500
    [(most,)] = rows(
        world.organ, "select coalesce(max(self_points), 0) from assessment_mark where self_points is not null"
    )
    assert most == 0


@pytest.mark.parametrize("text", [*WILD, "0e-200000"])
def test_an_appeal_is_not_upheld_with_a_number_beyond_reason(
    world: World,
    rows: Rows,
    stage: Stage,  # noqa: F811
    text: str,
) -> None:
    reviewed(stage)
    stage.step("confirm")
    stage.step("publish", appeal_until="2199-06-30")
    stage.unit_side.post(
        f"/rounds/entries/{stage.entry}/appeal",
        data={"form_key": "a", "line_id": str(stage.sheet["evidence"]), "body": "请复核"},
    )
    [(appeal,)] = rows(world.organ, "select id from assessment_appeal where round_id = :r", r=stage.id)
    answer = stage.holder.post(
        f"/rounds/appeals/{appeal}", data={"upheld": "1", "answer": "是", "points": text}
    )
    assert answer.status_code < 500
    [(points,)] = rows(
        world.organ, "select points from assessment_mark where line_id = :l", l=stage.sheet["evidence"]
    )
    assert points in (Decimal(15), Decimal(0))
    assert points == 15 or text == "0e-200000"


def test_a_bonus_beyond_the_sheet_is_refused() -> None:
    lines = [
        LineSpec("h", "n", "evidence", Decimal(100)),
        LineSpec("h", "b", "bonus", Decimal(101)),
    ]
    given = {"unit_kinds": ["party_branch"], "sectors": ["organ"]}
    assert [
        fault.field for fault in faults_of(lines, total=Decimal(100), bonus_cap=Decimal(101), applies=given)
    ] == ["bonus_cap"]
    assert faults_of(lines[:1], total=Decimal(100), bonus_cap=Decimal(100), applies=given) == []


# Everything at once.


def test_two_reviewers_at_once_and_one_mark(
    world: World,
    enter: Enter,
    rows: Rows,
    stage: Stage,  # noqa: F811
) -> None:
    appointed(stage)
    shown = stage.form()
    answers = at_once(
        [
            partial(
                replace(stage, reviewer=enter(world.organ["auditor"])).mark,
                dict(shown),
                points_must=points,
                remark_must="x",
            )
            for points in ("0", "0", "10")
        ]
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [303, 409, 409]


def test_confirming_while_a_reviewer_marks_leaves_one_truth(
    world: World,
    enter: Enter,
    rows: Rows,
    stage: Stage,  # noqa: F811
) -> None:
    reviewed(stage)
    shown = stage.form()
    # Each thread is a browser of its own.
    again = replace(stage, holder=enter(world.organ["admin"]))
    at_once(
        [
            lambda: stage.step("confirm"),
            lambda: stage.mark(
                dict(shown), points_evidence="1", remark_evidence="改", points_must="10", points_rating="8"
            ),
            lambda: again.step("confirm"),
        ]
    )
    assert state_of(rows, world, stage) == "confirmed"
    [(earned, points)] = rows(
        world.organ,
        "select e.earned, sum(m.points) from assessment_entry e"
        " join assessment_mark m on m.round_id = e.round_id and m.unit_id = e.unit_id"
        " where e.id = :e group by e.earned",
        e=stage.entry,
    )
    # Nothing of it is counted from the ledger here: what stands is the sum of the marks.
    assert earned == points


def test_publishing_twice_at_once_tells_once(
    world: World,
    enter: Enter,
    rows: Rows,
    stage: Stage,  # noqa: F811
) -> None:
    reviewed(stage)
    stage.step("confirm")
    others = [replace(stage, holder=enter(world.organ["admin"])) for _each in range(3)]
    at_once([partial(one.step, "publish", appeal_until="2199-06-30") for one in others])
    assert state_of(rows, world, stage) == "published"
    assert rows(world.organ, "select count(*) from audit_entry where verb = 'round.publish'") == [(1,)]


def test_handing_in_three_times_at_once_is_once(
    world: World,
    enter: Enter,
    rows: Rows,
    stage: Stage,  # noqa: F811
) -> None:
    assert world.organ.colleague is not None
    data = {"points_evidence": "18", "words_evidence": "台账", "points_must": "10", "words_must": "有"}
    clients = [stage.unit_side, *(enter(world.organ.colleague) for _each in range(2))]
    revision = rows(world.organ, "select revision from assessment_entry where id = :e", e=stage.entry)[0][0]
    answers = at_once(
        [partial(sent, client, stage.entry, "hand_in", revision, stage.sheet, **data) for client in clients]
    )
    assert all(answer.status_code < 500 for answer in answers)
    assert rows(world.organ, "select count(*) from audit_entry where verb = 'entry.hand_in'") == [(1,)]


# What leaves the house.


def test_names_in_the_excel_and_the_pdf_of_a_round_stay_text(
    world: World,
    enter: Enter,
    rows: Rows,
    change: Change,
    decided: int,  # noqa: F811
    work: Callable[[int], int],
) -> None:
    organ = world.organ
    formula, markup = "=1+1", "<b>粗</b>{{ 7*7 }}"
    change(
        organ,
        "update assessment_round set state = 'published', name = :n where id = :id",
        n=formula,
        id=decided,
    )
    change(organ, "update assessment_line set name = :n, heading = :n", n=markup)
    change(organ, "update unit set name = :n where id = :id", n=formula, id=organ.branch)
    change(organ, "update assessment_mark set remark = :n", n=markup)
    officer = enter(organ["officer"])
    answer = officer.get(f"/exports/round_results?round_id={decided}")
    if answer.status_code == 200:
        book = load_workbook(io.BytesIO(answer.data))
        for row in book.worksheets[0].iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    answer = officer.post(
        f"/rounds/{decided}/results/print", data={"unit_id": str(organ.branch), "form_key": "pdf"}
    )
    assert answer.status_code == 303
    work(organ.tenant_id)
    [(file_id,)] = rows(organ, "select id from file where media_type = 'application/pdf'")
    paper = officer.get(f"/files/{file_id}")
    assert paper.status_code == 200
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.data)).pages)
    assert "{{ 7*7 }}" in text
    assert "<b>" in text
    # What was set for the officer is no paper of the neighbour's, next door or in the other tenant.
    assert organ.colleague is not None
    for other in (organ.colleague, world.union["admin"]):
        assert enter(other).get(f"/files/{file_id}").status_code in (403, 404), other.role
        [(job_id,)] = rows(organ, "select max(id) from job")
        assert enter(other).get(f"/jobs/{job_id}").status_code in (403, 404), other.role
