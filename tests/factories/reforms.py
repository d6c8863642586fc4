"""An office to reorganise: units with people, posts, roles, duties and reminders, and the verbs of a reform on it."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from shared.access.actor import SYSTEM
from shared.accounts.models import RoleGrant
from shared.clock import today
from shared.db import Base, db, transaction
from shared.duties.actions import adopt_pack, plan_ahead
from shared.errors import Invalid
from shared.members.models import Membership, Person, Post
from shared.organisations.actions import add_unit, set_terms, write_versions
from shared.organisations.models import Unit
from shared.reforms import actions
from shared.reforms.actions.execute import locked
from shared.reforms.models import Reform, Step
from shared.reforms.queries import Forecast, forecast
from shared.tenancy import tenant
from tests.world import Side

_serial = itertools.count(1)
#: What a reform may touch. Keys of terms are new each time they are written; they are compared without.
TABLES = (
    "unit", "unit_term", "unit_version", "membership", "post", "role_grant", "due_item", "reminder", "tenure",
    "unit_link", "mobile_stay", "person", "handover",
)  # fmt: skip


class Office:
    """One side of the world, with short words for what a test does to it."""

    def __init__(self, app: Flask, side: Side) -> None:
        self.app, self.side = app, side
        self.line = "party" if side.kind == "bureau" else "union"
        with self.open(), transaction():
            ids = [side.root, side.middle, side.branch, side.other_branch]
            write_versions(ids, on=date(2010, 1, 1))
            set_terms(list(db.session.query(Unit.id, Unit.name)))

    @contextmanager
    def open(self) -> Iterator[None]:
        with self.app.app_context(), tenant(self.side.tenant_id):
            yield
            db.session.remove()

    def unit(self, name: str, parent: int | None, kind: str = "party_branch", *, people: int = 0) -> int:
        """A unit founded in 2015, with so many people, the first of whom is its secretary with the role."""
        with self.open(), transaction():
            above = db.session.get(Unit, (self.side.tenant_id, parent)) if parent else None
            made = add_unit(
                SYSTEM, parent=above, name=name, kind=kind, founded_on=date(2015, 1, 1),
                term_ends_on=date(2030, 1, 1), duties_since=date(2026, 1, 1),
            )  # fmt: skip
            unit_id = made.id
        self.people(unit_id, people, leads=True)
        return unit_id

    def people(self, unit_id: int, number: int, *, leads: bool = False) -> list[int]:
        if not number:
            return []
        with self.open(), transaction():
            names = [f"person {next(_serial)}" for _n in range(number)]
            ids = list(
                db.session.scalars(
                    insert(Person).returning(Person.id),
                    [{"name": name, "name_key": name} for name in names],
                )
            )
            status = "full" if self.line == "party" else "member"
            db.session.execute(
                insert(Membership),
                [
                    {"person_id": key, "unit_id": unit_id, "kind": self.line, "status": status,
                     "since": date(2020, 1, 1), "card_number": f"c{key}"}
                    for key in ids
                ],
            )  # fmt: skip
            if leads:
                code = "secretary" if self.line == "party" else "union_chair"
                db.session.add(Post(person_id=ids[0], unit_id=unit_id, code=code, since=date(2022, 1, 1)))
                db.session.add(
                    RoleGrant(person_id=ids[0], role="secretary", unit_id=unit_id, since=date(2022, 1, 1))
                )
        return ids

    def plan(self) -> None:
        """Duties of this year, by the shipped rules."""
        with self.open(), transaction():
            adopt_pack(SYSTEM, pack=self.side.kind)
            plan_ahead(SYSTEM)

    def run(self, sql: str, **values: Any) -> None:
        with self.open(), transaction():
            db.session.execute(text(sql), values)

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.open():
            return [tuple(row) for row in db.session.execute(text(sql), values)]

    def one(self, sql: str, **values: Any) -> Any:
        return self.rows(sql, **values)[0][0]

    def draft(self, *steps: dict[str, Any], on: date | None = None, title: str = "") -> int:
        """A draft of these steps; `into_step` is the place of an earlier one that sets a unit up."""
        serial = next(_serial)
        with self.open(), transaction():
            reform = actions.begin_draft(
                SYSTEM,
                title=title or f"reform {serial}",
                document_no=f"机关党委〔2026〕{serial}号",
                effective_on=on or today(),
                form_key=f"f{serial}",
            )
            made: list[Step] = []
            for step in steps:
                given = dict(step)
                place = given.pop("into_step", None)
                if place is not None:
                    given["into_step_id"] = made[place].id
                made.append(actions.add_step(SYSTEM, reform, **given))
            return reform.id

    def step(self, reform_id: int, given: dict[str, Any]) -> int | None:
        """One more step; None where an argument is missing."""
        with self.open(), transaction():
            reform = db.session.get_one(Reform, (self.side.tenant_id, reform_id))
            try:
                return actions.add_step(SYSTEM, reform, **given).id
            except Invalid:
                return None

    def look(self, reform_id: int) -> Forecast:
        with self.open():
            return forecast(db.session.get_one(Reform, (self.side.tenant_id, reform_id)))

    def execute(self, reform_id: int) -> dict[str, int]:
        with self.open(), transaction():
            reform = locked(reform_id)
            return actions.execute(SYSTEM, reform_id=reform_id, version=reform.version)

    def undo(self, reform_id: int) -> None:
        with self.open(), transaction():
            actions.undo(SYSTEM, reform_id=reform_id)

    def made(self, reform_id: int) -> list[int]:
        """The units that the steps have set up, in order."""
        return [
            key
            for (key,) in self.rows(
                "select made_id from reform_step where reform_id = :id and made_id is not null order by ordinal",
                id=reform_id,
            )
        ]

    def snapshot(self) -> dict[str, list[str]]:
        """Every row of every table that a reform may touch."""
        found = {}
        with self.open():
            for name in TABLES:
                table = Base.metadata.tables[name]
                rows = db.session.execute(table.select()).mappings()
                found[name] = sorted(
                    repr({key: value for key, value in row.items() if (name, key) != ("unit_term", "id")})
                    for row in rows
                )
        return found
