"""A rating line takes its marks from a ballot of the unit, and from nothing else."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.clock import today
from tests.web.ballots.test_secret_votes import ROLES, cast, drafted, item_ids, opened
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Sheet = dict[str, int]
MARKS = "select points, poll_id, given_by from assessment_mark where line_id = :l and points is not null"


def vote(
    world: World, enter: Enter, *, unit_id: int, by: Cast, key: str, voters: int = 8, closed: bool = True
) -> int:
    """A vote on the branch secretary's report: by turns fair (0.6) and good (1)."""
    keeper = enter(by)
    poll_id = drafted(
        keeper,
        unit_id,
        kind="secretary_report",
        title=f"述职测评{key}",
        items="书记",
        seats="",
        form_key=f"rate{key}",
        closes_on=f"{today().year}-12-31",
    )
    opened(keeper, poll_id)
    [item] = item_ids(world.organ, poll_id)
    for place, role in enumerate(ROLES[:voters]):
        cast(enter(world.organ[role]), poll_id, {item: "good" if place % 2 else "fair"})
    if closed:
        keeper.post(f"/ballots/{poll_id}/close")
    return poll_id


@pytest.fixture
def officer(world: World, enter: Enter, change: Callable[..., None]) -> FlaskClient:
    """Runs the round and belongs to another unit: nobody chooses the ballot that rates the own one."""
    other = world.organ.colleague
    assert other is not None
    change(
        world.organ,
        "insert into role_grant (person_id, role, since) values (:key, 'admin', '2026-01-01')",
        key=other.person_id,
    )
    return enter(other)


def take(client: FlaskClient, entry_id: int, line_id: int, poll_id: int) -> int:
    data = {"line_id": str(line_id), "poll_id": str(poll_id)}
    return client.post(f"/rounds/entries/{entry_id}/rating", data=data).status_code


def test_the_line_gets_full_marks_times_the_rating(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int, officer: FlaskClient
) -> None:
    organ = world.organ
    assert organ.colleague is not None
    page = officer.get(f"/rounds/entries/{entry_id}").text
    assert "述职测评" not in page
    poll_id = vote(world, enter, unit_id=organ.branch, by=organ["secretary"], key="1")
    page = officer.get(f"/rounds/entries/{entry_id}").text
    assert "述职测评1" in page
    # The choice belongs to a form of its own: the sheet is saved without it.
    assert f'name="poll_id" aria-label="票决测评" form="rating-{sheet["rating"]}"' in page or (
        f'form="rating-{sheet["rating"]}"' in page
    )
    assert f'<form id="rating-{sheet["rating"]}"' in page
    # Who does not run the round is not offered it.
    assert f'<form id="rating-{sheet["rating"]}"' not in enter(organ["secretary"]).get(
        f"/rounds/entries/{entry_id}"
    ).text  # fmt: skip
    for _twice in range(2):
        assert take(officer, entry_id, sheet["rating"], poll_id) == 303
    # Four times 0.6 and four times 1, of ten marks.
    assert rows(organ, MARKS, l=sheet["rating"]) == [(Decimal("8.00"), poll_id, organ.colleague.person_id)]
    assert rows(
        organ,
        "select count(*) from audit_entry where verb = 'round.take_rating' and unit_id = :u",
        u=organ.branch,
    ) == [(1,)]


@pytest.mark.parametrize("what", ["open", "few", "superior", "line"])
def test_what_rates_nothing_gives_no_marks(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int, officer: FlaskClient, what: str
) -> None:
    organ = world.organ
    at = organ.middle if what == "superior" else organ.branch
    by = organ["admin"] if what == "superior" else organ["secretary"]
    poll_id = vote(
        world, enter, unit_id=at, by=by, key=what, voters=2 if what == "few" else 8, closed=what != "open"
    )
    line = sheet["evidence" if what == "line" else "rating"]
    assert take(officer, entry_id, line, poll_id) == 303
    assert rows(organ, MARKS, l=line) == []
    assert rows(organ, "select count(*) from audit_entry where verb = 'round.take_rating'") == [(0,)]


def test_only_whoever_runs_the_round_takes_it(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    organ = world.organ
    poll_id = vote(world, enter, unit_id=organ.branch, by=organ["secretary"], key="2")
    assert organ.colleague is not None
    for other in (organ["secretary"], organ["member"], organ.colleague, world.union["admin"]):
        assert take(enter(other), entry_id, sheet["rating"], poll_id) in (403, 404)
    assert take(enter(organ["officer"]), entry_id, sheet["rating"], poll_id + 999) == 404
    assert rows(organ, MARKS, l=sheet["rating"]) == []
