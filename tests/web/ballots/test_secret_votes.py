"""Secret votes through the pages, and against the database: who can cast, who can count, and what nobody can do."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.worker.ballots import close_votes
from shared.db import db
from shared.settings import settings
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
ROLES = ("admin", "officer", "leader", "secretary", "keeper", "reviewer", "auditor", "member")
DAY = "2026-12-31"


@contextmanager
def raw(side: Side) -> Iterator[psycopg.Connection[Any]]:
    """The running role's own connection, the tenant open: what any code of the product could do."""
    with psycopg.connect(settings().database_url) as connection:
        connection.execute("select set_config('app.tenant_id', %s, false)", [str(side.tenant_id)])
        connection.commit()
        yield connection


def superuser() -> psycopg.Connection[Any]:
    return psycopg.connect(os.environ["TEST_SUPERUSER_URL"], autocommit=True)


def drafted(client: FlaskClient, unit_id: int, **given: Any) -> int:
    data = {
        "form_key": "vote",
        "unit_id": unit_id,
        "kind": "election",
        "title": "支部委员会换届选举",
        "items": "甲同志\n乙同志\n丙同志",
        "seats": "2",
        "way": "screen",
        "closes_on": DAY,
        "closes_time": "18:00",
        "minimum": "5",
    }
    answer = client.post("/ballots/new", data=data | given)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def opened(client: FlaskClient, poll_id: int) -> TestResponse:
    page = client.get(f"/ballots/{poll_id}").text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    return client.post(f"/ballots/{poll_id}/open", data={"seen": seen.group(1)})


def item_ids(side: Side, poll_id: int) -> list[int]:
    with raw(side) as connection:
        rows = connection.execute("select id from poll_item where poll_id = %s order by ordinal", [poll_id])
        return [row[0] for row in rows]


def cast(client: FlaskClient, poll_id: int, choices: dict[int, str], **more: str) -> TestResponse:
    return client.post(
        f"/ballots/{poll_id}/vote", data={f"item-{key}": choice for key, choice in choices.items()} | more
    )


def election(world: World, enter: Enter, *, ayes: tuple[int, ...] = (8, 6, 3)) -> tuple[int, list[int]]:
    """An election on the screen in which eight voted; the n-th candidate got so many ayes."""
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch, seats=str(len(ayes)))
    assert opened(keeper, poll_id).status_code == 303
    items = item_ids(world.organ, poll_id)
    for number, role in enumerate(ROLES):
        chosen = {item: "for" if number < ayes[place] else "against" for place, item in enumerate(items)}
        answer = cast(enter(world.organ[role]), poll_id, chosen)
        assert answer.status_code == 200, answer.text
    return poll_id, items


def test_an_election_from_the_draft_to_the_result(app: Flask, world: World, enter: Enter) -> None:
    poll_id, items = election(world, enter)
    keeper = enter(world.organ["secretary"])
    page = keeper.get(f"/ballots/{poll_id}").text
    assert "8" in page
    assert 'id="result"' not in page
    keeper.post(f"/ballots/{poll_id}/close")
    page = keeper.get(f"/ballots/{poll_id}").text
    rows = re.findall(
        r'<th scope="row">(.同志)</th><td class="num">(\d+)</td><td class="num">(\d+)</td>', page
    )
    assert rows == [("甲同志", "8", "0"), ("乙同志", "6", "2"), ("丙同志", "3", "5")]
    assert page.count("当选") >= 2
    # The third had no majority of those present.
    assert "未当选" in page
    assert len(items) == 3


