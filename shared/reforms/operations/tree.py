"""The touched part of a tree in memory, on which the operations of a reform act. Nothing here knows the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date


@dataclass(slots=True)
class Node:
    """A unit. One that a step sets up has minus the step's key until it has its own."""

    id: int
    parent_id: int | None
    name: str
    kind: str
    line: str
    sector: str = "organ"
    founded_on: date | None = None
    #: How it stands: active, merged, dissolved, handed (over to an organisation outside).
    state: str = "active"
    followed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One step with the units it names; `into` is negative where a step before sets that unit up."""

    id: int
    operation: str
    unit: int | None = None
    into: int | None = None
    name: str = ""
    kind: str = ""
    sector: str = ""
    receiver: str = ""
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """One line of a unit's history that an operation leaves."""

    unit: int
    what: str
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Tree:
    """Units by key, and what flows between them. Operations change it; `grown` keeps how it stood at first."""

    nodes: dict[int, Node]
    #: Living members of a unit, and its open due items.
    people: dict[int, int] = field(default_factory=dict)
    duties: dict[int, int] = field(default_factory=dict)
    #: (person, line) → the unit to which each of the people named in a split belongs; missing: to none.
    homes: dict[tuple[int, str], int] = field(default_factory=dict)
    #: Ended unit → the unit that takes over its members and open duties.
    flows: dict[int, int] = field(default_factory=dict)
    #: (person, line) → the unit that a split has set up.
    picked: dict[tuple[int, str], int] = field(default_factory=dict)
    #: Set up unit → units some or all of whose people it got.
    sources: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    notes: list[Note] = field(default_factory=list)
    grown: dict[int, Node] = field(init=False)
    #: Living members of a unit at first.
    crowd: dict[int, int] = field(init=False)
    _below: dict[int | None, set[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.grown = {key: replace(node) for key, node in self.nodes.items()}
        self.crowd = dict(self.people)
        self._below = defaultdict(set)
        for node in self.nodes.values():
            self._below[node.parent_id].add(node.id)

    def children(self, key: int | None) -> list[Node]:
        """The active units directly below."""
        found = (self.nodes[child] for child in sorted(self._below[key]))
        return [node for node in found if node.state == "active"]

    def within(self, key: int) -> Iterator[Node]:
        """The unit and every active one below it."""
        waiting = [self.nodes[key]]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(self.children(node.id))

    def above(self, key: int | None) -> Iterator[int]:
        """The unit itself and all above it, up to the top."""
        while key is not None:
            yield key
            key = self.nodes[key].parent_id

    def add(self, node: Node) -> None:
        self.nodes[node.id] = node
        self._below[node.parent_id].add(node.id)

    def put(self, node: Node, parent_id: int | None) -> None:
        self._below[node.parent_id].discard(node.id)
        node.parent_id = parent_id
        self._below[parent_id].add(node.id)

    def flow(self, key: int, to: int) -> None:
        """Members and open duties of `key`, and whatever flowed to it before, go to `to`."""
        for unit, target in self.flows.items():
            if target == key:
                self.flows[unit] = to
        self.flows[key] = to
        for table in (self.people, self.duties):
            table[to] = table.get(to, 0) + table.pop(key, 0)

    def home(self, person: int, line: str) -> int | None:
        """The unit to which a person belongs at this point of the reform."""
        if (person, line) in self.picked:
            return self.picked[person, line]
        unit = self.homes.get((person, line))
        return None if unit is None else self.flows.get(unit, unit)

    def path(self, key: int, ids: dict[int, int]) -> str:
        """The materialised path; `ids` gives the keys of the units that steps have set up."""
        steps = [ids.get(step, step) for step in self.above(key)]
        return "".join(f"{step:010d}." for step in reversed(steps))

    def made(self) -> list[Node]:
        """The units that steps set up, in the order of the steps."""
        return [self.nodes[key] for key in sorted((key for key in self.nodes if key < 0), reverse=True)]

    def changed(self) -> list[Node]:
        """The units of before whose own row is different now."""
        return [node for key, node in sorted(self.nodes.items()) if key > 0 and node != self.grown[key]]

    def ended(self) -> list[int]:
        return [node.id for node in self.changed() if node.state != "active"]

    def handed(self) -> set[int]:
        """Units whose people and duties leave: those handed over, and those that flowed into one."""
        gone = {key for key, node in self.nodes.items() if node.state == "handed"}
        return gone | {key for key, to in self.flows.items() if to in gone}

    def moved(self) -> dict[int, int]:
        """Ended unit → the living one that takes over; without those that leave."""
        handed = self.handed()
        return {key: to for key, to in self.flows.items() if key not in handed}


def is_tree(nodes: Iterable[Node]) -> bool:
    """Whether every unit reaches the top by its superiors."""
    parents = {node.id: node.parent_id for node in nodes}
    for start in parents:
        seen: set[int] = set()
        at: int | None = start
        while at is not None:
            if at in seen or at not in parents:
                return False
            seen.add(at)
            at = parents[at]
    return True
