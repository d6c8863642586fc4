"""People on their way: mobile members with their contacts, transfers inside, to outside and between the two tenants."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.clock import ZONE
from shared.db import db
from shared.db.types import PartialDate
from shared.members.actions.mobile import note_contact, register_stay
from shared.members.models import Membership, Person
from shared.organisations.models import Unit
from shared.tenants.models import Receiver
from shared.transfers.actions import (
    Particulars,
    carry_post,
    publish,
    send_inside,
    send_outside,
    send_to_tenant,
)
from shared.transfers.models import Letter
from shared.transfers.queries import Place


@dataclass(frozen=True, slots=True)
class Traveller:
    """Whom the demo sends to the other tenant: the unit they belong to and its line."""

    unit: str
    line: str


#: From each tenant one member of its second line goes to the other tenant's first line.
TRAVELLERS = {
    "bureau": Traveller("桥隧管理所工会分会", "union"),
    "union": Traveller("岚光精密机械有限公司党支部", "party"),
}


def _membership(person_id: int, line: str) -> Membership:
    found: Membership = db.session.execute(
        select(Membership).where(
            Membership.person_id == person_id, Membership.kind == line, Membership.until.is_(None)
        )
    ).scalar_one()
    return found


def _plain(staff: Staff, *, since: date) -> list[Belonging]:
    """Full members without an office, the last first, who came before a day."""
    busy = {who.person_id for who in staff.posts.values()}
    return [
        who
        for who in reversed(staff.members)
        if who.person_id not in busy and who.status in ("full", "member") and who.since < since
    ]


def register_stays(plan: Plan, staffs: dict[str, Staff], admin: Actor, *, on: date) -> int:
    """Members away and one here from elsewhere; with some, contact is overdue. Returns how many."""
    said = plan.changes
    count = 0
    for place in said.get("stays", ()):
        since = on - timedelta(days=place["days"])
        who = _plain(staffs[place["unit"]], since=since)[0]
        person = db.session.execute(select(Person).where(Person.id == who.person_id)).scalar_one()
        stay = register_stay(
            admin,
            person,
            _membership(person.id, "party"),
            reason=place["reason"],
            place=place["place"],
            host=place["host"],
            contact_id=next(iter(staffs[place["unit"]].posts.values())).person_id,
            since=since,
            form_key=f"demo stay {count}",
        )
        note_contact(
            admin,
            stay,
            on=on - timedelta(days=place["contact"]),
            way="phone",
            form_key=f"demo contact {count}",
        )
        count += 1
    if guest := said.get("guest"):
        since = on - timedelta(days=guest["days"])
        who = _plain(staffs[guest["unit"]], since=since)[0]
        person = db.session.execute(select(Person).where(Person.id == who.person_id)).scalar_one()
        membership = _membership(person.id, "party")
        membership.relation = "in"
        register_stay(
            admin,
            person,
            membership,
            reason="work",
            place=guest["place"],
            host=guest["host"],
            since=since,
            form_key="demo guest",
        )
        count += 1
    return count


def send_people(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], admin: Actor, *, on: date
) -> int:
    """Transfers that wait: inside the tenant, and to outside by letter, one of them without its receipt."""
    said = plan.changes
    publish(admin, unit_ids=[units[name].id for name in said["receivers"]])
    sender, receiver = said["inside"]
    who = _plain(staffs[sender], since=on)[0]
    to = db.session.execute(select(Unit).where(Unit.id == units[receiver].id)).scalar_one()
    send_inside(
        admin,
        _membership(who.person_id, plan.line),
        to=to,
        said=Particulars(on, "demo inside", PartialDate(f"{on:%Y-%m}"), "工作调动"),
    )
    if letters := said.get("letters"):
        _letters(plan, letters, staffs, admin, on=on)
        return 3
    return 1


def _letters(
    plan: Plan, said: dict[str, str | int], staffs: dict[str, Staff], admin: Actor, *, on: date
) -> None:
    people = _plain(staffs[str(said["unit"])], since=on - timedelta(days=400))
    ends = ((str(said["to"]), str(said["there"])), (str(said["overdue_to"]), str(said["overdue_there"])))
    for place, (organisation, unit) in enumerate(ends):
        transfer = send_outside(
            admin,
            _membership(people[place].person_id, plan.line),
            addressed_to=organisation,
            unit_there=unit,
            valid_days=30,
            contact=str(said["contact"]),
            said=Particulars(on, f"demo letter {place}", PartialDate(f"{on:%Y-%m}"), "工作调动"),
        )
        if place == 0:
            continue
        letter = db.session.execute(select(Letter).where(Letter.transfer_id == transfer.id)).scalar_one()
        issued = on - timedelta(days=int(said["overdue_days"]))
        letter.issued_on, letter.expires_on = issued, issued + timedelta(days=letter.valid_days)
        transfer.effective_on, transfer.expires_on = issued, letter.expires_on
        transfer.created_at = letter.created_at = datetime.combine(issued, time(10, 20), ZONE)
    db.session.flush()


def send_across(plan: Plan, admin: Actor, *, to_tenant: int, on: date) -> None:
    """One member of the second line to a unit that the other tenant publishes; it waits to be received there."""
    traveller = TRAVELLERS[plan.kind]
    membership = db.session.execute(
        select(Membership)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(
            Unit.name == traveller.unit,
            Membership.kind == traveller.line,
            Membership.until.is_(None),
            Membership.relation == "registered",
        )
        .order_by(Membership.id.desc())
        .limit(1)
    ).scalar_one()
    receiver = db.session.execute(
        select(Receiver.unit_id, Receiver.unit_name, Receiver.tenant_name)
        .where(Receiver.tenant_id == to_tenant, Receiver.line == traveller.line)
        .order_by(Receiver.unit_id)
        .limit(1)
    ).one()
    send_to_tenant(
        admin,
        membership,
        place=Place(to_tenant, receiver.unit_id, receiver.unit_name, receiver.tenant_name),
        said=Particulars(on, "demo across", PartialDate(f"{on:%Y-%m}"), "工作调动"),
    )


def receive_post() -> None:
    """What the other tenant has sent stands in the list at once."""
    carry_post()
