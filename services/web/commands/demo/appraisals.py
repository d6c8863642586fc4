"""Yearly reports with their appraisal, one handed in; self-appraisals for the vote that waits."""

from datetime import date, timedelta

from sqlalchemy import select

from services.web.commands.demo.cast import Part, acting
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.assessments.actions.appraising import open_appraisals, put_report
from shared.assessments.models import Appraisal
from shared.assessments.queries.appraisals import to_report
from shared.ballots.actions.steps import plan_steps, write_review
from shared.ballots.models import Poll
from shared.ballots.queries.steps import hearings
from shared.db import db
from shared.organisations.models import Unit

_REPORT = {
    "last_year": "上年度指出的两个问题已整改：组织生活记录由专人核对，流动党员每季度联系一次。",
    "work": "全年按期召开支部党员大会、支委会和党小组会，党课由班子成员轮流讲；发展党员按步骤进行，党费按月收缴。",
    "problems": "一是组织生活形式偏单一；二是青年党员参与较少；三是党建与业务结合的项目不多。",
    "causes": "谋划不够早，听取党员意见不够经常。",
    "next_steps": "每季度征求一次党员意见；每半年办一个与业务结合的项目，落实到人。",
}
_SELVES = (
    "一年来按时参加组织生活，学习笔记坚持记；不足是联系群众不够主动。今后每月到联系户走访一次。",
    "本年度承担了项目攻关任务，参加志愿服务；不足是发言时讲成绩多、找问题少。",
    "能完成本职工作，按月交纳党费；不足是业务学习抓得紧、理论学习抓得松。",
)


def appraise(
    given: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    cast: dict[str, Part],
    *,
    on: date,
) -> None:
    """The Party's tenant only: a union has no such appraisal."""
    if given.line == "union":
        return
    home = db.session.execute(select(Unit).where(Unit.id == units[given.home].id)).scalar_one()
    holder = db.session.execute(select(Unit).where(Unit.id == home.parent_id)).scalar_one()
    secretary = acting(admin, cast["secretary"].person)
    open_appraisals(
        admin, holder=holder, year=on.year, until=on + timedelta(days=20), seen=to_report(holder, on.year)
    )
    row = db.session.execute(
        select(Appraisal).where(Appraisal.unit_id == home.id, Appraisal.year == on.year).with_for_update()
    ).scalar_one()
    put_report(secretary, row=row, given=_REPORT, revision=row.revision, hand_in=True)
    poll = db.session.scalars(
        select(Poll).where(Poll.unit_id == home.id, Poll.kind == "appraisal", Poll.state == "open")
    ).first()
    if poll is None:
        return
    held = hearings(home)
    plan_steps(
        secretary,
        unit=home,
        poll=poll,
        self_until=on + timedelta(days=5),
        event_id=held[0][0] if held else None,
    )
    members = sorted(staffs[given.home].members, key=lambda one: one.person_id)
    for person, words in zip(members[1:], _SELVES, strict=False):
        write_review(acting(admin, person), unit=home, poll=poll, body=words, hand_in=True)
