"""One unit on the watch-list: its plan, and its progress month by month with the last one missing."""

from datetime import date

from sqlalchemy import select

from services.web.commands.demo.cast import Part, acting
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.db import db
from shared.organisations.models import Unit
from shared.watchlist.actions.listing import Decision, put_on_list
from shared.watchlist.actions.working import Step, add_measure, note_month, settle_measure

#: Months before the present one in which it was decided.
MONTHS = 4


def watch(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    cast: dict[str, Part],
    *,
    on: date,
) -> None:
    """Nothing where the line has no such list (its conditions are the party's)."""
    said = read("service")
    if "watch" not in said[given.line]:
        return
    name = next(
        place.name
        for place in given.levels[2][9:]
        if place.name != given.home and given.leading in staffs[place.name].posts
    )
    unit = db.session.execute(select(Unit).where(Unit.id == units[name].id)).scalar_one()
    leader, own = cast["leader"].person, staffs[name].posts[given.leading]
    first = _month(on, -MONTHS)
    entry = put_on_list(
        acting(admin, cast["officer"].person),
        unit=unit,
        given=Decision(
            first.replace(day=8),
            "党委会研究决定",
            None,
            leader.person_id,
            None,
            ("team_weak", "satisfaction"),
            {"team_weak": "委员分工不清，两次会议没有记录。", "satisfaction": "民主评议满意率 54%。"},
        ),
        people={leader.person_id: leader.name},
        form_key=f"demo watch {given.domain}",
    )
    actor = acting(admin, own)
    for turn, one in enumerate(said[given.line]["watch"]):
        measure = add_measure(
            actor,
            entry=entry,
            given=Step(one["problem"], one["content"], own.person_id, None),
            people=[own.person_id],
            form_key=f"demo watch {given.domain} {turn}",
        )
        if one["done"]:
            settle_measure(actor, entry=entry, measure=measure, act="done")
    for turn, one in enumerate(said["month"]):
        note_month(actor, entry=entry, month=_month(first, turn), progress=one["progress"])


def _month(on: date, ahead: int) -> date:
    """The first day of the month so many months from that of `on`."""
    months = on.year * 12 + on.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)
