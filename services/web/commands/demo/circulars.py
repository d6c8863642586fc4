"""Circulars: one that the units have read and answered for the greater part, one that has just come to all."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update

from services.web.commands.demo.cast import acting
from services.web.commands.demo.paper import KINDS
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.audiences.actions import keep_segment
from shared.audiences.recipients import Audience
from shared.circulars.actions import Words, count_recipients, make_circular, mark_read, reply, send
from shared.circulars.models import Circular, Receipt
from shared.clock import ZONE
from shared.db import db
from shared.organisations.models import Unit

#: Days since the first was sent; days until its last day, and until that of the second.
SENT, DUE, AHEAD = 4, 2, 9


def tell_units(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    officer: Belonging,
    on: date,
) -> None:
    """Send both in the name of the root; two of three units have read the first, most of those have answered."""
    said, actor = read("circulars")[given.line], acting(admin, officer)
    root = db.session.execute(select(Unit).where(Unit.id == units[given.levels[0][0].name].id)).scalar_one()
    leading = {units[name].id: staffs[name].posts.get(given.leading) for name in units if name in staffs}
    first = _send(given, actor, root, said["answered"], "answered", due_on=on + timedelta(days=DUE))
    for turn, (receipt_id, unit_id) in enumerate(_receipts(first)):
        who = leading.get(unit_id)
        if who is None or turn % 3 == 2:
            continue
        reader = acting(admin, who)
        mark_read(reader, circular=first)
        if turn % 4 != 1:
            second = turn % 5 == 0
            reply(
                reader,
                circular=first,
                receipt_id=receipt_id,
                choice=said["answered"]["choices"][int(second)],
                text=said["answered"]["remark"] if second else "",
            )
    _date(first, on)
    leaders = Audience(whom="answering", unit_kinds=(KINDS[given.line],), under_id=root.id)
    keep_segment(
        actor,
        unit=root,
        name=said["segment"]["name"],
        audience=leaders,
        form_key=f"demo segment {given.domain}",
    )
    _send(given, actor, root, said["waiting"], "waiting", due_on=on + timedelta(days=AHEAD))


def _send(
    given: Plan, actor: Actor, root: Unit, said: dict[str, Any], name: str, *, due_on: date
) -> Circular:
    choices = said.get("choices", [])
    words = Words(said["title"], said["body"], "choice" if choices else "none", choices, due_on)
    circular, _new = make_circular(
        actor, unit=root, words=words, form_key=f"demo circular {given.domain} {name}"
    )
    whom = Audience(unit_kinds=(KINDS[given.line],), under_id=root.id)
    seen = count_recipients(actor, unit_id=root.id, whom="units", audience=whom)
    send(actor, circular=circular, whom="units", audience=whom, seen=seen)
    return circular


def _receipts(circular: Circular) -> list[tuple[int, int]]:
    rows = db.session.execute(
        select(Receipt.id, Receipt.at_unit_id)
        .where(Receipt.circular_id == circular.id)
        .order_by(Receipt.at_unit_id)
    )
    return [(key, unit_id) for key, unit_id in rows]


def _date(circular: Circular, on: date) -> None:
    """As if it had been sent days ago, and read and answered the day after."""
    sent = datetime.combine(on - timedelta(days=SENT), time(9, 10), ZONE)
    circular.created_at, circular.sent_at = sent, sent
    db.session.flush()
    for column, at in (("read_at", sent + timedelta(hours=6)), ("replied_at", sent + timedelta(hours=25))):
        db.session.execute(
            update(Receipt)
            .where(Receipt.circular_id == circular.id, getattr(Receipt, column).is_not(None))
            .values({column: at})
            .execution_options(synchronize_session=False)
        )
    db.session.execute(
        update(Receipt)
        .where(Receipt.circular_id == circular.id)
        .values(told_on=on - timedelta(days=SENT))
        .execution_options(synchronize_session=False)
    )
