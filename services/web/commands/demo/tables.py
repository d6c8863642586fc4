"""Tables asked of the units: one taken in for the greater part, one that most still have to fill in."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select, update

from services.web.commands.demo.cast import acting
from services.web.commands.demo.paper import KINDS
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.clock import ZONE
from shared.db import db
from shared.organisations.models import Unit
from shared.returns.actions.drafts import Words, make_table
from shared.returns.actions.filling import Typed, decide, hand_in, save, take_all
from shared.returns.actions.issuing import Audience, count_units, issue
from shared.returns.columns import Column
from shared.returns.models import Filling, FillingNote, ReturnTable

#: Days since the first was issued and was due; days until the second is.
ISSUED, DUE, AHEAD = 40, 12, 6


def ask_tables(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    officer: Belonging,
    on: date,
) -> None:
    """Issue both, and have the units fill them in as far as units do."""
    said, actor = read("service")[given.line], acting(admin, officer)
    root = db.session.execute(select(Unit).where(Unit.id == units[given.levels[0][0].name].id)).scalar_one()
    leading = {units[name].id: staffs[name].posts.get(given.leading) for name in units if name in staffs}
    chance = Random(f"tables of {given.domain}")
    first = _issue(given, actor, root, said["taken"], "taken", on)
    rows = _fillings(first)
    lacking = {row.unit_id for row in rows[5::9]}
    for row in rows:
        if row.unit_id not in lacking:
            values = (
                str(chance.randint(6, 40)),
                f"{chance.randint(4, 16)}.5",
                chance.choice(("是", "是", "否")),
            )
            _hand_in(admin, first, row, leading.get(row.unit_id), ["", "", *values])
    take_all(actor, table=first, form_key=f"demo take {given.domain}")
    db.session.expire_all()
    back = next(row for row in rows if row.state == "taken")
    decide(
        actor,
        table=first,
        filling=back,
        act="return",
        remark="人均学时与集中培训人次对不上，请核对。",
        version=back.version,
        form_key=f"demo back {given.domain}",
    )
    _date(first, on)
    second = _issue(given, actor, root, said["waiting"], "waiting", on)
    home = units[given.home].id
    for turn, row in enumerate(row for row in _fillings(second) if row.unit_id != home):
        typed = ["", str(chance.randint(1, 4)), str(chance.randint(0, 3)), said["fill"]]
        if turn % 3 == 0:
            _hand_in(admin, second, row, leading.get(row.unit_id), typed)
        elif turn % 7 == 1:
            save(
                _own(admin, leading.get(row.unit_id)),
                table=second,
                filling=row,
                typed=Typed([_row(second, ["", typed[1], "", ""])]),
                version=row.version,
            )
    db.session.flush()


def _issue(given: Plan, actor: Actor, root: Unit, said: dict[str, Any], name: str, on: date) -> ReturnTable:
    columns = [
        Column("", one["label"], one.get("kind", "text"), one.get("measure", ""), known=one.get("known", ""))
        for one in said["columns"]
    ]
    table, _new = make_table(
        actor,
        unit=root,
        words=Words(said["title"], said["remark"], "row", columns),
        form_key=f"demo table {given.domain} {name}",
    )
    whom = Audience(kinds=(KINDS[given.line],), under=root)
    seen = count_units(actor, table=table, given=whom)
    issue(actor, table=table, given=whom, due_on=on + timedelta(days=AHEAD), seen=seen)
    return table


def _fillings(table: ReturnTable) -> list[Filling]:
    statement = select(Filling).where(Filling.return_id == table.id).order_by(Filling.unit_id)
    return list(db.session.scalars(statement))


def _own(admin: Actor, who: Belonging | None) -> Actor:
    return admin if who is None else acting(admin, who)


def _row(table: ReturnTable, texts: list[str]) -> dict[str, str]:
    return {one["key"]: text for one, text in zip(table.columns, texts, strict=True) if text}


def _hand_in(admin: Actor, table: ReturnTable, row: Filling, who: Belonging | None, texts: list[str]) -> None:
    hand_in(
        _own(admin, who),
        table=table,
        filling=row,
        typed=Typed([_row(table, texts)]),
        version=row.version,
        form_key=f"demo filling {row.id}",
    )


def _date(table: ReturnTable, on: date) -> None:
    """As if it had been issued weeks ago, filled in before its last day and looked at after it."""
    issued = datetime.combine(on - timedelta(days=ISSUED), time(9, 20), ZONE)
    handed = issued + timedelta(days=ISSUED - DUE - 3, hours=5)
    table.created_at, table.issued_at, table.due_on = issued, issued, on - timedelta(days=DUE)
    db.session.flush()
    db.session.execute(
        update(Filling)
        .where(Filling.return_id == table.id, Filling.handed_at.is_not(None))
        .values(handed_at=handed, saved_at=handed)
        .execution_options(synchronize_session=False)
    )
    ids = select(Filling.id).where(Filling.return_id == table.id)
    for acts, at in ((("hand_in",), handed), (("take", "return"), handed + timedelta(days=5))):
        db.session.execute(
            update(FillingNote)
            .where(FillingNote.filling_id.in_(ids), FillingNote.act.in_(acts))
            .values(at=at)
            .execution_options(synchronize_session=False)
        )
    db.session.expire_all()
