"""A long list is written by whoever holds its job, with the rights its asker has at that moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.worker import exports as work_of_exports
from shared import files
from shared.exports import actions
from shared.exports.lists import members
from shared.files import Written
from tests.conftest import ROOT
from tests.factories.people import people
from tests.factories.workbooks import book_of
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[tuple[Any, ...]]]
Change = Callable[..., None]
Work = Callable[[int], int]
NAMES = [f"P{number:04d}" for number in range(60)]
#: Seconds the killed worker's lease lasts.
LEASE = 2


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is long, and a chunk, are small here."""
    monkeypatch.setattr(actions, "AT_ONCE", 20)
    monkeypatch.setattr(members, "CHUNK", 7)


def ask(app: Flask, side: Side, client: FlaskClient, address: str = "/exports/members/roster") -> int:
    people(app, side, NAMES)
    answer = client.post(address)
    assert answer.status_code == 303, answer.status_code
    return int(answer.location.rpartition("/")[2])


def test_every_row_once_in_the_order_of_the_page(
    app: Flask, world: World, enter: Enter, work: Work, rows: Rows
) -> None:
    organ = world.organ
    client = enter(organ["admin"])
    job_id = ask(app, organ, client)
    work(organ.tenant_id)
    [(done, total, file_id, expires)] = rows(
        organ,
        "select done_count, total_count, file_id, f.expires_at - now() from job j join file f on f.id = j.file_id"
        " where j.id = :id",
        id=job_id,
    )
    assert (done, total) == (69, 69)
    assert 6 <= expires.days < 8
    book = book_of(client.get(f"/files/{file_id}"))
    assert [name for name in book.column("姓名") if name in NAMES] == NAMES
    assert len(book.rows) == book.about["行数"] == 69


def test_whoever_lost_the_right_meanwhile_gets_nothing(
    app: Flask, world: World, enter: Enter, work: Work, rows: Rows, change: Change
) -> None:
    organ = world.organ
    ended = "update role_grant set ended_at = now(), until = current_date - 1 where person_id = :id"
    job_id = ask(app, organ, enter(organ["officer"]))
    change(organ, ended, id=organ["officer"].person_id)
    work(organ.tenant_id)
    [(state, problem, file_id)] = rows(
        organ, "select state, problem, file_id from job where id = :id", id=job_id
    )
    assert (state, file_id) == ("failed", None)
    assert "无权" in problem
    assert rows(organ, "select 1 from file where purpose = 'export'") == []


def test_it_holds_what_the_asker_reaches_when_it_is_written(
    app: Flask, world: World, enter: Enter, work: Work, rows: Rows, change: Change
) -> None:
    """An officer whose duties move to another unit before the work begins gets that unit's people."""
    organ = world.organ
    people(app, organ, ["Moved"], unit_id=organ.other_branch)
    client = enter(organ["officer"])
    job_id = ask(app, organ, client)
    change(
        organ,
        "update role_grant set unit_id = :unit where person_id = :id",
        unit=organ.other_branch,
        id=organ["officer"].person_id,
    )
    work(organ.tenant_id)
    [(file_id,)] = rows(organ, "select file_id from job where id = :id", id=job_id)
    names = book_of(client.get(f"/files/{file_id}")).column("姓名")
    assert "Moved" in names
    assert not set(names) & set(NAMES)


def test_a_worker_without_the_lease_leaves_no_file(
    app: Flask,
    world: World,
    enter: Enter,
    work: Work,
    rows: Rows,
    change: Change,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organ = world.organ
    job_id = ask(app, organ, enter(organ["admin"]))
    real = files.write
    written: list[Written] = []

    def stolen(fill: Any) -> Written:
        written.append(real(fill))
        change(organ, "update job set lease_by = 'another' where id = :id", id=job_id)
        return written[-1]

    monkeypatch.setattr(work_of_exports, "write", stolen)
    work(organ.tenant_id)
    assert len(written) == 1
    assert rows(organ, "select state, file_id from job where id = :id", id=job_id) == [("running", None)]
    assert rows(organ, "select 1 from file where purpose = 'export'") == []
    assert rows(organ, "select 1 from audit_entry where verb = 'list.export'") == []


def test_a_killed_worker_leaves_nothing_and_the_next_one_writes_it_whole(
    app: Flask, world: World, enter: Enter, rows: Rows
) -> None:
    from services.worker.jobs import run  # noqa: PLC0415 - the worker's app needs the test's environment

    organ = world.organ
    people(app, organ, [f"Q{number:05d}" for number in range(6000)])
    client = enter(organ["admin"])
    job_id = ask(app, organ, client)
    program = f"from services.worker.jobs import run; run(tenant_id={organ.tenant_id}, job_id={job_id})"
    worker = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "JOB_LEASE": str(LEASE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        [(done,)] = rows(organ, "select done_count from job where id = :id", id=job_id)
        if done:
            break
        assert worker.poll() is None
        time.sleep(0.02)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert rows(organ, "select state, file_id from job where id = :id", id=job_id) == [("running", None)]
    time.sleep(LEASE + 0.5)
    # The sweep's nudge, twice: another worker takes the lapsed lease, and the second finds it done.
    run(tenant_id=organ.tenant_id, job_id=job_id)
    run(tenant_id=organ.tenant_id, job_id=job_id)
    [(state, attempts, file_id)] = rows(
        organ, "select state, attempts, file_id from job where id = :id", id=job_id
    )
    assert (state, attempts) == ("done", 2)
    assert len(rows(organ, "select 1 from file where purpose = 'export'")) == 1
    assert len(book_of(client.get(f"/files/{file_id}")).rows) == 6069
