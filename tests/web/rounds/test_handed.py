"""What somebody was given to review passes with the office, once, and only of rounds that are still marked."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from shared.access.actor import SYSTEM
from shared.accounts.models import Handover
from shared.db import transaction
from shared.reminders.handed import HANDED
from tests.factories.terms import inside
from tests.world import World

Rows = Callable[..., list[Any]]


def test_reviews_pass_to_the_successor_and_never_twice(
    app: Flask, world: World, rows: Rows, change: Callable[..., None], sheet: dict[str, int], opened: int
) -> None:
    organ = world.organ
    old, new = organ["officer"], organ["reviewer"]
    give = "insert into assessment_reviewer (round_id, person_id, unit_id, line_id) values (:r, :p, :u, :l)"
    change(organ, give, r=opened, p=old.person_id, u=organ.branch, l=None)
    change(organ, give, r=opened, p=old.person_id, u=None, l=sheet["evidence"])
    change(organ, give, r=opened, p=new.person_id, u=None, l=sheet["evidence"])
    with inside(app, organ):
        handover = Handover(
            unit_id=organ.middle,
            post_code="secretary",
            from_person_id=old.person_id,
            to_person_id=new.person_id,
        )
        assert HANDED["reviews"].read(handover).count == 2
        with transaction():
            assert HANDED["reviews"].take(SYSTEM, handover) == 1
        assert HANDED["reviews"].read(handover).count == 0
    held = "select person_id, unit_id, line_id from assessment_reviewer order by unit_id nulls last"
    assert rows(organ, held) == [
        (new.person_id, organ.branch, None),
        (new.person_id, None, sheet["evidence"]),
    ]


def test_a_round_that_stands_keeps_its_reviewers(
    app: Flask, world: World, change: Callable[..., None], opened: int
) -> None:
    organ = world.organ
    old, new = organ["officer"], organ["reviewer"]
    change(
        organ,
        "insert into assessment_reviewer (round_id, person_id, unit_id) values (:r, :p, :u)",
        r=opened,
        p=old.person_id,
        u=organ.branch,
    )
    change(organ, "update assessment_round set state = 'final' where id = :r", r=opened)
    with inside(app, organ):
        handover = Handover(
            unit_id=organ.middle,
            post_code="secretary",
            from_person_id=old.person_id,
            to_person_id=new.person_id,
        )
        assert HANDED["reviews"].read(handover).count == 0
