"""Executing a reorganisation on real rows, and taking it back: what moves, what ends, what stays."""

import threading
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Invalid
from shared.organisations.actions import move_unit
from shared.organisations.models import Unit
from shared.reforms import actions
from tests.factories.clock import Clock
from tests.factories.reforms import Office
from tests.world import World

DAY = "2026-11-22"


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    return Office(app, world.organ)


def test_a_merge_carries_everything_over_and_is_undone_exactly(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=4)
        second = office.unit("第二支部", office.side.middle, people=3)
        group = office.unit("第一小组", first, "party_group", people=2)
        office.plan()
        before = office.snapshot()
        reform = office.draft({"operation": "merge", "unit_id": first, "into_id": second})
        looked = office.look(reform)
        assert looked.good, looked.refused
        assert looked.before.people == looked.after.people == 9
        assert looked.after.units == looked.before.units - 1
        office.execute(reform)
    assert office.rows("select state, followed_by, ended_on from unit where id = :id", id=first) == [
        ("dissolved", second, date(2026, 11, 22))
    ]
    assert office.one("select parent_id from unit where id = :id", id=group) == second
    path = office.one("select path from unit where id = :id", id=second)
    assert office.one("select path from unit where id = :id", id=group) == f"{path}{group:010d}."
    assert office.one("select count(*) from membership where unit_id = :id and until is null", id=second) == 7
    assert office.one(
        "select count(*) from membership where unit_id = :id and end_reason = 'reformed' and ended_by = :reform",
        id=first, reform=reform,
    ) == 4  # fmt: skip
    assert office.one("select count(*) from post where unit_id = :id and until is null", id=first) == 0
    assert (
        office.one("select count(*) from role_grant where unit_id = :id and ended_at is null", id=first) == 0
    )
    # Both owed the same; the continuing unit owes it once.
    assert office.one("select count(*) from due_item where unit_id = :id and state = 'open'", id=first) == 0
    assert office.one("select count(*) from due_item where unit_id = :id and reason = 'merged'", id=first) > 0
    with Clock().at("2026-11-23"):
        office.undo(reform)
    assert office.snapshot() == before
    assert office.one("select state from reform where id = :id", id=reform) == "undone"
    assert (
        office.one("select what from unit_change where unit_id = :id order by id desc limit 1", id=first)
        == "undo"
    )


def test_branches_under_a_new_general_branch(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.root, people=4)
        second = office.unit("第二支部", office.side.root, people=3)
        office.plan()
        before = office.snapshot()
        reform = office.draft(
            {
                "operation": "set_up",
                "into_id": office.side.root,
                "name": "机关党总支",
                "kind": "general_branch",
            },
            {"operation": "move", "unit_id": first, "into_step": 0},
            {"operation": "move", "unit_id": second, "into_step": 0},
            {"operation": "rename", "unit_id": second, "name": "第三支部"},
        )
        office.execute(reform)
        [made] = office.made(reform)
        path = office.one("select path from unit where id = :id", id=made)
        for unit in (first, second):
            assert office.one("select path from unit where id = :id", id=unit) == f"{path}{unit:010d}."
        assert office.one("select count(*) from due_item where unit_id = :id", id=made) > 0
        assert office.rows(
            "select since, until, name, parent_id from unit_version where unit_id = :id order by since, id",
            id=second,
        ) == [
            (date(2015, 1, 1), date(2026, 11, 22), "第二支部", office.side.root),
            (date(2026, 11, 22), None, "第三支部", made),
        ]
        assert ("jgdzz",) in office.rows("select term from unit_term where unit_id = :id", id=made)
        office.undo(reform)
    assert office.snapshot() == before


