"""Grades after an appraisal through the pages: by name, capped, told to each alone."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services.worker.messages import send_waiting
from shared.ballots.actions.drafting import full_members
from shared.ballots.models import Poll, PollGrade
from shared.ballots.queries.grades import rating_of
from shared.db import db
from shared.messages.models import Delivery, Occasion
from shared.tenancy import tenant
from tests.web.ballots.test_secret_votes import ROLES, cast, drafted, item_ids, opened
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]


@pytest.fixture
def appraised(app: Flask, world: World, enter: Enter) -> tuple[int, list[int]]:
    """A closed appraisal of the eight people of the branch; (poll, who is graded)."""
    keeper = enter(world.organ["secretary"])
    with app.app_context(), tenant(world.organ.tenant_id):
        names = "\n".join(name for _key, name in full_members(world.organ.branch))
        db.session.remove()
    poll_id = drafted(
        keeper, world.organ.branch, kind="appraisal", title="民主评议党员", items=names, seats=""
    )
    assert opened(keeper, poll_id).status_code == 303
    items = item_ids(world.organ, poll_id)
    for role in ROLES:
        answer = cast(enter(world.organ[role]), poll_id, dict.fromkeys(items, "qualified"))
        assert answer.status_code == 200, answer.text
    keeper.post(f"/ballots/{poll_id}/close")
    return poll_id, sorted(world.organ[role].person_id or 0 for role in ROLES)


def sent(people: list[int], best: int) -> dict[str, str]:
    return {
        f"grade-{key}": "excellent" if number < best else "qualified" for number, key in enumerate(people)
    }


def test_at_most_a_third_get_the_best_grade(
    app: Flask, world: World, enter: Enter, appraised: tuple[int, list[int]]
) -> None:
    poll_id, people = appraised
    keeper = enter(world.organ["secretary"])
    refused = keeper.post(f"/ballots/{poll_id}/grades", data=sent(people, 3))
    assert refused.status_code == 422
    assert "最多 2 人" in refused.text
    # What was chosen still stands in the form.
    assert refused.text.count('value="excellent" selected') == 3
    assert keeper.post(f"/ballots/{poll_id}/grades", data=sent(people, 2)).status_code == 303
    with app.app_context(), tenant(world.organ.tenant_id):
        rows = db.session.scalars(select(PollGrade.grade).where(PollGrade.poll_id == poll_id)).all()
        assert sorted(rows) == ["excellent"] * 2 + ["qualified"] * 6
        db.session.remove()


def test_people_stand_by_name_whatever_they_got(
    world: World, enter: Enter, appraised: tuple[int, list[int]]
) -> None:
    poll_id, people = appraised
    keeper = enter(world.organ["secretary"])
    before = keeper.get(f"/ballots/{poll_id}/grades").text
    order = sorted(people, key=lambda key: before.index(f'name="grade-{key}"'))
    keeper.post(f"/ballots/{poll_id}/grades", data=sent(list(reversed(order)), 2))
    after = keeper.get(f"/ballots/{poll_id}/grades").text
    assert order == sorted(people, key=lambda key: after.index(f'name="grade-{key}"'))


def test_each_is_told_the_own_grade_once_and_nobody_elses(
    app: Flask, world: World, enter: Enter, appraised: tuple[int, list[int]]
) -> None:
    poll_id, people = appraised
    keeper = enter(world.organ["secretary"])
    mine = world.organ["member"].person_id
    keeper.post(
        f"/ballots/{poll_id}/grades", data={f"grade-{key}": "qualified" for key in people if key != mine}
    )
    # One of them has no grade yet: nobody is told.
    keeper.post(f"/ballots/{poll_id}/grades/tell")
    assert "还没有告知" in enter(world.organ["keeper"]).get("/ballots/grades").text
    keeper.post(
        f"/ballots/{poll_id}/grades", data={f"grade-{mine}": "excellent", f"remark-{mine}": "secret remark"}
    )
    for _twice in range(2):
        keeper.post(f"/ballots/{poll_id}/grades/tell")
    page = enter(world.organ["member"]).get("/ballots/grades").text
    assert "优秀" in page
    assert "secret remark" in page
    other = enter(world.organ["keeper"]).get("/ballots/grades").text
    assert "合格" in other
    assert "secret remark" not in other
    with app.app_context(), tenant(world.organ.tenant_id):
        told = (
            select(Delivery.person_id)
            .join(Occasion, Occasion.id == Delivery.occasion_id)
            .where(Occasion.kind == "grade", Delivery.channel == "in_app")
        )
        assert sorted(key or 0 for key in db.session.scalars(told)) == people
        send_waiting()
        bodies = db.session.scalars(select(Delivery.body).where(Delivery.channel == "in_app")).all()
        assert any(bodies)
        assert not any("secret remark" in (body or "") or "优秀" in (body or "") for body in bodies)
        db.session.remove()
    # What was told stands.
    keeper.post(f"/ballots/{poll_id}/grades", data={f"grade-{mine}": "unqualified"})
    assert "优秀" in enter(world.organ["member"]).get("/ballots/grades").text


def test_nobody_is_graded_before_the_close_or_from_outside(
    app: Flask, world: World, enter: Enter, appraised: tuple[int, list[int]]
) -> None:
    poll_id, people = appraised
    keeper = enter(world.organ["secretary"])
    early = drafted(
        keeper, world.organ.branch, kind="appraisal", title="下一次", items="甲", seats="", form_key="x"
    )
    assert keeper.get(f"/ballots/{early}/grades").status_code == 303
    stranger = world.union["member"].person_id
    keeper.post(f"/ballots/{poll_id}/grades", data={f"grade-{stranger}": "qualified"})
    assert world.organ.colleague is not None
    for other in (world.union["secretary"], world.organ.colleague, world.organ["member"]):
        answer = enter(other).post(f"/ballots/{poll_id}/grades", data=sent(people, 0))
        assert answer.status_code in (403, 404)
    wrong = keeper.post(f"/ballots/{poll_id}/grades", data={f"grade-{people[0]}": "best of all"})
    assert wrong.status_code == 422
    with app.app_context(), tenant(world.organ.tenant_id):
        assert db.session.scalars(select(PollGrade.id)).all() == []
        db.session.remove()


def test_a_rating_is_the_mean_of_the_weights_and_hidden_where_too_few_voted(
    app: Flask, world: World, enter: Enter
) -> None:
    keeper = enter(world.organ["secretary"])
    polls = []
    for number, voters in enumerate((8, 2)):
        poll_id = drafted(
            keeper,
            world.organ.branch,
            kind="secretary_report",
            title="述职测评",
            items="书记",
            seats="",
            form_key=f"rate{number}",
        )
        opened(keeper, poll_id)
        [item] = item_ids(world.organ, poll_id)
        for place, role in enumerate(ROLES[:voters]):
            cast(enter(world.organ[role]), poll_id, {item: "good" if place % 2 else "fair"})
        polls.append(poll_id)

    def ratings() -> list[float | None]:
        with app.app_context(), tenant(world.organ.tenant_id):
            rows = db.session.scalars(select(Poll).where(Poll.id.in_(polls)).order_by(Poll.id)).all()
            found = [rating_of(row) for row in rows]
            db.session.remove()
        return [None if one is None else round(float(one), 3) for one in found]

    assert ratings() == [None, None]
    for poll_id in polls:
        keeper.post(f"/ballots/{poll_id}/close")
    # Four times 1 and four times 0.6; of the other only two voted.
    assert ratings() == [0.8, None]
