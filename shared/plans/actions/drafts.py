"""A paper becomes a draft: its text, its tree, and what the wording proposes; changed until it is issued."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, text

from shared.access.actor import Actor
from shared.audit import record
from shared.clock import now, today
from shared.db import db
from shared.errors import Conflict, Invalid
from shared.events.kinds import KINDS
from shared.events.marks import refuse_marks
from shared.files import store
from shared.hanzi import fold
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.models import Plan, PlanItem
from shared.plans.reading.guess import guess
from shared.plans.reading.outline import Node, outline
from shared.plans.reading.source import Source
from shared.plans.reading.wording import Proposal, demands, proposals
from shared.tenants.queries import keys

#: Kinds of papers; from a speech nothing becomes an item by itself.
KINDS_OF_PAPER = ("work_points", "speech", "scheme", "notice", "other")
CADENCES = ("month", "quarter", "half_year", "year", "regular")
MAX_TITLE = 200
MAX_CONTENT = 20_000
MAX_WORDS = 500
#: Purpose of the kept original (shared.files).
PURPOSE = "plan"
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain",
}
#: Depth of one step in a path.
STEP = 5


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


def _path(parent: str, ordinal: int) -> str:
    return f"{parent}{ordinal:04d}."


def _last_day(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _row(path: str, **values: Any) -> dict[str, Any]:
    return {
        "path": path,
        "label": "",
        "style": "clause",
        "heading": "",
        "content": "",
        "begins": 0,
        "ends": 0,
        "masked": False,
        "state": "item",
        "cadence": None,
        "times": 1,
        "due_on": None,
        "audience": "",
        "unit_kinds": [],
        "posts": [],
        "duty_kind": None,
        **values,
    }


def _proposed(found: Proposal, path: str, begins: int, ends: int, year: int) -> dict[str, Any]:
    return _row(
        path,
        content=found.text,
        begins=begins,
        ends=ends,
        state="proposed",
        cadence=found.cadence,
        times=found.times,
        due_on=_last_day(year, found.until_month) if found.until_month else None,
        audience=found.audience,
        unit_kinds=list(found.unit_kinds),
        posts=list(found.posts),
        duty_kind=found.duty_kind if found.duty_kind in KINDS else None,
    )


def _place(source: str, piece: str, node: Node) -> tuple[int, int]:
    """Where a piece of a node stands in the source; the whole node where a broken line lies between."""
    begins = source.find(piece, node.begin, node.end)
    return (begins, begins + len(piece)) if begins >= 0 else (node.begin, node.end)


def _rows(source: str, nodes: list[Node], parent: str, *, speech: bool, year: int) -> list[dict[str, Any]]:
    """The rows of a tree, parents first; what the wording proposes stands as a clause under its item."""
    rows: list[dict[str, Any]] = []
    for node in nodes:
        path = _path(parent, node.ordinal)
        rows.append(
            _row(
                path,
                label=node.label,
                style=node.style,
                heading=node.heading[:MAX_TITLE],
                content=node.text[:MAX_CONTENT],
                begins=node.begin,
                ends=node.end,
                masked=node.masked,
            )
        )
        rows.extend(_rows(source, node.children, path, speech=speech, year=year))
        ordinal = len(node.children)
        if speech:
            pieces = [(piece.text, next(iter(proposals(piece.text)), None)) for piece in demands(node.text)]
        else:
            pieces = [(found.text, found) for found in proposals(node.text)]
        for piece, found in pieces:
            ordinal += 1
            begins, ends = _place(source, piece, node)
            own = _path(path, ordinal)
            if found is not None:
                rows.append({**_proposed(found, own, begins, ends, year), "content": piece})
            else:
                rows.append(_row(own, content=piece, begins=begins, ends=ends, state="proposed"))
    return rows


def write_items(plan: Plan, rows: list[dict[str, Any]]) -> None:
    """Write the rows of a plan's tree; each finds its parent by its path."""
    if not rows:
        return
    for row in rows:
        row["folded"] = fold(row["heading"] + row["content"])[:MAX_CONTENT]
        row["plan_id"] = plan.id
    db.session.execute(insert(PlanItem), rows)
    db.session.execute(
        text(
            "update plan_item as item set parent_id = above.id from plan_item as above"
            " where item.plan_id = :plan_id and above.plan_id = :plan_id and item.parent_id is null"
            " and above.path = left(item.path, -:step) and item.path <> above.path"
        ),
        {"plan_id": plan.id, "step": STEP},
    )


def make_plan(
    actor: Actor,
    *,
    unit: Unit,
    source: Source,
    form_key: str,
    file: tuple[str, bytes] | None = None,
) -> tuple[Plan, bool]:
    """Read a paper into a draft of this unit; the same form sent again gives the same plan and False."""
    known = db.session.execute(select(Plan).where(Plan.form_key == form_key)).scalar_one_or_none()
    if known is not None:
        return known, False
    found = outline(source.text)
    said = guess(found.title)
    stored = None
    if file is not None:
        name, data = file
        stored = store(
            data,
            name=name,
            media_type=_MEDIA[source.form],
            purpose=PURPOSE,
            keys=keys(),
            unit_id=unit.id,
            created_by=actor.person_id,
        )
    plan = Plan(
        unit_id=unit.id,
        title=(found.title or _("Plan of %(day)s", day=today().isoformat()))[:MAX_TITLE],
        kind=said.kind,
        organ=said.organ,
        year_from=said.year_from,
        year_to=said.year_to,
        source_text=source.text,
        source_form=source.form,
        file_id=stored.id if stored else None,
        remarks=[asdict(remark) for remark in found.remarks],
        created_by=actor.person_id,
        form_key=form_key,
    )
    db.session.add(plan)
    db.session.flush()
    year = said.year_to or today().year
    write_items(plan, _rows(source.text, found.nodes, "", speech=said.kind == "speech", year=year))
    _note(actor, plan, "plan.make", kind=plan.kind)
    return plan, True


def _note(actor: Actor, plan: Plan, verb: str, **detail: Any) -> None:
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
    _refuse_over(plan)
    plan.title, plan.kind, plan.organ = title.strip(), kind, organ.strip()
    plan.year_from, plan.year_to = year_from, year_to if year_to is not None else year_from
    _note(actor, plan, "plan.change")


def _refuse_over(plan: Plan) -> None:
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
    _refuse_over(plan)
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
    _note(actor, plan, "plan.item", fields=changed)
    return True


def decide_items(actor: Actor, *, plan: Plan, item_ids: list[int] | None, take: bool) -> int:
    """Take on or drop what is proposed; None: everything. Dropped items can be taken on later. Returns how many."""
    _refuse_over(plan)
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
        _note(actor, plan, "plan.decide", items=len(decided), taken=take)
    return len(decided)


_DECIDE = text(
    "update plan_item set state = :state, decided_by = :by, decided_at = :at"
    " where plan_id = :plan_id and state = any(cast(:from as text[]))"
    " and (cast(:ids as bigint[]) is null or id = any(cast(:ids as bigint[]))) returning id"
)
