"""A vote at the table: who may vote, the quorum, the majority; what cannot have been is refused beside its field."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.minutes.stage import correct, event_of, events, hold, lines, votes
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Change = Callable[..., None]
pytestmark = pytest.mark.usefixtures("noon")


def absent(side: Side, *roles: str) -> dict[str, Any]:
    keys = [str(side[role].person_id) for role in roles]
    return {"absent": keys, **{f"reason-{key}": "sick" for key in keys}}


def make(change: Change, side: Side, role: str, **columns: str) -> None:
    said = ", ".join(f"{name} = :{name}" for name in columns)
    change(
        side,
        f"update membership set {said} where person_id = :person",
        person=side[role].person_id,
        **columns,
    )


def allow(change: Change, side: Side, key: str, value: str) -> None:
    change(
        side,
        "insert into setting (key, value) values (:key, cast(:value as jsonb))",
        key=key,
        value=f'{{"value": {value}}}',
    )


def test_due_and_present_come_from_the_roll_and_the_result_is_computed(
    app: Flask, world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    # Eight belong to the branch; one is on probation and has no vote.
    make(change, organ, "member", status="probationary")
    client = enter(organ["secretary"])
    vote = {"matter": "接收周砚秋为预备党员", "rule": "admission", "yes": 4, "no": 1}
    event_id = event_of(hold(client, organ, **absent(organ, "reviewer", "auditor"), **lines("voting", vote)))
    [stored] = votes(app, organ)
    assert (stored.due_count, stored.present_count, stored.yes, stored.no) == (7, 5, 4, 1)
    # 2 × 4 > 7: carried; and the rule makes the ballot secret by itself.
    assert (stored.passed, stored.secret, stored.rule) == (True, True, "admission")
    [event] = events(app, organ)
    assert (event.due_count, event.present_count) == (8, 6)
    page = client.get(f"/events/{event_id}").text
    assert "接收周砚秋为预备党员" in page
    assert "应有表决权 7 人" in page or "7" in page
    assert "无记名" in page


def test_more_than_half_of_those_present_is_not_enough(app: Flask, world: World, enter: Enter) -> None:
    organ = world.organ
    vote = {"matter": "接收新党员", "rule": "admission", "yes": 4, "no": 1}
    away = absent(organ, "reviewer", "auditor", "member")
    event_of(hold(enter(organ["secretary"]), organ, **away, **lines("voting", vote)))
    [stored] = votes(app, organ)
    # Four of five present, but only half of the eight due.
    assert (stored.due_count, stored.present_count, stored.passed) == (8, 5, False)


def test_without_a_quorum_the_vote_cannot_be_filed_and_the_record_can(
    app: Flask, world: World, enter: Enter
) -> None:
    organ = world.organ
    client = enter(organ["secretary"])
    away = absent(organ, "reviewer", "auditor", "member", "leader")
    vote = {"matter": "接收新党员", "rule": "admission", "yes": 4}
    refused = hold(client, organ, **away, **lines("voting", vote))
    assert refused.status_code == 422
    # 8 due, 4 present: an admission asks for more than half.
    assert "应到 8 人，实到 4 人，至少应到会 5 人" in refused.text
    assert 'aria-describedby="voting-0-present-err"' in refused.text
    assert 'value="接收新党员"' in refused.text
    assert events(app, organ) == []
    event_of(hold(client, organ, **away))
    # Exactly half make an ordinary decision possible.
    event_of(hold(client, organ, **away, **lines("voting", {**vote, "rule": "assembly"})))
    assert [one.rule for one in votes(app, organ)] == ["assembly"]


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ({"matter": "", "yes": 5}, "matter", "写明表决事项"),
        ({"matter": "甲", "yes": 9}, "yes", "9 票赞成多于可投的 8 票"),
        ({"matter": "甲", "yes": 5, "no": 3, "abstain": 1}, "yes", "共 9 票，多于可投的 8 票"),
        ({"matter": "甲", "yes": 5, "present": 9}, "present", "最多填 8"),
        ({"matter": "甲", "yes": 5, "due": 9}, "due", "最多填 8"),
        ({"matter": "甲", "yes": 5, "due": 0}, "due", "至少"),
        ({"matter": "甲", "yes": 5, "due": 7}, "due", "设置"),
        ({"matter": "甲", "yes": "五"}, "yes", "整数"),
        ({"matter": "甲", "yes": "-1"}, "yes", "整数"),
        ({"matter": "甲", "yes": "99999999"}, "yes", "整数"),
        ({"matter": "甲"}, "yes", "票数"),
        ({"matter": "甲", "yes": 5, "rule": "congress"}, "rule", "选"),
        ({"matter": "甲", "yes": 5, "rule": "admission", "ballot": "open"}, "ballot", "无记名"),
        ({"matter": "甲", "yes": 5, "present": 6, "written": 1}, "written", "不计入"),
        ({"matter": "甲", "yes": 8, "rule": "admission", "written": 1}, "written", "最多 0"),
        ({"matter": "甲" * 201, "yes": 5}, "matter", "200"),
    ],
)
def test_what_cannot_have_been_is_refused_beside_its_field(
    app: Flask, world: World, enter: Enter, row: dict[str, Any], field: str, said: str
) -> None:
    refused = hold(enter(world.organ["secretary"]), world.organ, **lines("voting", row))
    assert refused.status_code == 422
    mark = f'id="voting-0-{field}-err">'
    assert mark in refused.text
    assert said in refused.text.split(mark)[1].split("</p>")[0]
    assert events(app, world.organ) == []


def test_a_secrecy_mark_in_a_vote_is_refused(app: Flask, world: World, enter: Enter) -> None:
    row = {"matter": "【机密】关于某事", "yes": 5}
    assert hold(enter(world.organ["secretary"]), world.organ, **lines("voting", row)).status_code == 422
    assert events(app, world.organ) == []


def test_written_opinions_count_as_votes_and_not_as_presence(
    app: Flask, world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    client = enter(organ["secretary"])
    away = absent(organ, "reviewer", "auditor", "member")
    row = {"matter": "接收新党员", "rule": "admission", "yes": 6, "written": 2}
    event_of(hold(client, organ, **away, **lines("voting", row)))
    [stored] = votes(app, organ)
    assert (stored.present_count, stored.written, stored.yes, stored.passed) == (5, 2, 6, True)
    # They do not make a quorum: with four present and two in writing none is reached.
    few = absent(organ, "reviewer", "auditor", "member", "leader")
    assert hold(client, organ, **few, **lines("voting", row)).status_code == 422
    # The tenant decides, where the text of the day does not say.
    allow(change, organ, "vote_written", "false")
    assert hold(client, organ, **away, **lines("voting", row)).status_code == 422
    old = hold(client, organ, held_on="2026-05-10", **away, **lines("voting", row))
    assert old.status_code == 303


def test_some_are_left_out_of_those_due_only_by_a_paper_and_the_tenants_leave(
    app: Flask, world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    make(change, organ, "member", relation="out")
    make(change, organ, "auditor", relation="out")
    client = enter(organ["secretary"])
    # Away, they are not on the roll, and still due to vote: 8 due, 6 present.
    row: dict[str, Any] = {"matter": "通过工作计划", "rule": "assembly", "yes": 4, "no": 2}
    event_of(hold(client, organ, **lines("voting", row)))
    assert [(one.due_count, one.present_count, one.passed) for one in votes(app, organ)] == [(8, 6, False)]
    row |= {"due": 6}
    assert hold(client, organ, **lines("voting", row)).status_code == 422
    allow(change, organ, "vote_excused", "true")
    assert "登记为流出" in client.get(f"/events/new?unit_id={organ.branch}&kind=branch_assembly").text
    assert 'id="voting-0-basis-err"' in hold(client, organ, **lines("voting", row)).text
    row |= {"basis": "支部〔2026〕3 号"}
    event_id = event_of(hold(client, organ, **lines("voting", row)))
    assert [(one.due_count, one.passed) for one in votes(app, organ)][1:] == [(6, True)]
    assert "支部〔2026〕3 号" in client.get(f"/events/{event_id}").text


@pytest.mark.parametrize("relation", ["in", "lost"])
def test_guests_and_the_lost_have_no_vote(
    app: Flask, world: World, enter: Enter, change: Change, relation: str
) -> None:
    make(change, world.organ, "member", relation=relation)
    row = {"matter": "甲", "yes": 7}
    event_of(hold(enter(world.organ["secretary"]), world.organ, **lines("voting", row)))
    assert [(one.due_count, one.present_count) for one in votes(app, world.organ)] == [(7, 7)]


def test_a_committee_votes_by_its_offices(app: Flask, world: World, enter: Enter, change: Change) -> None:
    organ = world.organ
    for role in ("leader", "keeper"):
        change(
            organ,
            "insert into post (person_id, unit_id, code, since) values (:person, :unit, :code, '2025-01-01')",
            person=organ[role].person_id,
            unit=organ.branch,
            code={"leader": "organisation", "keeper": "publicity"}[role],
        )
    client = enter(organ["secretary"])
    row = {"matter": "分工", "yes": 2}
    away = absent(organ, "keeper")
    event_of(hold(client, organ, "branch_committee_meeting", **away, **lines("voting", row)))
    [stored] = votes(app, organ)
    assert (stored.rule, stored.due_count, stored.present_count, stored.passed) == ("committee", 3, 2, True)


def test_a_counted_assembly_of_the_union_needs_two_thirds(app: Flask, world: World, enter: Enter) -> None:
    union = world.union
    client = enter(union["secretary"])
    row = {"matter": "通过财务报告", "rule": "union_assembly", "yes": 16}
    few = hold(client, union, "union_assembly", due_count="30", present_count="19", **lines("voting", row))
    assert few.status_code == 422
    assert "应到 30 人，实到 19 人，至少应到会 20 人" in few.text
    enough = hold(client, union, "union_assembly", due_count="30", present_count="20", **lines("voting", row))
    event_of(enough)
    assert [(one.due_count, one.present_count, one.passed) for one in votes(app, union)] == [(30, 20, True)]


def test_no_vote_is_taken_at_a_theme_day(app: Flask, world: World, enter: Enter) -> None:
    client = enter(world.organ["secretary"])
    page = client.get(f"/events/new?unit_id={world.organ.branch}&kind=theme_day")
    assert "voting-rows" not in page.text
    four = {"theme": "甲", "lecturer": "乙", "discussion": "丙", "gains": "丁"}
    sent = lines("voting", {"matter": "甲", "yes": 5})
    refused = hold(client, world.organ, "theme_day", **four, **sent)
    assert refused.status_code == 422
    assert events(app, world.organ) == []


def test_a_correction_counts_the_vote_anew_and_says_both(app: Flask, world: World, enter: Enter) -> None:
    organ = world.organ
    client = enter(organ["secretary"])
    row = {"matter": "通过工作计划", "rule": "assembly", "yes": 5, "no": 3}
    event_id = event_of(hold(client, organ, **lines("voting", row)))
    changed = correct(client, event_id, **{"voting-0-yes": "4", "voting-0-no": "4"})
    assert changed.status_code == 303
    [stored] = votes(app, organ)
    assert (stored.yes, stored.no, stored.passed) == (4, 4, False)
    # Five away: the vote that was taken no longer stands on a quorum, and the correction says so.
    away = absent(organ, "reviewer", "auditor", "member", "leader", "keeper")
    refused = correct(client, event_id, **away, **{"voting-0-present": ""})
    assert refused.status_code == 422
    assert 'id="voting-0-present-err"' in refused.text
    # Emptied fields are taken from the attendance as it is now.
    fewer = correct(
        client, event_id, **absent(organ, "reviewer"), **{"voting-0-present": "", "voting-0-no": "3"}
    )
    assert fewer.status_code == 303
    assert [(one.present_count, one.no) for one in votes(app, organ)] == [(7, 3)]


def test_nothing_is_asked_of_the_database_for_kinds_without_votes(
    world: World, enter: Enter, count_queries: Callable[[], Any]
) -> None:
    client = enter(world.organ["secretary"])
    address = f"/events/new?unit_id={world.organ.branch}&kind="
    client.get(address + "theme_day")
    with count_queries() as without:
        client.get(address + "theme_day")
    with count_queries() as with_votes:
        client.get(address + "branch_assembly")
    # Who may vote, and the tenant's choice.
    assert len(with_votes) - len(without) <= 2


def test_an_untouched_vote_is_no_correction_and_a_changed_one_is_said_in_words(
    app: Flask, world: World, enter: Enter, change: Change
) -> None:
    organ = world.organ
    client = enter(organ["secretary"])
    # A kind with one rule only: what the form does not show goes through it unchanged.
    event_id = event_of(
        hold(client, organ, "branch_committee_meeting", **lines("voting", {"matter": "分工", "yes": 1}))
    )
    correct(client, event_id)
    assert [event.version for event in events(app, organ)] == [1]
    correct(client, event_id, **{"voting-0-matter": "委员分工"})
    assert [event.version for event in events(app, organ)] == [2]
    page = client.get(f"/events/{event_id}").text
    assert "分工、支部委员会决议" in page
    assert "委员分工、支部委员会决议" in page
