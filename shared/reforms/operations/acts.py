"""How each operation acts on the tree. It checks first and changes then: a refusal leaves the tree as it was."""

from shared.errors import Invalid
from shared.i18n import _
from shared.organisations.actions import MAX_NAME
from shared.organisations.kinds import KINDS, kind_name, may_stand_under
from shared.reforms.operations.tree import Act, Node, Note, Tree


class Refusal(Invalid):
    """An operation that cannot be done, with the reason for a person."""


def _of(tree: Tree, key: int | None) -> Node:
    """The unit that an act names, still standing."""
    node = tree.nodes.get(key) if key is not None else None
    if node is None:
        raise Refusal(_("Choose the unit."))
    if node.state != "active":
        raise Refusal(_("%(name)s is dissolved.", name=node.name))
    return node


def _target(tree: Tree, act: Act) -> Node:
    if act.into is not None and act.into < 0 and act.into not in tree.nodes:
        raise Refusal(_("The step that sets up the other unit is refused or comes later."))
    if act.into is None:
        raise Refusal(_("Choose the other unit."))
    return _of(tree, act.into)


def _name(tree: Tree, name: str, parent_id: int | None, *, but: int = 0) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise Refusal(_("Give the unit a name."))
    if len(plain) > MAX_NAME:
        raise Refusal(_("A unit's name has at most %(n)s characters.", n=MAX_NAME))
    if any(node.name == plain and node.id != but for node in tree.children(parent_id)):
        raise Refusal(_("There is already a unit of this name in the same place: %(name)s", name=plain))
    return plain


def _stands(kind: str, parent: Node | None) -> None:
    if kind not in KINDS:
        raise Refusal(_("There is no such kind of unit."))
    if not may_stand_under(kind, parent.kind if parent else None):
        raise Refusal(
            _(
                "%(kind)s cannot stand directly below %(parent)s.",
                kind=kind_name(kind),
                parent=kind_name(parent.kind) if parent else _("the top of the tree"),
            )
        )


def _takes_people(node: Node, people: int) -> None:
    if people and not KINDS[node.kind].has_members:
        raise Refusal(_("%(name)s has no members of its own.", name=node.name))


def set_up(tree: Tree, act: Act) -> None:
    parent = _target(tree, act) if act.into is not None else None
    _stands(act.kind, parent)
    name = _name(tree, act.name, parent.id if parent else None)
    sector = act.sector or (parent.sector if parent else "organ")
    key = parent.id if parent else None
    tree.add(Node(-act.id, key, name, act.kind, KINDS[act.kind].line, sector))
    tree.notes.append(Note(-act.id, "set_up"))


def rename(tree: Tree, act: Act) -> None:
    node = _of(tree, act.unit)
    name = _name(tree, act.name, node.parent_id, but=node.id)
    if name == node.name:
        raise Refusal(_("%(name)s bears this name already.", name=name))
    tree.notes.append(Note(node.id, "rename", node.name, name))
    node.name = name


def upgrade(tree: Tree, act: Act) -> None:
    node = _of(tree, act.unit)
    if act.kind == node.kind:
        raise Refusal(_("%(name)s is of this kind already.", name=node.name))
    _stands(act.kind, tree.nodes[node.parent_id] if node.parent_id is not None else None)
    if KINDS[act.kind].line != node.line:
        raise Refusal(_("A unit stays on its line, Party or union."))
    for child in tree.children(node.id):
        if not may_stand_under(child.kind, act.kind):
            raise Refusal(
                _("%(name)s cannot stand below %(kind)s.", name=child.name, kind=kind_name(act.kind))
            )
    if tree.people.get(node.id, 0) and not KINDS[act.kind].has_members:
        raise Refusal(_("%(kind)s has no members of its own.", kind=kind_name(act.kind)))
    name = _name(tree, act.name, node.parent_id, but=node.id) if act.name.strip() else node.name
    tree.notes.append(Note(node.id, "change", node.kind, act.kind))
    node.kind = act.kind
    if name != node.name:
        tree.notes.append(Note(node.id, "rename", node.name, name))
        node.name = name


def move(tree: Tree, act: Act) -> None:
    node, to = _of(tree, act.unit), _target(tree, act)
    if node.id in tree.above(to.id):
        raise Refusal(_("A unit cannot be put below itself or one of its own units."))
    if to.id == node.parent_id:
        raise Refusal(_("The unit stands there already."))
    _stands(node.kind, to)
    _name(tree, node.name, to.id, but=node.id)
    before = tree.nodes[node.parent_id].name if node.parent_id is not None else ""
    tree.notes.append(Note(node.id, "move", before, to.name))
    tree.put(node, to.id)