def test_the_receipt_is_shown_once_and_stands_in_the_list(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    opened(keeper, poll_id)
    items = item_ids(world.organ, poll_id)
    codes = []
    for role in ROLES[:6]:
        answer = cast(
            enter(world.organ[role]), poll_id, {items[0]: "for", items[1]: "abstain", items[2]: "against"}
        )
        codes += re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", answer.text)
        assert answer.headers["Cache-Control"] == "no-store"
    assert len(set(codes)) == 6
    keeper.post(f"/ballots/{poll_id}/close")
    keeper.post(f"/ballots/{poll_id}/publish")
    page = enter(world.organ["member"]).get(f"/ballots/{poll_id}/result").text
    assert all(code in page for code in codes)
    again = enter(world.organ["admin"]).get(f"/ballots/{poll_id}/vote").text
    assert not any(code in again for code in codes)


def test_nobody_votes_twice_late_or_as_a_stranger(app: Flask, world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    items = item_ids(world.organ, poll_id)
    chosen = dict.fromkeys(items, "against")
    member = enter(world.organ["member"])
    assert cast(member, poll_id, chosen).status_code == 404
    opened(keeper, poll_id)
    assert cast(member, poll_id, chosen).status_code == 200
    assert cast(member, poll_id, chosen).status_code == 303
    # Next door in the same tenant, and in the other tenant.
    assert world.organ.colleague is not None
    assert cast(enter(world.organ.colleague), poll_id, chosen).status_code == 403
    assert cast(enter(world.union["member"]), poll_id, chosen).status_code == 404
    keeper.post(f"/ballots/{poll_id}/close")
    late = enter(world.organ["leader"])
    assert cast(late, poll_id, chosen).status_code == 303
    with superuser() as connection:
        count = connection.execute(
            "select count(*) from ballots.ballot where poll_id = %s", [poll_id]
        ).fetchone()
    assert count == (1,)


def test_a_probationer_does_not_elect_but_takes_part_in_the_appraisal(world: World, enter: Enter) -> None:
    with raw(world.organ) as connection:
        connection.execute(
            "update membership set status = 'probationary' where person_id = %s",
            [world.organ["member"].person_id],
        )
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    opened(keeper, poll_id)
    chosen = dict.fromkeys(item_ids(world.organ, poll_id), "for")
    assert cast(enter(world.organ["member"]), poll_id, chosen).status_code == 403
    form = keeper.get(f"/ballots/new?unit_id={world.organ.branch}&kind=appraisal").text
    assert "member of bureau" not in form.split('name="items"')[1].split("</textarea>")[0]
    second = drafted(
        keeper,
        world.organ.branch,
        kind="appraisal",
        form_key="second",
        items="secretary",
        seats="",
        title="民主评议",
    )
    opened(keeper, second)
    chosen = dict.fromkeys(item_ids(world.organ, second), "excellent")
    assert cast(enter(world.organ["member"]), second, chosen).status_code == 200


@pytest.mark.parametrize(
    ("choices", "more", "word"),
    [
        (("for", "for", "for"), {}, "最多可选"),
        (("for", "against", None), {}, "还有"),
        (("for", "against", "excellent"), {}, "选票上没有"),
        (("for", "for", "against"), {"written": "丁同志"}, "最多可选"),
        (("for", "against", "against"), {"written": "甲同志"}, "选票上"),
    ],
)
def test_a_ballot_that_would_not_count_is_not_taken(
    world: World, enter: Enter, choices: tuple[str | None, ...], more: dict[str, str], word: str
) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    opened(keeper, poll_id)
    items = item_ids(world.organ, poll_id)
    chosen = {key: choice for key, choice in zip(items, choices, strict=True) if choice}
    member = enter(world.organ["member"])
    answer = cast(member, poll_id, chosen, **more)
    assert answer.status_code == 422
    assert word in answer.text
    assert cast(member, poll_id, dict.fromkeys(items, "against")).status_code == 200


def test_a_class_of_too_few_is_never_shown(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    opened(keeper, poll_id)
    items = item_ids(world.organ, poll_id)
    for role in ROLES[:4]:
        cast(enter(world.organ[role]), poll_id, dict.fromkeys(items, "against"))
    keeper.post(f"/ballots/{poll_id}/close")
    page = keeper.get(f"/ballots/{poll_id}").text
    assert "选票太少" in page
    assert "当选" not in page.split('id="result"')[1].split("</section>")[0].replace("不当选", "")
    with raw(world.organ) as connection:
        assert connection.execute("select * from ballots.ballot_totals(%s)", [poll_id]).fetchall() == []


def test_too_few_voters_are_sent_to_paper(world: World, enter: Enter) -> None:
    with raw(world.organ) as connection:
        keep = [world.organ[role].person_id for role in ROLES[:4]]
        connection.execute(
            "update membership set until = '2026-01-02' where unit_id = %s and not person_id = any(%s)",
            [world.organ.branch, keep],
        )
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    page = opened(keeper, poll_id)
    assert page.status_code == 303
    assert "改用纸质" in keeper.get(f"/ballots/{poll_id}").text
    with raw(world.organ) as connection:
        assert connection.execute("select state from poll where id = %s", [poll_id]).fetchone() == ("draft",)


def test_two_people_count_paper_ballots_and_must_agree(world: World, enter: Enter) -> None:
    keeper, officer = enter(world.organ["secretary"]), enter(world.organ["officer"])
    poll_id = drafted(keeper, world.organ.branch, way="paper", closes_on="")
    assert "不编号" in keeper.get(f"/ballots/{poll_id}/paper").text
    opened(keeper, poll_id)
    items = item_ids(world.organ, poll_id)

    def numbers(ayes: tuple[int, int, int]) -> dict[str, str]:
        data = {"form_key": "count", "issued": "8", "returned": "8", "invalid": "1", "written": "丁同志，1"}
        for item, aye in zip(items, ayes, strict=True):
            data |= {
                f"item-{item}-for": str(aye),
                f"item-{item}-against": str(7 - aye),
                f"item-{item}-abstain": "0",
            }
        return data

    wrong = numbers((7, 5, 1)) | {f"item-{items[0]}-for": "9"}
    assert keeper.post(f"/ballots/{poll_id}/count", data=wrong).status_code == 422
    assert keeper.post(f"/ballots/{poll_id}/count", data=numbers((7, 5, 1))).status_code == 303
    # The same person again is no second person.
    keeper.post(f"/ballots/{poll_id}/count", data=numbers((7, 5, 1)))
    assert 'id="result"' not in keeper.get(f"/ballots/{poll_id}").text
    officer.post(f"/ballots/{poll_id}/count", data=numbers((7, 4, 1)) | {"form_key": "other"})
    assert "不一致" in keeper.get(f"/ballots/{poll_id}").text
    officer.post(f"/ballots/{poll_id}/count", data=numbers((7, 5, 1)) | {"form_key": "third"})
    page = keeper.get(f"/ballots/{poll_id}").text
    assert 'id="result"' in page
    assert "丁同志" in page


def test_who_ties_at_the_last_place_is_not_elected_and_runs_again(world: World, enter: Enter) -> None:
    poll_id, _items = election(world, enter, ayes=(8, 6, 6))
    with superuser() as connection:
        connection.execute("alter table poll disable trigger forward")
        connection.execute("update poll set seats = 2 where id = %s", [poll_id])
        connection.execute("alter table poll enable trigger forward")
    keeper = enter(world.organ["secretary"])
    keeper.post(f"/ballots/{poll_id}/close")
    page = keeper.get(f"/ballots/{poll_id}").text
    assert page.count("票数相同") >= 2
    answer = keeper.post(f"/ballots/{poll_id}/again")
    form = keeper.get(answer.location).text
    assert "乙同志\n丙同志" in form.replace("\r", "")
    assert "甲同志" not in form.split('name="items"')[1].split("</textarea>")[0]


def test_the_running_role_can_do_nothing_but_call_the_functions(world: World, enter: Enter) -> None:
    poll_id, _items = election(world, enter)
    refused = (
        "select * from ballots.ballot",
        "select count(*) from ballots.receipt",
        "insert into ballots.ballot (tenant_id, poll_id, voter_class, answers) values (1, 1, 'members', '{}')",
        "delete from ballots.ballot",
        "update ballots.ballot set answers = '{}'",
        "update poll_voter set voted = false",
        "update poll_voter set voted = true",
        f"update poll set state = 'closed', closed_at = now() where id = {poll_id}",
        f"update poll set state = 'draft' where id = {poll_id}",
        f"update poll set minimum = 3 where id = {poll_id}",
        f"update poll set title = 'x' where id = {poll_id}",
        f"delete from poll where id = {poll_id}",
        f"delete from poll_voter where poll_id = {poll_id}",
        f"update poll_item set title = 'x' where poll_id = {poll_id}",
        f"select * from ballots.ballot_totals({poll_id})",
        f"select * from ballots.ballot_counts({poll_id})",
        f"select * from ballots.ballot_receipts({poll_id})",
        "set role jiceng_ballots",
        "set session authorization jiceng_ballots",
    )
    for statement in refused:
        with raw(world.organ) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement)
    with superuser() as connection:
        count = connection.execute(
            "select count(*) from ballots.ballot where poll_id = %s", [poll_id]
        ).fetchone()
    assert count == (8,)


def test_the_functions_stay_within_the_open_tenant(world: World, enter: Enter) -> None:
    poll_id, items = election(world, enter)
    enter(world.organ["secretary"]).post(f"/ballots/{poll_id}/close")
    with raw(world.organ) as connection:
        assert len(connection.execute("select * from ballots.ballot_receipts(%s)", [poll_id]).fetchall()) == 8
    calls = (
        "select * from ballots.ballot_totals(%s)",
        "select * from ballots.ballot_counts(%s)",
        "select * from ballots.ballot_receipts(%s)",
        "select ballots.close_poll(%s)",
    )
    for statement in calls:
        with raw(world.union) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement, [poll_id])
    with psycopg.connect(settings().database_url) as connection, pytest.raises(psycopg.Error):
        connection.execute("select * from ballots.ballot_totals(%s)", [poll_id])
    assert items


def test_after_the_close_nothing_joins_a_ballot_to_its_voter(app: Flask, world: World, enter: Enter) -> None:
    """Until the close the transaction that wrote both could; after it all rows of a vote were written by one."""
    poll_id, _items = election(world, enter)
    joined = """select count(*) from ballots.ballot b join poll_voter v
                on v.poll_id = b.poll_id and v.xmin = b.xmin where b.poll_id = %s"""
    with superuser() as connection:
        assert connection.execute(joined, [poll_id]).fetchone() == (8,)
        before = connection.execute(
            "select code from ballots.ballot where poll_id = %s", [poll_id]
        ).fetchall()
    enter(world.organ["secretary"]).post(f"/ballots/{poll_id}/close")
    with superuser() as connection:
        writers = "select count(distinct xmin::text) from {} where poll_id = %s"
        for table in ("ballots.ballot", "ballots.receipt", "poll_voter"):
            assert connection.execute(writers.format(table), [poll_id]).fetchone() == (1,), table
        after = connection.execute("select code from ballots.ballot where poll_id = %s", [poll_id]).fetchall()
        columns = connection.execute(
            "select column_name from information_schema.columns where table_schema = 'ballots'"
        ).fetchall()
    assert not {row[0] for row in before} & {row[0] for row in after}
    assert {row[0] for row in columns} == {"tenant_id", "code", "poll_id", "voter_class", "answers"}


def test_the_tidying_removes_what_stood_before(
    app: Flask, world: World, enter: Enter, work: Callable[[int], None]
) -> None:
    poll_id, _items = election(world, enter)
    enter(world.organ["secretary"]).post(f"/ballots/{poll_id}/close")
    work(world.organ.tenant_id)
    with superuser() as connection:
        states = connection.execute(
            "select state from job where kind = 'ballots.tidy' and tenant_id = %s", [world.organ.tenant_id]
        ).fetchall()
        dead = connection.execute(
            "select sum(n_dead_tup) from pg_stat_user_tables where schemaname = 'ballots'"
        ).fetchone()
    assert states == [("done",)]
    assert dead == (0,)


def test_the_audit_trail_says_only_that_somebody_voted(world: World, enter: Enter) -> None:
    election(world, enter)
    with raw(world.organ) as connection:
        rows = connection.execute("select detail from audit_entry where verb = 'ballot.cast'").fetchall()
    assert rows == [({},)] * 8


def test_a_vote_closes_by_itself_when_its_time_is_over(app: Flask, world: World, enter: Enter) -> None:
    poll_id, _items = election(world, enter)
    with superuser() as connection:
        connection.execute("alter table poll disable trigger forward")
        connection.execute(
            "update poll set opens_at = now() - interval '2 hours', closes_at = now() - interval '1 minute'"
            " where id = %s",
            [poll_id],
        )
        connection.execute("alter table poll enable trigger forward")
    chosen = dict.fromkeys(item_ids(world.organ, poll_id), "for")
    assert cast(enter(world.organ["member"]), poll_id, chosen).status_code == 303
    for _ in range(2):
        with app.app_context(), tenant(world.organ.tenant_id):
            close_votes()
            db.session.remove()
    with raw(world.organ) as connection:
        assert connection.execute("select state from poll where id = %s", [poll_id]).fetchone() == ("closed",)


def test_the_vote_waits_on_the_page_of_today(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    poll_id = drafted(keeper, world.organ.branch)
    member = enter(world.organ["member"])
    assert f"/ballots/{poll_id}/vote" not in member.get("/").text
    opened(keeper, poll_id)
    assert f"/ballots/{poll_id}/vote" in member.get("/").text
    assert f"/ballots/{poll_id}/vote" not in enter(world.union["member"]).get("/").text
    cast(member, poll_id, dict.fromkeys(item_ids(world.organ, poll_id), "against"))
    assert f"/ballots/{poll_id}/vote" not in member.get("/").text


def test_bad_drafts_keep_what_was_typed(world: World, enter: Enter) -> None:
    keeper = enter(world.organ["secretary"])
    data = {
        "form_key": "bad",
        "unit_id": world.organ.branch,
        "kind": "election",
        "title": "换届",
        "items": "甲同志\n甲同志",
        "seats": "5",
        "way": "screen",
        "closes_on": "2020-01-01",
        "minimum": "1",
    }
    answer = keeper.post("/ballots/new", data=data)
    assert answer.status_code == 422
    assert "甲同志" in answer.text
    for word in ("出现了两次", "已过", "至少"):
        assert word in answer.text
    other = enter(world.organ["officer"]).post(
        "/ballots/new", data=data | {"unit_id": world.organ.other_branch}
    )
    assert other.status_code == 403
