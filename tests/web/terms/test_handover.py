"""The hand-over: offered when a leading office passes, taken by the new holder and by nobody else."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from shared.access.actor import SYSTEM, Actor
from shared.accounts.actions.handover import offer_handover
from shared.accounts.actions.roles import lend_ledger
from shared.accounts.models import Handover, RoleGrant, Seat
from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.jobs import Job
from shared.members.models import Post
from shared.messages.models import Delivery
from shared.reminders.actions.digest import remind_due
from shared.reminders.handed import HANDED
from shared.reminders.models import Reminder
from tests.factories.terms import ends, inside, member
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
NOON = "2026-11-20T04:00:00Z"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def pass_office(app: Flask, side: Side, enter: Enter, to: Cast) -> int:
    """The officer gives the secretary's office to somebody else, through the person's page."""
    line = "secretary" if side.kind == "bureau" else "union_chair"
    answer = enter(side["officer"]).post(
        f"/members/{to.person_id}/posts",
        data={
            "unit_id": str(side.branch),
            "code": line,
            "basis": "elected",
            "since": "2026-11-19",
            "document": "号",
        },
    )
    assert answer.status_code == 303
    with inside(app, side):
        return db.session.execute(select(Handover.id).where(Handover.state == "open")).scalar_one()


def grants(app: Flask, side: Side, person_id: int | None) -> set[tuple[str, int | None]]:
    with inside(app, side):
        return {
            (row.role, row.unit_id)
            for row in db.session.execute(
                select(RoleGrant.role, RoleGrant.unit_id).where(
                    RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None)
                )
            )
        }


def lent(app: Flask, side: Side, to: int) -> None:
    """The secretary has lent the ledger."""
    old = side["secretary"]
    with inside(app, side), transaction():
        lend_ledger(
            Actor(name="old", person_id=old.person_id),
            person_id=to,
            unit_id=side.branch,
            until=date(2027, 1, 31),
        )


def waiting(app: Flask, side: Side, person_id: int | None) -> list[tuple[str, str | None]]:
    with inside(app, side):
        return sorted(
            (row.stage, row.reason)
            for row in db.session.execute(
                select(Reminder.stage, Reminder.reason).where(Reminder.person_id == person_id)
            )
        )


def test_the_new_secretary_takes_everything_in_two_steps(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    old, new = side["secretary"], side["member"]
    ends(app, side, side.branch, date(2026, 10, 31))
    helper = member(app, side, side.branch, "代管人")
    lent(app, side, helper)
    with inside(app, side), transaction():
        remind_due()
        db.session.execute(
            insert(Job).values(
                kind="documents.print",
                subject="2026 年台账",
                unit_id=side.branch,
                requested_by=old.person_id,
                form_key="job",
            )
        )
    assert waiting(app, side, old.person_id) != []
    key = pass_office(app, side, enter, new)
    client = enter(new)
    home = client.get("/").text
    assert "接任：书记" in home
    assert f"/terms/handovers/{key}" in home
    pack = client.get(f"/terms/handovers/{key}").text
    for words in ("换届选举", "代管人", "2026 年台账", "全部接手"):
        assert words in pack, words
    # The keepers' and the officer's pages do not change, and nobody has the role before it is taken.
    assert ("secretary", side.branch) not in grants(app, side, new.person_id)
    assert client.post(f"/terms/handovers/{key}").status_code == 303
    assert grants(app, side, new.person_id) == {("secretary", side.branch)}
    assert grants(app, side, old.person_id) == set()
    assert grants(app, side, helper) == set()
    assert {reason for _stage, reason in waiting(app, side, old.person_id)} == {"handed_over"}
    assert any(reason is None for _stage, reason in waiting(app, side, new.person_id))
    with inside(app, side):
        handover = db.session.execute(select(Handover).where(Handover.id == key)).scalar_one()
        assert handover.state == "accepted"
        assert handover.counts == {
            "grants": 1,
            "loans": 1,
            "due_items": 1,
            "minutes": 0,
            "resolutions": 0,
            "tasks": 0,
            "reviews": 0,
            "deeds": 0,
            "contacts": 0,
            "transfers": 0,
            "reminders": 1,
            "jobs": 1,
        }
        assert (
            db.session.scalars(select(Job.requested_by).where(Job.form_key == "job")).one() == new.person_id
        )
        assert db.session.scalars(
            select(Delivery.person_id).where(Delivery.occasion_id.in_(select(_occasion("taken")))).distinct()
        ).all() == [old.person_id]
        assert (
            db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "handover.accept")).one().object_id
            == key
        )
        given = db.session.execute(
            select(RoleGrant).where(RoleGrant.person_id == new.person_id, RoleGrant.role == "secretary")
        ).scalar_one()
        assert given.granted_by == side["officer"].person_id
    assert "接任" not in client.get("/").text
    assert client.get(f"/ledger/{side.branch}").status_code == 200
    assert enter(old).get(f"/terms/units/{side.branch}/election").status_code == 403
    # Once more is harmless.
    assert client.post(f"/terms/handovers/{key}").status_code == 303
    assert grants(app, side, new.person_id) == {("secretary", side.branch)}


def _occasion(what: str) -> Any:
    from shared.messages.models import Occasion  # noqa: PLC0415

    return (
        select(Occasion.id)
        .where(Occasion.kind == "handover", Occasion.detail["what"].as_string() == what)
        .scalar_subquery()
    )


def test_nobody_else_opens_or_takes_it(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    key = pass_office(app, side, enter, side["member"])
    for cast, status in (
        (side["secretary"], 403),
        (side["officer"], 403),
        (side["admin"], 403),
        (side["keeper"], 403),
        (world.union["member"], 404),
        (world.union["admin"], 404),
    ):
        client = enter(cast)
        assert client.get(f"/terms/handovers/{key}").status_code == status
        assert client.post(f"/terms/handovers/{key}").status_code == status
        assert "接任" not in client.get("/").text
    assert grants(app, side, side["secretary"].person_id) == {("secretary", side.branch)}


def test_it_works_when_the_former_has_no_seat_or_there_was_none(
    app: Flask, world: World, enter: Enter
) -> None:
    side = world.organ
    with inside(app, side), transaction():
        db.session.execute(
            update(Seat).where(Seat.person_id == side["secretary"].person_id).values(state="ended")
        )
    key = pass_office(app, side, enter, side["member"])
    assert enter(side["member"]).post(f"/terms/handovers/{key}").status_code == 303
    assert grants(app, side, side["member"].person_id) == {("secretary", side.branch)}
    other = world.union
    with inside(app, other), transaction():
        db.session.execute(update(Post).values(until=date(2026, 1, 1)))
        db.session.execute(update(Post).values(person_id=other["member"].person_id))
    key = pass_office(app, other, enter, other["reviewer"])
    with inside(app, other), transaction():
        db.session.execute(update(Handover).values(from_person_id=None))
    assert enter(other["reviewer"]).post(f"/terms/handovers/{key}").status_code == 303
    assert ("secretary", other.branch) in grants(app, other, other["reviewer"].person_id)


def test_who_lost_the_office_meanwhile_takes_nothing(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    first = pass_office(app, side, enter, side["member"])
    second = pass_office(app, side, enter, side["reviewer"])
    assert first != second
    # The former offer was replaced by the new one.
    answer = enter(side["member"]).post(f"/terms/handovers/{first}")
    assert answer.status_code == 409
    assert "交接已撤回" in answer.text
    with inside(app, side), transaction():
        db.session.execute(
            update(Post).where(Post.person_id == side["reviewer"].person_id).values(until=date(2026, 11, 20))
        )
    answer = enter(side["reviewer"]).post(f"/terms/handovers/{second}")
    assert answer.status_code == 409
    assert "不能接手" in answer.text
    assert grants(app, side, side["secretary"].person_id) == {("secretary", side.branch)}


def test_the_officer_offers_by_hand_and_takes_back(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    old, new = side["secretary"], side["member"]
    officer, address = enter(side["officer"]), f"/terms/units/{side.branch}/handover"
    # The role follows the office: to somebody without one nothing is offered.
    wrong = {"to_person_id": str(new.person_id), "from_person_id": str(old.person_id)}
    assert officer.post(address, data=wrong).status_code == 303
    assert "没有担任本单位负责人" in officer.get(f"/terms/units/{side.branch}").text
    with inside(app, side):
        assert db.session.scalars(select(Handover.id)).all() == []
    key = pass_office(app, side, enter, new)
    assert officer.post(f"/terms/handovers/{key}/withdraw").status_code == 303
    assert enter(new).post(f"/terms/handovers/{key}").status_code == 409
    assert officer.post(address, data=wrong).status_code == 303
    with inside(app, side):
        again = db.session.execute(select(Handover.id).where(Handover.state == "open")).scalar_one()
    assert enter(new).post(f"/terms/handovers/{again}").status_code == 303
    assert officer.post(f"/terms/handovers/{again}/withdraw").status_code == 409


def test_an_office_that_does_not_lead_hands_nothing_over(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side), transaction():
        values = {"unit_id": side.branch, "to_person_id": side["member"].person_id}
        for code in ("publicity", "deputy_secretary"):
            assert offer_handover(SYSTEM, post_code=code, from_person_id=None, **values) is None  # type: ignore[arg-type]
        same = side["member"].person_id
        assert offer_handover(SYSTEM, post_code="secretary", from_person_id=same, **values) is None  # type: ignore[arg-type]


def test_every_part_of_the_pack_reads_and_takes_an_empty_hand_over(app: Flask, world: World) -> None:
    side = world.organ
    with inside(app, side), transaction():
        offered = offer_handover(
            SYSTEM,
            unit_id=side.branch,
            post_code="secretary",
            to_person_id=side["member"].person_id or 0,
            from_person_id=None,
        )
        assert offered is not None
        for key, part in HANDED.items():
            assert str(part.name) != str(part.outcome)
            assert part.read(offered).count == 0, key
            assert part.take(SYSTEM, offered) == 0, key
