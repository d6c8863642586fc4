"""Acts on everybody of a filter: counted exactly, confirmed with the count, done once, told who was left out."""

import html
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.jobs import Job
from shared.members.actions import bulk
from shared.members.models import BulkTarget, Membership, MobileStay, Person, Post
from shared.tenancy import tenant
from tests.web.members.test_roster import add, fill, membership_of, names, person
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Work = Callable[[int], int]


def seen(client: FlaskClient, **asked: Any) -> dict[str, str]:
    """What the page of the act would send: the count it showed and its key."""
    page = client.get("/members/bulk", query_string=asked)
    assert page.status_code == 200, page.text
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page.text)
        if name in ("seen", "form_key", "act")
    }


def press(client: FlaskClient, act: str, given: dict[str, Any], **more: Any) -> Any:
    sent = {**seen(client, act=act, **given), **more}
    return client.post("/members/bulk", query_string=given, data=sent)


def result(app: Flask, world: World) -> Job:
    with app.app_context(), tenant(world.organ.tenant_id):
        job = db.session.scalars(
            select(Job).where(Job.kind == "members.bulk").order_by(Job.id.desc()).limit(1)
        ).one()
        db.session.remove()
    return job


def test_a_whole_filter_moves_and_who_holds_office_is_left_out(
    app: Flask, world: World, enter: Enter
) -> None:
    fill(app, world, 120, world.organ.branch)
    admin = enter(world.organ["admin"])
    given = {"unit_id": world.organ.branch}
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        some = select(Membership).where(Membership.person_id == world.organ["member"].person_id)
        db.session.scalars(some).one().relation = "leaving"
    shown = seen(admin, act="move", **given)
    assert shown["seen"] == "128"
    answer = press(admin, "move", given, unit_id=world.organ.other_branch, on="2026-05-01")
    assert answer.status_code == 303
    page = admin.get(answer.location).text
    job = result(app, world)
    assert job.state == "done"
    assert job.result["asked"] == 128
    assert job.result["done"] == 124
    assert job.result["reasons"] == {"transfer": 1, "office": 1, "role": 2}
    assert "secretary of bureau" in html.unescape(page)
    with app.app_context(), tenant(world.organ.tenant_id):
        living = select(Membership.unit_id, func.count()).where(Membership.until.is_(None))
        counted = {unit: number for unit, number in db.session.execute(living.group_by(Membership.unit_id))}  # noqa: C416
        assert counted == {world.organ.branch: 4, world.organ.other_branch: 125}
        moved = db.session.scalars(
            select(Membership).where(Membership.end_reason == "transferred").limit(1)
        ).one()
        assert moved.until == date(2026, 5, 1)
        after = db.session.scalars(
            select(Membership).where(Membership.person_id == moved.person_id, Membership.until.is_(None))
        ).one()
        assert (after.since, after.status, after.unit_id) == (
            date(2026, 5, 1),
            "full",
            world.organ.other_branch,
        )
        verbs = [entry.verb for entry in db.session.scalars(select(AuditEntry)) if "bulk" in entry.verb]
        assert verbs == ["member.bulk", "member.bulk_done"]
        db.session.remove()
    assert names(admin.get(f"{answer.location}?reason=office").text) != names(
        admin.get(f"{answer.location}?reason=transfer").text
    )


def test_another_number_now_is_asked_again(app: Flask, world: World, enter: Enter) -> None:
    admin = enter(world.organ["admin"])
    given = {"unit_id": world.organ.branch}
    shown = seen(admin, act="status", **given)
    add(admin, world)
    sent = {**shown, "act": "status", "status": "probationary"}
    again = admin.post("/members/bulk", query_string=given, data=sent)
    assert again.status_code == 409
    assert "查看时筛选出 8 人，现在是 9 人" in again.text
    assert 'name="seen" value="9"' in again.text
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(BulkTarget)) == 0
        assert db.session.scalar(select(func.count()).where(Membership.status == "probationary")) == 0
        db.session.remove()
    done = admin.post("/members/bulk", query_string=given, data={**sent, "seen": "9"})
    assert done.status_code == 303
    assert result(app, world).result["done"] == 9


