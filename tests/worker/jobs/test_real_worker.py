"""A real worker on a real queue: it sends, it is killed, nothing is lost and nothing is done twice."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.db import db, transaction
from shared.jobs import queue
from shared.settings import settings
from shared.tenancy import tenant
from tests.factories.due_items import due_items
from tests.factories.mail_server import mail_server
from tests.world import Cast, Side, World

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[[], "subprocess.Popen[bytes]"]
Enter = Callable[[Cast], FlaskClient]


def rows(app: Flask, side: Side, statement: str, **values: Any) -> list[Any]:
    with app.app_context(), tenant(side.tenant_id):
        found = [tuple(row) for row in db.session.execute(text(statement), values)]
        db.session.remove()
    return found


def until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_LEASE", "2")
    settings.cache_clear()


def test_killed_in_the_middle_of_sending_everybody_still_gets_it_and_only_once(
    app: Flask,
    world: World,
    enter: Enter,
    start_worker: Start,
    short_leases: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    side = world.organ
    due_items(app, side, [side.branch, side.other_branch], date(2026, 6, 20))
    with mail_server() as box:
        monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{box.port}")
        settings.cache_clear()
        box.delay = 3
        first = start_worker()
        enter(side["admin"]).post("/reminders/press", data={"year": "2026", "form_key": "k"})
        assert box.busy.wait(60), "the worker sent nothing"
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(timeout=10)
        box.delay = 0
        start_worker()

        def all_sent() -> bool:
            queue.send_task("messages.send", kwargs={"tenant_id": side.tenant_id}, retry=False)
            return rows(app, side, "select count(*) from delivery where state <> 'sent'") == [(0,)]

        until(all_sent)
    monkeypatch.undo()
    settings.cache_clear()
    assert rows(app, side, "select count(*) from delivery where channel = 'email'") == [(3,)]
    addresses = {address for address, _mail in box.received}
    assert len(addresses) == 3
    # What was on its way when the worker died, one a connection, came twice, and can be told to be the same.
    assert len(box.received) <= 5
    ids = [found[0] for _to, mail in box.received if (found := re.findall(r"Message-ID: (\S+)", mail))]
    assert len(ids) == len(box.received)
    assert len(set(ids)) == 3


def test_a_job_whose_worker_was_killed_is_taken_over_after_its_lease(
    app: Flask, world: World, start_worker: Start, short_leases: None
) -> None:
    side = world.organ
    ids = due_items(app, side, [side.branch] * 3, date(2026, 6, 20))
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            db.session.execute(text("insert into occasion (kind, key) values ('press', 'press:x')"))
            db.session.execute(
                text(
                    "insert into job (kind, args, state, attempts, lease_by, lease_until, form_key)"
                    " select 'reminders.press', jsonb_build_object('occasion_id', id, 'ids',"
                    " cast(:ids as bigint[])), 'running', 1, 'gone', now() + interval '3 seconds', 'x'"
                    " from occasion"
                ),
                {"ids": ids},
            )
        db.session.remove()
    [(job_id,)] = rows(app, side, "select id from job")
    start_worker()

    def done() -> bool:
        for task, arguments in (("jobs.run", {"job_id": job_id}), ("sweep.tenant", {})):
            queue.send_task(task, kwargs={"tenant_id": side.tenant_id, **arguments}, retry=False)
        return rows(app, side, "select state, attempts from job") == [("done", 2)]

    until(done)
    until(lambda: rows(app, side, "select count(*) from delivery where state <> 'sent'") == [(0,)])
    pressed = "select count(*) from delivery d join occasion o on o.id = d.occasion_id and o.kind = 'press'"
    assert rows(app, side, pressed) == [(4,)]
    assert rows(app, side, "select count(*) from reminder where stage ^@ 'press'") == [(12,)]


def test_the_scheduler_loads_no_pages_and_no_paper() -> None:
    code = (
        "import sys, services.worker.app; from celery.apps.beat import Beat;"
        "Beat(app=services.worker.app.celery).init_loader();"
        "print([m for m in sys.modules if m.split('.')[0] in {'weasyprint', 'openpyxl', 'pypinyin'}"
        " or m.startswith(('services.web', 'services.worker.pdf', 'services.worker.jobs'))])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
