"""Whatever is done in whatever order: the tree stays a tree, every member is somewhere, undo restores exactly."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from shared.i18n import use_locale
from shared.organisations.kinds import KINDS, may_stand_under
from shared.reforms.operations import OPERATIONS, Act, Node, Tree, is_tree, simulate
from tests.factories.clock import Clock
from tests.factories.reforms import Office
from tests.world import build

DAY = "2026-11-22"
#: A committee, two general branches with branches, branches beside; one group. (key, parent, kind, people)
SHAPE = (
    (1, None, "organ_committee", 0),
    (2, 1, "general_branch", 0),
    (3, 1, "general_branch", 1),
    (4, 2, "party_branch", 4),
    (5, 2, "party_branch", 3),
    (6, 3, "party_branch", 5),
    (7, 1, "party_branch", 2),
    (8, 4, "party_group", 2),
    (9, 1, "study_group", 0),
)
KIND_CHOICE = (
    "organ_committee",
    "general_branch",
    "party_branch",
    "joint_branch",
    "party_group",
    "party_node",
)

step = some.fixed_dictionaries(
    {
        "operation": some.sampled_from(sorted(OPERATIONS)),
        "unit": some.sampled_from([key for key, *_rest in SHAPE]),
        # Above 100: what the step of that place sets up.
        "into": some.one_of(
            some.none(), some.sampled_from([key for key, *_rest in SHAPE]), some.integers(101, 106)
        ),
        "name": some.sampled_from(["甲", "乙", "丙", "丁", "戊", ""]),
        "kind": some.sampled_from(KIND_CHOICE),
        "receiver": some.sampled_from(["外单位", ""]),
        "people": some.sets(some.integers(1, 17), max_size=4),
    }
)
sequences = some.lists(step, min_size=1, max_size=8)


def shape() -> Tree:
    nodes = {key: Node(key, parent, f"u{key}", kind, "party") for key, parent, kind, _people in SHAPE}
    people = {key: number for key, _parent, _kind, number in SHAPE}
    homes: dict[tuple[int, str], int] = {}
    for key, number in people.items():
        for _n in range(number):
            homes[len(homes) + 1, "party"] = key
    return Tree(nodes, people, {4: 2, 7: 1}, homes)


def act(place: int, given: dict[str, Any]) -> Act:
    spec = OPERATIONS[given["operation"]]
    into = given["into"] if spec.takes("into") else None
    return Act(
        id=place,
        operation=given["operation"],
        unit=given["unit"] if spec.takes("unit") else None,
        into=-(into - 100) if into is not None and into > 100 else into,
        name=given["name"],
        kind=given["kind"],
        receiver=given["receiver"],
        people=tuple(sorted(given["people"])),
    )


def check_tree(tree: Tree) -> None:
    assert is_tree(tree.nodes.values())
    living = [node for node in tree.nodes.values() if node.state == "active"]
    for node in living:
        above = tree.nodes[node.parent_id] if node.parent_id is not None else None
        assert above is None or above.state == "active"
        assert may_stand_under(node.kind, above.kind if above else None)
        assert node in tree.children(node.parent_id)
    assert max(Counter((node.parent_id, node.name) for node in living).values(), default=1) == 1


@given(sequences)
def test_in_memory(given_steps: list[dict[str, Any]]) -> None:
    with use_locale("zh_Hans"):
        tree = shape()
        total = sum(tree.people.values())
        simulate(tree, [act(place, one) for place, one in enumerate(given_steps, start=1)])
    check_tree(tree)
    handed = tree.handed()
    for key, to in tree.moved().items():
        assert tree.nodes[key].state != "active"
        assert tree.nodes[to].state == "active"
    # Everybody is counted once, in a living unit or among those who left.
    assert sum(tree.people.values()) == total
    for key, number in tree.people.items():
        assert not number or tree.nodes[key].state == "active" or key in handed
        assert (
            not number
            or KINDS[tree.nodes[key].kind].has_members
            or tree.grown[key].kind == tree.nodes[key].kind
        )


def _tree_of(office: Office) -> None:
    """In the database: paths are the superiors' paths, nobody is in a unit that ended, names are single."""
    assert not office.rows(
        "select unit.id from unit left join unit as above on above.id = unit.parent_id"
        " where unit.path <> coalesce(above.path, '') || lpad(unit.id::text, 10, '0') || '.'"
    )
    assert not office.rows(
        "select membership.id from membership join unit on unit.id = membership.unit_id"
        " where membership.until is null and unit.state <> 'active'"
    )
    assert not office.rows(
        "select unit.id from unit join unit as above on above.id = unit.parent_id"
        " where unit.state = 'active' and above.state <> 'active'"
    )
    assert not office.rows(
        "select parent_id, name from unit where state = 'active' group by 1, 2 having count(*) > 1"
    )
    # The versions of today are the tree of today.
    assert not office.rows(
        "select unit.id from unit left join unit_version as version on version.unit_id = unit.id"
        " and version.until is null where (unit.state = 'active') is distinct from (version.id is not null)"
        " or (unit.state = 'active' and (version.parent_id, version.name, version.kind)"
        " is distinct from (unit.parent_id, unit.name, unit.kind))"
    )


