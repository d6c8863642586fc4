"""A new tenant is given the rules and the sheet of its kind, once, and nobody else is."""

import tomllib
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from shared.access.actor import SYSTEM
from shared.assessments.models import Line, Scheme
from shared.db import db, transaction
from shared.duties.models import Rule
from shared.duties.packs import EVERYBODYS, PACKS
from shared.jobs import enqueue
from shared.tenancy import tenant
from shared.tenants.jobs import FOUND
from tests.world import Cast, Side, World


def ground(app: Flask, side: Side) -> tuple[list[str], list[str], int]:
    """Keys of the rules, keys of the sheets, number of their lines."""
    with app.app_context(), tenant(side.tenant_id):
        rules = sorted(db.session.scalars(select(Rule.key)))
        sheets = sorted(db.session.scalars(select(Scheme.key)))
        lines = db.session.scalar(select(func.count()).select_from(Line)) or 0
        db.session.remove()
    return rules, sheets, lines


def order(app: Flask, side: Side) -> None:
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            enqueue(SYSTEM, FOUND, args={})
        db.session.remove()


#: A sheet for the branches of each of the five sectors.
BRANCHES = [
    "institution_branch",
    "organ_branch",
    "private_branch",
    "social_branch",
    "state_enterprise_branch",
]


@pytest.mark.parametrize(("kind", "sheet"), [("bureau", BRANCHES), ("union", ["basic_union"])])
def test_a_tenant_is_founded_once_with_what_its_kind_asks(
    kind: str,
    sheet: list[str],
    app: Flask,
    world: World,
    work: Callable[[int], int],
    enter: Callable[[Cast], FlaskClient],
) -> None:
    mine, other = (world.organ, world.union) if kind == "bureau" else (world.union, world.organ)
    assert ground(app, mine) == ([], [], 0)
    order(app, mine)
    assert work(mine.tenant_id) == 1
    shipped = sorted(
        rule["key"]
        for pack in (kind, *EVERYBODYS)
        for rule in tomllib.loads(PACKS[pack].read_text("utf-8"))["rule"]
    )
    rules, sheets, lines = ground(app, mine)
    assert rules == shipped
    assert sheets == sheet
    assert lines > 0
    assert ground(app, other) == ([], [], 0)
    # A second founding, as after a worker that died between the work and its note, changes nothing.
    order(app, mine)
    assert work(mine.tenant_id) == 1
    assert ground(app, mine) == (rules, sheets, lines)
    name = {"bureau": "主题党日", "union": "夏送清凉"}[kind]
    assert name in enter(mine["admin"]).get("/rules").text
    assert name not in enter(other["admin"]).get("/rules").text
