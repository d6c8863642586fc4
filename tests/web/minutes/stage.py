"""What the tests of votes and resolutions share: a record with its rows, as a browser sends it."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from shared.db import db
from shared.events.models import Event, Resolution, Vote
from tests.web.events.stage import fields, inside
from tests.world import Side

TEXTS = {"agenda": "讨论接收预备党员", "decisions": "同意"}


def lines(part: str, *rows: dict[str, Any]) -> dict[str, str]:
    """Rows of a part as the form names them."""
    sent = {f"{part}-rows": str(len(rows))}
    for number, row in enumerate(rows):
        sent |= {f"{part}-{number}-{name}": str(value) for name, value in row.items()}
    return sent


def hold(client: FlaskClient, side: Side, kind: str = "branch_assembly", **changes: Any) -> TestResponse:
    """Open the form of a record without a duty, write what is needed, hand in."""
    address = f"/events/new?unit_id={side.branch}&kind={kind}"
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return client.post(address, data={**fields(page.text), **TEXTS, **changes})


def correct(client: FlaskClient, event_id: int, **changes: Any) -> TestResponse:
    """Open the correction of a record, change something, hand in."""
    page = client.get(f"/events/{event_id}/correct")
    assert page.status_code == 200, page.status_code
    sent = {**fields(page.text), "reason": "核对原始记录", **changes}
    return client.post(f"/events/{event_id}/correct", data=sent)


def event_of(answer: TestResponse) -> int:
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def votes(app: Flask, side: Side) -> list[Vote]:
    with inside(app, side):
        return list(db.session.scalars(select(Vote).order_by(Vote.event_id, Vote.ordinal)))


def resolutions(app: Flask, side: Side) -> list[Resolution]:
    with inside(app, side):
        return list(db.session.scalars(select(Resolution).order_by(Resolution.event_id, Resolution.ordinal)))


def events(app: Flask, side: Side) -> list[Event]:
    with inside(app, side):
        return list(db.session.scalars(select(Event).order_by(Event.id)))
