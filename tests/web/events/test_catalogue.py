"""Every kind of the catalogue is recorded, shown and corrected through the general form, where it belongs."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from shared.db import db, transaction
from shared.events.kinds import KINDS, EventKind
from shared.organisations.models import Unit
from tests.web.events.stage import NOON, events, fields, inside
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
GENERAL = [kind for kind, spec in KINDS.items() if not spec.own_page]
#: Kinds of meetings to which the general form asks nothing that it cannot propose but these.
GIVEN = {"text": "一", "longtext": "二，\n三", "number": "3", "date": "2026-11-20", "money": "1,280.5"}


@pytest.fixture(autouse=True)
def in_november() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def side_of(world: World, kind: str) -> Side:
    return world.organ if KINDS[kind].line == "party" else world.union


def placed(app: Flask, world: World, kind: str) -> str:
    """The address of the form at a unit that may record the kind."""
    side, spec = side_of(world, kind), KINDS[kind]
    if spec.units:
        with inside(app, side), transaction():
            db.session.execute(update(Unit).where(Unit.id == side.branch).values(kind=spec.units[0]))
    return f"/events/new?unit_id={side.branch}&kind={kind}"


def answers(spec: EventKind, side: Side) -> dict[str, str]:
    given = {**GIVEN, "person": str(side["member"].person_id), "bool": "y"}
    found = {field.code: field.choices[0][0] if field.choices else given[field.type] for field in spec.fields}
    return {**found, "due_count": "9", "present_count": "8"} if spec.attendance == "counts" else found


@pytest.mark.parametrize("kind", GENERAL)
def test_it_is_recorded_and_says_everything_back(kind: str, app: Flask, world: World, enter: Enter) -> None:
    side, spec, address = side_of(world, kind), KINDS[kind], placed(app, world, kind)
    client = enter(side["secretary"])
    page = client.get(address)
    assert page.status_code == 200
    sent = client.post(address, data={**fields(page.text), **answers(spec, side)})
    assert sent.status_code == 303, sent.text
    [event] = events(app, side)
    assert set(event.fields) == {field.code for field in spec.fields}
    shown = client.get(sent.location).text
    for field in spec.fields:
        assert str(field.label) in shown, field.code
        word = dict(field.choices).get(field.choices[0][0]) if field.choices else None
        assert str(word) in shown if word else True, field.code
        if field.type == "money":
            assert event.fields[field.code] == "1280.50"
            assert "1280.50 元" in shown
        if field.type == "date":
            assert event.fields[field.code] == "2026-11-20"
    assert f"/events/{event.id}" in client.get(f"/ledger/{side.branch}").text


@pytest.mark.parametrize("kind", [kind for kind in GENERAL if KINDS[kind].units])
def test_a_unit_where_it_does_not_belong_is_not_offered_it(
    kind: str, app: Flask, world: World, enter: Enter
) -> None:
    client = enter(world.organ["secretary"])
    offered = client.get(f"/events/new?unit_id={world.organ.branch}").text
    assert f"kind={kind}" not in offered
    assert "kind=warning_education" in offered
    data = {**answers(KINDS[kind], world.organ), "form_key": "forced", "held_on": "2026-11-20"}
    client.post(f"/events/new?unit_id={world.organ.branch}&kind={kind}", data=data)
    assert events(app, world.organ) == []


@pytest.mark.parametrize("stranger", ["colleague", "neighbour"])
def test_a_leader_named_belongs_to_the_unit(stranger: str, app: Flask, world: World, enter: Enter) -> None:
    address = placed(app, world, "reception_day")
    client = enter(world.organ["secretary"])
    other = world.organ.colleague if stranger == "colleague" else world.union["member"]
    assert other is not None
    data = {**fields(client.get(address).text), **answers(KINDS["reception_day"], world.organ)}
    sent = client.post(address, data={**data, "leader": str(other.person_id)})
    assert sent.status_code == 422
    assert "选择本单位的成员。" in sent.text
    assert events(app, world.organ) == []


def test_a_correction_says_days_and_amounts_before_and_after(app: Flask, world: World, enter: Enter) -> None:
    side, address = world.union, placed(app, world, "staff_activity")
    client = enter(side["secretary"])
    data = {**fields(client.get(address).text), **answers(KINDS["staff_activity"], side)}
    shown = client.post(address, data=data).location
    form = fields(client.get(f"{shown}/correct").text)
    assert form["spent"] == "1280.50"
    same = client.post(f"{shown}/correct", data={**form, "reason": "核对"})
    assert same.status_code == 303
    assert "没有改动。" in client.get(shown).text
    changed = client.post(f"{shown}/correct", data={**form, "spent": "1300", "reason": "发票补到"})
    assert changed.status_code == 303, changed.text
    assert events(app, side)[0].fields["spent"] == "1300.00"
    page = client.get(shown).text
    assert "1280.50" in page
    assert "1300.00" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"spent": "-1"}, "应在 0 到"),
        ({"spent": "1000000000000"}, "应在 0 到"),
        ({"spent": "一百"}, "应填金额"),
        ({"spent": "0.001"}, "最多两位小数"),
        ({"pursuit": ""}, "要填写"),
    ],
)
def test_bad_answers_stay_in_the_form(
    changes: dict[str, str], said: str, app: Flask, world: World, enter: Enter
) -> None:
    side, address = world.union, placed(app, world, "staff_activity")
    client = enter(side["secretary"])
    data = {**fields(client.get(address).text), **answers(KINDS["staff_activity"], side), **changes}
    sent = client.post(address, data=data)
    assert sent.status_code == 422
    assert said in sent.text
    assert all(value in sent.text for value in changes.values())
    assert events(app, side) == []
