"""What a reform would do, told from the simulation alone: refusals, the tree after, and the counts on both sides."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select, text

from shared.clock import today
from shared.db import db
from shared.i18n import _
from shared.reforms.models import Reform, Step
from shared.reforms.operations import Act, Node, Tree, simulate
from shared.reforms.queries.counting import Counts, Fates, Why, count, explain, fates
from shared.reforms.queries.reading import acts_of, read_tree, steps_of

#: A reform that touches more is executed as a job.
AT_ONCE_PEOPLE, AT_ONCE_UNITS = 500, 20


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a step cannot be done; `reform_id` is the other draft that names the unit."""

    text: str
    reform_id: int | None = None


@dataclass
class Forecast:
    """One reform, looked at now."""

    reform: Reform
    steps: list[Step]
    acts: list[Act]
    tree: Tree
    #: By step; those of the whole reform stand under 0.
    refused: dict[int, list[Refused]] = field(default_factory=dict)
    #: The units counted: all that the steps touch, with everything below the ones they act on.
    scope: list[int] = field(default_factory=list)
    before: Counts = field(default_factory=Counts)
    after: Counts = field(default_factory=Counts)
    why: list[Why] = field(default_factory=list)
    fates: Fates = field(default_factory=Fates)
    #: People whose membership is written anew or ends.
    people: int = 0

    @property
    def good(self) -> bool:
        return not self.refused and bool(self.steps)

    @property
    def waits(self) -> bool:
        """It is good, but its day has not come."""
        return self.reform.effective_on > today()

    @property
    def long(self) -> bool:
        return self.people > AT_ONCE_PEOPLE or len(self.scope) > AT_ONCE_UNITS

    def refuse(self, step_id: int, said: str, reform_id: int | None = None) -> None:
        self.refused.setdefault(step_id, []).append(Refused(said, reform_id))


_DRAFTS = text(
    """
    select mine.id as step_id, unit.name, reform.id as reform_id, reform.title
    from reform_step as mine
    join reform_step as other on other.reform_id <> mine.reform_id
        and (other.unit_id in (mine.unit_id, mine.into_id) or other.into_id = mine.unit_id)
    join reform on reform.id = other.reform_id and reform.state = 'draft'
    join unit on unit.id = case when other.unit_id in (mine.unit_id, mine.into_id) then other.unit_id
        else mine.unit_id end
    where mine.reform_id = :reform_id
    group by mine.id, unit.name, reform.id, reform.title
    order by mine.id, reform.id
    """
)
_LATER = text(
    "select unit_id, max(since) as since from unit_version"
    " where until is null and since > :on and unit_id = any(cast(:ids as bigint[])) group by unit_id"
)
_TRANSFERS = text(
    """
    select unit_id, count(*) as n from (
        select from_unit_id as unit_id from transfer
        where state = 'sent' and from_unit_id = any(cast(:ended as bigint[]))
        union all
        select to_unit_id from transfer where state = 'sent' and to_unit_id = any(cast(:ended as bigint[]))
        union all
        select from_unit_id from transfer
        where state = 'sent' and person_id = any(cast(:people as bigint[]))
            and not coalesce(from_unit_id = any(cast(:ended as bigint[])), false)
    ) as waiting
    where unit_id is not null group by unit_id
    """
)


def forecast(reform: Reform) -> Forecast:
    """Simulate a reform on the tree as it stands now. A constant number of queries, however many steps."""
    steps = steps_of(reform.id)
    acts = acts_of(steps)
    tree = read_tree(acts)
    found = Forecast(reform, steps, acts, tree)
    for step_id, said in simulate(tree, acts).items():
        found.refuse(step_id, said)
    if not steps:
        found.refuse(0, _("There is no step yet."))
        return found
    found.scope = _scope(tree, acts)
    _check_days(found)
    _check_drafts(found)
    _check_transfers(found)
    found.fates = fates(tree, on=reform.effective_on)
    found.scope = sorted({*found.scope, *found.fates.posts_elsewhere})
    found.before = count(found.scope)
    found.why = explain(tree, found.fates)
    found.after = found.before.plus(found.why)
    found.people = found.fates.people_moved + found.fates.people_gone
    return found


def _scope(tree: Tree, acts: Iterable[Act]) -> list[int]:
    named = {key for act in acts for key in (act.unit, act.into) if key is not None and key > 0}
    below = {act.unit for act in acts if act.unit is not None}
    grown = Tree(tree.grown)
    for key in below & grown.nodes.keys():
        named.update(node.id for node in grown.within(key))
    named.update(node.id for node in tree.changed())
    return sorted(named & grown.nodes.keys())


def _naming(found: Forecast, key: int) -> Iterable[int]:
    """The steps that name a unit."""
    return (act.id for act in found.acts if key in (act.unit, act.into))


def _first(found: Forecast, node: Node) -> int:
    """The step that touches a unit: it names the unit, or one above it as it stood before."""
    grown = Tree(found.tree.grown)
    for key in grown.above(node.id):
        for step_id in _naming(found, key):
            return step_id
    return 0


def _check_days(found: Forecast) -> None:
    """The reform's day lies neither before a unit's founding nor before its latest change."""
    on: date = found.reform.effective_on
    for act in found.acts:
        for key in (act.unit, act.into):
            node = found.tree.grown.get(key) if key is not None else None
            if node is not None and node.founded_on is not None and node.founded_on > on:
                found.refuse(
                    act.id,
                    _(
                        "%(name)s was founded on %(day)s, after this reorganisation's day.",
                        name=node.name,
                        day=node.founded_on,
                    ),
                )
    changed = [node.id for node in found.tree.changed()]
    for row in db.session.execute(_LATER, {"on": on, "ids": changed}):
        node = found.tree.grown[row.unit_id]
        if node.founded_on is None or node.founded_on <= on:
            found.refuse(
                _first(found, node),
                _(
                    "%(name)s was changed on %(day)s, after this reorganisation's day.",
                    name=node.name,
                    day=row.since,
                ),
            )


def _check_drafts(found: Forecast) -> None:
    if found.reform.state != "draft":
        return
    for row in db.session.execute(_DRAFTS, {"reform_id": found.reform.id}):
        found.refuse(
            row.step_id,
            _("%(name)s is named in another draft: %(title)s", name=row.name, title=row.title),
            row.reform_id,
        )


def _check_transfers(found: Forecast) -> None:
    tree = found.tree
    values = {"ended": tree.ended(), "people": sorted({person for person, _line in tree.picked})}
    if not values["ended"] and not values["people"]:
        return
    for row in db.session.execute(_TRANSFERS, values):
        node = tree.grown.get(row.unit_id)
        if node is not None:
            found.refuse(
                _first(found, node),
                _(
                    "%(name)s has %(n)s transfers that wait for an answer; decide or withdraw them first.",
                    name=node.name,
                    n=row.n,
                ),
            )


def draft_naming(unit_id: int) -> Reform | None:
    """The open draft that names a unit: the unit is changed there, or after the draft is discarded."""
    found: Reform | None = db.session.execute(
        select(Reform)
        .join(Step, (Step.tenant_id == Reform.tenant_id) & (Step.reform_id == Reform.id))
        .where(Reform.state == "draft", (Step.unit_id == unit_id) | (Step.into_id == unit_id))
        .order_by(Reform.id)
        .limit(1)
    ).scalar_one_or_none()
    return found
