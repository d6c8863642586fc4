"""Exempt periods: what they spare, what planning makes under them, and what taking one back opens."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from shared.access.actor import SYSTEM, Actor, Grant
from shared.db import db, transaction
from shared.duties.actions import plan_year
from shared.duties.actions.exempting import end_exemption, grant_exemption
from shared.duties.actions.record import fulfil, void_record
from shared.duties.models import DueItem, Exemption
from shared.errors import Forbidden, Invalid
from shared.events.models import Event
from shared.organisations.models import Unit
from tests.factories.objects import make_event
from tests.shared.duties.test_plan import YEAR, inside, items, planned
from tests.web.events.stage import NOON
from tests.world import World

ADMIN = Actor(name="admin", grants=(Grant(role="admin"),))
SUMMER = {"since": date(2026, 7, 10), "until": date(2026, 9, 10), "reason": "防汛抢险"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def unit(key: int) -> Unit:
    return db.session.execute(select(Unit).where(Unit.id == key)).scalar_one()


def grant(world: World, **changes: object) -> tuple[Exemption, int]:
    values: dict[str, object] = {"kinds": ["theme_day"], "form_key": "one", **SUMMER, **changes}
    with transaction():
        return grant_exemption(ADMIN, unit=unit(world.organ.branch), **values)  # type: ignore[arg-type]


def states(world: World, kind: str = "theme_day") -> dict[str, str]:
    rows = db.session.execute(
        select(DueItem.period, DueItem.state).where(
            DueItem.unit_id == world.organ.branch, DueItem.kind == kind, DueItem.state != "open"
        )
    )
    return {row[0]: row[1] for row in rows}


def test_what_has_its_last_day_in_the_span_is_spared_with_the_reason(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        exemption, count = grant(world)
        assert count == 2
        assert states(world) == {"2026-07": "exempt", "2026-08": "exempt"}
        spared = items(world.organ.branch, "theme_day", "exempt")
        assert {(item.reason, item.exemption_id) for item in spared} == {("防汛抢险", exemption.id)}
        assert states(world, "dues_collection") == {}
        assert not items(world.organ.other_branch, "theme_day", "exempt")


def test_all_duties_means_all_but_what_is_done_and_elections(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        unit(world.organ.branch).term_ends_on = date(2026, 8, 1)
        with transaction():
            plan_year(SYSTEM, year=YEAR)
        [election] = items(world.organ.branch, "term_election")
        grant(world, kinds=None)
        assert set(states(world).values()) == {"exempt"}
        assert db.session.get_one(DueItem, (world.organ.tenant_id, election.id)).state == "open"


def test_planning_makes_what_comes_later_exempt_at_once_and_twice_is_once(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        grant(world)
        planned(world.organ)
        assert states(world) == {"2026-07": "exempt", "2026-08": "exempt"}
        with transaction():
            assert plan_year(SYSTEM, year=YEAR).counts() == {"added": 0, "mended": 0, "withdrawn": 0}


def test_a_returned_record_is_mended_and_not_spared(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        july = next(item for item in items(world.organ.branch, "theme_day") if item.period == "2026-07")
        # A returned record is another's test; here it is enough that the item names one.
        with transaction():
            event_id = make_event(world.organ, world.organ.branch, world.organ["secretary"])
            db.session.execute(
                update(DueItem)
                .where(DueItem.id == july.id)
                .values(returned_event_id=event_id, reason="returned")
                .execution_options(synchronize_session="fetch")
            )
        assert grant(world)[1] == 1
        with transaction():
            plan_year(SYSTEM, year=YEAR)
        db.session.expire_all()
        kept = db.session.get_one(DueItem, (world.organ.tenant_id, july.id))
        assert (kept.state, kept.reason) == ("open", "returned")


def test_spans_may_overlap_and_the_other_one_still_spares(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        first, _count = grant(world)
        second, count = grant(
            world, since=date(2026, 8, 1), until=date(2026, 10, 31), form_key="two", reason="搬迁"
        )
        assert count == 2
        with transaction():
            end = end_exemption(
                ADMIN, exemption=first, unit=unit(world.organ.branch), reason="授予有误", past=True
            )
        assert end == 2
        assert states(world) == {"2026-08": "exempt", "2026-09": "exempt", "2026-10": "exempt"}
        reasons = {item.period: item.reason for item in items(world.organ.branch, "theme_day", "exempt")}
        assert reasons["2026-08"] == "搬迁"
        assert second.ended_at is None


@pytest.mark.parametrize(("past", "open_again"), [(False, 2), (True, 5)])
def test_taking_back_opens_what_is_to_come_and_what_is_past_only_if_said(
    past: bool, open_again: int, app: Flask, world: World
) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        exemption, count = grant(world, since=date(2026, 8, 1), until=date(2026, 12, 31))
        assert count == 5
        with transaction():
            assert (
                end_exemption(
                    ADMIN, exemption=exemption, unit=unit(world.organ.branch), reason="已复工", past=past
                )
                == open_again
            )
        expected = {} if past else {"2026-08": "exempt", "2026-09": "exempt", "2026-10": "exempt"}
        assert states(world) == expected
        with transaction():
            plan_year(SYSTEM, year=YEAR)
            assert (
                end_exemption(
                    ADMIN, exemption=exemption, unit=unit(world.organ.branch), reason="再一次", past=True
                )
                == 0
            )
        assert states(world) == expected


def test_the_same_form_grants_once_and_the_own_unit_grants_nothing(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        first, _count = grant(world)
        again, count = grant(world)
        assert (again.id, count) == (first.id, 0)
        branch = unit(world.organ.branch)
        own = Actor(name="own", grants=(Grant("officer", branch.id, branch.path, branch.name),))
        with pytest.raises(Forbidden):
            grant_exemption(own, unit=branch, kinds=None, form_key="own", **SUMMER)  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            end_exemption(own, exemption=first, unit=branch, reason="x", past=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": date(2026, 7, 9)}, "until"),
        ({"until": date(2036, 7, 9)}, "until"),
        ({"since": date(1999, 1, 1), "until": date(1999, 2, 1)}, "since"),
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["term_election"]}, "kinds"),
        ({"kinds": ["union_assembly"]}, "kinds"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    changes: dict[str, object], field: str, app: Flask, world: World
) -> None:
    with inside(app, world.organ):
        with pytest.raises(Invalid) as refused:
            grant(world, **changes)
        assert field in refused.value.fields
        assert db.session.scalars(select(Exemption.id)).all() == []


def test_a_neighbours_period_spares_nobody_here(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        grant(world)
    with inside(app, world.union):
        planned(world.union)
        assert db.session.scalars(select(Exemption.id)).all() == []
        assert db.session.scalars(select(DueItem.id).where(DueItem.state == "exempt")).all() == []


def test_a_void_record_leaves_the_duty_spared_where_a_period_stands(app: Flask, world: World) -> None:
    with inside(app, world.organ):
        planned(world.organ)
        july = next(item for item in items(world.organ.branch, "theme_day") if item.period == "2026-07")
        with transaction():
            event_id = make_event(world.organ, world.organ.branch, world.organ["secretary"])
            event = db.session.execute(select(Event).where(Event.id == event_id)).scalar_one()
            fulfil([july.id], event, made_up=False)
        grant(world)
        assert states(world) == {"2026-07": "done", "2026-08": "exempt"}
        with transaction():
            void_record(ADMIN, event=event, reason="登记有误", version=event.version)
        assert states(world) == {"2026-07": "exempt", "2026-08": "exempt"}
