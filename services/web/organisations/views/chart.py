"""The tree as a picture, with the same tree as a list beside it; as it stands or as it stood on a day."""

from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for

from services.web.edge import actor, requires
from services.web.organisations.views.tree import TreeNode, drawn
from services.web.organisations.views.unit import blueprint
from shared.access.door import fetch
from shared.access.permissions import Permission
from shared.clock import today
from shared.errors import Forbidden
from shared.i18n import _
from shared.organisations import queries
from shared.organisations.kinds import kind_name
from shared.organisations.models import Unit
from shared.organisations.queries import STEP, Node

#: Units in one picture; a larger tree is drawn down to the level that still fits.
MOST = 2500
#: Levels that stand open at first.
OPEN = 2


@dataclass(frozen=True, slots=True)
class Day:
    """The day that a page asks for; `day` is None for the present, `refused` says what was wrong with the address."""

    day: date | None
    refused: str = ""


def read_day(name: str = "on") -> Day:
    """The day of the address: today and nothing are the present, what cannot be is said and not guessed."""
    text = request.args.get(name, "").strip()[:20]
    if not text:
        return Day(None)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return Day(None, _("This is not a date: %(text)s", text=text))
    if day > today():
        return Day(None, _("%(day)s lies in the future; the tree is shown as it stands.", day=day))
    return Day(day if day < today() else None)


def number(name: str) -> int | None:
    """A key of the address; whatever is none counts as not given."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _fitting(levels: dict[int, int]) -> int:
    """Down to which level the picture goes."""
    total, deepest = 0, 1
    for level, units in sorted(levels.items()):
        total += units
        if total > MOST and level > 1:
            break
        deepest = level
    return deepest


def _unfold(nodes: list[Node], shown: dict[int, TreeNode], at: int | None) -> list[TreeNode]:
    """Hang the nodes into each other; the first levels and the way to `at` stand open."""
    parents = {node.id: node.parent_id for node in nodes}
    way: set[int] = set()
    step = at if at in parents else None
    while step is not None and step not in way:
        way.add(step)
        step = parents.get(step)
    tops: list[TreeNode] = []
    least = min((len(node.path) for node in nodes), default=STEP)
    for node in nodes:
        one = shown[node.id]
        one.open = node.id in way or (len(node.path) - least) // STEP < OPEN - 1
        one.current = node.id == at
        parent = shown.get(node.parent_id) if node.parent_id is not None else None
        (parent.children if parent is not None else tops).append(one)
    return tops


@blueprint.get("/chart")
@requires(Permission.UNIT_VIEW)
def chart() -> str:
    """Up to MOST units of the reach, or of one unit and all below; `at` is unfolded and in the middle."""
    who = actor()
    if not who.reaches(Permission.UNIT_VIEW):
        raise Forbidden(_("Your role reaches no unit."))
    key = number("unit_id")
    under = fetch(Unit, key, actor=who, may=Permission.UNIT_VIEW) if key is not None else None
    asked, at = read_day(), number("at")
    words = request.args.get("q", "").strip()[:60]
    levels = queries.levels(who, day=asked.day, under=under)
    deepest, total = _fitting(levels), sum(levels.values())
    if asked.day is not None:
        nodes = queries.tree_on(who, asked.day, under=under.id if under else None, deepest=deepest)
    else:
        nodes = queries.tree(who, under=under, deepest=deepest)
    hits = queries.find(who, words) if words else []
    in_picture = {node.id for node in nodes}
    return render_template(
        "organisations/chart.html",
        under=under,
        asked=asked,
        at=at,
        typed=words,
        total=total,
        drawn=len(nodes),
        tree=_unfold(nodes, drawn(nodes, counted=asked.day is None), at),
        hits=[
            (
                name,
                kind_name(kind),
                url_for(
                    "organisations.chart",
                    at=unit_id,
                    unit_id=(under.id if under and unit_id in in_picture else None)
                    if unit_id in in_picture
                    else _part(path),
                    on=asked.day,
                ),
            )
            for unit_id, name, kind, path in hits
        ],
    )


def _part(path: str) -> int | None:
    """Which part of a tree too large for one picture holds a unit: its superior's, which the picture is drawn of."""
    steps = queries.ids_of(path)
    return steps[-2] if len(steps) > 1 else None