def test_what_was_held_is_not_asked_again_of_a_new_unit(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.root, people=4)
        second = office.unit("第二支部", office.side.root, people=3)
        office.plan()
        office.run(
            "with held as (insert into event (unit_id, kind, title, held_on, form_key)"
            " values (:unit, 'theme_day', 't', '2026-11-05', 'k') returning id)"
            " update due_item set state = 'done', event_id = held.id from held"
            " where unit_id = :unit and kind = 'theme_day' and period = '2026-11'",
            unit=first,
        )
        before = office.snapshot()
        reform = office.draft(
            {"operation": "set_up", "into_id": office.side.root, "name": "联合支部", "kind": "joint_branch"},
            {"operation": "merge", "unit_id": first, "into_step": 0},
            {"operation": "merge", "unit_id": second, "into_step": 0},
        )
        office.execute(reform)
        [made] = office.made(reform)
        assert office.rows(
            "select state, reason from due_item where unit_id = :id and kind = 'theme_day' and period = '2026-11'",
            id=made,
        ) == [("exempt", "held_before_reform")]
        open_items = office.rows(
            "select kind, period, ordinal, count(*) from due_item where unit_id = :id and state = 'open'"
            " group by 1, 2, 3",
            id=made,
        )
        assert open_items
        assert {count for *_key, count in open_items} == {1}
        # Planning again leaves alone what followed.
        followed = office.one(
            "select count(*) from due_item where unit_id = :id and followed_from is not null", id=made
        )
        office.plan()
        assert followed == office.one(
            "select count(*) from due_item where unit_id = :id and followed_from is not null and state <> 'withdrawn'",
            id=made,
        )
        office.undo(reform)
    assert office.snapshot() == before


def test_a_split_and_a_hand_over(office: Office) -> None:
    with Clock().at(DAY):
        big = office.unit("大支部", office.side.root, people=8)
        going = office.unit("外迁总支", office.side.root, "general_branch")
        below = office.unit("外迁支部", going, people=5)
        chosen = [
            key
            for (key,) in office.rows(
                "select person_id from membership where unit_id = :id order by 1 limit 3", id=big
            )
        ]
        office.plan()
        before = office.snapshot()
        reform = office.draft(
            {"operation": "split", "unit_id": big, "name": "小支部", "people": chosen},
            {"operation": "hand_over", "unit_id": going, "receiver": "某某区委"},
        )
        looked = office.look(reform)
        assert looked.good, looked.refused
        assert looked.after.people == looked.before.people - 5
        assert looked.after.posts == looked.before.posts - 2
        office.execute(reform)
        [made] = office.made(reform)
        assert office.rows(
            "select unit_id, count(*) from membership where until is null and unit_id in (:a, :b)"
            " group by 1 order by 1",
            a=big, b=made,
        ) == [(big, 5), (made, 3)]  # fmt: skip
        assert office.rows("select distinct end_reason from membership where unit_id = :id", id=below) == [
            ("transferred",)
        ]
        assert office.one("select count(*) from person where state = 'left'") == 5
        assert office.rows("select distinct state, reason from due_item where unit_id = :id", id=below) == [
            ("withdrawn", "handed_over")
        ]
        assert office.rows("select state, followed_by from unit where id in (:a, :b)", a=going, b=below) == [
            ("dissolved", None), ("dissolved", None)
        ]  # fmt: skip
        office.undo(reform)
    assert office.snapshot() == before


def test_another_kind_is_planned_by_its_rules_and_back(office: Office) -> None:
    with Clock().at(DAY):
        unit = office.unit("升格支部", office.side.root, people=4)
        office.plan()
        before = office.snapshot()
        reform = office.draft(
            {"operation": "upgrade", "unit_id": unit, "kind": "general_branch", "name": "升格总支"}
        )
        office.execute(reform)
        assert office.rows("select name, kind from unit where id = :id", id=unit) == [
            ("升格总支", "general_branch")
        ]
        assert (
            office.one("select count(*) from due_item where unit_id = :id and reason = 'not_asked'", id=unit)
            > 0
        )
        office.undo(reform)
    assert office.snapshot() == before


