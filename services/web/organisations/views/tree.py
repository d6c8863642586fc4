"""The tree beside a unit's page: only what is unfolded is read."""

from dataclasses import dataclass, field

from flask import url_for

from shared.access.actor import Actor
from shared.clock import today
from shared.duties.queries.below import overdue_below
from shared.i18n import _
from shared.members.queries import people_below
from shared.organisations.queries import Node, children, ids_of, open_tree


@dataclass
class TreeNode:
    """A node as macros/list.html draws it."""

    id: int
    name: str
    url: str
    count: int | None
    late: str
    current: bool = False
    open: bool = False
    more: str | None = None
    children: list["TreeNode"] = field(default_factory=list)


def drawn(nodes: list[Node], *, counted: bool) -> dict[int, TreeNode]:
    """All nodes of a picture by their key, nothing to be fetched later; `counted`: with people and what is overdue."""
    paths = [node.path for node in nodes] if counted else []
    people, late = people_below(paths), overdue_below(paths, today())
    return {
        node.id: TreeNode(
            id=node.id,
            name=node.name,
            url=url_for("organisations.show", unit_id=node.id),
            count=people.get(node.path, 0) if counted else None,
            late=_("%(n)s overdue", n=late[node.path]) if late.get(node.path) else "",
        )
        for node in nodes
    }


def _draw(nodes: list[Node], *, current: int | None, unfolded: set[int]) -> dict[int, TreeNode]:
    paths = [node.path for node in nodes]
    people, late = people_below(paths), overdue_below(paths, today())
    return {
        node.id: TreeNode(
            id=node.id,
            name=node.name,
            url=url_for("organisations.show", unit_id=node.id),
            count=people.get(node.path, 0),
            late=_("%(n)s overdue", n=late[node.path]) if late.get(node.path) else "",
            current=node.id == current,
            open=node.id in unfolded,
            more=url_for("organisations.below", unit_id=node.id) if node.more else None,
        )
        for node in nodes
    }


def unfolded_tree(actor: Actor, path: str | None) -> list[TreeNode]:
    """The tree along `path`, in three queries."""
    nodes = open_tree(actor, path)
    steps = ids_of(path) if path else []
    drawn = _draw(nodes, current=steps[-1] if steps else None, unfolded=set(steps))
    tops = []
    for node in nodes:
        parent = drawn.get(node.parent_id) if node.parent_id is not None else None
        if parent is None:
            tops.append(drawn[node.id])
        else:
            parent.children.append(drawn[node.id])
    return tops


def one_level(actor: Actor, unit_id: int) -> list[TreeNode]:
    """The children of one unit, for its first unfolding."""
    return list(_draw(children(actor, unit_id), current=None, unfolded=set()).values())
