"""Classes of voters beside the members: named while a vote is a draft, counted by themselves, hidden when too few."""

import psycopg
import pytest
from flask.testing import FlaskClient

from tests.web.ballots.test_secret_votes import ROLES, Enter, cast, drafted, item_ids, opened, raw
from tests.world import Side, World


def names_of(side: Side, roles: tuple[str, ...]) -> list[str]:
    with raw(side) as connection:
        known = dict(connection.execute("select id, name from person").fetchall())
    return [known[side[role].person_id] for role in roles]


def selection(world: World, keeper: FlaskClient, **given: str) -> int:
    """A draft whose smallest class is three."""
    poll_id = drafted(keeper, world.organ.branch, kind="selection", seats="1", title="案例评选", **given)
    with raw(world.organ) as connection:
        connection.execute("update poll set minimum = 3 where id = %s", [poll_id])
    return poll_id


def test_named_masses_vote_in_their_own_class_and_not_as_members(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = selection(world, keeper)
    masses = names_of(world.organ, ROLES[4:])
    answer = keeper.post(
        f"/ballots/{poll_id}/voters", data={"key": "masses", "names": "\n".join(masses), "heads": ""}
    )
    assert answer.status_code == 303, answer.text
    assert opened(keeper, poll_id).status_code == 303
    with raw(world.organ) as connection:
        counts = connection.execute(
            "select voter_class, count(*) from poll_voter where poll_id = %s group by 1 order by 1", [poll_id]
        ).fetchall()
    assert dict(counts)["masses"] == 4
    items = item_ids(world.organ, poll_id)
    for role in ROLES[:4]:
        assert cast(enter(world.organ[role]), poll_id, {items[0]: "pick"}).status_code == 200
    for role in ROLES[4:]:
        assert cast(enter(world.organ[role]), poll_id, {items[1]: "pick"}).status_code == 200
    keeper.post(f"/ballots/{poll_id}/close")
    page = keeper.get(f"/ballots/{poll_id}").text
    assert "党外群众" in page
    with raw(world.organ) as connection:
        totals = connection.execute("select * from ballots.ballot_totals(%s)", [poll_id]).fetchall()
    assert [tuple(row) for row in totals] == [
        ("masses", str(items[1]), "pick", 4),
        ("members", str(items[0]), "pick", 4),
    ]


def test_a_small_class_is_in_no_number_and_hides_no_other(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = selection(world, keeper)
    keeper.post(
        f"/ballots/{poll_id}/voters",
        data={"key": "masses", "names": "\n".join(names_of(world.organ, ROLES[4:]))},
    )
    opened(keeper, poll_id)
    items = item_ids(world.organ, poll_id)
    for role in ROLES[:6]:
        cast(enter(world.organ[role]), poll_id, {items[0]: "pick"})
    keeper.post(f"/ballots/{poll_id}/close")
    block = keeper.get(f"/ballots/{poll_id}").text.split('id="result"')[1]
    assert "选票太少" in block
    # Four members and nobody else: the two masses stand in no sum.
    assert '<td class="num">4</td>' in block
    assert '<td class="num">6</td>' not in block


def test_a_class_too_small_two_classes_and_strangers_are_refused(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = selection(world, keeper)
    one, two = names_of(world.organ, ROLES[4:6])
    address = f"/ballots/{poll_id}/voters"
    assert keeper.post(address, data={"key": "masses", "names": f"{one}\n{two}"}).status_code == 422
    stranger = names_of(world.union, ("member",))[0]
    answer = keeper.post(address, data={"key": "masses", "names": f"{stranger}不在"})
    assert answer.status_code == 422
    assert "没有叫" in answer.text
    many = "\n".join(names_of(world.organ, ROLES[4:]))
    assert keeper.post(address, data={"key": "masses", "names": many}).status_code == 303
    again = keeper.post(address, data={"key": "delegates", "names": many})
    assert again.status_code == 422
    assert "一人" in again.text or "两次" in again.text
    # Heads only on paper; no class where a kind has none; nothing once it is open.
    assert keeper.post(address, data={"key": "delegates", "heads": "30"}).status_code == 422
    assert keeper.post(address, data={"key": "leaders", "names": many}).status_code == 422
    assert keeper.post(address, data={"key": "masses", "names": "", "heads": ""}).status_code == 303
    opened(keeper, poll_id)
    assert keeper.post(address, data={"key": "masses", "names": many}).status_code == 303
    with raw(world.organ) as connection:
        found = connection.execute("select count(*) from poll_class where poll_id = %s", [poll_id]).fetchone()
    assert found == (0,)


def test_the_database_keeps_the_classes_of_an_open_vote(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = selection(world, keeper)
    opened(keeper, poll_id)
    with raw(world.organ) as connection:
        with pytest.raises(psycopg.Error, match="fixed at opening"):
            connection.execute("insert into poll_class (poll_id, key) values (%s, 'masses')", [poll_id])
        connection.rollback()


def test_on_paper_each_class_is_counted_by_two(world: World, enter: Enter) -> None:
    keeper, officer = enter(world.organ["secretary"]), enter(world.organ["officer"])
    poll_id = selection(world, keeper, way="paper", closes_on="")
    answer = keeper.post(f"/ballots/{poll_id}/voters", data={"key": "masses", "heads": "20"})
    assert answer.status_code == 303, answer.text
    assert keeper.get(f"/ballots/{poll_id}/paper").text.count("jc-paper") == 2
    opened(keeper, poll_id)
    items = item_ids(world.organ, poll_id)

    def count(client: FlaskClient, of: str, returned: int, key: str) -> None:
        data = {"form_key": key, "of": of, "issued": str(returned), "returned": str(returned), "invalid": "0"}
        data |= {f"item-{item}-pick": str(returned if item == items[0] else 0) for item in items}
        answer = client.post(f"/ballots/{poll_id}/count", data=data)
        assert answer.status_code == 303, answer.text

    count(keeper, "members", 5, "a")
    count(officer, "members", 5, "b")
    # One class agreed is not the whole vote.
    assert 'id="result"' not in keeper.get(f"/ballots/{poll_id}").text
    count(keeper, "masses", 18, "c")
    count(officer, "masses", 18, "d")
    block = keeper.get(f"/ballots/{poll_id}").text.split('id="result"')[1]
    assert '<td class="num">23</td>' in block