def test_an_undo_is_refused_as_long_as_something_was_built_on_it(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=4)
        second = office.unit("第二支部", office.side.middle, people=3)
        office.plan()
        reform = office.draft({"operation": "merge", "unit_id": first, "into_id": second})
        office.execute(reform)
        office.run(
            "insert into event (unit_id, kind, title, held_on, form_key)"
            " values (:unit, 'theme_day', 't', '2026-11-22', 'k')",
            unit=second,
        )
        before = office.snapshot()
        with pytest.raises(Conflict):
            office.undo(reform)
        assert office.snapshot() == before


def test_it_is_executed_once_from_its_day_and_as_it_was_looked_at(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=1)
        reform = office.draft({"operation": "rename", "unit_id": first, "name": "新名"}, on=date(2026, 12, 1))
        assert office.look(reform).good
        with pytest.raises(Invalid):
            office.execute(reform)
    with Clock().at("2026-12-01"):
        assert today() == date(2026, 12, 1)
        office.execute(reform)
        with pytest.raises(Conflict):
            office.execute(reform)
        office.undo(reform)
        with pytest.raises(Conflict):
            office.undo(reform)


def test_two_executions_at_once_one_wins_and_the_other_is_told(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=4)
        second = office.unit("第二支部", office.side.middle, people=3)
        reform = office.draft({"operation": "merge", "unit_id": first, "into_id": second})
        start = threading.Barrier(2)
        told: list[str] = []

        def run() -> None:
            start.wait(timeout=20)
            try:
                office.execute(reform)
                told.append("done")
            except Conflict:
                told.append("told")

        threads = [threading.Thread(target=run) for _n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert sorted(told) == ["done", "told"]
    assert office.one("select count(*) from membership where unit_id = :id and until is null", id=second) == 7


def test_somebody_who_comes_while_it_is_executed_is_not_lost(office: Office) -> None:
    """A membership that was being written when the unit was locked is counted, or the whole is refused."""
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=2)
        second = office.unit("第二支部", office.side.middle, people=2)
        [late] = office.people(second, 1)
        office.run("delete from membership where person_id = :id", id=late)
        reform = office.draft({"operation": "merge", "unit_id": first, "into_id": second})
        inserted, may_end = threading.Event(), threading.Event()

        def come() -> None:
            with office.open(), transaction():
                db.session.execute(
                    text(
                        "insert into membership (person_id, unit_id, kind, status, since)"
                        " values (:person, :unit, 'party', 'full', '2026-11-22')"
                    ),
                    {"person": late, "unit": first},
                )
                inserted.set()
                may_end.wait(timeout=20)

        thread = threading.Thread(target=come)
        thread.start()
        assert inserted.wait(timeout=20)
        threading.Timer(0.5, may_end.set).start()
        # The execution waits for the one who is being entered.
        office.execute(reform)
        thread.join(timeout=20)
    assert office.one("select count(*) from membership where unit_id = :id and until is null", id=first) == 0
    assert office.one("select count(*) from membership where unit_id = :id and until is null", id=second) == 5


def test_a_killed_execution_leaves_nothing(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=4)
        second = office.unit("第二支部", office.side.middle, people=3)
        reform = office.draft({"operation": "merge", "unit_id": first, "into_id": second})
        before = office.snapshot()

        def killed(done: int, total: int) -> None:
            if done == total - 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), office.open(), transaction():
            actions.execute(SYSTEM, reform_id=reform, version=office_version(reform), beat=killed)
        assert office.snapshot() == before
        office.execute(reform)


def office_version(reform_id: int) -> int:
    version: int = db.session.execute(
        text("select version from reform where id = :id"), {"id": reform_id}
    ).scalar_one()
    return version


def test_a_transfer_that_waits_holds_the_unit(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=1)
        second = office.unit("第二支部", office.side.middle, people=1)
        office.run(
            "insert into transfer (line, direction, route, person_id, from_unit_id, other_name, effective_on,"
            " expires_on, form_key) select 'party', 'out', 'outside', person_id, unit_id, '某某党委', '2026-11-22',"
            " '2027-01-22', 'k' from membership where unit_id = :id",
            id=first,
        )
        reform = office.draft({"operation": "merge", "unit_id": first, "into_id": second})
        [[refused]] = office.look(reform).refused.values()
        assert "1" in refused.text


