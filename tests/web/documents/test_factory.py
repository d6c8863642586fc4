"""The factory: chunks, the store, stopping, what fails, and making it again."""

import errno
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from services.worker.documents import help_print, read_wanted, work_off
from services.worker.pdf import Press, PressFailed
from shared.access.actor import Actor, Grant
from shared.db import db, transaction
from shared.documents.actions import divide, keep_paper, print_units
from shared.documents.models import Document, PrintPart, StoredPaper
from shared.errors import LeaseLost
from shared.files import File
from shared.jobs import Job, cancel, claim
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.shared.assessments.ledger import ask, hold
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Work = Callable[[int], int]
UNITS = 5
YEAR = 2026


def ledgers(app: Flask, side: Side, units: int = UNITS) -> list[int]:
    """Branches of the year with one record each; returns their ids."""
    ids = []
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            root = db.session.scalars(select(Unit).where(Unit.id == side.root)).one()
            for number in range(units):
                unit = Unit(
                    parent_id=root.id,
                    path=f"{root.path}b{number:03d}.",
                    kind="party_branch",
                    line="party",
                    name=f"支部 {number}",
                    duties_since=root.duties_since,
                )
                db.session.add(unit)
                db.session.flush()
                (item,) = ask(unit.id, "theme_day", "2026-01")
                hold(item)
                ids.append(unit.id)
        db.session.remove()
    return ids


def asked(app: Flask, side: Side) -> int:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            acting = Actor(name="x", grants=(Grant("admin"),), person_id=side["admin"].person_id)
            job_id = print_units(acting, year=YEAR).id
        db.session.remove()
    return job_id


def row(app: Flask, side: Side, job_id: int) -> dict[str, Any]:
    with app.app_context(), tenant(side.tenant_id):
        job = db.session.scalars(select(Job).where(Job.id == job_id)).one()
        found = {"state": job.state, "problem": job.problem, "done": job.done_count, **job.result}
        db.session.remove()
    return found


def count(app: Flask, side: Side, model: type[Any]) -> int:
    with app.app_context(), tenant(side.tenant_id):
        found = db.session.scalar(select(func.count()).select_from(model)) or 0
        db.session.remove()
    return found


def test_the_same_inputs_are_not_set_again(app: Flask, world: World, work: Work) -> None:
    side = world.organ
    unit_ids = ledgers(app, side)
    first, second = asked(app, side), asked(app, side)
    work(side.tenant_id)
    assert row(app, side, first)["renders"] == UNITS
    assert row(app, side, second)["renders"] == 0
    assert count(app, side, Document) == 2 * UNITS
    assert count(app, side, StoredPaper) == UNITS
    # A unit that changed is set anew, the others are not; and what was deleted is made again.
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            (item,) = ask(unit_ids[0], "theme_day", "2026-02")
            hold(item)
            gone = db.session.scalars(select(File).where(File.unit_id == unit_ids[1])).one()
            gone.deleted_at = gone.created_at
        db.session.remove()
    third = asked(app, side)
    work(side.tenant_id)
    assert row(app, side, third)["renders"] == 2


def test_two_units_of_one_name_never_share_a_file(app: Flask, world: World, work: Work) -> None:
    side = world.organ
    ledgers(app, side, 2)
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            for unit in db.session.scalars(select(Unit).where(func.starts_with(Unit.name, "支部 "))):
                unit.name = "一支部"
        db.session.remove()
    asked(app, side)
    work(side.tenant_id)
    with app.app_context(), tenant(side.tenant_id):
        assert len(set(db.session.scalars(select(Document.file_id)))) == 2
        db.session.remove()


