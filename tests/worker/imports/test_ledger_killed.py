"""The worker killed (-9) in the middle of entering an old ledger: it goes on where it was, and nothing comes twice."""

import io
from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient

from tests.factories.due_items import due_item
from tests.factories.rosters import workbook
from tests.worker.imports.test_killed import kill_in_the_middle, one, take_over
from tests.world import Cast, World

ROWS = 3000


def test_killed_while_entering(
    app: Flask, world: World, enter: Callable[[Cast], FlaskClient], work: Callable[[int], int]
) -> None:
    side = world.organ
    item = due_item(app, side, side.branch, date(2016, 3, 31), opens_on=date(2016, 3, 1))
    client = enter(side["admin"])
    [name] = [client.get(f"/organisations/{side.branch}").text.split("<h1>")[1].split("<")[0].strip()]
    first = date(2015, 1, 1)
    rows = [(first + timedelta(days=at), name, "主题党日", "学习", 20) for at in range(ROWS)]
    data = workbook([("台账", [("日期", "支部", "类型", "主题", "实到"), *rows])])
    sent = client.post("/imports/ledger", data={"file": (io.BytesIO(data), "old.xlsx"), "form_key": "k"})
    work(side.tenant_id)
    address = str(sent.location)
    assert one(app, side, "select count(*) from import_row where verdict = 'new'") == ROWS
    assert client.post(f"{address}/commit", data={"form_key": "c"}).status_code == 303
    job_id = one(app, side, "select max(id) from job")
    kill_in_the_middle(app, side, job_id, after=500)
    written = one(app, side, "select count(*) from event")
    assert 0 < written < ROWS
    # What is written is whole: each record with its row marked, chunk by chunk.
    assert one(app, side, "select count(*) from import_row where applied") == written
    take_over(app, side, job_id)
    assert one(app, side, "select count(*) from event where backfilled") == ROWS
    assert one(app, side, "select count(distinct held_on) from event") == ROWS
    assert one(app, side, f"select count(*) from due_item where id = {item} and state = 'done'") == 1
    assert one(app, side, "select count(*) from import_batch where state = 'committed'") == 1
    assert one(app, side, f"select (result ->> 'events')::int from job where id = {job_id}") == ROWS
