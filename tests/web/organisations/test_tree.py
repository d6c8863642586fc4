"""The tree through its pages: what is shown to whom, and every step of its change."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.audit import AuditEntry
from shared.db import db, transaction
from shared.duties.models import DueItem, Rule
from shared.organisations.models import Unit, UnitChange, UnitTerm
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
REASON = "机关党委〔2026〕3号"


def unit(app: Flask, world: World, unit_id: int) -> Unit:
    with app.app_context(), tenant(world.organ.tenant_id):
        found: Unit = db.session.execute(select(Unit).where(Unit.id == unit_id)).scalar_one()
        db.session.remove()
    return found


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "name": "测绘党支部",
        "kind": "party_branch",
        "sector": "organ",
        "duties_since": "2026-01-01",
        "reason": REASON,
        **changes,
    }


def test_the_tree_begins_at_the_reach_and_shows_one_level(world: World, enter: Enter) -> None:
    whole = enter(world.organ["admin"]).get("/organisations").text
    assert "root" in whole
    assert "middle" in whole
    assert "other branch" in whole
    officer = enter(world.organ["officer"]).get("/organisations").text
    assert "middle" in officer
    assert "other branch" not in officer
    assert "union" not in officer


@pytest.mark.parametrize(
    ("role", "target", "status"),
    [
        ("admin", "branch", 200),
        ("auditor", "root", 200),
        ("officer", "branch", 200),
        ("officer", "other_branch", 403),
        ("secretary", "branch", 200),
        ("secretary", "middle", 403),
        ("member", "branch", 403),
    ],
)
def test_who_sees_a_unit(world: World, enter: Enter, role: str, target: str, status: int) -> None:
    client = enter(world.organ[role])
    assert client.get(f"/organisations/{getattr(world.organ, target)}").status_code == status
    assert client.get(f"/organisations/{getattr(world.organ, target)}/below").status_code == status


def test_a_neighbours_unit_is_not_there(world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    for page in ("", "/below", "/change", "/move", "/dissolve", "/add"):
        assert client.get(f"/organisations/{world.union.branch}{page}").status_code == 404
    assert client.post(f"/organisations/{world.union.branch}/add", data=fields()).status_code == 404


@pytest.mark.parametrize("role", ["officer", "leader", "secretary", "auditor", "member"])
def test_only_the_admin_changes_the_tree(world: World, enter: Enter, role: str) -> None:
    client = enter(world.organ[role])
    for page in ("add", "change", "move", "dissolve"):
        assert client.post(f"/organisations/{world.organ.branch}/{page}", data=fields()).status_code == 403


def test_a_unit_is_set_up_with_its_terms_and_history(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    answer = client.post(f"/organisations/{world.organ.middle}/add", data=fields(founded_on="2018-05-19"))
    assert answer.status_code == 303
    made = unit(app, world, int(answer.location.rsplit("/", 1)[1]))
    assert made.path == unit(app, world, world.organ.middle).path + f"{made.id:010d}."
    page = client.get(answer.location).text
    assert "测绘党支部" in page
    assert REASON in page
    with app.app_context(), tenant(world.organ.tenant_id):
        terms = set(db.session.scalars(select(UnitTerm.term).where(UnitTerm.unit_id == made.id)))
        assert {"chdzb", "cehuidangzhibu", "测绘党支部"} <= terms
        assert db.session.scalar(select(AuditEntry.verb).where(AuditEntry.object_id == made.id)) == "unit.add"
        db.session.remove()
    again = client.post(f"/organisations/{world.organ.middle}/add", data=fields())
    assert again.status_code == 422
    assert "同一位置已有同名单位" in again.text or "already a unit of this name" in again.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"name": "党" * 121},
        {"kind": "party_group"},
        {"kind": "primary_union_committee"},
        {"founded_on": "2199-01-01"},
        {"founded_on": "1875-01-01"},
        {"founded_on": "31.2.2020"},
        {"founded_on": "2020-01-01", "term_ends_on": "2019-01-01"},
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, enter: Enter, wrong: dict[str, str]
) -> None:
    answer = enter(world.organ["admin"]).post(
        f"/organisations/{world.organ.middle}/add", data=fields(**wrong)
    )
    assert answer.status_code == 422
    assert "jc-err" in answer.text


def test_a_move_takes_everything_below_along(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    made = client.post(
        f"/organisations/{world.organ.root}/add", data=fields(name="二总支", kind="general_branch")
    )
    to = int(made.location.rsplit("/", 1)[1])
    group = client.post(
        f"/organisations/{world.organ.branch}/add", data=fields(name="一小组", kind="party_group")
    ).location
    answer = client.post(
        f"/organisations/{world.organ.branch}/move", data={"parent_id": to, "reason": REASON}
    )
    assert answer.status_code == 303
    branch = unit(app, world, world.organ.branch)
    assert branch.path == unit(app, world, to).path + f"{branch.id:010d}."
    below = unit(app, world, int(group.rsplit("/", 1)[1]))
    assert below.path == branch.path + f"{below.id:010d}."
    # The officer of the old superior sees it no longer.
    assert enter(world.organ["officer"]).get(f"/organisations/{branch.id}").status_code == 403
    with app.app_context(), tenant(world.organ.tenant_id):
        change = db.session.execute(
            select(UnitChange).where(UnitChange.unit_id == branch.id, UnitChange.what == "move")
        ).scalar_one()
        assert change.reason == REASON
        assert change.after == "二总支"
        db.session.remove()


def test_a_circle_is_refused(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    inner = client.post(
        f"/organisations/{world.organ.root}/add", data=fields(name="甲党委", kind="organ_committee")
    ).location.rsplit("/", 1)[1]
    deeper = client.post(
        f"/organisations/{inner}/add", data=fields(name="乙党委", kind="organ_committee")
    ).location.rsplit("/", 1)[1]
    before = unit(app, world, int(inner)).path
    answer = client.post(f"/organisations/{inner}/move", data={"parent_id": deeper, "reason": REASON})
    assert answer.status_code == 422
    assert unit(app, world, int(inner)).path == before
    own = client.post(f"/organisations/{inner}/move", data={"parent_id": inner, "reason": REASON})
    assert own.status_code == 422


def test_a_move_to_a_neighbour_or_without_reason_is_refused(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    before = unit(app, world, world.organ.branch).path
    stranger = client.post(
        f"/organisations/{world.organ.branch}/move", data={"parent_id": world.union.root, "reason": REASON}
    )
    assert stranger.status_code == 404
    silent = client.post(f"/organisations/{world.organ.branch}/move", data={"parent_id": world.organ.root})
    assert silent.status_code == 422
    assert unit(app, world, world.organ.branch).path == before


def test_a_unit_with_people_or_units_is_not_dissolved(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    for target in (world.organ.branch, world.organ.middle):
        answer = client.post(f"/organisations/{target}/dissolve", data={"on": "2026-01-05", "reason": REASON})
        assert answer.status_code == 422
        assert unit(app, world, target).state == "active"
    empty = client.post(f"/organisations/{world.organ.middle}/add", data=fields(name="空支部")).location
    key = int(empty.rsplit("/", 1)[1])
    done = client.post(f"/organisations/{key}/dissolve", data={"on": "2026-01-05", "reason": REASON})
    assert done.status_code == 303
    assert unit(app, world, key).state == "dissolved"
    assert client.get(empty).status_code == 200
    beside = client.get(f"/organisations/{world.organ.middle}/below").text
    assert "branch" in beside
    assert "空支部" not in beside
    twice = client.post(f"/organisations/{key}/dissolve", data={"on": "2026-01-05", "reason": REASON})
    assert twice.status_code == 409


def test_a_new_name_needs_a_reason_and_is_found(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["admin"])
    silent = client.post(
        f"/organisations/{world.organ.branch}/change", data=fields(name="單縣支部", reason="")
    )
    assert silent.status_code == 422
    done = client.post(f"/organisations/{world.organ.branch}/change", data=fields(name="單縣支部"))
    assert done.status_code == 303
    for words in ("单县", "shanxian", "danxian", "sxzb", "縣支部"):
        assert (
            f"/organisations/{world.organ.branch}" in client.get("/search", query_string={"q": words}).text
        ), words
    assert f'"/organisations/{world.organ.branch}"' in client.get("/organisations?q=sx").text


def test_a_big_tree_costs_the_same_queries(
    app: Flask, world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(world.organ["admin"])
    client.get(f"/organisations/{world.organ.middle}")
    with count_queries() as before:
        assert client.get(f"/organisations/{world.organ.middle}").status_code == 200
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        parent = db.session.execute(select(Unit).where(Unit.id == world.organ.middle)).scalar_one()
        made = [
            Unit(parent_id=parent.id, path=f"{parent.path}x{n:09d}.", line="party", kind="party_branch",
                 name=f"第{n}党支部", duties_since=date(2026, 1, 1))
            for n in range(300)
        ]  # fmt: skip
        db.session.add_all(made)
        db.session.flush()
        for one in made:
            one.path = f"{parent.path}{one.id:010d}."
    with count_queries() as after:
        page = client.get(f"/organisations/{world.organ.middle}")
    assert page.text.count("党支部</a>") >= 300
    assert len(after) == len(before)
    assert len(after) <= 21
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalar(select(func.count()).select_from(Unit)) == 304
        db.session.remove()


def test_duties_follow_the_tree(app: Flask, world: World, enter: Enter) -> None:
    with app.app_context(), tenant(world.organ.tenant_id), transaction():
        db.session.add(
            Rule(
                key="monthly", kind="theme_day", unit_kinds=["party_branch"], cadence="month", level="unit",
                source="a test's own rule", grade="K", valid_from=date(2020, 1, 1),
            )
        )  # fmt: skip

    def states(unit_id: int) -> list[str]:
        with app.app_context(), tenant(world.organ.tenant_id):
            found = list(db.session.scalars(select(DueItem.state).where(DueItem.unit_id == unit_id)))
            db.session.remove()
        return found

    with Clock().at("2026-06-10"):
        client = enter(world.organ["admin"])
        made = client.post(f"/organisations/{world.organ.middle}/add", data=fields(duties_since="2026-04-01"))
        key = int(made.location.rsplit("/", 1)[1])
        assert states(key) == ["open"] * 9
        later = fields(duties_since="2026-07-01")
        assert client.post(f"/organisations/{key}/change", data=later).status_code == 303
        assert sorted(states(key)) == ["open"] * 6 + ["withdrawn"] * 3
        end = {"on": "2026-06-10", "reason": REASON}
        assert client.post(f"/organisations/{key}/dissolve", data=end).status_code == 303
        assert states(key) == ["withdrawn"] * 9
