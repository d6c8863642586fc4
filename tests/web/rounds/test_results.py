"""Results of a round: who sees them when, grades by hand, Excel, lost points that become findings."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update

from shared.assessments.actions.deciding import write_totals
from shared.assessments.actions.grading import grade_round
from shared.assessments.grades import shipped_grading, to_json
from shared.assessments.models import Entry, Mark, Round, Scheme
from shared.clock import today
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
#: Marks of the reviewer by kind of line.
GIVEN = {"evidence": 15, "must": 10, "rating": 7}


@pytest.fixture
def decided(app: Flask, world: World, sheet: dict[str, int], opened: int) -> int:
    """The round, confirmed: 32 of 40 marks, the line of the ledger asked nothing."""
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            lap = db.session.scalars(select(Round).where(Round.id == opened)).one()
            entry = db.session.scalars(select(Entry).where(Entry.round_id == lap.id)).one()
            grading = shipped_grading("plain")
            assert grading is not None
            db.session.execute(
                update(Scheme).where(Scheme.id == lap.scheme_id).values(grading=to_json(grading))
            )
            for kind, points in GIVEN.items():
                db.session.add(
                    Mark(
                        round_id=lap.id,
                        unit_id=entry.unit_id,
                        line_id=sheet[kind],
                        most=20 if kind == "evidence" else 10,
                        points=points,
                        remark="佐证不全" if kind == "evidence" else "",
                    )
                )
            db.session.flush()
            write_totals(lap)
            lap = db.session.scalars(select(Round).where(Round.id == opened)).one()
            lap.state = "confirmed"
            db.session.flush()
            changed = grade_round(lap)
            assert [each.after for each in changed] == ["well"]
            assert grade_round(lap) == []
        db.session.remove()
    return opened


def publish(change: Callable[..., None], world: World, round_id: int, state: str = "published") -> None:
    change(world.organ, "update assessment_round set state = :state where id = :id", id=round_id, state=state)


def test_before_it_is_published_only_who_runs_the_round_sees_the_result(
    world: World, enter: Enter, decided: int, entry_id: int, change: Callable[..., None]
) -> None:
    for path in (f"/rounds/{decided}/results", f"/rounds/results/{entry_id}"):
        assert "80.0%" in enter(world.organ["officer"]).get(path).text
        assert enter(world.organ["secretary"]).get(path).status_code == 409
    publish(change, world, decided)
    page = enter(world.organ["secretary"]).get(f"/rounds/results/{entry_id}").text
    for word in ("良好", "佐证不全", "达到 80.0%"):
        assert word in page
    assert enter(world.union["officer"]).get(f"/rounds/{decided}/results").status_code == 404
    assert world.organ.colleague is not None
    assert enter(world.organ.colleague).get(f"/rounds/results/{entry_id}").status_code in (403, 404)


def test_an_open_round_has_no_result(world: World, enter: Enter, opened: int) -> None:
    assert enter(world.organ["officer"]).get(f"/rounds/{opened}/results").status_code == 409


def test_a_grade_by_hand_needs_a_reason_and_stays(
    app: Flask,
    world: World,
    enter: Enter,
    rows: Rows,
    decided: int,
    entry_id: int,
    change: Callable[..., None],
) -> None:
    # Of another unit: nobody grades the own one by hand.
    assert world.organ.colleague is not None
    change(
        world.organ,
        "insert into role_grant (person_id, role, since) values (:key, 'admin', '2026-01-01')",
        key=world.organ.colleague.person_id,
    )
    client = enter(world.organ.colleague)
    read = "select grade, grade_reason, revision from assessment_entry where id = :id"
    [(_grade, _reason, revision)] = rows(world.organ, read, id=entry_id)
    address = f"/rounds/results/{entry_id}/grade"
    refused = client.post(address, data={"grade": "excellent", "reason": " ", "revision": revision})
    assert refused.status_code == 422
    assert (
        client.post(address, data={"grade": "gold", "reason": "x", "revision": revision}).status_code == 422
    )
    sent = {"grade": "excellent", "reason": "抢险中表现突出", "revision": revision}
    assert client.post(address, data=sent).status_code == 303
    [(grade, reason, after)] = rows(world.organ, read, id=entry_id)
    assert (grade, reason) == ("excellent", "抢险中表现突出")
    # Who looked at it before is told, and changes nothing.
    assert client.post(address, data={**sent, "grade": "fail"}).status_code == 303
    assert rows(world.organ, read, id=entry_id)[0][0] == "excellent"
    # The rule does not take it back; giving it back to the rule does.
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            assert grade_round(db.session.scalars(select(Round).where(Round.id == decided)).one()) == []
        db.session.remove()
    assert client.post(address, data={"grade": "", "reason": "误填", "revision": after}).status_code == 303
    assert rows(world.organ, read, id=entry_id)[0][:2] == ("well", "")


def test_a_final_round_keeps_its_grades(
    world: World, enter: Enter, rows: Rows, decided: int, entry_id: int, change: Callable[..., None]
) -> None:
    publish(change, world, decided, "final")
    [(revision,)] = rows(world.organ, "select revision from assessment_entry where id = :id", id=entry_id)
    enter(world.organ["officer"]).post(
        f"/rounds/results/{entry_id}/grade", data={"grade": "fail", "reason": "x", "revision": revision}
    )
    assert rows(world.organ, "select grade from assessment_entry where id = :id", id=entry_id) == [("well",)]


def test_lost_points_become_findings_once(
    world: World, enter: Enter, rows: Rows, decided: int, change: Callable[..., None]
) -> None:
    client = enter(world.organ["officer"])
    sent = {"form_key": "follow", "seen": "2", "unit_id": "", "due_on": _soon()}
    address = f"/rounds/{decided}/findings"
    count = (
        "select count(*) from finding f join inspection i on i.id = f.inspection_id where i.round_id = :id"
    )
    client.post(address, data=sent)
    assert rows(world.organ, count, id=decided) == [(0,)], "the units do not know the result yet"
    publish(change, world, decided)
    assert "转为 2 个问题" in client.get(f"/rounds/{decided}/results").text
    client.post(address, data={**sent, "seen": "9"})
    assert rows(world.organ, count, id=decided) == [(0,)], "another number than the one seen"
    answer = client.post(address, data=sent)
    assert answer.status_code == 303
    assert "/inspections/" in answer.location
    assert client.get(answer.location).status_code == 200
    for again in (sent, {**sent, "form_key": "other", "seen": "0"}):
        client.post(address, data=again)
    assert rows(world.organ, count, id=decided) == [(2,)]
    found = rows(world.organ, "select content from finding where content like :what", what="%佐证不全%")
    assert len(found) == 1
    assert "15.0" in found[0][0]
    assert "本轮次转出的整改问题" in client.get(f"/rounds/{decided}/results").text
    assert enter(world.organ["member"]).post(address, data=sent).status_code == 403


def _soon() -> str:
    return (today() + timedelta(days=30)).isoformat()


def test_filters_open_into_rows_and_excel_follows(
    world: World, enter: Enter, decided: int, count_queries: Any
) -> None:
    client = enter(world.organ["officer"])
    for view in ("all", "top", "middle", "tail", "up", "down", "vetoed"):
        assert client.get(f"/rounds/{decided}/results?view={view}&grade=well&sector=organ").status_code == 200
    assert client.get(f"/rounds/{decided}/results?after=x:y&view=zzz").status_code == 200
    assert client.get(f"/rounds/{decided}/results?after=50.000:1").status_code == 200
    book = client.post(f"/exports/rounds/results?round_id={decided}", data={"form_key": "excel"})
    assert book.status_code == 200, book.text
    sheet = load_workbook(io.BytesIO(book.data)).worksheets[0]
    cells = [cell for row in sheet.values for cell in row]
    assert "良好" in cells
    with count_queries() as seen:
        client.get(f"/rounds/{decided}/results")
    assert len(seen) < 40


def test_the_papers_are_set(
    world: World, enter: Enter, work: Callable[[int], int], rows: Rows, decided: int, entry_id: int
) -> None:
    client = enter(world.organ["officer"])
    address = f"/rounds/{decided}/results/print"
    assert client.post(address, data={"form_key": "whole"}).status_code == 303
    branch = str(world.organ.branch)
    assert client.post(address, data={"form_key": "unit", "unit_id": branch}).status_code == 303
    assert work(world.organ.tenant_id) == 2
    jobs = rows(world.organ, "select state, file_id from job where kind = 'assessments.print_result'")
    assert [state for state, _file in jobs] == ["done", "done"]
    assert all(file_id for _state, file_id in jobs)


def test_a_unit_that_was_asked_nothing_has_no_rate_and_no_grade(
    app: Flask, world: World, enter: Enter, sheet: dict[str, int], opened: int, change: Callable[..., None]
) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            lap = db.session.scalars(select(Round).where(Round.id == opened)).one()
            entry = db.session.scalars(select(Entry).where(Entry.round_id == lap.id)).one()
            grading = shipped_grading("plain")
            assert grading is not None
            db.session.execute(
                update(Scheme).where(Scheme.id == lap.scheme_id).values(grading=to_json(grading))
            )
            for kind in GIVEN:
                db.session.add(
                    Mark(
                        round_id=lap.id,
                        unit_id=entry.unit_id,
                        line_id=sheet[kind],
                        most=20 if kind == "evidence" else 10,
                        not_applicable=True,
                        remark="不涉及",
                    )
                )
            db.session.flush()
            write_totals(lap)
            entry = db.session.scalars(
                select(Entry).where(Entry.round_id == opened).execution_options(populate_existing=True)
            ).one()
            assert entry.possible == 0
            assert entry.rate is None
            lap = db.session.scalars(select(Round).where(Round.id == opened)).one()
            lap.state = "confirmed"
            db.session.flush()
            grade_round(lap)
        db.session.remove()
    publish(change, world, opened)
    page = enter(world.organ["officer"]).get(f"/rounds/{opened}/results")
    assert page.status_code == 200
    assert "100.0%" not in page.text
    assert "9999" not in page.text
    assert "优秀</td>" not in page.text
