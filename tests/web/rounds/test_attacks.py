"""Rounds under attack, once more: people and units that leave, and the own unit by every way in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.rounds.test_rating import MARKS, take, vote
from tests.web.rounds.test_results import decided  # noqa: F401
from tests.web.rounds.test_to_the_end import Stage, appointed, reviewed, stage, state_of  # noqa: F401
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Change = Callable[..., None]
Sheet = dict[str, int]


# What leaves while the round runs.


def test_a_unit_dissolved_before_confirmation_waits_for_nobody_and_has_no_grade(
    world: World,
    rows: Rows,
    change: Change,
    stage: Stage,  # noqa: F811
) -> None:
    appointed(stage)
    change(
        world.organ,
        "update unit set state = 'dissolved', ended_on = current_date where id = :u",
        u=stage.unit,
    )
    assert "待评审" not in stage.reviewer.get("/").text
    stage.step("confirm")
    assert state_of(rows, world, stage) == "confirmed"
    [(rate, grade)] = rows(
        world.organ, "select rate, grade from assessment_entry where id = :id", id=stage.entry
    )
    assert (rate, grade) == (None, None)


def test_a_unit_dissolved_after_confirmation_keeps_its_result(
    world: World,
    rows: Rows,
    change: Change,
    stage: Stage,  # noqa: F811
) -> None:
    reviewed(stage)
    stage.step("confirm")
    read = "select earned, possible, rate from assessment_entry where id = :id"
    before = rows(world.organ, read, id=stage.entry)
    assert before[0][2] is not None
    change(
        world.organ,
        "update unit set state = 'dissolved', ended_on = current_date where id = :u",
        u=stage.unit,
    )
    stage.step("publish", appeal_until="2199-06-30")
    assert state_of(rows, world, stage) == "published"
    assert rows(world.organ, read, id=stage.entry) == before
    for path in (f"/rounds/{stage.id}/results", f"/rounds/results/{stage.entry}"):
        assert stage.holder.get(path).status_code == 200, path


def test_units_of_a_reviewer_who_left_are_given_to_others(
    world: World,
    enter: Enter,
    rows: Rows,
    change: Change,
    stage: Stage,  # noqa: F811
) -> None:
    appointed(stage)
    change(
        world.organ,
        "update role_grant set ended_at = now() where person_id = :p",
        p=stage.reviewer_id,
    )
    assert stage.reviewer.get(stage.address).status_code in (303, 403)
    other = world.organ["admin"]
    stage.holder.post(
        f"/rounds/{stage.id}/reviewers", data={"person_id": str(other.person_id), "line_id": ""}
    )
    given = rows(
        world.organ,
        "select count(*) from assessment_reviewer where round_id = :r and person_id = :p and unit_id = :u",
        r=stage.id,
        p=other.person_id,
        u=stage.unit,
    )
    assert given == [(1,)]


def test_a_unit_moved_to_another_superior_stays_in_the_round(
    world: World, enter: Enter, change: Change, opened: int, entry_id: int
) -> None:
    organ = world.organ
    change(
        organ,
        "update unit set parent_id = :root, path = (select path from unit where id = :root)"
        " || lpad(id::text, 10, '0') || '.' where id = :id",
        root=organ.root,
        id=organ.branch,
    )
    officer, admin = enter(organ["officer"]), enter(organ["admin"])
    inside = ("", "/decide", "/reviewers")
    for path in ("/rounds", "/", *(f"/rounds/{opened}{end}" for end in inside)):
        assert officer.get(path).status_code < 400, path
        assert admin.get(path).status_code < 400, path
    # The officer's right ends where the officer's part of the tree ends; whoever reaches both goes on.
    assert officer.get(f"/rounds/entries/{entry_id}").status_code in (200, 403)
    assert admin.get(f"/rounds/entries/{entry_id}").status_code == 200
    assert enter(organ["secretary"]).get(f"/rounds/entries/{entry_id}").status_code == 200


def test_a_scheme_retired_meanwhile_goes_on_counting_its_round(
    world: World,
    rows: Rows,
    change: Change,
    stage: Stage,  # noqa: F811
) -> None:
    change(
        world.organ,
        "update assessment_scheme set state = 'retired', enabled = false where id = :s",
        s=stage.sheet["scheme"],
    )
    reviewed(stage)
    stage.step("confirm")
    assert state_of(rows, world, stage) == "confirmed"


# The own unit, by every way in.


@pytest.mark.parametrize("ends", ["2199-12-31", None])
def test_whoever_still_belongs_to_a_unit_does_not_review_it(
    world: World,
    change: Change,
    rows: Rows,
    stage: Stage,  # noqa: F811
    ends: str | None,
) -> None:
    appointed(stage)
    # A membership that is known to end one day is one until then.
    change(
        world.organ,
        "update membership set unit_id = :u, until = cast(:until as date) where person_id = :p",
        p=stage.reviewer_id,
        u=stage.unit,
        until=ends,
    )
    stage.reviewer.post(
        stage.address,
        data={
            f"was-{stage.unit}-{stage.sheet['must']}": "|0|0|",
            f"revision-{stage.unit}-{stage.sheet['must']}": "1",
            f"points-{stage.unit}-{stage.sheet['must']}": "10",
        },
    )
    assert rows(world.organ, "select count(*) from assessment_mark where points is not null") == [(0,)]


def test_nobody_chooses_the_ballot_that_rates_the_own_unit(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    organ = world.organ
    poll_id = vote(world, enter, unit_id=organ.branch, by=organ["secretary"], key="9")
    take(enter(organ["officer"]), entry_id, sheet["rating"], poll_id)
    assert rows(organ, MARKS, l=sheet["rating"]) == []


def test_a_vote_of_another_tenant_rates_nothing(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int, change: Change
) -> None:
    organ = world.organ
    assert organ.colleague is not None
    change(
        organ,
        "insert into role_grant (person_id, role, since) values (:key, 'admin', '2026-01-01')",
        key=organ.colleague.person_id,
    )
    change(
        world.union,
        "insert into poll (unit_id, kind, title, way, minimum, state, closed_at, form_key)"
        " values (:u, 'secretary_report', 'x', 'paper', 5, 'draft', null, 'foreign')",
        u=world.union.branch,
    )
    [(poll_id,)] = rows(world.union, "select id from poll where form_key = 'foreign'")
    assert take(enter(organ.colleague), entry_id, sheet["rating"], poll_id) == 404
    assert rows(organ, MARKS, l=sheet["rating"]) == []
