"""A round is reviewed, confirmed, published, appealed against and final, by its verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from shared.access.actor import Actor
from shared.assessments.actions.appealing import Answer, answer_appeal, make_appeal
from shared.assessments.actions.appointing import appoint_for_units, begin_review
from shared.assessments.actions.deciding import confirm_round, finish_round, publish_round
from shared.assessments.actions.reviewing import Given, Overtaken, give_marks
from shared.assessments.models import Entry, Line, Round, Scheme
from shared.assessments.queries.reviews import candidates, to_mark, waiting_total
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Conflict, Forbidden, Invalid
from shared.exports.queries import asker
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.world import Cast, Side, World


@contextmanager
def open_in(app: Flask, side: Side) -> Iterator[None]:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            yield
        db.session.remove()


def who(cast: Cast) -> Actor:
    assert cast.person_id is not None
    found = asker(cast.person_id, locale="zh_Hans")
    assert found is not None
    return found


def a_round(side: Side) -> tuple[Round, Line]:
    """Both branches, one line that is shown, under review."""
    scheme = Scheme(
        key="reviewed",
        name="s",
        applies={"unit_kinds": ["party_branch"], "sectors": []},
        source="a test's own",
        total=10,
    )
    db.session.add(scheme)
    db.session.flush()
    line = Line(
        scheme_id=scheme.id, ordinal=1, heading="h", name="n", kind="evidence", full_marks=Decimal(10)
    )
    lap = Round(
        scheme_id=scheme.id,
        unit_id=side.root,
        name="round",
        period="year",
        starts_on=date(today().year, 1, 1),
        ends_on=date(today().year, 12, 31),
        self_until=today(),
        review_until=today(),
        appeal_until=today(),
        form_key="k",
    )
    db.session.add_all([line, lap])
    db.session.flush()
    db.session.add_all([Entry(round_id=lap.id, unit_id=key) for key in (side.branch, side.other_branch)])
    db.session.flush()
    return lap, line


def path_of(unit_id: int) -> str:
    unit = db.session.query(Unit).filter(Unit.id == unit_id).one()
    return str(unit.path)


def test_nobody_reviews_the_own_unit(app: Flask, world: World) -> None:
    side = world.organ
    with open_in(app, side):
        lap, line = a_round(side)
        admin = who(side["admin"])
        (one,) = [each for each in candidates() if each.person_id == admin.person_id]
        with pytest.raises(Invalid):
            appoint_for_units(admin, lap=lap, people=[one], units=[(side.branch, path_of(side.branch))])
        units = [(key, path_of(key)) for key in (side.branch, side.other_branch)]
        assert appoint_for_units(admin, lap=lap, people=[one], units=units) == 1
        begin_review(admin, lap=lap, revision=lap.revision)
        with pytest.raises(Forbidden):
            give_marks(admin, lap=lap, given=[Given(side.branch, line.id, Decimal(1))])
        assert [row.unit_id for row in to_mark(admin, lap, unit_id=side.other_branch)[0]] == [
            side.other_branch
        ]


def test_marks_stay_within_full_and_the_second_is_told(app: Flask, world: World) -> None:
    side = world.organ
    with open_in(app, side):
        lap, line = a_round(side)
        admin = who(side["admin"])
        people = [each for each in candidates() if each.person_id == admin.person_id]
        appoint_for_units(
            admin, lap=lap, people=people, units=[(side.other_branch, path_of(side.other_branch))]
        )
        begin_review(admin, lap=lap, revision=lap.revision)
        with pytest.raises(Invalid):
            give_marks(admin, lap=lap, given=[Given(side.other_branch, line.id, Decimal("10.5"))])
        assert give_marks(admin, lap=lap, given=[Given(side.other_branch, line.id, Decimal(8))]) == 1
        with pytest.raises(Overtaken):
            give_marks(admin, lap=lap, given=[Given(side.other_branch, line.id, Decimal(9))])
        assert waiting_total(lap) == 1
        with pytest.raises(Conflict):
            confirm_round(admin, lap=lap, revision=lap.revision)


def test_from_confirmed_to_final_with_an_appeal(app: Flask, world: World) -> None:
    side = world.organ
    with open_in(app, side):
        lap, line = a_round(side)
        admin, officer = who(side["admin"]), who(side["officer"])
        db.session.query(Entry).filter(Entry.unit_id == side.branch).delete()
        people = [each for each in candidates() if each.person_id == admin.person_id]
        appoint_for_units(
            admin, lap=lap, people=people, units=[(side.other_branch, path_of(side.other_branch))]
        )
        begin_review(admin, lap=lap, revision=lap.revision)
        give_marks(admin, lap=lap, given=[Given(side.other_branch, line.id, Decimal(8))])
        with pytest.raises(Conflict):
            confirm_round(admin, lap=lap, revision=lap.revision)
        assert confirm_round(officer, lap=lap, revision=lap.revision)
        entry = db.session.query(Entry).filter(Entry.round_id == lap.id).one()
        assert (entry.earned, entry.possible, entry.rate) == (Decimal(8), Decimal(10), Decimal(80))
        assert publish_round(officer, lap=lap, appeal_until=today(), revision=lap.revision)
        assert side.colleague is not None
        made, _new = make_appeal(
            who(side.colleague), lap=lap, entry=entry, line=line, body="see the papers", form_key="a"
        )
        with pytest.raises(Conflict):
            answer_appeal(admin, lap=lap, appeal=made, answer=Answer(True, "yes", Decimal(9)))
        with pytest.raises(Invalid):
            answer_appeal(officer, lap=lap, appeal=made, answer=Answer(True, "yes", Decimal(11)))
        with pytest.raises(Conflict):
            finish_round(officer, lap=lap, revision=lap.revision)
        assert answer_appeal(officer, lap=lap, appeal=made, answer=Answer(True, "yes", Decimal(9)))
        entry = db.session.query(Entry).filter(Entry.round_id == lap.id).one()
        assert (made.points_before, made.points_after, entry.earned) == (Decimal(8), Decimal(9), Decimal(9))
        lap.appeal_until = lap.review_until = lap.self_until = today() - timedelta(days=1)
        assert finish_round(officer, lap=lap, revision=lap.revision)
        with pytest.raises(Conflict):
            publish_round(officer, lap=lap, appeal_until=today(), revision=lap.revision)
