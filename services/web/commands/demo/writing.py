"""One event of the demo: its words, its place and hour, and who was there."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from services.web.commands.demo.habits import Held, Item
from services.web.commands.demo.people import Belonging, Staff
from services.web.commands.demo.plan import Plan, read
from services.web.commands.demo.tree import Planted
from shared.clock import ZONE, now
from shared.duties.periods import period_label
from shared.events.actions.signing import is_signed
from shared.events.kinds import KINDS, REASONS, TOPICS
from shared.members.statuses import ATTENDING

HOURS = (time(9, 0), time(14, 30), time(15, 0), time(16, 0))
REASON_WEIGHTS = {"duty": 5, "sick": 2, "personal": 2, "leave": 3, "other": 1}
ABSENT = 0.06
#: Of the minutes that a chair signs, one in so many still waits.
UNSIGNED_ONE_IN = 8


@dataclass(frozen=True, slots=True)
class Custom:
    """Where and when a unit usually meets, and who leads."""

    place: str
    hour: time
    chair: Belonging
    clerk: Belonging


class Writer:
    """Writes the events of one tenant."""

    def __init__(self, plan: Plan, units: dict[str, Planted], staffs: dict[str, Staff]) -> None:
        self.plan = plan
        self.chance = Random(f"ledger of {plan.domain}")
        self.texts = read("events")
        self.units = {unit.id: unit for unit in units.values()}
        self.staffs = {units[name].id: staff for name, staff in staffs.items()}
        self.customs = {
            unit.id: self._custom(unit) for unit in units.values() if self.staffs[unit.id].members
        }
        self._turn: dict[tuple[int, str], int] = {}

    def _custom(self, unit: Planted) -> Custom:
        staff = self.staffs[unit.id]
        chair = staff.posts.get(self.plan.leading, staff.members[0])
        places = self.texts["places" if self.plan.line == "party" else "union_places"]
        return Custom(self.chance.choice(places), self.chance.choice(HOURS), chair, staff.members[1])

    def text_of(self, unit_id: int, kind: str) -> dict[str, Any]:
        """The unit's next text of this kind; no unit writes the same twice before all are used."""
        known = self.texts.get(kind) or [{}]
        if (unit_id, kind) not in self._turn:
            self._turn[unit_id, kind] = self.chance.randrange(len(known))
        self._turn[unit_id, kind] += 1
        return dict(known[self._turn[unit_id, kind] % len(known)])

    def event(self, held: Held) -> dict[str, Any]:
        """The event's row."""
        item, chance = held.item, self.chance
        custom, spec = self.customs[item.unit_id], KINDS[item.kind]
        words = self.text_of(item.unit_id, item.kind)
        present, due = self.roll(held)
        fields = spec.read(words | self._own_fields(item, custom, present))
        title = str(words.get("title", fields.get(spec.title_field or "", "")))
        outside = chance.choice(self.texts["outside"]) if words.get("outside") else custom.place
        begins = datetime.combine(held.on, custom.hour)
        filed = datetime.combine(held.on, time(17, chance.randrange(60)), ZONE)
        filed_at = min(filed + timedelta(days=chance.choice((0, 0, 1, 1, 2))), now())
        return {
            "unit_id": item.unit_id,
            "kind": item.kind,
            "title": (title or "{period}" + str(spec.name)).format(period=period_label(item.period)),
            "held_on": held.on,
            "starts_at": custom.hour if spec.attendance != "none" else None,
            "ends_at": (begins + timedelta(minutes=chance.choice((60, 75, 90)))).time()
            if spec.attendance != "none"
            else None,
            "place": outside if spec.attendance != "none" else "",
            "chair_id": custom.chair.person_id,
            "clerk_id": custom.clerk.person_id if spec.attendance != "pair" else None,
            "due_count": due,
            "present_count": len(present),
            "fields": fields,
            "filed_at": filed_at,
            "filed_by": custom.chair.person_id,
            **self._signature(item, custom, filed_at),
            "form_key": f"demo-{item.id}",
        }

    def _signature(self, item: Item, custom: Custom, filed_at: datetime) -> dict[str, Any]:
        """The chair's, mostly; on paper, for few chairs of the demo have a seat."""
        waits = Random(f"signature of {item.id}").randrange(UNSIGNED_ONE_IN) == 0
        if waits or not is_signed(item.kind):
            return {"signed_by": None, "signed_on": None, "signed_how": None}
        return {
            "signed_by": custom.chair.person_id,
            "signed_on": filed_at.astimezone(ZONE).date(),
            "signed_how": "seat" if self.units[item.unit_id].place.name == self.plan.home else "paper",
        }

    def roll(self, held: Held) -> tuple[list[int], int]:
        """Who came, and how many were expected; the same each time it is asked for one item."""
        spec, people = KINDS[held.item.kind], self.expected(held)
        absent = self.absences(held)
        if spec.attendance == "none":
            return [], 0
        return [person.person_id for person in people if person.person_id not in absent], len(people)

    def expected(self, held: Held) -> list[Belonging]:
        staff = self.staffs[held.item.unit_id]
        members = [one for one in staff.members if one.status in ATTENDING and one.since <= held.on]
        kind = KINDS[held.item.kind].attendance
        if kind == "officers":
            return list({who.person_id: who for who in staff.posts.values()}.values())
        if kind == "pair":
            chair = self.customs[held.item.unit_id].chair
            others = [one for one in members if one.person_id != chair.person_id]
            return [chair, others[held.item.id % len(others)]]
        return [] if kind == "none" else members

    def absences(self, held: Held) -> dict[int, str]:
        """Person → reason. The chair is always there."""
        spec = KINDS[held.item.kind]
        if spec.attendance in ("none", "pair"):
            return {}
        chance = Random(f"roll of {held.item.id}")
        chair = self.customs[held.item.unit_id].chair.person_id
        reasons = [code for code, _word in REASONS]
        weights = [REASON_WEIGHTS[code] for code in reasons]
        return {
            person.person_id: chance.choices(reasons, weights)[0]
            for person in self.expected(held)
            if person.person_id != chair and chance.random() < ABSENT
        }

    def _own_fields(self, item: Item, custom: Custom, present: list[int]) -> dict[str, Any]:
        chance, staff = self.chance, self.staffs[item.unit_id]
        members = [one for one in staff.members if one.status in ATTENDING]
        if item.kind == "theme_day":
            return {"lecturer": chance.choice(members).name}
        if item.kind == "party_lecture":
            return {"lecturer": custom.chair.name}
        if item.kind == "heart_talk":
            return {"partner": present[1], "topic": chance.choice(TOPICS)[0]}
        if item.kind == "dues_collection":
            amount = sum(chance.choice((12, 18, 25, 36, 48, 65)) for _one in members)
            return {"amount": f"{amount}.{chance.choice(('00', '50'))}", "persons": len(members), "unpaid": 0}
        if item.kind == "democratic_appraisal":
            voting = len([one for one in members if one.status == "full"])
            good = voting // 3
            return {
                "steps": True,
                "excellent": good,
                "qualified": voting - good,
                "basic": 0,
                "unqualified": 0,
            }
        return {}
