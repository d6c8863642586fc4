"""What leaves the system as a file or a block of text holds what its reader reaches, and nothing else."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, time
from typing import Any

import openpyxl
import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.web.exports.views import ASKED
from shared.clock import today
from shared.db import db, transaction
from shared.events.models import Meeting
from shared.exports import actions
from shared.exports.lists.reports import TABLES
from shared.tenancy import tenant
from tests.factories.due_items import due_item
from tests.factories.imports import Importer, people_file
from tests.factories.people import people
from tests.factories.workbooks import book_of
from tests.isolation.leaks import COLLEAGUE, NEIGHBOUR, OWN, Leaks, leaks
from tests.world import Cast

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]
Change = Callable[..., None]
LATE = date(2026, 6, 20)


def staged(app: Flask) -> Leaks:
    found = leaks(app)
    organ, union = found.world.organ, found.world.union
    for side, unit_id in ((organ, organ.branch), (organ, organ.other_branch), (union, union.branch)):
        due_item(app, side, unit_id, LATE)
    marked = (
        (organ, organ.branch, OWN),
        (organ, organ.other_branch, COLLEAGUE),
        (union, union.branch, NEIGHBOUR),
    )
    for side, unit_id, mark in marked:
        with app.app_context(), tenant(side.tenant_id):
            with transaction():
                db.session.add(
                    Meeting(
                        unit_id=unit_id,
                        kind="theme_day",
                        title=f"{mark}的会议",
                        on_date=today(),
                        starts_at=time(15, 0),
                        form_key=f"staged {unit_id}",
                    )
                )
            db.session.remove()
    return found


@pytest.fixture(scope="module")
def there(app: Flask) -> Leaks:
    return staged(app)


def text_of(data: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize("role", ["admin", "officer"])
def test_the_bundle_of_ledgers_holds_the_units_in_reach(
    role: str, app: Flask, there: Leaks, enter: Enter, work: Callable[[int], int], rows: Rows
) -> None:
    organ = there.world.organ
    client = enter(organ[role])
    # A colleague's and a stranger's unit first: refused, and no job of it.
    for key, status in (
        (organ.other_branch, 403 if role == "officer" else 303),
        (there.world.union.branch, 404),
    ):
        answer = client.post(
            "/documents/print", data={"year": 2026, "unit_id": key, "form_key": f"{role} {key}"}
        )
        assert answer.status_code == status
    assert client.post("/documents/print", data={"year": 2026, "form_key": f"{role} all"}).status_code == 303
    work(organ.tenant_id)
    [(file_id,)] = rows(organ, "select file_id from job where form_key = :key", key=f"{role} all")
    got = client.get(f"/files/{file_id}")
    bundle = zipfile.ZipFile(io.BytesIO(got.get_data()))
    got.close()
    names = [name[name.index(" ") + 1 :] for name in bundle.namelist()]
    expected = [f"{OWN}一支部", f"{COLLEAGUE}一支部"] if role == "admin" else [f"{OWN}一支部"]
    assert [next(unit for unit in expected if name.startswith(unit)) for name in names] == expected
    whole = [text_of(bundle.read(name)) for name in bundle.namelist()]
    assert OWN in whole[0]
    assert COLLEAGUE not in whole[0]
    assert NEIGHBOUR not in "".join(whole)
    # Nobody else's, not even with the number: it is not a unit's paper but the asker's.
    for stranger in ("secretary", "leader", "reviewer"):
        assert enter(organ[stranger]).get(f"/files/{file_id}").status_code == 403
    assert enter(there.world.union["admin"]).get(f"/files/{file_id}").status_code == 404
    # The single papers in it are their units'.
    papers = rows(
        organ,
        "select d.unit_id, d.file_id from document d join job j on j.id = d.job_id where j.form_key = :key",
        key=f"{role} all",
    )
    for unit_id, paper in papers:
        got = enter(organ["secretary"]).get(f"/files/{paper}")
        assert got.status_code == (200 if unit_id == organ.branch else 403)
        got.close()


def test_the_block_and_the_preview_name_the_units_in_reach(there: Leaks, enter: Enter) -> None:
    organ = there.world.organ
    for tail in (
        "",
        f"&unit_id={there.world.union.branch}",
        f"&unit_id={organ.other_branch}",
        f"&unit_id={organ.root}",
    ):
        for page in ("/reminders/block", "/reminders/press"):
            text = enter(organ["officer"]).get(f"{page}?year=2026&view=all{tail}").get_data(as_text=True)
            assert COLLEAGUE not in text
            assert NEIGHBOUR not in text
            shown = OWN in text
            assert shown == (tail == "" or tail.endswith(f"={organ.root}")), (page, tail)


def test_the_call_list_has_the_people_of_ones_own_units(app: Flask, enter: Enter, change: Change) -> None:
    """Whoever answers for a unit and has neither account nor mail stands in its list, and in nobody else's."""
    there = staged(app)
    organ, union = there.world.organ, there.world.union
    assert organ.colleague is not None
    for side, casts in (
        (organ, [organ["secretary"], organ["keeper"], organ.colleague]),
        (union, [union["secretary"], union["keeper"]]),
    ):
        for cast in casts:
            change(side, "update person set email = null where id = :id", id=cast.person_id)
            change(
                side,
                "update platform.seat set state = 'ended', ended_at = now() where id = :id",
                id=cast.seat_id,
            )
    for side in (organ, union):
        sent = {"year": 2026, "view": "all", "form_key": f"call {side.tenant_id}"}
        assert enter(side["admin"]).post("/reminders/press", data=sent).status_code == 303
    marks = {"officer": {OWN}, "leader": {OWN}, "admin": {OWN, COLLEAGUE}, "auditor": {OWN, COLLEAGUE}}
    for role, expected in marks.items():
        text = enter(organ[role]).get("/reminders/call-list").get_data(as_text=True)
        assert {mark for mark in (OWN, COLLEAGUE, NEIGHBOUR) if mark in text} == expected, role
    for role in ("officer", "admin"):
        text = enter(organ[role]).post("/reminders/call-list").get_data(as_text=True)
        assert {mark for mark in (OWN, COLLEAGUE, NEIGHBOUR) if mark in text} == marks[role], role
    # The slips of the accounts page, for the same people.
    sheet = enter(organ["admin"]).post("/accounts/slips", data={"form_key": "some slips", "state": "all"})
    assert sheet.status_code == 200
    assert NEIGHBOUR not in sheet.get_data(as_text=True)
    assert OWN in sheet.get_data(as_text=True)
    one = {"form_key": "other slips", "state": "all", "unit_id": organ.branch}
    sheet = enter(organ["admin"]).post("/accounts/slips", data=one)
    assert COLLEAGUE not in sheet.get_data(as_text=True)


