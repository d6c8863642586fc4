"""What the tests of the ledger's pages share: a planned year, and forms as a browser sends them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from shared.access.actor import SYSTEM
from shared.clock import today
from shared.db import db, transaction
from shared.duties.actions import adopt_pack, plan_year
from shared.duties.models import DueItem
from shared.events.models import Event
from shared.tenancy import tenant
from tests.world import Side

#: A Friday in November; October's theme day is overdue, November's is not.
NOON = "2026-11-20T04:00:00Z"


@contextmanager
def inside(app: Flask, side: Side) -> Iterator[None]:
    with app.app_context(), tenant(side.tenant_id):
        yield
        db.session.remove()


def plan(app: Flask, side: Side, *, year: int | None = None) -> None:
    with inside(app, side), transaction():
        adopt_pack(SYSTEM, pack=side.kind)
        plan_year(SYSTEM, year=year or today().year)


def item_id(app: Flask, side: Side, kind: str, period: str, *, unit_id: int | None = None) -> int:
    with inside(app, side):
        found = db.session.scalar(
            select(DueItem.id).where(
                DueItem.unit_id == (unit_id or side.branch), DueItem.kind == kind, DueItem.period == period
            )
        )
    assert found is not None
    return found


def item(app: Flask, side: Side, key: int) -> DueItem:
    with inside(app, side):
        found: DueItem = db.session.execute(select(DueItem).where(DueItem.id == key)).scalar_one()
    return found


def events(app: Flask, side: Side) -> list[Event]:
    with inside(app, side):
        return list(db.session.scalars(select(Event).order_by(Event.id)))


def fields(page: str) -> dict[str, Any]:
    """What the browser would send of the record form if nothing were changed."""
    start = page.index('id="record"')
    form = page[start : page.index("</form>", start)]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = _attribute(tag, "type")
        if (kind == "checkbox" and " checked" not in tag) or kind == "file":
            continue
        sent.setdefault(_attribute(tag, "name"), []).append(_attribute(tag, "value"))
    for name, inside_text in re.findall(
        r"<textarea[^>]*name=\"([^\"]+)\"[^>]*>(.*?)</textarea>", form, re.DOTALL
    ):
        sent[name] = [inside_text.strip()]
    for tag, inside_text in re.findall(r"(<select[^>]*>)(.*?)</select>", form, re.DOTALL):
        options = re.findall(r"<option[^>]*>", inside_text)
        chosen = [option for option in options if " selected" in option] or options[:1]
        sent[_attribute(tag, "name")] = [_attribute(option, "value") for option in chosen]
    sent.pop("", None)
    return {name: values if len(values) > 1 else values[0] for name, values in sent.items()}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


FOUR = {
    "theme": "节约集约用地",
    "lecturer": "周砚秋",
    "discussion": "三宗地块的处置时限",
    "gains": "形成对账清单一份",
}


def theme_day(client: FlaskClient, key: int, **changes: Any) -> TestResponse:
    """Open the form, write the four 有, hand in."""
    page = client.get(f"/duties/{key}/record")
    assert page.status_code == 200, page.status_code
    return client.post(f"/duties/{key}/record", data={**fields(page.text), **FOUR, **changes})
