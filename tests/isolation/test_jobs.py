"""Background work: in its own tenant, within the reach of whoever asked, and with no personal datum beside it."""

import json
import logging
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shared.db import db, transaction
from shared.jobs import Job
from shared.members.actions import bulk
from shared.members.models import Person
from shared.reminders.actions import press
from shared.tenancy import platform, tenant
from shared.tenants.models import Tenant
from tests.factories.due_items import due_item
from tests.factories.imports import Importer, people_file
from tests.factories.rosters import Cell, identity
from tests.isolation.leaks import COLLEAGUE, NEIGHBOUR, OWN, Leaks, leaks, print_of
from tests.web.events.stage import FOUR
from tests.world import Cast, Side, World, waiting_jobs

Enter = Callable[[Cast], FlaskClient]
Work = Callable[[int], int]
Rows = Callable[..., list[tuple[Any, ...]]]
LATE = date(2026, 6, 20)


def staged(app: Flask) -> Leaks:
    """Both tenants with something to do for every kind of job."""
    there = leaks(app)
    organ, union = there.world.organ, there.world.union
    for side, unit_id in ((organ, organ.branch), (organ, organ.other_branch), (union, union.branch)):
        due_item(app, side, unit_id, LATE)
        with app.app_context(), tenant(side.tenant_id):
            with transaction():
                newcomer = Person(
                    name="来人", name_key="lai ren", email=f"guest{side.tenant_id}-{unit_id}@example.test"
                )
                db.session.add(newcomer)
            db.session.remove()
    return there


def roster(there: Leaks, importer: Importer) -> str:
    rows: dict[str, Cell] = {
        "姓名": "石新",
        "所在党支部": f"{OWN}一支部",
        "身份证号码": identity(7, date(1980, 1, 1), "男"),
    }
    return importer.upload(people_file(rows))


def asks(
    app: Flask, there: Leaks, enter: Enter, work: Work
) -> dict[str, tuple[str, Callable[[FlaskClient], Any]]]:
    """Kind of job → whose button, and what is pressed. `imports.*` are pressed one after the other."""
    organ = there.world.organ
    importer = Importer(app, organ, enter, work)

    def post(address: str, **form: Any) -> Callable[[FlaskClient], Any]:
        return lambda client: client.post(address, data={"form_key": f"of {address}", **form})

    def commit(_client: FlaskClient) -> None:
        importer.commit(roster(there, importer))

    def undo(_client: FlaskClient) -> None:
        address = roster(there, importer)
        importer.commit(address)
        importer.undo(address)

    def bulk_press(client: FlaskClient) -> Any:
        shown = client.get("/members/bulk?act=language").text
        (seen,) = re.findall(r'name="seen" value="(\d+)"', shown)
        return post("/members/bulk", act="language", locale="en", seen=seen)(client)

    return {
        "members.bulk": ("officer", bulk_press),
        "accounts.invite": ("admin", post("/accounts/invite", state="none")),
        "duties.plan": ("admin", post("/duties/plan", year=2026)),
        "imports.read": ("admin", lambda _client: roster(there, importer)),
        "imports.commit": ("admin", commit),
        "imports.undo": ("admin", undo),
        "documents.print": ("officer", post("/documents/print", year=2026)),
        "assessments.score": ("officer", post("/assessments/score", year=2026)),
        "reminders.press": ("officer", post("/reminders/press", year=2026, view="all")),
    }


def kinds() -> set[str]:
    from services.worker.jobs import WORK  # noqa: PLC0415 - the environment must stand first

    return set(WORK)


#: Kinds that one press asks for.
KINDS = (
    "members.bulk",
    "accounts.invite",
    "duties.plan",
    "imports.read",
    "imports.commit",
    "imports.undo",
    "documents.print",
    "assessments.score",
    "reminders.press",
)


