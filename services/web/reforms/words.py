"""How steps, trees and numbers of a reorganisation are said on its pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import url_for

from shared.i18n import _
from shared.organisations.kinds import kind_name
from shared.reforms.models import Step
from shared.reforms.operations import OPERATIONS, Node, Tree
from shared.reforms.queries import ROWS, WHYS, Built

#: State and word of a reform.
STATES = ("draft", "executed", "undone", "discarded")


def state_of(state: str) -> tuple[str, str]:
    return {
        "draft": ("run", _("Draft")),
        "executed": ("ok", _("Executed")),
        "undone": ("idle", _("Undone")),
        "discarded": ("idle", _("Discarded")),
    }[state]


def sentence(step: Step, names: Mapping[int, str], made: Mapping[int, str]) -> str:
    """What a step does, in one line. `made`: names of the units that steps set up, by step."""
    unit = names.get(step.unit_id or 0, "")
    into = made.get(step.into_step_id or 0) or names.get(step.into_id or 0) or _("the top of the tree")
    kind = kind_name(step.kind) if step.kind else ""
    match step.operation:
        case "set_up":
            return _("%(name)s (%(kind)s) below %(into)s", name=step.name, kind=kind, into=into)
        case "rename":
            return _("%(unit)s becomes %(name)s", unit=unit, name=step.name)
        case "upgrade":
            return _("%(unit)s becomes %(kind)s %(name)s", unit=unit, kind=kind, name=step.name).strip()
        case "split":
            return _("Out of %(unit)s: %(name)s", unit=unit, name=step.name)
        case "merge":
            return _("%(unit)s into %(into)s", unit=unit, into=into)
        case "move":
            return _("%(unit)s below %(into)s", unit=unit, into=into)
        case "hand_over":
            return _("%(unit)s to %(receiver)s", unit=unit, receiver=step.receiver)
    if step.into_id or step.into_step_id:
        return _("%(unit)s, continued by %(into)s", unit=unit, into=into)
    return unit


def operation_name(key: str) -> str:
    spec = OPERATIONS.get(key)
    return str(spec.name) if spec else key


@dataclass
class Drawn:
    """A unit in one of the two pictures."""

    name: str
    address: str
    people: int
    #: (state, word): what becomes of it, or what became.
    marks: list[tuple[str, str]] = field(default_factory=list)
    children: list["Drawn"] = field(default_factory=list)


def pictures(tree: Tree, named: set[int]) -> tuple[list[Drawn], list[Drawn]]:
    """The touched part before and after, with everything above it."""
    grown = Tree(tree.grown)
    touched = named | {node.id for node in tree.changed()} | {node.id for node in tree.made()}
    before = _draw(grown, touched, tree.crowd, lambda node: _fate(tree, node))
    after = _draw(tree, touched, tree.people, lambda node: _origin(tree, node))
    return before, after


def _draw(tree: Tree, touched: set[int], people: Mapping[int, int], marks: object) -> list[Drawn]:
    shown: set[int] = set()
    for key in touched & tree.nodes.keys():
        if tree.nodes[key].state == "active":
            shown.update(tree.above(key))

    def draw(node: Node) -> Drawn:
        return Drawn(
            node.name,
            url_for("organisations.show", unit_id=node.id) if node.id > 0 else "",
            people.get(node.id, 0),
            marks(node) if callable(marks) else [],
            [draw(child) for child in tree.children(node.id) if child.id in shown],
        )

    return [draw(node) for node in tree.children(None) if node.id in shown]


def _fate(tree: Tree, grown: Node) -> list[tuple[str, str]]:
    """What becomes of a unit of before."""
    node = tree.nodes[grown.id]
    found = []
    if node.state != "active" and node.state != grown.state:
        follower = tree.nodes[node.followed_by].name if node.followed_by is not None else ""
        word = {
            "merged": _("merged into %(name)s", name=follower),
            "dissolved": _("dissolved, %(name)s continues", name=follower) if follower else _("dissolved"),
            "handed": _("handed over"),
        }[node.state]
        return [("late", word)]
    if node.parent_id != grown.parent_id:
        found.append(("due", _("goes elsewhere")))
    if any(grown.id in tree.sources[key] for key in list(tree.sources)):
        found.append(("due", _("gives people away")))
    return found


def _origin(tree: Tree, node: Node) -> list[tuple[str, str]]:
    """What became of a unit of after."""
    if node.id < 0:
        return [("ok", _("new"))]
    grown = tree.grown[node.id]
    found = []
    if node.name != grown.name:
        found.append(("run", _("was %(name)s", name=grown.name)))
    if node.kind != grown.kind:
        found.append(("run", _("now %(kind)s", kind=kind_name(node.kind))))
    if node.parent_id != grown.parent_id:
        found.append(("run", _("moved here")))
    if node.id in tree.flows.values():
        found.append(("run", _("takes over")))
    return found


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count on both sides with the reasons of its difference."""

    name: str
    before: int
    after: int
    why: list[str]


def count_rows(
    before: Mapping[str, int], after: Mapping[str, int], whys: list[tuple[str, str, int]]
) -> list[CountRow]:
    return [
        CountRow(
            str(name),
            before.get(row, 0),
            after.get(row, 0),
            [_(WHYS[reason].message, n=abs(change)) for one, reason, change in whys if one == row],
        )
        for row, name in ROWS.items()
    ]


def built_link(built: Built) -> str:
    """Where one thing in the way of an undo is seen."""
    match built.kind:
        case "event":
            return url_for("events.show", event_id=built.key)
        case "due_item":
            return url_for("ledger.show", unit_id=built.key)
        case "membership" | "post" | "role":
            return url_for("members.show", person_id=built.key)
        case "reform" | "draft":
            return url_for("reforms.show", reform_id=built.key)
    return url_for("organisations.show", unit_id=built.key)
