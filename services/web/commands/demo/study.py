"""Hours of study from the records and from people themselves; what the absent have made up for."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select, text

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Staff
from services.web.commands.demo.plan import Plan, read
from shared.access.actor import Actor, Grant
from shared.db import db
from shared.events.actions.study.entries import decide, enter_own
from shared.organisations.models import Unit

#: Everybody present at a record of these kinds has its hours, signed by who chaired it.
_OF_RECORDS = text(
    "insert into study_hours (person_id, unit_id, event_id, on_date, form, hours, subject, state, entered_by,"
    " entered_at, decided_by, decided_at, form_key)"
    " select a.person_id, e.unit_id, e.id, e.held_on, 'central', given.hours, e.title, 'signed', e.chair_id,"
    " e.filed_at, e.chair_id, e.filed_at, 'event:' || e.id"
    " from unnest(cast(:kinds as text[]), cast(:hours as numeric[])) as given (kind, hours)"
    " join event e on e.kind = given.kind and e.state = 'filed' and e.held_on < :before"
    " join attendance a on a.tenant_id = e.tenant_id and a.event_id = e.id and a.present"
    " on conflict do nothing"
)
#: Of those absent longer ago two in three have made up for it; of the others at one unit some say that they have.
_MADE_UP = text(
    "update attendance a set made_up_on = e.held_on + 4 + (a.id % 9)::int, made_up_by = e.chair_id,"
    " made_up_how = (array['reading', 'told', 'session'])[1 + (a.id / 3) % 3]"
    " from event e where e.tenant_id = a.tenant_id and e.id = a.event_id and e.state = 'filed'"
    " and not a.present and e.held_on < :before and a.id % 3 <> 0"
)
_ASKED = text(
    "update attendance a set made_up_asked_on = :on, made_up_asked_how = 'reading'"
    " where a.id in (select absent.id from attendance absent join event e"
    " on e.tenant_id = absent.tenant_id and e.id = absent.event_id"
    " where e.unit_id = :unit_id and e.state = 'filed' and not absent.present and absent.made_up_on is null"
    " and e.held_on < :on order by e.held_on desc, absent.id limit 2)"
)
#: Hours that members enter for themselves: days ago, form, hours, subject.
OWN = (
    (3, "self", "1.5", "自学：支部工作条例"),
    (6, "practice", "3", "志愿服务：社区排水口清淤"),
    (9, "self", "2", "网上课程：城市安全运行"),
    (14, "self", "1", "读书：基层治理案例选"),
    (21, "practice", "2.5", "结对村路面修补"),
)


def study(plan: Plan, staffs: dict[str, Staff], admin: Actor, *, home: int, on: date) -> None:
    """Hours of records and people, some waiting for the signature; and absences made up for."""
    hours = read("life")[plan.line]["studied"]
    db.session.execute(
        _OF_RECORDS,
        {"kinds": list(hours), "hours": [str(n) for n in hours.values()], "before": on - timedelta(days=6)},
    )
    staff = staffs[plan.home]
    entries = []
    for who in (staff.members[7], *staff.members[9:12]):
        for days, form, n, subject in OWN:
            if who.since <= on - timedelta(days=days):
                entry = enter_own(
                    acting(admin, who),
                    on_date=on - timedelta(days=days),
                    form=form,
                    hours=Decimal(n),
                    subject=subject,
                    form_key=f"demo study {who.person_id} {days}",
                )
                # Who belongs to both lines studies with the Party's unit; that one signs.
                if entry.unit_id == home:
                    entries.append((days, entry.id))
    path = db.session.scalar(select(Unit.path).where(Unit.id == home))
    signer = replace(
        acting(admin, staff.posts[plan.leading]), grants=(Grant("secretary", unit_id=home, unit_path=path),)
    )
    for sign, remark, those in (
        (True, "", [key for days, key in entries if days in (9, 14)]),
        (False, "没有写明地点和带队人，请重报", [key for days, key in entries if days == 21][:1]),
    ):
        if those:
            decide(signer, entry_ids=those, sign=sign, remark=remark)
    db.session.execute(_MADE_UP, {"before": on - timedelta(days=20)})
    db.session.execute(_ASKED, {"unit_id": home, "on": on - timedelta(days=1)})
    db.session.expire_all()
