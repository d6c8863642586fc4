"""Random lives of a tree: it stays a tree, its paths are its superiors, and every day is remembered as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from shared.access.actor import Actor, Grant
from shared.clock import today
from shared.db import db, transaction
from shared.errors import Problem
from shared.organisations.actions import add_unit, change_unit, dissolve_unit, move_unit
from shared.organisations.models import Unit, UnitVersion
from shared.organisations.queries import tree_on
from shared.tenancy import tenant
from tests.factories.clock import Clock
from tests.world import World, build

#: A kind that may stand below itself, so that any shape is possible.
KIND = "party_committee"
FIRST = date(2025, 3, 1)
ADMIN = Actor(name="admin", grants=(Grant("admin"),))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "move", "move", "rename", "dissolve"]),
        st.integers(0, 9),
        st.integers(0, 9),
        st.sampled_from(["甲", "乙", "丙", "丁"]),
        st.booleans(),
    ),
    min_size=4,
    max_size=22,
)


@dataclass(frozen=True)
class Known:
    parent: int | None
    name: str
    active: bool = True


@dataclass
class Replay:
    """What the tree should be, kept without any path or version."""

    root: int
    units: dict[int, Known]
    days: dict[date, dict[int, tuple[int | None, str]]] = field(default_factory=dict)

    def keys(self) -> list[int]:
        return sorted(self.units)

    def below(self, key: int) -> set[int]:
        found = {key}
        while more := {one for one, known in self.units.items() if known.parent in found} - found:
            found |= more
        return found

    def taken(self, parent: int | None, name: str, but: int = 0) -> bool:
        return any(
            known.active and known.parent == parent and known.name == name and key != but
            for key, known in self.units.items()
        )

    def children(self, key: int) -> bool:
        return any(known.active and known.parent == key for known in self.units.values())

    def close(self, day: date) -> None:
        self.days[day] = {
            key: (known.parent, known.name) for key, known in self.units.items() if known.active
        }

    def refuses(self, what: str, key: int, other: int, name: str) -> bool:
        unit, to = self.units[key], self.units[other]
        if what == "add":
            return not unit.active or self.taken(key, name)
        if not unit.active:
            return True
        if what == "rename":
            return name != unit.name and self.taken(unit.parent, name, key)
        if what == "dissolve":
            return self.children(key)
        return (
            other in self.below(key)
            or other == unit.parent
            or not to.active
            or self.taken(other, unit.name, key)
        )

    def apply(self, what: str, key: int, other: int, name: str, made: int) -> None:
        if what == "add":
            self.units[made] = Known(key, name)
        elif what == "rename":
            self.units[key] = replace(self.units[key], name=name)
        elif what == "dissolve":
            self.units[key] = replace(self.units[key], active=False)
        else:
            self.units[key] = replace(self.units[key], parent=other)


@pytest.fixture(scope="module")
def still(app: Flask) -> World:
    return build(app)


def row(key: int) -> Unit:
    found: Unit = db.session.execute(select(Unit).where(Unit.id == key)).scalar_one()
    return found


def act(what: str, key: int, other: int, name: str) -> int:
    """One step through the actions, in its own transaction; the key of the unit that was made."""
    with transaction():
        unit = row(key)
        if what == "add":
            return add_unit(ADMIN, parent=unit, name=name, kind=KIND).id
        if what == "rename":
            change_unit(
                ADMIN, unit, name=name, kind=KIND, sector=unit.sector, founded_on=None, term_ends_on=None,
                duties_since=unit.duties_since, reason="a test",
            )  # fmt: skip
        elif what == "dissolve":
            dissolve_unit(ADMIN, unit, on=today(), reason="a test")
        else:
            move_unit(ADMIN, unit, to=row(other), reason="a test")
    return key


@contextmanager
def opened(app: Flask, world: World) -> Iterator[None]:
    with app.app_context(), tenant(world.organ.tenant_id):
        try:
            yield
        finally:
            db.session.remove()


def plant(root_name: str) -> Replay:
    with transaction():
        root = add_unit(ADMIN, parent=None, name=root_name, kind=KIND)
    return Replay(root.id, {root.id: Known(None, root_name)})


serial = iter(range(1, 10_000))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_life_of_a_tree(app: Flask, still: World, steps: list[tuple[str, int, int, str, bool]]) -> None:
    day = FIRST
    with opened(app, still):
        with Clock().at(day.isoformat()):
            life = plant(f"树 {next(serial)}")
        for what, first, second, name, night in steps:
            if night:
                life.close(day)
                day += timedelta(days=1)
            keys = life.keys()
            key, other = keys[first % len(keys)], keys[second % len(keys)]
            refused = life.refuses(what, key, other, name)
            if key == life.root and what != "add":
                continue
            with Clock().at(day.isoformat()):
                if refused:
                    with pytest.raises(Problem):
                        act(what, key, other, name)
                    db.session.rollback()
                else:
                    life.apply(what, key, other, name, act(what, key, other, name))
        life.close(day)

        units = db.session.execute(
            select(Unit).where(func.starts_with(Unit.path, row(life.root).path))
        ).scalars()
        found = {unit.id: unit for unit in units}
        assert set(found) == set(life.units)
        for key, known in life.units.items():
            unit = found[key]
            above = found[known.parent].path if known.parent is not None else ""
            assert (unit.parent_id, unit.name, unit.path) == (known.parent, known.name, f"{above}{key:010d}.")
            assert unit.state == ("active" if known.active else "dissolved")
        for at, expected in life.days.items():
            nodes = tree_on(ADMIN, at, under=life.root)
            assert {node.id: (node.parent_id, node.name) for node in nodes} == expected, at
            paths = {node.id: node.path for node in nodes}
            for node in nodes:
                assert node.path == f"{paths[node.parent_id] if node.parent_id else ''}{node.id:010d}."
        assert tree_on(ADMIN, FIRST - timedelta(days=1), under=life.root) == []
        living = db.session.execute(
            select(UnitVersion.unit_id).where(
                UnitVersion.until.is_(None), UnitVersion.unit_id.in_(life.units)
            )
        ).scalars()
        assert sorted(living) == sorted(key for key, known in life.units.items() if known.active)
