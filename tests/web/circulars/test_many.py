"""A circular to more people than a page waits for: a job writes the receipts, and goes on after a cut."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from services.worker.circulars import AT_A_TIME, send_many
from shared.circulars.actions.sending import MANY
from shared.db import db
from shared.jobs import claim
from shared.tenancy import tenant
from tests.web.circulars.stage import Rows, drafted, send
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Change = Callable[..., None]
Work = Callable[[int], int]
CROWD = MANY + 500


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel("2026-11-20T04:00:00Z", tick=False):
        yield


def crowd(change: Change, side: Side) -> None:
    """So many members of the other branch, and one of the neighbour's tenant is not made."""
    change(
        side,
        "insert into person (name, name_key) select '成员' || n, 'cheng yuan' from generate_series(1, :n) as n",
        n=CROWD,
    )
    change(
        side,
        "insert into membership (person_id, unit_id, kind, status, relation, since)"
        " select id, :unit, 'party', 'full', 'registered', '2020-01-01' from person where name_key = 'cheng yuan'",
        unit=side.other_branch,
    )


def counts(rows: Rows, side: Side, circular_id: int) -> tuple[int, int]:
    """Receipts, and people who are told in the product."""
    [(receipts,)] = rows(side, "select count(*) from receipt where circular_id = :id", id=circular_id)
    [(told,)] = rows(
        side,
        "select count(distinct person_id) from delivery join occasion on occasion.id = delivery.occasion_id"
        " where occasion.detail ->> 'act' = 'send' and cast(occasion.detail ->> 'circular_id' as bigint) = :id",
        id=circular_id,
    )
    return receipts, told


def test_a_crowd_is_sent_to_by_a_job_that_goes_on_after_a_cut(
    app: Flask, world: World, enter: Enter, rows: Rows, change: Change, work: Work
) -> None:
    organ = world.organ
    crowd(change, organ)
    admin = enter(organ["admin"])
    circular_id = drafted(admin, organ.root)
    answer = send(admin, circular_id, whom="members")
    assert answer.status_code == 303
    [(state, expected)] = rows(
        organ, "select state, cast(args ->> 'count' as int) from job where kind = 'circulars.send'"
    )
    assert (state, counts(rows, organ, circular_id)) == ("queued", (0, 0))
    assert expected > CROWD
    page = admin.get(f"/circulars/{circular_id}/receipts").text
    assert f"正在发送：已发给 0 个，共 {expected} 个" in page
    # The first worker dies after one part of the work.
    with app.app_context(), tenant(organ.tenant_id):
        [(job_id,)] = rows(organ, "select id from job where kind = 'circulars.send'")
        job = claim(job_id)
        assert job is not None
        cut_off(job)
        db.session.remove()
    assert counts(rows, organ, circular_id) == (AT_A_TIME, AT_A_TIME)
    change(
        organ,
        "update job set state = 'queued', lease_by = null, lease_until = null where id = :id",
        id=job_id,
    )
    assert "发送" in admin.get(f"/jobs/{job_id}").text
    work(organ.tenant_id)
    assert counts(rows, organ, circular_id) == (expected, expected)
    assert rows(organ, "select state, result from job where id = :id", id=job_id) == [
        ("done", {"count": expected})
    ]
    page = admin.get(f"/circulars/{circular_id}/receipts").text
    assert "正在发送" not in page
    # So many are reminded by a job too, once a day.
    change(organ, "update receipt set told_on = '2026-11-19'")
    for _press in range(2):
        assert admin.post(f"/circulars/{circular_id}/remind").status_code == 303
    work(organ.tenant_id)
    reminded = "select sum(cast(detail ->> 'count' as int)) from audit_entry where verb = 'circular.remind'"
    assert rows(organ, reminded) == [(expected,)]
    assert rows(organ, "select count(*) from job where kind = 'circulars.send'") == [(2,)]
    assert rows(world.union, "select count(*) from receipt") == [(0,)]
    assert rows(world.union, "select count(*) from delivery") == [(0,)]
    # The member of the branch has it like everybody.
    assert "请按时报送" in enter(organ["member"]).get(f"/circulars/{circular_id}").text


def cut_off(job: Any) -> None:
    """Run it until its second step would begin."""
    steps = 0
    step = job.progress

    def progress(done: int, total: int | None = None) -> None:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise KeyboardInterrupt
        step(done, total)

    class Cut:
        id, args, hold, finish = job.id, job.args, job.hold, job.finish

    Cut.progress = staticmethod(progress)  # type: ignore[attr-defined]
    with pytest.raises(KeyboardInterrupt):
        send_many(Cut())  # type: ignore[arg-type]
    db.session.rollback()


def test_withdrawn_before_the_job_it_reaches_nobody(
    world: World, enter: Enter, rows: Rows, change: Change, work: Work
) -> None:
    organ = world.organ
    crowd(change, organ)
    admin = enter(organ["admin"])
    circular_id = drafted(admin, organ.root)
    assert send(admin, circular_id, whom="members").status_code == 303
    assert send(admin, circular_id, seen=1, whom="members").status_code == 303
    assert admin.post(f"/circulars/{circular_id}/withdraw", data={"reason": "内容有误"}).status_code == 303
    work(organ.tenant_id)
    assert counts(rows, organ, circular_id) == (0, 0)
    assert rows(organ, "select state from job where kind = 'circulars.send'") == [("done",)]


def test_whoever_lost_the_right_meanwhile_sends_nothing(
    world: World, enter: Enter, rows: Rows, change: Change, work: Work
) -> None:
    organ = world.organ
    crowd(change, organ)
    admin = enter(organ["admin"])
    circular_id = drafted(admin, organ.root)
    assert send(admin, circular_id, whom="members").status_code == 303
    change(organ, "update role_grant set ended_at = now() where person_id = :p", p=organ["admin"].person_id)
    work(organ.tenant_id)
    assert counts(rows, organ, circular_id) == (0, 0)
