"""What can be done to units in a reorganisation, as data: word, arguments, and how it acts on a tree in memory.

Preview, execution and tests use the same functions. A new operation is one entry here and one function in acts.py.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shared.i18n import lazy_
from shared.reforms.operations import acts
from shared.reforms.operations.acts import Refusal
from shared.reforms.operations.tree import Act, Node, Note, Tree, is_tree

__all__ = ["OPERATIONS", "Act", "Node", "Note", "Operation", "Refusal", "Tree", "is_tree", "simulate"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `asks`: the arguments of a step that it needs; `may_ask`: those that may stay empty.

    Arguments: unit, into (another unit), name, kind, sector, receiver, people.
    """

    name: lazy_
    #: What it does, in a sentence for the choice.
    does: lazy_
    act: Callable[[Tree, Act], None]
    asks: tuple[str, ...]
    may_ask: tuple[str, ...] = ()
    #: What `into` is here.
    into: lazy_ | None = None
    #: Words that name it in a pasted list.
    aliases: tuple[str, ...] = ()

    def takes(self, argument: str) -> bool:
        return argument in self.asks or argument in self.may_ask


OPERATIONS: dict[str, Operation] = {
    "set_up": Operation(
        lazy_("Set up"),
        lazy_("A new unit below a superior"),
        acts.set_up,
        ("name", "kind"),
        ("into", "sector"),
        lazy_("Superior"),
        ("成立", "新设", "设立", "组建"),
    ),
    "rename": Operation(
        lazy_("Rename"), lazy_("Another name, the same unit"), acts.rename, ("unit", "name"), aliases=("更名", "改名")
    ),
    "upgrade": Operation(
        lazy_("Change the kind"),
        lazy_("A branch becomes a general branch or a committee, or the other way"),
        acts.upgrade,
        ("unit", "kind"),
        ("name",),
        aliases=("升格", "改设", "改建"),
    ),
    "split": Operation(
        lazy_("Split"),
        lazy_("Chosen people go into a new unit beside"),
        acts.split,
        ("unit", "name", "people"),
        ("kind",),
        aliases=("拆分", "分设"),
    ),
    "merge": Operation(
        lazy_("Merge"),
        lazy_("Members, units below and open duties go to another unit; the unit ends"),
        acts.merge,
        ("unit", "into"),
        (),
        lazy_("Merged into"),
        ("合并", "并入"),
    ),
    "move": Operation(
        lazy_("Put under another superior"),
        lazy_("With everything below it"),
        acts.move,
        ("unit", "into"),
        (),
        lazy_("New superior"),
        ("划转", "转隶", "调整隶属"),
    ),
    "hand_over": Operation(
        lazy_("Hand over to outside"),
        lazy_("With everything below it to an organisation outside; memberships end as transferred"),
        acts.hand_over,
        ("unit", "receiver"),
        aliases=("移交",),
    ),
    "dissolve": Operation(
        lazy_("Dissolve"),
        lazy_("It ends; another unit continues what is open"),
        acts.dissolve,
        ("unit",),
        ("into",),
        lazy_("Continued by"),
        ("撤销", "解散"),
    ),
}  # fmt: skip


def simulate(tree: Tree, steps: Iterable[Act]) -> dict[int, str]:
    """Do the steps one after the other; returns the refusals by step. A refused step changes nothing."""
    refused: dict[int, str] = {}
    for step in steps:
        try:
            OPERATIONS[step.operation].act(tree, step)
        except Refusal as problem:
            refused[step.id] = str(problem)
    return refused
