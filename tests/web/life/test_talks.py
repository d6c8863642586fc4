"""谈心谈话: the counts of the list are those of the matrix, a proposal becomes a record in two presses."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from shared.access.actor import Actor, Grant
from shared.events.queries.life import LifeFilter, talk_board, talks_page
from tests.factories.people import people
from tests.web.events.stage import NOON, events, fields, inside
from tests.web.life.stage import ids_of, post, rename, talk
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
pytestmark = pytest.mark.usefixtures("noon")
ON = date(2026, 6, 1)


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def seated(app: Flask, world: World) -> Side:
    """A branch of eight with a committee of three."""
    side = world.organ
    for role, code in (("keeper", "organisation"), ("officer", "discipline")):
        post(app, side, person(side, role), code, side.branch)
    return side


def person(side: Side, role: str) -> int:
    found = side[role].person_id
    assert found is not None
    return found


def whole(side: Side) -> Actor:
    return Actor(
        name="a", tenant_id=side.tenant_id, person_id=person(side, "admin"), grants=(Grant("admin"),)
    )


def row_of(app: Flask, side: Side) -> Any:
    with inside(app, side):
        page = talks_page(whole(side), LifeFilter(2026, view="all"))
    return next(row for row in page.rows if row.unit_id == side.branch)


def test_the_list_counts_what_the_matrix_shows(app: Flask, seated: Side) -> None:
    side = seated
    secretary, keeper, officer = (person(side, role) for role in ("secretary", "keeper", "officer"))
    admin, leader, member = (person(side, role) for role in ("admin", "leader", "member"))
    row = row_of(app, side)
    assert (row.committee, row.pairs, row.pairs_left, row.members, row.members_left, row.among_left) == (
        3, 3, 3, 5, 5, 5,
    )  # fmt: skip
    talk(app, side, secretary, keeper, ON)
    # The same pair again and the other way round is one pair still.
    talk(app, side, keeper, secretary, ON)
    talk(app, side, secretary, admin, ON)
    # The member called the talk with the committee: it is the same talk.
    talk(app, side, leader, officer, ON)
    talk(app, side, admin, member, ON)
    # Last year's, another unit's and a void one do not count.
    talk(app, side, keeper, officer, date(2025, 6, 1))
    talk(app, side, keeper, officer, ON, unit_id=side.other_branch)
    row = row_of(app, side)
    assert (row.pairs_left, row.members_left, row.among_left, row.left) == (2, 3, 3, 7)
    with inside(app, side):
        board = talk_board(side.branch, LifeFilter(2026))
        counts = (len(board.pairs_left), len(board.members_left), len(board.among_left), board.left)
    assert counts == (2, 3, 3, 7)


def test_a_proposal_becomes_a_record_in_two_presses(app: Flask, seated: Side, enter: Enter) -> None:
    side = seated
    client = enter(side["secretary"])
    assert client.get("/life").location == f"/life/talks/{side.branch}"
    page = client.get(f"/life/talks/{side.branch}").text
    with inside(app, side):
        first = talk_board(side.branch, LifeFilter(2026)).proposals()[0]
    pair = f"chair_id={first.chair}&amp;partner={first.partner}"
    proposed = f"/events/new?unit_id={side.branch}&amp;kind=heart_talk&amp;{pair}"
    assert proposed in page
    address = page[page.index(proposed) :]
    address = address[: address.index('"')].replace("&amp;", "&")
    form = client.get(address).text
    sent = fields(form)
    assert (sent["chair_id"], sent["partner"], sent["topic"]) == (
        str(first.chair),
        str(first.partner),
        "thought",
    )
    assert client.post(address, data=sent).status_code == 303
    [made] = events(app, side)
    assert (made.kind, made.chair_id, made.fields["partner"]) == ("heart_talk", first.chair, first.partner)
    again = client.get(f"/life/talks/{side.branch}").text
    assert f"/events/{made.id}" in again
    assert proposed not in again


def test_a_stranger_in_the_address_fills_nothing(app: Flask, seated: Side, enter: Enter) -> None:
    side = seated
    assert side.colleague is not None
    form = enter(side["secretary"]).get(
        f"/events/new?unit_id={side.branch}&kind=heart_talk&chair_id={side.colleague.person_id}"
        f"&partner={side.colleague.person_id}&topic=nonsense"
    )
    assert form.status_code == 200
    sent = fields(form.text)
    assert str(side.colleague.person_id) not in (sent["chair_id"], sent["partner"])
    assert sent["topic"] == ""


def test_who_may_only_read_is_offered_no_form(app: Flask, seated: Side, enter: Enter) -> None:
    page = enter(seated["auditor"]).get(f"/life/talks/{seated.branch}").text
    assert "/events/new" not in page
    assert "建议接下来谈" in page


def test_the_topic_of_a_talk_is_nowhere_on_the_pages(app: Flask, seated: Side, enter: Enter) -> None:
    side = seated
    talk(app, side, person(side, "secretary"), person(side, "admin"), ON)
    for address in ("/life/talks?view=all", f"/life/talks/{side.branch}?view=all"):
        page = enter(side["auditor"]).get(address).text
        assert "思想" not in page


def test_the_matrix_of_six_hundred_comes_by_pages(
    app: Flask, seated: Side, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    side = seated
    people(app, side, [f"n{number:03d}" for number in range(600)])
    client = enter(side["secretary"])
    address = f"/life/talks/{side.branch}"
    with count_queries() as seen:
        first = client.get(address)
    assert first.status_code == 200
    assert len(seen) <= 12
    assert first.text.count('<th class="who" scope="row">') == 53
    assert len(first.data) < 200_000
    assert "605 名党员没有同委员谈过" in first.text
    last = ids_of(app, side, side.branch)[-1]
    assert client.get(f"{address}?after={last}&view=all").status_code == 200
    row = row_of(app, side)
    assert (row.members, row.members_left, row.among_left) == (605, 605, 605)


def test_only_branches_in_reach_stand_in_the_list(app: Flask, seated: Side, enter: Enter) -> None:
    side = seated
    assert f"/life/talks/{side.other_branch}" in enter(side["admin"]).get("/life/talks?view=all").text
    assert f"/life/talks/{side.other_branch}" not in enter(side["officer"]).get("/life/talks?view=all").text
    narrowed = enter(side["admin"]).get(f"/life/talks?unit_id={side.middle}&view=all").text
    assert f"/life/talks/{side.branch}" in narrowed
    assert f"/life/talks/{side.other_branch}" not in narrowed


def test_a_branch_without_offices_is_told_what_to_do(app: Flask, world: World, enter: Enter) -> None:
    side = world.organ
    with inside(app, side):
        rename_to = ids_of(app, side, side.branch)[0]
    rename(app, side, rename_to, "某人")
    page = enter(side["admin"]).get(f"/life/talks/{side.middle}").text
    assert "先登记支部职务" in page


def test_the_first_page_of_a_secretary_says_what_is_left(app: Flask, seated: Side, enter: Enter) -> None:
    side = seated
    page = enter(side["secretary"]).get("/").text
    assert f"/life/talks/{side.branch}" in page
    assert "今年谈心谈话还差 11 次" in page
