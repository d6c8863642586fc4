"""述职评议考核 through the pages: asked, reported, composed of three parts, graded within the cap, published, used."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.assessments.actions.appraising import ladder
from shared.assessments.composition import composition
from shared.assessments.grades import Standing, grade_units
from shared.assessments.queries.appraisals import total_of
from shared.clock import today
from tests.web.rounds.test_lists import cells, offered
from tests.web.rounds.test_rating import vote
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
SECTIONS = {key: f"{key}的内容" for key in composition().sections}


@pytest.fixture
def asked(world: World, enter: Enter, rows: Rows) -> int:
    """The branch's report of this year, asked for by the unit above it."""
    organ = world.organ
    admin = enter(organ["admin"])
    address = f"/rounds/appraisals?holder_id={organ.middle}&year={today().year}"
    page = admin.get(address).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    data = {"holder_id": organ.middle, "year": today().year, "until": f"{today().year}-12-31"}
    answer = admin.post("/rounds/appraisals/open", data=data | {"seen": "99"})
    assert answer.status_code == 303
    assert rows(organ, "select id from appraisal") == []
    assert admin.post("/rounds/appraisals/open", data=data | {"seen": seen.group(1)}).status_code == 303
    # Asked twice, nothing is doubled.
    admin.post("/rounds/appraisals/open", data=data | {"seen": seen.group(1)})
    found = rows(organ, "select id from appraisal where unit_id = :u", u=organ.branch)
    assert len(found) == 1
    return int(found[0][0])


def hand_in(client: FlaskClient, appraisal_id: int, **more: str) -> int:
    data = SECTIONS | {"revision": "1", "act": "hand_in"} | more
    return client.post(f"/rounds/appraisals/{appraisal_id}/report", data=data).status_code


def test_the_report_is_whole_before_it_is_handed_in_and_nobody_overwrites(
    world: World, enter: Enter, rows: Rows, asked: int
) -> None:
    secretary = enter(world.organ["secretary"])
    assert hand_in(secretary, asked, causes="") == 422
    assert (
        "这里要填写"
        in secretary.post(
            f"/rounds/appraisals/{asked}/report",
            data=SECTIONS | {"causes": "", "revision": "1", "act": "hand_in"},
        ).text
    )
    assert hand_in(secretary, asked, act="keep") == 303
    # The second of two has the old revision.
    assert hand_in(secretary, asked, work="另一份") == 409
    assert hand_in(secretary, asked, revision="2") == 303
    assert rows(world.organ, "select state from appraisal where id = :a", a=asked) == [("handed_in",)]
    # What it came to is nobody's business below before it is published.
    assert "上级评价" not in secretary.get(f"/rounds/appraisals/{asked}").text


def test_the_parts_make_the_total_and_the_own_unit_is_never_appraised(
    world: World, enter: Enter, rows: Rows, asked: int, change: Callable[..., None]
) -> None:
    organ = world.organ
    colleague = organ.colleague
    assert colleague is not None
    change(
        organ,
        "insert into role_grant (person_id, role, since) values (:key, 'admin', '2026-01-01')",
        key=colleague.person_id,
    )
    other = enter(colleague)
    assert hand_in(enter(organ["secretary"]), asked) == 303
    poll_id = vote(world, enter, unit_id=organ.branch, by=organ["secretary"], key="app")
    data = {"superior": "90", "comment": "扎实，联系群众不够", "poll_id": str(poll_id), "revision": "2"}
    own = enter(organ["admin"]).post(f"/rounds/appraisals/{asked}/opinion", data=data)
    assert own.status_code == 303
    assert rows(organ, "select superior from appraisal where id = :a", a=asked) == [(None,)]
    address = f"/rounds/appraisals/{asked}/opinion"
    assert other.post(address, data=data | {"superior": "101"}).status_code == 422
    assert other.post(address, data=data | {"comment": ""}).status_code == 422
    assert other.post(address, data=data | {"poll_id": "999999"}).status_code == 422
    assert other.post(address, data=data).status_code == 303
    page = other.get(f"/rounds/appraisals/{asked}").text
    # Four good and four fair: 0.8 on the ballot; the daily part is still missing, so there is no total.
    assert "80.00" in page
    year = {"holder_id": organ.middle, "year": today().year}
    other.post("/rounds/appraisals/grade", data=year)
    assert rows(organ, "select grade from appraisal where id = :a", a=asked) == [(None,)]
    assert "缺项" in other.get(f"/rounds/appraisals?year={today().year}&holder_id={organ.middle}").text