#: Kinds that need more than a press, and where they are tried with a neighbour whose data could leak.
ELSEWHERE = {
    # A ledger needs a file and a decision; the neighbour has a unit of the same name.
    "imports.read_ledger": "tests/web/imports/test_ledger_reach.py",
    "imports.commit_ledger": "tests/web/imports/test_ledger_reach.py",
    "imports.undo_ledger": "tests/web/imports/test_ledger_reach.py",
    "tenants.found": "tests/web/tenants/test_operator.py",
    "tenants.rotate": "tests/worker/keys/test_rewrap.py",
    "exports.write": "tests/isolation/test_exports.py",
    "assessments.print_result": "tests/web/rounds/test_results.py",
    "findings.report": "tests/web/findings/test_report.py",
    "reforms.execute": "tests/web/reforms/test_pages.py",
    "reforms.undo": "tests/web/reforms/test_pages.py",
    "transfers.letter": "tests/web/transfers/test_letters.py",
    "dues.draw": "tests/web/dues/test_above.py",
    "circulars.send": "tests/web/circulars/test_many.py",
    "dispatches.set": "tests/web/dispatches/test_paper.py",
    # It writes no row; that a vote stays in its tenant is tried there.
    "ballots.tidy": "tests/web/ballots/test_secret_votes.py",
}
ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_kind_of_work_is_tried() -> None:
    assert kinds() == {*KINDS, *ELSEWHERE}
    for kind, path in ELSEWHERE.items():
        assert "union" in (ROOT / path).read_text("utf-8"), (kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_work_stays_in_its_tenant_and_in_the_reach_of_whoever_asked(
    kind: str,
    app: Flask,
    enter: Enter,
    work: Work,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(press, "AT_ONCE", 0)
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    there = staged(app)
    organ, union = there.world.organ, there.world.union
    # Sheets and rules stand before, so that what is compared is the work's alone.
    from services.worker.sweep import sweep_tenant  # noqa: PLC0415

    for side in (organ, union):
        sweep_tenant(tenant_id=side.tenant_id)
    work(organ.tenant_id)
    role, ask = asks(app, there, enter, work)[kind]
    neighbours = print_of(app, union.tenant_id)
    colleagues = print_of(app, organ.tenant_id, of_unit=organ.other_branch)
    ask(enter(organ[role]))
    work(organ.tenant_id)
    [(state, args, result)] = rows(
        organ, "select state, args, result from job where kind = :kind order by id desc limit 1", kind=kind
    )
    assert state == "done", result
    assert not any(
        mark in json.dumps([args, result], ensure_ascii=False) for mark in (OWN, COLLEAGUE, NEIGHBOUR)
    )
    assert print_of(app, union.tenant_id) == neighbours
    if role == "officer":
        assert print_of(app, organ.tenant_id, of_unit=organ.other_branch) == colleagues
        done = {
            "members.bulk": "select distinct m.unit_id from bulk_target t join membership m on m.id = t.membership_id",
            "documents.print": "select distinct d.unit_id from document d join job j on j.id = d.job_id"
            " where j.kind = 'documents.print' and d.job_id = (select max(id) from job)",
            "assessments.score": "select distinct unit_id from assessment_score"
            " where counted_at >= (select max(created_at) from job)",
            "reminders.press": "select distinct d.unit_id from reminder r join due_item d on d.id = r.due_item_id"
            " where r.stage like 'press%'",
        }[kind]
        assert rows(organ, done) == [(organ.branch,)]


@pytest.fixture
def waiting(app: Flask, world: World, enter: Enter) -> tuple[Side, int]:
    """A job of the organ that waits."""
    organ = world.organ
    due_item(app, organ, organ.branch, LATE)
    assert (
        enter(organ["officer"])
        .post("/assessments/score", data={"year": 2026, "form_key": "wait"})
        .status_code
        == 303
    )
    [job_id] = waiting_jobs(app, organ.tenant_id)
    return organ, job_id


def test_a_neighbours_envelope_moves_no_job(app: Flask, world: World, waiting: tuple[Side, int]) -> None:
    from services.worker.jobs import run  # noqa: PLC0415 - the environment must stand first

    organ, job_id = waiting
    mine, theirs = print_of(app, organ.tenant_id), print_of(app, world.union.tenant_id)
    run(tenant_id=world.union.tenant_id, job_id=job_id)
    with pytest.raises(KeyError):
        run(job_id=job_id)
    assert print_of(app, organ.tenant_id) == mine
    assert print_of(app, world.union.tenant_id) == theirs


def test_a_suspended_tenants_work_waits_untouched(
    app: Flask, world: World, enter: Enter, waiting: tuple[Side, int], work: Work, rows: Rows
) -> None:
    from services.worker import sweep  # noqa: PLC0415 - the environment must stand first
    from services.worker.jobs import run  # noqa: PLC0415
    from services.worker.messages import send  # noqa: PLC0415

    organ, job_id = waiting
    operator = enter(world.operator)

    def set_state(state: str) -> None:
        with app.app_context(), platform():
            with transaction():
                db.session.execute(update(Tenant).where(Tenant.id == organ.tenant_id).values(state=state))
            db.session.remove()

    set_state("suspended")
    mine = print_of(app, organ.tenant_id)
    run(tenant_id=organ.tenant_id, job_id=job_id)
    sweep.sweep_tenant(tenant_id=organ.tenant_id)
    sweep.housekeeping_tenant(tenant_id=organ.tenant_id)
    send(tenant_id=organ.tenant_id)
    assert print_of(app, organ.tenant_id) == mine
    assert operator.get("/platform").status_code == 200
    set_state("active")
    run(tenant_id=organ.tenant_id, job_id=job_id)
    assert rows(organ, "select state from job where id = :id", id=job_id) == [("done",)]


def test_the_lease_of_one_tenant_does_not_reach_anothers_row(
    app: Flask, world: World, waiting: tuple[Side, int]
) -> None:
    from shared.jobs import claim  # noqa: PLC0415

    organ, job_id = waiting
    with app.app_context(), tenant(world.union.tenant_id):
        assert claim(job_id) is None
        db.session.remove()
    with app.app_context(), tenant(organ.tenant_id):
        assert db.session.get_one(Job, (organ.tenant_id, job_id)).state == "queued"
        db.session.remove()


@pytest.mark.parametrize("asked", ["/documents/print", "/reminders/press", "/assessments/score"])
def test_failed_work_begins_again_only_for_whoever_may_still_ask_for_it(
    asked: str,
    app: Flask,
    enter: Enter,
    rows: Rows,
    change: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The officer became secretary of another branch: what they once asked for would read what is no longer theirs."""
    monkeypatch.setattr(press, "AT_ONCE", 0)
    organ = staged(app).world.organ
    officer = organ["officer"]
    sent = {"year": 2026, "view": "all", "form_key": "asked once"}
    assert enter(officer).post(asked, data=sent).status_code == 303
    [(job_id,)] = rows(organ, "select id from job where requested_by = :id", id=officer.person_id)
    change(organ, "update job set state = 'failed' where id = :id", id=job_id)
    move = "update role_grant set role = 'secretary', unit_id = :unit where person_id = :id"
    change(organ, move, unit=organ.other_branch, id=officer.person_id)
    assert enter(officer).post(f"/jobs/{job_id}/retry").status_code == 403
    assert rows(organ, "select state from job where id = :id", id=job_id) == [("failed",)]
    change(organ, move.replace("secretary", "officer"), unit=organ.middle, id=officer.person_id)
    assert enter(officer).post(f"/jobs/{job_id}/retry").status_code == 303
    assert rows(organ, "select state from job where id = :id", id=job_id) == [("queued",)]


PRIVATE = {
    "name": "石砚青",
    "identity": identity(31, date(1979, 5, 6), "女"),
    "phone": "13900006421",
    "mail": "yanqing.private@example.test",
    "place": "地下二层密室",
}


def test_no_personal_datum_beside_the_rows_that_are_for_it(
    app: Flask,
    world: World,
    enter: Enter,
    work: Work,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Import, look, record, correct, remind, print, invite, fail: then the job arguments, the trail and the log."""
    from services.worker.messages import send  # noqa: PLC0415 - the environment must stand first
    from services.worker.sweep import housekeeping_tenant, sweep_tenant  # noqa: PLC0415

    monkeypatch.setattr(press, "AT_ONCE", 0)
    caplog.set_level(logging.INFO)
    organ = world.organ
    importer = Importer(app, organ, enter, work)
    admin, secretary = enter(organ["admin"]), enter(organ["secretary"])
    [(branch,)] = rows(organ, "select name from unit where id = :id", id=organ.branch)
    row = {
        "姓名": PRIVATE["name"],
        "身份证号码": PRIVATE["identity"],
        "联系电话": PRIVATE["phone"],
        "所在党支部": branch,
    }
    address = importer.upload(people_file(row, {**row, "姓名": "石砚青甲"}))
    importer.client.get(f"{address}/rejected.xlsx")
    importer.commit(address)
    [(person_id,)] = rows(organ, "select id from person where name = :name", name=PRIVATE["name"])
    for sent in (
        secretary.post(
            f"/members/{person_id}/contact", data={"email": PRIVATE["mail"], "phone": PRIVATE["phone"]}
        ),
        secretary.post(f"/members/{person_id}/reveal", data={"what": "identity", "purpose": "verify"}),
        admin.post(
            "/accounts/invite", data={"form_key": "invite one", "q": PRIVATE["name"], "state": "none"}
        ),
        admin.post(f"/accounts/people/{person_id}/slip", data={"form_key": "slip of one"}),
        admin.get(f"/audit/export?verb={PRIVATE['phone']}"),
        admin.get("/members?after=" + PRIVATE["name"]),
    ):
        assert sent.status_code in {200, 303, 409}, sent.status_code
    item = due_item(app, organ, organ.branch, LATE)
    form = FOUR | {
        "held_on": "2026-06-10",
        "place": PRIVATE["place"],
        "chair_id": person_id,
        "form_key": "one record",
    }
    answer = secretary.post(f"/duties/{item}/record", data=form)
    assert answer.status_code == 303
    again = form | {
        "theme": PRIVATE["name"],
        "reason": "名字写错",
        "version": "1",
        "form_key": "one correction",
    }
    assert secretary.post(f"{answer.location}/correct", data=again).status_code == 303
    due_item(app, organ, organ.branch, LATE)
    officer = enter(organ["officer"])
    assert (
        officer.post(
            "/reminders/press", data={"year": 2026, "view": "all", "form_key": "one press"}
        ).status_code
        == 303
    )
    assert officer.post("/documents/print", data={"year": 2026, "form_key": "one print"}).status_code == 303
    assert officer.post("/assessments/score", data={"year": 2026, "form_key": "one score"}).status_code == 303
    work(organ.tenant_id)
    for step in (sweep_tenant, send, housekeeping_tenant):
        step(tenant_id=organ.tenant_id)
    # A fault of ours whose words quote the row.
    from services.web.members.views import person as page  # noqa: PLC0415

    def broken(*_args: object, **_more: object) -> None:
        private = dict(PRIVATE)
        raise ValueError(f"Failing row contains {private}")

    with monkeypatch.context() as patched:
        patched.setattr(page, "_person_page", broken)
        failed = secretary.get(f"/members/{person_id}")
    assert failed.status_code == 500
    importer.undo(address)
    assert rows(organ, "select distinct state from job") == [("done",)]
    lines = "".join(capfd.readouterr()) + caplog.text
    assert "request failed" in lines
    assert "ValueError" in lines
    found: dict[str, str] = {"log": lines, "answer": failed.get_data(as_text=True)}
    for table, columns in (
        ("job", "kind || args::text || subject || coalesce(problem, '') || result::text"),
        ("audit_entry", "verb || detail::text"),
        ("occasion", "kind || key || detail::text"),
        ("file", "name || purpose"),
    ):
        found[table] = "\n".join(str(value) for (value,) in rows(organ, f"select {columns} from {table}"))
        assert found[table], table
    for where, said in found.items():
        for what, value in PRIVATE.items():
            for part in {value, value[-8:], value[:10]} if what == "identity" else {value}:
                assert part not in said, (where, what)