def test_the_trail_leaves_with_ones_own_acts_only(there: Leaks, enter: Enter, rows: Rows) -> None:
    organ, union = there.world.organ, there.world.union
    for side in (organ, union):
        sent = {"reminder_hour": 9}
        enter(side["admin"]).post("/settings/tenant", data=sent)
        enter(side["admin"]).post(
            f"/members/{side['member'].person_id}/contact", data={"email": "new@example.test"}
        )
    for role in ("officer", "secretary", "member", "reviewer"):
        assert enter(organ[role]).get("/audit/export").status_code == 403
    for tail in (
        "",
        f"?person={union['admin'].person_id}",
        f"?object=person&object_id={union['member'].person_id}",
    ):
        expected = {(str(key or ""),) for (key,) in rows(organ, "select object_id from audit_entry")}
        text = enter(organ["auditor"]).get(f"/audit/export{tail}").get_data().decode("utf-8-sig")
        found = list(csv.reader(io.StringIO(text)))[1:]
        assert NEIGHBOUR not in text
        assert {(row[4],) for row in found} <= expected | {("",)}
        assert bool(found) == (tail == "") or all(row[2] == "导出审计" for row in found)


def test_the_rejected_rows_are_those_of_ones_own_import(
    app: Flask, there: Leaks, enter: Enter, work: Callable[[int], int]
) -> None:
    organ, union = there.world.organ, there.world.union
    mine, theirs = Importer(app, organ, enter, work), Importer(app, union, enter, work)
    bad = {"入党时间": "2199-01-01", "所在党支部": "不知何处"}
    address = mine.upload(people_file({"姓名": "己错", **bad}))
    strange = theirs.upload(people_file({"姓名": "邻错", **bad}))
    data = mine.client.get(f"{address}/rejected.xlsx").get_data()
    cells = {
        str(cell.value) for sheet in openpyxl.load_workbook(io.BytesIO(data)) for row in sheet for cell in row
    }
    assert "己错" in cells
    assert not any("邻" in cell for cell in cells)
    assert mine.client.get(f"{strange}/rejected.xlsx").status_code == 404
    for role in ("officer", "secretary", "auditor"):
        assert enter(organ[role]).get(f"{address}/rejected.xlsx").status_code == 403


