"""What concerns several units or none: joint events, exempt periods, what is made public."""

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select, update

from services.web.commands.demo.cast import acting
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.access.actor import Actor
from shared.db import db
from shared.duties.actions import record_event
from shared.duties.actions.exempting import end_exemption, grant_exemption
from shared.duties.actions.joining import offered, take_over
from shared.duties.models import Rule
from shared.events.actions import Held
from shared.events.actions.joint import decline, name_units
from shared.events.kinds import KINDS
from shared.events.models import JointOffer
from shared.organisations.models import Unit

#: Offered by the pack; the demo's organisations have switched it on.
CHOSEN = ("publication-dues-yearly",)


def choose_rules() -> None:
    """What these organisations ask beyond the binding rules; before the first planning."""
    db.session.execute(
        update(Rule)
        .where(Rule.key.in_(CHOSEN))
        .values(enabled=True)
        .execution_options(synchronize_session=False)
    )


def _unit(units: dict[str, Planted], name: str) -> Unit:
    return db.session.execute(select(Unit).where(Unit.id == units[name].id)).scalar_one()


def _counts(kind: str, staff: Staff) -> dict[str, int]:
    """Of a kind that is counted: the unit's people, two of them away."""
    if KINDS[kind].attendance != "counts":
        return {}
    return {"due_count": len(staff.members), "present_count": max(1, len(staff.members) - 2)}


def hold_together(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], admin: Actor, *, on: date
) -> None:
    """One event of several units: the host's record, taken over by some, declined by one, still asked of others."""
    said = read("life")[plan.line]["joint"]
    name, kind, day = said["host"], said["kind"], on - timedelta(days=said["days"])
    chair = _chair(plan, staffs, name)
    host = record_event(
        acting(admin, chair),
        unit=_unit(units, name),
        kind=kind,
        held=Held(
            held_on=day,
            starts_at=time(14, 30),
            ends_at=time(16, 0),
            place=said["place"],
            chair_id=chair.person_id,
            fields=said["fields"],
            **_counts(kind, staffs[name]),  # type: ignore[arg-type]
        ),
        form_key=f"demo joint {plan.domain}",
    )
    named = [*said["asked"], *said["taken"], said["declined"]["unit"]]
    name_units(acting(admin, chair), event=host, unit_ids=[units[one].id for one in named])
    offers = {
        offer.unit_id: offer
        for offer in db.session.scalars(select(JointOffer).where(JointOffer.event_id == host.id))
    }
    for one in said["taken"]:
        take_over(
            acting(admin, _chair(plan, staffs, one)),
            offer=offers[units[one].id],
            host=host,
            unit=_unit(units, one),
            held=offered(host, **_counts(kind, staffs[one])),  # type: ignore[arg-type]
        )
    refused = said["declined"]
    decline(
        acting(admin, _chair(plan, staffs, refused["unit"])),
        offer=offers[units[refused["unit"]].id],
        reason=refused["reason"],
    )


def _chair(plan: Plan, staffs: dict[str, Staff], name: str) -> Belonging:
    return staffs[name].posts[plan.leading]


def spare(plan: Plan, units: dict[str, Planted], officer: Actor, *, on: date) -> None:
    """Exempt periods that run, and one taken back."""
    for number, said in enumerate(read("life")[plan.line]["spared"]):
        since, until = (on + timedelta(days=days) for days in said["days"])
        unit = _unit(units, said["unit"])
        exemption, _count = grant_exemption(
            officer,
            unit=unit,
            kinds=said.get("kinds"),
            since=since,
            until=until,
            reason=said["reason"],
            document=said["document"],
            form_key=f"demo exemption {plan.domain} {number}",
        )
        if ended := said.get("ended"):
            end_exemption(officer, exemption=exemption, unit=unit, reason=ended, past=False)


def make_public(
    plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff], admin: Actor, *, on: date
) -> None:
    """Publications in force and ended; what is due is planned by the rule."""
    for number, said in enumerate(read("life")[plan.line].get("public", ())):
        name = said["unit"]
        who = _chair(plan, staffs, name)
        fields: dict[str, Any] = dict(said["fields"])
        if "until" in said:
            fields["until"] = (on + timedelta(days=said["until"])).isoformat()
        record_event(
            acting(admin, who),
            unit=_unit(units, name),
            kind="publication",
            held=Held(held_on=on - timedelta(days=said["days"]), fields=fields),
            form_key=f"demo public {plan.domain} {number}",
        )
