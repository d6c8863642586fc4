"""A unit says its own marks, shows evidence and hands in; what the ledger counts nobody types."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.clock import today
from shared.db import db, transaction
from shared.events.models import Event
from shared.tenancy import tenant
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]
Sheet = dict[str, int]


def sent(
    client: FlaskClient, entry_id: int, act: str, version: int, sheet: Sheet, /, **values: str
) -> TestResponse:
    """`points_evidence="3"` is the field points-<line of that kind>; every line with words is on the form."""
    data = {"act": act, "version": str(version)}
    data |= {f"words-{sheet[kind]}": "" for kind in ("evidence", "must", "rating", "bonus", "count", "veto")}
    for name, text in values.items():
        field, kind = name.split("_")
        data[f"{field}-{sheet[kind]}"] = text
    return client.post(f"/rounds/entries/{entry_id}", data=data)


def record(app: Flask, world: World, unit_id: int) -> int:
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            event = Event(
                unit_id=unit_id,
                kind="theme_day",
                title="重温入党誓词",
                held_on=today(),
                form_key=f"e{unit_id}",
            )
            db.session.add(event)
            db.session.flush()
            key = event.id
        db.session.remove()
    return key


def test_kept_as_it_goes_checked_in_words_and_locked_when_handed_in(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    page = secretary.get(f"/rounds/entries/{entry_id}").text
    assert f'name="points-{sheet["evidence"]}"' in page
    for kind in ("count", "rating", "veto"):
        assert f'name="points-{sheet[kind]}"' not in page
    # By itself while it is written: the answer carries the version to write on.
    answer = sent(secretary, entry_id, "draft", 1, sheet, points_evidence="15", words_evidence="台账齐全")
    assert answer.get_json()["version"] == "2"
    # What the ledger counts, a ballot gives or a reviewer raises is not typed, whatever is sent.
    sent(secretary, entry_id, "save", 2, sheet, points_evidence="15", words_evidence="台账齐全",
         points_count="60", points_rating="10", points_veto="0")  # fmt: skip
    assert rows(organ, "select line_id, self_points from assessment_mark") == [
        (sheet["evidence"], Decimal("15.00"))
    ]
    # Not complete: said at the line, kept, not handed in.
    answer = sent(secretary, entry_id, "hand_in", 2, sheet, points_evidence="15", words_evidence="台账齐全")
    assert answer.status_code == 422
    assert f'id="points-{sheet["must"]}-err"' in answer.text
    assert rows(organ, "select state from assessment_entry") == [("open",)]
    # Complete, on the version of now.
    whole = {
        "points_evidence": "15",
        "words_evidence": "台账齐全",
        "points_must": "10",
        "words_must": "已设置",
    }
    assert sent(secretary, entry_id, "hand_in", 2, sheet, **whole).status_code == 303
    assert rows(organ, "select state, handed_in_by from assessment_entry") == [
        ("handed_in", organ["secretary"].person_id)
    ]
    # Twice is once; another text afterwards is refused, and nothing changed.
    assert sent(secretary, entry_id, "hand_in", 2, sheet, **whole).status_code == 303
    assert sent(secretary, entry_id, "save", 4, sheet, points_evidence="20").status_code == 409
    assert rows(organ, "select self_points from assessment_mark where line_id = :l", l=sheet["evidence"]) == [
        (Decimal("15.00"),)
    ]
    assert rows(
        organ,
        "select count(*) from audit_entry where verb = 'entry.hand_in' and object_id = :id",
        id=entry_id,
    ) == [(1,)]


@pytest.mark.parametrize(
    ("kind", "points"),
    [("evidence", "21"), ("evidence", "-1"), ("evidence", "viel"), ("evidence", "NaN"), ("evidence", "1.234"),
     ("must", "5"), ("bonus", "5.01"), ("evidence", "1e99")],
)  # fmt: skip
def test_marks_that_do_not_fit_stay_on_the_page_and_are_not_kept(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int, kind: str, points: str
) -> None:
    secretary = enter(world.organ["secretary"])
    answer = sent(
        secretary, entry_id, "save", 1, sheet, **{f"points_{kind}": points, "words_must": "其余保留"}
    )
    assert answer.status_code == 422
    assert f'value="{points}"' in answer.text
    assert rows(world.organ, "select line_id, self_points, self_text from assessment_mark") == [
        (sheet["must"], None, "其余保留")
    ]


def test_two_at_once_the_second_is_told_and_keeps_what_was_typed(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    secretary, officer = enter(world.organ["secretary"]), enter(world.organ["officer"])
    assert sent(secretary, entry_id, "save", 1, sheet, points_evidence="12").status_code == 303
    answer = sent(officer, entry_id, "save", 1, sheet, points_evidence="7", words_evidence="我写的")
    assert answer.status_code == 409
    assert "我写的" in answer.text
    assert sent(officer, entry_id, "draft", 1, sheet, points_evidence="7").status_code == 409
    assert rows(world.organ, "select self_points from assessment_mark") == [(Decimal("12.00"),)]


def test_not_applicable_is_asked_with_a_reason_and_decided_by_the_reviewer(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    secretary = enter(world.organ["secretary"])
    given = {"skip_evidence": "1", "points_evidence": "9", "points_must": "0"}
    answer = sent(secretary, entry_id, "hand_in", 1, sheet, **given)
    assert answer.status_code == 422
    assert f'id="words-{sheet["evidence"]}-err"' in answer.text
    answer = sent(secretary, entry_id, "hand_in", 2, sheet, words_evidence="没有经费", **given)
    assert answer.status_code == 303, answer.text
    statement = (
        "select self_not_applicable, self_points, not_applicable from assessment_mark where line_id = :l"
    )
    assert rows(world.organ, statement, l=sheet["evidence"]) == [(True, None, False)]


def test_evidence_is_a_record_of_the_own_ledger_or_a_file_behind_its_own_address(
    app: Flask, world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    own, foreign = record(app, world, organ.branch), record(app, world, organ.other_branch)
    address = f"/rounds/entries/{entry_id}/evidence?line={sheet['evidence']}"
    assert "重温入党誓词" in secretary.get(address).text
    assert secretary.get(address + "&kind=party_lecture").text.count("重温入党誓词") == 0
    assert secretary.post(address, data={"form_key": "a", "event": str(foreign)}).status_code == 422
    for _again in range(2):
        assert secretary.post(address, data={"form_key": "b", "event": str(own)}).status_code == 303
    # The record stands behind the line once, whatever the form.
    assert secretary.post(address, data={"form_key": "c", "event": str(own)}).status_code == 303
    pdf = {"form_key": "d", "words": "责任清单", "files": (io.BytesIO(b"%PDF-1.4 list"), "清单.pdf")}
    assert secretary.post(address, data=pdf, content_type="multipart/form-data").status_code == 303
    lying = {"form_key": "e", "files": (io.BytesIO(b"MZ program"), "清单.pdf")}
    assert secretary.post(address, data=lying, content_type="multipart/form-data").status_code == 422
    found = rows(organ, "select id, event_id, file_id is not null from assessment_proof order by id")
    assert [row[1:] for row in found] == [(own, False), (None, True)]
    proof_id = found[1][0]
    answer = secretary.get(f"/rounds/proofs/{proof_id}")
    assert answer.data == b"%PDF-1.4 list"
    assert answer.headers["Cache-Control"] == "no-store"
    # A colleague of another unit, a member, and the neighbour do not get at it.
    assert organ.colleague is not None
    assert enter(organ.colleague).get(f"/rounds/proofs/{proof_id}").status_code == 403
    assert enter(world.union["officer"]).get(f"/rounds/proofs/{proof_id}").status_code == 404
    assert enter(organ["member"]).get(f"/rounds/proofs/{proof_id}").status_code == 403
    # Evidence alone carries the marks; without it or words they are asked for.
    whole = {"points_evidence": "15", "points_must": "0"}
    assert (
        sent(secretary, entry_id, "hand_in", 1, sheet, points_evidence="15", points_must="10").status_code
        == 422
    )
    assert sent(secretary, entry_id, "hand_in", 2, sheet, **whole).status_code == 303
    # Handed in, nothing is added or taken off.
    assert secretary.post(address, data={"form_key": "f", "words": "noch"}).status_code == 409
    secretary.post(f"/rounds/proofs/{proof_id}/remove")
    assert rows(organ, "select count(*) from assessment_proof") == [(2,)]


def test_evidence_is_taken_off_and_no_evidence_is_asked_of_a_counted_line(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    secretary = enter(world.organ["secretary"])
    address = f"/rounds/entries/{entry_id}/evidence?line="
    assert secretary.get(address + str(sheet["count"])).status_code == 404
    assert secretary.get(address + "abc").status_code == 303
    secretary.post(address + str(sheet["must"]), data={"form_key": "a", "words": "见责任清单"})
    [(proof_id,)] = rows(world.organ, "select id from assessment_proof")
    assert secretary.post(f"/rounds/proofs/{proof_id}/remove").status_code == 303
    assert rows(world.organ, "select count(*) from assessment_proof") == [(0,)]


def test_late_is_said_and_still_taken_until_the_review_is_over(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, opened: int, entry_id: int
) -> None:
    secretary = enter(world.organ["secretary"])
    with time_machine.travel(date(2199, 6, 5), tick=False):
        late = enter(world.organ["secretary"])
        assert "2199-06-01" in late.get(f"/rounds/entries/{entry_id}").text
        assert (
            sent(late, entry_id, "hand_in", 1, sheet, points_evidence="0", points_must="0").status_code == 303
        )
    detail = "select detail->>'late' from audit_entry where verb = 'entry.hand_in'"
    assert rows(world.organ, detail) == [("true",)]
    assert secretary.get(f"/rounds/{opened}").status_code == 200


def test_only_who_answers_for_the_unit_writes(
    world: World, enter: Enter, rows: Rows, sheet: Sheet, entry_id: int
) -> None:
    organ = world.organ
    assert organ.colleague is not None
    for cast, status in (
        (organ.colleague, 403),
        (organ["leader"], 403),
        (organ["member"], 403),
        (world.union["secretary"], 404),
    ):
        assert sent(enter(cast), entry_id, "save", 1, sheet, points_evidence="1").status_code == status
    assert rows(organ, "select count(*) from assessment_mark") == [(0,)]
    # What a reviewer gives is not shown before it is published, and no mark is ordered by persons.
    page = enter(organ["leader"]).get(f"/rounds/entries/{entry_id}")
    assert page.status_code == 200
    assert 'name="points-' not in page.text
