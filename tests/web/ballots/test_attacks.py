"""Secret votes under attack: the same voter twice in the same moment, whoever may not vote, ballots of nonsense."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.web.ballots.test_secret_votes import ROLES, cast, drafted, item_ids, opened, raw, superuser
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Every call in a thread of its own, begun in the same moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def running(world: World, enter: Enter) -> tuple[int, dict[int, str]]:
    """An open election, and a ballot against everybody."""
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    assert opened(keeper, poll_id).status_code == 303
    return poll_id, dict.fromkeys(item_ids(world.organ, poll_id), "against")


def ballots(poll_id: int) -> int:
    with superuser() as connection:
        row = connection.execute(
            "select count(*) from ballots.ballot where poll_id = %s", [poll_id]
        ).fetchone()
        assert row is not None
        return int(row[0])


def direct(side: Side, poll_id: int, person_id: int | None, answers: object) -> str:
    """A ballot by a connection of the running role, past every page; '' or the class of the refusal."""
    try:
        with raw(side) as connection:
            connection.execute(
                "select ballots.cast_ballot(%s, %s, %s::jsonb)", [poll_id, person_id, json.dumps(answers)]
            )
    except psycopg.Error as error:
        return type(error).__name__
    return ""


def test_one_voter_in_four_browsers_at_once_has_one_ballot(world: World, enter: Enter, rows: Rows) -> None:
    poll_id, chosen = running(world, enter)
    clients = [enter(world.organ["member"]) for _each in range(4)]
    answers = at_once([partial(cast, client, poll_id, chosen) for client in clients])
    assert sorted(answer.status_code for answer in answers).count(200) == 1
    assert all(answer.status_code < 500 for answer in answers)
    assert ballots(poll_id) == 1
    assert rows(world.organ, "select count(*) from audit_entry where verb = 'ballot.cast'") == [(1,)]


def test_one_voter_on_four_connections_at_once_has_one_ballot(world: World, enter: Enter) -> None:
    poll_id, chosen = running(world, enter)
    said = {str(key): choice for key, choice in chosen.items()}
    person = world.organ["member"].person_id
    refusals = at_once([partial(direct, world.organ, poll_id, person, said) for _each in range(4)])
    assert refusals.count("") == 1
    assert ballots(poll_id) == 1


def test_voting_while_it_is_closed_checks_off_nobody_without_a_ballot(
    world: World, enter: Enter, rows: Rows
) -> None:
    poll_id, chosen = running(world, enter)
    keeper = enter(world.organ["secretary"])
    calls = [partial(cast, enter(world.organ[role]), poll_id, chosen) for role in ROLES]
    answers = at_once([*calls, partial(keeper.post, f"/ballots/{poll_id}/close")])
    assert all(answer.status_code < 500 for answer in answers)
    checked = rows(world.organ, "select count(*) from poll_voter where poll_id = :p and voted", p=poll_id)
    assert checked == [(ballots(poll_id),)]
    # Who was too late reads so, and nobody else did.
    assert sum(answer.status_code == 200 for answer in answers) == ballots(poll_id)


def test_who_may_not_vote_does_not_by_the_function_either(world: World, enter: Enter) -> None:
    with raw(world.organ) as connection:
        connection.execute(
            "update membership set status = 'probationary' where person_id = %s",
            [world.organ["member"].person_id],
        )
    poll_id, chosen = running(world, enter)
    said = {str(key): choice for key, choice in chosen.items()}
    assert world.organ.colleague is not None
    for who in (world.organ["member"].person_id, world.organ.colleague.person_id, 0, None, 2**62):
        assert direct(world.organ, poll_id, who, said), who
    # The right voter, with the other tenant open; a vote that is not there.
    assert direct(world.union, poll_id, world.organ["admin"].person_id, said)
    assert direct(world.organ, poll_id + 999, world.organ["admin"].person_id, said)
    enter(world.organ["secretary"]).post(f"/ballots/{poll_id}/close")
    assert direct(world.organ, poll_id, world.organ["admin"].person_id, said)
    assert ballots(poll_id) == 0


@pytest.mark.parametrize(
    "answers", [[], "x", 1, None, {"w": "x"}, {"x": "for"}, {"1": {"a": 1}}, {"1": ["for"]}]
)
def test_a_ballot_of_nonsense_never_breaks_the_count(world: World, enter: Enter, answers: object) -> None:
    poll_id, chosen = running(world, enter)
    direct(world.organ, poll_id, world.organ["member"].person_id, answers)
    for role in ROLES[:6]:
        assert cast(enter(world.organ[role]), poll_id, chosen).status_code == 200
    keeper = enter(world.organ["secretary"])
    assert keeper.post(f"/ballots/{poll_id}/close").status_code == 303
    page = keeper.get(f"/ballots/{poll_id}")
    assert page.status_code == 200
    assert 'id="result"' in page.text


def test_a_ballot_without_any_limit_is_refused(world: World, enter: Enter) -> None:
    poll_id, chosen = running(world, enter)
    member = enter(world.organ["member"])
    for more in ({"written": "甲" * 100_000}, {"written": "\n".join(str(n) for n in range(5000))}):
        answer = cast(member, poll_id, chosen, **more)
        assert answer.status_code in (413, 422), answer.status_code
    for item in ("99999999999999999999", "-1", "x", "1e3"):
        data = {f"item-{key}": choice for key, choice in chosen.items()} | {f"item-{item}": "for"}
        assert member.post(f"/ballots/{poll_id}/vote", data=data).status_code < 500
    assert ballots(poll_id) <= 1
