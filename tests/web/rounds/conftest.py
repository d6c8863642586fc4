"""A scheme with a line of each kind, and a round of it that the organ's officer opened for the branch."""

import secrets
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shared.assessments.models import Line, Scheme
from shared.clock import today
from shared.db import db, transaction
from shared.organisations.models import Unit
from shared.tenancy import tenant
from tests.world import Cast, Side, World

Enter = Callable[[Cast], FlaskClient]
Rows = Callable[..., list[Any]]

#: kind, full marks, metric, params
LINES = [
    ("count", 60, "duties.held", {"kinds": ["theme_day"], "per_missing": 2}),
    ("evidence", 20, None, {}),
    ("must", 10, None, {}),
    ("rating", 10, None, {}),
    ("bonus", 5, None, {}),
    ("veto", 0, None, {}),
]


@pytest.fixture
def sheet(app: Flask, world: World) -> dict[str, int]:
    """The keys of an issued scheme ("scheme") and of its lines by kind, in the organ's tenant."""
    with app.app_context(), tenant(world.organ.tenant_id):
        with transaction():
            unit = db.session.execute(select(Unit).where(Unit.id == world.organ.branch)).scalar_one()
            scheme = Scheme(
                key=secrets.token_hex(4),
                name="年度考核",
                applies={"unit_kinds": [unit.kind], "sectors": [unit.sector]},
                source="a test",
                enabled=False,
            )
            db.session.add(scheme)
            db.session.flush()
            found = {"scheme": scheme.id}
            for ordinal, (kind, full, metric, params) in enumerate(LINES, start=1):
                line = Line(
                    scheme_id=scheme.id,
                    ordinal=ordinal,
                    heading="基本组织",
                    name=f"{kind}事项",
                    kind=kind,
                    full_marks=Decimal(full),
                    metric=metric,
                    params=params,
                )
                db.session.add(line)
                db.session.flush()
                found[kind] = line.id
        db.session.remove()
    return found


def round_form(scheme: int, unit_id: int, **values: str) -> dict[str, str]:
    return {
        "form_key": f"round-{scheme}-{unit_id}",
        "scheme_id": str(scheme),
        "unit_id": str(unit_id),
        "period": "year",
        "seen": "1",
        "name": "二〇二六年度考核",
        "starts_on": f"{today().year}-01-01",
        "ends_on": f"{today().year}-12-31",
        "self_until": "2199-06-01",
        "review_until": "2199-06-20",
        "appeal_until": "2199-06-30",
        **values,
    }


@pytest.fixture
def opened(world: World, enter: Enter, sheet: dict[str, int]) -> int:
    """A round held by the general branch; the branch below it takes part."""
    answer = enter(world.organ["officer"]).post(
        "/rounds/new", data=round_form(sheet["scheme"], world.organ.middle)
    )
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


@pytest.fixture
def entry_id(world: World, rows: Rows, opened: int) -> int:
    side: Side = world.organ
    [(key,)] = rows(side, "select id from assessment_entry where round_id = :round", round=opened)
    return int(key)
