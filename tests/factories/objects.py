"""One object of every kind at a unit of a side, for tests that need something that could leak."""

import secrets
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from flask import Flask

from shared.accounts.models import RoleGrant
from shared.assessments.models import Line, Scheme
from shared.db import db, transaction
from shared.documents.models import Document
from shared.duties.models import DueItem, Rule
from shared.events.models import Event
from shared.files import store
from shared.imports.models import Batch
from shared.jobs import Job
from shared.messages.models import Delivery, Occasion
from shared.tenancy import tenant
from tests.world import Cast, Side


def rule(side: Side, unit_id: int, owner: Cast) -> Rule:
    return Rule(
        key=f"key {secrets.token_hex(4)}",
        kind="theme_day" if side.kind == "bureau" else "union_assembly",
        unit_kinds=["party_branch", "primary_union_committee"],
        cadence="month",
        level="unit",
        source="a test's own rule",
        grade="K",
        valid_from=date(2020, 1, 1),
    )


def added(row: object) -> object:
    db.session.add(row)
    db.session.flush()
    return row


def make_rule(side: Side, unit_id: int, owner: Cast) -> int:
    row = rule(side, unit_id, owner)
    added(row)
    return row.id


def make_due_item(side: Side, unit_id: int, owner: Cast) -> int:
    row = DueItem(
        rule_id=make_rule(side, unit_id, owner),
        unit_id=unit_id,
        kind="theme_day" if side.kind == "bureau" else "union_assembly",
        year=2026,
        period="2026-01",
        ordinal=1 + secrets.randbelow(30_000),
        opens_on=date(2026, 1, 1),
        due_on=date(2026, 1, 31),
    )
    added(row)
    return row.id


def make_event(side: Side, unit_id: int, owner: Cast) -> int:
    row = Event(
        unit_id=unit_id,
        kind="theme_day" if side.kind == "bureau" else "union_assembly",
        title=f"secret title of {unit_id}",
        held_on=date(2026, 1, 15),
        due_count=3,
        present_count=3,
        fields={"theme": "t", "speaker": "s", "discussion": "d", "gains": "g"},
        form_key=secrets.token_hex(8),
        filed_by=owner.person_id,
    )
    added(row)
    return row.id


def make_file(side: Side, unit_id: int, owner: Cast) -> int:
    return store(
        b"secret bytes",
        name="paper.pdf",
        media_type="application/pdf",
        purpose="ledger",
        unit_id=unit_id,
        created_by=owner.person_id,
    ).id


def make_job(side: Side, unit_id: int, owner: Cast) -> int:
    row = Job(
        kind="documents.print",
        state="done",
        subject=f"secret subject of {unit_id}",
        requested_by=owner.person_id,
        unit_id=unit_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_batch(side: Side, unit_id: int, owner: Cast) -> int:
    row = Batch(
        layout="roster",
        file_name="roster.xlsx",
        state="staged",
        mapping={"sheets": []},
        created_by=owner.person_id,
        form_key=secrets.token_hex(8),
    )
    added(row)
    return row.id


def make_occasion(side: Side, unit_id: int, owner: Cast) -> int:
    row = Occasion(kind="press", key=secrets.token_hex(8), caused_by=owner.person_id)
    added(row)
    return row.id


def make_delivery(side: Side, unit_id: int, owner: Cast) -> int:
    row = Delivery(
        occasion_id=make_occasion(side, unit_id, owner),
        person_id=owner.person_id,
        channel="in_app",
        state="sent",
        subject="secret subject",
    )
    added(row)
    return row.id


def make_document(side: Side, unit_id: int, owner: Cast) -> int:
    row = Document(
        report="ledger",
        year=2026,
        unit_id=unit_id,
        file_id=make_file(side, unit_id, owner),
        job_id=make_job(side, unit_id, owner),
    )
    added(row)
    return row.id


def make_grant(side: Side, unit_id: int, owner: Cast) -> int:
    row = RoleGrant(person_id=owner.person_id, role="keeper", unit_id=unit_id, since=date(2026, 1, 1))
    added(row)
    return row.id


def make_scheme(side: Side, unit_id: int, owner: Cast) -> int:
    row = Scheme(
        key=secrets.token_hex(4), name="a sheet", applies={"unit_kinds": ["party_branch"]}, source="a test"
    )
    added(row)
    return row.id


def make_line(side: Side, unit_id: int, owner: Cast) -> int:
    row = Line(
        scheme_id=make_scheme(side, unit_id, owner),
        ordinal=1,
        heading="h",
        name="n",
        kind="count",
        full_marks=Decimal(10),
        metric="missing_events",
        params={"kinds": ["theme_day"]},
    )
    added(row)
    return row.id


def _unit(side: Side, unit_id: int, owner: Cast) -> int:
    return unit_id


def _person(side: Side, unit_id: int, owner: Cast) -> int:
    assert owner.person_id is not None
    return owner.person_id


def _seat(side: Side, unit_id: int, owner: Cast) -> int:
    assert owner.seat_id is not None
    return owner.seat_id


#: By the name of the URL's argument.
MAKERS: dict[str, Callable[[Side, int, Cast], int]] = {
    "unit_id": _unit,
    "person_id": _person,
    "seat_id": _seat,
    "due_item_id": make_due_item,
    "event_id": make_event,
    "file_id": make_file,
    "job_id": make_job,
    "batch_id": make_batch,
    "occasion_id": make_occasion,
    "delivery_id": make_delivery,
    "document_id": make_document,
    "grant_id": make_grant,
    "rule_id": make_rule,
    "scheme_id": make_scheme,
    "line_id": make_line,
}


def make(app: Flask, argument: str, side: Side, unit_id: int, owner: Cast) -> int:
    """Make the object in its tenant and return its key."""
    with app.app_context(), tenant(side.tenant_id):
        with transaction():
            key = MAKERS[argument](side, unit_id, owner)
        db.session.remove()
    return key