def test_what_stands_beside_the_tree_ends_with_the_unit_and_comes_back(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=2)
        second = office.unit("第二支部", office.side.middle, people=2)
        person = office.one("select max(person_id) from membership where unit_id = :id", id=first)
        office.run(
            "insert into tenure (unit_id, number, began_on, ends_on) values (:id, 1, '2025-01-01', '2028-01-01')",
            id=first,
        )
        office.run(
            "insert into mobile_stay (person_id, unit_id, direction, reason, place, since)"
            " values (:person, :id, 'out', 'work', '某地', '2026-01-01')",
            person=person,
            id=first,
        )
        before = office.snapshot()
        reform = office.draft({"operation": "merge", "unit_id": first, "into_id": second})
        office.execute(reform)
        assert office.one("select closed_on from tenure where unit_id = :id", id=first) == date(2026, 11, 22)
        assert office.one("select unit_id from mobile_stay where person_id = :id", id=person) == second
        office.undo(reform)
    assert office.snapshot() == before


def test_an_undo_finds_its_way_when_others_moved_since(office: Office) -> None:
    """Paths are worked out anew: a superior that was moved by hand takes what comes back along."""
    with Clock().at(DAY):
        above = office.unit("上级总支", office.side.root, "general_branch")
        branch = office.unit("地质支部", above, people=2)
        group = office.unit("第一小组", branch, "party_group", people=2)
        other = office.unit("另一总支", office.side.root, "general_branch")
        committee = office.unit("二级党委", office.side.root, "organ_committee")
        reform = office.draft({"operation": "move", "unit_id": branch, "into_id": other})
        office.execute(reform)
        late = office.unit("第二小组", branch, "party_group")
        with office.open(), transaction():
            move_unit(
                SYSTEM,
                db.session.get_one(Unit, (office.side.tenant_id, above)),
                to=db.session.get_one(Unit, (office.side.tenant_id, committee)),
                reason="x",
            )
        office.undo(reform)
    path = office.one("select path from unit where id = :id", id=above)
    assert f"{committee:010d}." in path
    for unit in (group, late):
        assert (
            office.one("select path from unit where id = :id", id=unit) == f"{path}{branch:010d}.{unit:010d}."
        )


def test_a_later_reform_is_undone_first(office: Office) -> None:
    with Clock().at(DAY):
        branch = office.unit("地质支部", office.side.root, people=2)
        office.plan()
        before = office.snapshot()
        first = office.draft({"operation": "rename", "unit_id": branch, "name": "甲支部"})
        office.execute(first)
        second = office.draft({"operation": "rename", "unit_id": branch, "name": "乙支部"})
        office.execute(second)
        with pytest.raises(Conflict):
            office.undo(first)
        office.undo(second)
        office.undo(first)
    assert office.snapshot() == before


def test_whoever_holds_a_unit_for_long_is_named_not_crashed_upon(office: Office) -> None:
    with Clock().at(DAY):
        first = office.unit("第一支部", office.side.middle, people=1)
        reform = office.draft({"operation": "rename", "unit_id": first, "name": "新名支部"})
        held, may_end = threading.Event(), threading.Event()

        def hold() -> None:
            with office.open(), transaction():
                db.session.execute(text("select id from unit where id = :id for share"), {"id": first})
                held.set()
                may_end.wait(timeout=30)

        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(timeout=20)
        with office.open():
            version = office_version(reform)
            db.session.execute(text("set local lock_timeout = '200ms'"))
            with pytest.raises(Conflict):
                actions.execute(SYSTEM, reform_id=reform, version=version)
        may_end.set()
        thread.join(timeout=20)
        office.execute(reform)
