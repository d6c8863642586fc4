"""What a person decides of a plan: its head, its items, what the wording proposes."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.kinds import KINDS
from shared.events.marks import refuse_marks
from shared.hanzi import fold
from shared.i18n import _
from shared.plans.models import Plan, PlanItem

#: Kinds of papers; from a speech nothing becomes an item by itself.
KINDS_OF_PAPER = ("work_points", "speech", "scheme", "notice", "other")
CADENCES = ("month", "quarter", "half_year", "year", "regular")
MAX_TITLE = 200
MAX_CONTENT = 20_000
MAX_WORDS = 500


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What a person decides of an item."""

    heading: str
    content: str
    cadence: str | None
    times: int
    due_on: date | None
    audience: str
    duty_kind: str | None
    deliverable: str
    proof: str
    standard: str


def note_plan(actor: Actor, plan: Plan, verb: str, **detail: Any) -> None:
    record(actor, verb=verb, object_type="plan", object_id=plan.id, unit_id=plan.unit_id, detail=detail)


def change_plan(
    actor: Actor, *, plan: Plan, title: str, kind: str, organ: str, year_from: int | None, year_to: int | None
) -> None:
    """Put right what was guessed from the title. Raises Invalid with the wrong fields."""
    wrong: dict[str, object] = {}
    if not title.strip():
        wrong["title"] = _("This is missing.")
    elif len(title) > MAX_TITLE:
        wrong["title"] = _("At most %(n)s characters.", n=MAX_TITLE)
    if kind not in KINDS_OF_PAPER:
        wrong["kind"] = _("Choose one of the list.")
    if len(organ) > MAX_TITLE:
        wrong["organ"] = _("At most %(n)s characters.", n=MAX_TITLE)
    for name, year in (("year_from", year_from), ("year_to", year_to)):
        if year is not None and not 2000 <= year <= 2199:
            wrong[name] = _("Check the year.")
    if year_from is not None and year_to is not None and year_to < year_from:
        wrong["year_to"] = _("The end lies before the beginning.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    refuse_marks(title, organ)
    refuse_over(plan)
    plan.title, plan.kind, plan.organ = title.strip(), kind, organ.strip()
    plan.year_from, plan.year_to = year_from, year_to if year_to is not None else year_from
    note_plan(actor, plan, "plan.change")


def refuse_over(plan: Plan) -> None:
    if plan.state in ("closed", "void"):
        raise Conflict(_("This plan is closed."))


def check_words(given: ItemWords) -> ItemWords:
    """What a person wrote of an item, trimmed; Invalid names each wrong field."""
    wrong: dict[str, object] = {}
    if not given.heading.strip() and not given.content.strip():
        wrong["content"] = _("This is missing.")
    for name, most in (
        ("heading", MAX_TITLE),
        ("content", MAX_CONTENT),
        ("audience", MAX_WORDS),
        ("deliverable", MAX_WORDS),
        ("proof", MAX_WORDS),
        ("standard", MAX_WORDS),
    ):
        if len(getattr(given, name)) > most:
            wrong[name] = _("At most %(n)s characters.", n=most)
    if given.cadence is not None and given.cadence not in CADENCES:
        wrong["cadence"] = _("Choose one of the list.")
    if not 1 <= given.times <= 31:
        wrong["times"] = _("A whole number from %(least)s to %(most)s.", least=1, most=31)
    if given.duty_kind is not None and given.duty_kind not in KINDS:
        wrong["duty_kind"] = _("Choose one of the list.")
    if given.due_on is not None and not 2000 <= given.due_on.year <= 2199:
        wrong["due_on"] = _("Check the year.")
    if wrong:
        raise Invalid(_("Some fields need another look."), fields=wrong)
    texts = [given.heading, given.content, given.audience, given.deliverable, given.proof, given.standard]
    refuse_marks(*texts)
    heading, content, audience, deliverable, proof, standard = (one.strip() for one in texts)
    return ItemWords(
        heading, content, given.cadence, given.times, given.due_on, audience, given.duty_kind,
        deliverable, proof, standard,
    )  # fmt: skip


def change_item(actor: Actor, *, plan: Plan, item: PlanItem, given: ItemWords) -> bool:
    """Change an item, and take it on if it was only proposed; False when nothing differs."""
    refuse_over(plan)
    words = asdict(check_words(given))
    changed = [name for name, value in words.items() if getattr(item, name) != value]
    if not changed and item.state == "item":
        return False
    for name in changed:
        setattr(item, name, words[name])
    item.state = "item"
    item.folded = fold(item.heading + item.content)[:MAX_CONTENT]
    item.decided_by, item.decided_at = actor.person_id, now()
    if plan.state in ("comments", "issued"):
        plan.version += 1
    note_plan(actor, plan, "plan.item", fields=changed)
    return True


def decide_items(actor: Actor, *, plan: Plan, item_ids: list[int] | None, take: bool) -> int:
    """Take on or drop what is proposed; None: everything. Dropped items can be taken on later. Returns how many."""
    refuse_over(plan)
    decided = db.session.execute(
        _DECIDE,
        {
            "plan_id": plan.id,
            "ids": item_ids,
            "from": ["proposed", "dropped"] if take and item_ids is not None else ["proposed"],
            "state": "item" if take else "dropped",
            "by": actor.person_id,
            "at": now(),
        },
    ).all()
    if decided:
        if plan.state in ("comments", "issued"):
            plan.version += 1
        note_plan(actor, plan, "plan.decide", items=len(decided), taken=take)
    return len(decided)


_DECIDE = text(
    "update plan_item set state = :state, decided_by = :by, decided_at = :at"
    " where plan_id = :plan_id and state = any(cast(:from as text[]))"
    " and (cast(:ids as bigint[]) is null or id = any(cast(:ids as bigint[]))) returning id"
)