def test_the_same_form_again_is_the_same_act(app: Flask, world: World, enter: Enter) -> None:
    fill(app, world, 7, world.organ.other_branch)
    admin = enter(world.organ["admin"])
    given = {"unit_id": world.organ.other_branch}
    sent = {**seen(admin, act="end", **given), "act": "end", "reason": "left", "on": "2026-05-01"}
    first = admin.post("/members/bulk", query_string=given, data=sent)
    second = admin.post("/members/bulk", query_string=given, data=sent)
    assert first.location == second.location
    job = result(app, world)
    # The secretary holds an office.
    assert (job.result["done"], job.result["left"]) == (7, 1)
    with app.app_context(), tenant(world.organ.tenant_id):
        key = db.session.scalars(select(Membership.person_id).where(Membership.end_reason == "left")).first()
        db.session.remove()
    assert person(app, world, key or 0).state == "left"
    assert world.organ.colleague is not None
    assert person(app, world, world.organ.colleague.person_id or 0).state == "active"


def test_mobile_stays_end_with_the_membership_and_block_a_change_of_relation(
    app: Flask, world: World, enter: Enter
) -> None:
    admin = enter(world.organ["admin"])
    key = add(admin, world, since="2020-01-01")
    stay = {"place": "外地", "reason": "work", "since": "2026-01-01", "contact_id": 0, "form_key": "s"}
    assert admin.post(f"/members/{key}/stay", data=stay).status_code == 303
    given = {"unit_id": world.organ.branch, "status": "full"}
    assert press(admin, "relation", given, relation="lost").status_code == 303
    assert result(app, world).result["reasons"] == {"away": 1}
    assert membership_of(app, world, key).relation == "out"
    assert press(admin, "end", given, reason="left", on="2026-05-01").status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(MobileStay.until)) == date(2026, 5, 1)
        db.session.remove()


@pytest.mark.parametrize(
    ("act", "field", "value", "column"),
    [("language", "locale", "zh_Hant", "locale"), ("employment", "employment", "retired", "employment")],
)
def test_a_column_of_everybody(
    app: Flask, world: World, enter: Enter, act: str, field: str, value: str, column: str
) -> None:
    admin = enter(world.organ["admin"])
    assert press(admin, act, {}, **{field: value}).status_code == 303
    job = result(app, world)
    assert job.result["done"] == job.result["asked"] == 9
    with app.app_context(), tenant(world.organ.tenant_id):
        assert set(db.session.scalars(select(getattr(Person, column)))) == {value}
        db.session.remove()
    assert press(admin, act, {}, **{field: value}).status_code == 303
    assert (result(app, world).result["done"], result(app, world).result["same"]) == (0, 9)


