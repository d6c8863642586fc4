"""On the sheet of a round: why counted marks are lost, and what brings them back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.access.actor import SYSTEM
from shared.assessments.actions import score_units
from shared.assessments.models import Round
from shared.clock import today
from shared.db import db, transaction
from shared.tenancy import tenant
from tests.factories.due_items import due_items
from tests.world import Cast, World

Enter = Callable[[Cast], FlaskClient]


def recounted(app: Flask, world: World, round_id: int) -> None:
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            lap = db.session.execute(select(Round).where(Round.id == round_id)).scalar_one()
            score_units(SYSTEM, year=lap.starts_on.year, lap=lap)
        db.session.remove()


def test_each_missing_duty_is_named_with_its_loss_and_the_way_to_make_it_up(
    app: Flask,
    world: World,
    enter: Enter,
    count_queries: Callable[[], Any],
    change: Callable[..., None],
    opened: int,
    entry_id: int,
) -> None:
    organ = world.organ
    secretary = enter(organ["secretary"])
    page = f"/rounds/entries/{entry_id}"
    change(organ, "update unit set duties_since = :day", day=date(today().year, 1, 1))
    [first] = due_items(app, organ, [organ.branch], date(today().year, 1, 2))
    recounted(app, world, opened)
    secretary.get(page)
    with count_queries() as few:
        text = secretary.get(page).text
    assert 'aria-label="去补记' in text
    assert f"/duties/{first}/record" in text
    assert "−2" in text
    for day in (3, 4, 5):
        due_items(app, organ, [organ.branch], date(today().year, 1, day))
    recounted(app, world, opened)
    with count_queries() as many:
        text = secretary.get(page).text
    assert "−8" in text
    assert len(many) == len(few)
    # Whoever does not keep the ledger is told why, and is not sent to a form.
    read = enter(organ["auditor"]).get(page).text
    assert "−8" in read
    assert "去补记" not in read