def test_graded_published_and_taken_by_a_rating_line(
    world: World,
    enter: Enter,
    rows: Rows,
    asked: int,
    sheet: dict[str, int],
    entry_id: int,
    change: Callable[..., None],
) -> None:
    organ = world.organ
    colleague = organ.colleague
    assert colleague is not None
    change(
        organ,
        "insert into role_grant (person_id, role, since) values (:key, 'admin', '2026-01-01')",
        key=colleague.person_id,
    )
    other = enter(colleague)
    change(organ, "delete from appraisal where id <> :a", a=asked)
    assert hand_in(enter(organ["secretary"]), asked) == 303
    poll_id = vote(world, enter, unit_id=organ.branch, by=organ["secretary"], key="grade")
    change(
        organ,
        "with made as (insert into assessment_round (scheme_id, unit_id, name, period, starts_on, ends_on,"
        " self_until, review_until, appeal_until, state, form_key) select scheme_id, unit_id, '上半年', 'half', :first,"
        " :last, :last, :last, :last, 'final', 'half' from assessment_round limit 1 returning id)"
        " insert into assessment_entry (round_id, unit_id, rate) select id, :u, 70 from made",
        u=organ.branch,
        first=f"{today().year}-01-01",
        last=f"{today().year}-06-30",
    )
    [(round_id,)] = rows(organ, "select id from assessment_round where form_key = 'half'")
    data = {
        "superior": "90",
        "comment": "扎实，联系群众不够",
        "poll_id": str(poll_id),
        "round_id": str(round_id),
        "revision": "2",
    }
    assert other.post(f"/rounds/appraisals/{asked}/opinion", data=data).status_code == 303
    year = {"holder_id": organ.middle, "year": today().year}
    other.post("/rounds/appraisals/grade", data=year)
    # 80 x 30 % + 70 x 40 % + 90 x 30 %; one unit alone: 40 per cent of one is no place for the best grade.
    assert rows(organ, "select total, grade from appraisal where id = :a", a=asked) == [
        (Decimal("79.00"), "fairly_good")
    ]
    secretary = enter(organ["secretary"])
    assert "79.00" not in secretary.get(f"/rounds/appraisals/{asked}").text
    other.post("/rounds/appraisals/publish", data=year)
    page = secretary.get(f"/rounds/appraisals/{asked}").text
    assert "79.00" in page
    assert "联系群众不够" in page
    taken = other.post(f"/rounds/entries/{entry_id}/appraisal", data={"line_id": str(sheet["rating"])})
    assert taken.status_code == 303
    assert rows(
        organ,
        "select points from assessment_mark where line_id = :l and points is not null",
        l=sheet["rating"],
    ) == [(Decimal("7.90"),)]


def test_the_cap_is_a_share_of_the_units_and_the_weights_add_up() -> None:
    assert sum(composition().weights.values()) == 100
    grades = grade_units([Standing(key, Decimal(100 - key)) for key in range(10)], ladder())
    assert [key for key, given in grades.items() if given.key == "good"] == [0, 1, 2, 3]
    parts: dict[str, Decimal | None] = {"live": Decimal(80), "daily": Decimal(70), "superior": Decimal(90)}
    assert total_of(parts, composition().weights) == Decimal("79.00")
    assert total_of(parts | {"daily": None}, composition().weights) is None


def test_the_reports_as_excel(world: World, enter: Enter, rows: Rows, asked: int) -> None:
    organ = world.organ
    [(name,)] = rows(organ, "select name from unit where id = :id", id=organ.branch)
    page = f"/rounds/appraisals?year={today().year}"
    address = offered(enter(organ["officer"]), page)
    assert name in cells(enter(organ["officer"]), address)
    assert organ.colleague is not None
    for stranger in (organ.colleague, world.union["officer"], world.union["admin"]):
        assert name not in cells(enter(stranger), address)