def split(tree: Tree, act: Act) -> None:
    node = _of(tree, act.unit)
    kind = act.kind or node.kind
    parent = tree.nodes[node.parent_id] if node.parent_id is not None else None
    _stands(kind, parent)
    if KINDS[kind].line != node.line:
        raise Refusal(_("A unit stays on its line, Party or union."))
    name = _name(tree, act.name, node.parent_id)
    if not act.people:
        raise Refusal(_("Choose who goes into the new unit."))
    strangers = sum(tree.home(person, node.line) != node.id for person in act.people)
    if strangers:
        raise Refusal(_("%(n)s of the chosen people do not belong to %(name)s.", n=strangers, name=node.name))
    if len(act.people) >= tree.people.get(node.id, 0):
        raise Refusal(_("Nobody would be left in %(name)s; rename it instead.", name=node.name))
    made = Node(-act.id, node.parent_id, name, kind, node.line, node.sector)
    _takes_people(made, len(act.people))
    tree.add(made)
    tree.picked.update({(person, node.line): made.id for person in act.people})
    tree.people[made.id] = len(act.people)
    tree.people[node.id] -= len(act.people)
    tree.sources[made.id].add(node.id)
    tree.notes.append(Note(made.id, "set_up", node.name))
    tree.notes.append(Note(node.id, "split", "", name))


def _pass_on(tree: Tree, node: Node, to: Node, state: str) -> None:
    """Members, units below and open duties go over; the unit ends."""
    if to.id == node.id:
        raise Refusal(_("A unit cannot continue itself."))
    if node.id in tree.above(to.id):
        raise Refusal(_("%(to)s stands below %(name)s; move it away first.", to=to.name, name=node.name))
    if to.line != node.line:
        raise Refusal(_("A unit stays on its line, Party or union."))
    _takes_people(to, tree.people.get(node.id, 0))
    below = tree.children(node.id)
    taken = {child.name for child in tree.children(to.id) if child.id != node.id}
    for child in below:
        if not may_stand_under(child.kind, to.kind):
            raise Refusal(
                _("%(name)s cannot stand below %(kind)s.", name=child.name, kind=kind_name(to.kind))
            )
        if child.name in taken:
            raise Refusal(
                _(
                    "%(to)s has a unit named %(name)s already; rename one of the two first.",
                    to=to.name,
                    name=child.name,
                )
            )
    for child in below:
        tree.notes.append(Note(child.id, "move", node.name, to.name))
        tree.put(child, to.id)
    if to.id < 0:
        tree.sources[to.id] |= {node.id, *(key for key, target in tree.flows.items() if target == node.id)}
    tree.flow(node.id, to.id)
    node.state, node.followed_by = state, to.id


def merge(tree: Tree, act: Act) -> None:
    node, to = _of(tree, act.unit), _target(tree, act)
    _pass_on(tree, node, to, "merged")
    tree.notes.append(Note(node.id, "merge", node.name, to.name))
    tree.notes.append(Note(to.id, "merge", node.name, to.name))


def dissolve(tree: Tree, act: Act) -> None:
    node = _of(tree, act.unit)
    if act.into is not None:
        to = _target(tree, act)
        _pass_on(tree, node, to, "dissolved")
        tree.notes.append(Note(node.id, "dissolve", node.name, to.name))
        return
    people, units = tree.people.get(node.id, 0), len(tree.children(node.id))
    duties = tree.duties.get(node.id, 0)
    if people or units or duties:
        raise Refusal(
            _(
                "%(name)s still has %(people)s people, %(units)s units below it and %(duties)s open duties: choose the"
                " unit that continues.",
                name=node.name,
                people=people,
                units=units,
                duties=duties,
            )
        )
    node.state = "dissolved"
    tree.notes.append(Note(node.id, "dissolve", node.name))


def hand_over(tree: Tree, act: Act) -> None:
    node = _of(tree, act.unit)
    receiver = " ".join(act.receiver.split())
    if not receiver:
        raise Refusal(_("Name the organisation that receives it."))
    going = list(tree.within(node.id))
    if any(one.id < 0 for one in going):
        raise Refusal(_("A unit that this reorganisation sets up would be handed over at once."))
    for one in going:
        one.state = "handed"
        tree.notes.append(Note(one.id, "hand_over", "", receiver))
