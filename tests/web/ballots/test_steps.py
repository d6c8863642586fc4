"""The steps of a democratic appraisal: the own text, the record of the hearing, what is next."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.clock import today
from tests.web.ballots.test_secret_votes import Enter, drafted, opened, raw
from tests.world import World

Rows = Callable[..., list[Any]]


@pytest.fixture
def appraisal(world: World, enter: Enter) -> int:
    keeper = enter(world.organ["secretary"])
    return drafted(
        keeper,
        world.organ.branch,
        kind="appraisal",
        title="民主评议",
        seats="",
        items="secretary of bureau\nmember of bureau",
    )


def save(client: FlaskClient, poll_id: int, body: str, act: str = "keep") -> int:
    return client.post(f"/ballots/{poll_id}/self", data={"body": body, "act": act}).status_code


def test_a_member_writes_the_own_text_and_others_read_it_only_once_handed_in(
    world: World, enter: Enter, rows: Rows, appraisal: int
) -> None:
    organ = world.organ
    keeper, member = enter(organ["secretary"]), enter(organ["member"])
    until = f"{today().year}-12-31"
    assert keeper.post(f"/ballots/{appraisal}/steps", data={"self_until": until}).status_code == 303
    assert save(member, appraisal, "本年度参加学习，联系群众不够") == 303
    page = keeper.get(f"/ballots/{appraisal}/steps").text
    assert "联系群众不够" not in page
    assert save(member, appraisal, "", "hand_in") == 422
    assert save(member, appraisal, "本年度参加学习，联系群众不够", "hand_in") == 303
    page = keeper.get(f"/ballots/{appraisal}/steps").text
    assert "联系群众不够" in page
    assert "未提交" in page
    # What was handed in stands; the trail says that, not what.
    save(member, appraisal, "另一份", "hand_in")
    assert rows(organ, "select body from poll_self_review") == [("本年度参加学习，联系群众不够",)]
    assert rows(organ, "select detail from audit_entry where verb = 'ballot.self_review'") == [({},)]


def test_strangers_neighbours_and_other_votes_are_refused(
    world: World, enter: Enter, rows: Rows, appraisal: int
) -> None:
    organ = world.organ
    assert organ.colleague is not None
    assert save(enter(organ.colleague), appraisal, "不是本支部", "hand_in") == 403
    assert save(enter(world.union["secretary"]), appraisal, "别的单位", "hand_in") == 404
    election = drafted(enter(organ["secretary"]), organ.branch, form_key="another")
    assert save(enter(organ["member"]), election, "选举", "hand_in") == 303
    assert enter(organ["member"]).get(f"/ballots/{appraisal}/steps").status_code == 403
    assert rows(organ, "select count(*) from poll_self_review") == [(0,)]


def test_the_steps_say_what_is_next_and_take_only_an_own_filed_record(
    world: World, enter: Enter, rows: Rows, change: Callable[..., None], appraisal: int
) -> None:
    organ = world.organ
    keeper = enter(organ["secretary"])
    page = keeper.get(f"/ballots/{appraisal}").text.split('id="steps"')[1].split("</section>")[0]
    assert page.index('class="next"') < page.index("党员互评")
    change(
        organ,
        "insert into event (unit_id, kind, title, held_on, state, form_key) values"
        " (:b, 'democratic_appraisal', '党员互评会', :d, 'filed', 'own'),"
        " (:o, 'democratic_appraisal', '别的支部', :d, 'filed', 'other')",
        b=organ.branch,
        o=organ.other_branch,
        d=today(),
    )
    found = dict(rows(organ, "select form_key, id from event where form_key in ('own', 'other')"))
    address = f"/ballots/{appraisal}/steps"
    assert keeper.post(address, data={"event_id": str(found["other"])}).status_code == 422
    assert keeper.post(address, data={"event_id": str(found["own"])}).status_code == 303
    page = keeper.get(f"/ballots/{appraisal}").text.split('id="steps"')[1].split("</section>")[0]
    assert today().isoformat() in page
    opened(keeper, appraisal)
    with raw(organ) as connection:
        connection.execute("select ballots.close_poll(%s)", [appraisal])
    assert keeper.post(address, data={"event_id": ""}).status_code == 303
    assert rows(organ, "select event_id from poll where id = :p", p=appraisal) == [(found["own"],)]
    assert save(enter(organ["member"]), appraisal, "太晚", "hand_in") == 303
    assert rows(organ, "select count(*) from poll_self_review") == [(0,)]