def test_only_whom_i_may_edit(app: Flask, world: World, enter: Enter) -> None:
    officer = enter(world.organ["officer"])
    assert seen(officer, act="language")["seen"] == "8"
    secretary = enter(world.organ["secretary"])
    elsewhere = {"unit_id": world.organ.other_branch}
    assert secretary.get("/members/bulk", query_string=elsewhere).status_code == 403
    assert secretary.post("/members/bulk", query_string=elsewhere, data={}).status_code == 403
    into = press(officer, "move", {}, unit_id=world.organ.other_branch, on="2026-05-01")
    assert into.status_code == 403
    strange = press(officer, "move", {}, unit_id=world.union.branch, on="2026-05-01")
    assert strange.status_code == 404
    for role in ("leader", "auditor", "member", "keeper", "reviewer"):
        assert enter(world.organ[role]).get("/members/bulk").status_code == 403
    # A result belongs to who asked and to whoever reaches its unit.
    done = press(officer, "language", {}, locale="en")
    assert officer.get(done.location).status_code == 200
    assert secretary.get(done.location).status_code == 403
    assert enter(world.union["admin"]).get(done.location).status_code == 404


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        ("move", {"unit_id": "", "on": "2026-05-01"}),
        ("move", {"on": "2999-01-01"}),
        ("end", {"reason": "reformed", "on": "2026-05-01"}),
        ("end", {"reason": "left", "on": "gestern"}),
        ("status", {"status": "member"}),
        ("relation", {"relation": "leaving"}),
        ("language", {"locale": "xx"}),
        ("nonsense", {}),
    ],
)
def test_what_cannot_be_is_refused(
    app: Flask, world: World, enter: Enter, act: str, sent: dict[str, str]
) -> None:
    admin = enter(world.organ["admin"])
    if act == "move":
        sent = {"unit_id": str(world.organ.other_branch), **sent}
    data = {**seen(admin), "act": act, **sent}
    assert admin.post("/members/bulk", data=data).status_code == 422
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(BulkTarget)) == 0
        db.session.remove()


def test_a_day_of_the_past_cannot_be_acted_on(world: World, enter: Enter) -> None:
    admin = enter(world.organ["admin"])
    assert admin.get("/members/bulk?on=2026-01-01").status_code == 422
    assert "/members/bulk" not in admin.get("/members?show=all&on=2026-01-01").text


def test_many_are_a_job_that_goes_on_where_it_was(
    app: Flask, world: World, enter: Enter, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 20)
    monkeypatch.setattr("services.web.members.views.bulk.AT_ONCE", 20)
    monkeypatch.setattr(bulk, "CHUNK", 50)
    fill(app, world, 192, world.organ.branch)
    admin = enter(world.organ["admin"])
    answer = press(
        admin, "move", {"unit_id": world.organ.branch}, unit_id=world.organ.other_branch, on="2026-05-01"
    )
    assert re.search(r"/jobs/\d+$", answer.location)
    job = result(app, world)
    assert job.state == "queued"
    # A worker that died after two chunks: their outcomes stand, the rest waits.
    args = {key: value for key, value in job.args.items() if key != "act"}
    with app.app_context(), tenant(world.organ.tenant_id):
        for _chunk in range(2):
            with transaction():
                assert bulk.do_chunk(job.id, "move", args) == 50
        db.session.remove()
    # Meanwhile somebody takes an office, and somebody leaves.
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        waiting = list(
            db.session.scalars(
                select(BulkTarget).where(BulkTarget.outcome.is_(None)).order_by(BulkTarget.id.desc()).limit(2)
            )
        )
        db.session.add(
            Post(
                person_id=waiting[0].person_id,
                unit_id=world.organ.branch,
                code="publicity",
                since=date(2026, 1, 1),
            )
        )
        gone = db.session.execute(
            select(Membership).where(Membership.id == waiting[1].membership_id)
        ).scalar_one()
        gone.until, gone.end_reason = date(2026, 4, 1), "died"
    assert work(world.organ.tenant_id) == 1
    job = result(app, world)
    assert (job.state, job.done_count, job.total_count) == ("done", 200, 200)
    assert job.result["done"] == 195
    assert job.result["reasons"] == {"ended": 1, "office": 2, "role": 2}
    with app.app_context(), tenant(world.organ.tenant_id):
        doubled = (
            select(Membership.person_id)
            .where(Membership.until.is_(None))
            .group_by(Membership.person_id)
            .having(func.count() > 1)
        )
        assert list(db.session.scalars(doubled)) == []
        there = select(func.count()).where(
            Membership.unit_id == world.organ.other_branch, Membership.until.is_(None)
        )
        assert db.session.scalar(there) == 196
        db.session.remove()
    page = admin.get(f"/members/bulk/{job.id}").text
    assert "已改 195 人" in page
    # A second nudge finds nothing to do.
    assert work(world.organ.tenant_id) == 0
