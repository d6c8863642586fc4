"""An election whose hand-over waits for the successor, one reorganisation executed, another drafted."""

from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.accounts.models import Seat
from shared.db import db
from shared.duties.actions.terms.elections import Election, renew
from shared.members.posts import POSTS
from shared.organisations.models import Unit
from shared.reforms.actions.drafts import add_step, begin_draft
from shared.reforms.actions.execute import execute
from shared.reforms.models import Reform


def hold_election(
    plan: Plan,
    units: dict[str, Planted],
    staffs: dict[str, Staff],
    admin: Actor,
    *,
    successor: int,
    on: date,
) -> Belonging:
    """A unit elects another secretary or chair, who signs in with the login `successor` and has yet to take over."""
    said = plan.changes
    name = said["handover"]
    staff, held_on = staffs[name], on - timedelta(days=4)
    busy = {who.person_id for who in staff.posts.values()}
    heir = next(
        who
        for who in staff.members
        if who.person_id not in busy and who.status in ("full", "member") and who.since < held_on
    )
    committee = [
        (code, heir.person_id if code == plan.leading else who.person_id)
        for code, who in staff.posts.items()
        if POSTS[code].committee
    ]
    unit = db.session.execute(select(Unit).where(Unit.id == units[name].id).with_for_update()).scalar_one()
    full = sum(who.status in ("full", "member") for who in staff.members)
    renew(
        admin,
        unit=unit,
        election=Election(
            held_on=held_on,
            document=said["election_document"],
            body="members",
            due_count=full,
            present_count=full - Random(plan.domain).randint(0, 2),
            committee=committee,
            number=6,
            place="会议室",
        ),
        form_key="demo election",
    )
    db.session.execute(insert(Seat), [{"login_id": successor, "person_id": heir.person_id}])
    return heir


def reorganise(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], admin: Actor, *, on: date
) -> None:
    """Two units merged, one renamed, one set up, as the document says; and a draft that waits for its day."""
    said = plan.changes
    if "reform" not in said:
        return

    def key(name: str) -> int:
        return units[name].id

    past, next_one = said["reform"], said["draft"]
    reform = _begin(admin, past, on - timedelta(days=past["days"]))
    source, target = past["merge"]
    add_step(admin, reform, operation="merge", unit_id=key(source), into_id=key(target))
    former, name = past["rename"]
    add_step(admin, reform, operation="rename", unit_id=key(former), name=name)
    name, above, kind = past["set_up"]
    add_step(admin, reform, operation="set_up", into_id=key(above), name=name, kind=kind)
    db.session.flush()
    execute(admin, reform_id=reform.id, version=reform.version)
    draft = _begin(admin, next_one, on + timedelta(days=next_one["days"]))
    source, name, count = next_one["split"]
    people = [who.person_id for who in staffs[source].members if who.status == "full"][-count:]
    add_step(admin, draft, operation="split", unit_id=key(source), name=name, people=people)
    source, above = next_one["move"]
    add_step(admin, draft, operation="move", unit_id=key(source), into_id=key(above))


def _begin(admin: Actor, said: dict[str, Any], effective_on: date) -> Reform:
    return begin_draft(
        admin,
        title=said["title"],
        document_no=said["document"],
        effective_on=effective_on,
        form_key=f"demo {said['document']}",
    )
