"""A paper becomes a draft: its text, its tree, and what the wording proposes."""

from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import insert, select, text

from shared.access.actor import Actor
from shared.clock import today
from shared.db import db
from shared.events.kinds import KINDS
from shared.files import store
from shared.hanzi import fold
from shared.i18n import _
from shared.organisations.models import Unit
from shared.plans.actions.drafts import MAX_CONTENT, MAX_TITLE, note_plan
from shared.plans.models import Plan, PlanItem
from shared.plans.reading.guess import guess
from shared.plans.reading.outline import Node, outline
from shared.plans.reading.source import Source
from shared.plans.reading.wording import Proposal, demands, proposals
from shared.tenants.queries import keys

#: Purpose of the kept original (shared.files).
PURPOSE = "plan"
_MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain",
}
#: Depth of one step in a path.
STEP = 5


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
    # Parents are found here: a join over rows that no statistics know of yet would hold each against each.
    found = db.session.execute(select(PlanItem.path, PlanItem.id).where(PlanItem.plan_id == plan.id))
    keys_by_path = {row.path: row.id for row in found}
    pairs = [
        (key, keys_by_path[path[:-STEP]])
        for path, key in keys_by_path.items()
        if path[:-STEP] in keys_by_path
    ]
    db.session.execute(
        text(
            "update plan_item set parent_id = pair.parent_id"
            " from unnest(cast(:ids as bigint[]), cast(:parents as bigint[])) as pair (id, parent_id)"
            " where plan_item.id = pair.id"
        ),
        {"ids": [key for key, _parent in pairs], "parents": [parent for _key, parent in pairs]},
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
    note_plan(actor, plan, "plan.make", kind=plan.kind)
    return plan, True