#: Lists of which the staged sides hold no row that bears a mark: what their own tests show is not shown here.
WITHOUT_MARKS = {
    # Of one round with a result; that it stays in its tenant and reach is tried in tests/web/rounds/test_results.py.
    "rounds.results",
    # Of one round, and of yearly reports: tried in tests/web/rounds.
    "rounds.units",
    "rounds.appraisals",
    "assessments.board",
    "audit.trail",
    "circulars.receipts",
    "dues.book",
    "dues.sheet",
    "reforms.list",
    "life.birthdays",
    "life.leaders",
    # Numbers alone.
    "statistics.tables",
    # Of one unit or plan, named in the address: tests/worker/reports tries each of them.
    *(one.name for one in TABLES),
}
#: How each list is asked for everything it has.
WHOLE = "year=2026&show=all&view=all&state=all&outcome=all"


def address(name: str) -> str:
    return f"/exports/{name.replace('.', '/')}"


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_list_leaves_with_ones_own_rows_only(name: str, there: Leaks, enter: Enter) -> None:
    """Every list as Excel, by every role that has it: the neighbour in none, the colleague beyond no reach."""
    organ = there.world.organ
    if name == "reminders.log":
        for side in (organ, there.world.union):
            sent = {"year": 2026, "view": "all", "form_key": f"log {side.tenant_id}"}
            assert enter(side["admin"]).post("/reminders/press", data=sent).status_code == 303
    seen = set()
    for role, expected in {
        "admin": {OWN, COLLEAGUE},
        "auditor": {OWN, COLLEAGUE},
        "officer": {OWN},
        "leader": {OWN},
        "secretary": {OWN},
        "keeper": {OWN},
        "reviewer": {OWN},
    }.items():
        answer = enter(organ[role]).post(f"{address(name)}?{WHOLE}")
        if answer.status_code == 403:
            continue
        book = book_of(answer)
        text = str([book.head, *book.rows, *book.about.items()])
        assert NEIGHBOUR not in text, role
        found = {mark for mark in (OWN, COLLEAGUE) if mark in text}
        # The trail of acts belongs to the tenant as a whole, and so do its accounts.
        assert found <= expected, role
        seen |= found
    assert OWN in seen or name in WITHOUT_MARKS
    assert enter(organ["member"]).post(address(name)).status_code == 403
    assert enter(there.world.operator).post(address(name)).status_code == 403


