"""`jiceng demo`: what it loads is whole, plausible, and by the rules that the pages hold everybody to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from services.web.commands.demo import TENANTS, demo, first_day, load
from services.web.commands.demo.cast import OPERATOR, ROLES
from services.web.commands.demo.plan import plan
from shared.assessments.models import Score
from shared.clock import now, today
from shared.db import db
from shared.duties.models import DueItem
from shared.events.kinds import KINDS
from shared.events.models import Attendance, Correction, Event
from shared.members.models import Membership, Person, PersonTerm, Post
from shared.members.numbers import identity_number, phone_number, show_identity, show_phone
from shared.messages.models import Delivery
from shared.organisations.models import Unit
from shared.settings import settings
from shared.tenancy import platform, tenant
from shared.tenants.queries import keys, tenant_by_name


def run(app: Flask) -> str:
    result = app.test_cli_runner().invoke(demo)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module", autouse=True)
def _loaded(app: Flask) -> None:
    run(app)


def tenant_id_of(name: str) -> int:
    with platform():
        found = tenant_by_name(name)
        db.session.remove()
    assert found is not None
    return found


@pytest.fixture(params=TENANTS)
def side(app: Flask, request: pytest.FixtureRequest) -> Iterator[str]:
    """Each tenant of the demo in turn, opened."""
    given = plan(request.param)
    with app.app_context():
        with tenant(tenant_id_of(given.tenant)):
            yield given.line
            db.session.rollback()
        db.session.remove()


def count(*conditions: object) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0  # type: ignore[arg-type]


def test_the_trees_are_those_that_were_promised(side: str) -> None:
    rows = db.session.execute(select(Unit.kind, func.count()).group_by(Unit.kind))
    sizes = {row[0]: row[1] for row in rows}
    if side == "party":
        assert sizes == {"organ_committee": 1, "general_branch": 3, "party_branch": 24}
    else:
        assert sizes == {"union_federation": 1, "joint_union_federation": 2, "primary_union_committee": 40}
    assert 380 <= count(Person.id.is_not(None)) <= 520


def test_most_is_held_in_time_and_something_is_always_missing(side: str) -> None:
    over = DueItem.due_on < today()
    due = count(over)
    on_time = count(over, DueItem.state == "done", DueItem.made_up.is_(False))
    assert 0.88 <= on_time / due <= 0.97
    assert count(over, DueItem.state == "open") >= 5
    assert count(DueItem.made_up) >= 1 or side == "union"
    assert count(DueItem.state == "open", DueItem.opens_on <= today(), ~over) >= 10
    assert count(Score.points.is_not(None)) > 100
    assert count(Delivery.channel == "in_app", Delivery.read_at.is_(None)) >= 1
    assert count(Correction.id.is_not(None)) >= 1


def test_every_event_could_have_been_recorded_by_a_person(side: str) -> None:
    rows = db.session.execute(
        select(Event, DueItem, Unit)
        .join(DueItem, DueItem.event_id == Event.id)
        .join(Unit, Unit.id == Event.unit_id)
    ).all()
    assert len(rows) > 150
    for event, item, unit in rows:
        spec = KINDS[event.kind]
        assert spec.line == unit.line
        assert spec.read(event.fields) == event.fields
        assert event.title
        assert "{" not in event.title
        assert first_day(today()) <= event.held_on <= today()
        assert item.made_up or item.opens_on <= event.held_on <= item.due_on
        assert not item.made_up or event.held_on > item.due_on
        assert event.filed_at <= now()


def test_the_roll_adds_up_and_nobody_came_before_they_belonged(side: str) -> None:
    rolls = (
        select(
            Attendance.event_id,
            func.count().label("due"),
            func.count().filter(Attendance.present).label("present"),
        )
        .group_by(Attendance.event_id)
        .subquery()
    )
    wrong = db.session.scalar(
        select(func.count())
        .select_from(Event)
        .join(rolls, rolls.c.event_id == Event.id)
        .where((Event.due_count != rolls.c.due) | (Event.present_count != rolls.c.present))
    )
    early = db.session.scalar(
        select(func.count())
        .select_from(Attendance)
        .join(Event, Event.id == Attendance.event_id)
        .join(Membership, Membership.person_id == Attendance.person_id)
        .where(Membership.since > Event.held_on, KINDS_OF_ALL)
    )
    assert (wrong, early) == (0, 0)


KINDS_OF_ALL = Event.kind.in_([code for code, kind in KINDS.items() if kind.attendance == "members"])


def test_numbers_are_valid_and_nobodys(side: str) -> None:
    identities = [
        show_identity(keys(), sealed, full=True)
        for sealed in db.session.scalars(
            select(Person.identity_sealed).where(Person.identity_sealed.is_not(None))
        )
    ]
    phones = [
        show_phone(keys(), sealed, full=True)
        for sealed in db.session.scalars(select(Person.phone_sealed).where(Person.phone_sealed.is_not(None)))
    ]
    assert len(identities) > 350
    assert len(set(identities)) == len(identities)
    assert all(identity_number(one) and one.startswith("99") for one in identities)
    assert all(phone_number(one) and one.startswith("154") for one in phones)
    addresses = list(db.session.scalars(select(Person.email).where(Person.email.is_not(None))))
    assert all((address or "").endswith(".example") for address in addresses)


def test_surnames_with_a_reading_of_their_own_are_found_by_it(app: Flask) -> None:
    readings = {"单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "尉迟": "yuchi"}
    found = set()
    for name in TENANTS:
        with app.app_context(), tenant(tenant_id_of(plan(name).tenant)):
            for surname, reading in readings.items():
                hits = db.session.scalars(
                    select(Person.name)
                    .join(PersonTerm, PersonTerm.person_id == Person.id)
                    .where(func.starts_with(PersonTerm.term, reading), Person.name.op("^@")(surname))
                )
                if hits.first():
                    found.add(surname)
            db.session.remove()
    assert found == set(readings)


def test_every_basic_unit_has_somebody_who_answers_for_it(side: str) -> None:
    codes = ("secretary", "union_chair")
    led = select(Post.unit_id).where(Post.code.in_(codes), Post.until.is_(None))
    basic = ("party_branch", "primary_union_committee")
    assert count(Unit.kind.in_(basic), Unit.id.not_in(led)) == 0


@pytest.mark.parametrize("name", TENANTS)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_signs_in_and_sees_a_home(app: Flask, role: str, name: str) -> None:
    client = app.test_client()
    answer = client.post(
        "/login", data={"identifier": f"{role}@{name}.demo", "password": settings().demo_password}
    )
    assert answer.status_code == 303
    page = client.get("/")
    assert page.status_code == 200
    assert plan(name).tenant in page.get_data(as_text=True)


def test_the_operator_signs_in(app: Flask) -> None:
    client = app.test_client()
    client.post("/login", data={"identifier": OPERATOR, "password": settings().demo_password})
    page = client.get("/", follow_redirects=True)
    assert page.status_code == 200
    assert all(plan(name).tenant in page.get_data(as_text=True) for name in TENANTS)


def sums(app: Flask) -> list[tuple[int, int, int]]:
    found = []
    for name in TENANTS:
        with app.app_context(), tenant(tenant_id_of(plan(name).tenant)):
            found.append((count(Unit.id > 0), count(Person.id > 0), count(Event.id > 0)))
            db.session.remove()
    return found


def test_a_second_run_changes_nothing_and_says_so(app: Flask) -> None:
    before = sums(app)
    assert "已" in run(app)
    assert sums(app) == before


def test_a_run_that_was_cut_off_is_taken_up(app: Flask) -> None:
    before = sums(app)
    with app.app_context():
        # As after a crash between the two tenants: the first stands, the mark of the whole is missing.
        load(plan("organ"), "$argon2id$none")
    assert sums(app) == before


@pytest.mark.parametrize("on", ["2027-01-01", "2026-12-20", "2028-02-29"])
def test_it_loads_on_any_day_of_the_year(app: Flask, on: str) -> None:
    given = replace(plan("organ"), tenant=f"demo of {on}", domain=f"day{on}")
    with time_machine.travel(f"{on}T02:00:00+00:00", tick=True), app.app_context():
        load(given, "$argon2id$none")
        day = date.fromisoformat(on)
        with tenant(tenant_id_of(given.tenant)):
            assert count(DueItem.due_on < day, DueItem.state == "open") >= 5
            assert count(Event.held_on > day) == 0
            assert count(Event.id > 0) > 300
            db.session.remove()


def test_without_a_password_nothing_is_loaded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(settings(), demo_password="")
    monkeypatch.setattr("services.web.commands.demo.settings", lambda: bare)
    result = app.test_cli_runner().invoke(demo)
    assert result.exit_code == 1
    assert "DEMO_PASSWORD" in result.output
