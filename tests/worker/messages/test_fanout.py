"""An occasion and its recipients: who gets what, who does not and why, by as many statements for any number."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from shared.access.actor import SYSTEM
from shared.accounts.actions.telling import tell, tell_all
from shared.accounts.queries.roster import PERSON
from shared.db import db, transaction
from shared.messages.actions import FannedOut
from shared.tenancy import tenant
from tests.world import Side, World

Rows = Callable[..., list[Any]]
Change = Callable[..., None]
ADD = (
    "insert into person (name, name_key, sex, email, state) select 'f' || n, 'fan' || n, 'm',"
    " case n % 3 when 0 then null else 'f' || n || '@fan.test' end, case n % 3 when 2 then 'left' else 'active' end"
    " from generate_series(1, :n) n"
)


def fan(app: Flask, side: Side, *, kind: str = "dues") -> FannedOut:
    people = select(PERSON.c.id).where(PERSON.c.name_key > "fan", PERSON.c.name_key < "fao")
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            told = tell_all(SYSTEM, kind=kind, key=f"{kind}:fan", detail={}, people=people)
        db.session.remove()
    return told


def test_each_has_a_row_and_who_gets_nothing_has_the_reason(
    app: Flask, world: World, rows: Rows, change: Change
) -> None:
    side = world.organ
    change(side, ADD, n=9)
    change(
        side,
        "insert into address_trouble (person_id, channel, value) select id, 'email', email"
        " from person where name = 'f1'",
    )
    change(
        side,
        "insert into preference (person_id, topic, channel, wanted) select id, 'dues', 'email', false from person"
        " where name = 'f4'",
    )
    assert fan(app, side) == FannedOut(1, 8)
    assert rows(
        side, "select channel, state, reason, count(*) from delivery group by 1, 2, 3 order by 1, 2, 3"
    ) == [
        ("email", "pending", None, 1),
        ("email", "suppressed", "bounced", 1),
        ("email", "suppressed", "opted_out", 1),
        ("none", "suppressed", "left", 3),
        ("none", "suppressed", "no_address", 3),
    ]
    assert fan(app, side) == FannedOut(0, 0)


def test_what_may_not_be_declined_reaches_whoever_declined_it(
    app: Flask, world: World, rows: Rows, change: Change
) -> None:
    side = world.organ
    change(side, ADD, n=1)
    change(
        side,
        "insert into preference (person_id, topic, channel, wanted) select id, 'findings', 'email', false from person"
        " where name = 'f1'",
    )
    assert fan(app, side, kind="finding") == FannedOut(1, 0)


def test_the_number_of_statements_does_not_grow(
    app: Flask, world: World, change: Change, count_queries: Callable[[], Any]
) -> None:
    numbers = []
    for side, people in ((world.organ, 3), (world.union, 3000)):
        change(side, ADD, n=people)
        with count_queries() as seen:
            fan(app, side)
        numbers.append(len(seen))
    assert numbers[0] == numbers[1] <= 5


def test_a_neighbours_person_is_nobody(app: Flask, world: World, rows: Rows) -> None:
    side, other = world.organ, world.union
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            told = tell(
                SYSTEM, kind="dues", key="dues:x", detail={}, person_ids=[other["secretary"].person_id, None]
            )
        db.session.remove()
    assert told == 0
    assert rows(other, "select count(*) from delivery") == [(0,)]


@pytest.mark.parametrize("people", [[], [None]])
def test_an_audience_of_nobody_makes_no_occasion(
    app: Flask, world: World, rows: Rows, people: list[int | None]
) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            assert tell(SYSTEM, kind="dues", key="dues:y", detail={}, person_ids=people) == 0
        db.session.remove()
    assert rows(world.organ, "select count(*) from occasion") == [(0,)]
