"""A round through the pages: reviewers, marks, confirmation, publication, an appeal, the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.rounds.conftest import round_form
from tests.web.rounds.test_entering import sent
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Sheet = dict[str, int]


@dataclass
class Stage:
    """A round of the other branch: its secretary, who runs it, and a second administrator who reviews."""

    id: int
    entry: int
    unit: int
    unit_side: FlaskClient
    holder: FlaskClient
    reviewer: FlaskClient
    sheet: Sheet
    reviewer_id: int

    @property
    def address(self) -> str:
        return f"/rounds/{self.id}/review?entry_id={self.entry}"

    def step(self, act: str, **more: str) -> str:
        """One press on the page of review and result; the page that follows."""
        page = self.holder.get(f"/rounds/{self.id}/decide").text
        revision = re.search(r'name="revision" value="(\d+)"', page)
        data = {"revision": revision.group(1) if revision else "0"} | more
        return self.holder.post(f"/rounds/{self.id}/{act}", data=data, follow_redirects=True).text

    def form(self) -> dict[str, str]:
        """The hidden fields of the review form, as they were shown."""
        page = self.reviewer.get(self.address).text
        return {
            name: unescape(value)
            for name, value in re.findall(r'name="((?:revision|was)-\d+-\d+)" value="([^"]*)"', page)
        }

    def mark(self, shown: dict[str, str] | None = None, **typed: str) -> TestResponse:
        """`points_evidence="3"` is the marks field of that line."""
        data = dict(self.form() if shown is None else shown)
        for name, text in typed.items():
            field, kind = name.split("_")
            data[f"{field}-{self.unit}-{self.sheet[kind]}"] = text
        return self.reviewer.post(self.address, data=data)


@pytest.fixture
def stage(world: World, enter: Enter, rows: Rows, change: Callable[..., None], sheet: Sheet) -> Stage:
    organ = world.organ
    assert organ.colleague is not None
    second = organ["auditor"]
    change(
        organ,
        "insert into role_grant (person_id, role, since) values (:key, 'admin', '2026-01-01')",
        key=second.person_id,
    )
    holder, unit_side = enter(organ["admin"]), enter(organ.colleague)
    answer = holder.post("/rounds/new", data=round_form(sheet["scheme"], organ.other_branch))
    assert answer.status_code == 303, answer.text
    round_id = int(answer.location.rsplit("/", 1)[1])
    [(entry,)] = rows(organ, "select id from assessment_entry where round_id = :key", key=round_id)
    sent(
        unit_side, entry, "save", 1, sheet, points_evidence="18", words_evidence="台账齐全", points_must="10"
    )
    return Stage(
        round_id,
        entry,
        organ.other_branch,
        unit_side,
        holder,
        enter(second),
        sheet,
        second.person_id or 0,
    )


def appointed(stage: Stage) -> None:
    answer = stage.holder.post(
        f"/rounds/{stage.id}/reviewers", data={"person_id": str(stage.reviewer_id), "line_id": ""}
    )
    assert answer.status_code == 303, answer.text
    stage.step("review/begin")


def reviewed(stage: Stage) -> None:
    appointed(stage)
    answer = stage.mark(
        points_evidence="15", remark_evidence="缺两份纪要", points_must="10", points_rating="8"
    )
    assert answer.status_code == 303, answer.text


def state_of(rows: Rows, world: World, stage: Stage) -> str:
    [(state,)] = rows(world.organ, "select state from assessment_round where id = :key", key=stage.id)
    return str(state)


def test_people_of_the_unit_do_not_review_it(world: World, enter: Enter, stage: Stage, opened: int) -> None:
    officer = enter(world.organ["officer"])
    # The whole cast belongs to the branch of this round.
    key = str(world.organ["officer"].person_id)
    answer = officer.post(f"/rounds/{opened}/reviewers", data={"person_id": key, "line_id": ""})
    assert answer.status_code == 422
    assert "不得评审本组织" in answer.text


def test_what_waits_is_listed_and_nothing_is_confirmed_before(
    world: World, enter: Enter, rows: Rows, stage: Stage
) -> None:
    appointed(stage)
    page = stage.holder.get(f"/rounds/{stage.id}/decide").text
    for kind in ("evidence", "must", "rating"):
        assert f"{kind}事项" in page
    assert "还有 3 项未评审" in stage.step("confirm")
    assert state_of(rows, world, stage) == "review"
    assert "年度考核" in stage.reviewer.get("/rounds/reviews").text
    assert "待您评审" in stage.reviewer.get("/").text
    # Whoever was given nothing finds nothing to mark.
    other = stage.holder.get(stage.address)
    assert other.status_code == 303


def test_marks_are_checked_beside_their_line_and_kept(stage: Stage, rows: Rows, world: World) -> None:
    appointed(stage)
    wrong = stage.mark(points_evidence="20.5", points_must="5", points_rating="x")
    assert wrong.status_code == 422
    for text in ("最多 20", "必备项只评满分或 0 分", 'value="20.5"'):
        assert text in wrong.text
    assert rows(world.organ, "select count(*) from assessment_mark where points is not null")[0][0] == 0
    silent = stage.mark(points_evidence="15")
    assert silent.status_code == 422
    veto = stage.mark(raised_veto="1", remark_veto="有案件")
    assert veto.status_code == 422
    assert "一票否决须有佐证" in veto.text


def test_the_second_of_two_reviewers_loses_nothing(stage: Stage, rows: Rows, world: World) -> None:
    appointed(stage)
    shown = stage.form()
    assert stage.mark(shown, points_must="10").status_code == 303
    late = stage.mark(shown, points_must="0", remark_must="缺材料")
    assert late.status_code == 409
    assert "缺材料" in late.text
    [(points,)] = rows(
        world.organ, "select points from assessment_mark where line_id = :line", line=stage.sheet["must"]
    )
    assert points == 10


def test_from_the_marks_to_the_end(
    world: World, rows: Rows, change: Callable[..., None], stage: Stage
) -> None:
    reviewed(stage)
    # Not before it is published.
    assert stage.unit_side.get(f"/rounds/results/{stage.entry}").status_code == 409
    stage.step("confirm")
    [(earned, possible)] = rows(
        world.organ, "select earned, possible from assessment_entry where id = :key", key=stage.entry
    )
    assert (earned >= 33, possible >= 40) == (True, True)
    assert state_of(rows, world, stage) == "confirmed"
    # The marks stand.
    assert stage.mark(points_must="0", remark_must="x").status_code == 409
    stage.step("publish", appeal_until="2199-06-30")
    assert state_of(rows, world, stage) == "published"
    page = stage.unit_side.get(f"/rounds/results/{stage.entry}").text
    assert "缺两份纪要" in page
    answer = stage.unit_side.post(
        f"/rounds/entries/{stage.entry}/appeal",
        data={"form_key": "a", "line_id": str(stage.sheet["evidence"]), "body": "纪要已补"},
    )
    assert answer.status_code == 303
    [(appeal,)] = rows(world.organ, "select id from assessment_appeal where round_id = :key", key=stage.id)
    # Who gave the mark does not answer; an open appeal keeps the round from its end.
    stage.reviewer.post(f"/rounds/appeals/{appeal}", data={"upheld": "1", "answer": "是", "points": "20"})
    [(state,)] = rows(world.organ, "select state from assessment_appeal where id = :key", key=appeal)
    assert state == "open"
    change(
        world.organ,
        "update assessment_round set self_until = '2026-01-01', review_until = '2026-01-02',"
        " appeal_until = '2026-01-03' where id = :key",
        key=stage.id,
    )
    stage.step("finish")
    assert state_of(rows, world, stage) == "published"
    too_much = stage.holder.post(
        f"/rounds/appeals/{appeal}", data={"upheld": "1", "answer": "是", "points": "21"}
    )
    assert too_much.status_code == 422
    stage.holder.post(f"/rounds/appeals/{appeal}", data={"upheld": "1", "answer": "已补齐", "points": "17"})
    [(after,)] = rows(world.organ, "select earned from assessment_entry where id = :key", key=stage.entry)
    assert after == earned + 2
    assert "已补齐" in stage.unit_side.get(f"/rounds/entries/{stage.entry}/appeal").text
    stage.step("finish")
    assert state_of(rows, world, stage) == "final"
    late = stage.unit_side.post(
        f"/rounds/entries/{stage.entry}/appeal", data={"form_key": "b", "line_id": "", "body": "再申诉"}
    )
    assert late.status_code == 409
    assert "再申诉" in late.text


def test_no_step_from_the_wrong_role_or_the_neighbour(world: World, enter: Enter, stage: Stage) -> None:
    for other in (world.union["admin"], world.organ["secretary"], world.organ["officer"]):
        client = enter(other)
        for act in ("review/begin", "confirm", "publish", "finish", "reopen", "reviewers/dismiss"):
            answer = client.post(f"/rounds/{stage.id}/{act}", data={"revision": "1"})
            assert answer.status_code in (403, 404), (other.role, act)
        assert client.get(f"/rounds/{stage.id}/appeals").status_code in (403, 404)