@pytest.mark.parametrize(
    "name",
    sorted(
        set(ASKED)
        - {
            "audit.trail",
            "circulars.receipts",
            "dispatches.numbers",
            "meetings.calendar",
            "reforms.list",
            "reminders.log",
            # Of a plan, which it names.
            "reports.plan_progress",
            "rounds.results",
            "transfers.list",
        }
    ),
)
def test_a_strangers_unit_narrows_no_list(name: str, there: Leaks, enter: Enter) -> None:
    organ, union = there.world.organ, there.world.union
    for role in ("admin", "officer"):
        client = enter(organ[role])
        if client.post(address(name)).status_code == 403:
            continue
        assert client.post(f"{address(name)}?{WHOLE}&unit_id={union.branch}").status_code == 404, role
        colleagues = client.post(f"{address(name)}?{WHOLE}&unit_id={organ.other_branch}").status_code
        assert colleagues == (200 if role == "admin" else 403), role


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list is long here."""
    monkeypatch.setattr(actions, "AT_ONCE", 2)


def export_of(client: FlaskClient, rows: Rows, side: Any, work: Callable[[int], int]) -> tuple[int, int]:
    """A roster in the background: its job and its file."""
    answer = client.post(f"{address('members.roster')}?{WHOLE}")
    assert answer.status_code == 303
    job_id = int(answer.location.rpartition("/")[2])
    work(side.tenant_id)
    [(file_id,)] = rows(side, "select file_id from job where id = :id", id=job_id)
    assert file_id is not None
    return job_id, file_id


@pytest.mark.usefixtures("long")
def test_a_written_list_is_its_askers(
    app: Flask, enter: Enter, work: Callable[[int], int], rows: Rows
) -> None:
    there = leaks(app)
    organ, union = there.world.organ, there.world.union
    job_id, file_id = export_of(enter(organ["officer"]), rows, organ, work)
    for role in ("leader", "secretary", "keeper", "reviewer", "member"):
        assert enter(organ[role]).get(f"/files/{file_id}").status_code == 403, role
        assert enter(organ[role]).get(f"/jobs/{job_id}").status_code == 403, role
    assert organ.colleague is not None
    assert enter(organ.colleague).get(f"/files/{file_id}").status_code == 403
    for role in ("admin", "secretary"):
        assert enter(union[role]).get(f"/files/{file_id}").status_code == 404
        assert enter(union[role]).get(f"/jobs/{job_id}").status_code == 404
    names = book_of(enter(organ["officer"]).get(f"/files/{file_id}")).column("姓名")
    assert any(OWN in name for name in names)
    assert not any(mark in name for name in names for mark in (COLLEAGUE, NEIGHBOUR))
    # Whoever reaches the whole tenant may have it, because they reach all that is in it.
    book_of(enter(organ["admin"]).get(f"/files/{file_id}"))


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("lost", "statement"),
    [
        ("the role", "update role_grant set ended_at = now() where person_id = :person"),
        ("the unit", "update role_grant set unit_id = :other where person_id = :person"),
        ("all but one unit", "update role_grant set unit_id = :branch where person_id = :person"),
        ("the reach below", "update role_grant set role = 'secretary' where person_id = :person"),
    ],
)
def test_a_written_list_is_not_served_to_whoever_lost(
    lost: str,
    statement: str,
    app: Flask,
    enter: Enter,
    work: Callable[[int], int],
    rows: Rows,
    change: Change,
) -> None:
    organ = leaks(app).world.organ
    officer = organ["officer"]
    _job, file_id = export_of(enter(officer), rows, organ, work)
    got = enter(officer).get(f"/files/{file_id}")
    assert got.status_code == 200
    got.close()
    values = {"person": officer.person_id, "other": organ.other_branch, "branch": organ.branch}
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    change(organ, statement, **used)
    assert enter(officer).get(f"/files/{file_id}").status_code == 403, lost


@pytest.mark.usefixtures("long")
def test_a_written_list_ends(
    app: Flask, enter: Enter, work: Callable[[int], int], rows: Rows, change: Change
) -> None:
    organ = leaks(app).world.organ
    people(app, organ, ["某人"])
    _job, file_id = export_of(enter(organ["officer"]), rows, organ, work)
    change(organ, "update file set expires_at = now() - interval '1 minute' where id = :id", id=file_id)
    assert enter(organ["officer"]).get(f"/files/{file_id}").status_code == 404