class Stage:
    """One office for all examples: each is undone, so the next finds it as it was."""

    def __init__(self, app: Flask) -> None:
        self.office = Office(app, build(app).organ)
        self.keys: dict[int, int] = {}
        self.people: list[int] = []
        for key, parent, kind, number in SHAPE:
            above = self.keys.get(parent or 0, None)
            self.keys[key] = self.office.unit(f"u{key}", above, kind)
            self.people += self.office.people(self.keys[key], number, leads=True)
        self.office.plan()
        self.office.run(
            "insert into reminder (due_item_id, person_id, channel, stage, on_date)"
            " select due_item.id, membership.person_id, 'in_app', 'coming', due_item.due_on"
            " from due_item join membership on membership.unit_id = due_item.unit_id where due_item.state = 'open'"
        )
        self.before = self.office.snapshot()
        self.total = self.office.one("select count(*) from membership where until is null")


@pytest.fixture(scope="module")
def stage(app: Flask) -> Stage:
    with Clock().at(DAY):
        return Stage(app)


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(sequences)
def test_in_the_database(stage: Stage, given_steps: list[dict[str, Any]]) -> None:
    office = stage.office
    with Clock().at(DAY):
        reform = office.draft(on=date(2026, 11, 20))
        _add(office, reform, [_given(one, stage, place) for place, one in enumerate(given_steps)])
        looked = office.look(reform)
        # What cannot be is taken out until the rest can; a step may need one that is gone.
        while looked.refused.keys() - {0}:
            office.run("delete from reform_step where id = any(:ids)", ids=[*looked.refused])
            looked = office.look(reform)
        if not looked.steps:
            office.run("update reform set state = 'discarded' where id = :id", id=reform)
            return
        office.execute(reform)
        _tree_of(office)
        living = office.one("select count(*) from membership where until is null")
        assert living == stage.total - looked.fates.people_gone
        office.undo(reform)
    assert office.snapshot() == stage.before


def _given(one: dict[str, Any], stage: Stage, place: int) -> dict[str, Any]:
    into = one["into"]
    return {
        "operation": one["operation"],
        "unit_id": stage.keys[one["unit"]],
        "into_id": stage.keys[into] if into is not None and into <= 100 else None,
        "into_place": into - 101 if into is not None and into > 100 and into - 101 < place else None,
        "name": one["name"],
        "kind": one["kind"],
        "receiver": one["receiver"],
        "people": [stage.people[index - 1] for index in one["people"]],
    }


def _add(office: Office, reform: int, steps: list[dict[str, Any]]) -> None:
    """Those steps that have their arguments; one that names the unit of a step knows it by its place."""
    made: dict[int, int] = {}
    for place, given_step in enumerate(steps):
        values = dict(given_step)
        into = values.pop("into_place")
        key = office.step(reform, {**values, "into_step_id": None if into is None else made.get(into)})
        if key is not None and values["operation"] in ("set_up", "split"):
            made[place] = key
