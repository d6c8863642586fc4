"""What keeps a branch going between its records: a meeting to come, a fixed day, and dues from base to receipt."""

from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.db import db
from shared.dues.actions.bases import GivenBase, enter_bases
from shared.dues.actions.collecting import collect_month
from shared.dues.actions.sheets import close_sheet, draw_sheets
from shared.events.actions.meetings import Planned, plan_meeting
from shared.events.actions.series import start_series
from shared.members.statuses import STATUSES
from shared.organisations.kinds import KINDS as UNIT_KINDS
from shared.organisations.models import Unit

#: What is planned, by line: the kind of the next meeting and of the fixed day.
KINDS = {"party": ("branch_assembly", "theme_day"), "union": ("union_assembly", "union_committee_meeting")}
#: By line: the class of a member's base and the span of invented monthly wages, in yuan.
WAGES = {"party": ("salary", 4200, 13800), "union": ("wage", 3600, 9800)}


def meet(actor: Actor, *, home: int, on: date) -> None:
    """A meeting within the week and a fixed day each month, at the unit of the demo's secretary."""
    unit = db.session.execute(select(Unit).where(Unit.id == home)).scalar_one()
    once, monthly = KINDS[unit.line]
    plan_meeting(
        actor,
        unit=unit,
        kind=once,
        given=Planned(
            on_date=on + timedelta(days=5),
            starts_at=time(15, 0),
            ends_at=time(16, 30),
            title="",
            place="三楼会议室",
            agenda="传达学习上级会议精神\n通报本季度重点工作\n讨论明年工作安排",
        ),
        form_key=f"demo meeting {home}",
    )
    start_series(
        actor,
        unit=unit,
        kind=monthly,
        day=20,
        given=Planned(on_date=on + timedelta(days=1), starts_at=time(14, 30), place="党员活动室"),
        form_key=f"demo series {home}",
    )


def pay(
    given: Plan, units: dict[str, Planted], staffs: dict[str, Staff], actor: Actor, *, home: int, on: date
) -> None:
    """Bases for everybody of the first line; last month collected but for one person, this month drawn up at home."""
    chance = Random(f"dues of {given.domain}")
    payer_class, least, most = WAGES[given.line]
    this = on.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    own = {name for name in staffs if name in units and UNIT_KINDS[units[name].place.kind].line == given.line}
    people = [
        member.person_id
        for name in sorted(own)
        for member in staffs[name].members
        if STATUSES[member.status].counts
    ]
    enter_bases(
        actor,
        unit_id=None,
        line=given.line,
        given=[
            GivenBase(person_id, payer_class, Decimal(chance.randrange(least, most, 10)))
            for person_id in people
        ],
        from_month=last,
        document="工资发放表",
    )
    draw_sheets(actor, unit_ids=[units[name].id for name in own], month=last)
    unit = db.session.execute(select(Unit).where(Unit.id == home)).scalar_one()
    collect_month(
        actor,
        unit=unit,
        month=last,
        paid_on=last.replace(day=25),
        way="bank",
        form_key=f"demo dues {home}",
    )
    close_sheet(actor, unit_id=home, month=last)
    draw_sheets(actor, unit_ids=[home], month=this)
