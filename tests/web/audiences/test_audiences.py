"""Segments and what they come to: through the pages, as those who send."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.audiences.recipients import Audience, from_json, to_json
from shared.errors import Invalid
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def keep(
    client: FlaskClient, unit_id: int, *, key: str = "k1", name: str = "书记", **more: Any
) -> TestResponse:
    return client.post("/audiences/new", data={"form_key": key, "unit_id": unit_id, "name": name, **more})


def shown(page: TestResponse) -> tuple[int, int]:
    assert page.status_code == 200, page.text
    people = re.search(r'jc-big"><b>(\d+)</b>', page.text)
    units = re.search(r"涉及 (\d+) 个组织", page.text)
    assert people
    assert units
    return int(people[1]), int(units[1])


def test_an_audience_is_kept_as_it_was_chosen() -> None:
    given = Audience(whom="members", under_id=7, unit_kinds=("party_group",), relation="out")
    assert from_json(to_json(given)) == given
    assert from_json({}) == Audience()


@pytest.mark.parametrize(
    "given",
    [
        {"whom": "everybody"},
        {"under_id": "7"},
        {"under_id": True},
        {"unit_kinds": "party_group"},
        {"unit_kinds": ["nonsense"]},
        {"posts": [1]},
        {"relation": "lost"},
        {"without_duty": "' or 1=1"},
        {"tenant_id": 2},
        [],
        None,
    ],
)
def test_unknown_values_are_refused(world: World, given: Any) -> None:
    with pytest.raises(Invalid):
        from_json(given)


def test_the_count_is_that_of_the_database_and_of_the_own_reach(
    world: World, enter: Enter, rows: Rows
) -> None:
    organ = world.organ
    members = rows(
        organ,
        "select count(distinct m.person_id), count(distinct u.id) from unit u left join membership m"
        " on m.unit_id = u.id and m.until is null and m.status in ('full', 'probationary', 'member')"
        " where u.state = 'active'",
    )[0]
    everybody = shown(enter(organ["admin"]).get("/audiences/new?whom=members"))
    assert everybody == tuple(members)
    own = shown(enter(organ["secretary"]).get("/audiences/new?whom=members"))
    assert 0 < own[0] < everybody[0]
    assert 0 < own[1] < everybody[1]


def test_a_kept_one_shrinks_to_whoever_uses_it(world: World, enter: Enter, rows: Rows) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    assert keep(secretary, organ.branch, whom="members").status_code == 303
    key = rows(organ, "select id from segment")[0][0]
    at_branch = shown(secretary.get(f"/audiences/{key}"))
    assert shown(enter(organ["admin"]).get(f"/audiences/{key}")) > at_branch


def test_the_same_form_twice_and_the_same_name(world: World, enter: Enter, rows: Rows) -> None:
    client = enter(world.organ["secretary"])
    branch = world.organ.branch
    assert [keep(client, branch).status_code for _again in range(2)] == [303, 303]
    assert len(rows(world.organ, "select id from segment")) == 1
    assert keep(client, branch, key="k2").status_code == 422
    assert keep(client, branch, key="k3", name="x" * 61).status_code == 422
    assert keep(client, branch, key="k4", name="b", unit_kinds="nonsense").status_code == 422


def test_changed_by_two_at_once_and_deleted(world: World, enter: Enter, rows: Rows) -> None:
    client = enter(world.organ["secretary"])
    keep(client, world.organ.branch)
    key = rows(world.organ, "select id from segment")[0][0]
    data = {"version": 1, "name": "委员", "whom": "members"}
    assert client.post(f"/audiences/{key}", data=data).status_code == 303
    client.post(f"/audiences/{key}", data={**data, "name": "第二个"})
    assert rows(world.organ, "select name, filter, version from segment") == [
        ("委员", {"whom": "members"}, 2)
    ]
    assert "委员" in client.get("/audiences").text
    assert client.post(f"/audiences/{key}/delete").status_code == 303
    assert rows(world.organ, "select id from segment") == []


def test_nobody_is_said(world: World, enter: Enter) -> None:
    page = enter(world.organ["secretary"]).get("/audiences/new?whom=members&relation=out")
    assert shown(page)[0] == 0
    assert "没有人" in page.text