def test_workers_take_different_chunks(app: Flask, world: World, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    job_id = asked(app, side)
    with app.app_context(), tenant(side.tenant_id):
        job = claim(job_id)
        assert job is not None
        wanted = read_wanted(job_id, job.args)
        assert divide(job_id, wanted.subject_ids, size=2) == 3
        taken: list[str] = []

        class Counting(Press):
            def __init__(self, name: str) -> None:
                super().__init__()
                self.name = name

            def set(self, html: str) -> bytes:
                taken.append(self.name)
                # The second worker comes while the first has a chunk in hand, and leaves only that one.
                if len(taken) == 1:
                    with Counting("two") as other:
                        work_off(job_id, "two", wanted, other, lambda: None)
                return super().set(html)

        with Counting("one") as press:
            work_off(job_id, "one", wanted, press, lambda: None)
        assert (taken.count("one"), taken.count("two")) == (2, 3)
        states = set(db.session.scalars(select(PrintPart.state)))
        db.session.remove()
    assert states == {"done"}
    assert count(app, side, Document) == UNITS


def test_a_stopped_printing_ends_between_two_papers(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = world.organ
    ledgers(app, side)
    job_id = asked(app, side)
    whole = Press.set

    def stop_at_the_second(self: Press, html: str) -> bytes:
        if count(app, side, Document) == 1:
            with app.app_context(), tenant(side.tenant_id):
                with transaction():
                    acting = Actor(name="x", grants=(Grant("admin"),), person_id=side["admin"].person_id)
                    cancel(acting, db.session.scalars(select(Job).where(Job.id == job_id)).one())
                db.session.remove()
        return whole(self, html)

    monkeypatch.setattr(Press, "set", stop_at_the_second)
    from services.worker.jobs import run  # noqa: PLC0415 - the worker's app needs the test's environment

    run(tenant_id=side.tenant_id, job_id=job_id)
    assert row(app, side, job_id)["state"] == "cancelled"
    assert count(app, side, Document) == 1
    # A helper that comes late finds nothing to do.
    help_print(tenant_id=side.tenant_id, job_id=job_id)
    assert count(app, side, Document) == 1


def fail_for(words: str, error: Exception) -> Callable[[Press, str], bytes]:
    whole = Press.set

    def setting(self: Press, html: str) -> bytes:
        if words in html:
            raise error
        return whole(self, html)

    return setting


def test_what_fails_is_named_and_made_again_with_one_press(
    app: Flask, world: World, enter: Enter, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = world.organ
    ledgers(app, side)
    job_id = asked(app, side)
    with monkeypatch.context() as patched:
        patched.setattr(Press, "set", fail_for("支部 3", PressFailed("took too long", "slow")))
        work(side.tenant_id)
    done = row(app, side, job_id)
    assert (done["state"], done["papers"], len(done["failed"])) == ("done", UNITS - 1, 1)
    client = enter(side["admin"])
    assert "1 份文书未能生成" in client.get("/documents").text
    page = client.get(f"/documents/jobs/{job_id}/failed").text
    assert "支部 3" in page
    assert "排版超时" in page
    assert "支部 2" not in page
    # Sent twice, it is one job with that paper alone.
    for _again in range(2):
        answer = client.post(f"/documents/jobs/{job_id}/again", data={"form_key": "once more"})
        assert answer.status_code in (303, 409)
    assert work(side.tenant_id) == 1
    assert count(app, side, Document) == UNITS
    # A colleague without the unit sees neither the job nor its names; a neighbour finds nothing.
    assert enter(side["officer"]).get(f"/documents/jobs/{job_id}/failed").status_code == 403
    assert enter(world.union["admin"]).get(f"/documents/jobs/{job_id}/failed").status_code == 404


def test_a_full_disk_is_said_and_the_rest_is_made(
    app: Flask, world: World, enter: Enter, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = world.organ
    ledgers(app, side)
    job_id = asked(app, side)
    whole = keep_paper

    def full(**given: Any) -> Document:
        if given["subject"].title in {"支部 0", "支部 1"}:
            raise OSError(errno.ENOSPC, "No space left on device")
        return whole(**given)

    with monkeypatch.context() as patched:
        patched.setattr("services.worker.papers.keep_paper", full)
        work(side.tenant_id)
    assert len(row(app, side, job_id)["failed"]) == 2
    assert "存储空间已满" in enter(side["admin"]).get(f"/documents/jobs/{job_id}/failed").text
    # Where nothing can be kept, the job says so and can be tried again as a whole.
    with monkeypatch.context() as patched:
        patched.setattr(
            "services.worker.papers.keep_paper", lambda **given: full(**given | {"subject": _first(given)})
        )
        second = asked(app, side)
        work(side.tenant_id)
    failed = row(app, side, second)
    assert failed["state"] == "failed"
    assert "存储空间已满" in failed["problem"]
    client = enter(side["admin"])
    assert client.post(f"/jobs/{second}/retry").status_code == 303
    work(side.tenant_id)
    assert row(app, side, second)["state"] == "done"


def _first(given: dict[str, Any]) -> Any:
    class Named:
        title = "支部 0"

    return Named


def test_a_helper_killed_in_its_chunk_gives_it_back(app: Flask, world: World, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    job_id = asked(app, side)
    with app.app_context(), tenant(side.tenant_id):
        job = claim(job_id)
        assert job is not None
        wanted = read_wanted(job_id, job.args)
        divide(job_id, wanted.subject_ids, size=3)
        from shared.documents.actions import take_part  # noqa: PLC0415

        lost = take_part(job_id, "dead")
        assert lost is not None
        other = take_part(job_id, "alive")
        assert other is not None
        assert not set(lost.subject_ids) & set(other.subject_ids)
        assert take_part(job_id, "third") is None
        with transaction():
            for part in db.session.scalars(select(PrintPart).where(PrintPart.lease_by == "dead")):
                part.lease_until = part.lease_until and part.lease_until.replace(year=2020)
        again = take_part(job_id, "third")
        assert again is not None
        assert again.subject_ids == lost.subject_ids
        with pytest.raises(LeaseLost), transaction():
            lost.hold()
        db.session.remove()


def test_one_paper_from_its_page_and_its_right(app: Flask, world: World, enter: Enter, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    secretary = enter(side["secretary"])
    sent = {"report": "ledger", "subject_id": side.branch, "year": "2026", "form_key": "p"}
    assert secretary.post("/documents/make", data=sent).status_code == 303
    assert work(side.tenant_id) == 1
    assert re.search(r'href="/files/\d+"', secretary.get("/documents?report=ledger").text)
    assert secretary.post("/documents/make", data=sent | {"subject_id": side.root}).status_code == 403
    assert secretary.post("/documents/make", data=sent | {"report": "nothing"}).status_code == 404
    assert secretary.post("/documents/make", data=sent | {"subject_id": ""}).status_code == 422
    assert secretary.post("/documents/make", data=sent | {"subject_id": world.union.root}).status_code == 404
    assert secretary.post("/documents/make", data=sent | {"year": "", "form_key": "q"}).status_code == 422
    assert enter(side["auditor"]).post("/documents/make", data=sent).status_code == 403


def test_whoever_lost_the_right_gets_no_papers(app: Flask, world: World, work: Work) -> None:
    side = world.organ
    ledgers(app, side)
    job_id = asked(app, side)
    with app.app_context(), tenant(side.tenant_id):
        from shared.accounts.models import RoleGrant  # noqa: PLC0415

        with transaction():
            for grant in db.session.scalars(
                select(RoleGrant).where(RoleGrant.person_id == side["admin"].person_id)
            ):
                grant.until = date(2020, 1, 1)
                grant.since = date(2019, 1, 1)
        db.session.remove()
    work(side.tenant_id)
    assert row(app, side, job_id)["state"] == "failed"
    assert count(app, side, Document) == 0
